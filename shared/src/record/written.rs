//! The words of what people wrote, for the search: gathered at the first search, and again after
//! somebody wrote.

use std::sync::OnceLock;

use super::chart::{Misfit, Words};
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
            Self::Refill(refill) => with(&refill.name, refill.note.as_ref()),
            Self::VisitRequest(request) => with(&request.reason, request.with.as_ref()),
            Self::VisitWish(wish) => only(wish.note.as_ref()),
            Self::Call(call) => only(call.note.as_ref()),
            Self::BeforeVisit(answers) => {
                let questions = answers.questions.iter().map(String::as_str);
                [&*answers.reason].into_iter().chain(questions).collect()
            }
            Self::Reading(reading) => only(reading.note.as_ref()),
            Self::Wrong(wrong) => vec![&wrong.text],
            Self::OwnMedicine(own) => with(&own.name, own.directions.as_ref()),
            Self::OwnAllergy(own) => with(&own.substance, own.reaction.as_ref()),
            Self::Same(_)
            | Self::Cancel(_)
            | Self::Retract(_)
            | Self::ThreadClosed(_)
            | Self::RefillDecision(_)
            | Self::RefillCollapsed(_)
            | Self::VisitAnswer(_)
            | Self::Taken(_)
            | Self::Routed(_)
            | Self::Activity(_)
            | Self::MarkedWrong(_)
            | Self::Unknown(_) => Vec::new(),
        }
    }
}

impl std::fmt::Debug for Written {
    /// Words of a record have no place in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Written")
    }
}
