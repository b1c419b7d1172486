//! `encode`, `decode`, `escape` and `unescape`: texts in the forms of other formats. What is not in
//! the form, and forms that are not known, give nothing.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

pub(super) fn encode(text: &str, format: &str) -> Option<String> {
    Some(match format {
        "hex" => text.bytes().map(|byte| format!("{byte:02x}")).collect(),
        "base64" => STANDARD.encode(text),
        "urlbase64" => URL_SAFE.encode(text),
        _ => return None,
    })
}

pub(super) fn decode(text: &str, format: &str) -> Option<String> {
    let bytes = match format {
        "hex" => from_hex(text)?,
        "base64" => STANDARD.decode(text).ok()?,
        "urlbase64" => URL_SAFE.decode(text).ok()?,
        _ => return None,
    };
    String::from_utf8(bytes).ok()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.as_bytes()
        .chunks(2)
        .map(|pair| {
            let digit = |byte: u8| {
                (byte as char)
                    .to_digit(16)
                    .and_then(|digit| u8::try_from(digit).ok())
            };
            match pair {
                [high, low] => Some(digit(*high)? * 16 + digit(*low)?),
                _ => None,
            }
        })
        .collect()
}

pub(super) fn escape(text: &str, format: &str) -> Option<String> {
    match format {
        "html" => {
            let mut out = String::with_capacity(text.len());
            for character in text.chars() {
                match character {
                    '<' => out.push_str("&lt;"),
                    '>' => out.push_str("&gt;"),
                    '&' => out.push_str("&amp;"),
                    '"' => out.push_str("&quot;"),
                    '\'' => out.push_str("&#39;"),
                    other => out.push(other),
                }
            }
            Some(out)
        }
        "json" => {
            let quoted = serde_json::to_string(text).ok()?;
            let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
            Some(inner.to_owned())
        }
        _ => None,
    }
}

pub(super) fn unescape(text: &str, format: &str) -> Option<String> {
    match format {
        "html" => Some(
            text.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&apos;", "'")
                .replace("&amp;", "&"),
        ),
        "json" => {
            // Quotes that need no escape in a FHIRPath string may stand bare.
            let mut quoted = String::with_capacity(text.len() + 2);
            quoted.push('"');
            let mut escaped = false;
            for character in text.chars() {
                if character == '"' && !escaped {
                    quoted.push('\\');
                }
                escaped = character == '\\' && !escaped;
                quoted.push(character);
            }
            quoted.push('"');
            serde_json::from_str(&quoted).ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{decode, encode, escape, unescape};

    #[test]
    fn what_is_encoded_decodes() {
        for format in ["hex", "base64", "urlbase64"] {
            let encoded = encode("Zoë?>~", format).expect(format);
            assert_eq!(decode(&encoded, format).as_deref(), Some("Zoë?>~"));
        }
        for format in ["html", "json"] {
            let escaped = escape("\"1 < 2\" & 'x'\n", format).expect(format);
            assert_eq!(
                unescape(&escaped, format).as_deref(),
                Some("\"1 < 2\" & 'x'\n")
            );
        }
    }

    #[test]
    fn what_is_not_in_the_form_gives_nothing() {
        for (text, format) in [
            ("é", "hex"),
            ("0g", "hex"),
            ("abc", "hex"),
            ("*", "base64"),
            ("x", "rot13"),
        ] {
            assert_eq!(decode(text, format), None, "{text}");
        }
        assert_eq!(encode("x", "rot13"), None);
        assert_eq!(escape("x", "xml"), None);
        assert_eq!(unescape("\\u00", "json"), None);
    }
}
