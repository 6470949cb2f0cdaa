//! A member of staff from the administrator's link to the inbox and out again: a name, a passphrase, a
//! code that an authenticator makes of the secret, and one from paper. Afterwards the browser's own
//! files are searched: nothing of a patient, and nothing that was typed, lies there.

use super::lock::nothing_lies_in;
use crate::engine::{DESKTOP, Engine};
use crate::page::Name::{Has, Is};
use crate::page::{PATIENCE, Page};
use crate::stage::Stage;
use anyhow::{Context, Result, ensure};

const NAME: &str = "Mara Quist, RN";
const SIGN_IN_NAME: &str = "mara-quist";
const PASSPHRASE: &str = "heron teapot ladder quartz";
const WRONG: &str = "Name, passphrase or code is wrong";
const PERSON: &str = "Lucia Romero";
/// Typed into a reply. No four letters of it come twice, so that no compression hides its beginning.
const DRAFT: &str = "vkqzdraft-canary not sent";
/// What must lie in no file: what was typed, and what a patient wrote.
const CANARIES: [&str; 4] = ["vkqzdraft", "heron teapot", "chest hurts", "Lucia Romero"];

pub async fn play(stage: &mut Stage) -> Result<()> {
    // Guesses are refused with a status that browsers write into their console.
    stage.excuse("403");
    stage.excuse("400");
    // Who signs out ends a stream, which browsers then ask for once more by themselves.
    stage.excuse("/clinic/api/events");
    stage.open(&DESKTOP).await?;
    let page = stage.new_page().await?;
    let (secret, paper) = newcomer(stage, &page, NAME, "nurse").await?;
    let fresh = code(&page, &secret, 1).await?;
    for (passphrase, code) in
        [("heron teapot ladder quarts", fresh.as_str()), (PASSPHRASE, &wrong(&fresh))]
    {
        sign_in(&page, passphrase, code).await?;
        page.see(WRONG).await?;
    }
    sign_in(&page, PASSPHRASE, &fresh).await?;
    page.see(PERSON).await?;
    page.see(NAME).await?;
    page.click("link", Has(PERSON)).await?;
    page.see("At the clinic").await?;
    page.fill("textbox", Has("Reply to"), DRAFT).await?;
    sign_out(&page).await?;
    page.js("history.back()").await?;
    nothing_is_left_on(&page).await?;

    sign_in(&page, PASSPHRASE, &paper).await?;
    page.see(PERSON).await?;
    sign_out(&page).await?;
    sign_in(&page, PASSPHRASE, &paper).await?;
    page.see(WRONG).await?;
    let left = page.js("return [localStorage.length, sessionStorage.length, document.cookie]");
    ensure!(left.await? == serde_json::json!([0, 0, ""]), "something is kept in the browser");
    stage.browser_closes().await?;
    // Firefox keeps the titles and texts of open tabs for the day on which it crashes.
    if stage.engine == Engine::Chromium {
        nothing_lies_in(&stage.profile(), &CANARIES)?;
    }
    Ok(())
}

/// Somebody whom the host adds and who uses the link at once; ends where one signs in. Answers the
/// authenticator's secret and one of the codes on paper.
pub(super) async fn newcomer(
    stage: &Stage,
    page: &Page,
    name: &str,
    role: &str,
) -> Result<(String, String)> {
    let said = stage.server.command(&["staff", "add", name, "--role", role])?;
    let link = said.split_whitespace().find(|word| word.contains("#setup="));
    page.goto(link.with_context(|| format!("no link in {said:?}"))?).await?;
    page.see(name).await?;
    ensure!(page.path().await? == "/clinic/", "the secret stays in the address");
    let known = set_up(page).await?;
    page.click("link", Is("Go to sign in")).await?;
    Ok(known)
}

async fn set_up(page: &Page) -> Result<(String, String)> {
    let secret = page.js("return document.querySelector('main code').textContent").await?;
    let secret = secret.as_str().context("no secret is shown")?.replace(' ', "");
    let right = code(page, &secret, 0).await?;
    page.fill("textbox", Is("Sign-in name"), SIGN_IN_NAME).await?;
    page.fill("textbox", Is("Passphrase"), "Mara1980").await?;
    page.fill("textbox", Is("Code that the app shows now"), &right).await?;
    let save = async || page.click("button", Has("Save and show")).await;
    save().await?;
    page.see("a longer passphrase").await?;
    retype(page, "Passphrase", PASSPHRASE).await?;
    retype(page, "Code that the app shows now", &wrong(&right)).await?;
    save().await?;
    page.see("This code is wrong").await?;
    retype(page, "Code that the app shows now", &code(page, &secret, 0).await?).await?;
    save().await?;
    page.see("Print or write down these codes").await?;
    let codes = "return [...document.querySelectorAll('main li')].map(e => e.textContent)";
    let codes: Vec<String> = serde_json::from_value(page.js(codes).await?)?;
    ensure!(codes.len() == 10, "{} codes for paper", codes.len());
    Ok((secret, codes[4].clone()))
}

/// With the code after the one that set it up.
pub(super) async fn come_in(page: &Page, secret: &str) -> Result<()> {
    sign_in(page, PASSPHRASE, &code(page, secret, 1).await?).await
}

async fn sign_in(page: &Page, passphrase: &str, code: &str) -> Result<()> {
    retype(page, "Sign-in name", SIGN_IN_NAME).await?;
    retype(page, "Passphrase", passphrase).await?;
    retype(page, "One-time code", code).await?;
    page.click("button", Is("Sign in")).await?;
    // Until the answer is there, an old one must not be taken for it.
    page.wait("the answer", PATIENCE, async || {
        Ok((!page.seen().await?.contains("Checking")).then_some(()))
    })
    .await
}

async fn sign_out(page: &Page) -> Result<()> {
    page.click("button", Is("Sign out")).await?;
    page.see("Sign in to the inbox").await?;
    nothing_is_left_on(page).await
}

async fn nothing_is_left_on(page: &Page) -> Result<()> {
    let script = "
        const fields = [...document.querySelectorAll('input, textarea')].map((e) => e.value);
        return document.documentElement.outerHTML + fields.join()";
    let left = page.js(script).await?;
    let left = left.as_str().context("a document is text")?;
    for canary in CANARIES {
        ensure!(!left.contains(canary), "{canary} is still there after signing out");
    }
    Ok(())
}

async fn retype(page: &Page, label: &str, text: &str) -> Result<()> {
    page.find("textbox", Is(label)).await?.clear().await?;
    page.fill("textbox", Is(label), text).await
}

fn wrong(code: &str) -> String {
    code.chars().map(|digit| if digit == '9' { '0' } else { '9' }).collect()
}

/// What an authenticator shows, `ahead` steps of half a minute from now (RFC 6238), made by the
/// browser's own HMAC: a code works once, and the server takes the next one too.
async fn code(page: &Page, secret: &str, ahead: u32) -> Result<String> {
    let script = "
        const [secret, ahead, done] = arguments;
        const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
        const bits = [...secret].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0'));
        const bytes = bits.join('').match(/.{8}/g).map((byte) => parseInt(byte, 2));
        const step = new DataView(new ArrayBuffer(8));
        step.setBigUint64(0, BigInt(Math.floor(Date.now() / 30000) + ahead));
        const how = { name: 'HMAC', hash: 'SHA-1' };
        crypto.subtle.importKey('raw', new Uint8Array(bytes), how, false, ['sign'])
            .then((key) => crypto.subtle.sign('HMAC', key, step.buffer))
            .then((signed) => {
                const mac = new DataView(signed);
                const number = mac.getUint32(mac.getUint8(19) & 15) & 0x7fffffff;
                done(String(number % 1000000).padStart(6, '0'));
            });";
    let arguments = vec![serde_json::json!(secret), serde_json::json!(ahead)];
    let made = page.client().await?.execute_async(script, arguments).await?;
    Ok(made.as_str().context("a code is text")?.to_owned())
}
