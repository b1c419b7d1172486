//! Resources held against R4 and the guide.

use super::Check;

checks! {
    ALL_OF_VALIDITY:
    VALID_R4 = "valid-r4", ["VAL-1.base"], "resources are valid against R4";
    VALID_GUIDE = "valid-guide", ["VAL-1.guide"], "resources are valid against the guide";
}
