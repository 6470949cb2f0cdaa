//! Takes classes out of a program that a crate exports to JavaScript and nobody there makes. What is
//! exported is kept by the linker with everything it calls; without its exports, and with nothing in
//! its functions, wasm-bindgen drops it.

use std::collections::BTreeSet;

use anyhow::Context;
use wasm_encoder::reencode::{self, Reencode, utils};
use wasm_encoder::{CodeSection, CustomSection, ExportSection, Function, Module};
use wasmparser::{
    CodeSectionReader, CustomSectionReader, ExportSectionReader, KnownCustom, Name, Parser,
    Payload, TypeRef,
};

/// Streams of `wasm-streams`, which leptos links for server functions; the portal has none.
const UNUSED: [&str; 3] =
    ["IntoUnderlyingSource", "IntoUnderlyingSink", "IntoUnderlyingByteSource"];
/// The modules of those classes, as they stand in the name of every function made for them. Outside of
/// `wasm-streams` nobody can name them, so without the classes nobody calls these.
const MODULES: &str = "wasm_streams";
const MODULE_START: &str = "into_underlying";
/// What wasm-bindgen's macros leave for its glue: a version and a description for each item.
const DESCRIPTIONS: &str = "__wasm_bindgen_unstable";

/// A program as the linker made it, without the unused classes.
pub fn without_unused(program: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut module = Module::new();
    let mut cut = Cut::of(program).context("the program could not be read")?;
    cut.parse_core_module(&mut module, Parser::new(0), program)
        .context("the program could not be written without its unused classes")?;
    Ok(module.finish())
}

/// The functions that keep only a trap, by their place in the code.
struct Cut(BTreeSet<usize>);

impl Cut {
    fn of(program: &[u8]) -> anyhow::Result<Self> {
        let (mut imported, mut emptied) = (0, BTreeSet::new());
        for payload in Parser::new(0).parse_all(program) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::CustomSection(section) => {
                    let KnownCustom::Name(names) = section.as_known() else { continue };
                    for name in names {
                        let Name::Function(functions) = name? else { continue };
                        for function in functions {
                            let function = function?;
                            let is_of_classes = [MODULES, MODULE_START]
                                .iter()
                                .all(|part| function.name.contains(part));
                            if let Some(place) = usize::try_from(function.index)?
                                .checked_sub(imported)
                                .filter(|_| is_of_classes)
                            {
                                emptied.insert(place);
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(Self(emptied))
    }
}

impl Reencode for Cut {
    type Error = std::convert::Infallible;

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        for (place, body) in section.into_iter().enumerate() {
            if self.0.contains(&place) {
                let mut trap = Function::new([]);
                trap.instructions().unreachable().end();
                code.function(&trap);
            } else {
                utils::parse_function_body(self, code, body?)?;
            }
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
            if !is_of_unused(export.name) {
                self.parse_export(exports, export)?;
            }
        }
        Ok(())
    }

    fn parse_custom_section(
        &mut self,
        module: &mut Module,
        section: CustomSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        let data = section.data();
        let kept = if section.name() == DESCRIPTIONS { used(data) } else { data.to_vec() };
        module.section(&CustomSection { name: section.name().into(), data: kept.into() });
        Ok(())
    }
}

/// `__wbg_intounderlyingsink_free_…`, `intounderlyingsink_write_…` and their descriptions.
fn is_of_unused(export: &str) -> bool {
    UNUSED.iter().any(|class| export.contains(&class.to_ascii_lowercase()))
}

/// The pairs of version and description that name no unused class. What does not read as pairs stays.
fn used(descriptions: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut rest = descriptions;
    while let Some((pair, behind)) = pair(rest) {
        let names = |class: &str| pair.windows(class.len()).any(|part| part == class.as_bytes());
        if !UNUSED.iter().any(|class| names(class)) {
            kept.extend_from_slice(pair);
        }
        rest = behind;
    }
    kept.extend_from_slice(rest);
    kept
}

fn pair(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let version = piece(bytes)?;
    let description = piece(&bytes[version..])?;
    bytes.split_at_checked(version + description)
}

/// How long a piece is, with the four bytes that say so.
fn piece(bytes: &[u8]) -> Option<usize> {
    let length = u32::from_le_bytes(*bytes.first_chunk()?);
    let whole = usize::try_from(length).ok()?.checked_add(size_of::<u32>())?;
    (whole <= bytes.len()).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::used;

    fn piece(text: &str) -> Vec<u8> {
        let length = u32::try_from(text.len()).unwrap();
        [&length.to_le_bytes()[..], text.as_bytes()].concat()
    }

    #[test]
    fn what_describes_an_unused_class_goes_and_the_rest_stays() {
        let pair = |text: &str| [piece("version"), piece(text)].concat();
        let (before, after) = (pair("a function"), pair("another"));
        let all = [&before[..], &pair("class IntoUnderlyingSink"), &after, b"rest"].concat();
        assert_eq!(used(&all), [&before[..], &after, b"rest"].concat());
    }
}
