//! The guide's resources as resources: its definitions held against R4, its examples against their
//! profiles.

use std::collections::HashSet;

use super::{Fault, FaultKind, Guide};
use crate::finding::{Cause, Finding, Rule};
use crate::interpretation::without_indices;
use crate::json::{self, Document, Node};
use crate::package::PackageFile;
use crate::validator::Request;

/// Finds definitions that break a rule of R4.
pub fn definitions(guide: &Guide<'_>, faults: &mut Vec<Fault>) {
    for (file, document) in documents(guide, |file| !file.is_example()) {
        // It is about the making of pages, and says nothing to a server.
        if document.root.str("resourceType") == Some("ImplementationGuide") {
            continue;
        }
        let url = document.root.str("url").unwrap_or(&file.name);
        let findings = errors(guide, &document, None).into_iter();
        // The slim form leaves out words that R4 asks for and nothing here reads; what a definition
        // says of others is judged by the other rules of a guide, which know all of it.
        let is_own = |own: &Finding| !matches!(own.rule, Rule::Cardinality | Rule::Definition);
        for finding in findings.filter(is_own) {
            faults.push(fault(FaultKind::DefinitionInvalid, url, &finding));
        }
    }
}

/// Finds examples that do not conform to the profile they are examples of.
pub fn examples(guide: &Guide<'_>, faults: &mut Vec<Fault>) {
    let examples = guide.definitions.examples();
    for (file, document) in documents(guide, PackageFile::is_example) {
        let name = file_name(file);
        let example = examples.iter().find(|own| own.file == name);
        let profile = example.and_then(|own| own.profile.as_deref());
        for finding in errors(guide, &document, profile) {
            faults.push(fault(FaultKind::ExampleInvalid, name, &finding));
        }
    }
}

/// Finds references between examples that lead to none.
pub fn references(guide: &Guide<'_>, faults: &mut Vec<Fault>) {
    let documents = documents(guide, PackageFile::is_example);
    let known: HashSet<String> = documents
        .iter()
        .filter_map(|(_, own)| {
            let (type_name, id) = (own.root.str("resourceType")?, own.root.str("id")?);
            Some(format!("{type_name}/{id}"))
        })
        .collect();
    for (file, document) in &documents {
        let type_name = document.root.str("resourceType").unwrap_or_default();
        let mut found = Vec::new();
        collect(&document.root, type_name, &mut found);
        for (path, reference) in found {
            let is_local = reference.starts_with(|first: char| first.is_ascii_uppercase());
            if is_local && !known.contains(&reference) {
                let message = format!(
                    "expected the reference to lead to an example, found `{reference}`, which none is"
                );
                let fault = Fault::new(FaultKind::ExampleReference, file_name(file), message);
                faults.push(fault.at(&path).detail(reference));
            }
        }
    }
}

fn documents<'g>(
    guide: &'g Guide<'_>,
    wanted: impl Fn(&PackageFile) -> bool,
) -> Vec<(&'g PackageFile, Document<'g>)> {
    let files = guide.files.files.iter().filter(|file| wanted(file));
    files
        .filter_map(|file| {
            // What is not JSON has been refused when the package was loaded.
            let document = json::read_bytes(&file.bytes).ok()?;
            document.root.str("resourceType")?;
            Some((file, document))
        })
        .collect()
}

fn errors(guide: &Guide<'_>, document: &Document<'_>, profile: Option<&str>) -> Vec<Finding> {
    let request = Request {
        profiles: profile.map(str::to_owned).into_iter().collect(),
        claims: profile.is_none(),
        guide: false,
        ..Request::default()
    };
    let findings = guide.validator.validate(document, &request).findings;
    // What is quarantined is a fault of a definition, and found there.
    let own = findings
        .into_iter()
        .filter(|own| own.is_error() && own.cause != Cause::Guide);
    own.collect()
}

fn fault(kind: FaultKind, definition: &str, finding: &Finding) -> Fault {
    let rule = finding.constraint.clone();
    let rule = rule.unwrap_or_else(|| finding.rule.code().to_owned());
    let fault = Fault::new(kind, definition, finding.message.clone());
    fault.at(&without_indices(&finding.expression)).detail(rule)
}

fn file_name(file: &PackageFile) -> &str {
    file.name.rsplit('/').next().unwrap_or(&file.name)
}

/// Every literal reference with its place.
fn collect(node: &Node<'_>, path: &str, out: &mut Vec<(String, String)>) {
    if let Some(reference) = node.str("reference") {
        out.push((path.to_owned(), reference.to_owned()));
    }
    for member in node.members() {
        let path = format!("{path}.{}", member.name);
        for entry in member.value.entries_or_self() {
            collect(entry, &path, out);
        }
    }
}
