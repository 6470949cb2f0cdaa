//! What a person reads of a document, and what never reaches them.

use expect_test::{Expect, expect};

use super::{Block, PaperSaid, said};
use crate::fhir::base64;

fn check(content_type: &str, text: &str, expected: Expect) {
    let shown = match said(content_type, &base64::encode(text.as_bytes())) {
        PaperSaid::Text(blocks) => {
            let line = |block: &Block| match block {
                Block::Heading(said) => format!("# {said}"),
                Block::Text(said) => said.clone(),
                Block::Item(said) => format!("- {said}"),
                Block::Row(cells) => cells.join(" | "),
            };
            blocks.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        other => format!("{other:?}"),
    };
    expected.assert_eq(&shown);
}

#[test]
fn a_page_is_its_words_and_nothing_that_acts() {
    check(
        "text/html; charset=utf-8",
        r#"<html><head><title>x</title><style>p{}</style></head><body onload="x()"><h1>Visit &amp; plan</h1>
        <p>You were <b>well</b>.<br/>Come back in 3&nbsp;months &lt;soon&gt;.</p><script>alert(1)</script>
        <img src="x" alt="a > b"><ul><li>Walk<li>Drink water</ul>
        <table><tr><th>Test</th><th>Result</th></tr><tr><td>A1c</td><td>7.2 %</td></tr></table> 5 < 6 & so on"#,
        expect![[r#"
            # Visit & plan
            You were well.
            Come back in 3 months <soon>.
            - Walk
            - Drink water
            Test | Result
            A1c | 7.2 %
            5 < 6 & so on"#]],
    );
}

#[test]
fn a_clinical_document_is_its_titles_and_narratives() {
    check(
        "text/xml",
        r#"<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1.2"/><title>Summary</title>
        <component><section><code code="48765-2"/><title>Allergies</title><text><list><item>Penicillin: hives</item></list>
        <paragraph>Ask first.</paragraph></text><entry><observation><text>coded</text><value>x</value></observation></entry></section></component></ClinicalDocument>"#,
        expect![[r#"
            # Summary
            # Allergies
            - Penicillin: hives
            Ask first."#]],
    );
}

#[test]
fn old_rich_text_is_its_words() {
    check(
        "application/rtf",
        r"{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\*\generator x;}\f0\fs24 Se\'f1ora Delgado\par Temp 38\u176?C \b fine\b0 .}",
        expect![[r#"
            Señora Delgado
            Temp 38°C fine."#]],
    );
}

#[test]
fn pictures_and_files_keep_their_bytes_and_the_rest_is_said() {
    check("image/png", "p", expect![[r#"Picture("cA==")"#]]);
    check("application/pdf", "%PDF", expect![[r#"File("JVBERg==")"#]]);
    check(
        "text/plain",
        "One\n\n  Two",
        expect![[r#"
        One
          Two"#]],
    );
    check("text/html", "<script>only</script>", expect!["Unreadable"]);
    assert_eq!(said("text/plain", "###"), PaperSaid::Unreadable);
}
