//! A function fits on a screen, a file holds one thing beside its unit tests, a line is short.

use crate::code::{bare, without_tests};
use crate::tree::{File, finds, holds, repository, sample};

/// rustfmt keeps code to 100; this is for what it does not break: comments and views.
const COLUMNS_MAX: usize = 120;
const FILE_LINES_MAX: usize = 400;
/// Lists of cases: the second thing living in them would be another list.
const TEST_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;
const ARCHITECTURE_LINES_MAX: usize = 200;

fn lines(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    // A rule of a sheet is a line, however long.
    for file in files.iter().filter(|file| is_source(file) && !file.has_ending("css")) {
        for (index, line) in file.text().lines().enumerate() {
            let columns = line.chars().count();
            if columns > COLUMNS_MAX && !is_unbreakable(line) {
                findings.push(format!("{}:{}: {columns} columns", file.path, index + 1));
            }
        }
    }
    findings
}

fn is_source(file: &File) -> bool {
    ["rs", "js", "css"].iter().any(|ending| file.has_ending(ending))
        && !file.path.contains("/vendor/")
}

/// One long word, such as a link or a test vector, cannot be broken, and a text in quotes should not.
fn is_unbreakable(line: &str) -> bool {
    // Nor a list of texts that a program wrote.
    if line.matches('"').count() >= 8 {
        return true;
    }
    let quoted = line.split('"').skip(1).step_by(2);
    line.split_whitespace().chain(quoted).any(|part| part.chars().count() > COLUMNS_MAX / 3)
}

fn file_lengths(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files {
        let lines = without_tests(file.text()).lines().count();
        let max = if file.path.starts_with("tests/") { TEST_LINES_MAX } else { FILE_LINES_MAX };
        if is_source(file) && lines > max {
            findings.push(format!("{}: {lines} lines; what second thing lives in it?", file.path));
        }
        if file.path == "ARCHITECTURE.md" && lines > ARCHITECTURE_LINES_MAX {
            findings.push(format!("{}: {lines} lines; only what rarely changes", file.path));
        }
    }
    findings
}

fn functions(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| is_source(file) && !file.has_ending("css")) {
        let code = bare(file.text());
        let word = if file.has_ending("rs") { "fn " } else { "function" };
        for (place, _) in code.match_indices(word) {
            if code[..place].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_') {
                continue;
            }
            let lines = function_lines(&code[place..]);
            if lines > FUNCTION_LINES_MAX {
                let line = code[..place].matches('\n').count() + 1;
                findings.push(format!("{}:{line}: a function of {lines} lines", file.path));
            }
        }
    }
    findings
}

/// From `fn` to the brace that closes its body; a declaration without a body has none.
fn function_lines(code: &str) -> usize {
    let Some(open) = body(code) else { return 0 };
    let mut depth = 0;
    for (place, letter) in code[open..].char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return code[..=open + place].lines().count();
        }
    }
    0
}

/// Where the body opens. A `;` inside brackets belongs to an array's type.
fn body(code: &str) -> Option<usize> {
    let mut brackets = 0;
    for (place, letter) in code.char_indices() {
        match letter {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets -= 1,
            '{' if brackets == 0 => return Some(place),
            ';' if brackets == 0 => return None,
            _ => {}
        }
    }
    None
}

#[test]
fn lines_are_short() {
    holds(&lines(&repository()));
}

#[test]
fn files_hold_one_thing() {
    holds(&file_lengths(&repository()));
}

#[test]
fn functions_fit_on_a_screen() {
    holds(&functions(&repository()));
}

#[test]
fn planted_lengths_are_found() {
    let wide = format!("let a = {};\n", "1 + ".repeat(30));
    let long =
        format!("fn long(key: [u8; 32]) {{\n{}}}\n", "    work();\n".repeat(FUNCTION_LINES_MAX));
    let deep = format!("fn short() {{ if x {{ }} }}\n{}", "// line\n".repeat(FILE_LINES_MAX));
    let behind = format!("#[cfg(test)]\nmod tests {{}}\n{deep}");
    let script =
        format!("self.on = function () {{\n{}}};\n", "  work();\n".repeat(FUNCTION_LINES_MAX));
    let map = "line\n".repeat(ARCHITECTURE_LINES_MAX + 1);
    let files = sample(&[
        ("a.rs", &wide),
        ("b.rs", &long),
        ("c.rs", &deep),
        ("ARCHITECTURE.md", &map),
        ("d.rs", "trait T {\n    fn declared(&self);\n}\n"),
        ("e.rs", &behind),
        ("f.js", &script),
        ("g.css", &deep),
    ]);
    finds(&lines(&files), &["a.rs:1: "]);
    finds(&functions(&files), &["b.rs:1: a function of 72 lines", "f.js:1: a function"]);
    finds(
        &file_lengths(&files),
        &["c.rs: 401 lines", "ARCHITECTURE.md: 201 lines", "e.rs: 402 lines", "g.css: 401 lines"],
    );
}
