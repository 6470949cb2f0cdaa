//! IndexedDB through the adapter.

use shared::id::Rng;

use super::page::faults;
use super::{Outcome, fresh_name, text, that};
use crate::worker::browser::disk::{Change, Disk, DiskError, LOCAL, ROWS};
use crate::worker::browser::random::Browser;

fn change(put: &[(&str, &[u8])]) -> Change {
    Change {
        store: ROWS,
        requires: Vec::new(),
        put: put.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect(),
        remove: Vec::new(),
        strict: true,
    }
}

pub async fn stays() -> Outcome {
    let name = fresh_name();
    let disk = Disk::open(&name).await.map_err(text)?;
    disk.change(&change(&[("a", b"one")])).await.map_err(text)?;
    drop(disk);
    let again = Disk::open(&name).await.map_err(text)?;
    let all = again.all(ROWS).await.map_err(text)?;
    that(all == [("a".to_owned(), b"one".to_vec())], &text(all))
}

pub async fn overtaken() -> Outcome {
    let disk = Disk::open(&fresh_name()).await.map_err(text)?;
    disk.change(&change(&[("a", b"one")])).await.map_err(text)?;
    let late = Change {
        requires: vec!["gone".to_owned()],
        remove: vec!["a".to_owned()],
        ..change(&[("b", b"two")])
    };
    let refused = disk.change(&late).await;
    that(refused == Err(DiskError::Overtaken), &text(refused))?;
    let all = disk.all(ROWS).await.map_err(text)?;
    that(all == [("a".to_owned(), b"one".to_vec())], "part of it was stored")
}

pub async fn all_of_it() -> Outcome {
    let disk = Disk::open(&fresh_name()).await.map_err(text)?;
    disk.change(&change(&[("a", b"one"), ("b", b"two")])).await.map_err(text)?;
    let next = Change {
        requires: vec!["a".to_owned()],
        remove: vec!["a".to_owned()],
        ..change(&[("b", b"new"), ("c", b"")])
    };
    disk.change(&next).await.map_err(text)?;
    let names: Vec<String> = ["a", "b", "c"].map(str::to_owned).into();
    let found = disk.these(ROWS, &names).await.map_err(text)?;
    that(found == [None, Some(b"new".to_vec()), Some(Vec::new())], &text(found))
}

/// As large as a photo.
pub async fn large() -> Outcome {
    let disk = Disk::open(&fresh_name()).await.map_err(text)?;
    let mut photo = vec![0; 300_000];
    photo.chunks_mut(65_536).for_each(|part| Browser.fill(part));
    disk.change(&change(&[("a", &photo), ("b", b"two")])).await.map_err(text)?;
    let names: Vec<String> = ["a", "b"].map(str::to_owned).into();
    let found = disk.these(ROWS, &names).await.map_err(text)?;
    that(found == [Some(photo.clone()), Some(b"two".to_vec())], "it did not come whole")?;
    that(disk.all(ROWS).await.map_err(text)?.len() == 2, "not all of it came")?;
    let found = disk.these(ROWS, &names[..1]).await.map_err(text)?;
    that(found == [Some(photo)], "it did not come alone")
}

pub async fn empty() -> Outcome {
    let disk = Disk::open(&fresh_name()).await.map_err(text)?;
    for store in [ROWS, LOCAL] {
        that(disk.all(store).await.map_err(text)?.is_empty(), "something was there")?;
    }
    Ok(())
}

/// Once each time, and with the keys that it had.
pub async fn emptied() -> Outcome {
    let name = fresh_name();
    let disk = Disk::open(&name).await.map_err(text)?;
    that(disk.keep_vault(b"header", None).await == Ok(true), "there was a vault before")?;
    disk.change(&change(&[("a", b"one")])).await.map_err(text)?;
    faults("forget", &[name.into()])?;
    let late = Change { requires: vec!["a".to_owned()], ..change(&[("b", b"two")]) };
    let refused = disk.change(&late).await;
    // Not overtaken: nobody else took the row.
    that(refused == Err(DiskError::Unreachable), &text(refused))?;
    that(disk.came_back_empty(), "it is not said")?;
    that(!disk.came_back_empty(), "it is said twice")?;
    let keys = disk.vault().await.map_err(text)?;
    that(keys.is_some_and(|(header, _)| header == b"header"), "the keys are gone")
}
