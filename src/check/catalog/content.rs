//! Addresses and media types.

use super::Check;

checks! {
    ALL_OF_CONTENT:
    MEDIA_TYPE = "media-type", ["CT-1.media-type"], "answers have the media type of FHIR";
    ACCEPT = "accept", ["CT-2.accept"], "a request that accepts the media type of FHIR is answered";
    CONTENT_TYPE = "content-type", ["CT-2.content-type"], "a body with the media type of FHIR is taken";
    ADDRESS = "address", ["URL-1.plain"], "interactions are answered at their addresses, without a trailing slash";
}
