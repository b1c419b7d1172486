use super::{
    Change, Comparison, Effect, Relation, SurfaceKind, WhyNotComparable, compare, html, index,
    markdown, overview, relation, table,
};
use crate::http::Mode;
use crate::report::{FindingGroup, Language, Report, TableStyle, sample};
use crate::result::Verdict;
use crate::surface::{Answers, Kind};

fn report() -> Report {
    sample::report()
}

/// A report without its finding of that check, whose check is then given another verdict.
fn without(check: &str, verdict: Verdict) -> (Report, FindingGroup) {
    let mut report = report();
    let at = report
        .findings
        .iter()
        .position(|group| group.check == check && group.verdict == Verdict::Fail)
        .expect("a failure");
    let group = report.findings.remove(at);
    for_each_check(&mut report, |found| {
        let before = found.findings.len();
        found.findings.retain(|id| *id != group.id);
        if before != found.findings.len() && found.findings.is_empty() {
            found.verdict = verdict;
            found.reason =
                (verdict == Verdict::Skip).then(|| "the search found nothing".to_owned());
        }
    });
    (report, group)
}

fn for_each_check(report: &mut Report, mut change: impl FnMut(&mut crate::report::ReportedCheck)) {
    for suite in &mut report.suites {
        for scenario in &mut suite.scenarios {
            for step in &mut scenario.steps {
                step.checks.iter_mut().for_each(&mut change);
            }
        }
    }
}

fn change_of(comparison: &Comparison, id: &str) -> Change {
    let finding = comparison.findings.iter().find(|finding| finding.id == id);
    finding.expect("the finding").change
}

#[test]
fn a_report_beside_itself_has_nothing_new() {
    let comparison = compare(&report(), &report(), Relation::Release);
    assert!(comparison.failing.is_empty());
    assert!(
        comparison
            .findings
            .iter()
            .all(|finding| finding.change == Change::Still)
    );
    assert!(comparison.checks.is_empty() && comparison.rules.is_empty());
    assert!(comparison.surface.is_empty() && comparison.surface_compared);
}

#[test]
fn a_failure_is_new_only_where_its_check_was_tested_before() {
    let (old, group) = without("search-parameter", Verdict::Pass);
    let comparison = compare(&old, &report(), Relation::Release);
    assert_eq!(comparison.failing, std::slice::from_ref(&group.id));
    assert_eq!(change_of(&comparison, &group.id), Change::New);

    let (old, group) = without("search-parameter", Verdict::Skip);
    let comparison = compare(&old, &report(), Relation::Release);
    assert!(
        comparison.failing.is_empty(),
        "nobody knows whether it is new"
    );
    assert_eq!(change_of(&comparison, &group.id), Change::NewlyTested);
    assert_eq!(comparison.checks[0].change, Change::NewlyTested);
}

#[test]
fn a_failure_is_fixed_only_where_its_check_was_tested_again() {
    let (new, group) = without("search-parameter", Verdict::Pass);
    let comparison = compare(&report(), &new, Relation::Release);
    assert_eq!(change_of(&comparison, &group.id), Change::Fixed);

    for verdict in [Verdict::Skip, Verdict::Error] {
        let (new, group) = without("search-parameter", verdict);
        let comparison = compare(&report(), &new, Relation::Release);
        assert_eq!(change_of(&comparison, &group.id), Change::NewlyUntested);
    }
}

#[test]
fn a_fault_of_an_element_that_no_resource_has_any_more_is_not_fixed() {
    let mut new = report();
    let at = |group: &FindingGroup| group.element.as_deref() == Some("Patient.maritalStatus");
    let group = new
        .findings
        .iter()
        .find(|group| at(group))
        .expect("it")
        .clone();
    new.findings.retain(|group| !at(group));
    let comparison = compare(&report(), &new, Relation::Release);
    assert_eq!(change_of(&comparison, &group.id), Change::Fixed);

    let surface = new.surface.as_mut().expect("a surface");
    let patient = surface.types.get_mut("Patient").expect("patients");
    patient
        .elements
        .retain(|path, _| !path.starts_with("Patient.maritalStatus"));
    let comparison = compare(&report(), &new, Relation::Release);
    assert_eq!(change_of(&comparison, &group.id), Change::NewlyUntested);
}

#[test]
fn a_new_cause_is_told_and_is_no_new_failure() {
    let mut old = report();
    old.findings[0].cause = crate::finding::Cause::Environment;
    old.findings[0].verdict = Verdict::Skip;
    let comparison = compare(&old, &report(), Relation::Release);
    let id = &report().findings[0].id;
    let finding = comparison.findings.iter().find(|finding| finding.id == *id);
    let finding = finding.expect("it");
    let old_cause = finding.old_cause;
    assert_eq!(finding.change, Change::NewlyTested);
    assert_eq!(old_cause, Some(crate::finding::Cause::Environment));
    assert!(comparison.failing.is_empty());
}

#[test]
fn what_came_with_another_guide_is_not_blamed_on_the_server() {
    let mut old = report();
    let at = |group: &FindingGroup| group.constraint.is_some();
    let group = old
        .findings
        .iter()
        .find(|group| at(group))
        .expect("it")
        .clone();
    old.findings.retain(|group| !at(group));
    assert_eq!(
        change_of(&compare(&old, &report(), Relation::Release), &group.id),
        Change::New
    );
    old.packages[0].version = "0.9.0".to_owned();
    let comparison = compare(&old, &report(), Relation::Release);
    assert_eq!(change_of(&comparison, &group.id), Change::RuleChanged);
    assert_eq!(comparison.rules[0].id, "openimis.fhir.r4");
    assert!(comparison.failing.is_empty());
}

#[test]
fn an_instance_inherits_deviates_or_cannot_be_compared() {
    let (release, own) = without("search-parameter", Verdict::Pass);
    let mut country = report();
    let inherited = country
        .findings
        .iter()
        .find(|group| group.check == "read-status");
    let inherited = inherited.expect("it").id.clone();
    // Read mode leaves out what writes.
    country.target.mode = Mode::Read;
    let created: Vec<String> = country
        .findings
        .iter()
        .filter(|group| group.subject.interaction.as_deref() == Some("create"))
        .map(|group| group.id.clone())
        .collect();
    assert!(!created.is_empty());
    country
        .findings
        .retain(|group| !created.contains(&group.id));
    for_each_check(&mut country, |check| {
        if check.subject.interaction.as_deref() == Some("create") {
            check.verdict = Verdict::Skip;
            check.findings.clear();
            check.reason = Some("the run is in read mode, and this step writes".to_owned());
        }
    });
    let comparison = compare(&release, &country, Relation::Instance);
    assert_eq!(change_of(&comparison, &own.id), Change::Local);
    assert_eq!(change_of(&comparison, &inherited), Change::Inherited);
    assert_eq!(comparison.failing, [own.id]);
    for id in &created {
        let finding = comparison.findings.iter().find(|finding| finding.id == *id);
        let finding = finding.expect("it");
        assert_eq!(finding.change, Change::NotComparable);
        assert_eq!(finding.not_comparable, Some(WhyNotComparable::Mode));
    }
}

#[test]
fn labels_say_how_reports_relate() {
    let labelled = |label: &str| {
        let mut report = report();
        report.label = label.to_owned();
        report.target.release = Some(label.to_owned());
        report
    };
    let of = |old: &str, new: &str| relation(&labelled(old), &labelled(new));
    assert_eq!(of("26.04", "26.04-country"), Relation::Instance);
    assert_eq!(of("26.04-rc1", "26.04-rc2"), Relation::Release);
    assert_eq!(of("26.04-rc2", "26.04"), Relation::Release);
    assert_eq!(of("25.10", "26.04-country"), Relation::Release);
}

/// What comparing gives after a change of the new report's patients.
fn surface(
    change: impl Fn(&mut crate::surface::TypeSurface),
) -> Vec<(Effect, SurfaceKind, String)> {
    let mut new = report();
    let surface = new.surface.as_mut().expect("a surface");
    change(surface.types.get_mut("Patient").expect("patients"));
    let comparison = compare(&report(), &new, Relation::Release);
    let changes = comparison.surface.into_iter();
    changes
        .map(|change| (change.effect, change.kind, change.name))
        .collect()
}

#[test]
fn what_worked_and_does_not_now_is_breaking() {
    let failing = Answers {
        statuses: [404].into(),
    };
    let changes = surface(|patient| {
        patient
            .interactions
            .insert("read".to_owned(), failing.clone());
        patient.parameters.insert("_id".to_owned(), failing.clone());
        let name = patient.elements.get_mut("Patient.name").expect("names");
        name.kinds = [Kind::Object].into();
        let coding = patient
            .elements
            .get_mut("Patient.maritalStatus.coding")
            .expect("codings");
        coding.systems = ["http://other".to_owned()].into();
        patient.elements.remove("Patient.name.family");
        patient.extensions.clear();
    });
    let kinds: Vec<SurfaceKind> = changes.iter().map(|change| change.1).collect();
    for kind in [
        SurfaceKind::Interaction,
        SurfaceKind::Parameter,
        SurfaceKind::Element,
        SurfaceKind::Value,
        SurfaceKind::CodeSystem,
        SurfaceKind::Extension,
    ] {
        assert!(kinds.contains(&kind), "{kind} in {changes:?}");
    }
    assert!(
        changes.iter().all(|change| change.0 == Effect::Breaking),
        "{changes:?}"
    );
}

#[test]
fn absent_data_is_never_breaking() {
    // Nothing was asked for, nobody has any, or only some had it before.
    let changes = surface(|patient| {
        patient.interactions.remove("create");
        patient.parameters.clear();
        patient.resources = 0;
        patient.elements.clear();
        patient.extensions.clear();
        patient.errors.clear();
    });
    assert!(!changes.is_empty());
    assert!(
        changes
            .iter()
            .all(|change| change.0 == Effect::NoLongerSeen),
        "{changes:?}"
    );
    // A right that the user lacks is not the server's doing.
    let changes = surface(|patient| {
        let refused = Answers {
            statuses: [403].into(),
        };
        patient.interactions.insert("read".to_owned(), refused);
    });
    assert_eq!(changes[0].0, Effect::Changed);
}

#[test]
fn what_is_more_is_additive_and_of_a_tree_only_the_root_is_told() {
    let changes = surface(|patient| {
        let seen = patient.elements["Patient.name"].clone();
        patient
            .elements
            .insert("Patient.contact".to_owned(), seen.clone());
        patient
            .elements
            .insert("Patient.contact.name".to_owned(), seen);
    });
    assert_eq!(
        changes,
        [(
            Effect::Additive,
            SurfaceKind::Element,
            "Patient.contact".to_owned()
        )]
    );
}

#[test]
fn a_report_of_format_1_0_has_no_surface_to_compare() {
    let mut old = report();
    old.surface = None;
    let comparison = compare(&old, &report(), Relation::Release);
    assert!(!comparison.surface_compared);
    assert!(comparison.surface.is_empty());
}

/// An earlier and a later report that differ in everything.
fn two() -> [Report; 2] {
    let (mut old, _) = without("search-parameter", Verdict::Pass);
    old.label = "25.10".to_owned();
    old.target.release = Some("25.10".to_owned());
    old.requirements[0].statement = Some("Something else.".to_owned());
    let (mut new, _) = without("read-status", Verdict::Pass);
    let surface = new.surface.as_mut().expect("a surface");
    let patient = surface.types.get_mut("Patient").expect("patients");
    patient.elements.remove("Patient.name");
    for latency in new.run.latency.values_mut() {
        latency.p95 *= 10;
        latency.count = 10;
    }
    for latency in old.run.latency.values_mut() {
        latency.count = 10;
    }
    [old, new]
}

#[test]
fn the_formats_of_a_comparison() {
    let [old, new] = two();
    let comparisons = [compare(&old, &new, Relation::Release)];
    let style = TableStyle::default();
    insta::assert_snapshot!("table", table(&comparisons, Language::English, &style));
    insta::assert_snapshot!(
        "table_french",
        table(&comparisons, Language::French, &style)
    );
    insta::assert_snapshot!("markdown", markdown(&comparisons, Language::English));
    for line in table(&comparisons, Language::English, &style).lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let json: Vec<Comparison> =
        serde_json::from_str(&super::json(&comparisons)).expect("reads back");
    assert_eq!(json, comparisons);
}

#[test]
fn the_pages_need_nothing_else_and_keep_markup_out() {
    let [old, mut new] = two();
    new.label = "<script>x</script>".to_owned();
    new.findings[0].message = "<img src=x onerror=alert(1)>".to_owned();
    let surface = new.surface.as_mut().expect("a surface");
    let patient = surface.types.get_mut("Patient").expect("patients");
    patient.extensions.insert("<svg onload=x>".to_owned(), 5);
    let comparisons = [compare(&old, &new, Relation::Release)];
    let overview = overview(&[old, new], Language::French);
    let folders = ["25.10".to_owned(), "26.04".to_owned()];
    for page in [
        html(&comparisons, &overview, Language::French),
        index(&overview, &folders, &comparisons, Language::French),
    ] {
        assert!(page.starts_with("<!doctype html>"), "{}", &page[..200]);
        assert!(page.contains("lang=\"fr\"") && page.contains("<svg"));
        for forbidden in ["<script>x", "<img", "<svg onload", "<link", "<iframe"] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
    }
    let page = index(&overview, &folders, &comparisons, Language::French);
    assert!(page.contains("href=\"25.10/report.html\""));
}

#[test]
fn a_step_without_change_says_so_and_the_worst_one_is_named_first() {
    let [old, new] = two();
    let mut same = new.clone();
    same.label = "26.10".to_owned();
    let release = |old, new| compare(old, new, Relation::Release);
    let comparisons = [release(&old, &new), release(&new, &same)];
    assert!(!comparisons[0].failing.is_empty());
    assert!(comparisons[1].summary.contains("nothing changed"));
    let language = Language::English;
    assert!(markdown(&comparisons, language).starts_with("# 26.04 → 26.10: no change"));
    let folders: Vec<String> = Vec::new();
    let overview = overview(&[old, new, same], language);
    let page = index(&overview, &folders, &comparisons, language);
    let header = page.split("</header>").next().expect("a header");
    let worst = header.find("worst step").expect("the worst step");
    assert!(header[worst..].contains("25.10 → 26.04"), "{header}");
    let steps = page.split("id=\"steps\"").nth(1).expect("the steps");
    assert_eq!(steps.matches("worst step").count(), 1);
    assert!(steps.contains("<td>no change</td>"));
}

#[test]
fn a_summary_for_ci_stays_under_64_kilobytes() {
    let [old, mut new] = two();
    let group = new.findings[0].clone();
    for number in 0..3_000 {
        let id = format!("{number:012x}");
        new.findings.push(FindingGroup {
            id,
            ..group.clone()
        });
    }
    let comparisons = [compare(&old, &new, Relation::Release)];
    let page = markdown(&comparisons, Language::English);
    assert!(page.len() < 64_000, "{}", page.len());
    assert!(page.contains("- and "), "the rest is counted");
}
