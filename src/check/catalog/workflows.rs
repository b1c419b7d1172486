//! What the guide's use cases build on.

use super::Check;

checks! {
    ALL_OF_WORKFLOWS:
    FOUND = "found", ["SCN-A.village"], "the data that a workflow builds on is there";
    PRECONDITION = "precondition", ["SCN-N.data"], "there is data that a workflow can start from";
    ROUND_TRIP = "round-trip", ["RT-1.read", "RT-2.lost", "RT-2.changed", "CT-3.precision"], "what was sent is read back";
    BECOMES_FINAL = "becomes-final", ["SCN-C.final"], "an answer that is not final becomes final";
    TWIN_REFUSED = "twin-refused", ["SCN-A.code-unique"], "a body with one thing wrong is refused";
    TWIN_REASON = "twin-reason", ["SCN-N.reason"], "a refusal says what is wrong, and where";
    TWIN_NOTHING_LEFT = "twin-nothing-left", ["SCN-N.nothing-left"], "a refusal leaves nothing behind";
    NOTIFIED = "notified", ["SUB-1.notified"], "a subscriber is called";
    NOTIFIED_HEADER = "notified-header", ["SUB-1.header"], "a call carries the header that the subscription names";
}
