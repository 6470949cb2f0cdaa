//! Resources that go out, and the programs that fetch them, in memory.

use std::collections::{BTreeMap, BTreeSet};

use shared::id::PatientId;
use shared::time::Timestamp;

use super::MemoryStore;
use crate::secret::SecretHash;
use crate::store::Answer;
use crate::store::outgoing::{
    Answered, ClientToken, Fetched, KeyedClient, Made, OutgoingAsk, OutgoingRow, OutgoingStore,
};
use crate::store::resources::Client;

impl OutgoingStore for MemoryStore {
    fn put_outgoing(&self, patient: PatientId, made: Vec<Made>, at: Timestamp) -> Answer<'_, u64> {
        self.run(move |state| Ok(state.outgoing.put(patient, made, at)))
    }
    fn outgoing(&self, ask: OutgoingAsk) -> Answer<'_, Vec<OutgoingRow>> {
        self.run(move |state| Ok(state.outgoing.find(&ask)))
    }
    fn outgoing_versions(&self, kind: String, id: String) -> Answer<'_, Vec<OutgoingRow>> {
        self.run(move |state| Ok(state.outgoing.versions(&kind, &id)))
    }
    fn answer_outgoing(&self, answered: Answered) -> Answer<'_, Option<u64>> {
        self.run(move |state| Ok(state.outgoing.answer(answered)))
    }
    fn add_keyed_client(&self, client: KeyedClient) -> Answer<'_, ()> {
        self.run(move |state| {
            state.outgoing.add_keyed(client);
            Ok(())
        })
    }
    fn keyed_client(&self, name: String) -> Answer<'_, Option<KeyedClient>> {
        self.run(move |state| Ok(state.outgoing.keyed(&name)))
    }
    fn end_keyed_client(&self, name: String, _at: Timestamp) -> Answer<'_, u64> {
        self.run(move |state| Ok(state.outgoing.end_keyed(&name)))
    }
    fn exchange_proof(
        &self,
        proof: String,
        _proof_until: Timestamp,
        token: ClientToken,
        _now: Timestamp,
    ) -> Answer<'_, bool> {
        self.run(move |state| Ok(state.outgoing.exchange(proof, token)))
    }
    fn client_by_token(
        &self,
        token: SecretHash,
        now: Timestamp,
    ) -> Answer<'_, Option<(Client, String)>> {
        self.run(move |state| Ok(state.outgoing.by_token(token, now)))
    }
    fn note_fetch(&self, name: String, at: Timestamp) -> Answer<'_, ()> {
        self.run(move |state| {
            state.outgoing.note_fetch(name, at);
            Ok(())
        })
    }
    fn fetches(&self) -> Answer<'_, Vec<Fetched>> {
        self.run(|state| Ok(state.outgoing.fetches(state.resources.clients())))
    }
}

#[derive(Default)]
pub struct Outgoing {
    /// All versions of each, the newest last, and the hash of what the record made of it.
    rows: BTreeMap<(String, String), (Vec<OutgoingRow>, [u8; 32])>,
    last: i64,
    clients: BTreeMap<String, KeyedClient>,
    proofs: BTreeSet<(String, String)>,
    tokens: BTreeMap<SecretHash, ClientToken>,
    fetches: BTreeMap<String, Timestamp>,
}

impl Outgoing {
    pub fn shred(&mut self, patient: PatientId) {
        self.rows.retain(|_, (rows, _)| rows.iter().all(|row| row.patient != patient));
    }

    pub fn put(&mut self, patient: PatientId, made: Vec<Made>, at: Timestamp) -> u64 {
        let mut changed = 0;
        for one in made {
            let known = self.rows.get(&(one.kind.clone(), one.id.clone()));
            if known.is_none_or(|(_, hash)| *hash != one.hash) {
                self.write(patient, one, at);
                changed += 1;
            }
        }
        changed
    }

    fn write(&mut self, patient: PatientId, made: Made, at: Timestamp) -> u64 {
        self.last = at.millis().max(self.last + 1);
        let place = self.rows.entry((made.kind.clone(), made.id.clone())).or_default();
        let version = place.0.len() as u64 + 1;
        let changed_at = Timestamp::from_millis(self.last);
        let (kind, id, body) = (made.kind, made.id, made.body);
        place.0.push(OutgoingRow { kind, id, patient, version, changed_at, body });
        place.1 = made.hash;
        version
    }

    pub fn answer(&mut self, answered: Answered) -> Option<u64> {
        let place = (answered.kind.clone(), answered.id.clone());
        let (versions, _) = self.rows.get(&place)?;
        let newest = versions.last().filter(|row| row.version == answered.version)?;
        let patient = newest.patient;
        let (kind, id, hash, body) = (place.0, place.1, answered.made, answered.body);
        Some(self.write(patient, Made { kind, id, hash, body }, answered.at))
    }

    pub fn versions(&self, kind: &str, id: &str) -> Vec<OutgoingRow> {
        let found = self.rows.get(&(kind.to_owned(), id.to_owned()));
        found.into_iter().flat_map(|(versions, _)| versions.iter().rev().cloned()).collect()
    }

    pub fn find(&self, ask: &OutgoingAsk) -> Vec<OutgoingRow> {
        let newest = self.rows.values().filter_map(|(versions, _)| versions.last());
        let wanted = newest.filter(|row| {
            row.kind == ask.kind
                && ask.patient.is_none_or(|patient| patient == row.patient)
                && ask.after.is_none_or(|after| row.changed_at > after)
        });
        let mut found: Vec<_> = wanted.cloned().collect();
        found.sort_by_key(|row| row.changed_at);
        found.truncate(ask.rows_max);
        found
    }

    pub fn add_keyed(&mut self, client: KeyedClient) {
        self.clients.insert(client.name.clone(), client);
    }

    pub fn keyed(&self, name: &str) -> Option<KeyedClient> {
        self.clients.get(name).cloned()
    }

    pub fn end_keyed(&mut self, name: &str) -> u64 {
        self.tokens.retain(|_, token| token.name != name);
        u64::from(self.clients.remove(name).is_some())
    }

    pub fn exchange(&mut self, proof: String, token: ClientToken) -> bool {
        let fresh = self.proofs.insert((token.name.clone(), proof));
        if fresh {
            self.tokens.insert(token.token, token);
        }
        fresh
    }

    pub fn by_token(&self, token: SecretHash, now: Timestamp) -> Option<(Client, String)> {
        let held = self.tokens.get(&token).filter(|held| held.until > now)?;
        let client = self.clients.get(&held.name)?;
        let (name, source) = (client.name.clone(), client.source.clone());
        Some((Client { token, name, source, at: client.at }, held.scopes.clone()))
    }

    pub fn note_fetch(&mut self, name: String, at: Timestamp) {
        let held = self.fetches.entry(name).or_insert(at);
        *held = at.max(*held);
    }

    pub fn fetches<'a>(&'a self, clients: impl Iterator<Item = &'a Client>) -> Vec<Fetched> {
        let mut all: BTreeMap<&str, Timestamp> = BTreeMap::new();
        let keyed = self.clients.values().map(|client| (client.name.as_str(), client.at));
        for (name, at) in clients.map(|client| (client.name.as_str(), client.at)).chain(keyed) {
            let held = all.entry(name).or_insert(at);
            *held = at.max(*held);
        }
        let newest = |(name, at): (&str, Timestamp)| {
            let at = self.fetches.get(name).map_or(at, |fetched| at.max(*fetched));
            Fetched { name: name.to_owned(), at }
        };
        all.into_iter().map(newest).collect()
    }
}
