//! A `.tgz` to files, in memory, with nothing written to disk. An archive is input from strangers:
//! links, paths that leave the package, and data beyond all bounds are refused.

use std::io::{self, Read};
use std::path::{Component, Path};

use flate2::read::MultiGzDecoder;
use tar::{Archive, Entry, EntryType};

use super::PackageError;
use super::files::{MAX_BYTES, MAX_FILE_BYTES, PackageFile, check_bounds, counted_name};

pub(super) fn unpack(path: &Path, bytes: &[u8]) -> Result<Vec<PackageFile>, PackageError> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        let found = match bytes {
            [] => "an empty file",
            [b'P', b'K', ..] => "a zip file",
            [b'{' | b'[', ..] => {
                "what looks like JSON; loose resources are taken by `validate --definitions`, and by `definitions` of an overlay for `run`"
            }
            _ => "no gzip header",
        };
        return Err(not_an_archive(path, found.to_owned()));
    }
    // One byte past the bound makes the tar reader stop, and tells that the bound was reached.
    let limited = MultiGzDecoder::new(bytes).take(MAX_BYTES + 1);
    let mut archive = Archive::new(limited);
    let mut files = Vec::new();
    let entries = archive.entries().map_err(|error| damaged(path, &error))?;
    let mut total = 0u64;
    for entry in entries {
        let mut entry = entry.map_err(|error| damaged(path, &error))?;
        total = total.saturating_add(entry.size());
        if total > MAX_BYTES {
            let reason = format!("expected at most {MAX_BYTES} bytes unpacked, found more");
            return Err(refused(path, reason));
        }
        if let Some(file) = read_entry(path, &mut entry)? {
            files.push(file);
            check_bounds(path, &files)?;
        }
    }
    Ok(files)
}

fn read_entry<R: Read>(
    path: &Path,
    entry: &mut Entry<'_, R>,
) -> Result<Option<PackageFile>, PackageError> {
    let name = entry.path().map_err(|error| damaged(path, &error))?;
    let name = name.to_string_lossy().into_owned();
    let inside = Path::new(&name)
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !inside {
        return Err(refused(
            path,
            format!("entry `{name}` leads out of the package"),
        ));
    }
    match entry.header().entry_type() {
        EntryType::Regular | EntryType::Continuous => {}
        EntryType::Symlink | EntryType::Link => {
            return Err(refused(path, format!("entry `{name}` is a link")));
        }
        _ => return Ok(None),
    }
    let below = name.trim_start_matches("./");
    let below = below.strip_prefix("package/").unwrap_or(below);
    let Some(counted) = counted_name(below) else {
        return Ok(None);
    };
    if entry.size() > MAX_FILE_BYTES {
        let reason = format!("entry `{name}` is larger than {MAX_FILE_BYTES} bytes");
        return Err(refused(path, reason));
    }
    let mut bytes = Vec::new();
    entry
        .read_to_end(&mut bytes)
        .map_err(|error| damaged(path, &error))?;
    if (bytes.len() as u64) < entry.size() {
        let ends = io::Error::from(io::ErrorKind::UnexpectedEof);
        return Err(damaged(path, &ends));
    }
    Ok(Some(PackageFile {
        name: counted,
        bytes,
    }))
}

fn damaged(path: &Path, error: &io::Error) -> PackageError {
    // The tar reader wraps its cause in a message of its own.
    let found = if error.kind() == io::ErrorKind::UnexpectedEof
        || error.to_string().contains("unexpected EOF")
    {
        "one that ends early; fetch it again".to_owned()
    } else {
        format!("a damaged one ({error}); fetch it again")
    };
    not_an_archive(path, found)
}

fn not_an_archive(path: &Path, found: String) -> PackageError {
    PackageError::NotAnArchive {
        path: path.to_owned(),
        found,
    }
}

fn refused(path: &Path, reason: String) -> PackageError {
    PackageError::Unsafe {
        path: path.to_owned(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::path::Path;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use tar::{Builder, EntryType, Header};

    use proptest::prelude::*;

    use super::unpack;

    fn tgz(entries: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
        let mut builder = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (name, kind, bytes) in entries {
            let mut header = Header::new_ustar();
            // Written directly: the builder itself refuses paths with `..`.
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_size(bytes.len() as u64);
            header.set_entry_type(*kind);
            header.set_cksum();
            builder.append(&header, *bytes).expect("written to memory");
        }
        let encoder = builder.into_inner().expect("written to memory");
        encoder.finish().expect("written to memory")
    }

    fn refusal(bytes: &[u8]) -> String {
        let unpacked = unpack(Path::new("guide.tgz"), bytes);
        unpacked.expect_err("should be refused").to_string()
    }

    #[test]
    fn files_of_the_package_folder_are_unpacked() {
        let bytes = tgz(&[
            ("package/package.json", EntryType::Regular, b"{}"),
            ("package/other/x.json", EntryType::Regular, b"{}"),
            ("package/example/P.json", EntryType::Regular, b"[1]"),
        ]);
        let files = unpack(Path::new("guide.tgz"), &bytes).expect("sound");
        let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["package.json", "example/P.json"]);
        assert_eq!(files[1].bytes, b"[1]");
    }

    #[test]
    fn paths_that_leave_and_links_are_refused() {
        let out = tgz(&[("package/../../x.json", EntryType::Regular, b"{}")]);
        assert!(refusal(&out).contains("leads out of the package"));
        let absolute = tgz(&[("/etc/x.json", EntryType::Regular, b"{}")]);
        assert!(refusal(&absolute).contains("leads out of the package"));
        let link = tgz(&[("package/x.json", EntryType::Symlink, b"")]);
        assert!(refusal(&link).contains("is a link"));
    }

    #[test]
    fn what_is_no_archive_is_named() {
        assert!(refusal(b"").contains("an empty file"));
        assert!(refusal(b"PK\x03\x04").contains("a zip file"));
        assert!(refusal(b"{}").contains("--definitions"));
        assert!(refusal(b"\x1f\x8b\x08garbage").contains("fetch it again"));
    }

    #[test]
    fn a_truncated_archive_ends_early() {
        let text = vec![b' '; 100_000];
        let whole = tgz(&[("package/a.json", EntryType::Regular, &text)]);
        assert!(refusal(&whole[..whole.len() / 2]).contains("ends early"));
    }

    #[test]
    fn an_entry_that_unpacks_beyond_all_bounds_is_refused() {
        // The header announces the size, so the bound holds before a byte is unpacked.
        let mut header = Header::new_ustar();
        header.as_old_mut().name[..14].copy_from_slice(b"package/a.json");
        header.set_size(1 << 40);
        header.set_entry_type(EntryType::Regular);
        header.set_cksum();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder
            .write_all(header.as_bytes())
            .expect("written to memory");
        let bytes = encoder.finish().expect("written to memory");
        assert!(refusal(&bytes).contains("bytes unpacked"));
    }

    proptest! {
        #[test]
        fn a_damaged_archive_ends_in_files_or_a_message(
            at in 0usize..400,
            byte in any::<u8>(),
            cut in 0usize..400,
        ) {
            let text = br#"{"resourceType":"ValueSet","url":"http://example.org/v"}"#;
            let mut bytes = tgz(&[
                ("package/package.json", EntryType::Regular, b"{}"),
                ("package/ValueSet-v.json", EntryType::Regular, text),
            ]);
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(bytes.len().saturating_sub(cut % 40));
            let _ = unpack(Path::new("guide.tgz"), &bytes);
        }
    }
}
