//! A clinic with records of every standing, and things in them that can be asked for.

use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::StatusCode;
use serde_json::json;
use shared::attachment::{AttachmentName, MediaType};
use shared::edit::Audience;
use shared::fhir::import::read;
use shared::id::{AccountId, EntryId, PatientId};
use shared::sync::scope::{Level, Parts};
use shared::time::{MILLIS_PER_DAY, Timestamp};

use super::askers::{Member, Tie};
use super::things::Others;
use crate::audit::{Did, Entry, What, Who, Why};
use crate::clinic::relation::OPEN_MS;
use crate::fhir::{Importer, Order};
use crate::store::Store;
use crate::store::attachments::{Attached, NewAttachment, Took};
use crate::store::grants::{Consent, Ended, Given, Narrowed, Terms};
use crate::store::openings::{Opening, Reason};
use crate::store::people::{BirthDate, Grant, NewAccount, NewPatient, NewStaff, Role};
use crate::testing::{ANA, ANA_RECORD, LINH, NEW_RECORD, ROSA, ROSA_RECORD, World, start_thread};
use crate::world::OsRng;

/// Of the programs that ask, and of another one.
pub const SOURCE: &str = "Lakeside";
const OTHER_SOURCE: &str = "Hillside";
/// Works here, and signs in nowhere.
pub const SPARE_STAFF: AccountId = AccountId::from_u128(390);
/// A caregiver whose access comes and goes.
pub const SPARE: AccountId = AccountId::from_u128(391);

/// A record, as whoever asks stands to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Rosa's, whose message waits: work of the whole clinic. What ties people to it is their `Tie`.
    Busy,
    /// The stranger's own. Nothing waits.
    Quiet,
    /// Ana's. Nothing waits, and nurses and clinicians stated a reason a moment ago.
    Opened,
    /// Nothing waits, and their hour is over.
    OpenedBefore,
    /// Nothing waits, and a colleague opened it.
    OpenedByAnother,
    Unknown,
    Malformed,
}

impl Place {
    pub const ALL: [Self; 7] = [
        Self::Busy,
        Self::Quiet,
        Self::Opened,
        Self::OpenedBefore,
        Self::OpenedByAnother,
        Self::Unknown,
        Self::Malformed,
    ];

    pub const fn record(self) -> PatientId {
        match self {
            Self::Busy => ROSA_RECORD,
            Self::Quiet => NEW_RECORD,
            Self::Opened => ANA_RECORD,
            Self::OpenedBefore => PatientId::from_u128(14),
            Self::OpenedByAnother => PatientId::from_u128(15),
            Self::Unknown | Self::Malformed => PatientId::from_u128(77),
        }
    }

    pub const fn has_account(self) -> bool {
        matches!(self, Self::Busy | Self::Quiet | Self::Opened)
    }

    /// Whose own it is, where somebody has an account.
    pub const fn owner(self) -> AccountId {
        match self {
            Self::Quiet => Tie::Stranger.account(),
            Self::Opened => ANA,
            _ => ROSA,
        }
    }
}

/// What else the path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// There, and of this record or this account.
    Right,
    /// There, and of another.
    Elsewhere,
    Unknown,
    Malformed,
}

pub struct Scene {
    pub world: World,
    pub rosas_thread: EntryId,
    pub anas_thread: EntryId,
    others: Option<Others>,
    count: AtomicU32,
    piece: AtomicU32,
}

impl Scene {
    pub async fn begin() -> Self {
        let world = World::start().await;
        crate::projector::catch_up(&world.app).await.unwrap();
        let nothing = EntryId::from_u128(0x99);
        let (count, piece) = (AtomicU32::new(0), AtomicU32::new(0));
        let (rosas_thread, anas_thread, others) = (nothing, nothing, None);
        let mut scene = Self { world, rosas_thread, anas_thread, others, count, piece };
        scene.people().await;
        scene.anas_thread = scene.done_long_ago().await;
        scene.ties().await;
        scene.openings().await;
        scene.resources().await;
        for place in [Place::Busy, Place::Quiet, Place::Opened] {
            scene.bring(place).await;
        }
        scene.rosas_thread = scene.writes(ROSA, ROSA_RECORD).await;
        scene.others = Some(scene.makes_others().await);
        scene
    }

    pub fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    pub fn store(&self) -> &dyn Store {
        self.world.store.as_ref()
    }

    /// Never the same twice.
    pub fn fresh(&self) -> u32 {
        self.count.fetch_add(1, Ordering::Relaxed)
    }

    /// The one piece of a photo that nobody brought yet.
    pub fn next_piece(&self) -> Vec<u8> {
        self.piece.store(1_000_000 + self.fresh(), Ordering::Relaxed);
        self.piece()
    }

    pub fn piece(&self) -> Vec<u8> {
        photo(self.piece.load(Ordering::Relaxed))
    }

    pub const fn others(&self) -> &Others {
        self.others.as_ref().expect("the scene is set")
    }

    pub fn fresh_name(&self) -> String {
        format!("heron-{}", 1000 + self.fresh())
    }

    pub fn noted(&self, did: Did, patient: Option<PatientId>) -> Entry {
        Entry {
            at: self.now(),
            who: Who::Terminal,
            did,
            action: "Matrix".into(),
            what: What::Access,
            patient,
            item: None,
            from: None,
            why: Why::Operations,
            access_of: None,
            device: None,
        }
    }

    async fn people(&self) {
        let (store, at) = (self.store(), self.now());
        for place in [Place::OpenedBefore, Place::OpenedByAnother] {
            let birth_date = BirthDate::parse("1950-01-02").unwrap();
            let (patient, name) = (place.record(), "Somebody Else".into());
            store.add_patient(NewPatient { patient, name, birth_date, at }).await.unwrap();
        }
        let accounts = Tie::ALL.map(Tie::account).into_iter().chain([SPARE]);
        for account in accounts.filter(|account| *account != ROSA) {
            store.add_account(NewAccount { account, name: "Sam Reed".into(), at }).await.unwrap();
        }
        let (patient, account) = (NEW_RECORD, Tie::Stranger.account());
        store.grant(Grant { patient, account, level: Level::Own, at }).await.unwrap();
        for role in Role::ALL {
            for prescribes in [false, true] {
                let account = Member { role, prescribes, proven: false }.account();
                let name = format!("{} {prescribes}", role.word());
                let staff = NewStaff { account, name, role, prescribes, at };
                store.add_staff(staff).await.unwrap();
            }
        }
        let (account, name, role) = (SPARE_STAFF, "Kim Lee, RN".into(), Role::Nurse);
        let staff = NewStaff { account, name, role, prescribes: false, at };
        store.add_staff(staff).await.unwrap();
    }

    /// Ana wrote, a nurse closed it, and it is nobody's work any more.
    async fn done_long_ago(&self) -> EntryId {
        let world = &self.world;
        let thread = self.writes(ANA, ANA_RECORD).await;
        let close = json!({ "notes": 0, "what": { "close": { "why": "called" } } });
        let path = format!("/clinic/api/items/{ANA_RECORD}/{thread}/notes");
        let nurse = world.sign_in_staff(LINH).await;
        assert_eq!(world.ask(nurse.post(&path, &close)).await.status(), StatusCode::CREATED);
        world.clock.advance(15 * MILLIS_PER_DAY);
        thread
    }

    async fn writes(&self, account: AccountId, patient: PatientId) -> EntryId {
        let world = &self.world;
        let mut phone = world.device(&world.sign_in(account).await).await;
        world.clock.advance(1_000);
        let edit = start_thread("Dizzy", "When I stand up.", Audience::Circle);
        let thread = phone.edit(world, patient, edit).await;
        crate::projector::catch_up(&world.app).await.unwrap();
        thread
    }

    /// Everything that can be given, narrowed, ended and over.
    async fn ties(&self) {
        let store = self.store();
        let soon = self.now().plus_millis(1_000);
        let terms = |messages, results, visits| Terms {
            messages,
            parts: Parts { results, visits },
            until: None,
        };
        for (tie, terms) in [
            (Tie::Full, terms(true, true, true)),
            (Tie::Messages, terms(true, false, false)),
            (Tie::Results, terms(false, true, false)),
            (Tie::Visits, terms(false, false, true)),
            (Tie::Core, terms(false, false, false)),
            (Tie::Narrowed, terms(true, true, true)),
            (Tie::Revoked, terms(true, true, true)),
            (Tie::Over, Terms { until: Some(soon), ..terms(true, true, true) }),
        ] {
            self.gives(tie.account(), ROSA_RECORD, terms).await;
        }
        let (patient, account) = (ROSA_RECORD, Tie::Narrowed.account());
        let noted = self.noted(Did::Wrote, Some(patient));
        let narrowed = Narrowed { patient, account, terms: terms(false, true, true), noted };
        store.narrow_access(narrowed).await.unwrap().unwrap();
        let (account, noted) =
            (Tie::Revoked.account(), self.noted(Did::EndedAccess, Some(patient)));
        store.end_access(Ended { patient, account, noted }).await.unwrap().unwrap();
        self.world.clock.advance(1_000);
        crate::grants::end_what_is_over(&self.world.app).await.unwrap();
    }

    pub async fn gives(&self, account: AccountId, patient: PatientId, terms: Terms) {
        let (consent, noted) = (Consent::Patient, self.noted(Did::GaveAccess, Some(patient)));
        let given = Given { patient, account, terms, consent, noted };
        self.store().give_access(given).await.unwrap().unwrap();
    }

    /// Whoever became an administrator since is none who reads on.
    async fn openings(&self) {
        let colleague = (Place::OpenedByAnother, LINH, OPEN_MS);
        self.opens_record(colleague).await;
        for role in [Role::Nurse, Role::Clinician, Role::Admin] {
            for prescribes in [false, true] {
                let account = Member { role, prescribes, proven: false }.account();
                self.opens_record((Place::Opened, account, OPEN_MS)).await;
                self.opens_record((Place::OpenedBefore, account, 0)).await;
            }
        }
    }

    async fn opens_record(&self, (place, account, lasts_ms): (Place, AccountId, i64)) {
        let (opening, at) = (EntryId::fresh(self.now(), &mut OsRng), self.now());
        let (patient, reason, words) = (place.record(), Reason::Emergency, None);
        let until = at.plus_millis(lasts_ms);
        let opening = Opening { opening, account, patient, reason, words, at, until };
        let noted = self.noted(Did::OpenedRecord, Some(patient));
        self.store().open_record(opening, noted).await.unwrap();
    }

    /// One result of each source, under an id of its own.
    async fn resources(&self) {
        for (source, id) in [(SOURCE, "o1"), (OTHER_SOURCE, "o2")] {
            let sent = json!({ "resourceType": "Bundle", "type": "collection", "entry": [
                { "resource": { "resourceType": "Patient", "id": format!("p-{id}"),
                    "birthDate": "1961-04-09",
                    "name": [{ "family": "Delgado", "given": ["Rosa"] }] } },
                { "resource": super::asks::result(id) },
            ] });
            let sent = sent.to_string();
            let order = Order { source, to: Some(ROSA_RECORD), now: self.now() };
            let world = &self.world;
            let mut importer = Importer::new(world.store.as_ref(), world.app.receipts());
            let input = read(sent.as_bytes()).unwrap();
            let outcome = importer.take(order, input, &mut |_, _| {}).await.unwrap();
            assert!(outcome.summary.is_clean(), "{}", outcome.summary);
        }
    }

    /// A photo, whole.
    async fn bring(&self, place: Place) {
        let at = self.begins(place.record(), place.owner(), &photo(0)).await;
        let took = self.store().put_piece(at, 0, photo(0), self.now()).await.unwrap();
        assert_eq!(took, Took::Whole);
    }

    /// A photo of which nothing came yet.
    pub async fn begins(&self, patient: PatientId, account: AccountId, photo: &[u8]) -> Attached {
        let at = Attached { patient, name: AttachmentName::of(patient, photo) };
        let (media, size, now) = (MediaType::Jpeg, u32::try_from(photo.len()).unwrap(), self.now());
        let new = NewAttachment { at, account, media, size, now };
        self.store().begin_attachment(new).await.unwrap();
        at
    }
}

/// A photo that differs by its number; that with none is there from the beginning.
pub fn photo(number: u32) -> Vec<u8> {
    [&[0xff, 0xd8, 0xff][..], &number.to_be_bytes()].concat()
}
