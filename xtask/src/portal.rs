//! Builds the portal: compile the programs, make their glue, gather styles and assets, name them
//! by their content, fill the templates, write the list the service worker checks, and compress.

mod assets;
mod checks;
mod classes;
mod compress;
mod locals;
mod names;
mod order;
mod pack;
mod program;
mod programs;
mod scripts;
mod service_worker;
mod standard_library;
mod streams;
mod styles;
mod twins;
mod words;

pub use programs::TARGET;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

pub use checks::build as build_checks;

use crate::say::{self, Steps};
use crate::workspace;
use assets::Assets;

/// Which of the two portals to build.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Compiled and compressed quickly: demo, tests, development.
    Fast,
    /// The fast one with a script that loads the page again after a build.
    Development,
    /// As small as it gets: releases and the size budgets.
    Dist,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Fast => "fast",
            Kind::Development => "development",
            Kind::Dist => "dist",
        }
    }

    /// The folder whose content is served at `/`.
    pub fn folder(self) -> PathBuf {
        workspace::target().join("portal").join(self.name())
    }
}

/// What a patient downloads; the clinic's programs come over a line of the clinic. The worker starts when
/// the page's program is there, and shares much with it.
const PACKED: [(&str, Option<&str>); 2] = [("page.wasm", None), ("worker.wasm", Some("page.wasm"))];

const RELOAD: &[u8] = include_bytes!("dev/reload.js");
const RELOAD_TAG: &str = "<script type=\"module\" src=\"{{asset:reload.js}}\"></script></head>";

/// A file that is served: its path below `/` and its content.
pub struct Served {
    path: String,
    bytes: Vec<u8>,
    /// SHA-256 of what a device keeps of it, which is not packed.
    print: String,
}

impl Served {
    fn new(path: &str, text: String) -> Self {
        let bytes = text.into_bytes();
        Self { path: path.to_owned(), print: assets::digest(&bytes), bytes }
    }
}

/// Builds the whole portal and answers the folder it lies in.
pub fn build(kind: Kind) -> anyhow::Result<PathBuf> {
    let folder = kind.folder();
    let mut steps = Steps::new(4);
    steps.step("compile the programs for the browser", || programs::compile(kind))?;
    let mut assets = Assets::default();
    steps.step("make their JavaScript glue", || programs::bind(kind, &mut assets))?;
    let files = steps.step("name assets by content and fill the templates", || {
        styles::gather(&mut assets)?;
        words::add(&mut assets)?;
        assets.add_folder(&source().join("assets"))?;
        words::pack_lists(&mut assets)?;
        if kind == Kind::Development {
            assets.add("reload.js", RELOAD.to_vec());
        }
        if kind == Kind::Dist {
            assets.tighten_scripts();
            for (program, before) in PACKED {
                assets.pack(program, before)?;
            }
        }
        pages(&assets, kind)
    })?;
    steps.step("compress and write", || write(&folder, &files, kind))?;
    report(&folder, &files)?;
    steps.end(&format!("portal built in {}", folder.display()));
    Ok(folder)
}

/// The portal's package folder.
fn source() -> PathBuf {
    workspace::root().join("portal")
}

/// Every file with its final content: assets, pages, manifest, and last the service worker, which
/// names the others by hash.
fn pages(assets: &Assets, kind: Kind) -> anyhow::Result<Vec<Served>> {
    let mut files = assets.served()?;
    for (template, path) in [
        ("index.html", "index.html"),
        ("clinic.html", "clinic/index.html"),
        ("clinic-office.html", "clinic/office/index.html"),
        ("shl.html", "shl/index.html"),
        ("manifest.webmanifest", "manifest.webmanifest"),
    ] {
        let place = source().join(template);
        let mut text = fs::read_to_string(&place)
            .with_context(|| format!("{} could not be read", place.display()))?;
        if kind == Kind::Development {
            text = text.replacen("</head>", RELOAD_TAG, 1);
        }
        files.push(Served::new(path, assets.fill(&text, template)?));
    }
    let worker = service_worker::fill(&source().join("service-worker.js"), assets, &files)?;
    files.push(worker);
    Ok(files)
}

/// Writes what is new, then removes what no longer belongs. The pages come after the assets they
/// name, so that a server on this folder never answers a page whose assets are missing.
fn write(folder: &Path, files: &[Served], kind: Kind) -> anyhow::Result<()> {
    compress::write_all(folder, files, kind)?;
    let mut keep = BTreeSet::new();
    for file in files {
        for suffix in ["", ".br", ".gz"] {
            keep.insert(folder.join(format!("{}{suffix}", file.path)));
        }
    }
    remove_others(folder, &keep)
}

fn remove_others(folder: &Path, keep: &BTreeSet<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(&path, keep)?;
        } else if !keep.contains(&path) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// The goal for the page's program; what it may weigh at most, `tests/tidy` holds.
const PAGE_ALARM_BYTES: u64 = 220_000;

/// Says what the big parts weigh on the wire.
fn report(folder: &Path, files: &[Served]) -> anyhow::Result<()> {
    let (mut shell, mut page) = (0, 0);
    for file in files {
        let bytes = wire_bytes(folder, &file.path)?;
        if service_worker::is_precached(&file.path) {
            shell += bytes;
        }
        if ["wasm", "css", pack::ENDING].iter().any(|ending| file.path.ends_with(ending)) {
            say::line(&format!("  {:<40} {:>10}", file.path, say::kilobytes(bytes)));
        }
        if file.path.starts_with("assets/page-") && !file.path.ends_with(".js") {
            page = bytes;
        }
    }
    say::line(&format!("  {:<40} {:>10}", "everything a patient downloads", say::kilobytes(shell)));
    if page > PAGE_ALARM_BYTES {
        let goal = say::kilobytes(PAGE_ALARM_BYTES);
        say::line(&format!(
            "  alarm: the page is above its goal of {goal}, see docs/decisions/0013"
        ));
    }
    Ok(())
}

/// How much of a file travels: its Brotli variant, or itself where compressing gained nothing.
fn wire_bytes(folder: &Path, path: &str) -> anyhow::Result<u64> {
    let plain = folder.join(path);
    let small = folder.join(format!("{path}.br"));
    let place = if small.exists() { small } else { plain };
    Ok(fs::metadata(place)?.len())
}
