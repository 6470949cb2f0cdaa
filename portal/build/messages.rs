//! Reads the locales, compares them, and writes Rust with one typed function per message, its parameters
//! in the signature, and the words of every language as lines of two texts, which the functions know by
//! number: one for everybody, and one for staff, which no patient downloads. Used by the build script,
//! by its tests, and by the build of the portal, which serves the texts as assets.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::Value;

/// The forms that English and Spanish tell apart (CLDR plural rules, cardinals).
const PLURAL_FORMS: [&str; 3] = ["one", "many", "other"];
/// Stands between forms of one message, and between a test's code and its name.
const BETWEEN: &str = "\t";
/// The parameter that chooses the form.
const COUNT: &str = "count";

/// Plain names of tests by their LOINC code: one function looks them up, because which one is asked
/// for comes with the data.
const TESTS: &str = "test.";
/// What only the clinic's program says.
const OF_STAFF: &str = "clinic.";
/// Said in place of the message that is named behind it, on a device that keeps nothing.
const BRIEF: &str = "brief.";

/// One message in one language: one text, or one per plural form.
#[derive(Debug, PartialEq, Eq)]
enum Words {
    Plain(String),
    Plural(BTreeMap<String, String>),
}

type Locale = BTreeMap<String, Words>;

/// What the programs are given.
#[derive(Debug)]
pub struct Texts {
    /// A line that says which code they belong to, then for each language a line per message and a
    /// line per test.
    pub of_all: String,
    /// For each language a line per message of staff. They follow the others.
    pub of_staff: String,
}

/// The code of the functions, and the words. Or one sentence about what is wrong.
pub fn generate(english: &str, spanish: &str) -> Result<(String, Texts), String> {
    let english = read("en.json", english)?;
    let spanish = read("es.json", spanish)?;
    for key in spanish.keys() {
        if !english.contains_key(key) {
            return Err(format!("es.json has the unknown key `{key}`"));
        }
    }
    let (mut code, mut places) = (String::new(), BTreeMap::new());
    let [mut messages, mut tests, mut staff] = [(); 3].map(|()| Lines::default());
    let is_of_staff = |key: &str| key.starts_with(OF_STAFF);
    let count = english.keys().filter(|key| !is_of_staff(key)).count();
    for (key, words) in &english {
        let other = spanish.get(key).ok_or_else(|| format!("es.json lacks the key `{key}`"))?;
        compare(key, words, other)?;
        let names: Vec<String> = parameters(words)?.into_iter().collect();
        let lines = [words, other].map(|words| line(words, &names));
        if lines.iter().any(|line| line.contains('\n')) {
            return Err(format!("`{key}` has more than one line"));
        }
        if let Some(test) = key.strip_prefix(TESTS) {
            tests.push(lines.map(|line| format!("{test}{BETWEEN}{line}")));
        } else if is_of_staff(key) {
            // Behind everything that patients read, in both languages.
            let number = 2 * count + staff.push(lines);
            write_function(&mut code, number, key, words, &names);
        } else {
            let number = messages.push(lines);
            places.insert(key.as_str(), (number, names.clone()));
            if !key.starts_with(BRIEF) {
                write_function(&mut code, number, key, words, &names);
            }
        }
    }
    let mut instead = Vec::new();
    for (key, (by, names)) in &places {
        let Some(usual) = key.strip_prefix(BRIEF) else { continue };
        match places.get(usual) {
            Some((of, usual_names)) if usual_names == names => instead.push((*of, *by)),
            Some(_) | None => return Err(format!("`{key}` stands in place of no message like it")),
        }
    }
    let mut of_all = String::new();
    for place in 0..2 {
        of_all.push_str(&messages.of[place]);
        of_all.push_str(&tests.of[place]);
    }
    let of_staff = staff.of.concat();
    let print = print(&format!("{of_all}{of_staff}"));
    let _ = writeln!(code, "const INSTEAD: [(usize, usize); {}] = {instead:?};", instead.len());
    let _ = writeln!(code, "const MESSAGES: usize = {};", messages.count);
    let _ = writeln!(code, "const TESTS: usize = {};", tests.count);
    let _ = writeln!(code, "const OF_STAFF: usize = {};", staff.count);
    let _ = writeln!(code, "const PRINT: &str = {print:?};");
    Ok((code, Texts { of_all: format!("{print}\n{of_all}"), of_staff }))
}

/// Lines in both languages.
#[derive(Default)]
struct Lines {
    of: [String; 2],
    count: usize,
}

impl Lines {
    /// Answers their number.
    fn push(&mut self, lines: [String; 2]) -> usize {
        for (all, line) in self.of.iter_mut().zip(lines) {
            all.push_str(&line);
            all.push('\n');
        }
        self.count += 1;
        self.count - 1
    }
}

/// Tells one set of words from another (FNV-1a): a program refuses those of another release.
fn print(lines: &str) -> String {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", lines.bytes().fold(0xcbf2_9ce4_8422_2325, step))
}

fn read(file: &str, text: &str) -> Result<Locale, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("{file}: {error}"))?;
    let Value::Object(rows) = value else {
        return Err(format!("{file} is not one flat object"));
    };
    let mut locale = Locale::new();
    for (key, value) in rows {
        let known = |letter: char| letter.is_ascii_lowercase() || "._".contains(letter);
        let name = match key.strip_prefix(TESTS) {
            Some(code) => code.trim_end_matches(|letter: char| "-0123456789".contains(letter)),
            None => key.as_str(),
        };
        if key.is_empty() || !name.chars().all(known) {
            return Err(format!("{file}: `{key}` is not a key of small letters, `_` and `.`"));
        }
        let words = read_words(value).ok_or_else(|| {
            format!("{file}: `{key}` is neither a text nor plural forms with `other`")
        })?;
        locale.insert(key, words);
    }
    Ok(locale)
}

fn read_words(value: Value) -> Option<Words> {
    match value {
        Value::String(text) => Some(Words::Plain(text)),
        Value::Object(forms) => {
            let mut plural = BTreeMap::new();
            for (form, text) in forms {
                let Value::String(text) = text else {
                    return None;
                };
                if !PLURAL_FORMS.contains(&form.as_str()) {
                    return None;
                }
                plural.insert(form, text);
            }
            plural.contains_key("other").then_some(Words::Plural(plural))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    }
}

fn compare(key: &str, english: &Words, spanish: &Words) -> Result<(), String> {
    let kind = |words: &Words| matches!(words, Words::Plural(_));
    if kind(english) != kind(spanish) {
        return Err(format!("`{key}` has plural forms in one language only"));
    }
    if parameters(english)? != parameters(spanish)? {
        return Err(format!("the parameters of `{key}` differ between en.json and es.json"));
    }
    Ok(())
}

/// The names between braces; a plural counts something even where a form does not say the number.
fn parameters(words: &Words) -> Result<BTreeSet<String>, String> {
    let mut names = BTreeSet::new();
    let texts: Vec<&String> = match words {
        Words::Plain(text) => vec![text],
        Words::Plural(forms) => {
            names.insert(COUNT.to_owned());
            forms.values().collect()
        }
    };
    for text in texts {
        let mut rest = text.as_str();
        while let Some((_, after)) = rest.split_once('{') {
            let (name, behind) =
                after.split_once('}').ok_or_else(|| format!("`{text}` lacks a `}}`"))?;
            names.insert(name.to_owned());
            rest = behind;
        }
    }
    Ok(names)
}

fn write_function(code: &mut String, number: usize, key: &str, words: &Words, names: &[String]) {
    let name = key.replace('.', "_");
    let plural = matches!(words, Words::Plural(_));
    let is_count = |name: &String| plural && name == COUNT;
    let signature: Vec<String> = names
        .iter()
        .map(|name| format!("{name}: {}", if is_count(name) { "u32" } else { "&str" }))
        .collect();
    let values: Vec<&str> =
        names.iter().filter(|name| !is_count(name)).map(String::as_str).collect();
    let (signature, values) = (signature.join(", "), values.join(", "));
    let body = match (plural, names.is_empty()) {
        (true, _) => format!("plural({number}, {COUNT}, &[{values}])"),
        (false, true) => format!("plain({number})"),
        (false, false) => format!("filled({number}, &[{values}])"),
    };
    // The page of all parts is for developers, and a release has none of it.
    if key.starts_with("components.") {
        code.push_str("#[cfg(debug_assertions)]\n");
    }
    // Writing to a String cannot fail.
    let _ = writeln!(code, "/// `{key}`\npub fn {name}({signature}) -> String {{ {body} }}");
}

/// The words of one message in one language, its parameters by their place in the signature. Plural
/// forms stand in their order; one that is missing is empty.
fn line(words: &Words, names: &[String]) -> String {
    let of = |text: &str| {
        let others =
            names.iter().filter(|name| !(matches!(words, Words::Plural(_)) && *name == COUNT));
        let numbered = others.enumerate().fold(text.to_owned(), |text, (place, name)| {
            text.replace(&format!("{{{name}}}"), &format!("{{{place}}}"))
        });
        numbered.replace(&format!("{{{COUNT}}}"), "{#}")
    };
    match words {
        Words::Plain(text) => of(text),
        Words::Plural(forms) => {
            let form = |name: &&str| forms.get(*name).map(|text| of(text)).unwrap_or_default();
            PLURAL_FORMS.iter().map(form).collect::<Vec<_>>().join(BETWEEN)
        }
    }
}
