//! Each CSS class, icon and message is defined and used: what nobody uses still travels to phones,
//! and what nobody defined is a hole on a screen.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::{File, finds, holds, repository, sample};

type Names = BTreeSet<String>;

/// The words inside every text of the portal's own sources: classes and icons are among them.
fn texts(files: &[File]) -> Names {
    let mut found = Names::new();
    for file in files.iter().filter(|file| is_portal_source(file)) {
        for text in file.text().split(['"', '\'', '`']) {
            if !text.contains('\n') {
                found.extend(text.split_whitespace().map(str::to_owned));
            }
        }
        // `class:wide=wide` names a class outside of a text.
        for (_, rest) in
            file.text().match_indices("class:").map(|(at, _)| file.text().split_at(at + 6))
        {
            found.insert(name_at(rest).to_owned());
        }
    }
    found
}

fn is_portal_source(file: &File) -> bool {
    let is_source = ["rs", "html", "js"].iter().any(|ending| file.has_ending(ending));
    is_source
        && file.is_below(&[
            "portal/src/",
            "portal/index.html",
            "portal/clinic.html",
            "portal/clinic-office.html",
            "portal/shl.html",
            "portal/assets/",
        ])
}

fn name_at(text: &str) -> &str {
    let is_end = |letter: char| !letter.is_alphanumeric() && letter != '-' && letter != '_';
    text.split(is_end).next().unwrap_or_default()
}

fn defined_classes(files: &[File]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for file in files.iter().filter(|file| file.has_ending("css")) {
        for selector in selectors(file.text()) {
            for (place, _) in selector.match_indices('.') {
                let name = name_at(&selector[place + 1..]);
                if name.starts_with(|first: char| first.is_ascii_lowercase()) {
                    found.insert(name.to_owned(), file.path.clone());
                }
            }
        }
    }
    found
}

/// What stands before each `{`, without comments and without the rules of at-rules.
fn selectors(css: &str) -> Vec<String> {
    let mut bare = String::new();
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        bare.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, behind)| behind);
    }
    bare.push_str(rest);
    let before_braces =
        bare.split('{').map(|part| part.rsplit(['}', ';']).next().unwrap_or_default());
    before_braces.map(str::trim).filter(|part| !part.starts_with('@')).map(str::to_owned).collect()
}

/// The classes that sources name in a way no one can mistake: `class="a b"`, `class:a=`,
/// `class=("a", …)` and the texts of `class=move || …`.
fn named_classes(files: &[File]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for file in files.iter().filter(|file| is_portal_source(file)) {
        for (_, rest) in
            file.text().match_indices("class=\"").map(|(at, _)| file.text().split_at(at + 7))
        {
            let list = rest.split('"').next().unwrap_or_default();
            for name in list.split_whitespace() {
                found.insert(name.to_owned(), file.path.clone());
            }
        }
        for (_, rest) in
            file.text().match_indices("class:").map(|(at, _)| file.text().split_at(at + 6))
        {
            found.insert(name_at(rest).to_owned(), file.path.clone());
        }
    }
    for file in files.iter().filter(|file| is_portal_source(file) && file.has_ending("rs")) {
        let values = file.text().split("class=").skip(1).filter(|value| !value.starts_with('"'));
        let values = values.map(|value| &value[..end_of_value(value)]);
        let functions = file.text().split("fn class(").skip(1);
        let functions = functions.map(|rest| rest.split("\n    }\n").next().unwrap_or_default());
        let names = values.chain(functions).flat_map(texts_of).flat_map(str::split_whitespace);
        let names = names.filter(|name| !name.contains(['{', '}']));
        found.extend(names.map(|name| (name.to_owned(), file.path.clone())));
    }
    found
}

/// Where the tag closes or its next attribute begins; an arrow and a comparison are neither.
fn end_of_value(value: &str) -> usize {
    let closes = |place: &usize| !value[..*place].ends_with(['=', '-', ' ']);
    let tag = value.match_indices('>').map(|(place, _)| place).find(closes).unwrap_or(value.len());
    let begins = |place: &usize| {
        let word = value[*place..].split_whitespace().next().unwrap_or_default();
        word.split_once('=').is_some_and(|(name, behind)| {
            let is_name = |letter: char| letter.is_ascii_lowercase() || "-:".contains(letter);
            !name.is_empty() && name.chars().all(is_name) && !behind.starts_with(['=', '>'])
        })
    };
    let spaces = value.match_indices(char::is_whitespace).map(|(place, _)| place);
    spaces.take_while(|place| *place < tag).find(begins).unwrap_or(tag)
}

/// The texts in code, without those of other attributes and those that something is compared with.
fn texts_of(code: &str) -> Vec<&str> {
    let parts: Vec<&str> = code.split('"').collect();
    let texts = parts.chunks_exact(2).filter(|pair| !pair[0].trim_end().ends_with('='));
    texts.map(|pair| pair[1]).collect()
}

fn classes(files: &[File]) -> Vec<String> {
    let (defined, named, texts) = (defined_classes(files), named_classes(files), texts(files));
    let unused = defined.iter().filter(|(name, _)| !texts.contains(*name));
    let unused = unused.map(|(name, path)| format!("{path}: nobody uses .{name}"));
    let undefined = named.iter().filter(|(name, _)| !defined.contains_key(*name));
    let undefined = undefined.map(|(name, path)| format!("{path}: .{name} is defined nowhere"));
    unused.chain(undefined).collect()
}

/// Sprites: `<symbol id="pill">` in `icons.svg`, named as a text in the sources.
fn icons(files: &[File]) -> Vec<String> {
    let texts = texts(files);
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with("icons.svg")) {
        for part in file.text().split("<symbol id=\"").skip(1) {
            let id = part.split('"').next().unwrap_or_default();
            if !texts.contains(id) {
                findings.push(format!("{}: nobody uses the icon {id}", file.path));
            }
        }
    }
    findings
}

/// Messages become functions of the module `words`; the build finds those that are missing, this
/// finds those that nobody calls, and languages that differ in their keys.
fn messages(files: &[File]) -> Vec<String> {
    let mut called = Names::new();
    for file in files.iter().filter(|file| file.has_ending("rs") && file.is_below(&["portal/src/"]))
    {
        for (_, rest) in
            file.text().match_indices("words::").map(|(at, _)| file.text().split_at(at + 7))
        {
            called.insert(name_at(rest).to_owned());
        }
    }
    let mut findings = Vec::new();
    let mut english: Option<Names> = None;
    for file in files.iter().filter(|file| file.is_below(&["portal/locales/"])) {
        let keys = keys(file);
        if file.path.ends_with("en.json") {
            let called = |key: &str| match key.strip_prefix("test.") {
                // Looked up by the code that comes with a result.
                Some(_) => called.contains("test"),
                // One in another one's place is shown where that one is.
                None => {
                    let shown = key.strip_prefix("brief.").unwrap_or(key);
                    called.contains(&shown.replace('.', "_"))
                }
            };
            let unused = keys.iter().filter(|key| !called(key));
            findings.extend(unused.map(|key| format!("{}: nobody shows {key}", file.path)));
        }
        match &english {
            Some(first) if *first != keys => {
                let differ: Vec<&String> = first.symmetric_difference(&keys).collect();
                findings.push(format!("{}: other keys than its neighbour: {differ:?}", file.path));
            }
            _ => english = Some(keys),
        }
    }
    findings
}

fn keys(file: &File) -> Names {
    let value: serde_json::Value = serde_json::from_str(file.text()).unwrap_or_default();
    value.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect()
}

#[test]
fn classes_are_defined_and_used() {
    holds(&classes(&repository()));
}

#[test]
fn icons_are_used() {
    holds(&icons(&repository()));
}

#[test]
fn messages_are_used_and_in_every_language() {
    holds(&messages(&repository()));
}

#[test]
fn planted_leftovers_are_found() {
    let files = sample(&[
        ("portal/styles/a.css", "/* .ghost { } */\n.row > .lead:hover { width: 1.5rem } .old { }"),
        ("portal/src/page/ui/row.rs", "view! { <p class=\"row new\" class:lead=on/> }"),
        (
            "portal/src/page/ui/line.rs",
            "<p class=move || if a == \"b\" { \"lead\" } else { \"tail\" } dir=\"auto\">\"c\"</p>\n\
                <p class=(\"loose\", move || on)/>",
        ),
        ("portal/src/page/ui/tag.rs", "    fn class(self) {\n  Self::A => \"bad\"\n    }\n \"c\""),
        ("portal/assets/icons.svg", "<symbol id=\"pill\"/><symbol id=\"flag\"/>"),
        ("portal/src/page/ui/icon.rs", "Pill = \"pill\""),
        ("portal/locales/en.json", "{\"home.hello\": \"a\", \"home.bye\": \"b\"}"),
        ("portal/locales/es.json", "{\"home.hello\": \"a\"}"),
        ("portal/src/page/pages/home.rs", "words::home_hello()"),
    ]);
    finds(
        &classes(&files),
        &[
            "portal/styles/a.css: nobody uses .old",
            "portal/src/page/ui/tag.rs: .bad is defined",
            "portal/src/page/ui/line.rs: .loose is defined",
            "portal/src/page/ui/row.rs: .new is defined",
            "portal/src/page/ui/line.rs: .tail is defined",
        ],
    );
    finds(&icons(&files), &["portal/assets/icons.svg: nobody uses the icon flag"]);
    finds(
        &messages(&files),
        &["portal/locales/en.json: nobody shows home.bye", "portal/locales/es.json: other keys"],
    );
}
