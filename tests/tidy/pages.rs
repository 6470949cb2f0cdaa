//! Nothing inline: what the security headers forbid must not be written in the first place.

use crate::code::{bare, words};
use crate::tree::{File, finds, holds, repository, sample};

/// Ways around the template that would set HTML from a string.
const HTML_FROM_TEXT: [&str; 4] =
    ["inner_html", "outer_html", "set_inner_html", "insert_adjacent_html"];

fn inline(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.has_ending("html") && file.is_below(&["portal/"])) {
        for (index, line) in file.text().lines().enumerate() {
            let script = line.contains("<script") && !line.contains(" src=");
            let handler = line.split_whitespace().any(|word| {
                word.starts_with("on")
                    && word.split_once('=').is_some_and(|(_, value)| value.starts_with('"'))
            });
            if script || handler || line.contains(" style=") || line.contains("<style") {
                findings.push(format!("{}:{}: something inline", file.path, index + 1));
            }
        }
    }
    findings
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
        for (index, line) in code.lines().enumerate() {
            if line.contains(" style=") {
                findings.push(format!("{}:{}: a style attribute", file.path, index + 1));
            }
        }
    }
    findings
}

/// Text on a screen comes from the locales, in every language.
fn words_in_views(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    let folders = ["portal/src/page/pages/", "portal/src/page/ui/", "portal/src/page/frame"];
    for file in files.iter().filter(|file| file.has_ending("rs") && file.is_below(&folders)) {
        let source = file.text().split("#[cfg(test)]").next().unwrap_or_default();
        for (index, line) in source.lines().enumerate() {
            // In a view, a text is written between tags: `>"Some words"<`.
            let Some((_, rest)) = line.split_once(">\"") else {
                continue;
            };
            let Some((text, _)) = rest.split_once("\"<") else {
                continue;
            };
            let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
            if letters > 0 && text != "Satchel" {
                findings.push(format!("{}:{}: \"{text}\" is in no locale", file.path, index + 1));
            }
        }
    }
    findings
}

#[test]
fn nothing_is_inline() {
    holds(&inline(&repository()));
    holds(&in_views(&repository()));
}

#[test]
fn words_on_screens_come_from_the_locales() {
    holds(&words_in_views(&repository()));
}

#[test]
fn planted_inline_things_are_found() {
    let files = sample(&[
        ("portal/index.html", "<script src=\"a.js\"></script>\n<script>go()</script>"),
        (
            "portal/clinic.html",
            "<body onload=\"go()\">\n<p style=\"color: red\">\n<p class=\"on\">",
        ),
        ("portal/src/page/pages/a.rs", "view! { <p style=\"x\" inner_html=text>\"Words\"</p> }"),
        ("portal/src/page/pages/b.rs", "view! { <p style:width=x>{words::hello()}\", \"</p> }"),
    ]);
    finds(
        &inline(&files),
        &["portal/index.html:2", "portal/clinic.html:1", "portal/clinic.html:2"],
    );
    finds(&in_views(&files), &["portal/src/page/pages/a.rs:1", "portal/src/page/pages/a.rs:1"]);
    finds(&words_in_views(&files), &["portal/src/page/pages/a.rs:1: \"Words\""]);
}
