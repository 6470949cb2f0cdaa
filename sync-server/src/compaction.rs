//! Long logs are packed in the background: runs of rows become frames that are sent as they lie, which
//! takes half to a tenth of the disk and none of a first sync's time. Doing it twice does nothing, and it
//! may be stopped anywhere: see `store::packs`.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use shared::document::DocumentId;
use shared::wire::pack::Pack;
use shared::wire::{FRAME_TO_DEVICE_BYTES_MAX, Row, rows_bytes_goal};

use crate::authorize::Part;
use crate::log::{Line, line};
use crate::state::App;
use crate::store::packs::{LongLog, NewPack, PackPlace, Tail};
use crate::store::{Store, StoreError};

/// What is worth a pack: a few weeks of one person's messages, or one small import. Less is deflated
/// for each device that asks.
const TAIL: Tail = Tail { rows: 64, bytes: 8 * 1024 };
/// How often it is looked for long logs. Nobody waits for it.
const EVERY: Duration = Duration::from_secs(10 * 60);
/// After each pack it rests for so many times as long as that took: a fifth of one core at most, so that
/// whoever writes meets little of it.
const RESTS: u32 = 4;
/// Packs of one round; the rest waits for the next one.
const PACKS_MAX: usize = 4_096;
/// Bytes of changes in one pack: with what else is said of them they have to fit into one frame.
const WEIGHT_MAX: usize = FRAME_TO_DEVICE_BYTES_MAX * 3 / 4;
/// Logs that are looked up at once.
const LOGS_MAX: usize = 64;

/// The time in which it works and rests.
pub trait Pace: Sync {
    fn now(&self) -> Instant;
    fn rest(&self, how_long: Duration) -> impl Future<Output = ()> + Send;
}

/// Beside a server that others wait for.
struct Beside;

impl Pace for Beside {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn rest(&self, how_long: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(how_long)
    }
}

/// Without any rest, where somebody waits for its end.
pub struct AtOnce;

impl Pace for AtOnce {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn rest(&self, _: Duration) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// Runs until the server stops.
pub async fn run(app: App) {
    let mut stopping = app.hub().stopping();
    loop {
        let round = async {
            // Not at once: after a start everybody comes back first.
            tokio::time::sleep(EVERY).await;
            let store = app.doorkeeper().for_part(Part::Compaction);
            if let Err(cause) = compact(store.as_ref(), &Beside).await {
                line(&Line::Failed { id: "-", what: "compaction", cause: &cause });
            }
        };
        tokio::select! {
            () = round => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
    }
}

/// Packs what is long, and answers how many packs it finished.
pub async fn compact(store: &dyn Store, pace: &impl Pace) -> Result<usize, StoreError> {
    let began = pace.now();
    let mut round = Round { store, pace, began, unfit: BTreeSet::new(), finished: 0 };
    while round.pass().await? {}
    Ok(round.finished)
}

struct Round<'a, P> {
    store: &'a dyn Store,
    pace: &'a P,
    /// When the last rest was over: looking for long logs is work too.
    began: Instant,
    /// Logs with nothing to pack, or that cannot be read: they keep nobody else from being packed.
    unfit: BTreeSet<DocumentId>,
    finished: usize,
}

impl<P: Pace> Round<'_, P> {
    /// One pack of each long log, so that none keeps the others waiting. Answers whether to go on.
    async fn pass(&mut self) -> Result<bool, StoreError> {
        let before = self.finished;
        let mut after = None;
        loop {
            let logs = self.store.long_logs(TAIL, after, LOGS_MAX).await?;
            let Some(last) = logs.last() else {
                return Ok(self.finished > before);
            };
            after = Some(last.document);
            for log in &logs {
                if self.finished >= PACKS_MAX {
                    return Ok(false);
                }
                self.pack(log).await?;
            }
        }
    }

    async fn pack(&mut self, log: &LongLog) -> Result<(), StoreError> {
        if self.unfit.contains(&log.document) {
            return Ok(());
        }
        match next(self.store, log).await {
            Ok(true) => self.finished += 1,
            Ok(false) => {
                self.unfit.insert(log.document);
            }
            Err(cause @ StoreError::Damaged(_)) => {
                line(&Line::Failed { id: "-", what: "compaction", cause: &cause });
                self.unfit.insert(log.document);
            }
            Err(cause @ (StoreError::Full | StoreError::Unreachable(_))) => return Err(cause),
        }
        self.pace.rest((self.pace.now() - self.began) * RESTS).await;
        self.began = self.pace.now();
        Ok(())
    }
}

/// The next pack of a log, whole or what a process that ended left of it. False if there is none.
async fn next(store: &dyn Store, log: &LongLog) -> Result<bool, StoreError> {
    let place = match log.begun {
        Some(begun) => begun,
        None => match write(store, log).await? {
            Some(written) => written,
            None => return Ok(false),
        },
    };
    let is_finished = match store.verify_pack(place).await? {
        Some(verified) => store.finish_pack(verified).await?,
        None => {
            line(&Line::Alarm { what: "a pack did not say what its rows say; the rows stay" });
            false
        }
    };
    if !is_finished {
        store.discard_pack(place).await?;
    }
    Ok(is_finished)
}

/// The first step; nothing if no row is new in it.
async fn write(store: &dyn Store, log: &LongLog) -> Result<Option<PackPlace>, StoreError> {
    let LongLog { document, packed, .. } = *log;
    let goal = rows_bytes_goal(&document);
    let (mut rows, _) = store.rows_after(document, begins_after(log, goal), goal).await?;
    while rows.len() > 1 && weight(&rows) > WEIGHT_MAX {
        rows.pop();
    }
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return Ok(None);
    };
    let place = PackPlace { document, first: first.seq, last: last.seq };
    if place.last <= packed {
        return Ok(None);
    }
    let weight = weight(&rows);
    let pack = packed_rows(document, rows).await?;
    store.write_pack(NewPack { place, weight, pack }).await?;
    Ok(Some(place))
}

fn weight(rows: &[Row]) -> usize {
    rows.iter().map(|row| row.bytes.len()).sum()
}

/// A small last pack is made anew with what came since, so that a log that grows slowly does not end
/// as a thousand crumbs.
fn begins_after(log: &LongLog, goal: usize) -> u64 {
    match log.last {
        Some((first, weight)) if weight < goal / 2 => first.saturating_sub(1),
        Some(_) | None => log.packed,
    }
}

/// Deflating as small as it goes takes a tenth of a second, in which nobody else should wait.
async fn packed_rows(document: DocumentId, rows: Vec<Row>) -> Result<Pack, StoreError> {
    let pack = tokio::task::spawn_blocking(move || Pack::smallest(document, rows));
    pack.await.map_err(|error| StoreError::Unreachable(Box::new(error)))
}

#[cfg(test)]
mod tests;
