//! The store in memory, for tests: the same promises without a disk, and it fails on request, before
//! a verb was done or after it was done but before anybody heard of it.

mod attachments;
mod audit;
mod clinic;
mod desk;
mod devices;
mod documents;
mod fate;
mod grants;
mod openings;
mod outgoing;
mod packs;
mod passkeys;
mod people;
mod resources;
mod settings;
mod shares;
mod shred;
mod staff;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use shared::document::{ChangeHash, DocumentId};
use shared::fhir::import::Known;
use shared::id::{AccountId, DeviceId, EntryId, PatientId};
use shared::sync::scope::Access;
use shared::time::Timestamp;
use shared::wire::{Row, Summary};

use self::attachments::Attachments;
use self::audit::Audit;
use self::clinic::Worklist;
use self::documents::Log;
pub use self::fate::Fate;
use self::fate::lock;
use self::outgoing::Outgoing;
use self::people::People;
use self::resources::Resources;
use self::shares::Shares;
use self::staff::StaffSignIns;
use super::desk::{Colleague, Contact, DeskNote, Noted, Patient, Reach};
use super::openings::Opening;
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
use super::settings::NewSettings;
use super::staff::{OneTime, SetUp, StaffChange, StaffLink, StaffSetUp, StaffSignIn};
use super::{Answer, Store, StoreError};
use crate::audit::{Entry, Head, Linked, Search};
use crate::sealing::WrappingKey;
use crate::secret::{SecretHash, Slot};
use crate::sign_in::{NameHash, Verifier};

#[derive(Default)]
pub struct MemoryStore {
    state: Mutex<State>,
    fates: Mutex<VecDeque<Fate>>,
}

#[derive(Default)]
struct State {
    people: People,
    documents: BTreeMap<DocumentId, Log>,
    worklist: Worklist,
    resources: Resources,
    audit: Audit,
    staff: StaffSignIns,
    attachments: Attachments,
    desk_notes: BTreeMap<(PatientId, EntryId, u32), DeskNote>,
    openings: Vec<Opening>,
    settings: Vec<NewSettings>,
    shares: Shares,
    outgoing: Outgoing,
    contacts: BTreeMap<AccountId, Contact>,
}

impl MemoryStore {
    /// What happens to the next verbs, in their order. Later ones work.
    pub fn will(&self, fates: impl IntoIterator<Item = Fate>) {
        lock(&self.fates).extend(fates);
    }

    fn run<T: Send + 'static>(
        &self,
        verb: impl FnOnce(&mut State) -> Result<T, StoreError>,
    ) -> Answer<'_, T> {
        let result = match lock(&self.fates).pop_front().unwrap_or(Fate::Works) {
            Fate::Works => verb(&mut lock(&self.state)),
            Fate::FailsBefore => Err(fate::failed()),
            Fate::FailsAfter => verb(&mut lock(&self.state)).and(Err(fate::failed())),
        };
        Box::pin(std::future::ready(result))
    }
}

impl Store for MemoryStore {
    fn add_patient(&self, patient: NewPatient) -> Answer<'_, ()> {
        self.run(|state| state.people.add_patient(patient))
    }
    fn add_account(&self, account: NewAccount) -> Answer<'_, ()> {
        self.run(|state| state.people.add_account(account))
    }
    fn add_staff(&self, staff: NewStaff) -> Answer<'_, ()> {
        self.run(|state| state.people.add_staff(staff))
    }
    fn grant(&self, grant: Grant) -> Answer<'_, ()> {
        self.run(|state| state.people.grant(&grant))
    }
    fn invite(&self, invitation: Invitation) -> Answer<'_, ()> {
        self.run(|state| state.people.invite(invitation))
    }
    fn activate(&self, activation: Activation) -> Answer<'_, Activated> {
        self.run(|state| {
            let done = state.people.activate(&activation)?;
            if let Activated::Open { account, .. } = done {
                let session = activation.session.of(account, activation.now);
                state.audit.append(&[Entry::of_session(&session)]);
            }
            Ok(done)
        })
    }
    fn claim(&self, claim: Claim) -> Answer<'_, Claimed> {
        self.run(move |state| state.people.claim(&claim))
    }
    fn sign_in(&self, name: NameHash) -> Answer<'_, Option<(AccountId, Verifier)>> {
        self.run(move |state| Ok(state.people.sign_in(name)))
    }
    fn verifier(&self, account: AccountId) -> Answer<'_, Option<Verifier>> {
        self.run(move |state| Ok(state.people.verifier(account)))
    }
    fn change_verifier(
        &self,
        account: AccountId,
        verifier: Verifier,
        _at: Timestamp,
    ) -> Answer<'_, ()> {
        self.run(move |state| state.people.change_verifier(account, verifier))
    }
    fn account_name(&self, account: AccountId) -> Answer<'_, Option<String>> {
        self.run(|state| Ok(state.people.name_of(account)))
    }
    fn staff_member(&self, account: AccountId) -> Answer<'_, Option<StaffMember>> {
        self.run(|state| Ok(state.people.staff_member(account)))
    }
    fn records_of(&self, account: AccountId) -> Answer<'_, Vec<RecordOf>> {
        self.run(|state| Ok(state.people.records_of(account)))
    }
    fn access_of(&self, account: AccountId) -> Answer<'_, Vec<Access>> {
        self.run(|state| Ok(state.people.access_of(account)))
    }
    fn is_activated(&self, patient: PatientId) -> Answer<'_, bool> {
        self.run(|state| Ok(state.people.owner_of(patient).is_some()))
    }
    fn open_session(&self, session: NewSession) -> Answer<'_, ()> {
        self.run(|state| {
            let entry = Entry::of_session(&session);
            state.people.open_session(session)?;
            state.audit.append(&[entry]);
            Ok(())
        })
    }
    fn session(&self, token: SecretHash, now: Timestamp) -> Answer<'_, Option<Session>> {
        self.run(|state| Ok(state.people.session(token, now)))
    }
    fn device_in(&self, account: AccountId, slot: Slot) -> Answer<'_, Option<DeviceId>> {
        self.run(move |state| Ok(state.people.device_in(account, &slot)))
    }
    fn end_session(&self, token: SecretHash, _now: Timestamp) -> Answer<'_, ()> {
        self.run(|state| state.people.end_session(token))
    }
    fn issue_ticket(
        &self,
        ticket: SecretHash,
        session: SecretHash,
        until: Timestamp,
    ) -> Answer<'_, ()> {
        self.run(|state| state.people.issue_ticket(ticket, session, until))
    }
    fn take_ticket(&self, ticket: SecretHash, now: Timestamp) -> Answer<'_, Option<Session>> {
        self.run(|state| Ok(state.people.take_ticket(ticket, now)))
    }
    fn create_document(&self, document: DocumentId, genesis: Option<Fresh>) -> Answer<'_, ()> {
        self.run(|state| documents::create(state, document, genesis))
    }
    fn summaries(&self, patients: Vec<PatientId>) -> Answer<'_, Vec<Summary>> {
        self.run(|state| Ok(documents::summaries(state, &patients)))
    }
    fn rows_after(
        &self,
        document: DocumentId,
        after: u64,
        bytes_goal: usize,
    ) -> Answer<'_, (Vec<Row>, bool)> {
        self.run(|state| Ok(documents::rows_after(state, &document, after, bytes_goal)))
    }
    fn rows_with(
        &self,
        document: DocumentId,
        hashes: Vec<ChangeHash>,
        bytes_goal: usize,
    ) -> Answer<'_, Vec<Row>> {
        self.run(|state| Ok(documents::rows_with(state, &document, &hashes, bytes_goal)))
    }
    fn hashes(&self, document: DocumentId) -> Answer<'_, Vec<ChangeHash>> {
        self.run(|state| Ok(documents::hashes(state, &document)))
    }
    fn append(&self, batch: Batch) -> Answer<'_, Vec<Appended>> {
        self.run(|state| documents::append(state, batch))
    }
    fn unprojected(&self, documents_max: usize) -> Answer<'_, Vec<(DocumentId, Vec<Row>)>> {
        self.run(|state| Ok(clinic::unprojected(state, documents_max)))
    }
    fn project(&self, projection: Projection) -> Answer<'_, Vec<News>> {
        self.run(|state| clinic::project(state, projection))
    }
    fn seen(&self, patient: PatientId, marks: Vec<(EntryId, NewMark)>) -> Answer<'_, Vec<News>> {
        self.run(|state| clinic::seen(state, patient, marks))
    }
    fn threads(&self, threads_max: usize) -> Answer<'_, Vec<ThreadRow>> {
        self.run(|state| Ok(clinic::threads(state, threads_max)))
    }
    fn thread(&self, patient: PatientId, thread: EntryId) -> Answer<'_, Option<ShownThread>> {
        self.run(|state| Ok(clinic::thread(state, patient, thread)))
    }
    fn messages(&self, patient: PatientId, thread: EntryId) -> Answer<'_, Vec<ShownMessage>> {
        self.run(|state| Ok(clinic::messages(state, patient, thread)))
    }
    fn reply_with_key(&self, author: AccountId, key: String) -> Answer<'_, Option<EntryId>> {
        self.run(|state| Ok(state.worklist.replies.get(&(author, key)).copied()))
    }
    fn add_facts(&self, facts: Vec<PersonFact>) -> Answer<'_, ()> {
        self.run(|state| state.resources.add_facts(facts))
    }
    fn people_with(
        &self,
        kind: FactKind,
        values: Vec<String>,
    ) -> Answer<'_, Vec<(String, PatientId)>> {
        self.run(|state| Ok(state.resources.people_with(kind, &values)))
    }
    fn people_near(&self, ask: PersonAsk) -> Answer<'_, Near> {
        self.run(|state| Ok(resources::people_near(state, &ask)))
    }
    fn known(&self, source: String, keys: Vec<String>) -> Answer<'_, Vec<(String, Known)>> {
        self.run(|state| Ok(state.resources.known(&source, &keys)))
    }
    fn resources(&self, wanted: Vec<EntryId>) -> Answer<'_, Vec<ResourceRow>> {
        self.run(|state| Ok(state.resources.rows(&wanted)))
    }
    fn resources_in(
        &self,
        patient: PatientId,
        after: Option<EntryId>,
        bytes_goal: usize,
    ) -> Answer<'_, (Vec<ResourceRow>, bool)> {
        self.run(|state| Ok(state.resources.rows_in(patient, after, bytes_goal)))
    }
    fn resources_of(
        &self,
        source: String,
        kind: String,
        owner: Option<PatientId>,
        after: Option<EntryId>,
        rows_max: usize,
    ) -> Answer<'_, Vec<ResourceRow>> {
        self.run(move |state| Ok(state.resources.rows_of(&source, &kind, owner, after, rows_max)))
    }
    fn resource_versions(&self, resource: EntryId) -> Answer<'_, Vec<ResourceRow>> {
        self.run(move |state| Ok(state.resources.versions(resource)))
    }
    fn places(&self, resources: Vec<EntryId>) -> Answer<'_, Vec<PlacedResource>> {
        self.run(|state| Ok(state.resources.places(&resources)))
    }
    fn wanted(&self, source: String, keys: Vec<String>) -> Answer<'_, Vec<(String, PatientId)>> {
        self.run(|state| Ok(state.resources.wanted(&source, &keys)))
    }
    fn waiting(&self, source: String, keys: Vec<String>) -> Answer<'_, Vec<Waiting>> {
        self.run(|state| Ok(state.resources.waiting(&source, &keys)))
    }
    fn blob(&self, patient: PatientId, blob: String) -> Answer<'_, Option<Vec<u8>>> {
        self.run(|state| Ok(state.resources.blob(patient, &blob)))
    }
    fn import(&self, commit: ResourceCommit) -> Answer<'_, Vec<News>> {
        self.run(|state| resources::commit(state, commit))
    }
    fn add_client(&self, client: Client) -> Answer<'_, ()> {
        self.run(|state| state.resources.add_client(client))
    }
    fn client(&self, token: SecretHash) -> Answer<'_, Option<Client>> {
        self.run(|state| Ok(state.resources.client(token)))
    }
    fn end_clients(&self, name: String, _at: Timestamp) -> Answer<'_, u64> {
        self.run(|state| Ok(state.resources.end_clients(&name)))
    }
    fn patients(&self) -> Answer<'_, Vec<Patient>> {
        self.run(|state| Ok(desk::patients(state)))
    }
    fn colleagues(&self) -> Answer<'_, Vec<Colleague>> {
        self.run(|state| Ok(desk::colleagues(state)))
    }
    fn circle(&self, patient: PatientId) -> Answer<'_, Vec<Reach>> {
        self.run(|state| Ok(desk::circle(state, patient)))
    }
    fn keep_contact(&self, contact: Contact) -> Answer<'_, ()> {
        self.run(|state| desk::keep_contact(state, contact))
    }
    fn desk_notes(&self, patient: PatientId) -> Answer<'_, Vec<DeskNote>> {
        self.run(|state| Ok(desk::notes(state, patient)))
    }
    fn shred(&self, patient: PatientId, _at: Timestamp) -> Answer<'_, bool> {
        self.run(move |state| Ok(state.shred(patient)))
    }
    /// Nothing of it is at rest.
    fn rewrap(&self, _key: WrappingKey) -> Answer<'_, u64> {
        self.run(|_| Ok(0))
    }
    fn check(&self) -> Answer<'_, u64> {
        self.run(|_| Ok(0))
    }
    fn add_desk_note(&self, note: DeskNote) -> Answer<'_, Noted> {
        self.run(|state| Ok(desk::add_note(state, note)))
    }
    fn staff_sign_in(&self, name: NameHash) -> Answer<'_, Option<StaffSignIn>> {
        self.run(move |state| Ok(staff::sign_in(state, name)))
    }
    fn staff_sign_in_of(&self, account: AccountId) -> Answer<'_, Option<StaffSignIn>> {
        self.run(move |state| Ok(staff::sign_in_of(state, account)))
    }
    fn add_staff_link(&self, link: StaffLink) -> Answer<'_, ()> {
        self.run(move |state| staff::add_link(state, link))
    }
    fn staff_link(&self, secret: SecretHash, now: Timestamp) -> Answer<'_, Option<StaffLink>> {
        self.run(move |state| Ok(state.staff.link(secret, now)))
    }
    fn set_up_staff(&self, new: StaffSetUp) -> Answer<'_, SetUp> {
        self.run(|state| Ok(staff::set_up(state, new)))
    }
    fn use_staff_code(
        &self,
        account: AccountId,
        code: OneTime,
        _now: Timestamp,
    ) -> Answer<'_, bool> {
        self.run(move |state| Ok(state.staff.use_code(account, code)))
    }
    fn change_staff(&self, change: StaffChange) -> Answer<'_, ()> {
        self.run(move |state| state.people.change_staff(&change))
    }
    fn extend_session(
        &self,
        token: SecretHash,
        until: Timestamp,
        lasts_ms: i64,
        now: Timestamp,
    ) -> Answer<'_, ()> {
        self.run(move |state| state.people.extend_session(token, until, lasts_ms, now))
    }
    fn prove_session(&self, token: SecretHash, now: Timestamp) -> Answer<'_, ()> {
        self.run(move |state| state.people.prove_session(token, now))
    }
    fn audit(&self, entries: Vec<Entry>) -> Answer<'_, ()> {
        self.run(move |state| {
            state.audit.append(&entries);
            Ok(())
        })
    }
    fn audit_head(&self) -> Answer<'_, Head> {
        self.run(|state| Ok(state.audit.head()))
    }
    fn audit_after(&self, number: u64, entries_max: usize) -> Answer<'_, Vec<Linked>> {
        self.run(move |state| Ok(state.audit.after(number, entries_max)))
    }
    fn audit_search(&self, search: Search, entries_max: usize) -> Answer<'_, Vec<Linked>> {
        self.run(move |state| Ok(state.audit.search(search, entries_max)))
    }
    fn audit_told(&self) -> Answer<'_, u64> {
        self.run(|state| Ok(state.audit.told))
    }
    fn set_audit_told(&self, number: u64) -> Answer<'_, ()> {
        self.run(move |state| {
            state.audit.told = number;
            Ok(())
        })
    }
}
