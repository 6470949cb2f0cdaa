//! A photo: written with the server stopped, kept over a reload, sent once, and seen by a nurse without
//! what the camera wrote beside it.

use crate::engine::PHONE;
use crate::page::Name::{Has, Is};
use crate::page::{PATIENCE, Page};
use crate::stage::Stage;
use anyhow::{Context, Result, bail, ensure};

const TOPIC: &str = "A rash on my arm";
const WORDS: &str = "It began on Monday. Here is a photo.";
/// What the camera wrote beside the picture.
const PLACE: &str = "EXIF-40.4168N-3.7038W";
/// The most that leaves a device (`shared/src/attachment.rs`).
const PHOTO_BYTES_MAX: u64 = 300_000;
const TASK_MS_MAX: f64 = 50.0;
const TRIES: usize = 3;

/// A photo of two megabytes and more, with notes of a camera in it, chosen as a person does.
const CHOOSE: &str = r#"
    const [place, done] = arguments;
    (async () => {
        const canvas = new OffscreenCanvas(2400, 1800);
        const context = canvas.getContext("2d");
        const points = context.createImageData(2400, 1800);
        let seed = 7;
        for (let at = 0; at < points.data.length; at += 1) {
            seed = (seed * 1103515245 + 12345) % 2147483648;
            points.data[at] = at % 4 === 3 ? 255 : (seed >> 16) % 256;
        }
        context.putImageData(points, 0, 0);
        const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
        const notes = new TextEncoder().encode("Exif\0\0" + place);
        const length = notes.length + 2;
        const head = new Uint8Array([0xff, 0xd8, 0xff, 0xe1, length >> 8, length & 255]);
        const rest = (await blob.arrayBuffer()).slice(2);
        const file = new File([head, notes, rest], "IMG_1.jpg", { type: "image/jpeg" });
        window.longest = 0;
        if (PerformanceObserver.supportedEntryTypes.includes("longtask")) {
            window.tasks = new PerformanceObserver((list) => {
                for (const task of list.getEntries()) {
                    window.longest = Math.max(window.longest, task.duration);
                }
            });
        }
        const field = document.querySelector("input[type=file]");
        const chosen = new DataTransfer();
        chosen.items.add(file);
        field.files = chosen.files;
        window.tasks?.observe({ type: "longtask" });
        field.dispatchEvent(new Event("change", { bubbles: true }));
        done(file.size);
    })().catch((error) => done(String(error)));
"#;

/// What lies at the clinic, from the page of somebody who may read it: how many bytes, the first two of
/// them, and whether they hold these words.
const AT_THE_CLINIC: &str = r#"
    const [path, place, done] = arguments;
    (async () => {
        const { size } = await (await fetch(path)).json();
        const pieces = [];
        for (let at = 0; at < Math.ceil(size / 65536); at += 1) {
            pieces.push(await (await fetch(`${path}/${at}`)).arrayBuffer());
        }
        const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
        const text = new TextDecoder("latin1").decode(bytes);
        done([bytes.length, bytes[0] * 256 + bytes[1], text.includes(place)]);
    })().catch((error) => done(String(error)));
"#;

pub async fn play(stage: &mut Stage) -> Result<()> {
    stage.open(&PHONE).await?;
    let patient = stage.enter("patient").await?;
    patient.see("Up to date").await?;
    patient.works_offline().await?;

    stage.server_is_killed().await?;
    patient.click("link", Has("Messages")).await?;
    patient.click("link", Is("Write a message")).await?;
    choose_in_peace(&patient).await?;
    patient.reload().await?;
    picture_is_shown(&patient).await.context("the photo of a draft survives a reload")?;
    patient.fill("textbox", Is("What is it about?"), TOPIC).await?;
    patient.fill("textbox", Is("Your message"), WORDS).await?;
    patient.click("button", Is("Send later")).await?;
    patient.see("Saved on this").await?;
    patient.reload().await?;
    patient.see(WORDS).await?;
    picture_is_shown(&patient).await.context("the photo of a message survives a reload")?;

    stage.server_starts().await?;
    patient.see("At the clinic").await?;
    let name = brought(stage)?;

    let nurse = stage.enter("nurse").await?;
    nurse.click("link", Has(TOPIC)).await?;
    nurse.see(WORDS).await?;
    picture_is_shown(&nurse).await.context("the nurse sees it, once")?;
    let arguments = vec![format!("/clinic{name}").into(), PLACE.into()];
    let found = nurse.client().await?.execute_async(AT_THE_CLINIC, arguments).await?;
    let bytes = found[0].as_u64().with_context(|| format!("it cannot be read: {found}"))?;
    ensure!(bytes <= PHOTO_BYTES_MAX, "{bytes} bytes");
    ensure!(found[1] == 0xffd8, "it is no JPEG: {found}");
    ensure!(found[2] == false, "what the camera wrote beside it is still in it");

    another_device(stage).await
}

/// The path under which the photo was brought, in no more pieces than it has.
fn brought(stage: &Stage) -> Result<String> {
    let sent = stage.front.exchanges();
    let sent = sent.iter().filter(|one| one.method == "POST" && one.path.contains("/attachments/"));
    let paths: Vec<_> = sent.map(|exchange| exchange.path.clone()).collect();
    let most = 1 + PHOTO_BYTES_MAX.div_ceil(64 * 1024);
    ensure!(paths.len() as u64 <= most, "brought more than once: {paths:?}");
    paths.into_iter().min_by_key(String::len).context("no photo was brought")
}

/// On a device that has not got it, the photo comes when it is asked for.
async fn another_device(stage: &mut Stage) -> Result<()> {
    stage.browser_closes().await?;
    stage.browser_starts_on("another", &PHONE).await?;
    let patient = stage.enter("patient").await?;
    patient.click("link", Has("Messages")).await?;
    patient.click("link", Has(TOPIC)).await?;
    patient.click("button", Has("Show the photo")).await?;
    picture_is_shown(&patient).await.context("the other device fetches it")
}

/// Nothing holds the page up while a photo is made small. A busy machine holds up pages too, so the
/// quietest of some tries counts. Firefox does not tell.
async fn choose_in_peace(patient: &Page) -> Result<()> {
    let mut longest = f64::INFINITY;
    for _ in 0..TRIES {
        choose(patient).await?;
        picture_is_shown(patient).await?;
        let task = patient.js("return window.longest").await?;
        longest = longest.min(task.as_f64().context("nobody measured")?);
        if longest <= TASK_MS_MAX {
            return Ok(());
        }
        patient.click("button", Is("Remove this photo")).await?;
        patient
            .wait("the photo to go", PATIENCE, async || {
                Ok((!patient.has("img", Is("Photo")).await?).then_some(()))
            })
            .await?;
    }
    bail!("a task of {longest} ms while the photo was made small")
}

async fn choose(patient: &Page) -> Result<()> {
    patient.see("Add a photo").await?;
    let size = patient.client().await?.execute_async(CHOOSE, vec![PLACE.into()]).await?;
    let size = size.as_u64().with_context(|| format!("no photo was made: {size}"))?;
    ensure!(size > 5 * PHOTO_BYTES_MAX, "a photo of {size} bytes needs no shrinking");
    Ok(())
}

/// One picture that the browser could draw.
async fn picture_is_shown(page: &Page) -> Result<()> {
    page.wait("the picture", PATIENCE, async || {
        let picture = serde_json::to_value(page.find("img", Is("Photo")).await?)?;
        let client = page.client().await?;
        let width = client.execute("return arguments[0].naturalWidth", vec![picture]).await?;
        Ok((width.as_u64() > Some(0)).then_some(()))
    })
    .await
}
