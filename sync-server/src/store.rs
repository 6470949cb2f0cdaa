//! What the server remembers, as verbs of the domain. Each verb is one transaction, and it answers
//! after that transaction is durable. Every implementation passes the same contract suite.

pub mod attachments;
pub mod desk;
pub mod devices;
pub mod grants;
pub mod memory;
pub mod openings;
pub mod outgoing;
pub mod packs;
pub mod passkeys;
pub mod people;
pub mod resources;
pub mod rows;
pub mod settings;
pub mod shares;
pub mod sqlite;
pub mod staff;

#[cfg(test)]
mod contract;

use std::future::Future;
use std::pin::Pin;

use shared::document::{ChangeHash, DocumentId};
use shared::fhir::import::Known;
use shared::id::{AccountId, DeviceId, EntryId, PatientId};
use shared::sync::scope::Access;
use shared::time::Timestamp;
use shared::wire::{Row, Summary};

use self::attachments::AttachmentStore;
use self::desk::{Colleague, Contact, DeskNote, Noted, Patient, Reach};
use self::devices::DeviceStore;
use self::grants::GrantStore;
use self::openings::OpeningStore;
use self::outgoing::OutgoingStore;
use self::packs::PackStore;
use self::passkeys::PasskeyStore;
use self::people::{
    Activated, Activation, Claim, Claimed, Grant, Invitation, NewAccount, NewPatient, NewSession,
    NewStaff, RecordOf, Session, StaffMember,
};
use self::resources::{
    Client, FactKind, Near, PersonAsk, PersonFact, PlacedResource, ResourceCommit, ResourceRow,
    Waiting,
};
use self::rows::{
    Appended, Batch, Fresh, NewMark, News, Projection, ShownMessage, ShownThread, ThreadRow,
};
use self::settings::SettingsStore;
use self::shares::ShareStore;
use self::staff::{OneTime, SetUp, StaffChange, StaffLink, StaffSetUp, StaffSignIn};
use crate::audit::{Entry, Head, Linked, Search};
use crate::sealing::WrappingKey;
use crate::secret::{SecretHash, Slot};
use crate::sign_in::{NameHash, Verifier};

/// What a caller can do when the store fails. The cause is for the log, not for the decision.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Nothing more fits; reading still works.
    #[error("storage is full")]
    Full,
    /// Try again later; nothing was changed.
    #[error("storage is unreachable")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Stop writing; restore from a backup.
    #[error("stored bytes are damaged")]
    Damaged(&'static str),
}

/// An answer that comes when the transaction is over.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

pub trait Store:
    AttachmentStore
    + DeviceStore
    + GrantStore
    + OpeningStore
    + OutgoingStore
    + PackStore
    + PasskeyStore
    + SettingsStore
    + ShareStore
    + Send
    + Sync
{
    // People. Adding what is there already changes nothing.
    fn add_patient(&self, patient: NewPatient) -> Answer<'_, ()>;
    fn add_account(&self, account: NewAccount) -> Answer<'_, ()>;
    fn add_staff(&self, staff: NewStaff) -> Answer<'_, ()>;
    /// Of the person whose record it is, and of those whom a clinic knew before. Caregivers get
    /// theirs by `give_access`.
    fn grant(&self, grant: Grant) -> Answer<'_, ()>;
    fn invite(&self, invitation: Invitation) -> Answer<'_, ()>;
    /// Uses up an invitation and opens the first session, or counts a try that failed.
    fn activate(&self, activation: Activation) -> Answer<'_, Activated>;
    /// Whether an invitation would hold; counts a try that failed, and uses nothing up.
    fn claim(&self, claim: Claim) -> Answer<'_, Claimed>;
    /// Whose name this is, and what to compare with.
    fn sign_in(&self, name: NameHash) -> Answer<'_, Option<(AccountId, Verifier)>>;
    /// The same by account.
    fn verifier(&self, account: AccountId) -> Answer<'_, Option<Verifier>>;
    /// What passkeys carry of the passphrase before is forgotten.
    fn change_verifier(
        &self,
        account: AccountId,
        verifier: Verifier,
        at: Timestamp,
    ) -> Answer<'_, ()>;
    fn account_name(&self, account: AccountId) -> Answer<'_, Option<String>>;
    fn staff_member(&self, account: AccountId) -> Answer<'_, Option<StaffMember>>;
    /// The account's own record first.
    fn records_of(&self, account: AccountId) -> Answer<'_, Vec<RecordOf>>;
    fn access_of(&self, account: AccountId) -> Answer<'_, Vec<Access>>;
    /// Whether this record was activated by somebody.
    fn is_activated(&self, patient: PatientId) -> Answer<'_, bool>;

    // Sessions.
    /// In place of the one that its device had at the portal.
    fn open_session(&self, session: NewSession) -> Answer<'_, ()>;
    /// Only one that is neither ended nor over.
    fn session(&self, token: SecretHash, now: Timestamp) -> Answer<'_, Option<Session>>;
    /// The device that signed in as this account in this slot, also if that session is over.
    fn device_in(&self, account: AccountId, slot: Slot) -> Answer<'_, Option<DeviceId>>;
    fn end_session(&self, token: SecretHash, now: Timestamp) -> Answer<'_, ()>;
    fn issue_ticket(
        &self,
        ticket: SecretHash,
        session: SecretHash,
        until: Timestamp,
    ) -> Answer<'_, ()>;
    /// A ticket answers once, and only while its session is open.
    fn take_ticket(&self, ticket: SecretHash, now: Timestamp) -> Answer<'_, Option<Session>>;

    // Documents.
    /// Makes a document with its first change, unless it is there. One of marks begins empty.
    fn create_document(&self, document: DocumentId, genesis: Option<Fresh>) -> Answer<'_, ()>;
    /// Last place and sum of each document of these records.
    fn summaries(&self, patients: Vec<PatientId>) -> Answer<'_, Vec<Summary>>;
    /// Rows after a place, at most about `bytes_goal` of them but at least one, and whether there
    /// are more.
    fn rows_after(
        &self,
        document: DocumentId,
        after: u64,
        bytes_goal: usize,
    ) -> Answer<'_, (Vec<Row>, bool)>;
    fn rows_with(
        &self,
        document: DocumentId,
        hashes: Vec<ChangeHash>,
        bytes_goal: usize,
    ) -> Answer<'_, Vec<Row>>;
    fn hashes(&self, document: DocumentId) -> Answer<'_, Vec<ChangeHash>>;
    /// Each change of the batch gets the next place, all in one transaction; one that is there
    /// already answers its old row, one that builds on what is not there answers that.
    fn append(&self, batch: Batch) -> Answer<'_, Vec<Appended>>;

    // The clinic.
    /// The beginning of what the projector has not seen, oldest document first.
    fn unprojected(&self, documents_max: usize) -> Answer<'_, Vec<(DocumentId, Vec<Row>)>>;
    /// Keeps what the projector found in rows of a document, and how far it came. Answers the marks.
    fn project(&self, projection: Projection) -> Answer<'_, Vec<News>>;
    /// Somebody at the clinic opened these messages. Answers the marks of those that were not seen.
    fn seen(&self, patient: PatientId, marks: Vec<(EntryId, NewMark)>) -> Answer<'_, Vec<News>>;
    /// Newest message first.
    fn threads(&self, threads_max: usize) -> Answer<'_, Vec<ThreadRow>>;
    fn thread(&self, patient: PatientId, thread: EntryId) -> Answer<'_, Option<ShownThread>>;
    fn messages(&self, patient: PatientId, thread: EntryId) -> Answer<'_, Vec<ShownMessage>>;
    /// The entry that an earlier request with this key wrote.
    fn reply_with_key(&self, author: AccountId, key: String) -> Answer<'_, Option<EntryId>>;

    // What came from other systems.
    fn add_facts(&self, facts: Vec<PersonFact>) -> Answer<'_, ()>;
    /// Whose facts these are, with the value that led to them.
    fn people_with(
        &self,
        kind: FactKind,
        values: Vec<String>,
    ) -> Answer<'_, Vec<(String, PatientId)>>;
    /// Everybody who may be the one that is claimed.
    fn people_near(&self, ask: PersonAsk) -> Answer<'_, Near>;
    /// Resources of this source under these keys, each with the key that led to it.
    fn known(&self, source: String, keys: Vec<String>) -> Answer<'_, Vec<(String, Known)>>;
    fn resources(&self, wanted: Vec<EntryId>) -> Answer<'_, Vec<ResourceRow>>;
    /// All that stands in a record's chart, in pieces as `rows_after`.
    fn resources_in(
        &self,
        patient: PatientId,
        after: Option<EntryId>,
        bytes_goal: usize,
    ) -> Answer<'_, (Vec<ResourceRow>, bool)>;
    /// What this source sent of one type, by id, perhaps of one record only.
    fn resources_of(
        &self,
        source: String,
        kind: String,
        owner: Option<PatientId>,
        after: Option<EntryId>,
        rows_max: usize,
    ) -> Answer<'_, Vec<ResourceRow>>;
    /// All versions, the newest first.
    fn resource_versions(&self, resource: EntryId) -> Answer<'_, Vec<ResourceRow>>;
    fn places(&self, resources: Vec<EntryId>) -> Answer<'_, Vec<PlacedResource>>;
    /// Whose charts point to what was not there yet.
    fn wanted(&self, source: String, keys: Vec<String>) -> Answer<'_, Vec<(String, PatientId)>>;
    /// What was kept aside until one of these patients comes.
    fn waiting(&self, source: String, keys: Vec<String>) -> Answer<'_, Vec<Waiting>>;
    fn blob(&self, patient: PatientId, blob: String) -> Answer<'_, Option<Vec<u8>>>;
    /// An import: all of it or nothing. Answers what is new in the charts.
    fn import(&self, commit: ResourceCommit) -> Answer<'_, Vec<News>>;
    fn add_client(&self, client: Client) -> Answer<'_, ()>;
    fn client(&self, token: SecretHash) -> Answer<'_, Option<Client>>;
    /// Ends every token of this name, and answers how many there were.
    fn end_clients(&self, name: String, at: Timestamp) -> Answer<'_, u64>;
    /// Everybody whose record is here.
    fn patients(&self) -> Answer<'_, Vec<Patient>>;
    /// All members of staff, by name.
    fn colleagues(&self) -> Answer<'_, Vec<Colleague>>;
    /// Everybody who reaches this record now, the patient first.
    fn circle(&self, patient: PatientId) -> Answer<'_, Vec<Reach>>;
    /// A device was here. What is known already never becomes earlier.
    fn keep_contact(&self, contact: Contact) -> Answer<'_, ()>;
    /// What staff noted on the items of one record, item by item, oldest first.
    fn desk_notes(&self, patient: PatientId) -> Answer<'_, Vec<DeskNote>>;
    // What is at rest.
    /// Ends a record for good: its key, then its rows, and the account that reaches nothing else.
    /// Answers whether there was one.
    fn shred(&self, patient: PatientId, at: Timestamp) -> Answer<'_, bool>;
    /// Wraps the keys of all records with this key from now on. Answers how many there are.
    fn rewrap(&self, key: WrappingKey) -> Answer<'_, u64>;
    /// Opens every sealed value there is, and answers how many.
    fn check(&self) -> Answer<'_, u64>;
    /// Only as the next note of its item: who has not seen the newest one is told so.
    fn add_desk_note(&self, note: DeskNote) -> Answer<'_, Noted>;

    // How staff sign in.
    fn staff_sign_in(&self, name: NameHash) -> Answer<'_, Option<StaffSignIn>>;
    fn staff_sign_in_of(&self, account: AccountId) -> Answer<'_, Option<StaffSignIn>>;
    /// Only the newest link of somebody works.
    fn add_staff_link(&self, link: StaffLink) -> Answer<'_, ()>;
    fn staff_link(&self, secret: SecretHash, now: Timestamp) -> Answer<'_, Option<StaffLink>>;
    /// Uses the link up, takes the place of what was there, and ends what was open.
    fn set_up_staff(&self, new: StaffSetUp) -> Answer<'_, SetUp>;
    /// False if it was used before, or is older than one that was.
    fn use_staff_code(&self, account: AccountId, code: OneTime, now: Timestamp)
    -> Answer<'_, bool>;
    fn change_staff(&self, change: StaffChange) -> Answer<'_, ()>;
    /// While it is open, never shorter, and never longer than `lasts_ms` in all.
    fn extend_session(
        &self,
        token: SecretHash,
        until: Timestamp,
        lasts_ms: i64,
        now: Timestamp,
    ) -> Answer<'_, ()>;
    fn prove_session(&self, token: SecretHash, now: Timestamp) -> Answer<'_, ()>;

    // The audit log. Commits to documents, imports and new sessions note themselves.
    /// Each gets the next place, all in one transaction.
    fn audit(&self, entries: Vec<Entry>) -> Answer<'_, ()>;
    fn audit_head(&self) -> Answer<'_, Head>;
    fn audit_after(&self, number: u64, entries_max: usize) -> Answer<'_, Vec<Linked>>;
    /// The newest first.
    fn audit_search(&self, search: Search, entries_max: usize) -> Answer<'_, Vec<Linked>>;
    /// Up to which entry patients were told.
    fn audit_told(&self) -> Answer<'_, u64>;
    fn set_audit_told(&self, number: u64) -> Answer<'_, ()>;
}
