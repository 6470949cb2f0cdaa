//! Sorts what a program's functions say by what it is: opcodes, numbers of locals, offsets, constants and so
//! on each stand together, where LZMA knows what to expect. A tenth less is left of a program than in the
//! order in which it runs. `portal/assets/unpack.js` does both ways too; `docs/decisions/0163` says why.

use anyhow::{Context, bail, ensure};

/// Opcodes and whatever is too rare for a stream of its own.
const OPS: usize = 0;
const BLOCKS: usize = 1;
const BRANCHES: usize = 2;
const CALLS: usize = 3;
const CONSTANTS: usize = 4;
const LOCALS_READ: usize = 5;
const LOCALS_WRITTEN: usize = 6;
const LOADS: usize = 7;
const STORES: usize = 8;
const STREAMS: usize = 9;
/// Not written at all: `locals.rs` gives every load and store the hint of its type.
const HINTS: usize = 9;

const FIRST_LOAD: u8 = 0x28;
const FIRST_STORE: u8 = 0x36;
/// The hint of each load and store, from the first on.
const HINT_OF: &[u8; 23] = &[2, 3, 2, 3, 0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 2, 3, 2, 3, 0, 1, 0, 1, 2];

/// Bytes of functions that are sorted together: more leave less, and nothing is compiled before all have come.
const CHUNK_BYTES: usize = 1 << 19;
const CODE_SECTION: u8 = 10;
const HEADER_BYTES: usize = 8;

/// The length of what stands before the functions, and that; then chunks, each with the lengths of its
/// streams; then a 0 and what stands behind the functions.
pub fn split(program: &[u8]) -> anyhow::Result<Vec<u8>> {
    let (mut at, code_end) = code(program)?;
    let mut split = u32::try_from(at)?.to_be_bytes().to_vec();
    split.extend(&program[..at]);
    while at < code_end {
        let mut chunk = Splitting { program, at, streams: Default::default() };
        let end = code_end.min(at + CHUNK_BYTES);
        while chunk.at < end {
            let length = chunk.number()?;
            let body_end = chunk.at + length;
            walk(&mut chunk)?;
            ensure!(chunk.at == body_end, "a function ends where it does not say");
        }
        at = chunk.at;
        for stream in &chunk.streams {
            split.extend(u32::try_from(stream.len())?.to_be_bytes());
        }
        split.extend(chunk.streams.concat());
    }
    split.extend([0; 4]);
    split.extend(&program[code_end..]);
    Ok(split)
}

/// Where the first function begins and the last one ends.
fn code(program: &[u8]) -> anyhow::Result<(usize, usize)> {
    let mut reader = Splitting { program, at: HEADER_BYTES, streams: Default::default() };
    while reader.at < program.len() {
        let section = program[reader.at];
        reader.at += 1;
        let length = reader.number()?;
        let end = reader.at + length;
        if section == CODE_SECTION {
            reader.number()?;
            return Ok((reader.at, end));
        }
        reader.at = end;
    }
    bail!("a program has functions");
}

/// Where the bytes of a function come from and go to.
trait Way {
    /// The next byte of a stream; `op` is the instruction that it belongs to.
    fn step(&mut self, stream: usize, op: u8) -> anyhow::Result<u8>;
}

struct Splitting<'a> {
    program: &'a [u8],
    at: usize,
    streams: [Vec<u8>; STREAMS],
}

impl Splitting<'_> {
    fn next(&mut self) -> anyhow::Result<u8> {
        let byte = *self.program.get(self.at).context("a program has an end")?;
        self.at += 1;
        Ok(byte)
    }

    fn number(&mut self) -> anyhow::Result<usize> {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.next()?;
            value |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
            ensure!(shift < 35, "a number of a program has five bytes at most");
        }
    }
}

impl Way for Splitting<'_> {
    fn step(&mut self, stream: usize, op: u8) -> anyhow::Result<u8> {
        let byte = self.next()?;
        if stream == HINTS {
            ensure!(byte == HINT_OF[usize::from(op - FIRST_LOAD)], "a load hints at another type");
        } else {
            self.streams[stream].push(byte);
        }
        Ok(byte)
    }
}

/// Goes through one function from its locals to its end.
fn walk(way: &mut impl Way) -> anyhow::Result<()> {
    for _ in 0..number(way, OPS, 0)? {
        number(way, OPS, 0)?;
        way.step(OPS, 0)?;
    }
    let mut depth = 1;
    while depth > 0 {
        let op = way.step(OPS, 0)?;
        match op {
            0x02..=0x04 => depth += 1,
            0x0b => depth -= 1,
            _ => {}
        }
        operands(way, op)?;
    }
    Ok(())
}

/// What stands behind an opcode (WebAssembly 2.0 without vectors).
fn operands(way: &mut impl Way, op: u8) -> anyhow::Result<()> {
    let (stream, numbers) = match op {
        0x02..=0x04 => (BLOCKS, 1),
        0x0c | 0x0d => (BRANCHES, 1),
        0x0e => (OPS, number(way, OPS, op)? + 1),
        0x10 => (CALLS, 1),
        0x11 => (OPS, 2),
        0x1c => (OPS, number(way, OPS, op)?),
        0x20 => (LOCALS_READ, 1),
        0x21 | 0x22 => (LOCALS_WRITTEN, 1),
        FIRST_LOAD..=0x3e => {
            number(way, HINTS, op)?;
            (if op < FIRST_STORE { LOADS } else { STORES }, 1)
        }
        0x41 => (CONSTANTS, 1),
        0x23..=0x26 | 0x3f | 0x40 | 0x42 | 0xd0 | 0xd2 => (OPS, 1),
        0x43 | 0x44 => {
            for _ in 0..if op == 0x43 { 4 } else { 8 } {
                way.step(OPS, op)?;
            }
            return Ok(());
        }
        0xfc => match number(way, OPS, op)? {
            0..=7 => return Ok(()),
            8 | 10 | 12 | 14 => (OPS, 2),
            9 | 11 | 13 | 15 => (OPS, 1),
            other => bail!("nobody here knows the instruction fc {other}"),
        },
        0x00 | 0x01 | 0x05 | 0x0b | 0x0f | 0x1a | 0x1b | 0x45..=0xc4 => return Ok(()),
        other => bail!("nobody here knows the instruction {other:x}"),
    };
    for _ in 0..numbers {
        number(way, stream, op)?;
    }
    Ok(())
}

fn number(way: &mut impl Way, stream: usize, op: u8) -> anyhow::Result<usize> {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = way.step(stream, op)?;
        // Only counts are asked for their value, and they have five bytes at most.
        value |= usize::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        shift += 7;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        BlockType, CodeSection, Function, FunctionSection, MemArg, MemorySection, MemoryType,
        Module, TypeSection, ValType,
    };

    use super::*;

    /// The other way: as `joined` in unpack.js.
    struct Joining<'a> {
        streams: [&'a [u8]; STREAMS],
        body: Vec<u8>,
    }

    impl Way for Joining<'_> {
        fn step(&mut self, stream: usize, op: u8) -> anyhow::Result<u8> {
            let byte = if stream == HINTS {
                HINT_OF[usize::from(op - FIRST_LOAD)]
            } else {
                let (first, rest) = self.streams[stream].split_first().context("a stream ended")?;
                self.streams[stream] = rest;
                *first
            };
            self.body.push(byte);
            Ok(byte)
        }
    }

    fn joined(split: &[u8]) -> Vec<u8> {
        let mut rest = split;
        let mut next = |count: usize| {
            let (first, behind) = rest.split_at(count);
            rest = behind;
            first
        };
        let length = |four: &[u8]| u32::from_be_bytes(four.try_into().unwrap()) as usize;
        let head = length(next(4));
        let mut program = next(head).to_vec();
        loop {
            let first = length(next(4));
            if first == 0 {
                break;
            }
            let mut lengths = vec![first];
            lengths.extend((1..STREAMS).map(|_| length(next(4))));
            let streams: Vec<&[u8]> = lengths.into_iter().map(&mut next).collect();
            let mut way = Joining { streams: streams.try_into().unwrap(), body: Vec::new() };
            while !way.streams[OPS].is_empty() {
                way.body.clear();
                walk(&mut way).unwrap();
                wasm_encoder::Encode::encode(&way.body[..], &mut program);
            }
            assert!(way.streams.iter().all(|stream| stream.is_empty()));
        }
        program.extend(rest);
        program
    }

    fn program(functions: u32, hint: u32) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([ValType::I32], [ValType::I32]);
        let (mut of_types, mut code) = (FunctionSection::new(), CodeSection::new());
        let at = |offset| MemArg { offset, align: hint, memory_index: 0 };
        for number in 0..functions {
            of_types.function(0);
            let mut function = Function::new([(2, ValType::I64), (1, ValType::F64)]);
            let mut write = function.instructions();
            write.block(BlockType::Empty).local_get(0).i32_load(at(u64::from(number) * 900));
            write.br_table([0, 0, 1], 0).end();
            write.i64_const(i64::MIN).local_set(1).f64_const(0.1.into()).local_tee(3).drop();
            write.loop_(BlockType::Empty).local_get(0).br_if(0).end();
            write.i32_const(-70_000).i32_const(0).i32_const(1 << 20).memory_copy(0, 0);
            write.local_get(0).i32_const(7).i32_store(at(4)).f64_const(1e300.into());
            write.i32_trunc_sat_f64_s().drop().local_get(0).call(number / 2);
            write.i32_const(1).i32_const(2).call_indirect(0, 0).return_().end();
            code.function(&function);
        }
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut module = Module::new();
        module.section(&types).section(&of_types).section(&memories).section(&code);
        module.section(&wasm_encoder::CustomSection {
            name: "tail".into(),
            data: b"what stands behind"[..].into(),
        });
        module.finish()
    }

    #[test]
    fn what_was_sorted_comes_back_byte_for_byte() {
        // The last one needs more than one chunk.
        for functions in [0, 1, 3, 9_000] {
            let program = program(functions, 2);
            let split = split(&program).unwrap();
            assert!(joined(&split) == program, "{functions} functions");
            assert!(functions < 9_000 || split.len() < program.len());
        }
    }

    #[test]
    fn what_could_not_come_back_is_not_sorted() {
        let said = |program: &[u8]| split(program).unwrap_err().to_string();
        assert_eq!(said(&program(1, 1)), "a load hints at another type");
        assert_eq!(said(b"\0asm\x01\0\0\0"), "a program has functions");
        let whole = program(1, 2);
        let cut = whole.len() - 40;
        assert_eq!(said(&whole[..cut]), "a program has an end");
        let vectors = [&b"\0asm\x01\0\0\0\x0a\x06\x01\x04\0"[..], &[0xfd, 0, 0x0b]].concat();
        assert_eq!(said(&vectors), "nobody here knows the instruction fd");
    }
}
