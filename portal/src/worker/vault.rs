//! Seals every row before it reaches the disk. A row is bound to its name, and its name is a keyed
//! hash of what it is: one that was swapped or moved does not open.
//!
//! The keys are in memory only, as handles that the browser does not give out. What is on the disk is
//! the header: the data key, wrapped by what a person knows or has.

use super::browser::crypto::{self, CryptoKey, Failed};
use super::browser::disk::{Disk, DiskError};
use super::browser::random::Browser;
use shared::id::Rng;
use shared::share;
use shared::sync::stored::{RowKey, Stored};
use shared::vault::{DataKey, Header, Opens, PASSKEY_QUESTION, RecoveryCode, Salt, Wrap, WrapKey};

/// First byte of every sealed row.
const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 12;

pub struct Vault {
    sealing: CryptoKey,
    naming: CryptoKey,
    spare: Spare,
}

/// The data key for another wrap, sealed with a key that ends with this program.
struct Spare {
    key: CryptoKey,
    nonce: [u8; NONCE_BYTES],
    sealed: Vec<u8>,
}

const SPARE: &[u8] = b"satchel data key in memory";

/// Why a vault did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// There is none on this disk.
    Nothing,
    /// The key is another one, or the header was changed. It is not said which.
    DidNotOpen,
    Unreachable,
}

impl From<Failed> for Closed {
    fn from(_: Failed) -> Self {
        Self::DidNotOpen
    }
}

impl From<DiskError> for Closed {
    fn from(_: DiskError) -> Self {
        Self::Unreachable
    }
}

/// What stands on the disk, and the device's own key for made-up people.
pub struct Sealed {
    header: Header,
    device: Option<CryptoKey>,
}

impl Sealed {
    pub async fn read(disk: &Disk) -> Result<Self, Closed> {
        let (bytes, device) = disk.vault().await?.ok_or(Closed::Nothing)?;
        let header = Header::from_bytes(&bytes).ok_or(Closed::DidNotOpen)?;
        Ok(Self { header, device })
    }

    /// Nothing where no passphrase opens it.
    pub fn salt(&self) -> Option<Salt> {
        self.header.passphrase().map(|(salt, _)| salt)
    }

    /// Opens without asking anybody.
    pub fn opens_by_itself(&self) -> bool {
        self.device.is_some() && self.header.device().is_some()
    }

    pub async fn open_by_itself(&self) -> Result<Vault, Closed> {
        let (Some(wrap), Some(key)) = (self.header.device(), &self.device) else {
            return Err(Closed::DidNotOpen);
        };
        Vault::of(&self.unwrap(wrap, key).await?).await
    }

    pub async fn open_with_passphrase(&self, key: &WrapKey) -> Result<Vault, Closed> {
        let (_, wrap) = self.header.passphrase().ok_or(Closed::DidNotOpen)?;
        Vault::of(&self.data_key(wrap, key).await?).await
    }

    pub async fn open_with_code(&self, code: &RecoveryCode) -> Result<Vault, Closed> {
        let wrap = self.header.recovery_code().ok_or(Closed::DidNotOpen)?;
        Vault::of(&self.data_key(wrap, &code.key()).await?).await
    }

    /// The names of the passkeys that open it.
    pub fn passkeys(&self) -> impl Iterator<Item = &[u8]> {
        self.header.passkeys()
    }

    pub async fn open_with_passkey(&self, name: &[u8], key: &WrapKey) -> Result<Vault, Closed> {
        let wrap = self.header.passkey(name).ok_or(Closed::DidNotOpen)?;
        Vault::of(&self.data_key(wrap, key).await?).await
    }

    /// From now on only these passkeys open it. No row is touched.
    pub async fn keep_passkeys(
        mut self,
        disk: &Disk,
        is_kept: impl Fn(&[u8]) -> bool,
    ) -> Result<(), Closed> {
        if self.header.keep_passkeys(is_kept) {
            disk.change_vault(&self.header.to_bytes()).await?;
        }
        Ok(())
    }

    /// Wraps the same data key again; no row is touched.
    pub async fn change_passphrase(
        mut self,
        disk: &Disk,
        old: &WrapKey,
        new: &WrapKey,
    ) -> Result<(), Closed> {
        let (salt, wrap) = self.header.passphrase().ok_or(Closed::DidNotOpen)?;
        let data = self.data_key(wrap, old).await?;
        wrap_with(&mut self.header, Opens::Passphrase { salt }, &data, new).await?;
        Ok(disk.change_vault(&self.header.to_bytes()).await?)
    }

    async fn data_key(&self, wrap: &Wrap, key: &WrapKey) -> Result<DataKey, Closed> {
        self.header.check(wrap, key).map_err(|_| Closed::DidNotOpen)?;
        self.unwrap(wrap, &crypto::sealing_key(&key.sealing()).await?).await
    }

    async fn unwrap(&self, wrap: &Wrap, key: &CryptoKey) -> Result<DataKey, Closed> {
        let bound_to = self.header.bound_to(&wrap.opens);
        data_key_of(crypto::open(key, &wrap.nonce, &bound_to, &wrap.sealed).await?)
    }
}

fn data_key_of(plain: Vec<u8>) -> Result<DataKey, Closed> {
    plain.try_into().map(DataKey::from_bytes).map_err(|_| Closed::DidNotOpen)
}

async fn wrap_with(
    header: &mut Header,
    opens: Opens,
    data: &DataKey,
    key: &WrapKey,
) -> Result<(), Failed> {
    let cipher = crypto::sealing_key(&key.sealing()).await?;
    let (nonce, bound_to) = (fresh::<NONCE_BYTES>(), header.bound_to(&opens));
    let sealed = crypto::seal(&cipher, &nonce, &bound_to, data.bytes()).await?;
    header.put(opens, nonce, sealed, Some(key));
    Ok(())
}

pub(super) fn fresh<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    Browser.fill(&mut bytes);
    bytes
}

impl Vault {
    /// A new vault that a passphrase opens, and a code on paper.
    pub async fn create(
        disk: &Disk,
        salt: Salt,
        passphrase: &WrapKey,
        code: &RecoveryCode,
    ) -> Result<Self, Closed> {
        let (mut header, data) = (Header::new(fresh()), DataKey::from_bytes(fresh()));
        wrap_with(&mut header, Opens::Passphrase { salt }, &data, passphrase).await?;
        wrap_with(&mut header, Opens::RecoveryCode, &data, &code.key()).await?;
        if disk.keep_vault(&header.to_bytes(), None).await? {
            Self::of(&data).await
        } else {
            Err(Closed::DidNotOpen)
        }
    }

    /// A vault that opens by itself on this device: only for people who are made up.
    pub async fn create_unasked(disk: &Disk) -> Result<Self, Closed> {
        let (mut header, data) = (Header::new(fresh()), DataKey::from_bytes(fresh()));
        let key = crypto::fresh_sealing_key().await?;
        let (nonce, bound_to) = (fresh::<NONCE_BYTES>(), header.bound_to(&Opens::Device));
        let sealed = crypto::seal(&key, &nonce, &bound_to, data.bytes()).await?;
        header.put(Opens::Device, nonce, sealed, None);
        if disk.keep_vault(&header.to_bytes(), Some(&key)).await? {
            return Self::of(&data).await;
        }
        Sealed::read(disk).await?.open_by_itself().await
    }

    async fn of(data: &DataKey) -> Result<Self, Closed> {
        let (key, nonce) = (crypto::fresh_sealing_key().await?, fresh());
        let sealed = crypto::seal(&key, &nonce, SPARE, data.bytes()).await?;
        Ok(Self {
            sealing: crypto::sealing_key(&data.row_sealing()).await?,
            naming: crypto::naming_key(&data.row_naming()).await?,
            spare: Spare { key, nonce, sealed },
        })
    }

    /// From now on this passphrase opens what is open here, and the one before does not.
    pub async fn take_passphrase(&self, disk: &Disk, new: &WrapKey) -> Result<(), Closed> {
        let Sealed { header, .. } = Sealed::read(disk).await?;
        let (salt, _) = header.passphrase().ok_or(Closed::DidNotOpen)?;
        self.wrap(disk, header, Opens::Passphrase { salt }, new).await
    }

    /// From now on this passkey opens it too.
    pub async fn add_passkey(&self, disk: &Disk, name: &[u8], key: &WrapKey) -> Result<(), Closed> {
        let Sealed { header, .. } = Sealed::read(disk).await?;
        if !header.has_room() {
            return Err(Closed::DidNotOpen);
        }
        let credential = name.to_vec().into();
        let opens = Opens::Passkey { credential, question: PASSKEY_QUESTION };
        self.wrap(disk, header, opens, key).await
    }

    async fn wrap(
        &self,
        disk: &Disk,
        mut header: Header,
        opens: Opens,
        with: &WrapKey,
    ) -> Result<(), Closed> {
        let Spare { key, nonce, sealed } = &self.spare;
        let data = data_key_of(crypto::open(key, nonce, SPARE, sealed).await?)?;
        wrap_with(&mut header, opens, &data, with).await?;
        Ok(disk.change_vault(&header.to_bytes()).await?)
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
        let nonce = fresh::<NONCE_BYTES>();
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

const CARRIED: &[u8] = b"satchel carried v1 ";

/// Seals what goes to the person's next device, for the passkey of this name.
pub async fn seal_carried(key: &[u8], name: &[u8], plain: &[u8]) -> Result<Vec<u8>, Failed> {
    let (cipher, nonce) = (crypto::sealing_key(key).await?, fresh::<NONCE_BYTES>());
    let sealed = crypto::seal(&cipher, &nonce, &[CARRIED, name].concat(), plain).await?;
    Ok([&nonce[..], &sealed].concat())
}

/// Nothing if another passkey made it, or somebody changed it.
pub async fn open_carried(key: &[u8], name: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES)?;
    let cipher = crypto::sealing_key(key).await.ok()?;
    crypto::open(&cipher, nonce, &[CARRIED, name].concat(), sealed).await.ok()
}

/// Seals what a link opens, with the key that is in the link and nowhere else.
pub async fn seal_for_link(key: &[u8], plain: &[u8], is_packed: bool) -> Result<String, Failed> {
    let (cipher, nonce) = (crypto::sealing_key(key).await?, fresh::<NONCE_BYTES>());
    let head = share::head(is_packed);
    let sealed = crypto::seal(&cipher, &nonce, head.as_bytes(), plain).await?;
    Ok(share::jwe(&head, &nonce, &sealed))
}
