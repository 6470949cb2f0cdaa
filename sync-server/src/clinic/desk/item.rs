//! One item of the queue: all that is known about it, who works on it, and which warnings were
//! looked at.

use axum::http::StatusCode;
use serde::Deserialize;
use shared::document::DocumentId;
use shared::edit::clinic::ClinicEdit;
use shared::id::{AccountId, EntryId};
use shared::record::{Mark, Record, Step};
use shared::view::desk::queue::{CloseReason, DeskItem, DeskMessage, FlagSettled, Note, Owner};
use shared::view::desk::{self, WorkKind, queue::QueueLine};
use shared::view::safety::Notices;
use shared::view::{refills, requests};

use super::decide::By;
use super::{ItemOf, answers};
use crate::actions;
use crate::authorize::{Authorized, Staff};
use crate::clinic::record::{self, Parts};
use crate::clinic::relation::treats;
use crate::clinic::threads;
use crate::documents;
use crate::error::Error;
use crate::extract::{Answer, Json, Nothing};
use crate::store::desk::{DeskNote, Noted};
use crate::store::people::{Role, StaffMember};
use crate::store::rows::{Batch, News};

/// Characters of a recommendation.
const RECOMMENDATION_CHARS_MAX: usize = 2_000;

actions! {
    ReadItem: Staff => ItemOf, if treats;
    NoteOnItem: Staff => ItemOf, if treats;
}

pub async fn read(
    allowed: Authorized<ReadItem, ItemOf>,
    _: Nothing,
) -> Result<Answer<DeskItem>, Error> {
    let ItemOf { patient, item } = allowed.resource;
    let (app, member) = (allowed.app(), &allowed.who.member);
    let line = app.desk().line(patient, item, app.now()).ok_or(Error::NotFound)?;
    let messages = match line.work.kind {
        WorkKind::Message => conversation(&allowed, member).await?,
        _ => Vec::new(),
    };
    let (refill, request, notices) = asked(&allowed, &line).await?;
    let notes = app.desk().notes_of(patient, item).all;
    let also_here = app.desk().opens((patient, item), (member.account, &member.name), app.now());
    let may_prescribe = member.prescribes;
    Ok(Answer(DeskItem {
        line,
        messages,
        refill,
        request,
        notices,
        notes,
        also_here,
        may_prescribe,
    }))
}

async fn conversation(
    allowed: &Authorized<ReadItem, ItemOf>,
    me: &StaffMember,
) -> Result<Vec<DeskMessage>, Error> {
    let ItemOf { patient, item } = allowed.resource;
    let messages = allowed.store().messages(patient, item).await?;
    threads::tell_it_was_read(allowed.app(), allowed.store(), patient, &me.name, &messages).await?;
    let readers = allowed.app().desk().readers(patient, item);
    let circle = allowed.store().circle(patient).await?;
    Ok(answers::messages(messages, me.account, &readers, &circle))
}

type Asked = (Option<refills::RefillRow>, Option<requests::RequestRow>, Option<Notices>);

/// The whole request, in the words that the patient reads too.
async fn asked(allowed: &Authorized<ReadItem, ItemOf>, line: &QueueLine) -> Result<Asked, Error> {
    /// Nobody's account: whoever asked is named.
    const NOBODY: AccountId = AccountId::from_u128(0);
    let ItemOf { patient, item } = allowed.resource;
    if line.work.kind == WorkKind::Message {
        return Ok((None, None, None));
    }
    // Only what concerns a medicine is held against the chart, which may be large.
    let parts = match line.work.kind {
        WorkKind::Refill | WorkKind::Medicine | WorkKind::Allergy => Parts::WritingAndChart,
        _ => Parts::Writing,
    };
    let record = record::read(allowed.store(), patient, parts).await?;
    tell_it_was_read(allowed, &record, line).await?;
    let refill = refills::refills(&record, NOBODY).into_iter().find(|row| row.entry == item);
    let request = requests::requests(&record, NOBODY).into_iter().find(|row| row.entry == item);
    Ok((refill, request, desk::notices(&record, &line.work)))
}

/// A mark for the author of a request that nobody at the clinic had opened.
async fn tell_it_was_read(
    allowed: &Authorized<ReadItem, ItemOf>,
    record: &Record,
    line: &QueueLine,
) -> Result<(), Error> {
    let ItemOf { patient, item } = allowed.resource;
    let is_read = |mark: &Mark| matches!(mark.step, Step::ReadBy { .. });
    let Some(author) = line.work.author.filter(|_| !record.marks_of(item).iter().any(is_read))
    else {
        return Ok(());
    };
    let app = allowed.app();
    let step = Step::ReadBy { name: allowed.who.member.name.clone() };
    let mark = Mark { entry: item, step, at: app.now() };
    let document = DocumentId::marks(patient, author, line.work.audience);
    let changes = vec![documents::mark(app.receipts(), document, &mark).row];
    let layout = documents::layout(&document);
    let batch = Batch { document, layout, changes, reply: None };
    let appended = allowed.store().append(batch).await?;
    if let Some(news) = News::of(document, &appended) {
        app.hub().publish(news, None);
    }
    Ok(())
}

/// What is noted, and how many notes its author had seen.
#[derive(Deserialize)]
pub struct NewNote {
    notes: u32,
    what: What,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    /// Mine from now on.
    Take,
    /// Nobody's again.
    HandBack,
    GiveTo {
        account: AccountId,
    },
    GiveToRole {
        role: String,
    },
    Flag {
        how: FlagSettled,
        up_to: EntryId,
    },
    Recommend {
        text: String,
        account: AccountId,
    },
    /// The conversation is over, for the patient too.
    Close {
        why: CloseReason,
    },
}

/// Answers the line as it is now: after this note, or as a colleague left it (409).
pub async fn note(
    allowed: Authorized<NoteOnItem, ItemOf>,
    Json(new): Json<NewNote>,
) -> Result<(StatusCode, Answer<QueueLine>), Error> {
    let ItemOf { patient, item } = allowed.resource;
    let (app, store) = (allowed.app(), allowed.store());
    let line = app.desk().line(patient, item, app.now()).ok_or(Error::NotFound)?;
    let closes = matches!(new.what, What::Close { .. });
    let mut number = new.notes;
    let mut status = StatusCode::CREATED;
    for what in notes(&allowed, new.what, &line).await? {
        number = number.saturating_add(1);
        let member = &allowed.who.member;
        let note = DeskNote {
            patient,
            item,
            number,
            account: member.account,
            name: member.name.clone(),
            at: app.now(),
            what: serde_json::to_string(&what).expect("notes become JSON"),
        };
        if store.add_desk_note(note).await? == Noted::Behind {
            status = StatusCode::CONFLICT;
            break;
        }
    }
    if closes && status == StatusCode::CREATED {
        let by = By { app, store, member: &allowed.who.member };
        let edit = ClinicEdit::CloseThread { thread: item, closed: true };
        by.write(patient, edit, format!("close-{item}-{number}")).await?;
    }
    app.desk().refresh(store, patient).await?;
    app.clinic_changed();
    let line = app.desk().line(patient, item, app.now()).ok_or(Error::NotFound)?;
    Ok((status, Answer(line)))
}

async fn notes(
    allowed: &Authorized<NoteOnItem, ItemOf>,
    what: What,
    line: &QueueLine,
) -> Result<Vec<Note>, Error> {
    let member = &allowed.who.member;
    let person = |account, name| Note::Owner(Some(Owner::Person { account, name }));
    Ok(match what {
        What::Take => vec![person(member.account, member.name.clone())],
        What::HandBack => vec![Note::Owner(None)],
        What::GiveTo { account } => vec![person(account, colleague(allowed, account).await?)],
        What::GiveToRole { role } => {
            let known = Role::ALL.into_iter().find(|known| known.word() == role);
            let known = known.filter(|role| *role != Role::Admin).ok_or(Error::Unreadable)?;
            vec![Note::Owner(Some(Owner::Role { role: known.word().to_owned() }))]
        }
        What::Flag { how, up_to } if up_to <= line.work.newest => vec![Note::Flag { how, up_to }],
        What::Flag { .. } => return Err(Error::Unreadable),
        What::Close { why } if line.work.kind == WorkKind::Message => vec![Note::Closed { why }],
        What::Close { .. } => return Err(Error::Unreadable),
        What::Recommend { text, account } => {
            let text = text.trim().to_owned();
            if text.is_empty() || text.chars().count() > RECOMMENDATION_CHARS_MAX {
                return Err(Error::Unreadable);
            }
            let name = colleague(allowed, account).await?;
            vec![Note::Recommended { text }, person(account, name)]
        }
    })
}

async fn colleague(
    allowed: &Authorized<NoteOnItem, ItemOf>,
    account: AccountId,
) -> Result<String, Error> {
    let found = allowed.store().staff_member(account).await?;
    let found = found.filter(|member| member.role != Role::Admin).ok_or(Error::NotFound)?;
    Ok(found.name)
}
