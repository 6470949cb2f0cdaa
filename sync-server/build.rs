//! With the feature `embedded-portal`, lists the built portal's files for `src/assets/embedded.rs`.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    tell("rerun-if-changed=build.rs");
    tell("rerun-if-env-changed=SATCHEL_PORTAL_DIR");
    if std::env::var_os("CARGO_FEATURE_EMBEDDED_PORTAL").is_none() {
        return Ok(());
    }
    let folder = portal_folder()?;
    if !folder.join("index.html").exists() {
        let place = folder.display();
        return Err(format!("no portal in {place}; `cargo xtask dist` builds both in order").into());
    }
    tell(&format!("rerun-if-changed={}", folder.display()));
    let mut files = Vec::new();
    list(&folder, &folder, &mut files)?;
    files.sort();
    let mut code = String::from("static FILES: &[(&str, &[u8])] = &[\n");
    for (name, path) in files {
        writeln!(code, "    ({name:?}, include_bytes!({path:?})),")?;
    }
    code.push_str("];\n");
    let out = std::env::var_os("OUT_DIR").ok_or("cargo names no output folder")?;
    fs::write(Path::new(&out).join("embedded_portal.rs"), code)?;
    Ok(())
}

/// What `cargo xtask dist` says, else where it puts the portal by default.
fn portal_folder() -> Result<PathBuf, Box<dyn Error>> {
    if let Some(folder) = std::env::var_os("SATCHEL_PORTAL_DIR") {
        return Ok(folder.into());
    }
    let package = std::env::var_os("CARGO_MANIFEST_DIR").ok_or("cargo names no package folder")?;
    Ok(Path::new(&package).join("../target/portal/dist"))
}

fn list(
    root: &Path,
    folder: &Path,
    files: &mut Vec<(String, PathBuf)>,
) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(root, &path, files)?;
        } else {
            let name = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
            files.push((name, fs::canonicalize(&path)?));
        }
    }
    Ok(())
}

/// This is how a build script talks to cargo.
fn tell(instruction: &str) {
    println!("cargo::{instruction}");
}
