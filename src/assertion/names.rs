//! JSON property names to numbers: a small open-addressing table, built once per type.

/// A lookup from names to two small numbers.
#[derive(Debug, Default)]
pub struct NameTable {
    slots: Vec<Option<Entry>>,
    mask: usize,
    names: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    name: u16,
    target: (u16, u16),
}

impl NameTable {
    /// Builds the table. Of a name that occurs twice the first target stays.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = (String, (u16, u16))>) -> Self {
        let entries: Vec<_> = entries.into_iter().take(usize::from(u16::MAX)).collect();
        let size = (entries.len() * 2).next_power_of_two().max(4);
        let mut table = Self {
            slots: vec![None; size],
            mask: size - 1,
            names: Vec::with_capacity(entries.len()),
        };
        for (name, target) in entries {
            if table.get(&name).is_none() {
                table.insert(name, target);
            }
        }
        table
    }

    fn insert(&mut self, name: String, target: (u16, u16)) {
        let mut at = hash(&name) & self.mask;
        while self.slots[at].is_some() {
            at = (at + 1) & self.mask;
        }
        self.slots[at] = Some(Entry {
            name: self.names.len() as u16,
            target,
        });
        self.names.push(name);
    }

    /// The target of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<(usize, usize)> {
        if self.slots.is_empty() {
            return None;
        }
        let mut at = hash(name) & self.mask;
        while let Some(entry) = self.slots[at] {
            if self.names[usize::from(entry.name)] == name {
                return Some((entry.target.0.into(), entry.target.1.into()));
            }
            at = (at + 1) & self.mask;
        }
        None
    }

    /// All names, in the order in which they were given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}

/// FNV-1a: good enough for a few dozen short names, and without set-up cost.
fn hash(name: &str) -> usize {
    name.bytes().fold(0x811c_9dc5_usize, |hash, byte| {
        (hash ^ usize::from(byte)).wrapping_mul(0x0100_0193) & 0xffff_ffff
    })
}

/// The known name nearest to a mistyped one, if one is near: for hints.
#[must_use]
pub fn nearest<'n>(wrong: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    if wrong.len() > 64 {
        return None;
    }
    let limit = (wrong.chars().count() / 3).clamp(1, 3);
    known
        .map(|name| (distance(wrong, name), name))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Levenshtein's distance; a change of case alone counts nothing.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, b) in right.iter().enumerate() {
            let cost = usize::from(!a.eq_ignore_ascii_case(b));
            let next = (diagonal + cost)
                .min(row[column] + 1)
                .min(row[column + 1] + 1);
            diagonal = row[column + 1];
            row[column + 1] = next;
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::{NameTable, nearest};

    #[test]
    fn names_are_found_and_others_are_not() {
        let names = ["a", "b", "birthDate", "gender", "b"];
        let table = NameTable::new(
            names
                .iter()
                .enumerate()
                .map(|(index, name)| ((*name).to_owned(), (index as u16, 0))),
        );
        assert_eq!(table.get("birthDate"), Some((2, 0)));
        assert_eq!(table.get("b"), Some((1, 0)));
        assert_eq!(table.get("birthdate"), None);
        assert_eq!(NameTable::default().get("a"), None);
        assert_eq!(table.names().count(), 4);
    }

    #[test]
    fn a_near_name_is_suggested() {
        let known = ["birthDate", "gender", "name"];
        let near = |wrong| nearest(wrong, known.into_iter());
        assert_eq!(near("birthdate"), Some("birthDate"));
        assert_eq!(near("gendre"), Some("gender"));
        assert_eq!(near("telephone"), None);
    }
}
