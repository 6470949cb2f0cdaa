//! What only this device knows: who is signed in, and drafts. Never sent, sealed like the rest.

use shared::json;

use crate::bridge::ToPage;
use crate::worker::browser::disk::{Change, Disk, DiskError, LOCAL};
use crate::worker::browser::page_port;
use crate::worker::fetch::{self, NoAnswer};
use crate::worker::session::Profile;
use crate::worker::vault::Vault;

const PROFILE: &str = "profile";

pub async fn kept_profile(disk: &Disk, vault: &Vault) -> Option<Profile> {
    let bytes = read_local(disk, vault, PROFILE).await?;
    json::from_text(str::from_utf8(&bytes).ok()?)
}

pub async fn first_profile(slot: &str, disk: &Disk, vault: &Vault) -> Option<Profile> {
    match fetch::profile(slot).await {
        Ok(profile) => {
            keep_profile(disk, vault, &profile).await;
            Some(profile)
        }
        Err(why) => {
            page_port::tell(&match why {
                NoAnswer::SignedOut => ToPage::NobodyHere,
                NoAnswer::DeviceEnded => ToPage::Revoked,
                NoAnswer::Unreachable => ToPage::NeedsConnection,
            });
            None
        }
    }
}

pub async fn keep_profile(disk: &Disk, vault: &Vault, profile: &Profile) {
    let text = json::to_text(profile);
    // Without it the next start asks the server again.
    let _not_kept = put_local(disk, vault, PROFILE, text.as_bytes()).await;
}

/// An empty value removes the row.
pub async fn put_local(
    disk: &Disk,
    vault: &Vault,
    what: &str,
    plain: &[u8],
) -> Result<(), DiskError> {
    let failed = |_| DiskError::Unreachable;
    let name = vault.name_of_local(what).await.map_err(failed)?;
    let mut change = Change {
        store: LOCAL,
        requires: Vec::new(),
        put: Vec::new(),
        remove: Vec::new(),
        strict: true,
    };
    if plain.is_empty() {
        change.remove.push(name);
    } else {
        let sealed = vault.seal(&name, plain).await.map_err(failed)?;
        change.put.push((name, sealed));
    }
    disk.change(&change).await
}

pub async fn read_local(disk: &Disk, vault: &Vault, what: &str) -> Option<Vec<u8>> {
    let name = vault.name_of_local(what).await.ok()?;
    let names = [name];
    let sealed = disk.these(LOCAL, &names).await.ok()?.pop()??;
    vault.open_bytes(&names[0], &sealed).await
}
