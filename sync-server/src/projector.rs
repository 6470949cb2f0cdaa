//! After the commit: reads what people wrote and fills the clinic's threads. It has its own place in
//! every log, and doing something twice does nothing, so it may be stopped anywhere.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use shared::document::{DocumentId, Kind};
use shared::edit::Audience;
use shared::id::{EntryId, PatientId};
use shared::record::{Mark, Said, Step};
use shared::sync::receipt::ReceiptKey;
use shared::time::Timestamp;
use shared::wire::Row;
use tokio::sync::Notify;

use crate::authorize::Part;
use crate::documents;
use crate::fhir::outgoing;
use crate::log::{Line, line};
use crate::state::App;
use crate::store::StoreError;
use crate::store::rows::{Author, Found, MessageRow, News, Projection, Thread};

/// Documents of one round; the rest waits for the next.
const DOCUMENTS_MAX: usize = 32;
/// Pause after the store failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// After records were read for the queue it rests for so many times as long as that took, before it reads
/// any again: what comes meanwhile is read at once then. So that takes a fifth of one core at most,
/// however long the records are, and a short one rests too shortly for anybody to notice.
pub const RESTS: u32 = 4;

/// Wakes the projector. Level-triggered: it looks for what is left, not for what happened.
#[derive(Default)]
pub struct Projector {
    work: Notify,
    /// Records that the queue does not show as they are now. Not kept anywhere: a start reads them all.
    changed: Mutex<BTreeSet<PatientId>>,
}

impl Projector {
    pub fn wake(&self) {
        self.work.notify_one();
    }

    fn changed(&self) -> MutexGuard<'_, BTreeSet<PatientId>> {
        // Nothing in here can panic half way.
        self.changed.lock().unwrap_or_else(|lock| lock.into_inner())
    }
}

/// Runs until the server stops.
pub async fn run(app: App) {
    let mut stopping = app.hub().stopping();
    let mut filled = false;
    let mut rested_at = Instant::now();
    loop {
        let failed = look(&app, &mut filled, &mut rested_at).await.err();
        if let Some(cause) = &failed {
            line(&Line::Failed { id: "-", what: "projector", cause });
        }
        let waits = !app.projector().changed().is_empty();
        tokio::select! {
            () = app.projector().work.notified(), if failed.is_none() => {}
            () = tokio::time::sleep_until(rested_at.into()), if failed.is_none() && waits => {}
            () = tokio::time::sleep(AFTER_FAILURE), if failed.is_some() => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
    }
}

async fn look(app: &App, filled: &mut bool, rested_at: &mut Instant) -> Result<(), StoreError> {
    {
        let _alone = app.projecting().await;
        project(app).await?;
        let begun = Instant::now();
        if begun >= *rested_at {
            show(app).await?;
            *rested_at = Instant::now() + begun.elapsed() * RESTS;
        }
    }
    fill_outgoing(app).await?;
    if !*filled {
        // The queue is in memory alone: after a start it is read once, and kept from then on.
        app.desk().fill(app.doorkeeper().for_part(Part::Projector).as_ref()).await?;
        *filled = true;
        app.clinic_changed();
    }
    Ok(())
}

/// Makes what goes out of every record, once there is a program that may fetch it.
async fn fill_outgoing(app: &App) -> Result<(), StoreError> {
    let store = app.doorkeeper().for_part(Part::Projector);
    if app.outgoing_is_full().load(Ordering::Relaxed) || store.fetches().await?.is_empty() {
        return Ok(());
    }
    for patient in store.patients().await? {
        outgoing::project(app, store.as_ref(), patient.patient).await?;
    }
    app.outgoing_is_full().store(true, Ordering::Relaxed);
    Ok(())
}

/// Looks at everything that was not looked at, and shows it.
pub async fn catch_up(app: &App) -> Result<(), StoreError> {
    let _alone = app.projecting().await;
    project(app).await?;
    show(app).await
}

/// What is new in the logs goes to the clinic, and its authors are told so.
pub async fn project(app: &App) -> Result<(), StoreError> {
    let store = app.doorkeeper().for_part(Part::Projector);
    loop {
        let waiting = store.unprojected(DOCUMENTS_MAX).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        for (document, rows) in waiting {
            let projection = look_at(app.receipts(), app.now(), document, &rows);
            for news in News::together(store.project(projection).await?) {
                app.hub().publish(news, None);
            }
            // What a person read counts too, and no message says so.
            if is_for_the_desk(&document) {
                app.projector().changed().insert(document.patient);
            }
        }
    }
}

/// The queue and what goes out of a record follow what changed in it, however often it did.
pub async fn show(app: &App) -> Result<(), StoreError> {
    let changed = app.projector().changed().clone();
    if changed.is_empty() {
        return Ok(());
    }
    let store = app.doorkeeper().for_part(Part::Projector);
    let goes_out = !store.fetches().await?.is_empty();
    for patient in changed {
        app.desk().refresh(store.as_ref(), patient).await?;
        app.clinic_changed();
        if goes_out {
            outgoing::project(app, store.as_ref(), patient).await?;
        }
        // Only now: what failed is tried again.
        app.projector().changed().remove(&patient);
    }
    Ok(())
}

const fn is_for_the_desk(document: &DocumentId) -> bool {
    audience(document).is_some()
}

/// What is in these rows for the clinic.
fn look_at(
    receipts: &ReceiptKey,
    now: Timestamp,
    document: DocumentId,
    rows: &[Row],
) -> Projection {
    let up_to = rows.last().map_or(0, |row| row.seq);
    let (threads, messages, marks) = (Vec::new(), Vec::new(), Vec::new());
    let mut projection = Projection { document, up_to, threads, messages, marks };
    let Some(audience) = audience(&document) else {
        return projection;
    };
    let layout = documents::layout(&document);
    for row in rows {
        for (entry, text) in documents::entries_of(layout, &row.bytes) {
            let said = Said::read_in(&document, &text);
            if let Some(author) = author(&document, row, &said) {
                note(&mut projection, audience, entry, &said, author, row.sidecar.received_at);
            } else if let (Some(account), true) = (document.writer(), is_request(&said)) {
                let mark = Mark { entry, step: Step::AtTheClinic, at: now };
                let marks = DocumentId::marks(document.patient, account, audience);
                projection.marks.push(documents::mark(receipts, marks, &mark));
            }
        }
    }
    for found in &mut projection.messages {
        if let Author::Person(account) = found.message.author {
            let mark = Mark { entry: found.message.entry, step: Step::AtTheClinic, at: now };
            let marks = DocumentId::marks(document.patient, account, audience);
            found.mark = Some(documents::mark(receipts, marks, &mark));
        }
    }
    projection
}

/// What somebody at the clinic answers, messages aside.
const fn is_request(said: &Said) -> bool {
    matches!(
        said,
        Said::Refill(_)
            | Said::VisitRequest(_)
            | Said::VisitWish(_)
            | Said::Call(_)
            | Said::BeforeVisit(_)
            | Said::Wrong(_)
            | Said::Reading(_)
            | Said::OwnMedicine(_)
            | Said::OwnAllergy(_)
    )
}

/// Only journals and care hold what is said in threads.
const fn audience(document: &DocumentId) -> Option<Audience> {
    match document.kind {
        Kind::JournalCircle(..) | Kind::CareCircle(_) => Some(Audience::Circle),
        Kind::JournalPrivate(..) | Kind::CarePrivate(..) => Some(Audience::Private),
        Kind::ChartCore
        | Kind::ChartResults(_)
        | Kind::ChartVisits(_)
        | Kind::ChartSensitive
        | Kind::Activity(_)
        | Kind::MarksCircle
        | Kind::MarksPrivate(_) => None,
    }
}

/// Who wrote something follows from the log, never from its words; only the name that a member of
/// staff signed with is in them, and only the server writes there.
fn author(document: &DocumentId, row: &Row, said: &Said) -> Option<Author> {
    // Refills, visits and the rest are no part of a thread; their own lists come with them.
    let writer = document.writer();
    if let (Some(account), Said::Message(_)) = (writer, said) {
        return Some(Author::Person(account));
    }
    let (None, Said::Reply(reply)) = (writer, said) else {
        return None;
    };
    let (account, name) = (row.sidecar.account, reply.by.clone());
    Some(Author::Clinic { account, name })
}

fn note(
    projection: &mut Projection,
    audience: Audience,
    entry: EntryId,
    said: &Said,
    author: Author,
    received_at: Timestamp,
) {
    let (patient, founder) = (projection.document.patient, projection.document.writer());
    let (thread, text, attachments, written_at) = if let Said::Message(message) = said {
        let thread = message.thread.unwrap_or(entry);
        if message.thread.is_none() {
            let topic = message.topic.clone().unwrap_or_default();
            projection.threads.push(Thread { patient, thread, topic, audience, founder });
        }
        (thread, message.text.clone(), &message.attachments, message.written)
    } else if let Said::Reply(reply) = said {
        (reply.thread, reply.text.clone(), &reply.attachments, reply.written)
    } else {
        return;
    };
    let attachments = (!attachments.is_empty()).then(|| shared::json::to_text(attachments));
    let message = MessageRow {
        patient,
        thread,
        entry,
        audience,
        author,
        text,
        attachments,
        written_at,
        received_at,
    };
    projection.messages.push(Found { message, mark: None });
}

#[cfg(test)]
mod tests;
