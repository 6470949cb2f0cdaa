//! Reads the locales, compares them, and writes Rust: one function per message, its parameters in the
//! signature, its words in every language inside. Used by the build script and by its tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::Value;

/// The forms that English and Spanish tell apart (CLDR plural rules, cardinals).
const PLURAL_FORMS: [&str; 3] = ["one", "many", "other"];
/// The parameter that chooses the form.
const COUNT: &str = "count";

/// Plain names of tests by their LOINC code: one function looks them up, because which one is asked
/// for comes with the data.
const TESTS: &str = "test.";

/// One message in one language: one text, or one per plural form.
#[derive(Debug, PartialEq, Eq)]
enum Words {
    Plain(String),
    Plural(BTreeMap<String, String>),
}

type Locale = BTreeMap<String, Words>;

/// The code, or one sentence about what is wrong.
pub fn generate(english: &str, spanish: &str) -> Result<String, String> {
    let english = read("en.json", english)?;
    let spanish = read("es.json", spanish)?;
    for key in spanish.keys() {
        if !english.contains_key(key) {
            return Err(format!("es.json has the unknown key `{key}`"));
        }
    }
    let mut code = String::new();
    let mut tests = Vec::new();
    for (key, words) in &english {
        let other = spanish.get(key).ok_or_else(|| format!("es.json lacks the key `{key}`"))?;
        compare(key, words, other)?;
        match key.strip_prefix(TESTS) {
            Some(test) => {
                tests.push(format!("({test:?}, [{}, {}])", literal(words), literal(other)));
            }
            None => write_function(&mut code, key, words, other),
        }
    }
    // Keys come sorted from their map, so that the table can be searched by halves.
    if !tests.is_empty() {
        let (count, rows) = (tests.len(), tests.join(", "));
        let _ = writeln!(code, "const TESTS: [(&str, [&str; 2]); {count}] = [{rows}];");
    }
    Ok(code)
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

fn write_function(code: &mut String, key: &str, english: &Words, spanish: &Words) {
    let name = key.replace('.', "_");
    let names = parameters(english).unwrap_or_default();
    let plural = matches!(english, Words::Plural(_));
    let mut signature = Vec::new();
    let mut pairs = Vec::new();
    for parameter in &names {
        let kind = if plural && parameter == COUNT { "u32" } else { "&str" };
        signature.push(format!("{parameter}: {kind}"));
        if kind == "&str" {
            pairs.push(format!("(\"{parameter}\", {parameter})"));
        }
    }
    let (signature, pairs) = (signature.join(", "), pairs.join(", "));
    let words = format!("[{}, {}]", literal(english), literal(spanish));
    let body = match (plural, names.is_empty()) {
        (true, _) => format!("plural({COUNT}, &{words}, &[{pairs}])"),
        (false, true) => format!("plain({words})"),
        (false, false) => format!("filled({words}, &[{pairs}])"),
    };
    // Writing to a String cannot fail.
    let _ = writeln!(code, "/// `{key}`\npub fn {name}({signature}) -> String {{ {body} }}");
}

fn literal(words: &Words) -> String {
    match words {
        Words::Plain(text) => format!("{text:?}"),
        Words::Plural(forms) => {
            let rows: Vec<String> =
                forms.iter().map(|(form, text)| format!("({form:?}, {text:?})")).collect();
            format!("&[{}] as &[(&str, &str)]", rows.join(", "))
        }
    }
}
