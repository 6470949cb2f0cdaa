//! Threads and messages as Communication: a header without a payload, and a message each.

use super::super::fill::{fill, identifier, list, maybe};
use super::{Pen, Written, instant, is_sent};
use crate::arrange::Arrange;
use crate::edit::Audience;
use crate::id::EntryId;
use crate::ordered::BTreeMap;
use crate::record::message::{Attachment, Category};
use crate::record::{Entry, Said};

#[derive(Default)]
struct Thread<'a> {
    messages: Vec<(EntryId, &'a Entry)>,
    closed: Vec<(&'a Entry, bool)>,
}

/// The id of a thread's header. The thread's own id is that of its first message.
pub fn header_id(thread: EntryId) -> String {
    format!("thread-{thread}")
}

pub fn written(pen: &Pen<'_>) -> Vec<Written> {
    let mut threads: BTreeMap<EntryId, Thread<'_>> = BTreeMap::new();
    let mut all = Vec::new();
    for (id, entry) in pen.record.entries() {
        match &entry.said {
            Said::Message(message) => {
                let thread = message.thread.unwrap_or(id);
                threads.entry(thread).or_default().messages.push((id, entry));
            }
            Said::Reply(reply) => {
                threads.entry(reply.thread).or_default().messages.push((id, entry));
            }
            Said::ThreadClosed(said) => {
                threads.entry(said.thread).or_default().closed.push((entry, said.closed));
            }
            Said::Wrong(_) | Said::Call(_) | Said::VisitWish(_) | Said::BeforeVisit(_) => {
                all.push(alone(pen, id, entry));
            }
            _ => {}
        }
    }
    for (id, mut thread) in threads.into_iter() {
        thread.messages.arrange_by_key(|(id, entry)| (entry.order(), *id));
        if thread.messages.is_empty() {
            continue;
        }
        all.push(header(pen, id, &mut thread));
        let messages = thread.messages.iter();
        all.extend(messages.map(|(entry, said)| message(pen, id, *entry, said)));
    }
    all
}

fn header(pen: &Pen<'_>, id: EntryId, thread: &mut Thread<'_>) -> Written {
    let first = thread.messages.iter().find(|(entry, _)| *entry == id);
    let (_, first) = *first.unwrap_or(&thread.messages[0]);
    let newest = thread.messages.last().map(|(_, entry)| entry.order());
    thread.closed.arrange_by_key(|(entry, _)| entry.order());
    let closed = thread.closed.last();
    let is_closed = closed.is_some_and(|(entry, closed)| *closed && Some(entry.order()) >= newest);
    let status = if is_closed { "completed" } else { "in-progress" };
    let (mut topic, mut category, mut about) = (None, "other", String::new());
    if let Said::Message(message) = &first.said {
        topic = message.topic.as_deref();
        category = message.category.map_or("other", word);
        about = message
            .about
            .map_or_else(String::new, |about| pen.chart(r#","about":[{"reference":~}]"#, about));
    }
    let json = fill(
        r#"{"resourceType":"Communication","id":~,"identifier":[{"system":"urn:ietf:rfc:3986","value":~}],"status":~,"category":[{"text":~}],"subject":@,"topic":{"text":~}@,"sent":~,"recipient":[{"display":"Care team"},@],"sender":@}"#,
        &[
            &header_id(id),
            &format!("{}#thread", super::super::fill::uuid_of(id)),
            status,
            category,
            &pen.patient(),
            topic.unwrap_or("Message"),
            &about,
            &instant(first.said.written().unwrap_or_default()),
            &pen.patient(),
            &sender(pen, first),
        ],
    );
    let audience = first.audience.unwrap_or(Audience::Circle);
    Written { kind: "Communication", id: header_id(id), entry: id, audience, json }
}

const fn word(category: Category) -> &'static str {
    match category {
        Category::Symptom => "symptom",
        Category::Medicine => "medicine",
        Category::Result => "result",
        Category::Visit => "visit",
        Category::Bill => "bill",
        Category::Other => "other",
    }
}

/// The patient, somebody who cares for them, or staff.
fn sender(pen: &Pen<'_>, entry: &Entry) -> String {
    match &entry.said {
        Said::Reply(reply) => fill(r#"{"display":~}"#, &[&reply.by]),
        _ => pen.author(entry),
    }
}

fn message(pen: &Pen<'_>, thread: EntryId, id: EntryId, entry: &Entry) -> Written {
    let (text, attachments, recipient) = match &entry.said {
        Said::Message(said) => {
            (&said.text, &said.attachments, fill(r#"{"display":~}"#, &["Care team"]))
        }
        Said::Reply(said) => (&said.text, &said.attachments, pen.patient()),
        _ => unreachable!("only messages and replies are gathered into threads"),
    };
    let mut payload = Vec::new();
    if !text.is_empty() {
        payload.push(fill(r#"{"contentString":~}"#, &[text]));
    }
    payload.extend(attachments.iter().map(attachment));
    let json = fill(
        r#"{"resourceType":"Communication","id":~,"identifier":[@],"partOf":[{"reference":~}],"status":~,"subject":@,"sent":~@,"recipient":[@],"sender":@@}"#,
        &[
            &id.to_string(),
            &identifier(id),
            &format!("Communication/{}", header_id(thread)),
            status(pen, id, entry),
            &pen.patient(),
            &instant(entry.said.written().unwrap_or_default()),
            &maybe(r#","received":~"#, pen.read_at(id).map(instant).as_deref()),
            &recipient,
            &sender(pen, entry),
            &list("payload", &payload),
        ],
    );
    let audience = entry.audience.unwrap_or(Audience::Circle);
    Written { kind: "Communication", id: id.to_string(), entry: id, audience, json }
}

fn status(pen: &Pen<'_>, id: EntryId, entry: &Entry) -> &'static str {
    match (pen.is_taken_back(id, entry), is_sent(entry)) {
        (true, _) => "entered-in-error",
        (false, true) => "completed",
        (false, false) => "preparation",
    }
}

fn attachment(said: &Attachment) -> String {
    let title = maybe(r#","title":~"#, said.name.as_deref());
    let size = said.bytes.to_string();
    let parts = [said.content_type.as_str(), &size, &title];
    fill(r#"{"contentAttachment":{"contentType":~,"size":@@}}"#, &parts)
}

/// What is said to the clinic outside of a thread.
fn alone(pen: &Pen<'_>, id: EntryId, entry: &Entry) -> Written {
    let (category, text, about) = match &entry.said {
        Said::Wrong(said) => ("amendment-request", said.text.clone(), Some(said.about)),
        Said::Call(said) => {
            let note = said.note.as_deref();
            let words = [Some("Please call"), said.phone.as_deref(), note];
            let words: Vec<_> = words.into_iter().flatten().collect();
            ("call-request", format!("{} ({})", words.join(". "), said.language), None)
        }
        Said::VisitWish(said) => {
            let times = super::requests::times_of_wish(&said.wish);
            let words = [Some(times), said.note.clone()];
            let words: Vec<_> = words.into_iter().flatten().collect();
            ("visit-wish", words.join(". "), Some(said.visit))
        }
        Said::BeforeVisit(said) => {
            let mut words = vec![said.reason.clone()];
            words.extend(said.questions.iter().cloned());
            words.retain(|words| !words.is_empty());
            ("before-visit", words.join("\n"), Some(said.visit))
        }
        _ => unreachable!("only these are said outside of a thread"),
    };
    let payload = (!text.is_empty()).then_some(text);
    let json = fill(
        r#"{"resourceType":"Communication","id":~,"identifier":[@],"status":~,"category":[{"text":~}],"subject":@@,"sent":~@,"recipient":[{"display":"Care team"}],"sender":@@}"#,
        &[
            &id.to_string(),
            &identifier(id),
            status(pen, id, entry),
            category,
            &pen.patient(),
            &about.map_or_else(String::new, |about| {
                pen.chart(r#","about":[{"reference":~}]"#, about)
            }),
            &instant(entry.said.written().unwrap_or_default()),
            &maybe(r#","received":~"#, pen.read_at(id).map(instant).as_deref()),
            &pen.author(entry),
            &maybe(r#","payload":[{"contentString":~}]"#, payload.as_deref()),
        ],
    );
    let audience = entry.audience.unwrap_or(Audience::Circle);
    Written { kind: "Communication", id: id.to_string(), entry: id, audience, json }
}
