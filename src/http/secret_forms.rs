//! The forms in which a server may echo a secret: as it is, and as it looks after the encodings
//! of JSON, URLs, HTML and base64.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

/// Shorter secrets are masked only where they are known to stand (headers, the login's body):
/// replacing every `abc` would destroy the answers.
const MIN_LENGTH: usize = 4;
/// Shorter base64 is too common to be looked for.
const MIN_BASE64: usize = 8;

/// Every form to look for; none for a secret that is too short.
pub(super) fn forms(secret: &str) -> BTreeSet<String> {
    let mut forms = BTreeSet::new();
    if secret.chars().count() < MIN_LENGTH {
        return forms;
    }
    forms.insert(secret.to_owned());
    for form in json_forms(secret) {
        // A JSON text inside a JSON string is escaped twice.
        forms.extend(json_forms(&form));
        forms.insert(form);
    }
    forms.extend(percent_forms(secret));
    forms.extend(base64_forms(secret));
    forms.insert(html_form(secret));
    forms
}

/// With characters outside ASCII as they are, and as `\u` escapes in both cases.
fn json_forms(secret: &str) -> [String; 3] {
    let quoted = serde_json::Value::from(secret).to_string();
    let plain = quoted.trim_start_matches('"');
    let plain = plain.strip_suffix('"').unwrap_or(plain);
    let escaped = |upper: bool| {
        let mut out = String::new();
        let mut units = [0; 2];
        for character in plain.chars() {
            if character.is_ascii() {
                out.push(character);
                continue;
            }
            for unit in character.encode_utf16(&mut units) {
                out.push_str(&if upper {
                    format!("\\u{unit:04X}")
                } else {
                    format!("\\u{unit:04x}")
                });
            }
        }
        out
    };
    [plain.to_owned(), escaped(false), escaped(true)]
}

/// Percent-encoding with the sets of characters that are left alone by common encoders.
fn percent_forms(secret: &str) -> Vec<String> {
    const KEPT: [&[u8]; 6] = [
        b"-._~",                         // RFC 3986 unreserved
        b"-._*",                         // HTML forms
        b"-._~!'()*",                    // JavaScript's encodeURIComponent
        b"-._~/",                        // Python's quote
        b"-._~!$%&()*+,/:;=?@[\\]^`{|}", // query of the URL standard
        b"-._~!$&'()*+,/:;=@[\\]|",      // path of the URL standard
    ];
    let mut all = Vec::new();
    for kept in KEPT {
        for lower in [false, true] {
            for plus in [false, true] {
                all.push(percent(secret, kept, lower, plus));
            }
        }
    }
    all
}

fn percent(secret: &str, kept: &[u8], lower: bool, plus: bool) -> String {
    let mut out = String::new();
    for &byte in secret.as_bytes() {
        match byte {
            b' ' if plus => out.push('+'),
            _ if byte.is_ascii_alphanumeric() || kept.contains(&byte) => out.push(byte as char),
            _ if lower => out.push_str(&format!("%{byte:02x}")),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The whole secret in base64, and the part of it that stays the same wherever it stands in a
/// longer text.
fn base64_forms(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let mut all = vec![
        STANDARD.encode(bytes),
        STANDARD_NO_PAD.encode(bytes),
        URL_SAFE.encode(bytes),
        URL_SAFE_NO_PAD.encode(bytes),
    ];
    for shift in 0..3 {
        let mut shifted = vec![0; shift];
        shifted.extend_from_slice(bytes);
        // The first group depends on what stands before, the last one on what stands after.
        let head = if shift == 0 { 0 } else { 4 };
        let tail = shifted.len() / 3 * 4;
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let text = engine.encode(&shifted);
            all.extend(text.get(head..tail).map(str::to_owned));
        }
    }
    all.retain(|form| form.len() >= MIN_BASE64);
    all
}

fn html_form(secret: &str) -> String {
    secret
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#x27;")
}
