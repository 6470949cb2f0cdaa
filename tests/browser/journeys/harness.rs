//! The harness itself, against a page of its own: it finds what is there, and it notices what every
//! other journey relies on it to notice.

use crate::axe;
use crate::engine::{Engine, PHONE};
use crate::front::{FAST, SLOW};
use crate::page::Name::{Any, Has, Is};
use crate::page::Page;
use crate::runner::chosen;
use crate::stage::{Stage, says};
use crate::tongue::{Pieces, Tongue, stand_in};
use anyhow::{Result, ensure};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const PAGE: &str = r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tiny</title>
<link rel="icon" href="data:,"></head><body>
<header>Satchel</header>
<main><h1>Messages</h1>
<a href="/big"><svg aria-hidden="true"></svg><span>Knee pain</span> <span>New</span></a>
<button type="button">Send <span aria-hidden="true">now</span></button>
<button type="button" hidden>Delete</button>
<label for="text">Your message</label><textarea id="text"></textarea>
<fieldset><legend>Language</legend><label><input type="radio" name="l" checked>English</label></fieldset>
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="A bag">
<p>Saved on
<b>this phone</b></p></main></body></html>"#;

const TREE: &str = r#"- banner
  - text "Satchel"
- main
  - heading "Messages" [level=1]
  - link "Knee pain New"
  - button "Send"
  - text "Your message"
  - textbox "Your message"
  - group "Language"
    - text "Language"
    - radio "English" [checked]
    - text "English"
  - img "A bag"
  - text "Saved on this phone""#;

/// 25,000 bytes are 2 s at 100 kbit/s.
const BIG_BYTES: usize = 25_000;

pub async fn play(stage: &mut Stage) -> Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", stage.front.server_port())).await?;
    let serving = tokio::spawn(serve(listener));
    stage.front.open(FAST).await?;
    stage.browser_starts(&PHONE).await?;
    let page = stage.new_page().await?;
    page.goto(&stage.url("/")).await?;

    it_finds_by_role_and_words(&page).await?;
    it_knows_what_spanish_phones_say()?;
    what_another_browser_would_play_is_named()?;
    a_status_is_excused_and_not_its_digits()?;
    ensure!(page.tree().await? == TREE, "the tree reads:\n{}", page.tree().await?);
    it_has_the_size_of_a_phone(&page).await?;
    axe_finds_what_is_wrong(&page).await?;
    it_measures_a_slow_line(stage, &page).await?;
    a_dead_line_is_dead(stage, &page).await?;
    it_notices_errors(stage, &page).await?;
    what_was_stored_outlives_a_crash(stage).await?;
    serving.abort();
    Ok(())
}

fn it_knows_what_spanish_phones_say() -> Result<()> {
    let one = |found: Vec<Pieces>, wanted: &[&str]| {
        ensure!(found.iter().any(|pieces| pieces == wanted), "{wanted:?} is not in {found:?}");
        Ok(())
    };
    let (whole, part) =
        (|words| Tongue::Spanish.wholes(words), |words| Tongue::Spanish.parts(words));
    one(whole("Results"), &["Resultados"])?;
    one(whole("Ask for a refill of X 5 mg"), &["Pedir más X 5 mg"])?;
    one(part("does not cover everything"), &["De una lista corta, versión", ". No incluye todo."])?;
    one(part("Knee"), &["Knee"])?;
    ensure!(part("Knee").len() == 1, "what a person wrote becomes words of ours");
    ensure!(Tongue::English.parts("Results") == [["Results"]], "English is read as Spanish");
    ensure!(stand_in(&vec!["one".into(), "two".into()], "one and two"));
    ensure!(!stand_in(&vec!["two".into(), "one".into()], "one and two"));
    Ok(())
}

async fn it_finds_by_role_and_words(page: &Page) -> Result<()> {
    page.find("heading 1", Is("Messages")).await?;
    ensure!(page.all("heading 2", Any).await?.is_empty());
    page.find("link", Has("Knee pain")).await?;
    page.click("button", Is("Send")).await?;
    ensure!(!page.has("button", Has("Delete")).await?, "it finds what nobody sees");
    page.fill("textbox", Is("Your message"), "Hello").await?;
    ensure!(page.focused().await? == "textbox Your message");
    page.see("Saved on this phone").await?;
    let unseen = page.see_within("Delete", Duration::from_millis(100)).await;
    ensure!(unseen.is_err(), "it sees what nobody sees");
    page.js("document.querySelector('main').inert = true").await?;
    ensure!(!page.has("button", Is("Send")).await?, "it finds what is behind a dialog");
    page.reload().await?;
    page.find("button", Is("Send")).await?;
    Ok(())
}

/// The rest is played, and a word that is nobody's is still refused.
fn what_another_browser_would_play_is_named() -> Result<()> {
    let here = [Engine::Firefox];
    let (plan, elsewhere) = chosen(&["thread", "chromium::update"], &here, None)?;
    ensure!(plan.len() == 1 && plan[0].1.name == "thread", "the rest is not played");
    ensure!(elsewhere == ["chromium::update"], "{elsewhere:?}");
    let (plan, elsewhere) = chosen(&["chromium::ehr"], &here, None)?;
    ensure!(plan.is_empty() && elsewhere == ["chromium::ehr"], "{elsewhere:?}");
    ensure!(chosen(&["thred"], &here, None).is_err(), "a word of no journey is taken");
    Ok(())
}

fn a_status_is_excused_and_not_its_digits() -> Result<()> {
    for line in
        ["GET /api/session: 401", "the server responded with a status of 401 (Unauthorized)"]
    {
        ensure!(says(line, "401"), "{line}");
    }
    for line in ["GET /page-94010f.wasm: 404", "GET /x-401.js: 500", "GET /api/401/4010: 500"] {
        ensure!(!says(line, "401"), "{line}");
    }
    ensure!(says("GET /page-94010f.wasm: 404", "/page-"), "words are found anywhere");
    Ok(())
}

async fn it_has_the_size_of_a_phone(page: &Page) -> Result<()> {
    if page.engine == Engine::WebKit {
        // Its window has a frame and a smallest width; nothing here relies on its size.
        return Ok(());
    }
    let size = page.js("return [innerWidth, innerHeight]").await?;
    ensure!(size == serde_json::json!([360, 800]), "the view is {size}");
    Ok(())
}

async fn axe_finds_what_is_wrong(page: &Page) -> Result<()> {
    let found = axe::violations(page).await?;
    ensure!(found.is_empty(), "axe found {found:#?}");
    page.js("document.querySelector('img').alt = ''; document.querySelector('label').remove()")
        .await?;
    let found = axe::violations(page).await?;
    ensure!(found.len() == 1 && found[0].contains("label"), "axe found {found:#?}");
    ensure!(axe::wrong_colors(page).await?.is_empty(), "axe found colors where there are none");
    page.js("document.querySelector('p').style.color = '#bbb'").await?;
    let found = axe::wrong_colors(page).await?;
    ensure!(!found.is_empty(), "axe sees no color");
    ensure!(found.iter().all(|one| one.contains("contrast")), "axe found {found:#?}");
    Ok(())
}

async fn it_measures_a_slow_line(stage: &Stage, page: &Page) -> Result<()> {
    stage.front.open(SLOW).await?;
    let started = Instant::now();
    page.js("fetch('/big').then(a => a.text()).then(t => { window.size = t.length; })").await?;
    page.wait("the big answer", Duration::from_secs(10), async || {
        Ok((page.js("return window.size").await? == BIG_BYTES).then_some(()))
    })
    .await?;
    let took = started.elapsed();
    stage.front.open(FAST).await?;
    ensure!(took > Duration::from_millis(2_400), "a slow line took only {took:?}");
    ensure!(took < Duration::from_secs(6), "a slow line took {took:?}");
    Ok(())
}

async fn a_dead_line_is_dead(stage: &mut Stage, page: &Page) -> Result<()> {
    let ask = "window.said = 'nothing'; fetch('/').then(() => { window.said = 'answer'; },
        () => { window.said = 'refused'; })";
    let said = async |word: &str| {
        page.wait(word, Duration::from_secs(10), async || {
            Ok((page.js("return window.said").await? == word).then_some(()))
        })
        .await
    };
    stage.line_hangs();
    page.js(ask).await?;
    // A connection that never answers shows as nothing at all, so another sign is waited for.
    page.js("setTimeout(() => { window.later = true; }, 300)").await?;
    page.wait("some time", Duration::from_secs(10), async || {
        Ok((page.js("return window.later").await? == true).then_some(()))
    })
    .await?;
    said("nothing").await?;
    stage.front.cut().await?;
    said("refused").await?;
    stage.front.open(FAST).await?;
    page.js(ask).await?;
    said("answer").await
}

async fn it_notices_errors(stage: &mut Stage, page: &Page) -> Result<()> {
    page.js("fetch('/missing'); setTimeout(() => { throw new Error('planted'); }, 0)").await?;
    page.wait("the request", Duration::from_secs(10), async || {
        Ok(stage.front.exchanges().iter().any(|e| e.path == "/missing").then_some(()))
    })
    .await?;
    let noticed = match stage.check_rules().await {
        Ok(()) => String::new(),
        Err(error) => error.to_string(),
    };
    ensure!(noticed.contains("GET /missing: 404"), "a missing file goes unnoticed: {noticed}");
    let sees_console = stage.engine != Engine::WebKit;
    ensure!(!sees_console || noticed.contains("planted"), "an error goes unnoticed: {noticed}");
    stage.excuse("planted");
    stage.excuse("/missing");
    Ok(())
}

async fn what_was_stored_outlives_a_crash(stage: &mut Stage) -> Result<()> {
    if stage.engine == Engine::WebKit {
        // Under automation it never keeps anything.
        return stage.browser_closes().await;
    }
    let page = stage.new_page().await?;
    page.goto(&stage.url("/")).await?;
    let store = "const done = arguments[0]; const open = indexedDB.open('tiny', 1);
        open.onupgradeneeded = () => open.result.createObjectStore('rows');
        open.onsuccess = () => {
            const change = open.result.transaction('rows', 'readwrite', { durability: 'strict' });
            change.objectStore('rows').put('kept', 1);
            change.oncomplete = () => done(true);
        };";
    page.client().await?.execute_async(store, vec![]).await?;
    stage.browser_crashes()?;
    stage.browser_starts(&PHONE).await?;
    let page = stage.new_page().await?;
    page.goto(&stage.url("/")).await?;
    let load = "const done = arguments[0]; const open = indexedDB.open('tiny', 1);
        open.onsuccess = () => {
            const got = open.result.transaction('rows').objectStore('rows').get(1);
            got.onsuccess = () => done(got.result);
        };";
    let kept = page.client().await?.execute_async(load, vec![]).await?;
    ensure!(kept == "kept", "after a crash the row is {kept}");
    Ok(())
}

/// As much of a web server as this file needs.
async fn serve(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(answer(stream));
    }
}

async fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut request = vec![0; 8_192];
    loop {
        let read = stream.read(&mut request).await?;
        if read == 0 {
            return Ok(());
        }
        let line = String::from_utf8_lossy(&request[..read]);
        let path = line.split(' ').nth(1).unwrap_or_default();
        let (status, kind, body) = match path {
            "/" => ("200 OK", "text/html", PAGE.to_owned()),
            "/big" => ("200 OK", "text/plain", "x".repeat(BIG_BYTES)),
            _ => ("404 Not Found", "text/plain", String::new()),
        };
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n"
        );
        stream.write_all((head + &body).as_bytes()).await?;
    }
}
