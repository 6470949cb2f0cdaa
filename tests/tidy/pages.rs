//! Nothing inline: what the security headers forbid must not be written in the first place.

use crate::code::{bare, without_tests, words};
use crate::tree::{File, finds, holds, repository, sample};

/// Ways around the template that would set HTML, or a style, from a string.
const HTML_FROM_TEXT: [&str; 7] = [
    "inner_html",
    "outer_html",
    "set_inner_html",
    "set_outer_html",
    "insert_adjacent_html",
    "set_css_text",
    "set_srcdoc",
];
/// The same, and code made of a text, in scripts.
const IN_SCRIPTS: [&str; 8] = [
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "cssText",
    "srcdoc",
    "eval(",
    "new Function",
];
/// Attributes that must not be set by name either.
const NOT_SET: [&str; 4] = ["style", "srcdoc", "onclick", "onerror"];

fn inline(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.has_ending("html") && file.is_below(&["portal/"])) {
        for (line, tag) in tags(file.text()) {
            let script = tag.starts_with("script") && !attributes(tag).any(|name| name == "src");
            let attribute = attributes(tag)
                .find(|name| name.starts_with("on") || matches!(name.as_str(), "style" | "srcdoc"));
            if script || attribute.is_some() || tag.starts_with("style") || runs(tag) {
                findings.push(format!("{}:{line}: something inline", file.path));
            }
        }
    }
    findings
}

/// Each `<tag …>` without its brackets, and the line it starts in.
fn tags(html: &str) -> impl Iterator<Item = (usize, &str)> {
    html.match_indices('<').map(|(place, _)| {
        let tag = html[place + 1..].split('>').next().unwrap_or_default();
        (html[..place].matches('\n').count() + 1, tag)
    })
}

/// The names before each `=`, whatever the quotes behind it, and those that stand alone.
fn attributes(tag: &str) -> impl Iterator<Item = String> {
    tag.split_whitespace()
        .skip(1)
        .map(|word| word.split('=').next().unwrap_or_default().to_ascii_lowercase())
}

/// An address that is a program.
fn runs(text: &str) -> bool {
    text.to_ascii_lowercase().contains("javascript:")
}

/// The `style` attribute in a view is refused by the browser; `style:width=…` is not one.
fn in_views(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.has_ending("rs") && file.is_below(&["portal/src/"]))
    {
        let code = bare(file.text());
        for (line, word) in words(&code).filter(|(_, word)| HTML_FROM_TEXT.contains(word)) {
            findings.push(format!("{}:{line}: `{word}` makes HTML of a text", file.path));
        }
        for (index, (code, line)) in code.lines().zip(file.text().lines()).enumerate() {
            let named = |name: &&str| {
                line.contains(&format!("attr(\"{name}\""))
                    || line.contains(&format!("attr:{name}"))
                    || line.contains(&format!("set_attribute(\"{name}\""))
            };
            let set = NOT_SET.iter().find(|name| named(name));
            if code.contains(" style=") || set.is_some() || runs(line) {
                findings.push(format!("{}:{}: a style or a program", file.path, index + 1));
            }
        }
    }
    findings
}

fn in_scripts(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.has_ending("js") && file.is_below(&["portal/"])) {
        for (index, line) in file.text().lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if IN_SCRIPTS.iter().any(|word| code.contains(word)) || runs(line) {
                findings.push(format!("{}:{}: HTML or code of a text", file.path, index + 1));
            }
        }
    }
    findings
}

/// Text on a screen comes from the locales, in every language: what stands between tags, alone on a
/// line of a view, or in an attribute that is read aloud.
fn words_in_views(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    let folders = ["portal/src/page/pages/", "portal/src/page/ui/", "portal/src/page/frame"];
    for file in files.iter().filter(|file| file.has_ending("rs") && file.is_below(&folders)) {
        let source = without_tests(file.text());
        for (index, line) in source.lines().enumerate() {
            let text = SPOKEN.iter().find_map(|(before, after)| {
                let (_, rest) = line.split_once(before)?;
                rest.split_once(after).map(|(text, _)| text)
            });
            let text = text.or_else(|| alone(line));
            let Some(text) = text.filter(|text| *text != "Satchel") else {
                continue;
            };
            if text.chars().any(char::is_alphabetic) {
                findings.push(format!("{}:{}: \"{text}\" is in no locale", file.path, index + 1));
            }
        }
    }
    findings
}

/// What stands before and behind words that a person sees or hears.
const SPOKEN: [(&str, &str); 6] = [
    (">\"", "\"<"),
    (" title=\"", "\""),
    (" aria-label=\"", "\""),
    (" aria-description=\"", "\""),
    (" placeholder=\"", "\""),
    (" alt=\"", "\""),
];

/// Words that are all of a line, as rustfmt leaves a child of a tag.
fn alone(line: &str) -> Option<&str> {
    let text = line.trim().strip_prefix('"')?.strip_suffix('"')?;
    (text.contains(' ') && !text.contains('"')).then_some(text)
}

#[test]
fn nothing_is_inline() {
    holds(&inline(&repository()));
    holds(&in_views(&repository()));
    holds(&in_scripts(&repository()));
}

#[test]
fn words_on_screens_come_from_the_locales() {
    holds(&words_in_views(&repository()));
}

#[test]
fn planted_inline_things_are_found() {
    let files = sample(&[
        (
            "portal/index.html",
            "<script\n  src=\"a.js\"></script>\n<script>go()</script>\n<a\n onClick=go()>\n\
                <a href=\"JavaScript:go()\">",
        ),
        (
            "portal/clinic.html",
            "<body onload=\"go()\">\n<p style='color: red'>\n<p class=\"on\">\n<iframe srcdoc=x>",
        ),
        ("portal/src/page/pages/a.rs", "view! { <p style=\"x\" inner_html=text>\"Words\"</p> }"),
        ("portal/src/page/pages/b.rs", "view! { <p style:width=x>{words::hello()}\", \"</p> }"),
        ("portal/src/page/pages/c.rs", "p().attr(\"style\", x)\n.attr(\"styled\", y)"),
        (
            "portal/src/page/pages/d.rs",
            "<p title=\"A title\"\n  aria-label=name>\n  \"Some words\"\n",
        ),
        (
            "portal/assets/boot.js",
            "a.innerHTML = b; // c\n// innerHTML\nsetTimeout(\"javascript:1\")",
        ),
    ]);
    finds(
        &inline(&files),
        &[
            "portal/index.html:3",
            "portal/index.html:4",
            "portal/index.html:6",
            "portal/clinic.html:1",
            "portal/clinic.html:2",
            "portal/clinic.html:4",
        ],
    );
    finds(
        &in_views(&files),
        &[
            "portal/src/page/pages/a.rs:1",
            "portal/src/page/pages/a.rs:1",
            "portal/src/page/pages/c.rs:1",
        ],
    );
    finds(&in_scripts(&files), &["portal/assets/boot.js:1", "portal/assets/boot.js:3"]);
    finds(
        &words_in_views(&files),
        &[
            "portal/src/page/pages/a.rs:1: \"Words\"",
            "portal/src/page/pages/d.rs:1: \"A title\"",
            "portal/src/page/pages/d.rs:3: \"Some words\"",
        ],
    );
}
