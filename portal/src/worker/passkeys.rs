//! Passkeys on this device: the answer of one becomes a wrap of the data key, and carries what the next
//! device of the person needs. The browser makes and uses them on the page; see `assets/passkey.js`.

use shared::json;
use shared::vault::{PASSKEY_QUESTION, PasskeyAnswer, WrapKey, carried, of_carried};

use super::access::{Entered as Inside, SIGN_IN_NAME, create, same_slot};
use super::browser::disk::Disk;
use super::browser::page_port;
use super::browser::stretching::stretch;
use super::engine::local::read_local;
use super::fetch::{self, Entered, hex};
use super::vault::{Sealed, Vault, open_carried, seal_carried};
use crate::bridge::{Denied, Granted, ToPage};

/// What the browser said of a passkey.
struct Said<'a> {
    /// JSON for the clinic, without its first brace, so that more can stand before it.
    proof: &'a str,
    credential: &'a str,
    /// Empty where a passkey answers nothing.
    answer: &'a str,
}

impl<'a> Said<'a> {
    fn read(text: &'a str) -> Result<Self, Denied> {
        let parts = text.strip_prefix('{').and_then(|text| text.split_once('\n'));
        let (proof, rest) = parts.ok_or(Denied::NoPasskey)?;
        let (credential, answer) = rest.split_once(' ').ok_or(Denied::NoPasskey)?;
        Ok(Self { proof, credential, answer })
    }

    /// Its name, and what it answered.
    fn answer(&self) -> Result<(Vec<u8>, PasskeyAnswer), Denied> {
        let answer = from_hex(self.answer).and_then(|answer| answer.try_into().ok());
        let answer = answer.map(PasskeyAnswer::from_bytes).ok_or(Denied::OpensNothing)?;
        Ok((from_hex(self.credential).ok_or(Denied::NoPasskey)?, answer))
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let two = |place: usize| u8::from_str_radix(text.get(place..place + 2)?, 16).ok();
    (0..text.len()).step_by(2).map(two).collect()
}

/// What the browser is asked: the server's JSON, and the question that no server hears the answer of.
fn ceremony(asked: &str) -> Result<String, Denied> {
    let rest = asked.strip_prefix('{').ok_or(Denied::NeedsConnection)?;
    Ok(format!("{{\"question\":\"{}\",{rest}", hex(&PASSKEY_QUESTION)))
}

/// Tells the page with what the lock screen opens. Nobody compares that challenge.
pub async fn tell(disk: &Disk) {
    if disk.keeps_nothing() {
        return;
    }
    let Ok(sealed) = Sealed::read(disk).await else { return };
    let known: Vec<String> = sealed.passkeys().map(|name| format!("\"{}\"", hex(name))).collect();
    let asked = format!("{{\"challenge\":\"00\",\"known\":[{}]}}", known.join(","));
    let asked = ceremony(&asked).ok().filter(|_| !known.is_empty());
    page_port::tell(&ToPage::OpensWith(asked));
}

pub async fn for_sign_in() -> Result<Granted, Denied> {
    let asked = fetch::passkey("/api/passkey/challenge", None, "{}".into()).await?;
    ceremony(&asked).map(Granted::Ceremony)
}

/// Answers besides what the passphrase opens here, which the new passkey will carry.
pub async fn begin(
    slot: &str,
    disk: &Disk,
    passphrase: &str,
) -> Result<(Granted, WrapKey), Denied> {
    let salt = Sealed::read(disk).await?.salt().ok_or(Denied::DidNotOpen)?;
    let halves = stretch(passphrase, &salt).await.map_err(|_| Denied::Interrupted)?;
    let body = format!("{{\"authentication\":\"{}\"}}", hex(&halves.authentication));
    let begun = fetch::passkey("/api/passkeys/challenge", Some(slot), body).await;
    let begun = begun.map_err(|why| refused(why, Denied::DidNotOpen))?;
    Ok((Granted::Ceremony(ceremony(&begun)?), halves.vault))
}

/// The clinic first. If the disk then fails, the passkey signs in and does not open this device.
pub async fn add(
    slot: &str,
    disk: &Disk,
    vault: &Vault,
    (name, made): (&str, &str),
    half: &WrapKey,
) -> Result<Granted, Denied> {
    let said = Said::read(made)?;
    let answer = said.answer();
    let mut body = format!("{{\"name\":{},", json::to_text(&name));
    let sign_in_name = read_local(disk, vault, SIGN_IN_NAME).await;
    if let (Ok((credential, answer)), Some(sign_in_name)) = (&answer, sign_in_name) {
        let (key, plain) = (answer.carrying(credential), carried(half, &sign_in_name));
        if let Ok(sealed) = seal_carried(&key, credential, &plain).await {
            body += &format!("\"carried\":\"{}\",", hex(&sealed));
        }
    }
    fetch::passkey("/api/passkeys", Some(slot), body + said.proof).await?;
    let (credential, answer) = answer?;
    vault.add_passkey(disk, &credential, &answer.key(&credential)).await?;
    list(slot, disk).await
}

/// One that the clinic knows as this account's opens this device too.
pub async fn use_here(
    slot: &str,
    disk: &Disk,
    vault: &Vault,
    used: &str,
) -> Result<Granted, Denied> {
    let said = Said::read(used)?;
    if !fetch::passkeys(slot).await?.iter().any(|line| line.passkey == said.credential) {
        return Err(Denied::NoPasskey);
    }
    let (credential, answer) = said.answer()?;
    vault.add_passkey(disk, &credential, &answer.key(&credential)).await?;
    list(slot, disk).await
}

pub async fn list(slot: &str, disk: &Disk) -> Result<Granted, Denied> {
    let mut all = fetch::passkeys(slot).await?;
    let sealed = Sealed::read(disk).await?;
    let here: Vec<String> = sealed.passkeys().map(hex).collect();
    tell(disk).await;
    all.iter_mut().for_each(|line| line.here = here.contains(&line.passkey));
    Ok(Granted::Passkeys(all))
}

/// At the clinic first: what signs in no more shall open nothing either.
pub async fn remove(slot: &str, disk: &Disk, passkey: &str) -> Result<Granted, Denied> {
    fetch::remove_passkey(slot, passkey).await?;
    Sealed::read(disk).await?.keep_passkeys(disk, |name| hex(name) != passkey).await?;
    list(slot, disk).await
}

/// Those that the clinic does not know any more open nothing here. A disk that does not take it is told
/// again at the next start.
pub async fn keep(disk: &Disk, known: &[String]) {
    if let Ok(sealed) = Sealed::read(disk).await {
        let _told_again = sealed.keep_passkeys(disk, |name| known.contains(&hex(name))).await;
    }
    tell(disk).await;
}

/// Without a connection.
pub async fn open(sealed: &Sealed, used: &str) -> Result<Vault, Denied> {
    let (name, answer) = Said::read(used)?.answer()?;
    Ok(sealed.open_with_passkey(&name, &answer.key(&name)).await?)
}

/// No name was typed here: a refusal says what it is about.
fn refused(why: Denied, about: Denied) -> Denied {
    if why == Denied::NotRecognised { about } else { why }
}

/// On a device that keeps nothing the session is one of few minutes.
fn with_brief(brief: bool, proof: &str) -> String {
    format!("{{\"brief\":{brief},{proof}")
}

async fn enter(body: String) -> Result<Entered, Denied> {
    let entered = fetch::passkey("/api/passkey", None, body).await;
    let entered = entered.map_err(|why| refused(why, Denied::NoPasskey))?;
    json::from_text(&entered).ok_or(Denied::NeedsConnection)
}

/// A device that has no vault yet: the passphrase opens it too, because the passkey carries its half.
pub async fn sign_in(used: &str, brief: bool) -> Result<Inside, Denied> {
    let said = Said::read(used)?;
    let (credential, answer) = said.answer()?;
    let Entered { slot, carried } = enter(with_brief(brief, said.proof)).await?;
    let sealed = carried.as_deref().and_then(from_hex).unwrap_or_default();
    let plain = open_carried(&answer.carrying(&credential), &credential, &sealed).await;
    let Some((half, name)) = plain.as_deref().and_then(of_carried) else {
        fetch::end_session(&slot).await;
        return Err(Denied::OpensNothing);
    };
    let (opened, code) = create(slot, &name, fetch::salt(&name).await?, &half, brief).await?;
    if !brief {
        let key = answer.key(&credential);
        let kept = opened.vault.add_passkey(&opened.disk, &credential, &key).await;
        kept.map_err(|_| Denied::NotSaved)?;
    }
    Ok((opened, code))
}

/// A new session in the place of one that was lost.
pub async fn renew(slot: &str, disk: &Disk, used: &str) -> Result<Granted, Denied> {
    let said = Said::read(used)?;
    let proof = format!("\"slot\":\"{slot}\",{}", said.proof);
    let Entered { slot: given, .. } = enter(with_brief(disk.keeps_nothing(), &proof)).await?;
    same_slot(slot, given).await?;
    Ok(Granted::Renewed)
}
