//! The folder of a demo: whose it is, what is forgotten in it, and whether its people came in whole.

use std::io::ErrorKind;
use std::path::Path;

use crate::folder::{Folder, write_private};
use crate::serve::Failure;

/// Marks a folder as one whose content may be forgotten, when it holds just these words.
const MARKER: &str = "demo";
const WORDS: &str = "made-up people; --reset may delete this\n";
/// Is there until all of the made-up people came in.
const UNFINISHED: &str = "demo.unfinished";
/// What a first start may leave that was ended before it could write its mark.
const BEFORE_THE_MARK: [&str; 3] = ["keys", "lock", "demo.new"];
const FORGOTTEN: [&str; 6] = [
    "satchel.db",
    "satchel.db-journal",
    "satchel.db-wal",
    "satchel.db-shm",
    "audit.checkpoint",
    "record.keys",
];
/// Each is made anew where it is missing.
const KEYS: [&str; 4] =
    ["keys/receipt.key", "keys/sign-in.key", "keys/audit.key", "keys/record.key"];

/// Refuses a folder with anything in it that is not a demo's. Nothing is written.
pub fn look(dir: &Path) -> Result<(), Failure> {
    match std::fs::read(dir.join(MARKER)) {
        Ok(words) if words == WORDS.as_bytes() => return Ok(()),
        Ok(_) => return Err(not_a_demo(dir, MARKER)),
        Err(error) if error.kind() == ErrorKind::IsADirectory => {
            return Err(not_a_demo(dir, MARKER));
        }
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
        Err(error) => return Err(Failure::NoAccess(dir.to_owned(), error)),
    }
    // One that is not there, or cannot be looked into, is somebody else's word to say.
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut names: Vec<_> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    // Systems keep hidden files of their own wherever somebody looked.
    names.retain(|name| !name.starts_with('.') && !BEFORE_THE_MARK.contains(&name.as_str()));
    names.sort();
    names.first().map_or(Ok(()), |name| Err(not_a_demo(dir, name)))
}

fn not_a_demo(dir: &Path, name: &str) -> Failure {
    Failure::Other(format!(
        "the folder {} holds {name}, which is not a demo's; give --dir a new folder",
        dir.display()
    ))
}

/// The demo's folder. What lies in it may be damaged or of another version: to be forgotten it is good
/// enough, as long as it is marked as a demo's and nobody uses it.
pub fn open(dir: &Path, reset: bool) -> Result<Folder, Failure> {
    look(dir)?;
    match Folder::open(dir) {
        Err(Failure::Database(..) | Failure::KeyDamaged(_))
            if reset && dir.join(MARKER).exists() =>
        {
            let kept = Folder::lock(dir)?;
            for name in FORGOTTEN.into_iter().chain(KEYS) {
                remove(dir, name)?;
            }
            drop(kept);
            Folder::open(dir)
        }
        opened => opened,
    }
}

/// Forgets what is to be forgotten, and what was never whole: its start was ended while the people came
/// in, and they would come in by half.
pub fn begin(folder: &Folder, reset: bool) -> Result<(), Failure> {
    let is_whole = folder.database().exists() && !folder.path(UNFINISHED).exists();
    write(folder, MARKER, WORDS)?;
    if is_whole && !reset {
        return Ok(());
    }
    write(folder, UNFINISHED, "the people are coming in; the next start begins again\n")?;
    FORGOTTEN.into_iter().try_for_each(|name| remove(folder.dir(), name))
}

/// All of the people came in.
pub fn is_whole(folder: &Folder) -> Result<(), Failure> {
    remove(folder.dir(), UNFINISHED)
}

fn write(folder: &Folder, name: &str, words: &str) -> Result<(), Failure> {
    let file = folder.path(name);
    write_private(&file, words.as_bytes()).map_err(|error| Failure::NoAccess(file, error))
}

fn remove(dir: &Path, name: &str) -> Result<(), Failure> {
    let file = dir.join(name);
    match std::fs::remove_file(&file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Failure::NoAccess(file, error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(folder: &Path) -> Vec<(String, Vec<u8>)> {
        let files = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
        let name = |file: &std::fs::DirEntry| file.file_name().into_string().unwrap();
        let mut all: Vec<_> = files
            .map(|file| (name(&file), std::fs::read(file.path()).unwrap_or_default()))
            .collect();
        all.sort();
        all
    }

    #[test]
    fn only_a_folder_of_a_demo_or_a_new_one_is_used() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("clinic");
        look(&dir).unwrap();
        std::fs::create_dir(&dir).unwrap();
        std::fs::write(dir.join(".hidden"), "").unwrap();
        look(&dir).unwrap();
        // What is left of a start that was ended early.
        drop(Folder::open(&dir).unwrap());
        look(&dir).unwrap();
        for name in ["demo", "satchel.db", "record.keys", "audit.checkpoint", "letter.txt"] {
            std::fs::write(dir.join(name), "somebody's").unwrap();
            let before = content(&dir);
            let Err(Failure::Other(said)) = look(&dir) else { panic!("{name} was taken") };
            assert!(said.contains(name) && said.contains("--dir"), "{said}");
            assert_eq!(content(&dir), before);
            std::fs::remove_file(dir.join(name)).unwrap();
        }
        std::fs::create_dir(dir.join("demo")).unwrap();
        assert!(look(&dir).is_err(), "a folder called demo");
        std::fs::remove_dir(dir.join("demo")).unwrap();
        begin(&Folder::open(&dir).unwrap(), false).unwrap();
        std::fs::write(dir.join("letter.txt"), "beside a demo").unwrap();
        look(&dir).unwrap();
    }

    #[test]
    fn a_reset_forgets_what_is_damaged_or_of_another_version_and_nothing_of_somebody_else() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("clinic");
        let rubbish = |file: &Path| std::fs::write(file, "rubbish".repeat(40)).unwrap();
        let empty = |file: &Path| std::fs::write(file, "").unwrap();
        type Spoil<'a> = &'a dyn Fn(&Path);
        let spoilt: [(&str, Spoil<'_>); 2] =
            [("satchel.db", &rubbish), ("keys/sign-in.key", &empty)];
        for (name, spoil) in spoilt {
            let folder = open(&dir, true).unwrap();
            begin(&folder, true).unwrap();
            std::fs::write(dir.join("record.keys"), "of the demo before").unwrap();
            drop(folder);
            spoil(&dir.join(name));
            let before = content(&dir);
            assert!(open(&dir, false).is_err(), "{name} was taken as it is");
            assert_eq!(content(&dir), before);
            begin(&open(&dir, true).unwrap(), true).unwrap();
            assert!(!dir.join("satchel.db").exists() && !dir.join("record.keys").exists());
        }
        rubbish(&dir.join("satchel.db"));
        std::fs::remove_file(dir.join(MARKER)).unwrap();
        assert!(open(&dir, true).is_err(), "it may be somebody's");
        assert!(dir.join("satchel.db").exists());
    }
}
