//! The page's questions, answered by the core.

use shared::id::AccountId;
use shared::record::Record;
use shared::view::results::detail;
use shared::view::{
    EntryAnswer, activity, home, medicines, paper, requests, results, search, sections, threads,
    timeline, visit, waiting,
};
use shared::warning;

use crate::bridge::{Answer, Ask};

pub fn answer(record: &Record, reader: AccountId, ask: Ask) -> Answer {
    match ask {
        Ask::Home { now } => Answer::Home(Box::new(home::home(record, reader, now))),
        Ask::Threads => Answer::Threads(threads::threads(record, reader)),
        Ask::Thread { thread } => Answer::Thread(threads::thread(record, reader, thread)),
        Ask::Results { show, limit } => {
            Answer::Results(results::results(record, reader, show, limit))
        }
        Ask::Result { entry } => {
            Answer::Result(detail::result(record, reader, entry).map(Box::new))
        }
        Ask::Medicines => Answer::Medicines(medicines::medicines(record, reader)),
        Ask::Medicine { entry } => {
            Answer::Medicine(medicines::medicine(record, reader, entry).map(Box::new))
        }
        Ask::Overview => Answer::Overview(sections::overview(record)),
        Ask::Section { section } => Answer::Section(sections::section(record, reader, section)),
        Ask::Entry { entry } => Answer::Entry(sections::entry(record, entry).map(|row| {
            let (section, papers) = (sections::section_of(row.kind), paper::papers(record, entry));
            Box::new(EntryAnswer { row, section, papers })
        })),
        Ask::Paper { entry, form } => Answer::Paper(paper::paper(record, entry, form)),
        Ask::Visit { entry, now } => Answer::Visit(visit::visit(record, entry, now).map(Box::new)),
        Ask::Timeline { limit } => Answer::Timeline(timeline::timeline(record, reader, limit)),
        Ask::Search { text } => Answer::Found(search::search(record, &text)),
        Ask::Activity { words, limit } => {
            Answer::Activity(activity::activity(record, &words, limit))
        }
        Ask::Waiting => Answer::Waiting(waiting::waiting(record, reader)),
        Ask::Signs { text } => {
            let signs = warning::signs(&text).into_iter();
            Answer::Signs(signs.map(|sign| sign.code.to_owned()).collect())
        }
        Ask::Requests => Answer::Requests(requests::requests(record, reader)),
    }
}
