//! The store on SQLite: one writer thread that commits many verbs at once, readers on connections
//! of their own, and settings that are checked on every connection.

mod attachments;
mod audit;
mod clinic;
mod columns;
mod desk;
mod devices;
mod documents;
mod gate;
mod grants;
mod import;
mod key_store;
mod look;
mod open;
mod openings;
mod outgoing;
mod packs;
mod passkeys;
mod people;
mod private;
mod readers;
mod reseal;
mod resources;
mod sealed;
mod searching;
mod settings;
mod shares;
mod shred;
mod sign_ins;
mod staff;
#[cfg(test)]
mod tests;
mod writer;

use std::path::Path;
use std::sync::Arc;

use shared::document::{ChangeHash, DocumentId};
use shared::fhir::import::Known;
use shared::id::{AccountId, DeviceId, EntryId, PatientId};
use shared::sync::scope::Access;
use shared::time::Timestamp;
use shared::wire::{Row, Summary};

use self::key_store::Keys;
pub use self::look::look;
pub use self::open::OpenError;
use self::readers::Readers;
use self::sealed::Db;
use self::writer::Writer;
use super::desk::{Colleague, Contact, DeskNote, Noted, Patient, Reach};
use super::people::{
    Activated, Activation, Claim, Claimed, Grant, Invitation, NewAccount, NewPatient, NewSession,
    NewStaff, RecordOf, Session, StaffMember,
};
use super::resources::{
    Client, FactKind, Near, PersonAsk, PersonFact, PlacedResource, ResourceCommit, ResourceRow,
    Waiting,
};
use super::rows::{
    Appended, Batch, Fresh, NewMark, News, Projection, ShownMessage, ShownThread, ThreadRow,
};
use super::staff::{OneTime, SetUp, StaffChange, StaffLink, StaffSetUp, StaffSignIn};
use super::{Answer, Store, StoreError};
use crate::audit::{Entry, Head, Linked, Search};
use crate::sealing::WrappingKey;
use crate::secret::{SecretHash, Slot};
use crate::sign_in::{NameHash, Verifier};

/// Connections that read at the same time. Reads are short; more would only wait for the cores.
const READERS: usize = 4;

pub struct SqliteStore {
    writer: Writer,
    readers: Arc<Readers>,
    keys: Arc<Keys>,
}

impl SqliteStore {
    /// Opens or creates the database in this file and brings it to the newest version. The key opens
    /// what is sealed in it.
    pub fn open(file: &Path, key: WrappingKey, now: Timestamp) -> Result<Self, OpenError> {
        let (writer, keys) = open::writer(file, key, now)?;
        let readers = (0..READERS).map(|_| open::reader(file)).collect::<Result<_, _>>()?;
        Ok(Self {
            writer: Writer::start(writer),
            readers: Arc::new(Readers::of(readers)),
            keys: Arc::new(keys),
        })
    }

    /// Commits what is waiting, folds the log into the database and closes it.
    pub async fn close(&self) {
        self.writer.stop().await;
    }

    fn write<T: Send + 'static>(
        &self,
        verb: impl FnOnce(Db<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Answer<'_, T> {
        let keys = Arc::clone(&self.keys);
        Box::pin(self.writer.run(move |transaction| verb(Db::new(transaction, &keys))))
    }

    fn read<T: Send + 'static>(
        &self,
        verb: impl FnOnce(Db<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Answer<'_, T> {
        let (readers, keys) = (Arc::clone(&self.readers), Arc::clone(&self.keys));
        Box::pin(readers.read(keys, verb))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
            Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
                Self::Damaged("the database")
            }
            _ => Self::Unreachable(Box::new(error)),
        }
    }
}

impl Store for SqliteStore {
    fn add_patient(&self, patient: NewPatient) -> Answer<'_, ()> {
        self.write(move |db| people::add_patient(db, &patient))
    }
    fn add_account(&self, account: NewAccount) -> Answer<'_, ()> {
        self.write(move |db| people::add_account(db, &account))
    }
    fn add_staff(&self, staff: NewStaff) -> Answer<'_, ()> {
        self.write(move |db| people::add_staff(db, &staff))
    }
    fn grant(&self, grant: Grant) -> Answer<'_, ()> {
        self.write(move |db| people::grant(db, &grant))
    }
    fn invite(&self, invitation: Invitation) -> Answer<'_, ()> {
        self.write(move |db| people::invite(db, &invitation))
    }
    fn activate(&self, activation: Activation) -> Answer<'_, Activated> {
        self.write(move |db| people::activate(db, &activation))
    }
    fn claim(&self, claim: Claim) -> Answer<'_, Claimed> {
        self.write(move |db| people::claim(db, &claim))
    }
    fn sign_in(&self, name: NameHash) -> Answer<'_, Option<(AccountId, Verifier)>> {
        self.read(move |db| sign_ins::sign_in(db, name))
    }
    fn verifier(&self, account: AccountId) -> Answer<'_, Option<Verifier>> {
        self.read(move |db| sign_ins::verifier(db, account))
    }
    fn change_verifier(
        &self,
        account: AccountId,
        verifier: Verifier,
        at: Timestamp,
    ) -> Answer<'_, ()> {
        self.write(move |db| sign_ins::change_verifier(db, account, verifier, at))
    }
    fn account_name(&self, account: AccountId) -> Answer<'_, Option<String>> {
        self.read(move |db| people::account_name(db, account))
    }
    fn staff_member(&self, account: AccountId) -> Answer<'_, Option<StaffMember>> {
        self.read(move |db| people::staff_member(db, account))
    }
    fn records_of(&self, account: AccountId) -> Answer<'_, Vec<RecordOf>> {
        self.read(move |db| people::records_of(db, account))
    }
    fn access_of(&self, account: AccountId) -> Answer<'_, Vec<Access>> {
        self.read(move |db| people::access_of(db, account))
    }
    fn is_activated(&self, patient: PatientId) -> Answer<'_, bool> {
        self.read(move |db| people::is_activated(db, patient))
    }
    fn open_session(&self, session: NewSession) -> Answer<'_, ()> {
        self.write(move |db| people::open_session(db, &session))
    }
    fn session(&self, token: SecretHash, now: Timestamp) -> Answer<'_, Option<Session>> {
        self.read(move |db| people::session(db, token, now))
    }
    fn device_in(&self, account: AccountId, slot: Slot) -> Answer<'_, Option<DeviceId>> {
        self.read(move |db| people::device_in(db, account, &slot))
    }
    fn end_session(&self, token: SecretHash, now: Timestamp) -> Answer<'_, ()> {
        self.write(move |db| people::end_session(db, token, now))
    }
    fn issue_ticket(
        &self,
        ticket: SecretHash,
        session: SecretHash,
        until: Timestamp,
    ) -> Answer<'_, ()> {
        self.write(move |db| people::issue_ticket(db, ticket, session, until))
    }
    fn take_ticket(&self, ticket: SecretHash, now: Timestamp) -> Answer<'_, Option<Session>> {
        self.write(move |db| people::take_ticket(db, ticket, now))
    }
    fn create_document(&self, document: DocumentId, genesis: Option<Fresh>) -> Answer<'_, ()> {
        self.write(move |db| documents::create(db, &document, genesis.as_ref()).map(drop))
    }
    fn summaries(&self, patients: Vec<PatientId>) -> Answer<'_, Vec<Summary>> {
        self.read(move |db| documents::summaries(db, &patients))
    }
    fn rows_after(
        &self,
        document: DocumentId,
        after: u64,
        bytes_goal: usize,
    ) -> Answer<'_, (Vec<Row>, bool)> {
        self.read(move |db| documents::rows_after(db, &document, after, bytes_goal))
    }
    fn rows_with(
        &self,
        document: DocumentId,
        hashes: Vec<ChangeHash>,
        bytes_goal: usize,
    ) -> Answer<'_, Vec<Row>> {
        self.read(move |db| documents::rows_with(db, &document, &hashes, bytes_goal))
    }
    fn hashes(&self, document: DocumentId) -> Answer<'_, Vec<ChangeHash>> {
        self.read(move |db| documents::hashes(db, &document))
    }
    fn append(&self, batch: Batch) -> Answer<'_, Vec<Appended>> {
        self.write(move |db| documents::append(db, &batch))
    }
    fn unprojected(&self, documents_max: usize) -> Answer<'_, Vec<(DocumentId, Vec<Row>)>> {
        self.read(move |db| clinic::unprojected(db, documents_max))
    }
    fn project(&self, projection: Projection) -> Answer<'_, Vec<News>> {
        self.write(move |db| clinic::project(db, &projection))
    }
    fn seen(&self, patient: PatientId, marks: Vec<(EntryId, NewMark)>) -> Answer<'_, Vec<News>> {
        self.write(move |db| clinic::seen(db, patient, &marks))
    }
    fn threads(&self, threads_max: usize) -> Answer<'_, Vec<ThreadRow>> {
        self.read(move |db| clinic::threads(db, threads_max))
    }
    fn thread(&self, patient: PatientId, thread: EntryId) -> Answer<'_, Option<ShownThread>> {
        self.read(move |db| clinic::shown_thread(db, patient, thread))
    }
    fn messages(&self, patient: PatientId, thread: EntryId) -> Answer<'_, Vec<ShownMessage>> {
        self.read(move |db| clinic::messages(db, patient, thread))
    }
    fn reply_with_key(&self, author: AccountId, key: String) -> Answer<'_, Option<EntryId>> {
        self.read(move |db| clinic::reply_with_key(db, author, &key))
    }
    fn add_facts(&self, facts: Vec<PersonFact>) -> Answer<'_, ()> {
        self.write(move |db| resources::add_facts(db, &facts))
    }
    fn people_with(
        &self,
        kind: FactKind,
        values: Vec<String>,
    ) -> Answer<'_, Vec<(String, PatientId)>> {
        self.read(move |db| resources::people_with(db, kind, &values))
    }
    fn people_near(&self, ask: PersonAsk) -> Answer<'_, Near> {
        self.read(move |db| resources::people_near(db, &ask))
    }
    fn known(&self, source: String, keys: Vec<String>) -> Answer<'_, Vec<(String, Known)>> {
        self.read(move |db| resources::known(db, &source, &keys))
    }
    fn resources(&self, wanted: Vec<EntryId>) -> Answer<'_, Vec<ResourceRow>> {
        self.read(move |db| resources::resources(db, &wanted))
    }
    fn resources_in(
        &self,
        patient: PatientId,
        after: Option<EntryId>,
        bytes_goal: usize,
    ) -> Answer<'_, (Vec<ResourceRow>, bool)> {
        self.read(move |db| resources::resources_in(db, patient, after, bytes_goal))
    }
    fn resources_of(
        &self,
        source: String,
        kind: String,
        owner: Option<PatientId>,
        after: Option<EntryId>,
        rows_max: usize,
    ) -> Answer<'_, Vec<ResourceRow>> {
        self.read(move |db| searching::of_kind(db, &source, &kind, owner, after, rows_max))
    }
    fn resource_versions(&self, resource: EntryId) -> Answer<'_, Vec<ResourceRow>> {
        self.read(move |db| searching::versions(db, resource))
    }
    fn places(&self, resources: Vec<EntryId>) -> Answer<'_, Vec<PlacedResource>> {
        self.read(move |db| resources::places(db, &resources))
    }
    fn wanted(&self, source: String, keys: Vec<String>) -> Answer<'_, Vec<(String, PatientId)>> {
        self.read(move |db| resources::wanted(db, &source, &keys))
    }
    fn waiting(&self, source: String, keys: Vec<String>) -> Answer<'_, Vec<Waiting>> {
        self.read(move |db| resources::waiting(db, &source, &keys))
    }
    fn blob(&self, patient: PatientId, blob: String) -> Answer<'_, Option<Vec<u8>>> {
        self.read(move |db| resources::blob(db, patient, &blob))
    }
    fn import(&self, commit: ResourceCommit) -> Answer<'_, Vec<News>> {
        self.write(move |db| import::commit(db, &commit))
    }
    fn add_client(&self, client: Client) -> Answer<'_, ()> {
        self.write(move |db| resources::add_client(db, &client))
    }
    fn client(&self, token: SecretHash) -> Answer<'_, Option<Client>> {
        self.read(move |db| resources::client(db, token))
    }
    fn end_clients(&self, name: String, at: Timestamp) -> Answer<'_, u64> {
        self.write(move |db| resources::end_clients(db, &name, at))
    }
    fn patients(&self) -> Answer<'_, Vec<Patient>> {
        self.read(desk::patients)
    }
    fn colleagues(&self) -> Answer<'_, Vec<Colleague>> {
        self.read(desk::colleagues)
    }
    fn circle(&self, patient: PatientId) -> Answer<'_, Vec<Reach>> {
        self.read(move |db| desk::circle(db, patient))
    }
    fn keep_contact(&self, contact: Contact) -> Answer<'_, ()> {
        self.write(move |db| desk::keep_contact(db, contact))
    }
    fn desk_notes(&self, patient: PatientId) -> Answer<'_, Vec<DeskNote>> {
        self.read(move |db| desk::notes(db, patient))
    }
    fn shred(&self, patient: PatientId, at: Timestamp) -> Answer<'_, bool> {
        self.write(move |db| shred::shred(db, patient, at))
    }
    fn rewrap(&self, key: WrappingKey) -> Answer<'_, u64> {
        self.write(move |db| db.keys().rewrap(key))
    }
    fn check(&self) -> Answer<'_, u64> {
        self.read(sealed::open_all)
    }
    fn add_desk_note(&self, note: DeskNote) -> Answer<'_, Noted> {
        self.write(move |db| desk::add_note(db, &note))
    }
    fn staff_sign_in(&self, name: NameHash) -> Answer<'_, Option<StaffSignIn>> {
        self.read(move |db| staff::sign_in(db, name))
    }
    fn staff_sign_in_of(&self, account: AccountId) -> Answer<'_, Option<StaffSignIn>> {
        self.read(move |db| staff::sign_in_of(db, account))
    }
    fn add_staff_link(&self, link: StaffLink) -> Answer<'_, ()> {
        self.write(move |db| staff::add_link(db, &link))
    }
    fn staff_link(&self, secret: SecretHash, now: Timestamp) -> Answer<'_, Option<StaffLink>> {
        self.read(move |db| staff::link(db, secret, now))
    }
    fn set_up_staff(&self, new: StaffSetUp) -> Answer<'_, SetUp> {
        self.write(move |db| staff::set_up(db, &new))
    }
    fn use_staff_code(
        &self,
        account: AccountId,
        code: OneTime,
        now: Timestamp,
    ) -> Answer<'_, bool> {
        self.write(move |db| staff::use_code(db, account, code, now))
    }
    fn change_staff(&self, change: StaffChange) -> Answer<'_, ()> {
        self.write(move |db| staff::change(db, &change))
    }
    fn extend_session(
        &self,
        token: SecretHash,
        until: Timestamp,
        lasts_ms: i64,
        now: Timestamp,
    ) -> Answer<'_, ()> {
        self.write(move |db| staff::extend_session(db, token, until, lasts_ms, now))
    }
    fn prove_session(&self, token: SecretHash, now: Timestamp) -> Answer<'_, ()> {
        self.write(move |db| staff::prove_session(db, token, now))
    }
    fn audit(&self, entries: Vec<Entry>) -> Answer<'_, ()> {
        self.write(move |db| audit::append(db, &entries))
    }
    fn audit_head(&self) -> Answer<'_, Head> {
        self.read(audit::head)
    }
    fn audit_after(&self, number: u64, entries_max: usize) -> Answer<'_, Vec<Linked>> {
        self.read(move |db| audit::after(db, number, entries_max))
    }
    fn audit_search(&self, search: Search, entries_max: usize) -> Answer<'_, Vec<Linked>> {
        self.read(move |db| audit::search(db, search, entries_max))
    }
    fn audit_told(&self) -> Answer<'_, u64> {
        self.read(audit::told)
    }
    fn set_audit_told(&self, number: u64) -> Answer<'_, ()> {
        self.write(move |db| audit::set_told(db, number))
    }
}
