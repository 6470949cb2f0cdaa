//! Seals every row before it reaches the disk. A row is bound to its name, and its name is a keyed
//! hash of what it is: one that was swapped or moved does not open.
//!
//! The keys cannot be taken out of the browser. What opens them is not yet asked for: passphrase,
//! passkey and recovery code come with the lock.

use super::browser::crypto::{self, CryptoKey, Failed};
use super::browser::disk::{Disk, DiskError};
use super::browser::random::Browser;
use shared::id::Rng;
use shared::sync::stored::{RowKey, Stored};

/// First byte of every sealed row.
const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 12;

pub struct Vault {
    sealing: CryptoKey,
    naming: CryptoKey,
}

impl Vault {
    pub async fn open(disk: &Disk) -> Result<Self, DiskError> {
        let sealing = crypto::fresh_sealing_key().await.map_err(|_| DiskError::Unreachable)?;
        let naming = crypto::fresh_naming_key().await.map_err(|_| DiskError::Unreachable)?;
        Ok(Self {
            sealing: disk.key("sealing", &sealing).await?,
            naming: disk.key("naming", &naming).await?,
        })
    }

    pub async fn name_of_row(&self, key: &RowKey) -> Result<String, Failed> {
        self.name(&minicbor::to_vec(key).expect("writing into memory does not fail")).await
    }

    /// The name of something that only this device knows.
    pub async fn name_of_local(&self, what: &str) -> Result<String, Failed> {
        self.name(format!("local/{what}").as_bytes()).await
    }

    pub async fn seal_row(&self, row: &Stored) -> Result<(String, Vec<u8>), Failed> {
        let name = self.name_of_row(&row.key()).await?;
        let sealed = self.seal(&name, &row.to_bytes()).await?;
        Ok((name, sealed))
    }

    /// Nothing if it is not a row of ours, or stands where it does not belong.
    pub async fn open_row(&self, name: &str, sealed: &[u8]) -> Option<Stored> {
        let row = Stored::from_bytes(&self.open_bytes(name, sealed).await?)?;
        let belongs_at = self.name_of_row(&row.key()).await.ok()?;
        (belongs_at == name).then_some(row)
    }

    pub async fn seal(&self, name: &str, plain: &[u8]) -> Result<Vec<u8>, Failed> {
        let mut nonce = [0; NONCE_BYTES];
        Browser.fill(&mut nonce);
        let sealed = crypto::seal(&self.sealing, &nonce, &bound_to(name), plain).await?;
        Ok([&[FORMAT][..], &nonce, &sealed].concat())
    }

    pub async fn open_bytes(&self, name: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (format, rest) = sealed.split_first()?;
        if *format != FORMAT || rest.len() < NONCE_BYTES {
            return None;
        }
        let (nonce, sealed) = rest.split_at(NONCE_BYTES);
        crypto::open(&self.sealing, nonce, &bound_to(name), sealed).await.ok()
    }

    async fn name(&self, bytes: &[u8]) -> Result<String, Failed> {
        let hash = crypto::name(&self.naming, bytes).await?;
        Ok(hash.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

fn bound_to(name: &str) -> Vec<u8> {
    [b"satchel row v1 ", name.as_bytes()].concat()
}
