//! The journey to an EHR that nobody here wrote. It needs Node; where that cannot be had the journey is
//! skipped, which is no success.

use super::Run;
use super::count::{self, Count};
use super::steps::played;
use crate::node;
use crate::portal::Kind;

/// Where its scripts are.
const SCRIPTS: &str = "tests/fhir/ehr";
/// The journey. One browser is enough: what it proves lies behind the portal.
const JOURNEY: &str = "chromium::ehr";

pub fn check(run: &Run) -> anyhow::Result<Count> {
    let node = match node::set_up()? {
        Ok(node) => node,
        Err(why) => {
            let notes = vec![format!("skipped: {why}")];
            return Ok(Count { skipped: 1, notes, ..Count::default() });
        }
    };
    let mut command = played(run, Kind::Fast)?;
    command.args(["--", JOURNEY]);
    for name in ["stand-in.mjs", "bridge.mjs", "clinician.mjs"] {
        node.script(SCRIPTS, name)?;
    }
    command.env("SATCHEL_NODE", &node.program).env("SATCHEL_NODE_SCRIPTS", &node.place);
    count::tests(command)
}
