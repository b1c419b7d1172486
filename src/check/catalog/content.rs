//! Addresses and media types.

use super::Check;

checks! {
    ALL_OF_CONTENT:
    MEDIA_TYPE = "media-type", ["CT-1.media-type"], "answers have the media type of FHIR";
    CHARSET = "charset", ["CT-1.charset"], "the charset is UTF-8 where one is named";
    UTF_8 = "utf-8", ["CT-1.utf-8"], "bodies are UTF-8";
    TEXT_SURVIVES = "text-survives", ["CT-1.survives"], "text in any script comes back as it was sent";
    ACCEPT = "accept", ["CT-2.accept"], "a request that accepts the media type of FHIR is answered";
    ACCEPT_ANY = "accept-any", ["CT-2.any"], "a request that accepts anything is answered";
    ACCEPT_WEIGHTS = "accept-weights", ["CT-2.weights"], "JSON is given where it is one of several";
    NOT_ACCEPTABLE = "not-acceptable", ["CT-2.not-acceptable"], "a form that the server lacks answers 406";
    FHIR_VERSION = "fhir-version", ["CT-2.fhir-version"], "a request for FHIR 4.0 is answered";
    FORMAT_JSON = "format-json", ["CT-2.format"], "_format comes before Accept";
    FORMAT_XML = "format-xml", ["CT-2.format-unsupported"], "_format of a form that the server lacks answers 406";
    CONTENT_TYPE = "content-type", ["CT-2.content-type"], "a body with the media type of FHIR is taken";
    BODY_TYPE_REFUSED = "body-type-refused", ["CT-2.unsupported"], "a body of an unknown media type answers 415";
    PRETTY = "pretty", ["CT-4.pretty"], "_pretty does not change the content";
    COMPRESSION = "compression", ["CT-4.accept-encoding"], "a body is compressed only as the request accepts";
    COMPRESSION_NAMED = "compression-named", ["CT-4.content-encoding"], "a body is compressed as Content-Encoding says";
    REQUEST_ID = "request-id", ["ERR-1.request-id"], "the client's request id comes back";
    ADDRESS = "address", ["URL-1.plain"], "interactions are answered at their addresses, without a trailing slash";
}
