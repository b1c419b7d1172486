//! String escapes, both ways.

/// Why an escape sequence is not one.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum EscapeError {
    Unknown(char),
    Truncated,
    NotHexadecimal,
    LoneSurrogate,
}

/// Reads the escape whose backslash stands at `bytes[0]`; returns the character and its length.
pub(super) fn read(bytes: &[u8]) -> Result<(char, usize), EscapeError> {
    let plain = |character| Ok((character, 2));
    match bytes.get(1) {
        None => Err(EscapeError::Truncated),
        Some(b'"') => plain('"'),
        Some(b'\\') => plain('\\'),
        Some(b'/') => plain('/'),
        Some(b'b') => plain('\u{8}'),
        Some(b'f') => plain('\u{c}'),
        Some(b'n') => plain('\n'),
        Some(b'r') => plain('\r'),
        Some(b't') => plain('\t'),
        Some(b'u') => unicode(bytes),
        Some(&other) => Err(EscapeError::Unknown(other as char)),
    }
}

fn unicode(bytes: &[u8]) -> Result<(char, usize), EscapeError> {
    let first = code_unit(bytes)?;
    if let Some(character) = char::from_u32(first) {
        return Ok((character, 6));
    }
    let rest = &bytes[6..];
    if !(0xD800..0xDC00).contains(&first)
        || rest.first() != Some(&b'\\')
        || rest.get(1) != Some(&b'u')
    {
        return Err(EscapeError::LoneSurrogate);
    }
    let second = code_unit(rest)?;
    if !(0xDC00..0xE000).contains(&second) {
        return Err(EscapeError::LoneSurrogate);
    }
    let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
    char::from_u32(code)
        .map(|character| (character, 12))
        .ok_or(EscapeError::LoneSurrogate)
}

fn code_unit(bytes: &[u8]) -> Result<u32, EscapeError> {
    let digits = bytes.get(2..6).ok_or(EscapeError::Truncated)?;
    digits.iter().try_fold(0, |code, &digit| {
        (digit as char)
            .to_digit(16)
            .map(|value| code * 16 + value)
            .ok_or(EscapeError::NotHexadecimal)
    })
}

/// Appends the text as a JSON string with its quotes.
pub(super) fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", control as u32)),
            other => out.push(other),
        }
    }
    out.push('"');
}
