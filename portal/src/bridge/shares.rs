//! What the page asks for about links that share the open record.

use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareAsk {
    /// What a new link would open. Needs no connection.
    Contents,
    /// All links of the record, as the clinic's server knows them now; and so on below.
    Look,
    Make {
        passcode: Option<String>,
        uses: u32,
        lasts_ms: i64,
    },
    Stop {
        share: String,
    },
}
