//! Offsets to lines and columns.

use serde::{Deserialize, Serialize};

/// A place in a text: both counted from 1; the column counts characters, not bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// The starts of a text's lines, so that many offsets are looked up after one pass.
#[derive(Debug)]
pub struct LineIndex<'a> {
    text: &'a str,
    starts: Vec<u32>,
}

impl<'a> LineIndex<'a> {
    /// Finds the lines of the text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1))
            .collect();
        Self { text, starts }
    }

    /// The place of a byte offset; an offset past the end is the end.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let line = self.starts.partition_point(|&start| start <= offset) - 1;
        let start = self.starts[line] as usize;
        let end = (offset as usize).min(self.text.len());
        let before = self
            .text
            .get(start..end)
            .map_or(end - start, |text| text.chars().count());
        Position {
            line: line as u32 + 1,
            column: before as u32 + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LineIndex, Position};

    #[test]
    fn columns_count_characters_and_lines_start_at_one() {
        let index = LineIndex::new("é{\n  \"a\": 1\n}");
        assert_eq!(index.position(2), Position { line: 1, column: 2 });
        assert_eq!(index.position(6), Position { line: 2, column: 3 });
        assert_eq!(index.position(999), Position { line: 3, column: 2 });
    }
}
