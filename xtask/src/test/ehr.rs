//! The journeys to an EHR, and to a program that opens links, which nobody here wrote. They need Node;
//! where that cannot be had they are skipped, which is no success.

use super::Run;
use super::count::{self, Count};
use super::steps::played;
use crate::node;
use crate::portal::Kind;

/// Where its scripts are.
const SCRIPTS: &str = "tests/fhir/ehr";
/// What opens a link that shares a record.
const LINKS: &str = "tests/fhir/links";
/// The journeys. One browser is enough: what they prove lies behind the portal.
const JOURNEYS: [&str; 2] = ["chromium::ehr", "chromium::checked_link"];

pub fn check(run: &Run) -> anyhow::Result<Count> {
    let node = match node::set_up()? {
        Ok(node) => node,
        Err(why) => {
            let notes = vec![format!("skipped: {why}")];
            return Ok(Count { skipped: 1, notes, ..Count::default() });
        }
    };
    let mut command = played(run, Kind::Fast)?;
    command.arg("--").args(JOURNEYS);
    for name in ["stand-in.mjs", "bridge.mjs", "clinician.mjs"] {
        node.script(SCRIPTS, name)?;
    }
    node.script(LINKS, "open-link.mjs")?;
    command.env("SATCHEL_NODE", &node.program).env("SATCHEL_NODE_SCRIPTS", &node.place);
    count::tests(command)
}
