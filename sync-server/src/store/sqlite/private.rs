//! Files that only the server's own user reads, also in a folder that others may enter.

use std::fs::{OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

const OWN_USER_ONLY: u32 = 0o600;
const OTHERS: u32 = 0o077;

/// Makes the file, if there is none yet. SQLite gives the logs beside it the same rights, and says itself
/// what is wrong with a file that cannot be made.
pub fn make(file: &Path) {
    let _sqlite_says_why =
        OpenOptions::new().create(true).append(true).mode(OWN_USER_ONLY).open(file);
}

/// Takes from everybody else what an older version, or another program, gave them. Whoever is not the
/// file's owner cannot, and goes on as before.
pub fn keep(file: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        let is_open =
            std::fs::metadata(&name).is_ok_and(|it| it.permissions().mode() & OTHERS != 0);
        if is_open {
            let _not_the_owner =
                std::fs::set_permissions(&name, Permissions::from_mode(OWN_USER_ONLY));
        }
    }
}
