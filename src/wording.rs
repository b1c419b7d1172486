//! Small forms of words that several messages share.

/// `; did you mean `x`?` for the candidate nearest to the word, or nothing where none is near.
///
/// Near is an edit distance (insert, delete, replace, swap of neighbours) of at most a third of
/// the word's length, and at least one.
#[must_use]
pub fn did_you_mean<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> String {
    nearest(word, candidates).map_or_else(String::new, |candidate| {
        format!("; did you mean `{candidate}`?")
    })
}

/// The candidate nearest to the word, if one is near.
#[must_use]
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().flat_map(char::to_lowercase).collect();
    let right: Vec<char> = right.chars().flat_map(char::to_lowercase).collect();
    if left.len().abs_diff(right.len()) > 8 || left.len() > 64 {
        return usize::MAX;
    }
    let width = right.len() + 1;
    let mut rows = vec![0; (left.len() + 1) * width];
    for row in 0..=left.len() {
        for column in 0..width {
            rows[row * width + column] = if row == 0 || column == 0 {
                row + column
            } else {
                let differs = usize::from(left[row - 1] != right[column - 1]);
                let mut best = (rows[(row - 1) * width + column] + 1)
                    .min(rows[row * width + column - 1] + 1)
                    .min(rows[(row - 1) * width + column - 1] + differs);
                let swapped = row > 1
                    && column > 1
                    && left[row - 1] == right[column - 2]
                    && left[row - 2] == right[column - 1];
                if swapped {
                    best = best.min(rows[(row - 2) * width + column - 2] + 1);
                }
                best
            };
        }
    }
    rows[rows.len() - 1]
}

/// Whether a whole text fits a pattern, in which `*` stands for any text.
#[must_use]
pub fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

/// `1 page`, `2 pages`.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    match (number, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) if !noun.ends_with("ay") && !noun.ends_with("ey") => {
            format!("{number} {stem}ies")
        }
        (_, _) if noun.ends_with('s') || noun.ends_with("ch") => format!("{number} {noun}es"),
        _ => format!("{number} {noun}s"),
    }
}

/// The text, cut after that many characters.
#[must_use]
pub fn shortened(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    format!("{}…", text.chars().take(limit - 1).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::{count, did_you_mean, fits};

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(fits("read-status", "read-status"));
        assert!(!fits("read-status", "read-status-2"));
        assert!(fits("search-*", "search-type"));
        assert!(fits(
            "*mode*",
            "the run is in read mode, and this step writes"
        ));
        assert!(fits("*", ""));
        assert!(fits("a*b*c", "a-b-b-c"));
        assert!(!fits("a*b*c", "a-c-b"));
        assert!(!fits("ab*ba", "aba"), "a character counts once");
    }

    #[test]
    fn near_words_are_offered_and_far_ones_are_not() {
        assert_eq!(
            did_you_mean("Pateint", ["Group", "Patient"]),
            "; did you mean `Patient`?"
        );
        assert_eq!(did_you_mean("Claim", ["Group", "Patient"]), "");
    }

    #[test]
    fn nouns_follow_their_number() {
        assert_eq!(count(1, "entry"), "1 entry");
        assert_eq!(count(2, "entry"), "2 entries");
        assert_eq!(count(3, "search"), "3 searches");
        assert_eq!(count(0, "page"), "0 pages");
    }
}
