//! A text as its characters and as each of them is written: with the escapes of a JSON string or
//! of a URL. Characters that do not change keep their spelling, so that every other character
//! stays in its column.

/// Characters and their spellings; as many of one as of the other.
pub(super) struct Spelled<'t> {
    pub(super) characters: Vec<char>,
    raw: Vec<&'t str>,
}

impl<'t> Spelled<'t> {
    /// The inside of a JSON string literal. What is no escape is taken as it stands.
    pub(super) fn json(text: &'t str) -> Self {
        let mut spelled = Self::empty();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (character, length) = match first {
                '\\' => escape(rest),
                other => (other, other.len_utf8()),
            };
            spelled.push(character, &mut rest, length);
        }
        spelled
    }

    /// A part of a URL.
    pub(super) fn percent(text: &'t str) -> Self {
        let mut spelled = Self::empty();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (character, length) = match first {
                '%' => percent(rest).unwrap_or(('%', 1)),
                other => (other, other.len_utf8()),
            };
            spelled.push(character, &mut rest, length);
        }
        spelled
    }

    fn empty() -> Self {
        Self {
            characters: Vec::new(),
            raw: Vec::new(),
        }
    }

    fn push(&mut self, character: char, rest: &mut &'t str, length: usize) {
        // An escape that is cut off, or ends inside a character, is as long as what there is.
        let length = (length..=rest.len())
            .find(|&end| rest.is_char_boundary(end))
            .unwrap_or(rest.len());
        let (raw, after) = rest.split_at(length);
        self.characters.push(character);
        self.raw.push(raw);
        *rest = after;
    }

    /// The text as it is meant.
    pub(super) fn text(&self) -> String {
        self.characters.iter().collect()
    }

    /// Writes other characters the way these are written.
    pub(super) fn rewritten(&self, characters: &[char]) -> String {
        let mut out = String::new();
        for (index, raw) in self.raw.iter().enumerate() {
            match characters.get(index) {
                Some(new) if *new != self.characters[index] => write(*new, raw, &mut out),
                _ => out.push_str(raw),
            }
        }
        out
    }
}

fn write(character: char, like: &str, out: &mut String) {
    if like.starts_with("\\u") {
        let upper = like.bytes().skip(2).any(|byte| byte.is_ascii_uppercase());
        let mut units = [0; 2];
        for unit in character.encode_utf16(&mut units) {
            out.push_str(&match upper {
                true => format!("\\u{unit:04X}"),
                false => format!("\\u{unit:04x}"),
            });
        }
    } else if like.starts_with('%') {
        let mut bytes = [0; 4];
        for byte in character.encode_utf8(&mut bytes).bytes() {
            out.push_str(&format!("%{byte:02X}"));
        }
    } else {
        out.push(character);
    }
}

/// The character and the length of the escape at the start of the text.
fn escape(text: &str) -> (char, usize) {
    let unit = |at: usize| {
        let digits = text.get(at..at + 4)?;
        text.get(at - 2..at).filter(|start| *start == "\\u")?;
        u32::from_str_radix(digits, 16).ok()
    };
    let plain = |character| (character, 2);
    match text.as_bytes().get(1) {
        Some(b'u') => match unit(2) {
            Some(high @ 0xD800..0xDC00) => {
                let low = unit(8).filter(|low| (0xDC00..0xE000).contains(low));
                let code = low.map(|low| 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
                match code.and_then(char::from_u32) {
                    Some(character) => (character, 12),
                    None => ('\u{fffd}', 6),
                }
            }
            Some(code) => (char::from_u32(code).unwrap_or('\u{fffd}'), 6),
            None => ('\\', 2),
        },
        Some(b'n') => plain('\n'),
        Some(b't') => plain('\t'),
        Some(b'r') => plain('\r'),
        Some(b'b') => plain('\u{8}'),
        Some(b'f') => plain('\u{c}'),
        Some(b'"') => plain('"'),
        Some(b'/') => plain('/'),
        _ => plain('\\'),
    }
}

/// The character of the `%XX` sequences at the start of the text.
fn percent(text: &str) -> Option<(char, usize)> {
    let byte = |at: usize| {
        let digits = text.get(at..at + 3)?.strip_prefix('%')?;
        u8::from_str_radix(digits, 16).ok()
    };
    let first = byte(0)?;
    let length = match first {
        0..0x80 => 1,
        0xC2..0xE0 => 2,
        0xE0..0xF0 => 3,
        0xF0..0xF5 => 4,
        _ => return Some(('\u{fffd}', 3)),
    };
    let bytes: Option<Vec<u8>> = (0..length).map(|index| byte(index * 3)).collect();
    let character = bytes.and_then(|bytes| std::str::from_utf8(&bytes).ok()?.chars().next());
    Some(match character {
        Some(character) => (character, length * 3),
        None => ('\u{fffd}', 3),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Spelled;

    #[test]
    fn escapes_are_read_and_kept() {
        let spelled = Spelled::json(r#"a\"\u00e9\ud83d\ude00\n\\"#);
        assert_eq!(spelled.text(), "a\"é😀\n\\");
        let mut characters = spelled.characters.clone();
        characters[0] = 'b';
        characters[2] = 'è';
        assert_eq!(
            spelled.rewritten(&characters),
            r#"b\"\u00e8\ud83d\ude00\n\\"#
        );
    }

    #[test]
    fn percent_encoding_is_read_and_kept() {
        let spelled = Spelled::percent("J%C3%b6%7C+%ff%zz");
        assert_eq!(spelled.text(), "Jö|+\u{fffd}%zz");
        let mut characters = spelled.characters.clone();
        characters[1] = 'ä';
        assert_eq!(spelled.rewritten(&characters), "J%C3%A4%7C+%ff%zz");
    }

    proptest! {
        #[test]
        fn what_does_not_change_is_written_as_before(text in "(\\\\|\\\\u|d83d|%|[a-fé0-9\"]){0,20}") {
            for spelled in [Spelled::json(&text), Spelled::percent(&text)] {
                prop_assert_eq!(spelled.rewritten(&spelled.characters.clone()), text.clone());
            }
        }

        #[test]
        fn json_strings_are_read_as_json_reads_them(text in "\\PC*") {
            let literal = serde_json::Value::from(text.clone()).to_string();
            prop_assert_eq!(Spelled::json(&literal[1..literal.len() - 1]).text(), text);
        }
    }
}
