//! The restricted FHIRPath of discriminators (R4 5.1.0.14, Discriminator): element names, `extension(url)`,
//! `resolve()` and `ofType(type)`, or `$this`.

/// One step of a discriminator path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// An element by its name.
    Child(String),
    /// `extension('url')`
    Extension(String),
    /// `resolve()`
    Resolve,
    /// `ofType(type)`
    OfType(String),
}

/// Reads a path; `$this` has no steps.
///
/// # Errors
/// What is not allowed in it.
pub fn parse(path: &str) -> Result<Vec<Step>, String> {
    if path == "$this" {
        return Ok(Vec::new());
    }
    let segments = split(path);
    let segments = segments.iter().enumerate();
    segments
        .filter(|(index, segment)| *index > 0 || **segment != "$this")
        .map(|(_, segment)| step(segment))
        .collect()
}

/// The path with choices written as elements are (`value[x]` as `value`): what a path means that
/// is wrong in that alone.
pub fn without_choice_marks(path: &str) -> String {
    path.replace("[x]", "")
}

/// Splits at dots that stand outside parentheses and quotes.
fn split(path: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut start) = (0usize, false, 0);
    let mut segments = Vec::new();
    for (index, letter) in path.char_indices() {
        match letter {
            '\'' | '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            '.' if !quoted && depth == 0 => {
                segments.push(&path[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    segments.push(&path[start..]);
    segments
}

fn step(segment: &str) -> Result<Step, String> {
    let is_name = |text: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    if is_name(segment) {
        return Ok(Step::Child(segment.to_owned()));
    }
    let call = segment
        .strip_suffix(')')
        .and_then(|own| own.split_once('('));
    let quotes = ['\'', '"'];
    match call {
        Some(("resolve", "")) => Ok(Step::Resolve),
        Some(("ofType", name)) if is_name(name) => Ok(Step::OfType(name.to_owned())),
        Some(("extension", url)) if url.starts_with(quotes) && url.ends_with(quotes) => {
            Ok(Step::Extension(url.trim_matches(quotes).to_owned()))
        }
        _ => Err(segment.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Step, parse, without_choice_marks};

    #[test]
    fn what_r4_allows_is_read_and_the_rest_named() {
        let child = |name: &str| Step::Child(name.to_owned());
        assert_eq!(parse("$this"), Ok(vec![]));
        assert_eq!(
            parse("type.coding"),
            Ok(vec![child("type"), child("coding")])
        );
        assert_eq!(
            parse("extension('http://a.b/c').value.ofType(Coding).resolve()"),
            Ok(vec![
                Step::Extension("http://a.b/c".to_owned()),
                child("value"),
                Step::OfType("Coding".to_owned()),
                Step::Resolve,
            ])
        );
        assert_eq!(
            parse("extension[type].value"),
            Err("extension[type]".to_owned())
        );
        assert_eq!(parse("a.where(x=1)"), Err("where(x=1)".to_owned()));
        assert_eq!(parse("value[x]"), Err("value[x]".to_owned()));
        assert_eq!(parse(""), Err(String::new()));
        assert_eq!(without_choice_marks("value[x].code"), "value.code");
    }
}
