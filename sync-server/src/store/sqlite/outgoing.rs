//! Resources that go out, and the programs that fetch them, in SQLite.

use shared::id::PatientId;
use shared::time::Timestamp;

use super::columns::{Columns, all, one, seq_column};
use super::sealed::{Db, OUTGOING_BODY, number};
use super::{SqliteStore, StoreError};
use crate::sealing::Owner;
use crate::secret::SecretHash;
use crate::store::Answer;
use crate::store::outgoing::{
    Answered, ClientToken, Fetched, KeyedClient, Made, OutgoingAsk, OutgoingRow, OutgoingStore,
};
use crate::store::resources::Client;

impl OutgoingStore for SqliteStore {
    fn put_outgoing(&self, patient: PatientId, made: Vec<Made>, at: Timestamp) -> Answer<'_, u64> {
        self.write(move |db| put(db, patient, &made, at))
    }
    fn outgoing(&self, ask: OutgoingAsk) -> Answer<'_, Vec<OutgoingRow>> {
        self.read(move |db| find(db, &ask))
    }
    fn outgoing_versions(&self, kind: String, id: String) -> Answer<'_, Vec<OutgoingRow>> {
        self.read(move |db| versions(db, &kind, &id))
    }
    fn answer_outgoing(&self, answered: Answered) -> Answer<'_, Option<u64>> {
        self.write(move |db| answer(db, &answered))
    }
    fn add_keyed_client(&self, client: KeyedClient) -> Answer<'_, ()> {
        self.write(move |db| add_keyed(db, &client))
    }
    fn keyed_client(&self, name: String) -> Answer<'_, Option<KeyedClient>> {
        self.read(move |db| keyed(db, &name))
    }
    fn end_keyed_client(&self, name: String, at: Timestamp) -> Answer<'_, u64> {
        self.write(move |db| end_keyed(db, &name, at))
    }
    fn exchange_proof(
        &self,
        proof: String,
        proof_until: Timestamp,
        token: ClientToken,
        now: Timestamp,
    ) -> Answer<'_, bool> {
        self.write(move |db| exchange(db, &proof, proof_until, &token, now))
    }
    fn client_by_token(
        &self,
        token: SecretHash,
        now: Timestamp,
    ) -> Answer<'_, Option<(Client, String)>> {
        self.read(move |db| by_token(db, token, now))
    }
    fn note_fetch(&self, name: String, at: Timestamp) -> Answer<'_, ()> {
        self.write(move |db| note_fetch(db, &name, at))
    }
    fn fetches(&self) -> Answer<'_, Vec<Fetched>> {
        self.read(fetches)
    }
}

const ROW: &str = "o.kind, o.id, o.patient, v.version, v.changed_at, v.body";

fn read_row(db: Db<'_>, row: &mut Columns<'_, '_>) -> Result<OutgoingRow, StoreError> {
    let (kind, id) = (row.take::<String>()?, row.take::<String>()?);
    let (patient, version) = (row.patient()?, row.seq()?);
    let (changed_at, body) = (row.time()?, row.take::<Vec<u8>>()?);
    let place: [&[u8]; 3] = [kind.as_bytes(), id.as_bytes(), &number(seq_column(version))];
    let body = db.open_text(&OUTGOING_BODY, Owner::Patient(patient), &place, &body)?;
    Ok(OutgoingRow { kind, id, patient, version, changed_at, body })
}

/// What the record makes anew or otherwise; the same again changes nothing.
pub fn put(
    db: Db<'_>,
    patient: PatientId,
    made: &[Made],
    at: Timestamp,
) -> Result<u64, StoreError> {
    let mut find =
        db.prepare_cached("SELECT version, made FROM outgoing WHERE kind = ?1 AND id = ?2")?;
    let mut changed = 0;
    for one_made in made {
        let known = one(&mut find, (&one_made.kind, &one_made.id), |row| {
            Ok((row.seq()?, row.take::<[u8; 32]>()?))
        })?;
        if known.is_some_and(|(_, hash)| hash == one_made.hash) {
            continue;
        }
        let version = known.map_or(1, |(version, _)| version + 1);
        write(db, patient, one_made, version, at)?;
        changed += 1;
    }
    Ok(changed)
}

fn write(
    db: Db<'_>,
    patient: PatientId,
    made: &Made,
    version: u64,
    at: Timestamp,
) -> Result<(), StoreError> {
    let mut last = db.prepare_cached("SELECT coalesce(max(changed_at), 0) FROM outgoing")?;
    let last: i64 = one(&mut last, [], |row| row.take())?.unwrap_or_default();
    let changed_at = at.millis().max(last + 1);
    let place: [&[u8]; 3] =
        [made.kind.as_bytes(), made.id.as_bytes(), &number(seq_column(version))];
    let body = db.seal(&OUTGOING_BODY, Owner::Patient(patient), &place, made.body.as_bytes())?;
    db.prepare_cached(
        "INSERT INTO outgoing (kind, id, patient, version, changed_at, made)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (kind, id) DO UPDATE SET
            version = excluded.version, changed_at = excluded.changed_at, made = excluded.made",
    )?
    .execute((
        &made.kind,
        &made.id,
        patient.to_bytes(),
        seq_column(version),
        changed_at,
        made.hash,
    ))?;
    db.prepare_cached(
        "INSERT INTO outgoing_versions (kind, id, version, patient, changed_at, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute((
        &made.kind,
        &made.id,
        seq_column(version),
        patient.to_bytes(),
        changed_at,
        body,
    ))?;
    Ok(())
}

/// Only if that version still stands. Answers the new one.
pub fn answer(db: Db<'_>, answered: &Answered) -> Result<Option<u64>, StoreError> {
    let mut find =
        db.prepare_cached("SELECT version, patient FROM outgoing WHERE kind = ?1 AND id = ?2")?;
    let known =
        one(&mut find, (&answered.kind, &answered.id), |row| Ok((row.seq()?, row.patient()?)))?;
    let Some((version, patient)) = known.filter(|(version, _)| *version == answered.version) else {
        return Ok(None);
    };
    let made = Made {
        kind: answered.kind.clone(),
        id: answered.id.clone(),
        hash: answered.made,
        body: answered.body.clone(),
    };
    write(db, patient, &made, version + 1, answered.at)?;
    Ok(Some(version + 1))
}

pub fn versions(db: Db<'_>, kind: &str, id: &str) -> Result<Vec<OutgoingRow>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {ROW} FROM outgoing o JOIN outgoing_versions v USING (kind, id)
         WHERE kind = ?1 AND id = ?2 ORDER BY v.version DESC"
    ))?;
    all(&mut find, (kind, id), |row| read_row(db, row))
}

/// The oldest change first.
pub fn find(db: Db<'_>, ask: &OutgoingAsk) -> Result<Vec<OutgoingRow>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT {ROW} FROM outgoing o JOIN outgoing_versions v USING (kind, id, version)
         WHERE kind = ?1 AND o.changed_at > ?2 AND (?3 IS NULL OR o.patient = ?3)
         ORDER BY o.changed_at LIMIT ?4"
    ))?;
    let after = ask.after.map_or(i64::MIN, Timestamp::millis);
    let patient = ask.patient.map(PatientId::to_bytes);
    let limit = i64::try_from(ask.rows_max).unwrap_or(i64::MAX);
    all(&mut find, (&ask.kind, after, patient, limit), |row| read_row(db, row))
}

/// Adds a program, or gives the one of this name other keys.
pub fn add_keyed(db: Db<'_>, client: &KeyedClient) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO client_keys (name, source, scopes, jwks, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (name) DO UPDATE SET source = excluded.source, scopes = excluded.scopes,
            jwks = excluded.jwks, created_at = excluded.created_at, ended_at = NULL",
    )?
    .execute((&client.name, &client.source, &client.scopes, &client.jwks, client.at.millis()))?;
    Ok(())
}

pub fn keyed(db: Db<'_>, name: &str) -> Result<Option<KeyedClient>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT name, source, scopes, jwks, created_at FROM client_keys
         WHERE name = ?1 AND ended_at IS NULL",
    )?;
    one(&mut find, [name], |row| {
        Ok(KeyedClient {
            name: row.take()?,
            source: row.take()?,
            scopes: row.take()?,
            jwks: row.take()?,
            at: row.time()?,
        })
    })
}

/// Ends a program and its tokens. Answers how many programs there were.
pub fn end_keyed(db: Db<'_>, name: &str, at: Timestamp) -> Result<u64, StoreError> {
    let ended = db
        .prepare_cached(
            "UPDATE client_keys SET ended_at = ?2 WHERE name = ?1 AND ended_at IS NULL",
        )?
        .execute((name, at.millis()))?;
    db.prepare_cached("DELETE FROM client_tokens WHERE name = ?1")?.execute([name])?;
    Ok(ended as u64)
}

/// Exchanges a proof for a token; no for a proof that was used before.
pub fn exchange(
    db: Db<'_>,
    proof: &str,
    proof_until: Timestamp,
    token: &ClientToken,
    now: Timestamp,
) -> Result<bool, StoreError> {
    for table in ["client_proofs", "client_tokens"] {
        db.prepare_cached(&format!("DELETE FROM {table} WHERE until_at < ?1"))?
            .execute([now.millis()])?;
    }
    let fresh = db
        .prepare_cached(
            "INSERT INTO client_proofs (name, proof, until_at) VALUES (?1, ?2, ?3)
             ON CONFLICT DO NOTHING",
        )?
        .execute((&token.name, proof, proof_until.millis()))?;
    if fresh == 0 {
        return Ok(false);
    }
    db.prepare_cached(
        "INSERT INTO client_tokens (token, name, scopes, until_at) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute((token.token.bytes(), &token.name, &token.scopes, token.until.millis()))?;
    Ok(true)
}

/// Whose token this is, and what it may be used for.
pub fn by_token(
    db: Db<'_>,
    token: SecretHash,
    now: Timestamp,
) -> Result<Option<(Client, String)>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT t.name, k.source, k.created_at, t.scopes
         FROM client_tokens t JOIN client_keys k USING (name)
         WHERE t.token = ?1 AND t.until_at > ?2 AND k.ended_at IS NULL",
    )?;
    one(&mut find, (token.bytes(), now.millis()), |row| {
        let client = Client { token, name: row.take()?, source: row.take()?, at: row.time()? };
        Ok((client, row.take()?))
    })
}

pub fn note_fetch(db: Db<'_>, name: &str, at: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO client_fetches (name, fetched_at) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET fetched_at = max(fetched_at, excluded.fetched_at)",
    )?
    .execute((name, at.millis()))?;
    Ok(())
}

/// Every program that may come, and when it last did.
pub fn fetches(db: Db<'_>) -> Result<Vec<Fetched>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT name, max(coalesce(f.fetched_at, 0), c.created_at) FROM
            (SELECT name, max(created_at) AS created_at FROM
                (SELECT name, created_at FROM clients WHERE ended_at IS NULL
                 UNION ALL SELECT name, created_at FROM client_keys WHERE ended_at IS NULL)
             GROUP BY name) c
         LEFT JOIN client_fetches f USING (name) ORDER BY name",
    )?;
    all(&mut find, [], |row| Ok(Fetched { name: row.take()?, at: row.time()? }))
}
