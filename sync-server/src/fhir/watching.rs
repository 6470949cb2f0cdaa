//! Looks each day whether the clinic's programs still fetch what patients ask: otherwise "at the
//! clinic" would be true for a queue that nobody empties.

use std::time::Duration;

use shared::time::Timestamp;

use crate::authorize::Part;
use crate::log::{Line, line};
use crate::state::App;
use crate::store::outgoing::Fetched;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);
/// A program that fetched nothing for so long has stopped: they ask every few minutes.
pub const SILENT_MS_MAX: i64 = 24 * 60 * 60 * 1000;

/// Runs until the server stops.
pub async fn run(app: App) {
    let mut stopping = app.hub().stopping();
    loop {
        let store = app.doorkeeper().for_part(Part::Errands);
        match store.fetches().await {
            Ok(fetches) => {
                for _silent in silent(&fetches, app.now()) {
                    line(&Line::Alarm { what: "a program of the clinic stopped fetching" });
                }
            }
            Err(cause) => line(&Line::Failed { id: "-", what: "fetches", cause: &cause }),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
    }
}

/// Programs that may come and did not.
pub fn silent(fetches: &[Fetched], now: Timestamp) -> impl Iterator<Item = &Fetched> {
    fetches.iter().filter(move |fetched| now.millis_since(fetched.at) > SILENT_MS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_silent_after_a_day() {
        let now = Timestamp::from_millis(10 * SILENT_MS_MAX);
        let at = |millis| Fetched { name: "ehr".into(), at: now.plus_millis(millis) };
        let all = [at(0), at(-SILENT_MS_MAX), at(-SILENT_MS_MAX - 1)];
        assert_eq!(silent(&all, now).collect::<Vec<_>>(), [&all[2]]);
    }
}
