//! Keeps one of several functions that say the same, letter by letter: the compiler makes them for
//! types that look alike to a processor. In what is called it does not matter which of them it is.

use std::collections::HashMap;

use anyhow::Context;
use wasm_encoder::reencode::{self, Reencode, utils};
use wasm_encoder::{CodeSection, Encode, FunctionSection, Module};
use wasmparser::{CodeSectionReader, FunctionSectionReader, Parser};

use super::program::Functions;

/// The same program with each function once.
pub fn without_twins(program: &[u8]) -> anyhow::Result<Vec<u8>> {
    let functions = Functions::of(program).context("the program could not be read")?;
    let mut once = Once { kept: Vec::new(), place: Vec::new(), functions };
    once.start();
    while once.join()? {}
    let mut module = Module::new();
    once.parse_core_module(&mut module, Parser::new(0), program)
        .context("the program could not be written with each function once")?;
    Ok(module.finish())
}

struct Once<'a> {
    functions: Functions<'a>,
    /// Which functions stay.
    kept: Vec<usize>,
    /// For each function the place among those that stay at which it, or its twin, is found.
    place: Vec<u32>,
}

impl Once<'_> {
    fn start(&mut self) {
        self.kept = (0..self.functions.bodies.len()).collect();
        self.place = (0..).take(self.kept.len()).collect();
    }

    /// Joins those that are alike now, which makes those alike that call them. Says whether there were
    /// any.
    fn join(&mut self) -> anyhow::Result<bool> {
        let mut first: HashMap<(u32, Vec<u8>), u32> = HashMap::new();
        let mut stay = Vec::new();
        let mut moved = Vec::with_capacity(self.kept.len());
        for function in self.kept.clone() {
            let alike = (self.functions.types[function], self.written(function)?);
            let place = *first.entry(alike).or_insert_with(|| {
                stay.push(function);
                u32::try_from(stay.len() - 1).expect("a program has fewer functions than that")
            });
            moved.push(place);
        }
        let any = stay.len() < self.kept.len();
        for place in &mut self.place {
            *place = moved[*place as usize];
        }
        self.kept = stay;
        Ok(any)
    }

    /// A body as it would be written now.
    fn written(&mut self, function: usize) -> anyhow::Result<Vec<u8>> {
        let mut code = CodeSection::new();
        let body = self.functions.bodies[function].clone();
        utils::parse_function_body(self, &mut code, body)?;
        let mut bytes = Vec::new();
        code.encode(&mut bytes);
        Ok(bytes)
    }
}

impl Reencode for Once<'_> {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, reencode::Error> {
        let own = function.checked_sub(self.functions.imported);
        Ok(own.map_or(function, |own| self.functions.imported + self.place[own as usize]))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        _: FunctionSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        for &function in &self.kept {
            functions.function(self.functions.types[function]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        _: CodeSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        for function in self.kept.clone() {
            let body = self.functions.bodies[function].clone();
            utils::parse_function_body(self, code, body)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection,
        ImportSection, Module, TypeSection, ValType,
    };
    use wasmparser::{Operator, Parser, Payload, Validator};

    use super::without_twins;

    /// After one that is imported: `a` and `b` say the same, `c` calls `a`, `d` calls `b`, `e` says it
    /// with another type, `f` says something else.
    fn program() -> Vec<u8> {
        let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
        types.ty().function([], []);
        types.ty().function([ValType::I32], []);
        imports.import("outside", "it", EntityType::Function(0));
        let (mut functions, mut exports, mut code) =
            (FunctionSection::new(), ExportSection::new(), CodeSection::new());
        let mut add = |name: &str, of: u32, write: &dyn Fn(&mut Function)| {
            let index = 1 + functions.len();
            functions.function(of);
            exports.export(name, ExportKind::Func, index);
            let mut function = Function::new([]);
            write(&mut function);
            function.instructions().end();
            code.function(&function);
        };
        let says = |number: i32| {
            move |function: &mut Function| {
                function.instructions().i32_const(number).drop();
            }
        };
        let calls = |other: u32| {
            move |function: &mut Function| {
                function.instructions().call(other);
            }
        };
        add("a", 0, &says(2));
        add("b", 0, &says(2));
        add("c", 0, &calls(1));
        add("d", 0, &calls(2));
        add("e", 1, &says(2));
        add("f", 0, &says(3));
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions);
        module.section(&exports).section(&code);
        module.finish()
    }

    /// What each function does, and which of them each export is.
    fn meaning(program: &[u8]) -> (Vec<String>, Vec<String>) {
        Validator::new().validate_all(program).unwrap();
        let (mut bodies, mut exported) = (Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(program) {
            match payload.unwrap() {
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export.unwrap();
                        exported.push(format!("{} {}", export.name, export.index));
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let operators = body.get_operators_reader().unwrap().into_iter();
                    let said = operators.filter_map(|operator| match operator.unwrap() {
                        Operator::Call { function_index } => {
                            Some(format!("calls {function_index}"))
                        }
                        Operator::I32Const { value } => Some(format!("says {value}")),
                        _ => None,
                    });
                    bodies.push(said.collect());
                }
                _ => {}
            }
        }
        (bodies, exported)
    }

    #[test]
    fn twins_are_one_function_and_so_are_those_that_call_them() {
        let (bodies, exported) = meaning(&without_twins(&program()).unwrap());
        assert_eq!(bodies, ["says 2", "calls 1", "says 2", "says 3"]);
        assert_eq!(exported, ["a 1", "b 1", "c 2", "d 2", "e 3", "f 4"]);
    }
}
