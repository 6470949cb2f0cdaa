//! Answers and decisions of the clinic. Each is one entry in a document of the server's, checked
//! against the record as it is at that moment, one after the other: of two decisions at once the
//! second hears that there is one already. Asking twice with one key writes once.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::document::gate::guarded;
use shared::document::{Actor, DocumentId, Opened, Put};
use shared::edit::Refused;
use shared::edit::clinic::{
    ClinicEdit, ClinicPrepared, Decision, Role as Hat, StaffPen, WentOut, prepare,
};
use shared::id::{EntryId, PatientId};

use crate::actions;
use crate::audit::What;
use crate::audit::door::Whose;
use crate::authorize::{Authorized, Path, Resource, Staff};
use crate::clinic::record::{self, Parts};
use crate::clinic::relation::treats;
use crate::documents::{self, Origin};
use crate::error::Error;
use crate::extract::{Answer, Json};
use crate::projector;
use crate::state::App;
use crate::store::people::{Role, StaffMember};
use crate::store::rows::{Appended, Batch, News, ReplyKey};
use crate::store::{Store, StoreError};
use crate::world::OsRng;

/// Characters of a key; a page makes a random one for each thing it starts to write.
const KEY_CHARS: std::ops::RangeInclusive<usize> = 8..=64;

actions! {
    WriteForClinic: Staff => RecordOf, if treats;
}

/// One person's record.
pub struct RecordOf {
    pub patient: PatientId,
}

impl Resource for RecordOf {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self { patient: path.part("patient")? })
    }

    fn whose(&self) -> Whose {
        Whose::Record { patient: self.patient, item: None, what: What::Requests }
    }
}

#[derive(Deserialize)]
pub struct NewEdit {
    key: String,
    edit: ClinicEdit,
}

#[derive(Serialize)]
pub struct Written {
    pub entry: EntryId,
}

pub async fn write(
    allowed: Authorized<WriteForClinic, RecordOf>,
    Json(new): Json<NewEdit>,
) -> Result<(StatusCode, Answer<Written>), Error> {
    let by = By { app: allowed.app(), store: allowed.store(), member: &allowed.who.member };
    by.write(allowed.resource.patient, new.edit, new.key).await
}

/// Who writes, and with what.
pub struct By<'a> {
    pub app: &'a App,
    pub store: &'a dyn Store,
    pub member: &'a StaffMember,
}

impl By<'_> {
    pub async fn write(
        &self,
        patient: PatientId,
        edit: ClinicEdit,
        key: String,
    ) -> Result<(StatusCode, Answer<Written>), Error> {
        if !KEY_CHARS.contains(&key.chars().count()) {
            return Err(Error::Unreadable);
        }
        let author = self.member.account;
        let _turn = self.app.desk().turn(patient).await;
        if let Some(entry) = self.store.reply_with_key(author, key.clone()).await? {
            return Ok((StatusCode::OK, Answer(Written { entry })));
        }
        let now = self.app.now();
        let entry = EntryId::fresh(now, &mut OsRng);
        let (document, text) = self.prepared(patient, entry, edit).await?;
        documents::create(self.store, self.app.receipts(), document, now).await?;
        let change = mint(self.store, document, Put::Entry { entry, text }).await?;
        let origin = Origin { account: Some(author), device: None, at: now };
        let batch = Batch {
            document,
            layout: documents::layout(&document),
            changes: vec![documents::own(self.app.receipts(), &document, &change, origin)?],
            reply: Some(ReplyKey { author, key, entry }),
        };
        let appended = self.store.append(batch).await?;
        let entry = match appended.as_slice() {
            [Appended::Stored(_)] => entry,
            [Appended::RepliedBefore(before)] => *before,
            _ => return Err(StoreError::Damaged("a document of the clinic's").into()),
        };
        if let Some(news) = News::of(document, &appended) {
            self.app.published(news, None);
        }
        // So that the page which looks next finds it.
        projector::catch_up(self.app).await?;
        Ok((StatusCode::CREATED, Answer(Written { entry })))
    }

    async fn prepared(
        &self,
        patient: PatientId,
        entry: EntryId,
        edit: ClinicEdit,
    ) -> Result<(DocumentId, String), Error> {
        let parts = match edit {
            ClinicEdit::DecideRefill { .. } | ClinicEdit::MarkWrong { .. } => {
                Parts::WritingAndChart
            }
            _ => Parts::Writing,
        };
        let record = record::read(self.store, patient, parts).await?;
        let pen = StaffPen {
            patient,
            entry,
            now: self.app.now(),
            name: self.member.name.clone(),
            role: hat(self.member),
        };
        match prepare(&record, &pen, self.signed(edit)).map_err(refused)? {
            ClinicPrepared::Entry { document, text } => Ok((document, text)),
            // Reading is noted when it happens, and by nobody's request.
            ClinicPrepared::Mark { .. } => Err(Error::Unreadable),
        }
    }

    /// Who sent a prescription out and when is what this server knows, not what a page says.
    fn signed(&self, edit: ClinicEdit) -> ClinicEdit {
        let sign = |out: WentOut| {
            let (by, at) = (self.member.name.clone(), self.app.now());
            WentOut { by, at, ..out }
        };
        let ClinicEdit::DecideRefill { refill, decision } = edit else {
            return edit;
        };
        let decision = match decision {
            Decision::Approved { quantity, out } => {
                Decision::Approved { quantity, out: out.map(sign) }
            }
            Decision::Changed { to, why, out } => Decision::Changed { to, why, out: out.map(sign) },
            Decision::SentOut { out } => Decision::SentOut { out: sign(out) },
            other => other,
        };
        ClinicEdit::DecideRefill { refill, decision }
    }
}

/// The change that writes this. Its actor is fresh and never used again, so two entries at once are
/// both there.
pub async fn mint(
    store: &dyn Store,
    document: DocumentId,
    put: Put,
) -> Result<Vec<u8>, StoreError> {
    let (rows, _) = store.rows_after(document, 0, usize::MAX).await?;
    let damaged = StoreError::Damaged("a document of the clinic's");
    let minted = guarded(|| {
        let mut open = Opened::load(rows.iter().map(|row| &row.bytes[..])).ok()?;
        Some(open.mint(Actor::fresh(&mut OsRng), &[put]).1)
    });
    minted.ok().flatten().ok_or(damaged)
}

fn refused(why: Refused) -> Error {
    match why {
        Refused::NoSuchEntry | Refused::NoSuchThread => Error::NotFound,
        why => Error::TextRefused(why),
    }
}

/// Who may decide about prescriptions has the right by name. The others prepare and record.
const fn hat(member: &StaffMember) -> Hat {
    match member.role {
        _ if member.prescribes => Hat::Prescriber,
        Role::Clinician | Role::Nurse | Role::Pharmacist => Hat::Nurse,
        Role::FrontDesk | Role::Admin => Hat::FrontDesk,
    }
}
