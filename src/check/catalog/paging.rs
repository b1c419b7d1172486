//! Paging through the results of a search (R4 3.1.0.11).

use super::Check;

checks! {
    ALL_OF_PAGING:
    PAGING_NEXT = "paging-next", ["PAG-1.next"], "next links can be followed";
    PAGING_TERMINATES = "paging-terminates", ["PAG-1.terminates"], "paging comes to an end";
    PAGING_NO_REPEAT = "paging-no-repeat", ["PAG-1.no-repeat"], "no match stands on two pages";
    PAGING_COMPLETE = "paging-complete", ["PAG-1.complete"], "pages of every size hold all matches";
    PAGING_TOTAL = "paging-total", ["PAG-1.total"], "each page gives the total of all pages";
    PAGING_SIZE = "paging-size", ["PAG-2.size"], "no page is larger than asked for";
    PAGING_LINKS = "paging-links", ["PAG-2.absolute"], "page links are absolute addresses";
    PAGING_CRITERIA = "paging-criteria", ["PAG-2.criteria"], "page links keep the criteria";
    PAGING_COUNT_KEPT = "paging-count-kept", ["PAG-2.count-kept"], "page links keep the size of pages";
    PAGING_BEYOND = "paging-beyond", ["PAG-2.beyond"], "a page that cannot be is no server error";
    PAGING_ORDER = "paging-order", ["PAG-3.order"], "pages of every size have the same order";
    PAGING_WHILE_ADDING = "paging-while-adding", ["PAG-3.added"], "a row that is added repeats none that was seen";
    PAGING_TOTAL_AFTER_CREATE = "paging-total-after-create", ["PAG-4.created"], "the total counts what was just created";
}
