//! Create (R4 3.1.0.8), and what becomes of what was sent.

use super::Check;

checks! {
    ALL_OF_CREATE:
    CREATE_STATUS = "create-status", ["CRE-1.status"], "a create answers 201";
    CREATE_LOCATION = "create-location", ["CRE-1.location"], "a create answers the address of the new resource";
    CREATE_BODY = "create-body", ["CRE-6.body"], "the body that answers a create is the new resource";
    KEPT = "kept", ["RT-1.kept", "RT-2.lost", "RT-2.changed", "CT-3.precision"], "what was sent comes back";
}
