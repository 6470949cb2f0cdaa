//! Commands are killed in the middle of their work, again and again: what they change is there whole or
//! not at all, and the next one ends it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod compaction;
mod import;

use std::path::Path;
use std::process::{Child, Command, Stdio};

use sync_server::sealing::WrappingKey;

const KEY: WrappingKey = WrappingKey::from_bytes([5; 32]);

fn key_file(folder: &Path) -> std::path::PathBuf {
    folder.join("satchel.key")
}

fn keep_key(folder: &Path) {
    std::fs::write(key_file(folder), KEY.text()).unwrap();
}

/// The real program, with these words and this folder.
fn begun(folder: &Path, words: &[&Path]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_sync-server"))
        .args(words)
        .args([Path::new("--dir"), folder, Path::new("--key-file"), &key_file(folder)])
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Lets it write so much and kills it, unless it has ended by then.
fn kill_at(mut child: Child, folder: &Path, bytes: u64) {
    let log = folder.join("satchel.db-wal");
    while child.try_wait().unwrap().is_none() {
        if std::fs::metadata(&log).map_or(0, |file| file.len()) >= bytes {
            child.kill().unwrap();
            break;
        }
        std::thread::yield_now();
    }
    child.wait().unwrap();
}
