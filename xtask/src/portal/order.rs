//! Puts the functions of a program in an order in which those that are alike stand side by side. A
//! program does the same in any order, and Brotli writes what it has just seen in fewer bits: three in
//! a hundred fewer.

use std::collections::HashMap;

use anyhow::Context;
use wasm_encoder::reencode::{self, Reencode, utils};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{
    CodeSectionReader, CustomSectionReader, FunctionBody, FunctionSectionReader, Parser,
};

use super::program::Functions;

/// As many bytes in a row as make a piece: two or three instructions.
const PIECE_BYTES: usize = 6;
/// A piece that more functions have than this says nothing about any two of them.
const SHARERS_MAX: usize = 1_000;
/// Functions with fewer pieces in common are not alike.
const SHARED_MIN: u32 = 4;
/// So that of two tiny functions a chance piece makes no pair.
const WEIGHT_MIN: usize = 8;

/// The same program in the better order.
pub fn arranged(program: &[u8]) -> anyhow::Result<Vec<u8>> {
    let functions = Functions::of(program).context("the program could not be read")?;
    let bodies: Vec<&[u8]> = functions.bodies.iter().map(FunctionBody::as_bytes).collect();
    let order = chain(&bodies);
    let mut place = vec![0; bodies.len()];
    for (at, &function) in order.iter().enumerate() {
        place[function] = u32::try_from(at)?;
    }
    let mut parts = Parts { functions, order, place };
    let mut module = Module::new();
    parts
        .parse_core_module(&mut module, Parser::new(0), program)
        .context("the program could not be written again")?;
    Ok(module.finish())
}

/// Begins with the smallest in the order of bytes, and goes on to whichever is most alike.
fn chain(bodies: &[&[u8]]) -> Vec<usize> {
    let pieces: Vec<Vec<u64>> = bodies.iter().map(|body| pieces(body)).collect();
    let mut sharers: HashMap<u64, Vec<usize>> = HashMap::new();
    for (function, pieces) in pieces.iter().enumerate() {
        for piece in pieces {
            sharers.entry(*piece).or_default().push(function);
        }
    }
    sharers.retain(|_, functions| (2..=SHARERS_MAX).contains(&functions.len()));
    let mut starts: Vec<usize> = (0..bodies.len()).collect();
    starts.sort_by_key(|&function| bodies[function]);
    let mut order = Vec::with_capacity(bodies.len());
    let mut is_placed = vec![false; bodies.len()];
    let mut shared = vec![0_u32; bodies.len()];
    for start in starts {
        let mut next = (!is_placed[start]).then_some(start);
        while let Some(function) = next {
            is_placed[function] = true;
            order.push(function);
            let mut candidates = Vec::new();
            for other in pieces[function].iter().filter_map(|piece| sharers.get(piece)).flatten() {
                if !is_placed[*other] {
                    if shared[*other] == 0 {
                        candidates.push(*other);
                    }
                    shared[*other] += 1;
                }
            }
            // Of those that are equally alike the first: the same program each time.
            candidates.sort_unstable();
            let likeness = |other: usize| {
                let of = pieces[function].len() + pieces[other].len() + WEIGHT_MIN;
                f64::from(shared[other]) / of as f64
            };
            let mut best: Option<usize> = None;
            for &other in candidates.iter().filter(|&&other| shared[other] >= SHARED_MIN) {
                if best.is_none_or(|best| likeness(other) > likeness(best)) {
                    best = Some(other);
                }
            }
            for other in candidates {
                shared[other] = 0;
            }
            next = best;
        }
    }
    order
}

/// Each piece once.
fn pieces(body: &[u8]) -> Vec<u64> {
    let number = |piece: &[u8]| piece.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    let mut pieces: Vec<u64> = body.windows(PIECE_BYTES).map(number).collect();
    pieces.sort_unstable();
    pieces.dedup();
    pieces
}

/// What of a program depends on the order of its functions.
struct Parts<'a> {
    functions: Functions<'a>,
    /// Which function stands in each place.
    order: Vec<usize>,
    /// Where each function stands.
    place: Vec<u32>,
}

impl Reencode for Parts<'_> {
    type Error = std::convert::Infallible;

    /// They tell tools about the program, and there are no tools after this one.
    fn parse_custom_section(
        &mut self,
        _module: &mut Module,
        _section: CustomSectionReader<'_>,
    ) -> Result<(), reencode::Error<Self::Error>> {
        Ok(())
    }

    fn function_index(&mut self, function: u32) -> Result<u32, reencode::Error> {
        let own = function.checked_sub(self.functions.imported);
        Ok(own.map_or(function, |own| self.functions.imported + self.place[own as usize]))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        _: FunctionSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        for &function in &self.order {
            functions.function(self.functions.types[function]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        _: CodeSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        for function in self.order.clone() {
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
        ImportSection, Module, TypeSection,
    };
    use wasmparser::{Operator, Parser, Payload};

    use super::{arranged, chain};

    /// One imported function, then three: `a` calls `b`, `b` says 2, `c` calls the imported one.
    fn program() -> Vec<u8> {
        let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
        types.ty().function([], []);
        imports.import("outside", "it", EntityType::Function(0));
        let (mut functions, mut exports, mut code) =
            (FunctionSection::new(), ExportSection::new(), CodeSection::new());
        let mut add = |name: &str, write: &dyn Fn(&mut Function)| {
            let index = 1 + functions.len();
            functions.function(0);
            exports.export(name, ExportKind::Func, index);
            let mut function = Function::new([]);
            write(&mut function);
            function.instructions().end();
            code.function(&function);
        };
        add("a", &|a| {
            a.instructions().call(2).call(2);
        });
        add("b", &|b| {
            b.instructions().nop().i32_const(2).drop();
        });
        add("c", &|c| {
            c.instructions().call(0);
        });
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions);
        module.section(&exports).section(&code);
        module.finish()
    }

    /// What each export calls, by name, and the numbers it says.
    fn meaning(program: &[u8]) -> Vec<String> {
        let mut names = vec!["it".to_owned(); 4];
        let mut exports = Vec::new();
        let mut bodies = Vec::new();
        for payload in Parser::new(0).parse_all(program) {
            match payload.unwrap() {
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export.unwrap();
                        names[export.index as usize] = export.name.to_owned();
                        exports.push(export.index as usize);
                    }
                }
                Payload::CodeSectionEntry(body) => bodies.push(body),
                _ => {}
            }
        }
        let said = exports.into_iter().map(|index| {
            let mut said = format!("{}:", names[index]);
            for operator in bodies[index - 1].get_operators_reader().unwrap() {
                match operator.unwrap() {
                    Operator::Call { function_index } => {
                        said = format!("{said} {}", names[function_index as usize]);
                    }
                    Operator::I32Const { value } => said = format!("{said} {value}"),
                    _ => {}
                }
            }
            said
        });
        said.collect()
    }

    #[test]
    fn a_program_in_another_order_does_the_same() {
        let before = program();
        let after = arranged(&before).unwrap();
        assert_eq!(meaning(&before), ["a: b b", "b: 2", "c: it"]);
        assert_eq!(meaning(&after), meaning(&before));
        assert_ne!(after, before);
        assert_eq!(arranged(&before).unwrap(), after);
    }

    #[test]
    fn alike_functions_stand_side_by_side_each_once() {
        let alike = |first: u8| [&[first][..], b"the same in all of these"].concat();
        let bodies = [alike(1), vec![2; 20], alike(3), vec![4; 20], alike(5)];
        let bodies: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
        assert_eq!(chain(&bodies), [0, 2, 4, 1, 3]);
    }
}
