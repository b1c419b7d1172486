//! What the guide's use cases build on.

use super::Check;

checks! {
    ALL_OF_WORKFLOWS:
    FOUND = "found", ["SCN-A.village"], "the data that a workflow builds on is there";
}
