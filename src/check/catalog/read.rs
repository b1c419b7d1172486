//! Read (R4 3.1.0.2).

use super::Check;

checks! {
    ALL_OF_READ:
    READ_STATUS = "read-status", ["READ-1.status"], "a read answers 200";
    READ_ID = "read-id", ["READ-1.id"], "a read answers the resource of that address";
    READ_UNKNOWN = "read-unknown", ["READ-2.status"], "a read of an unknown id answers 404";
}
