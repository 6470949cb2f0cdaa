//! The list of photos over the vault and IndexedDB.

use std::rc::Rc;

use shared::album::Kept;
use shared::edit::Attachment;
use shared::id::PatientId;

use super::{Outcome, fresh_name, text, that};
use crate::worker::album::Shelf;
use crate::worker::browser::disk::{Change, Disk, LOCAL};
use crate::worker::vault::Vault;

const DRAFT: &str = "a draft";

pub async fn damaged_list() -> Outcome {
    let disk = Rc::new(Disk::open(&fresh_name()).await.map_err(text)?);
    let vault = Rc::new(Vault::create_unasked(&disk).await.map_err(text)?);
    let shelf = Shelf { disk: Rc::clone(&disk), vault: Rc::clone(&vault) };
    added(&shelf, "one").await?;
    let listed = shelf.album().await.map_err(text)?;
    that(!listed.lost && listed.album.of(DRAFT).len() == 1, "the first photo is not listed")?;

    let name = vault.name_of_local("photos").await.map_err(text)?;
    let put = vec![(name, b"not sealed at all".to_vec())];
    let (requires, remove) = (Vec::new(), Vec::new());
    let damage = Change { store: LOCAL, requires, put, remove, strict: true };
    disk.change(&damage).await.map_err(text)?;
    that(shelf.album().await.map_err(text)?.lost, "a damaged list passes for an empty one")?;

    added(&shelf, "two").await?;
    let listed = shelf.album().await.map_err(text)?;
    that(!listed.lost && listed.album.of(DRAFT).len() == 1, "no new list was begun")
}

async fn added(shelf: &Shelf, blob: &str) -> Outcome {
    let patient = PatientId::from_u128(1);
    let attachment = Attachment {
        blob: blob.to_owned(),
        content_type: "image/png".to_owned(),
        bytes: 3,
        name: None,
    };
    let needed_by = vec![DRAFT.to_owned()];
    let kept = Kept { patient, attachment, needed_by, brought: false };
    let add = Box::new(move |album: &mut shared::album::Album| album.add(kept));
    shelf.change(Some((patient, blob, b"abc")), add).await.map_err(text)?;
    Ok(())
}
