//! A table, folded away under one line that opens it; and pairs of a word and what is said for it.

use leptos::prelude::*;

/// The first cell of a row is its heading.
pub(crate) fn table(
    summary: String,
    caption: String,
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
) -> AnyView {
    let heads: Vec<_> =
        heads.into_iter().map(|head| view! { <th scope="col">{head}</th> }).collect();
    let rows: Vec<_> = rows
        .into_iter()
        .map(|cells| {
            let mut cells = cells.into_iter();
            let head = cells.next();
            let cells: Vec<_> = cells.map(|cell| view! { <td>{cell}</td> }).collect();
            view! { <tr><th scope="row">{head}</th>{cells}</tr> }.into_any()
        })
        .collect();
    view! {
        <details>
            <summary>{summary}</summary>
            <table>
                <caption>{caption}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    }
    .into_any()
}

pub(crate) fn facts(facts: Vec<(String, String)>) -> AnyView {
    let facts: Vec<_> = facts
        .into_iter()
        .map(|(what, said)| {
            view! { <div><dt class="detail">{what}</dt><dd dir="auto">{said}</dd></div> }.into_any()
        })
        .collect();
    view! { <dl class="facts">{facts}</dl> }.into_any()
}
