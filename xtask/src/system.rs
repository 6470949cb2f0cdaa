//! Packages of the system. On Debian as root they are installed; elsewhere the one command is printed.

use std::process::Command;

use crate::say;

/// Installs packages, because `what` is missing. Whether that helped, the caller sees by looking again.
pub fn install(what: &str, packages: &[&str]) -> anyhow::Result<()> {
    let install = ["install", "--yes", "--no-install-recommends"];
    if !(is_debian() && is_root()) {
        let line = format!("apt-get {} {}", install.join(" "), packages.join(" "));
        say::line(&format!("  missing: {what}; on Debian this installs it, as root:"));
        say::line(&format!("  {line}"));
        return Ok(());
    }
    say::line(&format!("  missing: {what}; installing it from Debian's packages"));
    // A new machine has no lists; one without a network may have them already.
    if !apt().arg("update").status()?.success() {
        say::line("  the package lists could not be renewed; going on with those that are here");
    }
    if !apt().args(install).args(packages).status()?.success() {
        say::line("  not everything could be installed; the reason stands above");
    }
    Ok(())
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
