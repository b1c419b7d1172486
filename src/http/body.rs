//! Bytes to text: decompression, the size limit, the encoding.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use super::{BodyFault, BodyFaultKind};

/// So much is kept of a body that is too large: enough to see what it is. It is not judged.
pub(super) const KEPT: usize = 64 << 10;

/// The text of a body and what is wrong with it. `fault` is what went wrong while it was received.
pub(super) fn text(
    bytes: Vec<u8>,
    content_encoding: Option<&str>,
    limit: usize,
    fault: Option<BodyFault>,
) -> (String, Option<BodyFault>) {
    let (bytes, fault) = match content_encoding.map(|value| value.trim().to_ascii_lowercase()) {
        Some(encoding) if encoding == "gzip" || encoding == "x-gzip" => {
            gunzip(&bytes, limit, fault)
        }
        Some(encoding) if !encoding.is_empty() && encoding != "identity" => {
            let message = format!(
                "expected no `Content-Encoding` or `gzip`, as the request accepts, found \
                 `{encoding}`"
            );
            (
                bytes,
                fault.or(Some(broken(BodyFaultKind::Encoding, message))),
            )
        }
        _ => (bytes, fault),
    };
    match String::from_utf8(bytes) {
        Ok(text) => (text, fault),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let message = format!(
                "expected UTF-8 text, found a byte that is not UTF-8 at offset {at}: FHIR JSON is \
                 always UTF-8, whatever `charset` says"
            );
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            // A body that was cut may end in half a character; the cut is the fault then.
            (
                text,
                fault.or(Some(broken(BodyFaultKind::NotUtf8, message))),
            )
        }
    }
}

fn gunzip(bytes: &[u8], limit: usize, fault: Option<BodyFault>) -> (Vec<u8>, Option<BodyFault>) {
    if bytes.is_empty() {
        // An answer to HEAD, or 304: announced, and rightly not there.
        return (Vec::new(), fault);
    }
    let mut text = Vec::new();
    let mut reader = MultiGzDecoder::new(bytes).take(limit as u64 + 1);
    let result = reader.read_to_end(&mut text);
    if text.len() > limit {
        text.truncate(limit.min(KEPT));
        let message = format!(
            "expected at most {} after decompression, found more, from {} that were sent: let \
             the server send less at once",
            size(limit),
            size(bytes.len())
        );
        return (text, Some(broken(BodyFaultKind::TooLarge, message)));
    }
    match result {
        Ok(_) => (text, fault),
        Err(error) => {
            let message = format!(
                "expected gzip as `Content-Encoding` says, found bytes that do not decompress \
                 ({error}) after {}",
                size(text.len())
            );
            (
                text,
                fault.or(Some(broken(BodyFaultKind::Encoding, message))),
            )
        }
    }
}

pub(super) fn broken(kind: BodyFaultKind, message: String) -> BodyFault {
    BodyFault { kind, message }
}

/// A number of bytes for people.
pub(super) fn size(bytes: usize) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..0x10_0000 => format!("{} KiB", bytes / 1024),
        _ => format!("{} MiB", bytes >> 20),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::{BodyFaultKind, text};

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("to memory");
        encoder.finish().expect("to memory")
    }

    fn kind(bytes: Vec<u8>, encoding: Option<&str>) -> (String, Option<BodyFaultKind>) {
        let (text, fault) = text(bytes, encoding, 1000, None);
        (text, fault.map(|fault| fault.kind))
    }

    #[test]
    fn a_compressed_body_is_read() {
        assert_eq!(kind(gzip(b"{}"), Some("gzip")), ("{}".to_owned(), None));
        assert_eq!(kind(b"{}".to_vec(), None), ("{}".to_owned(), None));
        assert_eq!(kind(Vec::new(), Some("gzip")), (String::new(), None));
    }

    #[test]
    fn a_gzip_bomb_is_cut() {
        let (text, fault) = kind(gzip(&vec![b' '; 10_000_000]), Some("gzip"));
        assert_eq!((text.len(), fault), (1000, Some(BodyFaultKind::TooLarge)));
    }

    #[test]
    fn broken_and_unasked_encodings_are_faults() {
        let mut cut = gzip(b"{\"resourceType\":\"Patient\"}");
        cut.truncate(cut.len() - 9);
        assert_eq!(kind(cut, Some("gzip")).1, Some(BodyFaultKind::Encoding));
        let plain = kind(b"{}".to_vec(), Some("gzip"));
        assert_eq!(plain.1, Some(BodyFaultKind::Encoding));
        let brotli = kind(b"{}".to_vec(), Some("br"));
        assert_eq!(brotli, ("{}".to_owned(), Some(BodyFaultKind::Encoding)));
    }

    #[test]
    fn bytes_that_are_not_utf8_are_replaced_and_told() {
        let (text, fault) = kind(b"{\"a\":\"\xe9\"}".to_vec(), None);
        assert_eq!(text, "{\"a\":\"\u{fffd}\"}");
        assert_eq!(fault, Some(BodyFaultKind::NotUtf8));
    }
}
