//! A document of each kind is read with no connection: as words that can do nothing, as a picture, or
//! saved; and what is not on the device is said not to be.

use super::lock::set_up;
use crate::engine::PHONE;
use crate::page::Name::{Has, Is};
use crate::page::{PATIENCE, Page};
use crate::stage::Stage;
use anyhow::{Result, ensure};
use serde_json::{Value, json};

const TITLE: &str = "Letters of November";
/// Too long for the record itself, so that the clinic keeps it.
const LONG_CHARS: usize = 400_000;
/// A red square.
const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+\
                       FABJADveWkH6oAAAAAElFTkSuQmCC";

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    let (link, born) = stage.invited(patient(), vec![document()])?;
    let page = stage.new_page().await?;
    page.goto(&link).await?;
    set_up(&page, &born).await?;
    page.see("Up to date").await?;
    page.works_offline().await?;
    stage.server_stops().await?;

    page.click("link", Is("Record")).await?;
    page.click("link", Has("Documents")).await?;
    page.click("link", Has(TITLE)).await?;
    let list = page.path().await?;
    for (title, words) in [
        ("As a page", "Walk every day."),
        ("As rich text", "Señora, you are well."),
        ("As a clinical document", "Penicillin Hives"),
        ("In another language", "اشرب الماء"),
    ] {
        open(&page, title).await?;
        page.see(words).await?;
        let script = "return document.querySelectorAll('article :is(script, b, table, a)').length";
        ensure!(page.js(script).await? == 0, "{title}: its own tags are in the page");
        page.js("history.back()").await?;
    }
    open(&page, "As a picture").await?;
    page.wait("the picture", PATIENCE, async || {
        let width = page.js("return document.querySelector('main img')?.naturalWidth").await?;
        Ok((width == 10).then_some(()))
    })
    .await?;
    page.js("history.back()").await?;
    open(&page, "As a file").await?;
    page.see("It opens in another app").await?;
    let script = "const a = document.querySelector('main a[download]'); return a.href.slice(0, 5)";
    ensure!(page.js(script).await? == "blob:", "the file is not made here");
    page.js("history.back()").await?;
    open(&page, "A long one").await?;
    page.see("Not on this phone").await?;
    page.see("Call Northside Clinic").await?;
    ensure!(page.path().await?.starts_with(&list), "a document has no place of its own");
    stage.server_starts().await
}

async fn open(page: &Page, title: &str) -> Result<()> {
    page.click("link", Has(title)).await?;
    page.find("heading 1", Is(title)).await?;
    Ok(())
}

fn patient() -> Value {
    json!({
        "resourceType": "Patient", "id": "reader", "birthDate": "1970-01-02",
        "name": [{ "family": "Lector", "given": ["Pia"] }],
    })
}

fn document() -> Value {
    let clinical = "<?xml version=\"1.0\"?><ClinicalDocument xmlns=\"urn:hl7-org:v3\"><title>Care\
        </title><component><structuredBody><component><section><title>Allergies</title><text><table>\
        <tr><td>Penicillin</td><td>Hives</td></tr></table></text></section></component>\
        </structuredBody></component></ClinicalDocument>";
    let page = "<h1>Plan</h1><script>document.title = 'x'</script><p>Walk <b>every</b> day.</p>";
    let long = "A long note. ".repeat(LONG_CHARS / 13);
    let form = |kind: &str, title: &str, data: String| json!({ "attachment": { "contentType": kind, "title": title, "data": data } });
    let words = |text: &str| base64(text.as_bytes());
    let mut content = vec![
        form("text/html", "As a page", words(page)),
        form(
            "text/rtf",
            "As rich text",
            words("{\\rtf1\\ansi Se\\'f1ora, you are \\b well\\b0 .}"),
        ),
        form("application/hl7-cda+xml", "As a clinical document", words(clinical)),
        form("text/plain", "In another language", words("اشرب الماء")),
        form("image/png", "As a picture", PICTURE.to_owned()),
        form("application/pdf", "As a file", words("%PDF-1.4\n%%EOF")),
        form("text/plain", "A long one", words(&long)),
    ];
    content[3]["attachment"]["language"] = json!("ar");
    json!({
        "resourceType": "DocumentReference", "id": "letters", "status": "current",
        "subject": { "reference": "Patient/reader" }, "description": TITLE,
        "date": "2026-11-05T10:00:00Z", "content": content,
    })
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let at = |place: usize| u32::from(three.get(place).copied().unwrap_or_default());
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place)) as usize & 63];
            out.push(if place <= three.len() { char::from(letter) } else { '=' });
        }
    }
    out
}
