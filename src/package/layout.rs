//! JSON as people like to read it: what fits on a line stands on one line, so a code with its
//! display is one line and so is a whole simple element.

use crate::json::{Node, Value};

/// Lines are broken where they would grow longer than this, in characters.
const WIDTH: usize = 100;

/// Writes the tree with two spaces of indentation and a final line break.
pub(super) fn layout(node: &Node<'_>) -> String {
    let mut out = String::new();
    write(node, 0, 0, &mut out);
    out.push('\n');
    out
}

/// `before` is what already stands on the line besides the indentation, in characters.
fn write(node: &Node<'_>, depth: usize, before: usize, out: &mut String) {
    let compact = one_line(node);
    let is_top = depth == 0;
    let fits = 2 * depth + before + compact.chars().count() < WIDTH;
    let has_parts = !node.members().is_empty() || !node.entries().is_empty();
    if !has_parts || (fits && !is_top) {
        out.push_str(&compact);
        return;
    }
    let (open, close) = if node.is_object() {
        ('{', '}')
    } else {
        ('[', ']')
    };
    let mut first = true;
    let mut part = |name: Option<&str>, value: &Node<'_>, out: &mut String| {
        if !std::mem::take(&mut first) {
            out.push(',');
        }
        out.push('\n');
        out.push_str(&"  ".repeat(depth + 1));
        let name = name
            .map(|name| format!("{}: ", quoted(name)))
            .unwrap_or_default();
        out.push_str(&name);
        write(value, depth + 1, name.chars().count() + 1, out);
    };
    out.push(open);
    for member in node.members() {
        part(Some(&member.name), &member.value, out);
    }
    for entry in node.entries() {
        part(None, entry, out);
    }
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
    out.push(close);
}

fn one_line(node: &Node<'_>) -> String {
    match &node.value {
        Value::Array(entries) => {
            let entries: Vec<_> = entries.iter().map(one_line).collect();
            format!("[{}]", entries.join(", "))
        }
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|member| format!("{}: {}", quoted(&member.name), one_line(&member.value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        _ => node.to_json(),
    }
}

fn quoted(text: &str) -> String {
    let node = Node {
        value: Value::String(text.into()),
        offset: 0,
    };
    node.to_json()
}

#[cfg(test)]
mod tests {
    use super::layout;

    #[test]
    fn short_parts_stand_on_one_line_and_the_rest_is_broken() {
        let long = "x".repeat(90);
        let text =
            format!(r#"{{"a":[{{"code":"1","display":"One"}}],"b":{{"c":"{long}"}},"d":1.0}}"#);
        let document = crate::json::read(&text).expect("valid JSON");
        let laid_out = layout(&document.root);
        let expected = format!(
            "{{\n  \"a\": [{{ \"code\": \"1\", \"display\": \"One\" }}],\n  \"b\": {{\n    \"c\": \"{long}\"\n  }},\n  \"d\": 1.0\n}}\n"
        );
        assert_eq!(laid_out, expected);
        let again = crate::json::read(&laid_out).expect("still JSON");
        assert_eq!(again.root.to_json(), text);
    }
}
