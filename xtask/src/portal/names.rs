//! Gives what crosses between a program and its glue short names. wasm-bindgen ends each with sixteen
//! digits of a hash, twice, which no compression makes smaller.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{ExportSection, ImportSection, Module};
use wasmparser::{ExportSectionReader, ImportSectionReader, Parser, Payload};

const MEMBER: &str = "wasm.";

/// Program and glue with short names on both sides. A name that the glue does not have in the one
/// form that is known stays as it is on both.
pub fn shortened(program: &[u8], glue: &str) -> anyhow::Result<(Vec<u8>, String)> {
    let names = Names::of(program, glue).context("the program's names could not be read")?;
    let glue = names.in_glue(glue);
    let mut module = Module::new();
    let mut names = names;
    names
        .parse_core_module(&mut module, Parser::new(0), program)
        .context("the program could not be written with short names")?;
    Ok((module.finish(), glue))
}

/// From the long name to the short one.
#[derive(Default)]
struct Names {
    imports: BTreeMap<String, String>,
    exports: BTreeMap<String, String>,
}

impl Names {
    fn of(program: &[u8], glue: &str) -> anyhow::Result<Self> {
        let (mut keys, mut members) = (BTreeSet::new(), BTreeSet::new());
        for (before, word, after) in words(glue) {
            if after.starts_with(':') && before.ends_with('\n') {
                keys.insert(word);
            } else if before.ends_with(MEMBER) {
                members.insert(word);
            }
        }
        let mut names = Self::default();
        for payload in Parser::new(0).parse_all(program) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        give(&mut names.imports, import?.name, &keys);
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        give(&mut names.exports, export?.name, &members);
                    }
                }
                _ => {}
            }
        }
        Ok(names)
    }

    fn in_glue(&self, glue: &str) -> String {
        let mut text = String::new();
        let mut end = 0;
        for (before, word, after) in words(glue) {
            let short = if after.starts_with(':') && before.ends_with('\n') {
                self.imports.get(word)
            } else if before.ends_with(MEMBER) {
                self.exports.get(word)
            } else {
                None
            };
            if let Some(short) = short {
                text.push_str(&glue[end..before.len()]);
                text.push_str(short);
                end = before.len() + word.len();
            }
        }
        text.push_str(&glue[end..]);
        text
    }
}

/// The next short name, if the glue knows the long one: a letter and a number, which stand as a key and
/// behind a dot. A name of that form that stayed would clash, and the program would not start; the glue
/// of wasm-bindgen makes none.
fn give(names: &mut BTreeMap<String, String>, name: &str, known: &BTreeSet<&str>) {
    let number = names.len();
    if known.contains(name) {
        names.entry(name.to_owned()).or_insert_with(|| format!("z{number}"));
    }
}

/// Each word of a script with what stands before and behind it.
fn words(script: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let is_inside = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$');
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + script[at..].find(is_inside)?;
        let length = script[start..].find(|letter| !is_inside(letter));
        at = length.map_or(script.len(), |length| start + length);
        Some((&script[..start], &script[start..at], &script[at..]))
    })
}

impl Reencode for Names {
    type Error = std::convert::Infallible;

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: ImportSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        for import in section.into_imports() {
            let import = import?;
            let name = self.imports.get(import.name).map_or(import.name, String::as_str).to_owned();
            let kind = self.entity_type(import.ty)?;
            imports.import(import.module, &name, kind);
        }
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: ExportSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        for export in section {
            let export = export?;
            let name = self.exports.get(export.name).map_or(export.name, String::as_str).to_owned();
            let index = self.external_index(export.kind, export.index)?;
            exports.export(&name, self.export_kind(export.kind)?, index);
        }
        Ok(())
    }
}
