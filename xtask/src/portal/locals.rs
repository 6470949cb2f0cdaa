//! Writes each function in the way in which most others are written: its locals have the smaller
//! numbers the more often they are used, and each load and store hints at the alignment of its type,
//! which is a hint and changes nothing. Brotli then finds more that it has seen: two in a hundred.

use std::cmp::Reverse;
use std::collections::HashMap;

use anyhow::Context;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{Function, Instruction, MemArg, Module, ValType};
use wasmparser::{FunctionBody, Operator, Parser};

use super::program::Functions;

/// Runs of locals stand in this order in every function.
const TYPES: [wasmparser::ValType; 4] = [
    wasmparser::ValType::I32,
    wasmparser::ValType::I64,
    wasmparser::ValType::F64,
    wasmparser::ValType::F32,
];

/// The same program in fewer ways of writing.
pub fn renumbered(program: &[u8]) -> anyhow::Result<Vec<u8>> {
    let functions = Functions::of(program).context("the program could not be read")?;
    let mut module = Module::new();
    let mut rewrite = Rewrite { functions, next: 0 };
    rewrite
        .parse_core_module(&mut module, Parser::new(0), program)
        .context("the program could not be written with other numbers of locals")?;
    Ok(module.finish())
}

struct Rewrite<'a> {
    functions: Functions<'a>,
    /// Bodies come one after the other.
    next: usize,
}

impl Reencode for Rewrite<'_> {
    type Error = std::convert::Infallible;

    fn parse_function_body(
        &mut self,
        code: &mut wasm_encoder::CodeSection,
        body: FunctionBody<'_>,
    ) -> Result<(), wasm_encoder::reencode::Error<Self::Error>> {
        let parameters = self.functions.parameters[self.functions.types[self.next] as usize];
        self.next += 1;
        let (numbers, runs) = numbers(&body, parameters)?;
        let mut function = Function::new(runs);
        for operator in body.get_operators_reader()? {
            let instruction = RoundtripReencoder.instruction(operator?)?;
            function.instruction(&aligned(with_numbers(instruction, &numbers)));
        }
        code.function(&function);
        Ok(())
    }
}

type Numbers = HashMap<u32, u32>;
type Runs = Vec<(u32, ValType)>;

/// The new number of each local that is used, and the runs in which they are declared. Parameters keep
/// theirs, and a local that nobody uses is gone.
fn numbers(
    body: &FunctionBody<'_>,
    parameters: u32,
) -> Result<(Numbers, Runs), wasm_encoder::reencode::Error> {
    let mut types = Vec::new();
    for run in body.get_locals_reader()? {
        let (count, of) = run?;
        types.extend((0..count).map(|_| of));
    }
    // In the order of their first use, which stands between those that are used equally often.
    let mut used: Vec<(u32, u32)> = Vec::new();
    let mut place = HashMap::new();
    for operator in body.get_operators_reader()? {
        let local = match operator? {
            Operator::LocalGet { local_index }
            | Operator::LocalSet { local_index }
            | Operator::LocalTee { local_index } => local_index,
            _ => continue,
        };
        if local >= parameters {
            let place = *place.entry(local).or_insert_with(|| {
                used.push((local, 0));
                used.len() - 1
            });
            used[place].1 += 1;
        }
    }
    let type_of = |local: u32| types[(local - parameters) as usize];
    let rank = |local| TYPES.iter().position(|of| *of == type_of(local)).unwrap_or(TYPES.len());
    used.sort_by_key(|(local, uses)| (rank(*local), Reverse(*uses)));
    let (mut numbers, mut runs) = (Numbers::new(), Runs::new());
    for ((local, _), number) in used.into_iter().zip(parameters..) {
        numbers.insert(local, number);
        let of = RoundtripReencoder.val_type(type_of(local))?;
        match runs.last_mut() {
            Some((count, last)) if *last == of => *count += 1,
            _ => runs.push((1, of)),
        }
    }
    Ok((numbers, runs))
}

fn with_numbers<'a>(instruction: Instruction<'a>, numbers: &Numbers) -> Instruction<'a> {
    let number = |local| *numbers.get(&local).unwrap_or(&local);
    match instruction {
        Instruction::LocalGet(local) => Instruction::LocalGet(number(local)),
        Instruction::LocalSet(local) => Instruction::LocalSet(number(local)),
        Instruction::LocalTee(local) => Instruction::LocalTee(number(local)),
        other => other,
    }
}

/// With the hint that fits the width of what is loaded or stored.
fn aligned(mut instruction: Instruction<'_>) -> Instruction<'_> {
    use Instruction as I;
    let (hint, width): (&mut MemArg, u32) = match &mut instruction {
        I::I32Load16S(to)
        | I::I32Load16U(to)
        | I::I64Load16S(to)
        | I::I64Load16U(to)
        | I::I32Store16(to)
        | I::I64Store16(to) => (to, 1),
        I::I32Load(to)
        | I::F32Load(to)
        | I::I64Load32S(to)
        | I::I64Load32U(to)
        | I::I32Store(to)
        | I::F32Store(to)
        | I::I64Store32(to) => (to, 2),
        I::I64Load(to) | I::F64Load(to) | I::I64Store(to) | I::F64Store(to) => (to, 3),
        _ => return instruction,
    };
    hint.align = width;
    instruction
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        CodeSection, Function, FunctionSection, MemArg, MemorySection, MemoryType, Module,
        TypeSection, ValType,
    };
    use wasmparser::{Operator, Parser, Payload, Validator};

    use super::renumbered;

    /// Of one parameter; local 1 is used by nobody, 2 once, 3 (wide) twice, 4 three times.
    fn program() -> Vec<u8> {
        let (mut types, mut functions) = (TypeSection::new(), FunctionSection::new());
        types.ty().function([ValType::I32], []);
        functions.function(0);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut function = Function::new([(2, ValType::I32), (1, ValType::I64), (1, ValType::I32)]);
        let hint = MemArg { offset: 4, align: 0, memory_index: 0 };
        let mut write = function.instructions();
        write.local_get(0).local_set(2).local_get(0).i64_load(hint).local_tee(3).local_set(3);
        write.local_get(0).local_tee(4).local_tee(4).local_get(4).i32_store(hint).end();
        let mut code = CodeSection::new();
        code.function(&function);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&memories).section(&code);
        module.finish()
    }

    /// What the function declares and does.
    fn meaning(program: &[u8]) -> Vec<String> {
        Validator::new().validate_all(program).unwrap();
        let mut lines = Vec::new();
        for payload in Parser::new(0).parse_all(program) {
            let Payload::CodeSectionEntry(body) = payload.unwrap() else { continue };
            for run in body.get_locals_reader().unwrap() {
                let (count, of) = run.unwrap();
                lines.push(format!("{count} {of:?}"));
            }
            for operator in body.get_operators_reader().unwrap() {
                lines.push(match operator.unwrap() {
                    Operator::LocalGet { local_index } => format!("get {local_index}"),
                    Operator::LocalSet { local_index } => format!("set {local_index}"),
                    Operator::LocalTee { local_index } => format!("tee {local_index}"),
                    Operator::I64Load { memarg } => format!("load {}", memarg.align),
                    Operator::I32Store { memarg } => format!("store {}", memarg.align),
                    _ => continue,
                });
            }
        }
        lines
    }

    #[test]
    fn the_most_used_local_of_a_type_comes_first_and_hints_follow_the_type() {
        let after = renumbered(&program()).unwrap();
        let declared = ["2 I32", "1 I64"];
        let done = [
            "get 0", "set 2", "get 0", "load 3", "tee 3", "set 3", "get 0", "tee 1", "tee 1",
            "get 1", "store 2",
        ];
        assert_eq!(meaning(&after), [&declared[..], &done[..]].concat());
        assert_eq!(renumbered(&after).unwrap(), after);
    }
}
