//! A search that the server breaks down over, asked again one match at a time: which rows it is that
//! cannot be answered, and what the others hold.

use super::scenario::Scenario;
use crate::check::exchange::outcome_text;
use crate::check::search::paging::numbered;
use crate::http::Exchange;

/// Rows that are asked for at most.
const ROWS: u32 = 60;
/// Rows that are named.
const NAMED: usize = 8;

/// What came of the rows.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Those that cannot be answered, from 1, with what the server says.
    broken: Vec<(u32, String)>,
    asked: u32,
    more: bool,
}

/// Asks for the matches of a search one by one, and hands each page that is answered to `see`. A
/// row that is not answered has no link to the next one: the number in the link before is raised.
pub(super) async fn perform(
    scenario: &mut Scenario<'_>,
    search: &str,
    mut see: impl FnMut(&mut Scenario<'_>, Exchange),
) -> Rows {
    let mut rows = Rows::default();
    let mark = if search.contains('?') { '&' } else { '?' };
    let mut address = format!("{search}{mark}_count=1");
    let mut link: Option<String> = None;
    loop {
        let exchange = scenario.get(&address).await;
        let Some(response) = exchange.response() else {
            break;
        };
        if response.status < 500 && response.status != 200 {
            break;
        }
        rows.asked += 1;
        let next = if response.status == 200 {
            link = next_of(&response.body);
            see(scenario, exchange);
            link.clone()
        } else {
            let text = outcome_text(response);
            let text = text.unwrap_or_else(|| format!("status {}", response.status));
            rows.broken.push((rows.asked, text));
            scenario.keep(exchange, false);
            let raised = |link: &String| numbered(link, rows.asked + 1);
            link.as_ref().and_then(raised)
        };
        let Some(next) = next else {
            break;
        };
        if rows.asked == ROWS {
            rows.more = true;
            break;
        }
        address = next;
    }
    rows
}

fn next_of(body: &str) -> Option<String> {
    let document = crate::json::read(body).ok()?;
    let links = document.root.get("link")?;
    let next = links
        .entries()
        .iter()
        .find(|link| link.str("relation") == Some("next"))?;
    next.str("url").map(str::to_owned)
}

impl Rows {
    /// What came of them, in words; nothing where one at a time says no more than all at once.
    pub(super) fn words(&self) -> Option<String> {
        let (broken, asked) = (self.broken.len(), self.asked as usize);
        if broken == 0 || broken == asked {
            return None;
        }
        let named: Vec<String> = self
            .broken
            .iter()
            .take(NAMED)
            .map(|(row, text)| {
                format!(
                    "match {row}: {}",
                    text.split_whitespace().collect::<Vec<_>>().join(" ")
                )
            })
            .collect();
        let more = if broken > NAMED { "; …" } else { "" };
        let first = if self.more { "the first " } else { "" };
        Some(format!(
            "asked one at a time, {broken} of {first}{asked} matches cannot be answered: {}{more}",
            named.join("; ")
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::Rows;

    #[test]
    fn rows_are_named_only_where_others_are_answered() {
        let broken = vec![(2, "X is\nmissing".to_owned())];
        let some = Rows {
            broken: broken.clone(),
            asked: 3,
            more: false,
        };
        let words = "asked one at a time, 1 of 3 matches cannot be answered: match 2: X is missing";
        assert_eq!(some.words().as_deref(), Some(words));
        assert_eq!(
            Rows {
                broken,
                asked: 1,
                more: false
            }
            .words(),
            None
        );
        assert_eq!(Rows::default().words(), None);
    }
}
