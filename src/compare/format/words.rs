//! What the closed sets of a comparison are called.

use crate::compare::{Change, ChangedSurface, Effect, SurfaceKind, WhyNotComparable};
use crate::report::Language;

/// The heading over findings of one change.
pub(super) fn heading(change: Change, language: Language) -> String {
    let heading = match change {
        Change::New => language.text("New"),
        Change::Local => language.text("Of this instance"),
        Change::RuleChanged => language.text("A requirement or the guide changed"),
        Change::NewlyTested => language.text("Newly tested"),
        Change::Still => language.text("Still there"),
        Change::Inherited => language.text("Inherited from the release"),
        Change::NewlyUntested => language.text("No longer tested"),
        Change::NotComparable => language.text("Not comparable"),
        Change::Fixed => language.text("Fixed"),
    };
    heading.into_owned()
}

/// What the change means.
pub(super) fn meaning(change: Change, language: Language) -> String {
    let meaning = match change {
        Change::New => language.text("Tested before without it. A failure here is a regression."),
        Change::Local => {
            language.text("The release was tested without it: a deviation of this instance.")
        }
        Change::RuleChanged => language
            .text("It came, went or got worse together with a rule: the server may be as it was."),
        Change::NewlyTested => {
            language.text("Nobody knows whether it was there before: its check was not tested.")
        }
        Change::Still => language.text("There before, and there now."),
        Change::Inherited => language.text("The release has it too: it is mended there."),
        Change::NewlyUntested => language
            .text("There before. Its check was not tested now, so it is not known to be fixed."),
        Change::NotComparable => language.text(
            "One side could not be tested the same way: another mode, other rights or no data.",
        ),
        Change::Fixed => language.text("There before; tested again, with data, without it."),
    };
    meaning.into_owned()
}

pub(super) fn why(why: WhyNotComparable, language: Language) -> String {
    let why = match why {
        WhyNotComparable::Mode => language.text("another mode"),
        WhyNotComparable::Rights => language.text("other rights"),
        WhyNotComparable::Data => language.text("no data"),
        WhyNotComparable::Plan => language.text("not in the plan"),
        WhyNotComparable::Error => language.text("could not be evaluated"),
    };
    why.into_owned()
}

pub(super) fn effect(effect: Effect, language: Language) -> String {
    let effect = match effect {
        Effect::Breaking => language.text("breaking"),
        Effect::Changed => language.text("changed"),
        Effect::Additive => language.text("additive"),
        Effect::NoLongerSeen => language.text("no longer seen"),
        Effect::NewlySeen => language.text("newly seen"),
    };
    effect.into_owned()
}

pub(super) fn kind(kind: SurfaceKind, language: Language) -> String {
    let kind = match kind {
        SurfaceKind::ResourceType => language.text("resource type"),
        SurfaceKind::Interaction => language.text("interaction"),
        SurfaceKind::Parameter => language.text("search parameter"),
        SurfaceKind::Status => language.text("HTTP statuses"),
        SurfaceKind::Element => language.text("element"),
        SurfaceKind::Value => language.text("kind of value"),
        SurfaceKind::CodeSystem => language.text("code system"),
        SurfaceKind::Extension => language.text("extension"),
        SurfaceKind::ErrorCode => language.text("error code"),
    };
    kind.into_owned()
}

/// `Patient, element Patient.name: 5/5 → 0/5`.
pub(super) fn surface(change: &ChangedSurface, language: Language) -> String {
    let none = language.text("not seen");
    let side = |side: &Option<String>| side.clone().unwrap_or_else(|| none.clone().into_owned());
    let what = kind(change.kind, language);
    match (&change.old, &change.new) {
        (None, None) => format!("{}, {what}", change.resource_type),
        (old, new) => format!(
            "{}, {what} {}: {} → {}",
            change.resource_type,
            change.name,
            side(old),
            side(new)
        ),
    }
}
