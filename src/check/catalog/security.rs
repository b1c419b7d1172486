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
    RIGHTS_SEARCH = "rights-search", ["SEC-2.search"], "an account without rights finds nothing of people";
    RIGHTS_CATALOGUE = "rights-catalogue", ["SEC-2.catalogue"], "an account without rights finds no lists either";
    RIGHTS_READ = "rights-read", ["SEC-2.same-scope"], "what an account cannot find it cannot read";
    LOCATION_SEARCH = "location-search", ["SEC-2.location-search"], "an account of one district finds its people only";
    LOCATION_READ = "location-read", ["SEC-2.location-read"], "an account of one district reads its people only";
    RIGHTS_INCLUDE = "rights-include", ["SEC-2.include"], "what is included the account may read";
    RIGHTS_TOTAL = "rights-total", ["SEC-2.total"], "the total counts what the account may see";
    RIGHTS_FOUND_READABLE = "rights-found-readable", ["SEC-3.found-readable"], "what an account finds it may read";
    RIGHTS_INTERLEAVED = "rights-interleaved", ["SEC-3.interleaved"], "accounts that ask at once get their own answers";
    RIGHTS_WRITE = "rights-write", ["SEC-3.write"], "an account that may only read cannot write";
    RIGHTS_WRITE_NOTHING = "rights-write-nothing", ["SEC-3.write-nothing"], "a write without the right changes nothing";
    CACHE = "cache", ["SEC-4.cache"], "answers with personal data are not for caches";
    NO_SNIFF = "no-sniff", ["SEC-4.no-sniff"], "answers are not to be taken for another type";
    NO_VERSIONS = "no-versions", ["SEC-4.no-versions"], "headers do not tell versions of software";
    HSTS = "hsts", ["SEC-4.hsts"], "https is to stay https";
    CORS = "cors", ["SEC-4.cors"], "no foreign page may read with the user's rights";
    NO_SECRETS = "no-secrets", ["SEC-4.no-secrets"], "resources hold no secrets";
    INJECTION = "injection", ["SEC-6.search"], "a value of a search is only compared";
    HOSTILE_BODY = "hostile-body", ["SEC-6.body"], "a body made to break its reader is refused";
    RIGHTS_CHAIN = "rights-chain", ["SEC-2.chain"], "a chained search looks at nothing that the account may not see";
    INJECTION_HEADER = "injection-header", ["SEC-6.header"], "a value of a search makes no header";
    INJECTION_STORED = "injection-stored", ["SEC-6.stored"], "text is stored as it was sent, or refused";
    WRONG_PASSWORD = "wrong-password", ["SEC-5.wrong-password"], "a wrong password answers 401";
    LOGIN_SILENT = "login-silent", ["SEC-5.silent"], "a wrong login is not told whether the user exists";
    MALFORMED_LOGIN = "malformed-login", ["SEC-5.malformed"], "a login without a password answers 400";
    TOKEN_EXPIRY = "token-expiry", ["SEC-5.expiry"], "the login says until when the token is good";
}
