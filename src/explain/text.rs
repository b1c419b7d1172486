//! An explanation for a terminal.

use super::Explanation;

/// Characters of a line.
const WIDTH: usize = 96;

/// The explanation as text: a heading, then a paragraph for each question.
#[must_use]
pub fn text(explanation: &Explanation) -> String {
    let level = explanation.level.map(|level| format!(" ({level})"));
    let mut text = format!(
        "{} {}{}\n",
        explanation.kind,
        explanation.id,
        level.unwrap_or_default()
    );
    paragraph(&mut text, &explanation.what);
    for (heading, entries) in [
        ("seen", &explanation.seen),
        ("why it matters", &explanation.why),
        ("where it is said", &explanation.source),
        ("how it is tested", &explanation.tested),
        ("how to mend it", &explanation.mend),
    ] {
        if !entries.is_empty() {
            text.push_str(&format!("\n{heading}\n"));
            entries.iter().for_each(|entry| paragraph(&mut text, entry));
        }
    }
    if !explanation.reproduce.is_empty() {
        text.push_str("\nhow to see it again\n");
        for command in &explanation.reproduce {
            // A command stays in one line, to be copied.
            text.push_str(&format!("  $ {}\n", plain(command)));
        }
    }
    text
}

fn paragraph(text: &mut String, entry: &str) {
    let mut line = String::from(" ");
    for word in plain(entry).split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH && line.trim() != "" {
            text.push_str(&format!("{line}\n"));
            line = String::from("   ");
        }
        line.push(' ');
        line.push_str(word);
    }
    text.push_str(&format!("{line}\n"));
}

/// What a server sent must not move the cursor.
fn plain(text: &str) -> String {
    let shown = |character: char| {
        if character.is_control() {
            ' '
        } else {
            character
        }
    };
    text.chars().map(shown).collect()
}
