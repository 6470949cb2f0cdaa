//! Search over everything that is here: the chart, messages and whatever else people wrote.

use serde::{Deserialize, Serialize};

use super::threads::thread_of;
use crate::arrange::Arrange;
use crate::fhir::ResourceType;
use crate::fhir::description::Standing;
use crate::id::EntryId;
use crate::record::chart::{Words, folded_words};
use crate::record::{Loaded, Record, Said, Shelf};
use crate::time::{PartialDate, Timestamp};

/// Hits of one answer: who finds nothing among these types another word.
pub const HITS_MAX: usize = 100;
/// Words of one search that are looked at.
const WORDS_MAX: usize = 8;
/// Characters around a hit that a list shows.
const EXCERPT_CHARS: usize = 90;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Whether something that is not here yet might fit too.
    pub loaded: Loaded,
    /// The best first, then the newest.
    pub hits: Vec<Hit>,
    pub more: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    pub entry: EntryId,
    pub is: HitKind,
    /// The name of the thing, or the beginning of the message.
    pub text: Option<String>,
    pub when: Option<PartialDate>,
    pub written_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HitKind {
    Chart { kind: ResourceType },
    Message { thread: EntryId },
    Refill,
    Request,
    Reading,
    Own,
    Note,
}

pub fn search(record: &Record, text: &str) -> Found {
    let mut wanted = folded_words(text);
    wanted.truncate(WORDS_MAX);
    let mut hits = chart_hits(record, &wanted);
    hits.extend(written_hits(record, &wanted));
    hits.arrange_by_key(|(misfit, newest, hit)| (*misfit, std::cmp::Reverse(*newest), hit.entry));
    let more = hits.len() > HITS_MAX;
    Found {
        loaded: record.chart().loaded(Shelf::Everything),
        hits: hits.into_iter().take(HITS_MAX).map(|(_, _, hit)| named(record, hit)).collect(),
        more,
    }
}

/// Ids of the chart sort by the time of their import, which is good enough among equal hits and
/// spares reading thousands of texts for their dates.
fn chart_hits(record: &Record, wanted: &[String]) -> Vec<(u32, u128, Hit)> {
    let chart = record.chart();
    let wrong = record.marked_wrong();
    let mut hits = Vec::new();
    for part in chart.parts() {
        for (place, misfit) in part.words().find(wanted) {
            let Some(resource) = part.resources.get(place as usize) else {
                continue;
            };
            let entry = resource.entry;
            if chart.is_replaced(entry) || wrong.contains_key(&entry) {
                continue;
            }
            let is = HitKind::Chart { kind: resource.kind };
            let hit = Hit { entry, is, text: None, when: None, written_at: None };
            hits.push((misfit, entry.to_u128(), hit));
        }
    }
    hits
}

/// What people wrote is little: its words are gathered anew, so that nothing has to be kept in step.
fn written_hits(record: &Record, wanted: &[String]) -> Vec<(u32, u128, Hit)> {
    let written: Vec<_> = record
        .entries()
        .filter_map(|(id, entry)| {
            let (is, text) = words_of(id, &entry.said)?;
            let hit = Hit {
                entry: id,
                is,
                text: Some(text.chars().take(EXCERPT_CHARS).collect()),
                when: None,
                written_at: entry.place.received_at().or(entry.said.written()),
            };
            Some((hit, text))
        })
        .collect();
    let words = Words::of(written.iter().map(|(_, text)| text.clone()));
    let found = words.find(wanted).into_iter();
    let hits = found.filter_map(|(place, misfit)| {
        let (hit, _) = written.get(place as usize)?;
        Some((misfit, hit.entry.to_u128(), hit.clone()))
    });
    hits.collect()
}

fn words_of(id: EntryId, said: &Said) -> Option<(HitKind, String)> {
    let join = |parts: &[Option<&str>]| {
        let parts: Vec<_> = parts.iter().flatten().copied().collect();
        parts.join("\n")
    };
    Some(match said {
        Said::Message(message) => {
            let thread = thread_of(id, said)?;
            let text = join(&[message.topic.as_deref(), Some(&message.text)]);
            (HitKind::Message { thread }, text)
        }
        Said::Reply(reply) => {
            let thread = reply.thread;
            (HitKind::Message { thread }, join(&[Some(&reply.text), Some(&reply.by)]))
        }
        Said::Refill(refill) => {
            let text = join(&[Some(&refill.name), refill.note.as_deref()]);
            (HitKind::Refill, text)
        }
        Said::VisitRequest(request) => {
            (HitKind::Request, join(&[Some(&request.reason), request.with.as_deref()]))
        }
        Said::VisitWish(wish) => (HitKind::Request, join(&[wish.note.as_deref()])),
        Said::Call(call) => (HitKind::Request, join(&[call.note.as_deref()])),
        Said::BeforeVisit(answers) => {
            let text = format!("{}\n{}", answers.reason, answers.questions.join("\n"));
            (HitKind::Request, text)
        }
        Said::Reading(reading) => (HitKind::Reading, join(&[reading.note.as_deref()])),
        Said::Wrong(wrong) => (HitKind::Note, wrong.text.clone()),
        Said::OwnMedicine(own) => {
            (HitKind::Own, join(&[Some(&own.name), own.directions.as_deref()]))
        }
        Said::OwnAllergy(own) => {
            (HitKind::Own, join(&[Some(&own.substance), own.reaction.as_deref()]))
        }
        Said::Same(_)
        | Said::Cancel(_)
        | Said::Retract(_)
        | Said::ThreadClosed(_)
        | Said::RefillDecision(_)
        | Said::RefillCollapsed(_)
        | Said::VisitAnswer(_)
        | Said::Taken(_)
        | Said::Routed(_)
        | Said::Activity(_)
        | Said::MarkedWrong(_)
        | Said::Unknown(_) => return None,
    })
}

/// Names and dates are read only of what is shown.
fn named(record: &Record, hit: Hit) -> Hit {
    let chart = record.chart();
    let Some(resource) = chart.find(hit.entry) else {
        return hit;
    };
    let said = resource.describe();
    let name = said.name.or_else(|| chart.name_of(resource, said.named_by.as_deref(), None));
    Hit { text: name.filter(|_| said.standing != Standing::Mistake), when: said.when, ..hit }
}

#[cfg(test)]
mod tests;
