//! The inner loop runs a test program again only where it is another one than the one that passed. What
//! tests read while they run changes seldom; the whole run, and who names a test, ask for nothing that was
//! kept here.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::UNIX_EPOCH;

use anyhow::Context;
use serde_json::Value;

use super::count::{self, Count};
use crate::workspace;

/// A compiled program of tests.
struct Program {
    name: String,
    file: PathBuf,
    package: PathBuf,
}

/// Builds with this command, then runs each of its programs that did not pass just so before.
pub fn tests(mut build: Command, words: &[&str]) -> anyhow::Result<Count> {
    build.args(["--no-run", "--message-format", "json-render-diagnostics"]).stdout(Stdio::piped());
    let mut child = build.spawn().with_context(|| workspace::words(&build))?;
    let output = child.stdout.take().expect("the output was piped a line above");
    let lines = BufReader::new(output).lines().collect::<Result<Vec<_>, _>>()?;
    if !child.wait()?.success() {
        return Ok(Count::failure(format!("`{}` failed", workspace::words(&build))));
    }
    let programs = lines.iter().filter_map(|line| program(line));
    run_changed(programs, words, &workspace::target().join("tools/passed"))
}

/// Each in its package's folder, as cargo runs it.
fn run_changed(
    programs: impl Iterator<Item = Program>,
    words: &[&str],
    kept: &Path,
) -> anyhow::Result<Count> {
    let before = fs::read_to_string(kept).unwrap_or_default();
    let (mut all, mut held) = (Count::default(), Vec::new());
    for Program { name, file, package } in programs {
        let print = print(&file, words)?;
        if before.lines().any(|line| line == print) {
            all.notes.push(format!("{name} skipped: the same program passed before"));
            all.left_out += 1;
            held.push(print);
            continue;
        }
        let mut command = Command::new(&file);
        command.args(words).current_dir(&package).env("CARGO_MANIFEST_DIR", &package);
        let count = count::tests_if_any(command)?;
        if count.held() {
            held.push(print);
        }
        all.add(count);
    }
    fs::create_dir_all(kept.parent().context("a file lies in a folder")?)?;
    fs::write(kept, held.join("\n"))?;
    Ok(all)
}

/// What cargo says of a program that it built, if this line is that.
fn program(line: &str) -> Option<Program> {
    let said: Value = serde_json::from_str(line).ok()?;
    let file = PathBuf::from(said["executable"].as_str()?);
    let is_test = said["profile"]["test"] == true;
    let package = Path::new(said["manifest_path"].as_str()?).parent()?;
    let (target, of) = (said["target"]["name"].as_str()?, package.file_name()?.to_str()?);
    let name = format!("{of}, {target}");
    is_test.then(|| Program { name, file, package: package.to_owned() })
}

/// Tells this program, and what it is asked, from any other.
fn print(file: &Path, words: &[&str]) -> anyhow::Result<String> {
    let about = fs::metadata(file).with_context(|| file.display().to_string())?;
    let made = about.modified()?.duration_since(UNIX_EPOCH)?.as_nanos();
    Ok(format!("{} {} {made} {}", file.display(), about.len(), words.join(" ")))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn asked(folder: &Path, script: &str, words: &[&str]) -> Count {
        let file = folder.join("program");
        if fs::read_to_string(&file).ok().as_deref() != Some(script) {
            fs::write(&file, script).unwrap();
            fs::set_permissions(&file, PermissionsExt::from_mode(0o700)).unwrap();
        }
        let program = Program { name: "one".into(), file, package: folder.to_owned() };
        run_changed([program].into_iter(), words, &folder.join("kept/passed")).unwrap()
    }

    #[test]
    fn what_passed_is_not_run_again_until_it_is_another_or_asked_something_else() {
        let folder = tempfile::tempdir().unwrap();
        let good = "#!/bin/sh\necho 'test result: ok. 2 passed; 0 failed; 0 ignored;'";
        let bad = "#!/bin/sh\necho 'test result: FAILED. 1 passed; 1 failed;'; exit 101";
        let ran = |script, words: &[&str]| {
            let count = asked(folder.path(), script, words);
            (count.passed, count.failed)
        };
        assert_eq!(ran(good, &[]), (2, 0));
        assert_eq!(ran(good, &[]), (0, 0));
        assert_eq!(ran(good, &["--skip", "slow"]), (2, 0));
        assert_eq!(ran(bad, &[]), (1, 1));
        assert_eq!(ran(bad, &[]), (1, 1));
        assert_eq!(ran(good, &[]), (2, 0));
        let note = asked(folder.path(), good, &[]).notes.concat();
        assert_eq!(note, "one skipped: the same program passed before");
    }

    #[test]
    fn programs_of_tests_are_told_from_everything_else_that_cargo_builds() {
        let line = |test: bool, executable: &str| {
            format!(
                r#"{{"manifest_path":"/a b/shared/Cargo.toml","target":{{"name":"shared"}},
                "profile":{{"test":{test}}},"executable":{executable}}}"#
            )
        };
        let found = program(&line(true, r#""/t/shared-1""#)).unwrap();
        assert_eq!(
            (found.name.as_str(), found.package.to_str()),
            ("shared, shared", Some("/a b/shared"))
        );
        assert!(program(&line(false, r#""/t/shared-1""#)).is_none());
        assert!(program(&line(true, "null")).is_none());
        assert!(program("   Compiling shared").is_none());
    }
}
