//! Reads flags. What is not known is refused in one sentence before anything is done.

use std::collections::BTreeMap;

/// The command line was not understood; the exit code is 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongUse(pub String);

/// One flag that a command knows.
pub enum Flag {
    /// It is there or not: `--reset`.
    Switch(&'static str),
    /// It takes the next word, or what follows `=`: `--port 8080`.
    Value(&'static str),
}

/// The flags that were given.
#[derive(Default)]
pub struct Given(BTreeMap<&'static str, String>);

impl Given {
    pub fn has(&self, flag: &str) -> bool {
        self.0.contains_key(flag)
    }

    pub fn value(&self, flag: &str) -> Option<&str> {
        self.0.get(flag).map(String::as_str)
    }
}

/// Reads `words` as flags of `command`.
pub fn parse(command: &str, words: &[String], known: &[Flag]) -> Result<Given, WrongUse> {
    let mut given = Given::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (name, inline) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word.as_str(), None),
        };
        let Some(flag) = known.iter().find(|flag| flag.name() == name) else {
            return Err(WrongUse(unknown(command, word, known)));
        };
        let value = match (flag, inline) {
            (Flag::Switch(_), None) => String::new(),
            (Flag::Switch(_), Some(_)) => {
                return Err(WrongUse(format!("`{name}` of `{command}` takes no value")));
            }
            // What begins like a flag is the next one, and nothing at all is no value.
            (Flag::Value(_), inline) => inline
                .or_else(|| words.next().filter(|word| !word.starts_with("--")).cloned())
                .filter(|value| !value.is_empty())
                .ok_or_else(|| WrongUse(format!("`{name}` of `{command}` needs a value")))?,
        };
        if given.0.insert(flag.name(), value).is_some() {
            return Err(WrongUse(format!("`{name}` of `{command}` is given twice")));
        }
    }
    Ok(given)
}

impl Flag {
    fn name(&self) -> &'static str {
        match self {
            Flag::Switch(name) | Flag::Value(name) => name,
        }
    }
}

fn unknown(command: &str, word: &str, known: &[Flag]) -> String {
    let names: Vec<&str> = known.iter().map(Flag::name).collect();
    if names.is_empty() {
        return format!("`{command}` takes no `{word}`");
    }
    format!("`{command}` takes no `{word}`, only {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demo(words: &[&str]) -> Result<Given, WrongUse> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        parse("demo", &words, &[Flag::Switch("--reset"), Flag::Value("--port")])
    }

    #[test]
    fn flags_are_read_in_both_spellings() {
        let given = demo(&["--reset", "--port=8080"]).unwrap();
        assert!(given.has("--reset"));
        assert_eq!(given.value("--port"), Some("8080"));
        assert_eq!(demo(&["--port", "80"]).unwrap().value("--port"), Some("80"));
    }

    #[test]
    fn what_is_not_known_is_refused_in_one_sentence() {
        let refused = |words: &[&str]| demo(words).err().unwrap().to_string();
        assert_eq!(refused(&["--prot=1"]), "`demo` takes no `--prot=1`, only --reset, --port");
        assert_eq!(refused(&["--port=1", "--port", "2"]), "`--port` of `demo` is given twice");
        assert_eq!(refused(&["--port"]), "`--port` of `demo` needs a value");
        assert_eq!(refused(&["--port", "--reset"]), "`--port` of `demo` needs a value");
        assert_eq!(refused(&["--port="]), "`--port` of `demo` needs a value");
        assert_eq!(refused(&["--port", ""]), "`--port` of `demo` needs a value");
        assert_eq!(refused(&["--reset=yes"]), "`--reset` of `demo` takes no value");
    }
}
