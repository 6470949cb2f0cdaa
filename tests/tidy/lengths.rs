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
        let is_script = file.has_ending("js");
        let starts = if is_script { scripts(&code) } else { rust_functions(&code) };
        for (index, &place) in starts.iter().enumerate() {
            let behind = if is_script { &starts[index + 1..] } else { &[] };
            let lines = own_lines(&code, place, behind);
            if lines > FUNCTION_LINES_MAX {
                let line = code[..place].matches('\n').count() + 1;
                findings.push(format!("{}:{line}: a function of {lines} lines", file.path));
            }
        }
    }
    findings
}

/// Without the functions inside it, which count for themselves: in scripts one may be what holds the state
/// of others, as a class would.
fn own_lines(code: &str, start: usize, behind: &[usize]) -> usize {
    let lines = function_lines(&code[start..]);
    let line_of = |place: usize| code[..place].matches('\n').count();
    let (first, mut read, mut inside) = (line_of(start), line_of(start), 0);
    for &place in behind {
        let (line, length) = (line_of(place), function_lines(&code[place..]));
        if line > read && line < first + lines {
            inside += length;
            read = line + length - 1;
        }
    }
    lines - inside
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn rust_functions(code: &str) -> Vec<usize> {
    let starts = code.match_indices("fn ").map(|(place, _)| place);
    starts.filter(|place| !code[..*place].ends_with(is_of_word)).collect()
}

/// Where the arguments of functions, methods and arrows begin, or an arrow's own brace.
fn scripts(code: &str) -> Vec<usize> {
    const NO_FUNCTIONS: [&str; 6] = ["catch", "for", "if", "switch", "while", "with"];
    let mut starts = Vec::new();
    for (brace, _) in code.match_indices('{') {
        let before = code[..brace].trim_end();
        if before.ends_with("=>") {
            starts.push(brace);
        } else if let Some(open) = opened(before) {
            let name = code[..open].trim_end();
            let word = name.rsplit(|letter| !is_of_word(letter)).next().unwrap_or_default();
            starts.extend((!NO_FUNCTIONS.contains(&word)).then_some(open));
        }
    }
    starts
}

/// Where the bracket opens that closes at the end of this.
fn opened(before: &str) -> Option<usize> {
    let mut depth = 0;
    for (place, letter) in before.char_indices().rev() {
        match letter {
            ')' => depth += 1,
            '(' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (letter == '(').then_some(place);
        }
    }
    None
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
    let work = "  work();\n".repeat(FUNCTION_LINES_MAX);
    let others =
        format!("const on = async () => {{\n{work}}};\nclass A {{\n  on(a) {{\n{work}}}\n}}\n");
    let holder =
        format!("const on = () => {{\n{}}};\n", "  const f = () => {\n    g();\n  };\n".repeat(30));
    let plain = format!("if (f()) {{\n{work}}}\nconst a = {{\n{work}}};\n");
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
        ("h.js", &others),
        ("i.js", &plain),
        ("j.js", &holder),
    ]);
    finds(&lines(&files), &["a.rs:1: "]);
    finds(
        &functions(&files),
        &["b.rs:1: a function of 72", "f.js:1: a", "h.js:1: a", "h.js:74: a"],
    );
    finds(
        &file_lengths(&files),
        &["c.rs: 401 lines", "ARCHITECTURE.md: 201 lines", "e.rs: 402 lines", "g.css: 401 lines"],
    );
}
