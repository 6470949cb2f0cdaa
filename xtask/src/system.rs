//! Packages of the system, asked for all at once and before anything is built. On Debian as root they
//! are installed; elsewhere the one command that installs them is printed.

use std::process::Command;

use crate::say;

const INSTALL: [&str; 3] = ["install", "--yes", "--no-install-recommends"];

/// What something needs of the system and is not here.
pub struct Missing {
    pub what: &'static str,
    pub packages: &'static [&'static str],
}

/// Installs what is missing. Whether that helped, each user of it sees by looking again.
pub fn install(missing: &[Missing]) -> anyhow::Result<()> {
    let Some(line) = line(missing) else { return Ok(()) };
    if !(is_debian() && is_root()) {
        tell(missing);
        return Ok(());
    }
    say::line(&format!("missing: {}; installing it from Debian's packages", names(missing)));
    // A new machine has no lists; one without a network may have them already.
    if !apt().arg("update").status()?.success() {
        say::line("  the package lists could not be renewed; going on with those that are here");
    }
    if !apt().args(line.split(' ').skip(1)).status()?.success() {
        say::line("  not everything could be installed; the reason stands above");
    }
    Ok(())
}

/// Says how to have all of it.
pub fn tell(missing: &[Missing]) {
    if let Some(line) = line(missing) {
        say::line(&format!("missing: {}; on Debian this installs it, as root:", names(missing)));
        say::line(&format!("  {line}"));
        if !is_debian() {
            say::line("on other systems: the same programs from their packages, each in the PATH");
        }
    }
}

fn names(missing: &[Missing]) -> String {
    missing.iter().map(|one| one.what).collect::<Vec<_>>().join(", ")
}

/// One command for everything, as one would type it.
fn line(missing: &[Missing]) -> Option<String> {
    let packages: Vec<&str> = missing.iter().flat_map(|one| one.packages).copied().collect();
    let words = ["apt-get"].into_iter().chain(INSTALL).chain(packages.iter().copied());
    (!packages.is_empty()).then(|| words.collect::<Vec<_>>().join(" "))
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.arg("--quiet").env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn is_debian() -> bool {
    let about = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    about.lines().any(|line| line == "ID=debian")
}

pub fn is_root() -> bool {
    let asked = Command::new("id").arg("-u").output();
    asked.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_missing_is_one_command() {
        let missing = [
            Missing { what: "Node", packages: &["nodejs", "npm"] },
            Missing { what: "Python's venv", packages: &["python3-venv"] },
        ];
        assert_eq!(
            line(&missing).unwrap(),
            "apt-get install --yes --no-install-recommends nodejs npm python3-venv"
        );
        assert_eq!(names(&missing), "Node, Python's venv");
        assert_eq!(line(&[]), None);
    }
}
