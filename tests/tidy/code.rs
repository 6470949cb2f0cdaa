//! Rust as the rules read it: without comments and texts, which may say anything.

/// The source with every comment, string and character literal blanked out; line breaks stay, so
/// that lines keep their numbers.
pub fn bare(source: &str) -> String {
    let mut reader = Reader { rest: source.chars().collect(), place: 0, bare: String::new() };
    while reader.place < reader.rest.len() {
        reader.step();
    }
    reader.bare
}

struct Reader {
    rest: Vec<char>,
    place: usize,
    bare: String,
}

impl Reader {
    fn peek(&self, ahead: usize) -> char {
        self.rest.get(self.place + ahead).copied().unwrap_or('\0')
    }

    fn keep(&mut self) {
        self.bare.push(self.peek(0));
        self.place += 1;
    }

    fn blank(&mut self, count: usize) {
        for _ in 0..count {
            let letter = self.peek(0);
            self.bare.push(if letter == '\n' { '\n' } else { ' ' });
            self.place += 1;
        }
    }

    fn step(&mut self) {
        let in_a_word = self.bare.ends_with(|last: char| last.is_alphanumeric() || last == '_');
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => self.blank_until(|reader| reader.peek(0) == '\n'),
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(),
            ('r', '"' | '#') if !in_a_word => self.raw_string(),
            ('b', 'r') if !in_a_word && matches!(self.peek(2), '"' | '#') => {
                self.keep();
                self.raw_string();
            }
            ('\'', '\\') => {
                self.blank(3);
                self.blank_until(|reader| reader.peek(0) == '\'');
                self.blank(1);
            }
            ('\'', _) if self.peek(2) == '\'' => self.blank(3),
            _ => self.keep(),
        }
    }

    fn blank_until(&mut self, end: impl Fn(&Self) -> bool) {
        while self.place < self.rest.len() && !end(self) {
            self.blank(1);
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        loop {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                ('\0', _) => return,
                _ => {
                    self.blank(1);
                    continue;
                }
            }
            self.blank(2);
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        self.blank(1);
        while self.place < self.rest.len() {
            match self.peek(0) {
                '\\' => self.blank(2),
                '"' => return self.blank(1),
                _ => self.blank(1),
            }
        }
    }

    /// `r"…"`, `r#"…"#`; a raw identifier such as `r#type` is kept.
    fn raw_string(&mut self) {
        let mut marks = 0;
        while self.peek(1 + marks) == '#' {
            marks += 1;
        }
        if self.peek(1 + marks) != '"' {
            return self.keep();
        }
        self.blank(2 + marks);
        let ends = |reader: &Self| {
            reader.peek(0) == '"' && (1..=marks).all(|ahead| reader.peek(ahead) == '#')
        };
        self.blank_until(ends);
        self.blank(1 + marks);
    }
}

/// The words of bare source with the line each stands in.
pub fn words(bare: &str) -> impl Iterator<Item = (usize, &str)> {
    bare.lines().enumerate().flat_map(|(index, line)| {
        let is_end = |letter: char| !letter.is_alphanumeric() && letter != '_';
        line.split(is_end).filter(|word| !word.is_empty()).map(move |word| (index + 1, word))
    })
}

/// The source without its unit tests, which may build what the code itself may not name. What stands
/// behind the module of the tests is code again.
pub fn without_tests(source: &str) -> String {
    let Some((before, tests)) = source.split_once("#[cfg(test)]\nmod tests {") else {
        return source.to_owned();
    };
    // A module's brace is the first one that starts a line.
    let behind = match tests.strip_prefix('}') {
        Some(behind) => behind,
        None => tests.split_once("\n}\n").map_or("", |(_, behind)| behind),
    };
    format!("{before}{behind}")
}

#[test]
fn only_the_tests_are_left_out() {
    let module = "#[cfg(test)]\nmod tests {";
    assert_eq!(without_tests(&format!("a();\n{module}\n    b();\n}}\n")), "a();\n");
    assert_eq!(without_tests(&format!("a();\n{module}}}\nb();\n")), "a();\n\nb();\n");
    assert_eq!(without_tests(&format!("a();\n{module}\n    b();\n}}\nc();\n")), "a();\nc();\n");
    assert_eq!(without_tests("a();\n"), "a();\n");
}

#[test]
fn comments_and_texts_are_blank_and_lines_keep_their_numbers() {
    let source = "let a = \"x /* \\\" y\"; // todo\n/* one /* two */\n*/ let b = 'c'; let c: &'a str;\n\
        let d = r#\"raw \" text\"#; let r#type = '\\''; b\"bytes\"";
    let bare = bare(source);
    let words: Vec<(usize, &str)> = words(&bare).collect();
    let expected = [
        (1, "let"),
        (1, "a"),
        (3, "let"),
        (3, "b"),
        (3, "let"),
        (3, "c"),
        (3, "a"),
        (3, "str"),
        (4, "let"),
        (4, "d"),
        (4, "let"),
        (4, "r"),
        (4, "type"),
        (4, "b"),
    ];
    assert_eq!(words, expected);
}
