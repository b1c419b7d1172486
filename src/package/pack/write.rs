//! Definitions to a pack: the same definitions always give the same bytes.

use std::io::Write;

use super::{FORMAT, Place, SHARED, line, shared};
use crate::fhir::{
    CapabilityStatement, CodeSystem, Derivation, SearchParameter, StructureDefinition,
    StructureKind, ValueSet,
};
use crate::json::Node;
use crate::package::definition::{Definition, Facts};
use crate::package::slim::{self, Prose};

/// A block is closed when its text has grown to this many bytes. Smaller blocks open faster and
/// compress worse; with this size R4 core stays well below 1 MB.
const BLOCK_BYTES: usize = 48 * 1024;

/// The kinds a pack holds, in the order in which it holds them.
const KINDS: [&str; 5] = [
    StructureDefinition::RESOURCE_TYPE,
    ValueSet::RESOURCE_TYPE,
    CodeSystem::RESOURCE_TYPE,
    SearchParameter::RESOURCE_TYPE,
    CapabilityStatement::RESOURCE_TYPE,
];

/// Writes the definitions among the resources, slimmed, as a pack of that package.
#[must_use]
pub fn write(id: &str, version: &str, resources: &[Node<'_>]) -> Vec<u8> {
    let slim = resources
        .iter()
        .filter_map(|node| slim::slim(node, Prose::Humans));
    let mut slim: Vec<Node<'_>> = slim.collect();
    let table = shared::table(&slim);
    for definition in &mut slim {
        shared::take_out(definition, &table);
    }
    let mut blocks = Blocks::default();
    let mut indexes = vec![(SHARED, blocks.push(&table.join("\n")))];
    for kind in KINDS {
        let definitions = slim
            .iter()
            .filter(|node| node.str("resourceType") == Some(kind));
        let mut definitions: Vec<(Facts, &Node<'_>)> = definitions
            .filter_map(|node| Some((Facts::of(node)?, node)))
            .collect();
        if !definitions.is_empty() {
            definitions.sort_by_cached_key(|(facts, _)| order(facts));
            indexes.push((kind, write_kind(&definitions, &mut blocks)));
        }
    }
    blocks.assemble(id, version, &indexes)
}

/// What belongs together stands together: types before resources before extensions before
/// profiles, each by the type it is about.
fn order(facts: &Facts) -> (u8, String, String, Option<String>) {
    let rank = match (facts.kind, facts.derivation) {
        (Some(StructureKind::PrimitiveType), _) => 0,
        (Some(StructureKind::ComplexType), Some(Derivation::Constraint)) => 3,
        (Some(StructureKind::ComplexType), _) => 1,
        (Some(StructureKind::Resource), Some(Derivation::Constraint)) => 4,
        (Some(StructureKind::Resource), _) => 2,
        _ => 5,
    };
    let Facts {
        about,
        url,
        version,
        ..
    } = facts;
    (rank, about.clone(), url.clone(), version.clone())
}

/// Fills blocks with the definitions and returns the block of their index.
fn write_kind(definitions: &[(Facts, &Node<'_>)], blocks: &mut Blocks) -> usize {
    let mut index = Vec::new();
    let mut text = String::new();
    for (facts, node) in definitions {
        let start = text.len() as u32;
        text.push_str(&node.to_json());
        let place = Place {
            block: blocks.next(),
            start,
            length: text.len() as u32 - start,
        };
        index.push(line::format(facts, place));
        if text.len() >= BLOCK_BYTES {
            blocks.push(&std::mem::take(&mut text));
        }
    }
    if !text.is_empty() {
        blocks.push(&text);
    }
    // By URL: an index in that order need not be sorted when it is opened.
    index.sort();
    blocks.push(&index.join("\n"))
}

#[derive(Default)]
struct Blocks {
    lengths: Vec<(usize, usize)>,
    bytes: Vec<u8>,
}

impl Blocks {
    fn next(&self) -> u32 {
        self.lengths.len() as u32
    }

    fn push(&mut self, text: &str) -> usize {
        let packed = compress(text.as_bytes());
        self.lengths.push((packed.len(), text.len()));
        self.bytes.extend_from_slice(&packed);
        self.lengths.len() - 1
    }

    fn assemble(self, id: &str, version: &str, indexes: &[(&str, usize)]) -> Vec<u8> {
        let index: serde_json::Map<String, serde_json::Value> = indexes
            .iter()
            .map(|(kind, block)| ((*kind).to_owned(), (*block).into()))
            .collect();
        let header = serde_json::json!({
            "id": id,
            "version": version,
            "index": index,
            "blocks": self.lengths,
        });
        let mut out = format!("{FORMAT}\n{header}\n").into_bytes();
        out.extend_from_slice(&self.bytes);
        out
    }
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut packed, 1 << 16, 11, 22);
    // Writing to a Vec cannot fail; a short block would be refused when the pack is read.
    let _ = writer.write_all(bytes);
    drop(writer);
    packed
}
