//! What the server does with requests that nobody would send.

use super::Check;

checks! {
    ALL_OF_ROBUSTNESS:
    BAD_INPUT = "bad-input", ["ROB-2.no-5xx"], "bad input meets no server error";
    RETRY_AFTER = "retry-after", ["ROB-3.retry-after"], "a server that is busy says when to come back";
    ANSWERED = "answered", ["ROB-2.answered"], "every request is answered in time";
}
