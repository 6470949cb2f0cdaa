//! The page's questions, answered by the core.

use shared::id::AccountId;
use shared::record::Record;
use shared::view::results::detail;
use shared::view::{
    EntryAnswer, activity, before_visit, card, home, medicines, paper, requests, results, safety,
    search, sections, threads, timeline, visit, waiting,
};
use shared::{qr, warning};

use crate::bridge::{Answer, Ask, DraftPhotos, Photo};

pub fn answer(record: &Record, reader: AccountId, ask: Ask) -> Answer {
    match ask {
        Ask::Home { now } => Answer::Home(Box::new(home::home(record, reader, now))),
        Ask::Threads => Answer::Threads(threads::threads(record, reader)),
        Ask::Thread { thread } => Answer::Thread(threads::thread(record, reader, thread)),
        Ask::Results { show, from, rows } => {
            Answer::Results(results::portion(record, reader, show, from, rows))
        }
        Ask::Result { entry } => {
            Answer::Result(detail::result(record, reader, entry).map(Box::new))
        }
        Ask::Medicines => Answer::Medicines(medicines::medicines(record, reader)),
        Ask::Medicine { entry } => {
            Answer::Medicine(medicines::medicine(record, reader, entry).map(Box::new))
        }
        Ask::Overview => Answer::Overview(sections::overview(record)),
        Ask::Section { section, from, rows } => {
            Answer::Section(sections::portion(record, reader, section, from, rows))
        }
        Ask::Entry { entry } => Answer::Entry(sections::entry(record, entry).map(|row| {
            let (section, papers) = (sections::section_of(row.kind), paper::papers(record, entry));
            Box::new(EntryAnswer { row, section, papers })
        })),
        Ask::Paper { entry, form } => Answer::Paper(paper::paper(record, entry, form)),
        Ask::Visit { entry, now } => Answer::Visit(visit::visit(record, entry, now).map(Box::new)),
        Ask::BeforeVisit { visit, now } => {
            let form = before_visit::before_visit(record, reader, visit, now);
            Answer::BeforeVisit(form.map(Box::new))
        }
        Ask::Notices { new } => Answer::Notices(safety::notices(record, reader, new.as_deref())),
        Ask::Card => Answer::Card(Box::new(card::card(record, reader))),
        Ask::ResultNotice => Answer::ResultNotice(home::result_notice(record, reader)),
        Ask::Code { text } => Answer::Code(qr::code(&text)),
        Ask::Timeline { from, limit } => {
            Answer::Timeline(timeline::timeline(record, reader, from, limit))
        }
        Ask::Search { text } => Answer::Found(search::search(record, &text)),
        Ask::Activity { words, limit } => {
            Answer::Activity(activity::activity(record, &words, limit))
        }
        Ask::Waiting => Answer::Waiting(waiting::waiting(record, reader)),
        Ask::Signs { text } => {
            let signs = warning::signs(&text).into_iter();
            Answer::Signs(signs.map(|sign| sign.code.to_owned()).collect())
        }
        // The account answered these; they are no part of the record.
        Ask::Photos { .. } => Answer::Photos(DraftPhotos::default()),
        Ask::Photo { .. } => Answer::Photo(Photo::Gone),
        Ask::Requests { about } => Answer::Requests(requests::listed(record, reader, about)),
    }
}
