//! The part of an exchange that shows a finding: status and headers, and the lines of the body
//! around the place. JSON is laid out afresh, because servers send it in one line; everything is
//! bounded, because a body may hold a photograph.

use std::collections::VecDeque;

use crate::http::{Exchange, Outcome, Response};

/// Lines shown before and after the place.
const CONTEXT: usize = 5;
/// Lines shown where there is no place.
const HEAD: usize = 12;
/// Characters of one line.
const WIDTH: usize = 160;
/// Levels of indentation shown; deeper nesting stays at this level.
const DEPTH: usize = 24;

/// Headers that say something about conformance and do not change from run to run.
const HEADERS: &[&str] = &[
    "allow",
    "content-type",
    "etag",
    "last-modified",
    "location",
    "www-authenticate",
];

/// The response, as far as it shows a finding at that line and column (from 1) of the body.
pub(super) fn of(exchange: &Exchange, line: Option<u32>, column: Option<u32>) -> String {
    let response = match &exchange.outcome {
        Outcome::Response(response) => response,
        Outcome::Failure(failure) => {
            return format!("no response ({}): {}", failure.failure, failure.message);
        }
    };
    let mut text = String::new();
    for redirect in &exchange.redirects {
        text.push_str(&format!(
            "{}, redirected to {}\n",
            redirect.status,
            cut(&redirect.location)
        ));
    }
    text.push_str(&head(response));
    let place = line.and_then(|line| offset(&response.body, line, column.unwrap_or(1)));
    let body = body_lines(&response.body, place);
    if !body.is_empty() {
        text.push_str("\n\n");
        text.push_str(&body);
    }
    if let Some(fault) = &response.body_fault {
        text.push_str(&format!("\n\n({})", fault.message));
    }
    text
}

fn head(response: &Response) -> String {
    let mut text = format!("{} {}", response.version, response.status);
    for (name, value) in &response.headers {
        if HEADERS.iter().any(|shown| name.eq_ignore_ascii_case(shown)) {
            text.push_str(&format!("\n{name}: {}", cut(value)));
        }
    }
    text
}

fn body_lines(body: &str, place: Option<usize>) -> String {
    let is_json = body.trim_start().starts_with(['{', '[']);
    let mut window = Window::new(place.is_some());
    if is_json {
        lay_out(body, place, &mut window);
    } else {
        let mut start = 0;
        for line in body.split_inclusive('\n') {
            let end = start + line.len();
            let marked = place.is_some_and(|place| (start..end).contains(&place));
            window.push(line.trim_end().to_owned(), marked);
            start = end;
        }
    }
    window.into_text()
}

/// The byte offset of a line and column.
fn offset(text: &str, line: u32, column: u32) -> Option<usize> {
    let mut start = 0;
    let mut lines = text.split_inclusive('\n');
    for _ in 1..line {
        start += lines.next()?.len();
    }
    let line = lines.next()?;
    let column = line
        .char_indices()
        .nth(column.saturating_sub(1) as usize)
        .map_or(line.len(), |(at, _)| at);
    Some(start + column)
}

/// The lines around the marked one, or the first lines where none is marked.
struct Window {
    lines: VecDeque<(String, bool)>,
    expects_mark: bool,
    marked: bool,
    after: usize,
    more_before: bool,
    more_after: bool,
}

impl Window {
    fn new(expects_mark: bool) -> Self {
        Self {
            lines: VecDeque::new(),
            expects_mark,
            marked: false,
            after: 0,
            more_before: false,
            more_after: false,
        }
    }

    fn is_full(&self) -> bool {
        self.more_after
    }

    fn push(&mut self, line: String, marked: bool) {
        let blank = line.is_empty() && self.lines.is_empty() && !marked;
        if self.is_full() || blank {
            return;
        }
        let room = match (self.expects_mark, self.marked) {
            (true, true) => self.after < CONTEXT,
            (true, false) => true,
            (false, _) => self.lines.len() < HEAD,
        };
        if !room {
            self.more_after = true;
            return;
        }
        if self.marked {
            self.after += 1;
        }
        let marked = marked && !self.marked;
        self.marked |= marked;
        self.lines.push_back((cut(&line), marked));
        if self.expects_mark && !self.marked && self.lines.len() > CONTEXT {
            self.lines.pop_front();
            self.more_before = true;
        }
    }

    fn into_text(self) -> String {
        let common = self
            .lines
            .iter()
            .filter(|(line, _)| !line.is_empty())
            .map(|(line, _)| line.len() - line.trim_start_matches(' ').len())
            .min()
            .unwrap_or(0);
        let mut text = Vec::new();
        if self.more_before {
            text.push("  …".to_owned());
        }
        for (line, marked) in &self.lines {
            let mark = if *marked { "> " } else { "  " };
            let line = line.get(common..).unwrap_or_default();
            text.push(format!("{mark}{line}").trim_end().to_owned());
        }
        if self.more_after {
            text.push("  …".to_owned());
        }
        text.join("\n")
    }
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(WIDTH) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    }
}

/// Lays JSON out with one member or entry a line. It does not parse: text that is not JSON after
/// all comes out as text.
fn lay_out(body: &str, place: Option<usize>, window: &mut Window) {
    let mut line = Line::default();
    let (mut in_string, mut escaped) = (false, false);
    for (at, c) in body.char_indices() {
        let marked = place == Some(at);
        if in_string {
            line.push(c, marked);
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => in_string = false,
                _ => {}
            }
        } else {
            in_string = c == '"';
            line.token(c, marked, window);
        }
        if window.is_full() {
            return;
        }
    }
    line.marked |= place.is_some_and(|place| place >= body.len());
    line.close(window);
}

/// The line being laid out.
#[derive(Default)]
struct Line {
    text: String,
    length: usize,
    depth: usize,
    marked: bool,
}

impl Line {
    /// A character outside of strings.
    fn token(&mut self, c: char, marked: bool, window: &mut Window) {
        match c {
            '{' | '[' => {
                self.push(c, marked);
                self.close(window);
                self.depth += 1;
            }
            '}' | ']' => {
                self.close(window);
                self.depth = self.depth.saturating_sub(1);
                self.push(c, marked);
            }
            ',' => {
                self.push(c, marked);
                self.close(window);
            }
            ':' => {
                self.push(c, marked);
                self.push(' ', false);
            }
            c if c.is_whitespace() => self.marked |= marked,
            c => self.push(c, marked),
        }
    }

    fn push(&mut self, c: char, marked: bool) {
        self.marked |= marked;
        // What is cut off anyway need not be kept.
        if self.length <= WIDTH {
            self.text.push(c);
            self.length += 1;
        }
    }

    /// Ends the line, if there is anything on it.
    fn close(&mut self, window: &mut Window) {
        if self.text.is_empty() {
            return;
        }
        let indent = " ".repeat(2 * self.depth.min(DEPTH));
        window.push(format!("{indent}{}", self.text), self.marked);
        *self = Self {
            depth: self.depth,
            ..Self::default()
        };
    }
}

#[cfg(test)]
mod tests {
    use super::{body_lines, offset};

    const BODY: &str = r#"{"resourceType":"Patient","id":"1","name":[{"family":"A","given":["B, {x}"]}],"gender":"f","active":true}"#;

    #[test]
    fn json_in_one_line_is_laid_out_around_the_place() {
        let place = offset(BODY, 1, BODY.find("\"B,").map_or(0, |at| at as u32 + 1));
        insta::assert_snapshot!(body_lines(BODY, place));
    }

    #[test]
    fn without_a_place_the_head_is_shown() {
        insta::assert_snapshot!(body_lines(BODY, None));
    }

    #[test]
    fn other_text_keeps_its_lines() {
        let body = "<html>\n<h1>Not Found</h1>\n</html>\n";
        assert_eq!(
            body_lines(body, offset(body, 2, 1)),
            "  <html>\n> <h1>Not Found</h1>\n  </html>"
        );
    }

    #[test]
    fn a_long_body_and_a_place_beyond_it_stay_bounded() {
        let photo = format!("{{\"data\":\"{}\"}}", "é".repeat(100_000));
        assert!(body_lines(&photo, None).len() < 1_000);
        assert_eq!(offset("ab", 1, 99), Some(2));
        assert_eq!(offset("ab", 9, 1), None);
        assert!(!body_lines("{\"a\"", Some(4)).is_empty());
        let deep = "[".repeat(10_000);
        assert!(body_lines(&deep, Some(9_999)).len() < 2_000);
    }
}
