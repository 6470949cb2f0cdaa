//! Finds where a value ends, and that it is one.

/// A place in a text.
pub struct Scan<'a> {
    text: &'a str,
    place: usize,
    /// What is open inside a value, kept for the next one.
    open: Vec<u8>,
}

impl<'a> Scan<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, place: 0, open: Vec::new() }
    }

    pub fn is_at_end(&self) -> bool {
        self.place == self.text.len()
    }

    pub fn skip_blank(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.place += 1;
        }
    }

    /// Passes this byte, and what is blank before it, if it is the next one.
    pub fn eat(&mut self, byte: u8) -> bool {
        self.skip_blank();
        let is_next = self.peek() == Some(byte);
        self.place += usize::from(is_next);
        is_next
    }

    /// The name of the next field, in its quotes, with the colon after it passed.
    pub fn key(&mut self) -> Option<&'a str> {
        self.skip_blank();
        let start = self.place;
        self.string()?;
        let key = self.text.get(start..self.place);
        self.eat(b':').then_some(key?)
    }

    /// The whole value that begins here. What is open is remembered in a list and not on the stack.
    pub fn value(&mut self) -> Option<&'a str> {
        self.skip_blank();
        let start = self.place;
        self.open.clear();
        loop {
            if self.opens()? {
                continue;
            }
            // A value has ended; perhaps with it the ones around it.
            loop {
                let Some(close) = self.open.last().copied() else {
                    return self.text.get(start..self.place);
                };
                if self.eat(close) {
                    self.open.pop();
                } else if !self.eat(b',') || (close == b'}' && self.key().is_none()) {
                    return None;
                } else {
                    break;
                }
            }
        }
    }

    /// Passes a value, or the beginning of one that has others inside: then the next one follows.
    fn opens(&mut self) -> Option<bool> {
        self.skip_blank();
        match self.peek()? {
            b'{' => {
                self.place += 1;
                if self.eat(b'}') {
                    return Some(false);
                }
                self.key()?;
                self.open.push(b'}');
                return Some(true);
            }
            b'[' => {
                self.place += 1;
                if self.eat(b']') {
                    return Some(false);
                }
                self.open.push(b']');
                return Some(true);
            }
            b'"' => self.string()?,
            b't' => self.word("true")?,
            b'f' => self.word("false")?,
            b'n' => self.word("null")?,
            _ => self.number()?,
        }
        Some(false)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.place).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.place += 1;
        Some(byte)
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let rest = self.text.as_bytes().get(self.place..)?;
        self.place += word.len();
        rest.starts_with(word.as_bytes()).then_some(())
    }

    fn string(&mut self) -> Option<()> {
        if self.next()? != b'"' {
            return None;
        }
        loop {
            // Most of a text is plain: passed in one go.
            let rest = self.text.as_bytes().get(self.place..)?;
            let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
            self.place += rest.iter().position(is_special)?;
            match self.next()? {
                b'"' => return Some(()),
                b'\\' => match self.next()? {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                    b'u' => {
                        for _ in 0..4 {
                            if !self.next()?.is_ascii_hexdigit() {
                                return None;
                            }
                        }
                    }
                    _ => return None,
                },
                _ => return None,
            }
        }
    }

    fn number(&mut self) -> Option<()> {
        self.pass(b"-");
        if !self.pass(b"0") {
            self.digits()?;
        }
        if self.pass(b".") {
            self.digits()?;
        }
        if self.pass(b"eE") {
            self.pass(b"+-");
            self.digits()?;
        }
        Some(())
    }

    fn pass(&mut self, one_of: &[u8]) -> bool {
        let is_next = self.peek().is_some_and(|byte| one_of.contains(&byte));
        self.place += usize::from(is_next);
        is_next
    }

    /// At least one.
    fn digits(&mut self) -> Option<()> {
        if !self.pass(b"0123456789") {
            return None;
        }
        while self.pass(b"0123456789") {}
        Some(())
    }
}
