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

/// The lists of words for passphrases, in place of the plain ones.
pub fn pack_lists(assets: &mut Assets) -> anyhow::Result<()> {
    for name in ["words-en.txt", "words-es.txt"] {
        let place = source().join("assets").join(name);
        let list = fs::read_to_string(&place)
            .with_context(|| format!("{} could not be read", place.display()))?;
        assets.add(name, packed(&list).into_bytes());
    }
    Ok(())
}

/// In place of the letters that a word has from the one before stands how many they are, as a capital;
/// `shared::vault` reads it.
fn packed(list: &str) -> String {
    let mut text = String::new();
    let mut before = "";
    for word in list.lines() {
        let alike = word.chars().zip(before.chars()).take_while(|(one, other)| one == other);
        let alike = alike.count().min(25);
        text.push(char::from(b'A' + alike as u8));
        text.extend(word.chars().skip(alike));
        before = word;
    }
    text
}

#[cfg(test)]
#[test]
fn a_list_is_packed_as_the_worker_reads_it() {
    assert_eq!(packed("acorn\nactor\náfrica\náfrico\nb\n"), "AacornCtorAáfricaFoAb");
}
