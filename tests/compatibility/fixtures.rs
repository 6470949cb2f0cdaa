//! Bytes in files: a line each, a name and hexadecimal digits. A file that is there is only read.

use std::fmt::Write;
use std::path::PathBuf;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("compatibility/v1").join(name)
}

pub fn lines(name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(path(name)).expect("the fixture is in the repository");
    text.lines().map(str::to_owned).collect()
}

/// What the file holds. `WRITE_FIXTURES` writes one that is not there yet, of what this version says.
pub fn bytes(name: &str, now: impl FnOnce() -> Vec<(&'static str, Vec<u8>)>) -> Vec<Fixture> {
    if std::env::var_os("WRITE_FIXTURES").is_some() && !path(name).exists() {
        let mut text = String::new();
        for (name, bytes) in now() {
            write!(text, "{name} ").expect("writing into memory does not fail");
            bytes.iter().for_each(|byte| write!(text, "{byte:02x}").expect("as above"));
            text.push('\n');
        }
        std::fs::write(path(name), text).expect("the folder is there");
    }
    lines(name).iter().map(|line| Fixture::read(line)).collect()
}

pub struct Fixture {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl Fixture {
    fn read(line: &str) -> Self {
        let (name, digits) = line.split_once(' ').expect("a name and digits");
        let pairs = digits.as_bytes().chunks(2);
        let bytes = pairs.map(|pair| {
            let pair = std::str::from_utf8(pair).expect("digits are ASCII");
            u8::from_str_radix(pair, 16).expect("two hexadecimal digits")
        });
        Self { name: name.to_owned(), bytes: bytes.collect() }
    }
}
