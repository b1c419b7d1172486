//! A search walked page by page, and what must hold of the walk (R4 3.1.0.11).

use std::collections::BTreeSet;

use super::answer::{Answer, Found};
use crate::check::Judgement;
use crate::finding::Rule;

/// A search, walked along its next links.
#[derive(Debug)]
pub struct Walk {
    /// The type.
    pub resource_type: String,
    /// The size of pages that was asked for; none is the server's own.
    pub size: Option<usize>,
    /// The pages.
    pub answers: Vec<Answer>,
    /// Whether there are more pages.
    pub more: bool,
    /// A next link that leads to a page seen before.
    pub repeated_link: Option<String>,
}

impl Walk {
    fn pages(&self) -> impl Iterator<Item = (&Answer, &Found)> {
        self.answers
            .iter()
            .filter_map(|answer| Some((answer, answer.found()?)))
    }

    /// Whether every page came and the last one was reached.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.more && self.answers.iter().all(|answer| answer.found().is_some())
    }

    /// The ids of all matches, in order.
    #[must_use]
    pub fn ids(&self) -> Vec<&str> {
        self.pages().flat_map(|(_, found)| found.ids()).collect()
    }

    fn query(&self) -> String {
        match self.size {
            Some(size) => format!("`{}?_count={size}`", self.resource_type),
            None => format!("`{}`", self.resource_type),
        }
    }
}

fn broken(judgement: &mut Judgement, answer: &Answer, place: &str, expected: &str, actual: &str) {
    judgement.broken_by(&answer.exchange, Rule::Paging, place, expected, actual);
}

/// No page holds more than was asked for.
pub fn size(judgement: &mut Judgement, walk: &Walk) {
    let Some(size) = walk.size else { return };
    for (answer, found) in walk.pages() {
        judgement.saw_exchange();
        if found.matches.len() > size {
            let expected = format!("pages of at most {size} for {}", walk.query());
            broken(
                judgement,
                answer,
                "Bundle.entry",
                &expected,
                &found.describe(),
            );
        }
    }
}

/// No match stands on two pages.
pub fn no_repeat(judgement: &mut Judgement, walk: &Walk) {
    let mut seen = BTreeSet::new();
    for (page, (answer, found)) in walk.pages().enumerate() {
        for id in found.ids() {
            judgement.saw_resource();
            if !seen.insert(id) {
                let expected = format!("each match once for {}", walk.query());
                let actual = format!("{}/{id} again on page {}", walk.resource_type, page + 1);
                broken(
                    judgement,
                    answer,
                    "Bundle.entry.resource",
                    &expected,
                    &actual,
                );
            }
        }
    }
}

/// Next links come to an end.
pub fn terminates(judgement: &mut Judgement, walk: &Walk) {
    let Some(last) = walk.answers.last() else {
        return;
    };
    if walk.is_complete() {
        judgement.saw_exchange();
    }
    if let Some(link) = &walk.repeated_link {
        let place = "Bundle.link.where(relation = 'next').url";
        let expected = "a link to a page not seen before";
        broken(judgement, last, place, expected, &format!("`{link}`"));
    }
}

/// Next links can be followed as they are given.
pub fn next(judgement: &mut Judgement, walk: &Walk) {
    for answer in walk.answers.iter().skip(1) {
        let expected = format!("the next page of {}", walk.query());
        answer.expect_found(judgement, &expected);
    }
}

/// A total that is given is the number of all matches, on each page.
pub fn total(judgement: &mut Judgement, walk: &Walk) {
    if !walk.is_complete() {
        return;
    }
    let count = walk.ids().len() as u64;
    for (answer, found) in walk.pages() {
        let Some(total) = found.total else { continue };
        judgement.saw_exchange();
        if total != count {
            let expected = format!(
                "a total of {count}, the number of matches on all pages of {}",
                walk.query()
            );
            broken(
                judgement,
                answer,
                "Bundle.total",
                &expected,
                &total.to_string(),
            );
        }
    }
}

/// Links are absolute addresses.
pub fn links(judgement: &mut Judgement, walk: &Walk) {
    for (answer, found) in walk.pages() {
        for (relation, url) in &found.links {
            judgement.saw_resource();
            if url::Url::parse(url).is_err() {
                let place = format!("Bundle.link.where(relation = '{relation}').url");
                let actual = format!("`{url}`");
                broken(judgement, answer, &place, "an absolute address", &actual);
            }
        }
    }
}

/// Page links repeat the size that was asked for: pages after the first are as large.
pub fn count_kept(judgement: &mut Judgement, walk: &Walk) {
    let Some(size) = walk.size else { return };
    let pages: Vec<_> = walk.pages().collect();
    let [first, middle @ .., _] = pages.as_slice() else {
        return;
    };
    let size = first.1.matches.len().min(size);
    for (answer, found) in middle {
        judgement.saw_exchange();
        if found.matches.len() != size {
            let expected = format!("{size} matches on each page of {}", walk.query());
            broken(
                judgement,
                answer,
                "Bundle.entry",
                &expected,
                &found.describe(),
            );
        }
    }
}

/// Pages of every size hold the same matches.
pub fn complete(judgement: &mut Judgement, walks: &[Walk]) {
    let complete: Vec<&Walk> = walks.iter().filter(|walk| walk.is_complete()).collect();
    let all: BTreeSet<&str> = complete.iter().flat_map(|walk| walk.ids()).collect();
    if complete.len() < 2 {
        return;
    }
    for walk in complete {
        judgement.saw_exchange();
        let own: BTreeSet<&str> = walk.ids().into_iter().collect();
        if own.len() < all.len() {
            let Some(first) = walk.answers.first() else {
                continue;
            };
            let expected = format!("all {} matches on the pages of {}", all.len(), walk.query());
            let lost = all.difference(&own).next().copied().unwrap_or_default();
            let actual = format!("{}, without {}/{lost}", own.len(), walk.resource_type);
            broken(judgement, first, "Bundle.entry", &expected, &actual);
        }
    }
}

/// Pages of every size give the same order.
pub fn order(judgement: &mut Judgement, walks: &[Walk]) {
    let mut complete = walks.iter().filter(|walk| walk.is_complete());
    let Some(first) = complete.next() else { return };
    let ids = first.ids();
    for walk in complete {
        let own = walk.ids();
        if own.len() != ids.len() || own.len() < 2 {
            continue;
        }
        judgement.saw_exchange();
        if own != ids
            && let Some(answer) = walk.answers.first()
        {
            let expected = format!("the order of {} in {}", first.query(), walk.query());
            broken(
                judgement,
                answer,
                "Bundle.entry",
                &expected,
                "another order",
            );
        }
    }
}

/// Every page of a search by ids holds those alone, and together they hold all of them.
pub fn criteria(judgement: &mut Judgement, walk: &Walk, ids: &[&str]) {
    for (answer, found) in walk.pages() {
        judgement.saw_exchange();
        for id in found.ids().iter().filter(|id| !ids.contains(id)) {
            let expected = "only matches of the criteria of the first page";
            let actual = format!("{}/{id}", walk.resource_type);
            broken(
                judgement,
                answer,
                "Bundle.entry.resource",
                expected,
                &actual,
            );
        }
    }
}

/// The total after a create is larger than the one before.
pub fn grown(judgement: &mut Judgement, before: Option<u64>, after: &Answer) {
    let Some(found) = after.expect_found(judgement, "a searchset after the create") else {
        return;
    };
    let (Some(before), Some(after_create)) = (before, found.total) else {
        return;
    };
    // Others may have added rows too.
    if after_create <= before {
        let expected = format!("a total above {before}, which it was before a create");
        let actual = after_create.to_string();
        broken(judgement, after, "Bundle.total", &expected, &actual);
    }
}

/// The address of a page that cannot be: a number in a link raised beyond every end, or the last
/// parameter mangled where it has none.
#[must_use]
pub fn beyond(next: &str) -> Option<String> {
    if let Some(address) = numbered(next, 9_999_999) {
        return Some(address);
    }
    let (address, mut pairs) = taken_apart(next)?;
    let last = pairs.iter_mut().rfind(|(name, _)| name != "_count")?;
    last.1.push_str("-beyond");
    Some(put_together(address, pairs))
}

/// The address of a page by its number, made from the link to another; nothing where the server
/// does not number its pages.
#[must_use]
pub fn numbered(next: &str, number: u32) -> Option<String> {
    let (address, mut pairs) = taken_apart(next)?;
    let is_number =
        |(name, value): &&mut (String, String)| name != "_count" && value.parse::<u64>().is_ok();
    pairs.iter_mut().find(is_number)?.1 = number.to_string();
    Some(put_together(address, pairs))
}

fn taken_apart(link: &str) -> Option<(&str, Vec<(String, String)>)> {
    let (address, query) = link.split_once('?')?;
    let pairs = url::form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    Some((address, pairs))
}

fn put_together(address: &str, pairs: Vec<(String, String)>) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    format!("{address}?{query}")
}

#[cfg(test)]
mod tests {
    use super::beyond;

    #[test]
    fn a_page_beyond_the_end_is_made_from_the_servers_own_link() {
        assert_eq!(
            beyond("http://h/Patient/?_count=2&page-offset=2").as_deref(),
            Some("http://h/Patient/?_count=2&page-offset=9999999")
        );
        assert_eq!(
            beyond("http://h/Patient?_count=2&_cursor=MTA").as_deref(),
            Some("http://h/Patient?_count=2&_cursor=MTA-beyond")
        );
        assert_eq!(beyond("http://h/Patient"), None);
    }
}
