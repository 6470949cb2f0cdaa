//! Runs a command that does one thing and ends, and tells the terminal how it went.

use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::config::errand::{Errand, What};
use crate::fhir::errands::{Ask, Errands, IMPORT_BYTES_MAX, Tell};
use crate::fhir::socket;
use crate::folder::{self, Folder};
use crate::serve::Failure;
use crate::store::sqlite::SqliteStore;
use crate::world::Clock;

/// The command was done, and something of what it was given was not taken.
const EXIT_REFUSED: u8 = 3;
/// Signs of a whole progress bar.
const BAR_SIGNS: usize = 30;

/// Who does what is asked.
enum Doer {
    Here { folder: Folder, store: SqliteStore },
    Server(PathBuf),
}

pub async fn run(errand: Errand) -> Result<ExitCode, Failure> {
    if let What::NewKey { file } = &errand.what {
        folder::new_key(file)?;
        say(&format!("made {}; keep a copy of it in a safe place", file.display()));
        return Ok(ExitCode::SUCCESS);
    }
    let doer = Doer::of(&errand)?;
    let code = doer.all(errand.what, &errand.origin).await;
    if let Doer::Here { store, .. } = &doer {
        store.close().await;
    }
    code
}

impl Doer {
    fn of(errand: &Errand) -> Result<Self, Failure> {
        let folder = match Folder::of_clinic(&errand.dir) {
            Ok(folder) => folder,
            Err(Failure::InUse(dir)) => return Ok(Self::Server(dir.join(Folder::SOCKET))),
            Err(failure) => return Err(failure),
        };
        let file = folder.database();
        let key = match &errand.key_file {
            None if folder.has_own_key() => folder.own_key()?,
            file => folder::named_key(&errand.dir, file.as_deref())?,
        };
        let store = SqliteStore::open(&file, key, Clock::System.now())
            .map_err(|error| Failure::Database(file, error))?;
        Ok(Self::Here { folder, store })
    }

    async fn all(&self, what: What, origin: &str) -> Result<ExitCode, Failure> {
        let ask = match what {
            What::Import { files, source, patient } => {
                let mut code = ExitCode::SUCCESS;
                for file in files {
                    let ask = Ask::Import { source: source.clone(), patient };
                    if !self.import(&file, ask).await? {
                        code = ExitCode::from(EXIT_REFUSED);
                    }
                }
                return Ok(code);
            }
            What::Export { patient } => {
                let mut bundle = Bundle::default();
                self.ask(Ask::Export { patient }, Vec::new(), &mut |told| bundle.tell(told))
                    .await?;
                return bundle.end().map(|()| ExitCode::SUCCESS);
            }
            What::AddClient { name, source, keys, scopes } => {
                let (ask, body) = match keys.zip(scopes) {
                    Some((keys, scopes)) => {
                        (Ask::AddKeyedClient { name, source, scopes }, read_file(&keys)?)
                    }
                    None => (Ask::AddClient { name, source }, Vec::new()),
                };
                let done = self.ask(ask, body, &mut say_told).await;
                return done.map(|()| ExitCode::SUCCESS);
            }
            What::EndClient { name } => Ask::EndClient { name },
            What::NewKey { .. } => unreachable!("a key is made without a folder"),
            What::RotateKeys { file } => {
                folder::new_key(&file)?;
                let unreadable = |error| Failure::KeyUnreadable(file.clone(), error);
                Ask::RotateKeys { file: file.canonicalize().map_err(unreadable)? }
            }
            What::AddStaff { name, role, prescribes } => {
                let before = format!("{origin}/clinic/#setup=");
                return self.link(Ask::AddStaff { name, role, prescribes }, &before).await;
            }
            What::ResetStaff { name } => {
                let before = format!("{origin}/clinic/#setup=");
                return self.link(Ask::ResetStaff { name }, &before).await;
            }
            What::InvitePatient { patient } => {
                let before = format!("{origin}/#activate=");
                return self.link(Ask::InvitePatient { patient }, &before).await;
            }
            What::Access { patient, verb } => Ask::Access { patient, verb },
            What::VerifyAudit => {
                let mut clean = true;
                let mut tell = |told: Tell| match told {
                    Tell::Summary { text, is_clean, .. } => {
                        clean = is_clean;
                        say(&text);
                    }
                    other => say_told(other),
                };
                self.ask(Ask::VerifyAudit, Vec::new(), &mut tell).await?;
                return Ok(if clean { ExitCode::SUCCESS } else { ExitCode::from(EXIT_REFUSED) });
            }
            What::Shred { patient } => Ask::Shred { patient },
            What::Check => Ask::Check,
            What::Compact => Ask::Compact,
        };
        self.ask(ask, Vec::new(), &mut say_told).await.map(|()| ExitCode::SUCCESS)
    }

    async fn link(&self, ask: Ask, before: &str) -> Result<ExitCode, Failure> {
        let mut tell = |told: Tell| match told {
            Tell::Link { secret } => {
                say(&format!("works once, for 72 hours: {before}{secret}"));
            }
            other => say_told(other),
        };
        self.ask(ask, Vec::new(), &mut tell).await.map(|()| ExitCode::SUCCESS)
    }

    /// Whether all of it was taken.
    async fn import(&self, file: &Path, ask: Ask) -> Result<bool, Failure> {
        let shown = file.display().to_string();
        let bytes = read_file(file)?;
        let mut clean = true;
        let mut tell = |told: Tell| match told {
            Tell::Progress { done, of } => progress(&shown, done, of),
            Tell::Summary { text, is_clean, patients } => {
                clean = is_clean;
                say(&format!("{shown}: {text}"));
                for patient in patients {
                    say(&format!("  record {patient}"));
                }
            }
            other => say_told(other),
        };
        let done = self.ask(ask, bytes, &mut tell).await;
        done.map_err(|failure| Failure::Other(format!("{shown}: {failure}")))?;
        Ok(clean)
    }

    async fn ask(
        &self,
        ask: Ask,
        body: Vec<u8>,
        tell: &mut (dyn FnMut(Tell) + Send),
    ) -> Result<(), Failure> {
        let mut failed = None;
        let mut hear = |told: Tell| match told {
            Tell::Failed { sentence } => failed = Some(sentence),
            told => tell(told),
        };
        match self {
            Self::Here { folder, store } => {
                let (receipts, now) = (folder.receipts(), Clock::System.now());
                let checkpoints = folder.checkpoints();
                let (receipts, checkpoints) = (&receipts, &checkpoints);
                let (publish, rescope) = (&drop, &drop);
                let errands = Errands { store, receipts, checkpoints, now, publish, rescope };
                errands.perform(ask, body, &mut hear).await;
            }
            Self::Server(file) => {
                let asked = socket::ask(file, &ask, &body, &mut hear).await;
                let lost = |error| format!("the server on this folder does not answer: {error}");
                asked.map_err(|error| Failure::Other(lost(error)))?;
            }
        }
        failed.map_or(Ok(()), |sentence| Err(Failure::Other(sentence)))
    }
}

fn read_file(file: &Path) -> Result<Vec<u8>, Failure> {
    let shown = file.display();
    let failed = |error| Failure::Other(format!("cannot read {shown}: {error}"));
    let open = std::fs::File::open(file).map_err(failed)?;
    let mut bytes = Vec::new();
    open.take(IMPORT_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > IMPORT_BYTES_MAX {
        let most = IMPORT_BYTES_MAX / (1024 * 1024);
        return Err(Failure::Other(format!("{shown}: it is larger than {most} MiB")));
    }
    Ok(bytes)
}

/// An export on its way to the terminal: each resource as it came, byte for byte.
#[derive(Default)]
struct Bundle {
    begun: bool,
    failed: Option<std::io::Error>,
}

impl Bundle {
    fn tell(&mut self, told: Tell) {
        if let Tell::Resource { url, body } = told {
            let before = if self.begun { ",\n" } else { BUNDLE_BEGINS };
            self.begun = true;
            let url = url.map(|url| serde_json::json!(url).to_string());
            let url = url.map(|url| format!("\"fullUrl\":{url},")).unwrap_or_default();
            self.write(&format!("{before}{{{url}\"resource\":{body}}}"));
        }
    }

    fn end(mut self) -> Result<(), Failure> {
        if !self.begun {
            self.write(BUNDLE_BEGINS);
        }
        self.write("\n]}\n");
        let failed = |error| Failure::Other(format!("the export could not be written: {error}"));
        self.failed.map_or(Ok(()), |error| Err(failed(error)))
    }

    fn write(&mut self, text: &str) {
        if self.failed.is_none() {
            self.failed = std::io::stdout().write_all(text.as_bytes()).err();
        }
    }
}

const BUNDLE_BEGINS: &str = "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[\n";

/// One line that grows, for a person who waits; nothing for a program that reads.
fn progress(file: &str, done: usize, of: usize) {
    let mut terminal = std::io::stderr();
    if !terminal.is_terminal() || of == 0 {
        return;
    }
    let signs = BAR_SIGNS * done / of;
    let bar = format!("{}{}", "#".repeat(signs), ".".repeat(BAR_SIGNS - signs));
    let end = if done >= of { "\n" } else { "" };
    // A terminal that went away needs no bar.
    let _gone = write!(terminal, "\r{file} [{bar}] {} %{end}", 100 * done / of);
}

fn say_told(told: Tell) {
    match told {
        Tell::Token { token } => say(&format!("token, shown this once: {token}")),
        Tell::Ended { count } => say(&format!("{count} ended")),
        Tell::Rotated { count } => {
            say(&format!("{count} keys are opened by the new key; start with it from now on"));
        }
        Tell::Caregiver { account, text } => say(&format!("{account}  {text}")),
        Tell::Shredded => say("the record is gone"),
        Tell::Packed { count } => say(&format!("{count} packs were made")),
        Tell::Checked { count } => say(&format!("{count} sealed values are as they were written")),
        Tell::Progress { .. }
        | Tell::Summary { .. }
        | Tell::Resource { .. }
        | Tell::Link { .. }
        | Tell::Done
        | Tell::Failed { .. } => {}
    }
}

#[expect(clippy::print_stdout, reason = "a command answers whoever typed it")]
fn say(text: &str) {
    println!("{text}");
}
