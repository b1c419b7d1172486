//! Paging through the results of a search (R4 3.1.0.11).

use super::Check;

checks! {
    ALL_OF_PAGING:
    PAGING_NEXT = "paging-next", ["PAG-1.next"], "next links can be followed";
    PAGING_TERMINATES = "paging-terminates", ["PAG-1.terminates"], "paging comes to an end";
    PAGING_NO_REPEAT = "paging-no-repeat", ["PAG-1.no-repeat"], "no match stands on two pages";
}
