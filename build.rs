//! Lists the files of the guide so that the program can hold them: a folder cannot be embedded
//! by itself, and a list kept by hand would be forgotten.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const GUIDE: &str = "profiles/openimis.fhir.r4";

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join(GUIDE);
    let mut names = json_files(&root, "")?;
    names.extend(json_files(&root.join("example"), "example/")?);
    names.sort();
    let mut code = String::from("pub(super) static FILES: &[(&str, &str)] = &[\n");
    for name in names {
        let path = root.join(&name);
        let _ = writeln!(code, "    ({name:?}, include_str!({path:?})),");
    }
    code.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("guide_files.rs"), code)?;
    println!("cargo::rerun-if-changed={GUIDE}");
    // Read by `include_dir!`, which does not see new files by itself.
    println!("cargo::rerun-if-changed=fixtures/requirements");
    println!("cargo::rerun-if-changed=fixtures/reference");
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

fn json_files(folder: &Path, prefix: &str) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".json") {
            names.push(format!("{prefix}{name}"));
        }
    }
    Ok(names)
}
