//! The commands a host types, with bad input: one sentence that says what is wrong, an exit code
//! that is not 0, nothing half done. And the two things that must go right: a start, a second start.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod program;
mod visitor;

use program::{Ended, Program, run, run_in};
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::time::{Duration, Instant};
use tests::scratch::{Folder, free_port};
use visitor::Visitor;

/// A demo that was there before is there again after this.
const SECOND_START: Duration = Duration::from_secs(10);

/// A command that must fail: what it was told, and words its one sentence must have.
fn check_refused(arguments: &[&str], words: &[&str]) {
    check_failed(&run(arguments), arguments, words);
}

fn check_failed(ended: &Ended, arguments: &[&str], words: &[&str]) {
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
fn a_port_that_is_taken_on_the_other_address_of_localhost_is_no_place_for_links() {
    let folder = Folder::new("other-localhost").unwrap();
    // A machine without the newer protocol has nobody listening there.
    let Ok(other) = TcpListener::bind("[::1]:0") else { return };
    let port = other.local_addr().unwrap().port().to_string();
    let clinic = folder.path().join("clinic");
    check_refused(&["demo", "--dir", text(&clinic), "--port", &port], &[&port, "--port"]);
    assert_eq!(content(folder.path()), [], "a start that failed left something");
}

#[test]
fn a_demo_keeps_both_addresses_of_localhost_until_it_ends() {
    // A machine without the newer protocol has one address.
    if TcpListener::bind("[::1]:0").is_err() {
        return;
    }
    let folder = Folder::new("both-localhosts").unwrap();
    let port = free_port().unwrap();
    let program = Program::start(folder.path(), port);
    for address in ["127.0.0.1", "[::1]"] {
        let place = format!("{address}:{port}");
        let mut stream = TcpStream::connect(&place).expect(address);
        let request = format!("HEAD / HTTP/1.1\r\nhost: {place}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).unwrap();
        assert!(said.starts_with("HTTP/1.1 200"), "{address}: {said}");
    }
    let other = TcpListener::bind(format!("[::1]:{port}"));
    assert!(other.is_err(), "somebody else would be given the links");
    program.stop();
    TcpListener::bind(format!("[::1]:{port}")).unwrap();
}

#[test]
fn a_demo_that_cannot_be_reached_from_the_network_forgets_nothing() {
    let folder = Folder::new("no-network").unwrap();
    let port = free_port().unwrap();
    Program::start(folder.path(), port).stop();
    let before = content(folder.path());
    // Without a network nothing more is needed for this to fail; in one, its place there is taken.
    let way_out = UdpSocket::bind("0.0.0.0:0").unwrap();
    let found = way_out.connect("192.0.2.1:9").and_then(|()| way_out.local_addr());
    let _taken = found.map(|own| TcpListener::bind((own.ip(), port)).unwrap());
    let port = port.to_string();
    let arguments = ["demo", "--dir", text(folder.path()), "--port", &port, "--reset", "--lan"];
    check_refused(&arguments, &[]);
    assert_eq!(content(folder.path()), before, "the old demo is not as it was");
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
fn nothing_of_ours_is_left_beside_what_is_not_ours() {
    let folder = Folder::new("not-ours").unwrap();
    let port = free_port().unwrap().to_string();
    let dir = text(folder.path());
    for name in ["satchel.db", "demo", "letter.txt"] {
        let file = folder.path().join(name);
        fs::write(&file, "somebody's letter, not a database. ".repeat(300)).unwrap();
        let before = content(folder.path());
        check_refused(&["demo", "--dir", dir, "--port", &port, "--reset"], &[name, "--dir"]);
        if name == "satchel.db" {
            check_refused(&["serve", "--dir", dir, "--port", &port], &[name, "--dir"]);
            check_refused(&["check", "--dir", dir], &[name, "--dir"]);
        }
        assert_eq!(content(folder.path()), before, "something was left beside {name}");
        fs::remove_file(file).unwrap();
    }
}

#[test]
fn a_command_on_a_folder_without_a_clinic_makes_none() {
    let folder = Folder::new("mistyped").unwrap();
    let file = folder.path().join("record.json");
    fs::write(&file, "{}").unwrap();
    let before = content(folder.path());
    let patient = "00000000000000000000000001";
    for words in [
        &["import", text(&file), "--source", "lake"][..],
        &["export", "--patient", patient],
        &["client", "end", "lake"],
        &["audit", "verify"],
        &["staff", "add", "Sam", "--role", "nurse"],
        &["patient", "invite", "--patient", patient],
        &["grant", "list", "--patient", patient],
        &["keys", "rotate", text(&folder.path().join("new.key"))],
        &["shred", patient],
        &["check"],
        &["compact"],
    ] {
        let mistyped = folder.path().join("clinci");
        let arguments = [words, &["--dir", text(&mistyped)]].concat();
        check_refused(&arguments, &["no clinic", text(&mistyped), "--dir"]);
        assert!(!mistyped.exists(), "{words:?} made the folder");
    }
    assert_eq!(content(folder.path()), before);
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
fn a_new_key_touches_no_other_file_and_may_stand_in_this_folder() {
    let folder = Folder::new("keys").unwrap();
    let (first, second) = (folder.path().join("satchel.new"), folder.path().join("satchel.key"));
    assert!(run(&["keys", "new", text(&first)]).success);
    let before = fs::read(&first).unwrap();
    assert!(run(&["keys", "new", text(&second)]).success);
    assert_eq!(fs::read(&first).unwrap(), before, "another key was lost");
    // Without a folder in front.
    let bare = run_in(folder.path(), &["keys", "new", "k1"]);
    assert!(bare.success, "{}", bare.stderr);
    let names = ["k1", "satchel.key", "satchel.new"];
    let found = content(folder.path()).into_iter().map(|(name, _)| name);
    let is_text = |name: &str| text(&folder.path().join(name)).to_owned();
    assert!(found.eq(names.map(is_text)), "something else was left");
    let clinic = Folder::new("keys-clinic").unwrap();
    Program::start(clinic.path(), free_port().unwrap()).stop();
    let rotated = run_in(folder.path(), &["keys", "rotate", "k3", "--dir", text(clinic.path())]);
    assert!(rotated.success, "{}", rotated.stderr);
    let nowhere = folder.path().join("nowhere/k");
    check_refused(&["keys", "new", text(&nowhere)], &[text(&nowhere)]);
}

#[test]
fn a_clinic_that_is_there_wants_the_key_it_was_made_with() {
    let folder = Folder::new("its-own-key").unwrap();
    Program::start(folder.path(), free_port().unwrap()).stop();
    fs::remove_file(folder.path().join("keys/record.key")).unwrap();
    let port = free_port().unwrap().to_string();
    for words in [&["check"][..], &["serve", "--port", &port]] {
        let arguments = [words, &["--dir", "."]].concat();
        let ended = run_in(folder.path(), &arguments);
        check_failed(&ended, &arguments, &["made with", "--key-file"]);
        assert!(!ended.stderr.contains("keys new"), "a new key opens nothing here");
    }
    let arguments = ["serve", "--port", &port, "--dir", "none-yet"];
    check_failed(&run_in(folder.path(), &arguments), &arguments, &["keys new"]);
}

#[test]
fn whom_a_command_is_about_is_named_well_or_it_says_how() {
    let folder = Folder::new("names").unwrap();
    Program::start(folder.path(), free_port().unwrap()).stop();
    let typed = |words: &[&str]| run_in(folder.path(), &[words, &["--dir", "."]].concat());
    let refused = |words: &[&str], said: &[&str]| check_failed(&typed(words), words, said);
    let long = "S".repeat(81);
    for name in ["", " ", "Sam\nOrtiz", &long] {
        refused(&["staff", "add", name, "--role", "nurse"], &["name", "80"]);
    }
    refused(&["staff", "reset", "Nobody"], &["Nobody", "staff add"]);
    for _ in 0..2 {
        assert!(typed(&["staff", "add", "Sam Ortiz", "--role", "nurse"]).success);
    }
    let both = typed(&["staff", "reset", "Sam Ortiz"]);
    check_failed(&both, &["reset"], &["Sam Ortiz", "nurse"]);
    let ids: Vec<&str> = both.stderr.split_whitespace().filter(|word| word.len() == 26).collect();
    assert_eq!(ids.len(), 2, "{}", both.stderr);
    for id in ids {
        let one = typed(&["staff", "reset", id]);
        assert!(one.success && one.stdout.contains("#setup="), "{}", one.stderr);
    }
    refused(&["client", "end", "Nope"], &["Nope", "client add"]);
    assert!(typed(&["client", "add", "lake", "--source", "ehr"]).success);
    refused(&["client", "end", "Nope"], &["Nope", "lake"]);
    assert!(typed(&["client", "end", "lake"]).success);
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
    let rosa = Visitor::enters(port, first.link("patient"));
    let device = rosa.asks("GET /api/devices", "");
    let device = device.split("\"device\":\"").nth(1).and_then(|rest| rest.split('"').next());
    let device = device.expect("it is listed").to_owned();
    rosa.asks(&format!("POST /api/devices/{device}"), "{\"name\":\"Kitchen tablet\"}");
    let renewed = ["patient", "caregiver", "nurse", "new patient"];
    let links = renewed.map(|who| first.link(who).to_owned());
    first.stop();

    let begun = Instant::now();
    let second = Program::start(folder.path(), port);
    assert!(begun.elapsed() < SECOND_START, "a second start took {:?}", begun.elapsed());
    for (who, link) in renewed.into_iter().zip(links) {
        assert_ne!(second.link(who), link, "a link is good for one start: {who}");
    }
    // The session of before, and what was written in it.
    assert!(rosa.asks("GET /api/devices", "").contains("Kitchen tablet"));
    let again = Visitor::enters(port, second.link("patient"));
    assert!(again.asks("GET /api/devices", "").contains("Kitchen tablet"));
    second.stop();
}
