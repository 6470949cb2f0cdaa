//! Photos on this device's disk: each sealed in a row of its own, and one row that says which there are.
//! Both change in one transaction, and one tab at a time.

use std::rc::Rc;

use shared::album::{Album, KEPT_BYTES_MAX};
use shared::id::PatientId;
use shared::json;

use super::browser::disk::{self, Disk, DiskError, LOCAL};
use super::browser::tabs;
use super::engine::local::read_local;
use super::vault::Vault;

const LIST: &str = "photos";

/// What happens to the list. In a box: what waits for the disk is then made once, not for each of them.
pub type Change = Box<dyn FnOnce(&mut Album)>;

/// Which photos there are, as read from the disk.
#[derive(Clone, Default)]
pub struct Listed {
    pub album: Album,
    /// There was a list, and it does not open. The next change writes a new one.
    pub lost: bool,
}

/// Where the photos of one account lie.
#[derive(Clone)]
pub struct Shelf {
    pub disk: Rc<Disk>,
    pub vault: Rc<Vault>,
}

impl Shelf {
    pub async fn album(&self) -> Result<Listed, DiskError> {
        read_list(&self.disk, &self.vault).await
    }

    /// Nothing if it is not on this device.
    pub async fn photo(&self, patient: PatientId, blob: &str) -> Option<Vec<u8>> {
        read_local(&self.disk, &self.vault, &row(patient, blob)).await
    }

    /// Takes photos that the clinic has off a full disk; answers whether there were any.
    pub async fn make_room(&self) -> bool {
        let before = self.album().await;
        let after = self.change(None, Box::new(|album| album.keep_within(0))).await;
        let there = before.map_or(0, |listed| listed.album.all().len());
        after.is_ok_and(|after| after.all().len() < there)
    }

    /// Changes the list, puts the content of what is new, and removes what is not named any more. Where
    /// the disk is full, what the clinic has makes room.
    pub async fn change(
        &self,
        content: Option<(PatientId, &str, &[u8])>,
        change: Change,
    ) -> Result<Album, DiskError> {
        let _alone = tabs::alone(&format!("{}-{LIST}", self.disk.name())).await;
        let before = self.album().await?.album;
        let mut after = before.clone();
        change(&mut after);
        let mut outcome = Ok(());
        for bytes_max in [KEPT_BYTES_MAX, 0] {
            after.keep_within(bytes_max);
            outcome = self.disk.change(&self.sealed(&before, &after, content).await?).await;
            if outcome != Err(DiskError::Full) {
                break;
            }
        }
        outcome.map(|()| after)
    }

    async fn sealed(
        &self,
        before: &Album,
        after: &Album,
        content: Option<(PatientId, &str, &[u8])>,
    ) -> Result<disk::Change, DiskError> {
        let (store, requires) = (LOCAL, Vec::new());
        let list = json::to_text(after);
        let mut rows = vec![(LIST.to_owned(), list.as_bytes())];
        let content = content.map(|(patient, blob, bytes)| (row(patient, blob), bytes));
        rows.extend(content);
        let (mut put, mut remove) = (Vec::new(), Vec::new());
        for (what, plain) in rows {
            let name = self.vault.name_of_local(&what).await.map_err(unreachable)?;
            let sealed = self.vault.seal(&name, plain).await.map_err(unreachable)?;
            put.push((name, sealed));
        }
        let stays = |patient, blob: &str| {
            let mut stay = after.all().iter();
            stay.any(|kept| kept.patient == patient && kept.attachment.blob == blob)
        };
        for gone in before.all() {
            if !stays(gone.patient, &gone.attachment.blob) {
                let row = row(gone.patient, &gone.attachment.blob);
                remove.push(self.vault.name_of_local(&row).await.map_err(unreachable)?);
            }
        }
        Ok(disk::Change { store, requires, put, remove, strict: true })
    }
}

/// A disk that does not answer is not taken for an empty list, and a list that is damaged is told apart.
async fn read_list(disk: &Disk, vault: &Vault) -> Result<Listed, DiskError> {
    let names = [vault.name_of_local(LIST).await.map_err(unreachable)?];
    let Some(sealed) = disk.these(LOCAL, &names).await?.pop().flatten() else {
        return Ok(Listed::default());
    };
    let bytes = vault.open_bytes(&names[0], &sealed).await;
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let album = text.and_then(|text| json::from_text(&text));
    Ok(Listed { lost: album.is_none(), album: album.unwrap_or_default() })
}

fn row(patient: PatientId, blob: &str) -> String {
    format!("photo/{patient}/{blob}")
}

fn unreachable<T>(_: T) -> DiskError {
    DiskError::Unreachable
}
