//! The commands a host types, with bad input: one sentence that says what is wrong, an exit code
//! that is not 0, nothing half done. And the two things that must go right: a start, a second start.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod program;

use program::{Program, run};
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use tests::scratch::{Folder, free_port};

/// A command that must fail: what it was told, and words its one sentence must have.
fn check_refused(arguments: &[&str], words: &[&str]) {
    let ended = run(arguments);
    let said = ended.stderr.trim();
    assert!(!ended.success, "{arguments:?} exits with 0");
    assert_eq!(said.lines().count(), 1, "{arguments:?} says more than a sentence:\n{said}");
    assert_eq!(ended.stdout, "", "{arguments:?} speaks on the wrong stream");
    assert!(!said.contains("panicked"), "{said}");
    for word in words {
        assert!(said.contains(word), "{arguments:?} says {said:?}, without {word:?}");
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Every file below a folder with its content, to see that nothing was touched.
fn content(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(content(&path));
        } else {
            found.push((text(&path).to_owned(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn what_is_not_understood_is_named() {
    let folder = Folder::new("not-understood").unwrap();
    let clinic = folder.path().join("clinic");
    let clinic = text(&clinic);
    check_refused(&[], &["serve", "--help"]);
    check_refused(&["sevre"], &["sevre", "serve"]);
    check_refused(&["serve", "--dir", clinic, "--prot", "1"], &["--prot", "--help"]);
    check_refused(&["serve", "--dir", clinic, "--port"], &["--port"]);
    check_refused(&["serve", "--dir", clinic, "--port", "many"], &["--port", "many"]);
    check_refused(&["serve", "--dir", clinic, "--origin", "portal.example"], &["--origin"]);
    check_refused(&["serve", "--dir", clinic, "--reset"], &["--reset"]);
    assert_eq!(content(folder.path()), [], "a refused command left something");
}

#[test]
fn a_taken_port_is_named_and_nothing_is_half_done() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for command in ["serve", "demo"] {
        let folder = Folder::new(&format!("taken-port-{command}")).unwrap();
        let clinic = folder.path().join("clinic");
        check_refused(&[command, "--dir", text(&clinic), "--port", &port], &[&port, "--port"]);
        assert_eq!(content(folder.path()), [], "a start that failed left something");
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = Folder::new("no-access").unwrap();
    let file = folder.path().join("a-file");
    fs::write(&file, "not a folder").unwrap();
    let before = content(folder.path());
    // Root may write everywhere, so this is what no one can: a folder below a file.
    let inside = file.join("clinic");
    let port = free_port().unwrap().to_string();
    check_refused(&["serve", "--dir", text(&inside), "--port", &port], &[text(&inside)]);
    check_refused(&["serve", "--dir", text(&file), "--port", &port], &[text(&file)]);
    assert_eq!(content(folder.path()), before);
}

#[test]
fn a_portal_that_is_not_there_is_named() {
    let folder = Folder::new("no-portal").unwrap();
    let (clinic, portal) = (folder.path().join("clinic"), folder.path().join("portal"));
    let port = free_port().unwrap().to_string();
    let (clinic, portal) = (text(&clinic), text(&portal));
    let arguments = ["serve", "--dir", clinic, "--port", &port, "--portal", portal];
    check_refused(&arguments, &[portal]);
    assert_eq!(content(folder.path()), []);
}

#[test]
fn a_database_that_is_not_ours_is_left_as_it_was() {
    let folder = Folder::new("damaged").unwrap();
    let program = Program::start(folder.path(), free_port().unwrap());
    program.stop();
    let database = program::database(folder.path());
    let good = fs::read(&database).unwrap();
    let port = free_port().unwrap().to_string();
    let arguments = ["serve", "--dir", text(folder.path()), "--port", &port];

    fs::write(&database, b"somebody's letter, not a database. ".repeat(300)).unwrap();
    let before = content(folder.path());
    check_refused(&arguments, &[text(&database)]);
    assert_eq!(content(folder.path()), before, "a foreign file was changed");

    // The header's user version (SQLite file format, section 1.3), as a later release would set it.
    let mut newer = good;
    newer[60..64].copy_from_slice(&9_999_u32.to_be_bytes());
    fs::write(&database, newer).unwrap();
    let before = content(folder.path());
    check_refused(&arguments, &["newer"]);
    assert_eq!(content(folder.path()), before, "a newer database was changed");
}

#[test]
fn records_without_a_key_of_their_own_are_not_served() {
    let folder = Folder::new("no-key").unwrap();
    let (clinic, beside) = (folder.path().join("clinic"), folder.path().join("clinic/a.key"));
    let port = free_port().unwrap().to_string();
    let serve = ["serve", "--dir", text(&clinic), "--port", &port, "--key-file"];
    check_refused(&[&serve[..], &["nowhere.key"]].concat(), &["nowhere.key"]);
    assert_eq!(content(folder.path()), [], "a start that failed left something");
    fs::create_dir(&clinic).unwrap();
    assert!(run(&["keys", "new", text(&beside)]).success);
    let before = content(folder.path());
    check_refused(&[&serve[..], &[text(&beside)]].concat(), &[text(&beside), "folder"]);
    check_refused(&["keys", "new", text(&beside)], &[text(&beside)]);
    assert_eq!(content(folder.path()), before);
}

#[test]
fn a_folder_in_use_is_not_opened_twice() {
    let folder = Folder::new("in-use").unwrap();
    let first = Program::start(folder.path(), free_port().unwrap());
    let port = free_port().unwrap().to_string();
    check_refused(&["demo", "--dir", text(folder.path()), "--port", &port], &[]);
    first.stop();
}

#[test]
fn the_demo_starts_and_keeps_its_place() {
    let folder = Folder::new("starts").unwrap();
    let port = free_port().unwrap();
    let first = Program::start(folder.path(), port);
    for who in ["patient", "caregiver", "nurse", "new patient"] {
        let link = first.link(who);
        assert!(link.starts_with(&format!("http://localhost:{port}/")), "{who}: {link}");
    }
    let secret = first.link("patient").to_owned();
    first.stop();
    let second = Program::start(folder.path(), port);
    assert_ne!(second.link("patient"), secret, "a link is good for one start");
    second.stop();
}
