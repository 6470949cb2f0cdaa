//! The words of every language as the asset that the programs read, from the same files and by the
//! same code as the functions inside them.

#[path = "../../../portal/build/messages.rs"]
mod messages;

use std::fs;

use anyhow::{Context, anyhow};

use super::assets::Assets;
use super::source;

pub fn add(assets: &mut Assets) -> anyhow::Result<()> {
    let read = |language: &str| {
        let place = source().join("locales").join(format!("{language}.json"));
        fs::read_to_string(&place).with_context(|| format!("{} could not be read", place.display()))
    };
    let generated = messages::generate(&read("en")?, &read("es")?);
    let (_, words) = generated.map_err(|wrong| anyhow!("locales: {wrong}"))?;
    assets.add("messages.txt", words.of_all.into_bytes());
    assets.add("clinic-messages.txt", words.of_staff.into_bytes());
    Ok(())
}
