//! Offsets to lines and columns.

use std::cell::Cell;

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
    /// The offset that was asked for last, and its place: the next one is mostly further on in the
    /// same line, which may be as long as the text.
    last: Cell<(u32, Position)>,
}

impl<'a> LineIndex<'a> {
    /// Finds the lines of the text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1))
            .collect();
        let last = Cell::new((0, Position { line: 1, column: 1 }));
        Self { text, starts, last }
    }

    /// The place of a byte offset; an offset past the end is the end.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let index = self.starts.partition_point(|&start| start <= offset) - 1;
        let line = index as u32 + 1;
        let end = (offset as usize).min(self.text.len());
        let (last, known) = self.last.get();
        let (from, column) = if known.line == line && last as usize <= end {
            (last as usize, known.column)
        } else {
            (self.starts[index] as usize, 1)
        };
        let between = self
            .text
            .get(from..end)
            .map_or(end - from, |text| text.chars().count());
        let position = Position {
            line,
            column: column + between as u32,
        };
        self.last.set((end as u32, position));
        position
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
        assert_eq!(index.position(2), Position { line: 1, column: 2 });
    }

    #[test]
    fn places_in_one_long_line_are_counted_once() {
        let text = "é".repeat(1_000_000);
        let index = LineIndex::new(&text);
        for character in (0..1_000_000).step_by(10) {
            assert_eq!(index.position(character * 2).column, character + 1);
        }
    }
}
