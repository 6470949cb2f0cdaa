//! Signed checkpoints: how far the log had come, with a key that is not in the database. The newest
//! one is a file beside the database, so that a log that was cut or written anew is noticed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use shared::time::Timestamp;

use super::Head;
use super::verify::Finding;
use crate::authorize::Part;
use crate::folder::write_private;
use crate::log::{Line, line};
use crate::state::App;
use crate::store::{Store, StoreError};

/// What was appended before this is signed; the promise is a minute.
const EVERY: Duration = Duration::from_secs(30);
/// The name of the newest checkpoint's file. One that the log no longer leads to is kept beside it,
/// with the number of its entry behind.
const FILE: &str = "audit.checkpoint";
const VERSION: &str = "satchel-audit-1";

/// Whoever has it could write the log anew: it is a file beside the receipt key.
#[derive(Clone)]
pub struct AuditKey([u8; 32]);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    pub head: Head,
    pub at: Timestamp,
    mac: [u8; 32],
}

impl AuditKey {
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub fn sign(&self, head: Head, at: Timestamp) -> Checkpoint {
        let mac = self.mac(head, at).finalize().into_bytes().into();
        Checkpoint { head, at, mac }
    }

    /// A checkpoint that this key signed. Words behind the fourth are kept for countersignatures of
    /// a second witness, and are not looked at here.
    pub fn read(&self, text: &str) -> Option<Checkpoint> {
        let mut words = text.split_whitespace();
        if words.next()? != VERSION {
            return None;
        }
        let number = words.next()?.parse().ok()?;
        let hash = unhex(words.next()?)?;
        let at = Timestamp::from_millis(words.next()?.parse().ok()?);
        let mac = unhex(words.next()?)?;
        let head = Head { number, hash };
        self.mac(head, at).verify_slice(&mac).ok()?;
        Some(Checkpoint { head, at, mac })
    }

    fn mac(&self, head: Head, at: Timestamp) -> Hmac<Sha256> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0);
        mac.expect("this MAC takes a key of any length")
            .chain_update(b"satchel audit checkpoint v1\0")
            .chain_update(head.number.to_be_bytes())
            .chain_update(head.hash)
            .chain_update(at.millis().to_be_bytes())
    }
}

impl Checkpoint {
    fn text(&self) -> String {
        let Head { number, hash } = self.head;
        format!("{VERSION} {number} {} {} {}\n", hex(&hash), self.at.millis(), hex(&self.mac))
    }
}

/// Where checkpoints are kept, and with what they are signed.
#[derive(Clone)]
pub struct Checkpoints {
    dir: PathBuf,
    key: AuditKey,
}

impl Checkpoints {
    pub const fn new(dir: PathBuf, key: AuditKey) -> Self {
        Self { dir, key }
    }

    /// All that are kept. One that cannot be read is a finding.
    pub fn kept(&self) -> std::io::Result<Result<Vec<Checkpoint>, Finding>> {
        let mut kept = Vec::new();
        for file in std::fs::read_dir(&self.dir)? {
            let path = file?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if !name.starts_with(FILE) || name.ends_with(".new") {
                continue;
            }
            match self.key.read(&std::fs::read_to_string(&path)?) {
                Some(checkpoint) => kept.push(checkpoint),
                None => return Ok(Err(Finding::NotSigned)),
            }
        }
        Ok(Ok(kept))
    }

    /// Signs how far the log has come, unless that is signed already.
    pub async fn sign(&self, store: &dyn Store, now: Timestamp) -> Result<(), StoreError> {
        let file = self.dir.join(FILE);
        let newest = match std::fs::read_to_string(&file) {
            Ok(text) => Some(self.key.read(&text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        let head = store.audit_head().await?;
        match newest {
            Some(Some(newest)) if newest.head == head => return Ok(()),
            Some(Some(newest)) if leads_to(store, newest.head).await? => {}
            Some(newest) => self.put_aside(&file, newest)?,
            None if head.number == 0 => return Ok(()),
            None => {}
        }
        let text = self.key.sign(head, now).text();
        write_private(&file, text.as_bytes()).map_err(failed)
    }

    /// The log is not the one that was signed: a backup took its place, or somebody cut it. The old
    /// checkpoint stays as the trace of that.
    fn put_aside(&self, file: &Path, newest: Option<Checkpoint>) -> Result<(), StoreError> {
        let number = newest.map_or(0, |newest| newest.head.number);
        line(&Line::Failed { id: "-", what: "audit", cause: &"the log was cut or restored" });
        std::fs::rename(file, self.dir.join(format!("{FILE}.{number}"))).map_err(failed)
    }
}

async fn leads_to(store: &dyn Store, head: Head) -> Result<bool, StoreError> {
    let rows = store.audit_after(head.number.saturating_sub(1), 1).await?;
    Ok(rows.first().is_some_and(|row| row.head() == head))
}

fn failed(error: std::io::Error) -> StoreError {
    StoreError::Unreachable(Box::new(error))
}

/// Runs until the server stops, and signs once more then.
pub async fn run(app: App) {
    let store = app.doorkeeper().for_part(Part::Auditor);
    let mut stopping = app.hub().stopping();
    let mut stops = false;
    loop {
        if let Err(cause) = app.checkpoints().sign(store.as_ref(), app.now()).await {
            line(&Line::Failed { id: "-", what: "audit", cause: &cause });
        }
        if stops {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stopping.wait_for(|stopping| *stopping) => stops = true,
        }
    }
}

fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Did, Entry, What, Who, Why};
    use crate::store::memory::MemoryStore;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn entry() -> Entry {
        Entry {
            at: NOW,
            who: Who::Terminal,
            did: Did::Read,
            action: "Export".into(),
            what: What::Record,
            patient: None,
            item: None,
            from: None,
            why: Why::Operations,
            access_of: None,
            device: None,
        }
    }

    #[test]
    fn a_checkpoint_is_read_back_and_none_of_its_signs_can_be_another() {
        let key = AuditKey::from_bytes([5; 32]);
        let signed = key.sign(Head { number: 17, hash: [3; 32] }, NOW);
        let text = signed.text();
        assert_eq!(key.read(&text), Some(signed.clone()));
        let countersigned = format!("{} witness=abc", text.trim());
        assert_eq!(key.read(&countersigned), Some(signed));
        assert_eq!(AuditKey::from_bytes([6; 32]).read(&text), None);
        for place in 0..text.trim().len() {
            let mut bytes = text.clone().into_bytes();
            bytes[place] = if bytes[place] == b'1' { b'2' } else { b'1' };
            assert_eq!(key.read(&String::from_utf8(bytes).unwrap()), None, "sign {place}");
        }
    }

    #[tokio::test]
    async fn a_log_that_went_back_leaves_the_checkpoint_that_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let checkpoints = Checkpoints::new(dir.path().into(), AuditKey::from_bytes([5; 32]));
        let store = MemoryStore::default();
        checkpoints.sign(&store, NOW).await.unwrap();
        assert_eq!(checkpoints.kept().unwrap().unwrap(), [], "nothing to sign");
        store.audit(vec![entry(), entry()]).await.unwrap();
        checkpoints.sign(&store, NOW).await.unwrap();
        store.audit(vec![entry()]).await.unwrap();
        checkpoints.sign(&store, NOW).await.unwrap();
        let numbers = || -> Vec<u64> {
            let kept = checkpoints.kept().unwrap().unwrap();
            let mut numbers: Vec<_> = kept.iter().map(|one| one.head.number).collect();
            numbers.sort_unstable();
            numbers
        };
        assert_eq!(numbers(), [3], "only the newest, as long as the log leads to it");

        let restored = MemoryStore::default();
        restored.audit(vec![entry(), entry()]).await.unwrap();
        checkpoints.sign(&restored, NOW).await.unwrap();
        assert_eq!(numbers(), [2, 3]);
    }
}
