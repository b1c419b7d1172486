//! Many definitions in one file: blocks of related resources, each compressed by itself, so that
//! opening one definition decompresses one block and reads one text.
//!
//! The file is a line that names the format, a line of JSON (package, length of each block
//! packed and unpacked, which block is the index of which kind), then the blocks, each a Brotli
//! stream (RFC 7932). An index block has a line for each definition (see `line`); a block of
//! definitions is their slim JSON, one after the other, with shared constraints taken out (see
//! `shared`).
//!
//! Deliberately not here: what is kept of a definition (`slim`), and FHIR's meaning of any of it.

mod line;
mod shared;
mod write;

use std::borrow::Cow;
use std::io::Read;
use std::sync::OnceLock;

pub use write::write;

use super::PackageError;
use super::definition::Facts;
use crate::json::{self, Node};

/// The first line of a pack.
const FORMAT: &str = "openimis-conformance definitions 1";

/// A pack, opened: its header is read, its blocks are not.
#[derive(Debug)]
pub struct Pack {
    bytes: Cow<'static, [u8]>,
    id: String,
    version: String,
    blocks: Vec<Block>,
    indexes: Vec<(String, usize)>,
    /// The constraints of the block `SHARED`, read when first needed.
    shared: OnceLock<Vec<Node<'static>>>,
}

/// Where the index block of the shared constraints is named in the header.
const SHARED: &str = "constraint";

#[derive(Debug)]
struct Block {
    start: usize,
    packed: usize,
    unpacked: usize,
    text: OnceLock<Option<String>>,
}

/// Where the text of a definition stands in a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    block: u32,
    start: u32,
    length: u32,
}

impl Pack {
    /// Reads the header.
    ///
    /// # Errors
    /// If the bytes are no pack, or its blocks reach past the end.
    pub fn open(bytes: Cow<'static, [u8]>) -> Result<Self, PackageError> {
        let header = read_header(&bytes).map_err(PackageError::Pack)?;
        Ok(Self { bytes, ..header })
    }

    /// The package id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The package version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The pack as it was opened.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The lines of the index of a kind of resource; none if the pack has none of that kind.
    pub(super) fn index(&self, resource_type: &str) -> Vec<(Facts, Place)> {
        let block = self.indexes.iter().find(|(kind, _)| kind == resource_type);
        let text = block.and_then(|(_, block)| self.block(*block));
        text.unwrap_or_default()
            .lines()
            .filter_map(line::parse)
            .collect()
    }

    /// Reads a definition; `None` if the pack is damaged there.
    pub(super) fn read<T>(&self, place: Place, read: impl Fn(&Node<'_>) -> Option<T>) -> Option<T> {
        let start = place.start as usize;
        let block = self.block(place.block as usize)?;
        let text = block.get(start..start.checked_add(place.length as usize)?)?;
        let mut document = json::read(text).ok()?;
        shared::put_back(
            &mut document.root,
            self.shared.get_or_init(|| self.read_shared()),
        );
        read(&document.root)
    }

    fn read_shared(&self) -> Vec<Node<'static>> {
        let block = self.indexes.iter().find(|(name, _)| name == SHARED);
        let text = block
            .and_then(|(_, block)| self.block(*block))
            .unwrap_or_default();
        let lines = text.lines().filter_map(|line| json::read(line).ok());
        lines.map(|document| document.root.into_owned()).collect()
    }

    fn block(&self, index: usize) -> Option<&str> {
        let block = self.blocks.get(index)?;
        let text = block.text.get_or_init(|| {
            let packed = self.bytes.get(block.start..block.start + block.packed)?;
            unpack(packed, block.unpacked)
        });
        text.as_deref()
    }
}

fn unpack(packed: &[u8], unpacked: usize) -> Option<String> {
    let mut text = String::with_capacity(unpacked);
    // One byte more than announced tells a block that lies about its length.
    brotli::Decompressor::new(packed, 1 << 16)
        .take(unpacked as u64 + 1)
        .read_to_string(&mut text)
        .ok()?;
    (text.len() == unpacked).then_some(text)
}

fn read_header(bytes: &[u8]) -> Result<Pack, String> {
    let mut lines = bytes.splitn(3, |&byte| byte == b'\n');
    if lines.next() != Some(FORMAT.as_bytes()) {
        return Err(format!("expected the first line to be `{FORMAT}`"));
    }
    let header = lines.next().unwrap_or_default();
    let body_start = FORMAT.len() + header.len() + 2;
    let document = json::read_bytes(header).map_err(|error| format!("in its header: {error}"))?;
    let root = &document.root;
    let text = |name: &str| {
        let value = root.str(name).map(str::to_owned);
        value.ok_or_else(|| format!("expected `{name}` in its header"))
    };
    let mut start = body_start;
    let mut blocks = Vec::new();
    for lengths in root.get("blocks").map(Node::entries).unwrap_or_default() {
        let block = read_block(lengths, start).ok_or("expected two lengths for each block")?;
        start = start.saturating_add(block.packed);
        blocks.push(block);
    }
    if start != bytes.len() {
        let found = bytes.len();
        return Err(format!("expected {start} bytes in all, found {found}"));
    }
    let indexes = root.get("index").map(Node::members).unwrap_or_default();
    let indexes = indexes.iter().filter_map(|member| {
        let block = member.value.primitive_text()?.parse().ok()?;
        Some((member.name.to_string(), block))
    });
    Ok(Pack {
        bytes: Cow::Borrowed(&[]),
        id: text("id")?,
        version: text("version")?,
        blocks,
        indexes: indexes.collect(),
        shared: OnceLock::new(),
    })
}

fn read_block(lengths: &Node<'_>, start: usize) -> Option<Block> {
    let length = |at: usize| lengths.entries().get(at)?.primitive_text()?.parse().ok();
    Some(Block {
        start,
        packed: length(0)?,
        unpacked: length(1)?,
        text: OnceLock::new(),
    })
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;

    use super::{FORMAT, Pack};

    fn refusal(bytes: &[u8]) -> String {
        let opened = Pack::open(Cow::Owned(bytes.to_vec()));
        opened.expect_err("not a pack").to_string()
    }

    #[test]
    fn what_is_not_a_pack_is_refused_with_the_reason() {
        assert!(refusal(b"").contains("expected the first line"));
        assert!(refusal(format!("{FORMAT}\n{{").as_bytes()).contains("in its header"));
        let header = r#"{"id":"a","version":"1","blocks":[[9,20]],"index":{}}"#;
        let short = format!("{FORMAT}\n{header}\n12345");
        assert!(refusal(short.as_bytes()).contains("bytes in all"));
        let nameless = format!("{FORMAT}\n{{}}\n");
        assert!(refusal(nameless.as_bytes()).contains("expected `id`"));
    }

    #[test]
    fn a_damaged_block_gives_nothing_instead_of_a_panic() {
        let header = r#"{"id":"a","version":"1","blocks":[[5,20]],"index":{"ValueSet":0}}"#;
        let bytes = format!("{FORMAT}\n{header}\n12345").into_bytes();
        let pack = Pack::open(Cow::Owned(bytes)).expect("the header is sound");
        assert!(pack.index("ValueSet").is_empty());
        assert!(pack.index("CodeSystem").is_empty());
    }

    proptest! {
        #[test]
        fn a_damaged_pack_never_panics(at in 0usize..2000, byte in any::<u8>()) {
            let text = r#"{"resourceType":"ValueSet","url":"http://example.org/v","version":"1"}"#;
            let document = crate::json::read(text).expect("valid JSON");
            let mut bytes = super::write("a", "1", std::slice::from_ref(&document.root));
            let at = at % bytes.len();
            bytes[at] = byte;
            if let Ok(pack) = Pack::open(Cow::Owned(bytes)) {
                for (_, place) in pack.index("ValueSet") {
                    let _ = pack.read(place, |node| node.str("url").map(str::to_owned));
                }
            }
        }
    }
}
