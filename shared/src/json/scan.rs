//! Finds where a value ends, and that it is one.

/// A place in a text.
pub struct Scan<'a> {
    text: &'a str,
    place: usize,
    /// The text was read in full before: where things end is all that is looked for.
    is_known: bool,
    /// What is open inside a value, kept for the next one.
    open: Vec<u8>,
}

impl<'a> Scan<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, place: 0, is_known: false, open: Vec::new() }
    }

    /// Of text that was read in full before.
    pub fn known(text: &'a str) -> Self {
        Self { is_known: true, ..Self::new(text) }
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

    /// Passes a map and names each of its fields, with the quotes around the names. Nothing if it is
    /// none, or not written as one.
    pub fn fields(
        &mut self,
        value: fn(&mut Self) -> Option<&'a str>,
        take: &mut dyn FnMut(&'a str, &'a str),
    ) -> Option<()> {
        if !self.eat(b'{') {
            return None;
        }
        if self.eat(b'}') {
            return Some(());
        }
        loop {
            let key = self.key()?;
            take(key, value(self)?);
            if !self.eat(b',') {
                return self.eat(b'}').then_some(());
            }
        }
    }

    /// The whole value that begins here, in text that was read in full before: where it ends is all
    /// that is looked for.
    pub fn known_value(&mut self) -> Option<&'a str> {
        self.skip_blank();
        let start = self.place;
        match self.peek()? {
            b'"' => self.string()?,
            b'{' | b'[' => self.known_inside()?,
            _ => {
                let rest = self.text.as_bytes().get(start..)?;
                let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | 0..=b' ');
                self.place += rest.iter().position(ends).unwrap_or(rest.len());
            }
        }
        self.text.get(start..self.place).filter(|value| !value.is_empty())
    }

    fn known_inside(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        let (mut place, mut open) = (self.place, 0_usize);
        loop {
            match bytes.get(place)? {
                b'"' => {
                    place = known_end(bytes, place + 1)?;
                    continue;
                }
                b'{' | b'[' => open += 1,
                b'}' | b']' => open = open.saturating_sub(1),
                _ => {}
            }
            place += 1;
            if open == 0 {
                self.place = place;
                return Some(());
            }
        }
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
        if self.is_known {
            self.place = known_end(self.text.as_bytes(), self.place)?;
            return Some(());
        }
        loop {
            // Most of a text is plain: passed in one go.
            let rest = self.text.as_bytes().get(self.place..)?;
            self.place += plain(rest);
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

const EACH: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * EACH;

/// Where a string ends whose first quote was passed, if it was read before: behind the first quote that
/// no backslash stands for.
fn known_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut end = start;
    loop {
        end += quote_in(bytes.get(end..)?)? + 1;
        let before = bytes.get(start..end - 1)?.iter().rev();
        if before.take_while(|byte| **byte == b'\\').count() % 2 == 0 {
            return Some(end);
        }
    }
}

/// Where the first quote stands.
fn quote_in(bytes: &[u8]) -> Option<usize> {
    let (words, rest) = bytes.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word) ^ (u64::from(b'"') * EACH);
        let found = word.wrapping_sub(EACH) & !word & HIGH;
        if found != 0 {
            return Some(place * 8 + (found.trailing_zeros() / 8) as usize);
        }
    }
    let last = rest.iter().position(|byte| *byte == b'"')?;
    Some(words.len() * 8 + last)
}

/// How many bytes come before the first that means something inside of a string: a quote, a backslash
/// or a control character. Eight at a time, because strings are most of a record.
pub fn plain(bytes: &[u8]) -> usize {
    // The lowest byte below `limit` (at most 0x80) has its high bit set; those above it may too.
    let below = |word: u64, limit: u64| word.wrapping_sub(limit * EACH) & !word & HIGH;
    let mut passed = 0;
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        let word = u64::from_le_bytes(*word);
        let quote = below(word ^ (u64::from(b'"') * EACH), 1);
        let backslash = below(word ^ (u64::from(b'\\') * EACH), 1);
        let special = quote | backslash | below(word, 0x20);
        if special != 0 {
            return passed + (special.trailing_zeros() / 8) as usize;
        }
        passed += 8;
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    passed + rest.iter().position(is_special).unwrap_or(rest.len())
}
