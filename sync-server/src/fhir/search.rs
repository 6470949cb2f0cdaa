//! Searches of one type: what people wrote here, in the order in which it changed, then what the
//! program's own source sent. A page says where the next one begins; nothing is remembered for it.

use serde_json::Value;
use shared::id::EntryId;
use shared::time::Timestamp;

use super::asked::{Asked, encoded};
use super::matching::{Wanted, after, is_date};
use super::parameters::{How, named};
use super::shown::{Found, Subject};
use crate::error::Error;
use crate::store::Store;
use crate::store::outgoing::OutgoingAsk;

/// Resources of a page that did not say how many it wants, and of one that wants too many.
const COUNT: usize = 50;
const COUNT_MAX: usize = 1_000;
/// Rows that are read at once.
const ROWS: usize = 500;
/// Rows that one page looks at: a search that finds little answers what it has and goes on later.
const ROWS_OF_PAGE_MAX: usize = 20_000;

/// Parameters that say how to answer and not what.
const ABOUT_THE_ANSWER: [&str; 4] = ["_count", "_cursor", "_format", "_pretty"];

/// A search that was understood.
pub struct Search {
    kind: String,
    wanted: Vec<Wanted>,
    /// As it was understood, for the links.
    said: Vec<(String, String)>,
    subject: Option<Option<Subject>>,
    count: usize,
    cursor: Cursor,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cursor {
    /// In what people wrote, after this change.
    Outgoing(Option<Timestamp>),
    /// In what the source sent, after this one.
    Sent(Option<EntryId>),
}

pub struct Page {
    pub found: Vec<Found>,
    /// The queries of this page and of the next.
    pub own: String,
    pub next: Option<String>,
}

impl Search {
    pub async fn read(
        store: &dyn Store,
        source: &str,
        kind: &str,
        asked: &Asked,
    ) -> Result<Self, Error> {
        let mut search = Self {
            kind: kind.to_owned(),
            wanted: Vec::new(),
            said: Vec::new(),
            subject: None,
            count: COUNT,
            cursor: Cursor::Outgoing(None),
        };
        for (name, value) in &asked.query {
            if ABOUT_THE_ANSWER.contains(&name.as_str()) {
                search.read_about_the_answer(name, value)?;
                continue;
            }
            let (bare, modifier) = match name.split_once(':') {
                Some((bare, modifier)) => (bare, Some(modifier)),
                None => (name.as_str(), None),
            };
            // A condition that is passed over finds what nobody asked for: other patients'.
            if let Some((one, _)) = bare.split_once('.')
                && named(kind, one).is_some()
            {
                return Err(Error::WrongParameter);
            }
            let Some(how) = named(kind, bare) else {
                if asked.is_strict() {
                    return Err(Error::UnknownParameter);
                }
                continue;
            };
            // To be refused however it was asked (R4, §3.1.1.4.4).
            if !is_known(how, modifier) {
                return Err(Error::WrongParameter);
            }
            if how == How::Patient && modifier != Some("missing") {
                if value.contains(',') {
                    return Err(Error::WrongParameter);
                }
                let id = value.rsplit('/').next().unwrap_or_default();
                search.subject = Some(Subject::find(store, source, id).await?);
            }
            search.wanted.push(read_wanted(how, modifier, value)?);
            search.said.push((name.clone(), value.clone()));
        }
        Ok(search)
    }

    fn read_about_the_answer(&mut self, name: &str, value: &str) -> Result<(), Error> {
        match name {
            "_count" => {
                let count: usize = value.parse().map_err(|_| Error::WrongParameter)?;
                self.count = count.clamp(1, COUNT_MAX);
                self.said.push((name.to_owned(), self.count.to_string()));
            }
            "_cursor" => self.cursor = Cursor::read(value).ok_or(Error::WrongParameter)?,
            _ => {}
        }
        Ok(())
    }

    pub async fn page(&self, store: &dyn Store, source: &str) -> Result<Page, Error> {
        let mut page = Page { found: Vec::new(), own: self.query(Some(self.cursor)), next: None };
        // A patient who is not known here has nothing here.
        if matches!(self.subject, Some(None)) {
            return Ok(page);
        }
        let mut cursor = self.cursor;
        let mut looked_at = 0;
        loop {
            let rows = self.rows(store, source, cursor).await?;
            let is_last = rows.len() < ROWS;
            for (found, place) in rows {
                if page.found.len() == self.count || looked_at == ROWS_OF_PAGE_MAX {
                    page.next = Some(self.query(Some(cursor)));
                    return Ok(page);
                }
                looked_at += 1;
                cursor = place;
                let body: Value = serde_json::from_str(&found.body).unwrap_or_default();
                if self.wanted.iter().all(|wanted| wanted.fits(&found, &body)) {
                    page.found.push(found);
                }
            }
            cursor = match (is_last, cursor) {
                (false, cursor) => cursor,
                (true, Cursor::Outgoing(_)) => Cursor::Sent(None),
                (true, Cursor::Sent(_)) => return Ok(page),
            };
        }
    }

    /// What comes after a place, each with its own.
    async fn rows(
        &self,
        store: &dyn Store,
        source: &str,
        cursor: Cursor,
    ) -> Result<Vec<(Found, Cursor)>, Error> {
        let subject = self.subject.clone().flatten();
        let patient = subject.as_ref().map(|subject| subject.patient);
        match cursor {
            Cursor::Outgoing(place) => {
                let ask = OutgoingAsk {
                    kind: self.kind.clone(),
                    patient,
                    after: place.max(after(&self.wanted)),
                    rows_max: ROWS,
                };
                let mut rows = Vec::new();
                for row in store.outgoing(ask).await? {
                    let of = match &subject {
                        Some(subject) => subject.clone(),
                        None => Subject::of(store, source, row.patient).await?,
                    };
                    let place = Cursor::Outgoing(Some(row.changed_at));
                    rows.push((Found::outgoing(row, source, &of), place));
                }
                Ok(rows)
            }
            Cursor::Sent(place) => {
                let (source, kind) = (source.to_owned(), self.kind.clone());
                let rows = store.resources_of(source, kind, patient, place, ROWS).await?;
                let placed = rows.into_iter().map(|row| {
                    let place = Cursor::Sent(Some(row.known.resource));
                    (Found::sent(row), place)
                });
                Ok(placed.collect())
            }
        }
    }

    fn query(&self, cursor: Option<Cursor>) -> String {
        let said = self.said.iter();
        let mut parts: Vec<_> =
            said.map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let begins = cursor.filter(|cursor| *cursor != Cursor::Outgoing(None));
        parts.extend(begins.map(|cursor| format!("_cursor={}", cursor.text())));
        format!("{}?{}", self.kind, parts.join("&"))
    }
}

/// What is about a patient is about no other kind of thing.
fn is_known(how: How, modifier: Option<&str>) -> bool {
    match modifier {
        None | Some("missing") => true,
        Some("Patient") => how == How::Patient,
        Some(_) => false,
    }
}

fn read_wanted(how: How, modifier: Option<&str>, value: &str) -> Result<Wanted, Error> {
    if modifier == Some("missing") {
        let missing = value.parse().map_err(|_| Error::WrongParameter)?;
        return Ok(Wanted { how, values: Vec::new(), missing: Some(missing) });
    }
    let values: Vec<_> = value.split(',').map(str::to_owned).collect();
    let dated = matches!(how, How::Date(_) | How::LastUpdated);
    if dated && !values.iter().all(|value| is_date(value)) {
        return Err(Error::WrongParameter);
    }
    Ok(Wanted { how, values, missing: None })
}

impl Cursor {
    fn text(self) -> String {
        match self {
            Self::Outgoing(place) => {
                format!("o{:x}", place.map_or(0, Timestamp::millis))
            }
            Self::Sent(place) => place.map_or_else(|| "s".to_owned(), |place| format!("s{place}")),
        }
    }

    fn read(text: &str) -> Option<Self> {
        if let Some(place) = text.strip_prefix('o') {
            let millis = i64::from_str_radix(place, 16).ok()?;
            return Some(Self::Outgoing(Some(Timestamp::from_millis(millis))));
        }
        match text.strip_prefix('s')? {
            "" => Some(Self::Sent(None)),
            place => Some(Self::Sent(Some(place.parse().ok()?))),
        }
    }
}
