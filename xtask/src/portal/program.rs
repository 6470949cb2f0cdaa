//! What the passes over a finished program ask of it: its functions, their types and their bodies.

use wasmparser::{FunctionBody, Parser, Payload, TypeRef};

pub struct Functions<'a> {
    /// They come first and stay where they are.
    pub imported: u32,
    /// The type of each own function.
    pub types: Vec<u32>,
    /// How many parameters each type has.
    pub parameters: Vec<u32>,
    pub bodies: Vec<FunctionBody<'a>>,
}

impl<'a> Functions<'a> {
    pub fn of(program: &'a [u8]) -> anyhow::Result<Self> {
        let mut found =
            Self { imported: 0, types: Vec::new(), parameters: Vec::new(), bodies: Vec::new() };
        for payload in Parser::new(0).parse_all(program) {
            match payload? {
                Payload::TypeSection(types) => {
                    for one in types.into_iter_err_on_gc_types() {
                        found.parameters.push(u32::try_from(one?.params().len())?);
                    }
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        if matches!(import?.ty, TypeRef::Func(_)) {
                            found.imported += 1;
                        }
                    }
                }
                Payload::FunctionSection(types) => {
                    found.types = types.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::CodeSectionEntry(body) => found.bodies.push(body),
                _ => {}
            }
        }
        Ok(found)
    }
}
