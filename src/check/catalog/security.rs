//! Who is let in, and what is told (the guide's security page, HTTP, OWASP API Security 2023).

use super::Check;

checks! {
    ALL_OF_SECURITY:
    LOGIN = "login", ["SEC-1.login"], "the login gives a token";
    UNAUTHENTICATED = "unauthenticated", ["SEC-1.unauthenticated"], "a request without a token is refused";
    BAD_TOKEN = "bad-token", ["SEC-1.bad-token"], "a token that is none is refused";
    CHALLENGE = "challenge", ["SEC-1.challenge"], "401 has WWW-Authenticate";
    WRITE_UNAUTHENTICATED = "write-unauthenticated", ["SEC-1.write"], "a write without a token is refused";
    WRITE_WITHOUT_TRACE = "write-without-trace", ["SEC-1.write-nothing"], "a write without a token leaves nothing";
    CACHE = "cache", ["SEC-4.cache"], "answers with personal data are not for caches";
    NO_SNIFF = "no-sniff", ["SEC-4.no-sniff"], "answers are not to be taken for another type";
    NO_VERSIONS = "no-versions", ["SEC-4.no-versions"], "headers do not tell versions of software";
    HSTS = "hsts", ["SEC-4.hsts"], "https is to stay https";
    CORS = "cors", ["SEC-4.cors"], "no foreign page may read with the user's rights";
    NO_SECRETS = "no-secrets", ["SEC-4.no-secrets"], "resources hold no secrets";
    INJECTION = "injection", ["SEC-6.search"], "a value of a search is only compared";
    INJECTION_HEADER = "injection-header", ["SEC-6.header"], "a value of a search makes no header";
    INJECTION_STORED = "injection-stored", ["SEC-6.stored"], "text is stored as it was sent, or refused";
    WRONG_PASSWORD = "wrong-password", ["SEC-5.wrong-password"], "a wrong password answers 401";
    LOGIN_SILENT = "login-silent", ["SEC-5.silent"], "a wrong login is not told whether the user exists";
    MALFORMED_LOGIN = "malformed-login", ["SEC-5.malformed"], "a login without a password answers 400";
    TOKEN_EXPIRY = "token-expiry", ["SEC-5.expiry"], "the login says until when the token is good";
}
