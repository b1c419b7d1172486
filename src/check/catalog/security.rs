//! Who is let in (the guide's security page).

use super::Check;

checks! {
    ALL_OF_SECURITY:
    LOGIN = "login", ["SEC-1.login"], "the login gives a token";
    UNAUTHENTICATED = "unauthenticated", ["SEC-1.unauthenticated"], "a request without a token is refused";
}
