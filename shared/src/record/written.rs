//! The words of what people wrote, for the search: gathered at the first search, and again after
//! somebody wrote.

use std::sync::OnceLock;

use super::before_visit::Confirmation;
use super::chart::{Misfit, Words};
use super::refill::Decision;
use super::visit::AnswerToVisit;
use super::{Entry, Record, Said};
use crate::id::EntryId;

#[derive(Clone, Default)]
pub struct Written(OnceLock<Index>);

#[derive(Clone)]
struct Index {
    /// Which entry each text is, and which of its values.
    texts: Vec<(EntryId, usize)>,
    words: Words,
}

impl Record {
    /// What people wrote in which every one of these words stands, and how well it fits.
    pub fn written_with(&self, wanted: &[String]) -> Vec<(EntryId, &Entry, Misfit)> {
        let index = self.written.0.get_or_init(|| self.index_what_is_written());
        let found = index.words.find(wanted).into_iter();
        let found = found.filter_map(|(text, misfit)| {
            let (id, value) = *index.texts.get(text as usize)?;
            Some((id, self.values_of(id).get(value)?, misfit))
        });
        found.collect()
    }

    fn index_what_is_written(&self) -> Index {
        let (mut texts, mut words) = (Vec::new(), Words::default());
        for (id, values) in &self.entries {
            for (value, entry) in values.iter().enumerate() {
                let pieces = entry.said.pieces();
                if !pieces.is_empty() {
                    texts.push((*id, value));
                    words.add(pieces);
                }
            }
        }
        Index { texts, words }
    }
}

impl Said {
    /// Everything in it that a person may look for.
    pub fn pieces(&self) -> Vec<&str> {
        fn with<'a>(first: &'a str, then: Option<&'a String>) -> Vec<&'a str> {
            [first].into_iter().chain(then.map(String::as_str)).collect()
        }
        fn only(note: Option<&String>) -> Vec<&str> {
            note.map(String::as_str).into_iter().collect()
        }
        match self {
            Self::Message(message) => {
                let topic = message.topic.as_deref();
                topic.into_iter().chain([&*message.text]).collect()
            }
            Self::Reply(reply) => vec![&reply.text, &reply.by],
            Self::Refill(refill) => {
                let more = [&refill.pharmacy, &refill.note].into_iter().flatten();
                [&*refill.name].into_iter().chain(more.map(String::as_str)).collect()
            }
            Self::RefillDecision(said) => decided(&said.decision),
            Self::VisitAnswer(said) => answered(&said.answer),
            Self::VisitRequest(request) => {
                let more = [&request.with, &request.help].into_iter().flatten();
                [&*request.reason].into_iter().chain(more.map(String::as_str)).collect()
            }
            Self::VisitWish(wish) => only(wish.note.as_ref()),
            Self::Call(call) => only(call.note.as_ref()),
            Self::BeforeVisit(answers) => {
                let questions = answers.questions.iter().map(String::as_str);
                let lists = [&answers.medicines, &answers.allergies, &answers.phone];
                let corrected = lists.into_iter().filter_map(|list| match list {
                    Confirmation::Corrected { text } => Some(text.as_str()),
                    Confirmation::NotAnswered | Confirmation::Right => None,
                });
                [&*answers.reason].into_iter().chain(questions).chain(corrected).collect()
            }
            Self::Reading(reading) => only(reading.note.as_ref()),
            Self::Wrong(wrong) => vec![&wrong.text],
            Self::OwnMedicine(own) => with(&own.name, own.directions.as_ref()),
            Self::OwnAllergy(own) => with(&own.substance, own.reaction.as_ref()),
            Self::Same(_)
            | Self::Cancel(_)
            | Self::Retract(_)
            | Self::ThreadClosed(_)
            | Self::RefillCollapsed(_)
            | Self::Taken(_)
            | Self::Routed(_)
            | Self::Activity(_)
            | Self::MarkedWrong(_)
            | Self::Unknown(_) => Vec::new(),
        }
    }
}

fn decided(decision: &Decision) -> Vec<&str> {
    match decision {
        Decision::Approved { quantity, .. } => quantity.as_deref().into_iter().collect(),
        Decision::Changed { to, why, .. } => vec![to, why],
        Decision::Declined { why, next, .. } => vec![why, next],
        Decision::Ready { at } => at.as_deref().into_iter().collect(),
        Decision::SentOut { .. } | Decision::PickedUp | Decision::Other => Vec::new(),
    }
}

fn answered(answer: &AnswerToVisit) -> Vec<&str> {
    match answer {
        AnswerToVisit::Booked { with, place, .. } => {
            [with, place].into_iter().flatten().map(String::as_str).collect()
        }
        AnswerToVisit::Declined { why, next } => vec![why, next],
        AnswerToVisit::Done { note } => vec![note],
        AnswerToVisit::Offered { .. } | AnswerToVisit::Other => Vec::new(),
    }
}

impl std::fmt::Debug for Written {
    /// Words of a record have no place in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Written")
    }
}
