//! The vault over WebCrypto and IndexedDB.

use js_sys::{Function, Promise, Reflect};
use shared::vault::{RecoveryCode, WrapKey};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::{Outcome, fresh_name, row, text, that};
use crate::worker::browser::crypto;
use crate::worker::browser::disk::{Change, Disk, ROWS};
use crate::worker::browser::random::Browser;
use crate::worker::vault::{Closed, Sealed, Vault};

async fn vault() -> Result<(Disk, Vault), String> {
    let disk = Disk::open(&fresh_name()).await.map_err(text)?;
    let vault = Vault::create_unasked(&disk).await.map_err(text)?;
    Ok((disk, vault))
}

pub async fn opens_under_its_own_name() -> Outcome {
    let (_disk, vault) = vault().await?;
    let row = row(1, "hello");
    let (name, sealed) = vault.seal_row(&row).await.map_err(text)?;
    that(vault.open_row(&name, &sealed).await == Some(row), "it did not open")
}

pub async fn moved_does_not_open() -> Outcome {
    let (_disk, vault) = vault().await?;
    let (_, sealed) = vault.seal_row(&row(1, "hello")).await.map_err(text)?;
    let (other, _) = vault.seal_row(&row(2, "other")).await.map_err(text)?;
    that(vault.open_row(&other, &sealed).await.is_none(), "it opened in another place")?;
    // Sealed for a place where it does not belong: the name and the row disagree.
    let stray = vault.seal(&other, &row(1, "hello").to_bytes()).await.map_err(text)?;
    that(vault.open_row(&other, &stray).await.is_none(), "it opened as another row")
}

pub async fn flipped_does_not_open() -> Outcome {
    let (_disk, vault) = vault().await?;
    let (name, sealed) = vault.seal_row(&row(1, "hello")).await.map_err(text)?;
    for place in 0..sealed.len() {
        let mut damaged = sealed.clone();
        damaged[place] ^= 1 << (place % 8);
        let opened = vault.open_row(&name, &damaged).await;
        that(opened.is_none(), &format!("it opened with byte {place} changed"))?;
        let cut = vault.open_row(&name, &sealed[..place]).await;
        that(cut.is_none(), &format!("it opened when cut after {place} bytes"))?;
    }
    Ok(())
}

pub async fn unknown_format() -> Outcome {
    let (_disk, vault) = vault().await?;
    let (name, mut sealed) = vault.seal_row(&row(1, "hello")).await.map_err(text)?;
    sealed[0] = 2;
    that(vault.open_row(&name, &sealed).await.is_none(), "it opened as another format")
}

pub async fn nothing_readable() -> Outcome {
    let (disk, vault) = vault().await?;
    let canary = "canary-of-the-vault";
    let sealed = vault.seal_row(&row(1, canary)).await.map_err(text)?;
    let change = Change {
        store: ROWS,
        requires: Vec::new(),
        put: vec![sealed],
        remove: Vec::new(),
        strict: true,
    };
    disk.change(&change).await.map_err(text)?;
    let id = shared::id::EntryId::from_u128(1).to_string();
    for (name, bytes) in disk.all(ROWS).await.map_err(text)? {
        let found = |word: &str| {
            bytes.windows(word.len()).any(|part| part == word.as_bytes()) || name.contains(word)
        };
        that(!found(canary) && !found(&id), "the disk holds it as it was typed")?;
    }
    Ok(())
}

pub async fn keys_stay() -> Outcome {
    let keys = [
        crypto::fresh_sealing_key().await,
        crypto::sealing_key(&[1; 32]).await,
        crypto::naming_key(&[1; 32]).await,
    ];
    for key in keys {
        let key = key.map_err(text)?;
        that(!key.extractable(), "the browser would give the key away")?;
        that(export(&key).await.is_err(), "the key was exported")?;
    }
    Ok(())
}

async fn export(key: &JsValue) -> Result<JsValue, JsValue> {
    let subtle = Reflect::get(&js_sys::global(), &"crypto".into())
        .and_then(|crypto| Reflect::get(&crypto, &"subtle".into()))?;
    let export: Function = Reflect::get(&subtle, &"exportKey".into())?.dyn_into()?;
    let promise: Promise = export.call2(&subtle, &"raw".into(), key)?.dyn_into()?;
    JsFuture::from(promise).await
}

pub async fn one_key() -> Outcome {
    let name = fresh_name();
    let disk = Disk::open(&name).await.map_err(text)?;
    let other = Disk::open(&name).await.map_err(text)?;
    let (first, second) =
        futures_util::join!(Vault::create_unasked(&disk), Vault::create_unasked(&other));
    let (first, second) = (first.map_err(text)?, second.map_err(text)?);
    let row = row(1, "hello");
    let (name, sealed) = first.seal_row(&row).await.map_err(text)?;
    that(second.open_row(&name, &sealed).await == Some(row), "their keys differ")
}

const SALT: [u8; 16] = [1; 16];

fn key(byte: u8) -> WrapKey {
    WrapKey::from_bytes([byte; 32])
}

pub async fn asks_for_its_passphrase() -> Outcome {
    let disk = Disk::open(&fresh_name()).await.map_err(text)?;
    let code = RecoveryCode::fresh(&mut Browser);
    let vault = Vault::create(&disk, SALT, &key(1), &code).await.map_err(text)?;
    let row = row(1, "hello");
    let (name, sealed) = vault.seal_row(&row).await.map_err(text)?;
    drop(vault);

    let found = Sealed::read(&disk).await.map_err(text)?;
    that(!found.opens_by_itself(), "it opens without being asked")?;
    that(found.open_by_itself().await.err() == Some(Closed::DidNotOpen), "it opened by itself")?;
    let wrong = found.open_with_passphrase(&key(2)).await.err();
    that(wrong == Some(Closed::DidNotOpen), "a wrong passphrase opened it")?;
    let other = RecoveryCode::fresh(&mut Browser);
    let wrong = found.open_with_code(&other).await.err();
    that(wrong == Some(Closed::DidNotOpen), "a wrong code opened it")?;
    for vault in [
        found.open_with_passphrase(&key(1)).await.map_err(text)?,
        found.open_with_code(&code).await.map_err(text)?,
    ] {
        that(vault.open_row(&name, &sealed).await.as_ref() == Some(&row), "its rows are closed")?;
    }
    Ok(())
}

pub async fn changes_its_passphrase() -> Outcome {
    let disk = Disk::open(&fresh_name()).await.map_err(text)?;
    let code = RecoveryCode::fresh(&mut Browser);
    let vault = Vault::create(&disk, SALT, &key(1), &code).await.map_err(text)?;
    let row = row(1, "hello");
    let (name, sealed) = vault.seal_row(&row).await.map_err(text)?;
    let found = Sealed::read(&disk).await.map_err(text)?;
    found.change_passphrase(&disk, &key(1), &key(2)).await.map_err(text)?;

    let found = Sealed::read(&disk).await.map_err(text)?;
    that(found.open_with_passphrase(&key(1)).await.is_err(), "the old one still opens it")?;
    let again = found.open_with_passphrase(&key(2)).await.map_err(text)?;
    that(again.open_row(&name, &sealed).await == Some(row), "the rows are other ones")?;
    that(found.open_with_code(&code).await.is_ok(), "the code on paper opens nothing any more")
}

/// A passphrase that was changed on another device, and is told to a device that is open.
pub async fn takes_a_passphrase() -> Outcome {
    let disk = Disk::open(&fresh_name()).await.map_err(text)?;
    let code = RecoveryCode::fresh(&mut Browser);
    let vault = Vault::create(&disk, SALT, &key(1), &code).await.map_err(text)?;
    let row = row(1, "hello");
    let (name, sealed) = vault.seal_row(&row).await.map_err(text)?;
    vault.take_passphrase(&disk, &key(2)).await.map_err(text)?;

    let found = Sealed::read(&disk).await.map_err(text)?;
    that(found.open_with_passphrase(&key(1)).await.is_err(), "the old one still opens it")?;
    let again = found.open_with_passphrase(&key(2)).await.map_err(text)?;
    that(again.open_row(&name, &sealed).await == Some(row), "the rows are other ones")?;
    that(found.open_with_code(&code).await.is_ok(), "the code on paper opens nothing any more")
}
