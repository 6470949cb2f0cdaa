//! Documents: which forms there are, and one of them as text, as a picture or to save.

use leptos::prelude::*;
use shared::id::EntryId;
use shared::view::paper::{Block, Paper, PaperRow, PaperSaid};

use super::ask_the_clinic::AskTheClinic;
use super::not_found::Missing;
use crate::bridge::{Answer, Ask};
use crate::page::i18n::words;
use crate::page::session::Session;
use crate::page::ui::button::BackLink;
use crate::page::ui::empty::{Empty, Skeleton};
use crate::page::ui::icon::Icon;
use crate::page::ui::line::{Line, lines};
use crate::page::ui::platform::ObjectUrl;
use crate::page::ui::screen::Screen;

/// Bytes of a kilobyte, as people read it.
const KB: u64 = 1000;

/// The forms in which a document can be had.
pub(super) fn papers(entry: EntryId, papers: &[PaperRow]) -> Option<AnyView> {
    let rows = papers.iter().enumerate().map(|(place, paper)| {
        let mut details = vec![kind_words(&paper.content_type)];
        details.extend(paper.size.map(|size| words::paper_size(&size.div_ceil(KB).to_string())));
        details.push(match paper.is_here {
            true => words::paper_here(),
            false => words::paper_not_here(),
        });
        Line {
            href: Some(format!("/record/entry/{entry}/{place}")),
            icon: Some(if paper.is_here { Icon::Document } else { Icon::Download }),
            title: paper.title.clone().unwrap_or_else(words::paper_read),
            details: vec![details.join(". ")],
            ..Line::default()
        }
    });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| lines(rows, true))
}

fn kind_words(content_type: &str) -> String {
    match content_type.split(['/', ';', '+']).collect::<Vec<_>>().as_slice() {
        ["application", "pdf", ..] => words::paper_pdf(),
        ["image", ..] => words::paper_picture(),
        ["text", ..] | ["application", "rtf" | "xml" | "xhtml" | "cda" | "hl7-cda", ..] => {
            words::paper_text()
        }
        _ => words::paper_file(),
    }
}

#[component]
pub(crate) fn PaperScreen(id: String, form: String) -> AnyView {
    let (Ok(entry), Ok(form)) = (id.parse::<EntryId>(), form.parse::<u32>()) else {
        return view! { <Missing/> }.into_any();
    };
    let answer = expect_context::<Session>().ask(Ask::Paper { entry, form });
    let body = move || {
        answer.with(|answer| match answer {
            Some(Answer::Paper(Some(paper))) => one_paper(paper),
            Some(_) => not_here(),
            None => view! { <Skeleton label=words::record_loading()/> }.into_any(),
        })
    };
    let heading = move || {
        let title = answer.with(|answer| match answer {
            Some(Answer::Paper(Some(paper))) => paper.title.clone(),
            Some(_) | None => None,
        });
        view! { <h1 dir="auto">{title.unwrap_or_else(words::paper_title)}</h1> }
    };
    view! {
        <Screen name=words::paper_title()>
            <div>
                <BackLink href="/record/documents" label=words::record_documents()/>
                {heading}
            </div>
            {body}
        </Screen>
    }
    .into_any()
}

fn one_paper(paper: &Paper) -> AnyView {
    match &paper.said {
        PaperSaid::Text(blocks) => {
            let blocks: Vec<_> = blocks.iter().map(block).collect();
            view! {
                <article class="card said" lang=paper.language.clone() dir="auto">{blocks}</article>
            }
            .into_any()
        }
        PaperSaid::Picture(data) => {
            let url = ObjectUrl::of_base64(data, &paper.content_type);
            view! { <img class="picture" src=url.text() alt=words::paper_picture()/> }.into_any()
        }
        PaperSaid::File(data) => {
            let url = ObjectUrl::of_base64(data, &paper.content_type);
            view! {
                <Empty icon=Icon::Download title=words::paper_file_title()
                    text=words::paper_file_text()>
                    <a class="button" href=url.text() download=words::paper_title()>
                        {words::paper_save()}
                    </a>
                </Empty>
            }
            .into_any()
        }
        PaperSaid::NotHere => not_here(),
        PaperSaid::Unreadable => view! {
            <AskTheClinic icon=Icon::Alert title=words::paper_unreadable()
                text=words::paper_unreadable_text()/>
        }
        .into_any(),
    }
}

fn not_here() -> AnyView {
    view! {
        <AskTheClinic icon=Icon::Document title=words::paper_not_here()
            text=words::paper_not_here_text()/>
    }
    .into_any()
}

fn block(block: &Block) -> AnyView {
    match block {
        Block::Heading(said) => view! { <h2>{said.clone()}</h2> }.into_any(),
        Block::Text(said) => view! { <p>{said.clone()}</p> }.into_any(),
        Block::Item(said) => view! { <p class="item">{said.clone()}</p> }.into_any(),
        Block::Row(cells) => {
            let cells: Vec<_> =
                cells.iter().map(|cell| view! { <span>{cell.clone()}</span> }).collect();
            view! { <p class="cells">{cells}</p> }.into_any()
        }
    }
}
