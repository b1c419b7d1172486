//! Text to tree. Stops at the first place that is not JSON; what is JSON but not good JSON (a
//! duplicate name, a byte order mark) is kept as a [`Fault`] beside the tree.

use std::borrow::Cow;

use thiserror::Error;

use super::escape::{self, EscapeError};
use super::{LineIndex, Member, Node, Position, Value};

/// Arrays and objects deeper than this are refused: real resources stay below 40 levels, and a
/// bound keeps hostile input from exhausting the stack.
pub const MAX_DEPTH: usize = 250;

/// A text with more values than this is refused: a tree takes some twenty times the memory of the
/// shortest text that it can be read from. A Bundle of fifty thousand Patients has fewer.
pub const MAX_VALUES: u32 = 4_000_000;

/// An object with more properties than this is refused: no type of FHIR has a tenth of them, and
/// properties are looked for one by one.
pub const MAX_MEMBERS: usize = 10_000;

/// An array with more entries than this gets a list of its own while it is read, so that they are
/// not in memory twice when it ends.
const LONG: usize = 1_024;

/// How many faults of one text are kept.
const MAX_FAULTS: usize = 1_000;

/// A text that was read: the tree, and what is wrong with it although it is JSON.
#[derive(Debug)]
pub struct Document<'a> {
    /// The text, without a byte order mark; offsets count from its start.
    pub text: &'a str,
    /// The outermost value.
    pub root: Node<'a>,
    /// Faults in the order of the text.
    pub faults: Vec<Fault>,
}

impl<'a> Document<'a> {
    /// The index that turns this document's offsets into lines and columns.
    #[must_use]
    pub fn line_index(&self) -> LineIndex<'a> {
        LineIndex::new(self.text)
    }
}

/// Something that JSON readers let pass and FHIR does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What it is.
    pub kind: FaultKind,
    /// Byte offset into [`Document::text`].
    pub offset: u32,
}

/// The kinds of [`Fault`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// An object has two members of this name.
    DuplicateName(String),
    /// The text starts with a byte order mark (RFC 8259 section 8.1 forbids sending one).
    ByteOrderMark,
}

/// The text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {}, column {}: {message}", position.line, position.column)]
pub struct ReadError {
    /// Where reading stopped.
    pub position: Position,
    /// What was expected and what was found.
    pub message: String,
}

/// Reads a text.
///
/// # Errors
/// The first place that is not JSON, or what is beyond [`MAX_DEPTH`], [`MAX_VALUES`] or
/// [`MAX_MEMBERS`].
pub fn read(text: &str) -> Result<Document<'_>, ReadError> {
    let (text, mark) = match text.strip_prefix('\u{feff}') {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let mut reader = Reader {
        text,
        at: 0,
        values: 0,
        faults: Vec::new(),
        entries: Vec::new(),
        members: Vec::new(),
    };
    if mark {
        reader.fault(FaultKind::ByteOrderMark, 0);
    }
    let root = reader.whole().map_err(|stop| ReadError {
        position: LineIndex::new(text).position(stop.offset),
        message: stop.message,
    })?;
    Ok(Document {
        text,
        root,
        faults: reader.faults,
    })
}

/// Reads bytes that should be UTF-8.
///
/// # Errors
/// As [`read`]; also when the bytes are not UTF-8, at the first that is not.
pub fn read_bytes(bytes: &[u8]) -> Result<Document<'_>, ReadError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let good = &bytes[..error.valid_up_to()];
        let good = std::str::from_utf8(good).unwrap_or_default();
        ReadError {
            position: LineIndex::new(good).position(good.len() as u32),
            message: "expected UTF-8 text, found a byte that is not UTF-8".to_owned(),
        }
    })?;
    read(text)
}

struct Stop {
    offset: u32,
    message: String,
}

type Read<T> = Result<T, Stop>;

struct Reader<'a> {
    text: &'a str,
    at: usize,
    values: u32,
    faults: Vec<Fault>,
    /// The entries of the arrays that are being read, those of the innermost last. What is complete
    /// is moved into a list of its exact size: one that grows keeps room for four, which are most
    /// of the memory where objects of one property come by the hundred thousand.
    entries: Vec<Node<'a>>,
    /// The same for the members of objects.
    members: Vec<Member<'a>>,
}

impl<'a> Reader<'a> {
    fn whole(&mut self) -> Read<Node<'a>> {
        if u32::try_from(self.text.len()).is_err() {
            return self.stop("expected a text of less than 4 GiB, found a longer one");
        }
        let root = self.node(0)?;
        self.skip_space();
        match self.peek() {
            None => Ok(root),
            Some(_) => self.expected("the end of the text"),
        }
    }

    fn node(&mut self, depth: usize) -> Read<Node<'a>> {
        self.skip_space();
        self.values += 1;
        if self.values > MAX_VALUES {
            return self.stop(&format!("expected at most {MAX_VALUES} values, found more"));
        }
        let offset = self.at as u32;
        let value = match self.peek() {
            Some(b'{') => self.object(depth + 1)?,
            Some(b'[') => self.array(depth + 1)?,
            Some(b'"') => Value::String(self.string()?),
            Some(b't') => self.word("true", Value::Boolean(true))?,
            Some(b'f') => self.word("false", Value::Boolean(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number()?),
            _ => return self.expected("a JSON value"),
        };
        Ok(Node { value, offset })
    }

    fn object(&mut self, depth: usize) -> Read<Value<'a>> {
        self.deeper(depth)?;
        self.at += 1;
        let start = self.members.len();
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(Vec::new()));
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return self.expected("a property name in double quotes");
            }
            let name_offset = self.at as u32;
            let name = self.string()?;
            self.skip_space();
            if self.peek() != Some(b':') {
                return self.expected("`:` after a property name");
            }
            self.at += 1;
            let value = self.node(depth)?;
            if self.members.len() - start == MAX_MEMBERS {
                return self.stop(&format!(
                    "expected at most {MAX_MEMBERS} properties in an object, found more"
                ));
            }
            self.members.push(Member {
                name,
                name_offset,
                value,
            });
            self.skip_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return self.expected("`,` or `}` in an object"),
            }
        }
        self.at += 1;
        let members: Vec<Member<'a>> = self.members.drain(start..).collect();
        self.note_duplicates(&members);
        Ok(Value::Object(members))
    }

    fn array(&mut self, depth: usize) -> Read<Value<'a>> {
        self.deeper(depth)?;
        self.at += 1;
        let start = self.entries.len();
        let mut long = Vec::new();
        self.skip_space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::Array(Vec::new()));
        }
        loop {
            let entry = self.node(depth)?;
            self.entries.push(entry);
            if self.entries.len() - start == LONG {
                long.extend(self.entries.drain(start..));
            }
            self.skip_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return self.expected("`,` or `]` in an array"),
            }
        }
        self.at += 1;
        long.reserve_exact(self.entries.len() - start);
        long.extend(self.entries.drain(start..));
        Ok(Value::Array(long))
    }

    fn note_duplicates(&mut self, members: &[Member<'a>]) {
        // Small objects are compared pairwise, which is faster than making a set.
        if members.len() <= 24 {
            for (index, member) in members.iter().enumerate() {
                if members[..index]
                    .iter()
                    .any(|other| other.name == member.name)
                {
                    self.fault(
                        FaultKind::DuplicateName(member.name.to_string()),
                        member.name_offset,
                    );
                }
            }
            return;
        }
        let mut seen = std::collections::HashSet::with_capacity(members.len());
        for member in members {
            if !seen.insert(member.name.as_ref()) {
                self.fault(
                    FaultKind::DuplicateName(member.name.to_string()),
                    member.name_offset,
                );
            }
        }
    }

    fn string(&mut self) -> Read<Cow<'a, str>> {
        let start = self.at + 1;
        let bytes = self.text.as_bytes();
        let at = end_of_plain(bytes, start);
        match bytes.get(at) {
            Some(b'"') => {
                self.at = at + 1;
                Ok(Cow::Borrowed(&self.text[start..at]))
            }
            Some(b'\\') => self.escaped_string(start, at),
            Some(_) => self.control_character(at),
            None => {
                self.at = self.text.len();
                self.expected("the closing quote of a string")
            }
        }
    }

    fn escaped_string(&mut self, start: usize, first: usize) -> Read<Cow<'a, str>> {
        let bytes = self.text.as_bytes();
        let mut out = String::from(&self.text[start..first]);
        let mut at = first;
        let mut run = first;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'"' => {
                    out.push_str(&self.text[run..at]);
                    self.at = at + 1;
                    return Ok(Cow::Owned(out));
                }
                b'\\' => {
                    out.push_str(&self.text[run..at]);
                    let (character, length) = match escape::read(&bytes[at..]) {
                        Ok(read) => read,
                        Err(error) => {
                            self.at = at;
                            return self.stop(&escape_message(&error));
                        }
                    };
                    out.push(character);
                    at += length;
                    run = at;
                }
                0..=0x1f => return self.control_character(at),
                _ => at = end_of_plain(bytes, at),
            }
        }
        self.at = self.text.len();
        self.expected("the closing quote of a string")
    }

    fn control_character<T>(&mut self, at: usize) -> Read<T> {
        self.at = at;
        let code = self.text.as_bytes()[at];
        self.stop(&format!(
            "expected control characters in a string to be escaped, found U+{code:04X}"
        ))
    }

    fn number(&mut self) -> Read<Cow<'a, str>> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return self.expected("a digit"),
        }
        if matches!(self.peek(), Some(b'0'..=b'9')) {
            return self.stop("expected a number without a leading zero, found one with it");
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.some_digits("a digit after the decimal point")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits("a digit in the exponent")?;
        }
        Ok(Cow::Borrowed(&self.text[start..self.at]))
    }

    fn some_digits(&mut self, what: &str) -> Read<()> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return self.expected(what);
        }
        self.digits();
        Ok(())
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Read<Value<'a>> {
        if self.text[self.at..].starts_with(word) {
            self.at += word.len();
            Ok(value)
        } else {
            self.expected("a JSON value")
        }
    }

    fn deeper(&self, depth: usize) -> Read<()> {
        if depth > MAX_DEPTH {
            return self.stop(&format!(
                "expected at most {MAX_DEPTH} levels of nesting, found more"
            ));
        }
        Ok(())
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn fault(&mut self, kind: FaultKind, offset: u32) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(Fault { kind, offset });
        }
    }

    fn expected<T>(&self, what: &str) -> Read<T> {
        let found = match self
            .text
            .get(self.at..)
            .and_then(|rest| rest.chars().next())
        {
            None => "the end of the text".to_owned(),
            Some(character) => format!("`{}`", character.escape_default()),
        };
        self.stop(&format!("expected {what}, found {found}"))
    }

    fn stop<T>(&self, message: &str) -> Read<T> {
        Err(Stop {
            offset: self.at as u32,
            message: message.to_owned(),
        })
    }
}

/// The first byte from there on that a string cannot just go on with: a quote, a backslash or a
/// control character. Looks at eight bytes at a time.
fn end_of_plain(bytes: &[u8], from: usize) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    // The highest bit of each byte that is less than `n`; above the first such byte the bits may
    // be wrong, and only the first counts.
    const fn less(word: u64, n: u64) -> u64 {
        word.wrapping_sub(ONES.wrapping_mul(n)) & !word & HIGH
    }
    let mut at = from;
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        let word = u64::from_le_bytes(*eight);
        let quotes = less(word ^ ONES.wrapping_mul(b'"' as u64), 1);
        let slashes = less(word ^ ONES.wrapping_mul(b'\\' as u64), 1);
        let found = less(word, 0x20) | quotes | slashes;
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let is_plain = |byte: &u8| !matches!(byte, b'"' | b'\\' | 0..=0x1f);
    at + bytes.get(at..).map_or(0, |rest| {
        rest.iter().take_while(|byte| is_plain(byte)).count()
    })
}

fn escape_message(error: &EscapeError) -> String {
    match error {
        EscapeError::Unknown(found) => format!(
            "expected an escape such as `\\n`, found `\\{}`",
            found.escape_default()
        ),
        EscapeError::Truncated => {
            "expected a whole escape sequence, found the end of the text".to_owned()
        }
        EscapeError::NotHexadecimal => {
            "expected four hexadecimal digits after `\\u`, found something else".to_owned()
        }
        EscapeError::LoneSurrogate => "expected a pair of surrogates, found one alone".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{FaultKind, MAX_DEPTH, read, read_bytes};
    use crate::json::Value;
    use proptest::prelude::*;

    fn error(text: &str) -> String {
        read(text).expect_err("should be refused").to_string()
    }

    #[test]
    fn lists_have_no_room_that_is_not_used() {
        let many = vec!["[0]"; 3_000].join(",");
        let text = format!(r#"{{"a":{{"b":0}},"c":[1,2,3,4,5],"d":[],"e":[{many}]}}"#);
        fn judge(value: &Value<'_>) {
            match value {
                Value::Array(entries) => {
                    let is_long = entries.len() > super::LONG;
                    assert!(is_long || entries.capacity() == entries.len());
                    entries.iter().for_each(|entry| judge(&entry.value));
                }
                Value::Object(members) => {
                    assert_eq!(members.capacity(), members.len());
                    members.iter().for_each(|member| judge(&member.value.value));
                }
                _ => {}
            }
        }
        let document = read(&text).expect("valid JSON");
        judge(&document.root.value);
        assert_eq!(
            document.root.get("e").map(|e| e.entries().len()),
            Some(3_000)
        );
    }

    #[test]
    fn numbers_keep_their_text() {
        let document = read("[1.0, 1.00, -0, 1e400]").expect("valid JSON");
        let numbers: Vec<_> = document
            .root
            .entries()
            .iter()
            .filter_map(|node| node.primitive_text())
            .collect();
        assert_eq!(numbers, ["1.0", "1.00", "-0", "1e400"]);
    }

    #[test]
    fn duplicate_names_are_kept_and_reported() {
        let document = read(r#"{"a": 1, "b": 2, "a": 3}"#).expect("valid JSON");
        assert_eq!(document.root.members().len(), 3);
        assert_eq!(document.faults.len(), 1);
        assert_eq!(
            document.faults[0].kind,
            FaultKind::DuplicateName("a".to_owned())
        );
        assert_eq!(
            document
                .line_index()
                .position(document.faults[0].offset)
                .column,
            18
        );
        assert!(
            read(r#"{"a": {"b": 1}, "c": {"b": 1}}"#)
                .expect("valid JSON")
                .faults
                .is_empty()
        );
    }

    #[test]
    fn escapes_are_resolved_and_plain_strings_borrowed() {
        let document = read(r#"["plain", "a\u00e9\ud83d\ude00\/"]"#).expect("valid JSON");
        let Value::String(plain) = &document.root.entries()[0].value else {
            panic!("a string")
        };
        assert!(matches!(plain, std::borrow::Cow::Borrowed("plain")));
        assert_eq!(document.root.entries()[1].as_str(), Some("aé😀/"));
    }

    #[test]
    fn errors_say_where_and_what() {
        assert_eq!(
            error("{\n \"a\" 1}"),
            "line 2, column 6: expected `:` after a property name, found `1`"
        );
        assert_eq!(
            error("[1,]"),
            "line 1, column 4: expected a JSON value, found `]`"
        );
        assert_eq!(
            error("NaN"),
            "line 1, column 1: expected a JSON value, found `N`"
        );
        assert_eq!(
            error("\"a"),
            "line 1, column 3: expected the closing quote of a string, found the end of the text"
        );
        assert_eq!(
            error("\"\\ud800\""),
            "line 1, column 2: expected a pair of surrogates, found one alone"
        );
        assert_eq!(
            error("01"),
            "line 1, column 2: expected a number without a leading zero, found one with it"
        );
        assert_eq!(
            error(""),
            "line 1, column 1: expected a JSON value, found the end of the text"
        );
    }

    #[test]
    fn strings_end_where_they_end_at_any_length() {
        for length in 0..40 {
            for (end, rest) in [("\"", ""), ("\\n\"", "\n"), ("é\"", "é")] {
                let text = format!("\"{}{end}", "a".repeat(length));
                let document = read(&text).expect("valid JSON");
                let expected = "a".repeat(length) + rest;
                assert_eq!(document.root.as_str(), Some(expected.as_str()));
            }
            let control = format!("\"{}\u{1}aaaaaaaaa\"", "a".repeat(length));
            assert!(error(&control).contains(&format!("column {}:", length + 2)));
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_are_named_with_their_place() {
        let error = read_bytes(b"{\"a\": \"\xff\"}").expect_err("not UTF-8");
        assert_eq!(
            error.to_string(),
            "line 1, column 8: expected UTF-8 text, found a byte that is not UTF-8"
        );
    }

    #[test]
    fn a_byte_order_mark_is_a_fault_and_not_an_error() {
        let document = read("\u{feff}{}").expect("valid JSON");
        assert_eq!(document.faults[0].kind, FaultKind::ByteOrderMark);
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = "[".repeat(100_000);
        assert!(error(&deep).contains(&format!("at most {MAX_DEPTH} levels")));
        let fits = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert!(read(&fits).is_ok());
    }

    proptest! {
        #[test]
        fn any_bytes_end_in_a_tree_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(document) = read_bytes(&bytes) {
                prop_assert!(serde_json::from_slice::<serde::de::IgnoredAny>(document.text.as_bytes()).is_ok());
            }
        }

        #[test]
        fn what_serde_json_reads_we_read_alike(text in r#"[\[\]{}",:0-9.eE+\-truefalsn\\ ]{0,40}"#) {
            let theirs = serde_json::from_str::<serde_json::Value>(&text).is_ok();
            // serde_json refuses numbers beyond f64, this reader keeps them.
            if theirs {
                prop_assert!(read(&text).is_ok(), "{text}");
            }
        }
    }
}
