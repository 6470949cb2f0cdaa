//! The way from a command to the server that runs on the same folder: a Unix socket in it. Whoever
//! may open the folder may ask; nobody else can.

use std::io;
use std::path::Path;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;

use super::errands::{Ask, Errands, IMPORT_BYTES_MAX, Tell};
use crate::authorize::Part;
use crate::log::{Line, line};
use crate::state::App;

/// Bytes of the line that says what is asked.
const ASK_BYTES_MAX: u64 = 4 * 1024;

/// Listens until the server stops.
pub async fn listen(app: App, file: &Path) -> io::Result<()> {
    // What a process that was killed left behind; the folder's lock is ours.
    match std::fs::remove_file(file) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let listener = UnixListener::bind(file)?;
    let mut stopping = app.hub().stopping();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                tokio::spawn(serve(app.clone(), stream));
            }
            _ = stopping.wait_for(|stopping| *stopping) => break,
        }
    }
    std::fs::remove_file(file)
}

async fn serve(app: App, stream: UnixStream) {
    if let Err(error) = answer(&app, stream).await {
        line(&Line::Failed { id: "-", what: "errands", cause: &error });
    }
}

async fn answer(app: &App, stream: UnixStream) -> io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    let mut head = String::new();
    (&mut reader).take(ASK_BYTES_MAX).read_line(&mut head).await?;
    let ask: Ask = serde_json::from_str(&head).map_err(io::Error::other)?;
    let mut body = Vec::new();
    reader.take(IMPORT_BYTES_MAX as u64).read_to_end(&mut body).await?;

    // What is told is little, but for an export, which is one record.
    let (told, mut telling) = mpsc::unbounded_channel::<Tell>();
    let store = app.doorkeeper().for_part(Part::Errands);
    let publish = |news| app.published(news, None);
    let rescope = |account| app.hub().rescope(account);
    let errands = Errands {
        store: store.as_ref(),
        receipts: app.receipts(),
        checkpoints: app.checkpoints(),
        now: app.now(),
        publish: &publish,
        rescope: &rescope,
    };
    let perform = async {
        let _alone = app.importing().await;
        let shredded = if let Ask::Shred { patient } = &ask { Some(*patient) } else { None };
        // Whoever asked may be gone; the work is done all the same.
        errands.perform(ask, body, &mut |one| drop(told.send(one))).await;
        // A program that was just let in finds everything made.
        app.projector().wake();
        if let Some(patient) = shredded {
            app.shredded(patient);
        }
        drop(told);
    };
    let tell = async {
        while let Some(one) = telling.recv().await {
            let mut text = serde_json::to_string(&one).map_err(io::Error::other)?;
            text.push('\n');
            writer.write_all(text.as_bytes()).await?;
        }
        writer.shutdown().await
    };
    let ((), told) = tokio::join!(perform, tell);
    told
}

/// Asks the server that runs on this folder.
pub async fn ask(
    file: &Path,
    ask: &Ask,
    body: &[u8],
    tell: &mut (dyn FnMut(Tell) + Send),
) -> io::Result<()> {
    let stream = UnixStream::connect(file).await?;
    let (reader, mut writer) = stream.into_split();
    let mut head = serde_json::to_string(ask).map_err(io::Error::other)?;
    head.push('\n');
    writer.write_all(head.as_bytes()).await?;
    writer.write_all(body).await?;
    writer.shutdown().await?;
    let mut lines = BufReader::new(reader).lines();
    while let Some(text) = lines.next_line().await? {
        tell(serde_json::from_str(&text).map_err(io::Error::other)?);
    }
    Ok(())
}
