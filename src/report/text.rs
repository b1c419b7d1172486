//! Text from servers made fit for where it is shown: no control characters, bounded, wrapped.

/// The text in one line, without control characters and without the characters that reorder what
/// follows them: a terminal or a reviewer must see what is there.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => line.push(' '),
            c if c.is_control() || is_reordering(c) => line.push('\u{fffd}'),
            c => line.push(c),
        }
    }
    line
}

/// The same, but lines stay lines.
pub(super) fn lines(text: &str) -> String {
    text.lines().map(one_line).collect::<Vec<_>>().join("\n")
}

/// At most so many characters, with an ellipsis where some were cut.
pub(crate) fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        None => text.to_owned(),
        Some(_) => {
            let kept: String = text.chars().take(characters.saturating_sub(1)).collect();
            format!("{}…", kept.trim_end())
        }
    }
}

/// Lines of at most so many characters, broken at spaces; a longer word is broken anywhere.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let mut word: Vec<char> = word.chars().collect();
        if length > 0 && length + 1 + word.len() > width {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        while word.len() > width {
            let rest = word.split_off(width);
            lines.push(word.into_iter().collect());
            word = rest;
        }
        length += word.len();
        line.extend(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Explicit bidirectional formatting characters (Unicode Annex 9).
fn is_reordering(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

#[cfg(test)]
mod tests {
    use super::{cut, one_line, wrap};

    #[test]
    fn a_server_cannot_move_the_cursor_or_turn_the_text_round() {
        assert_eq!(
            one_line("a\u{1b}[2Jb\u{202e}c\nd"),
            "a\u{fffd}[2Jb\u{fffd}c d"
        );
    }

    #[test]
    fn no_line_is_longer_than_asked() {
        let text = format!("short words and {} one", "x".repeat(25));
        let lines = wrap(&text, 10);
        assert!(
            lines.iter().all(|line| line.chars().count() <= 10),
            "{lines:?}"
        );
        assert_eq!(lines.join("").replace(' ', ""), text.replace(' ', ""));
        assert!(wrap("", 10).is_empty());
    }

    #[test]
    fn cut_text_says_so() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde…");
    }
}
