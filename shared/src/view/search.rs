//! Search over everything that is here: the chart, messages and whatever else people wrote.

use serde::{Deserialize, Serialize};

use crate::arrange::Arrange;
use crate::fhir::ResourceType;
use crate::fhir::description::Standing;
use crate::id::EntryId;
use crate::record::chart::folded_words;
use crate::record::conversations::thread_of;
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
        loaded: record.loaded(Shelf::Everything),
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
            if !chart.stands(resource) || wrong.contains_key(&entry) {
                continue;
            }
            let is = HitKind::Chart { kind: resource.kind };
            let hit = Hit { entry, is, text: None, when: None, written_at: None };
            hits.push((misfit, entry.to_u128(), hit));
        }
    }
    hits
}

fn written_hits(record: &Record, wanted: &[String]) -> Vec<(u32, u128, Hit)> {
    let found = record.written_with(wanted).into_iter();
    let hits = found.filter_map(|(id, entry, misfit)| {
        let text = entry.said.pieces().join("\n");
        // An answer leads to what it answers.
        let about = match &entry.said {
            Said::RefillDecision(said) => said.refill,
            Said::VisitAnswer(said) => said.request,
            _ => id,
        };
        let hit = Hit {
            entry: about,
            is: kind_of(id, &entry.said)?,
            text: Some(text.chars().take(EXCERPT_CHARS).collect()),
            when: None,
            written_at: entry.place.received_at().or(entry.said.written()),
        };
        Some((misfit, id.to_u128(), hit))
    });
    hits.collect()
}

fn kind_of(id: EntryId, said: &Said) -> Option<HitKind> {
    Some(match said {
        Said::Message(_) | Said::Reply(_) => HitKind::Message { thread: thread_of(id, said)? },
        Said::Refill(_) | Said::RefillDecision(_) => HitKind::Refill,
        Said::VisitRequest(_)
        | Said::VisitWish(_)
        | Said::Call(_)
        | Said::BeforeVisit(_)
        | Said::VisitAnswer(_) => HitKind::Request,
        Said::Reading(_) => HitKind::Reading,
        Said::Wrong(_) => HitKind::Note,
        Said::OwnMedicine(_) | Said::OwnAllergy(_) => HitKind::Own,
        Said::Same(_)
        | Said::Cancel(_)
        | Said::Retract(_)
        | Said::ThreadClosed(_)
        | Said::RefillCollapsed(_)
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
