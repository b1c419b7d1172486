//! Search (R4 3.1.1).

use super::Check;

checks! {
    ALL_OF_SEARCH:
    SEARCH_STATUS = "search-status", ["SRCH-1.status"], "a search answers 200";
    SEARCH_BUNDLE = "search-bundle", ["SRCH-1.bundle"], "a search answers a searchset";
    SEARCH_TYPE = "search-type", ["SRCH-1.type"], "matches have the type that was searched";
    SEARCH_FULL_URL = "search-full-url", ["SRCH-1.full-url"], "matches have a fullUrl of their own";
    SEARCH_ID = "search-id", ["SRCH-1.id"], "matches have an id";
    SEARCH_TOTAL = "search-total", ["SRCH-1.total"], "the total is the number of matches";
    SEARCH_FINDS = "search-finds", ["SRCH-2.finds"], "a search finds what has the value";
    SEARCH_ONLY = "search-only", ["SRCH-2.only"], "a search answers only what has the value";
}
