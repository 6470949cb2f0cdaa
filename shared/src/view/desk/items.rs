//! Finds the items of one record.

use super::readings;
use super::{RedFlag, Stage, Work, WorkKind};
use crate::arrange::Arrange;
use crate::edit::Audience;
use crate::id::{AccountId, EntryId};
use crate::ordered::{BTreeMap, BTreeSet};
use crate::record::before_visit::Confirmation;
use crate::record::conversations::thread_of;
use crate::record::refill::Decision;
use crate::record::refills::{End, RefillStanding, refills};
use crate::record::{Entry, Record, Said};
use crate::time::Timestamp;
use crate::warning;

/// Characters of what was said that a queue shows.
const EXCERPT_CHARS: usize = 120;

/// Everything that people asked of the clinic in this record, done or not, in no order.
pub fn work(record: &Record) -> Vec<Work> {
    work_with(record, &mut signs_in)
}

/// The same by somebody who remembers what was found in which words: looking for warning signs takes
/// longer than everything else.
pub fn work_with(record: &Record, signs: Signs<'_>) -> Vec<Work> {
    let mut found = Found::default();
    for (id, entry) in record.entries() {
        found.take(record, id, entry);
    }
    let threads = std::mem::take(&mut found.threads);
    let mut all: Vec<Work> = threads
        .into_iter()
        .filter_map(|(id, thread)| thread.work(record, id, &found, signs))
        .collect();
    for (id, entry, asked) in std::mem::take(&mut found.requests) {
        all.push(request(id, entry, asked, &found, signs));
    }
    all.extend(refills(record).iter().filter_map(|standing| refill(standing, signs)));
    all
}

/// Finds the warning signs in somebody's words.
type Signs<'a> = &'a mut dyn FnMut(&str) -> Vec<RedFlag>;

/// What stands in the record, by what it belongs to.
#[derive(Default)]
struct Found<'a> {
    threads: BTreeMap<EntryId, Thread<'a>>,
    requests: Vec<(EntryId, &'a Entry, Asked)>,
    /// By request: final or not, by whom, when.
    answers: BTreeMap<EntryId, Vec<(bool, &'a str, &'a Entry)>>,
    /// Cancelled or taken back, by whom.
    ended: BTreeSet<(EntryId, Option<AccountId>)>,
    /// By visit and author: the newest answers to the questions before it.
    before: BTreeMap<(EntryId, Option<AccountId>), (Order, EntryId)>,
    /// How a thread was closed or taken up again last.
    closed: BTreeMap<EntryId, (Timestamp, bool, &'a str)>,
}

type Order = ((bool, Timestamp), Option<Timestamp>);

struct Asked {
    kind: WorkKind,
    title: String,
    words: String,
}

impl<'a> Found<'a> {
    fn take(&mut self, record: &Record, id: EntryId, entry: &'a Entry) {
        match &entry.said {
            Said::VisitAnswer(said) => {
                let answer = (said.answer.is_final(), said.by.as_str(), entry);
                self.answers.entry(said.request).or_default().push(answer);
            }
            Said::Cancel(said) => drop(self.ended.insert((said.request, entry.author))),
            Said::Retract(said) => drop(self.ended.insert((said.entry, entry.author))),
            Said::ThreadClosed(said) => {
                let (_, at) = entry.order();
                let closed = (at, said.closed, said.by.as_str());
                let newest = self.closed.entry(said.thread).or_insert(closed);
                *newest = (*newest).max(closed);
            }
            said => {
                // The number that was meant stands for the slip of a finger, and is looked at itself.
                if let Said::Reading(reading) = said
                    && let Some(old) = reading.corrects
                {
                    self.ended.insert((old, entry.author));
                }
                if let Said::BeforeVisit(said) = said {
                    self.only_the_newest(id, record.chart().newest_of(said.visit), entry);
                }
                if let Some(thread) = thread_of(id, said) {
                    self.threads.entry(thread).or_default().messages.push((id, entry));
                } else if let Some(asked) = asked(said) {
                    self.requests.push((id, entry, asked));
                }
            }
        }
    }
}

impl Found<'_> {
    /// Whoever answered anew before a visit is read once.
    fn only_the_newest(&mut self, id: EntryId, visit: EntryId, entry: &Entry) {
        let this = ((entry.order(), entry.said.written()), id);
        let newest = self.before.entry((visit, entry.author)).or_insert(this);
        let older = (*newest).min(this).1;
        *newest = (*newest).max(this);
        if older != id || newest.1 != id {
            self.ended.insert((older, entry.author));
        }
    }
}

/// What a request is about. Nothing for what needs no answer.
fn asked(said: &Said) -> Option<Asked> {
    let one = |kind, title: &str, words: Option<&str>| {
        let words = words.unwrap_or_default().to_owned();
        Some(Asked { kind, title: title.to_owned(), words })
    };
    match said {
        Said::VisitRequest(said) => one(WorkKind::Visit, &said.reason, said.help.as_deref()),
        Said::VisitWish(said) => one(WorkKind::VisitWish, "", said.note.as_deref()),
        Said::Call(said) => one(WorkKind::Call, "", said.note.as_deref()),
        Said::BeforeVisit(said) => {
            let lists = [&said.medicines, &said.allergies, &said.phone];
            let corrected = lists.into_iter().filter_map(|list| match list {
                Confirmation::Corrected { text } => Some(text.as_str()),
                Confirmation::NotAnswered | Confirmation::Right => None,
            });
            let words = said.questions.iter().map(String::as_str).chain(corrected);
            let words = words.collect::<Vec<_>>().join(" | ");
            one(WorkKind::BeforeVisit, &said.reason, Some(&words))
        }
        Said::Wrong(said) => {
            let name = said.name.as_deref().unwrap_or_default();
            one(WorkKind::Correction, name, Some(&said.text))
        }
        Said::OwnMedicine(said) => one(WorkKind::Medicine, &said.name, said.directions.as_deref()),
        Said::OwnAllergy(said) => one(WorkKind::Allergy, &said.substance, said.reaction.as_deref()),
        Said::Reading(said) if readings::should_be_looked_at(&said.measured) => {
            one(WorkKind::Reading, &readings::line(&said.measured), said.note.as_deref())
        }
        _ => None,
    }
}

fn request(id: EntryId, entry: &Entry, asked: Asked, found: &Found<'_>, signs: Signs<'_>) -> Work {
    let answers = found.answers.get(&id).map_or(&[][..], Vec::as_slice);
    let last = answers.iter().max_by_key(|(_, _, answer)| answer.order());
    let settled = answers.iter().filter(|(is_final, _, _)| *is_final).map(|(_, by, at)| (by, at));
    let stage = if found.ended.contains(&(id, entry.author)) {
        Stage::Done { by: None, at: None }
    } else if let Some((by, at)) = settled.min_by_key(|(_, answer)| answer.order()) {
        Stage::Done { by: Some((*by).to_owned()), at: at.place.received_at() }
    } else if let Some((_, by, _)) = last {
        Stage::Offered { by: (*by).to_owned() }
    } else {
        Stage::Waiting
    };
    // What is done waits for nobody.
    let red_flags = match stage {
        Stage::Done { .. } => Vec::new(),
        _ => signs(&format!("{}. {}", asked.title, asked.words)),
    };
    Work {
        item: id,
        kind: asked.kind,
        audience: entry.audience.unwrap_or(Audience::Circle),
        title: asked.title,
        excerpt: excerpt(&asked.words),
        author: entry.author,
        written_at: entry.said.written().unwrap_or_default(),
        received_at: entry.place.received_at().unwrap_or_default(),
        stage,
        red_flags,
        newest: id,
    }
}

/// A refill that another one stands for is no work of its own; what was said there is not lost.
fn refill(standing: &RefillStanding<'_>, signs: Signs<'_>) -> Option<Work> {
    let (said, entry) = standing.request?;
    let by = |decided: &RefillStanding<'_>| {
        decided.decision().map(|(said, entry)| (said.by.clone(), entry.place.received_at()))
    };
    let stage = match standing.end {
        End::Collapsed { .. } | End::NotSent => return None,
        End::Open => Stage::Waiting,
        End::Cancelled { at } => Stage::Done { by: None, at },
        End::Decided if is_to_send_out(standing) => {
            Stage::ToSendOut { by: by(standing).map(|(by, _)| by).unwrap_or_default() }
        }
        End::Decided => {
            let (by, at) = by(standing).map_or((None, None), |(by, at)| (Some(by), at));
            Stage::Done { by, at }
        }
    };
    let also = standing.stands_for.iter().filter_map(|folded| folded.refill.note.as_deref());
    let notes: Vec<_> = said.note.as_deref().into_iter().chain(also).collect();
    Some(Work {
        item: standing.id,
        kind: WorkKind::Refill,
        audience: entry.audience.unwrap_or(Audience::Circle),
        title: said.name.clone(),
        excerpt: excerpt(&notes.join(" | ")),
        author: entry.author,
        written_at: said.written,
        received_at: entry.place.received_at().unwrap_or_default(),
        stage,
        red_flags: match standing.end {
            End::Open => signs(&notes.join(". ")),
            _ => Vec::new(),
        },
        newest: standing.id,
    })
}

/// Approved, and nothing after it says that it left the clinic or is there already.
fn is_to_send_out(standing: &RefillStanding<'_>) -> bool {
    let approved = standing.decision().is_some_and(|(said, _)| {
        matches!(
            &said.decision,
            Decision::Approved { out: None, .. } | Decision::Changed { out: None, .. }
        )
    });
    let gone = |decision: &Decision| {
        matches!(decision, Decision::SentOut { .. } | Decision::Ready { .. } | Decision::PickedUp)
    };
    approved && !standing.decisions.iter().any(|(said, _)| gone(&said.decision))
}

#[derive(Default)]
struct Thread<'a> {
    messages: Vec<(EntryId, &'a Entry)>,
}

impl Thread<'_> {
    fn work(
        mut self,
        record: &Record,
        id: EntryId,
        found: &Found<'_>,
        signs: Signs<'_>,
    ) -> Option<Work> {
        self.messages.retain(|(entry, said)| !found.ended.contains(&(*entry, said.author)));
        self.messages.arrange_by_key(|(entry, said)| (said.order(), *entry));
        let is_reply = |entry: &Entry| matches!(entry.said, Said::Reply(_));
        let newest_of_people = self.messages.iter().rev().find(|(_, entry)| !is_reply(entry))?;
        let answered = self.messages.iter().rposition(|(_, entry)| is_reply(entry));
        let closed = found.closed.get(&id).filter(|(_, closed, _)| *closed);
        let is_open = |entry: &Entry| closed.is_none_or(|(at, _, _)| entry.order().1 > *at);
        let after = answered.map_or(0, |place| place + 1);
        let waiting: Vec<_> =
            self.messages[after..].iter().filter(|(_, entry)| is_open(entry)).collect();
        let stage = match (waiting.is_empty(), answered, closed) {
            (false, _, _) => Stage::Waiting,
            (true, Some(place), None) => self.after_answer(record, id, place),
            (true, _, closed) => {
                let (by, at) = closed.map_or((None, None), |(at, _, by)| (Some(*by), Some(*at)));
                Stage::Done { by: by.map(str::to_owned), at }
            }
        };
        let shown = waiting.first().map_or(newest_of_people, |waiting| *waiting);
        let first = self.messages.iter().find(|(entry, _)| *entry == id);
        let title = first.and_then(|(_, entry)| match &entry.said {
            Said::Message(said) => said.topic.clone(),
            _ => None,
        });
        Some(Work {
            item: id,
            kind: WorkKind::Message,
            audience: shown.1.audience.unwrap_or(Audience::Circle),
            title: title.unwrap_or_default(),
            excerpt: excerpt(words(newest_of_people.1)),
            author: shown.1.author,
            written_at: shown.1.said.written().unwrap_or_default(),
            received_at: shown.1.place.received_at().unwrap_or_default(),
            stage,
            red_flags: red_flags(&waiting, signs),
            newest: newest_of_people.0,
        })
    }

    /// An answer is done when one of those it is for has opened it.
    fn after_answer(&self, record: &Record, thread: EntryId, answer: usize) -> Stage {
        let (id, entry) = self.messages[answer];
        let by = match &entry.said {
            Said::Reply(reply) => reply.by.clone(),
            _ => String::new(),
        };
        let place_of = |id: EntryId| self.messages.iter().position(|(entry, _)| *entry == id);
        let people: BTreeSet<_> = self.messages.iter().filter_map(|(_, e)| e.author).collect();
        let read = people.into_iter().any(|reader| {
            let up_to = record.read_up_to(reader, thread);
            up_to.is_some_and(|up_to| up_to == id || place_of(up_to) >= Some(answer))
        });
        let at = entry.place.received_at();
        match read {
            true => Stage::Done { by: Some(by), at },
            false => Stage::NotRead { by, since: at.unwrap_or_default() },
        }
    }
}

fn words(entry: &Entry) -> &str {
    match &entry.said {
        Said::Message(said) => &said.text,
        _ => "",
    }
}

/// The clinic looks again: a device may be older, or not be one of ours.
fn red_flags(waiting: &[&(EntryId, &Entry)], signs: Signs<'_>) -> Vec<RedFlag> {
    let mut flags: Vec<RedFlag> = Vec::new();
    for (_, entry) in waiting {
        let Said::Message(said) = &entry.said else { continue };
        let named = said.red_flags.iter();
        let named = named.map(|code| RedFlag { code: code.clone(), words: None });
        let all = format!("{}. {}", said.topic.as_deref().unwrap_or_default(), said.text);
        for flag in signs(&all).into_iter().chain(named) {
            match flags.iter_mut().find(|known| known.code == flag.code) {
                None => flags.push(flag),
                Some(known) if known.words.is_none() => known.words = flag.words,
                Some(_) => {}
            }
        }
    }
    flags
}

/// The warning signs in somebody's words.
pub fn signs_in(text: &str) -> Vec<RedFlag> {
    let signs = warning::signs(text).into_iter();
    signs.map(|sign| RedFlag { code: sign.code.to_owned(), words: Some(sign.words) }).collect()
}

fn excerpt(text: &str) -> String {
    text.chars().take(EXCERPT_CHARS).collect()
}
