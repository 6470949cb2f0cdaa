//! A document as text that can do nothing: no tag, script or link of it ever reaches a screen.
//! Pictures and what only another program reads keep their bytes for the person to open.

mod markup;
mod rtf;

use serde::{Deserialize, Serialize};

use super::sections::forms;
use crate::fhir::base64;
use crate::fhir::document::FormPlace;
use crate::id::EntryId;
use crate::record::Record;

/// Blocks of one document; nobody reads more on a phone, and a file may be made to hurt.
const BLOCKS_MAX: usize = 5_000;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    pub title: Option<String>,
    pub content_type: String,
    pub language: Option<String>,
    pub said: PaperSaid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaperSaid {
    Text(Vec<Block>),
    /// To look at, in base64.
    Picture(String),
    /// To open with another program, in base64.
    File(String),
    /// Not in the record itself: it has to be asked for.
    NotHere,
    /// Its bytes are not what it says it is.
    Unreadable,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Block {
    Heading(String),
    Text(String),
    Item(String),
    /// One row of a table.
    Row(Vec<String>),
}

/// One form of a document, to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperRow {
    pub title: Option<String>,
    pub content_type: String,
    pub size: Option<u64>,
    /// It can be read now, with or without a connection.
    pub is_here: bool,
}

pub fn papers(record: &Record, entry: EntryId) -> Vec<PaperRow> {
    let rows = forms(record, entry).unwrap_or_default().into_iter().map(|form| PaperRow {
        title: form.title,
        content_type: form.content_type.unwrap_or_default(),
        size: form.size,
        is_here: matches!(form.place, FormPlace::Inline { .. }),
    });
    rows.collect()
}

/// Nothing if there is no such form of a document.
pub fn paper(record: &Record, entry: EntryId, form: u32) -> Option<Paper> {
    let form = forms(record, entry)?.into_iter().nth(usize::try_from(form).ok()?)?;
    let content_type = form.content_type.unwrap_or_default().to_lowercase();
    let said = match &form.place {
        FormPlace::Inline { data } => said(&content_type, data),
        FormPlace::Blob { .. } | FormPlace::Url { .. } | FormPlace::Nowhere => PaperSaid::NotHere,
    };
    Some(Paper { title: form.title, content_type, language: form.language, said })
}

fn said(content_type: &str, data: &str) -> PaperSaid {
    // Sources wrap long lines.
    let data: String = data.chars().filter(|letter| !letter.is_whitespace()).collect();
    let Some(bytes) = base64::decode(&data) else {
        return PaperSaid::Unreadable;
    };
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    let text = || String::from_utf8_lossy(&bytes).into_owned();
    let mut blocks = match kind {
        "text/plain" => plain(&text()),
        "text/html" | "application/xhtml+xml" => markup::html(&text()),
        "text/xml" | "application/xml" | "application/cda+xml" | "application/hl7-cda+xml" => {
            markup::clinical_document(&text())
        }
        "text/rtf" | "application/rtf" => plain(&rtf::text(&text())),
        "image/jpeg" | "image/png" | "image/gif" | "image/webp" => {
            return PaperSaid::Picture(data);
        }
        _ => return PaperSaid::File(data),
    };
    blocks.truncate(BLOCKS_MAX);
    match blocks.is_empty() {
        true => PaperSaid::Unreadable,
        false => PaperSaid::Text(blocks),
    }
}

/// What a narrative says, a line a block (R4, §2.4).
pub(super) fn narrative(markup: &str) -> Option<String> {
    let line = |block: Block| match block {
        Block::Heading(said) | Block::Text(said) | Block::Item(said) => said,
        Block::Row(cells) => cells.join(", "),
    };
    let lines: Vec<_> = markup::html(markup).into_iter().take(BLOCKS_MAX).map(line).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// A line is a line: notes are laid out with them.
fn plain(text: &str) -> Vec<Block> {
    let lines = text.lines().map(str::trim_end).filter(|line| !line.trim().is_empty());
    lines.map(|line| Block::Text(line.to_owned())).collect()
}

#[cfg(test)]
mod tests;
