//! The one writer. Verbs that wait are run together in one transaction, each in a savepoint of its
//! own, and every one of them is answered after the commit: one flush of the disk serves many.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use super::StoreError;

/// Verbs of one commit. More would let the first of them wait too long.
const BATCH_VERBS_MAX: usize = 512;
/// Verbs that wait for the writer. Beyond that the server says that it is busy.
const QUEUE_VERBS_MAX: usize = 4_096;

/// A verb, run inside the transaction; it answers how to tell its caller about the commit.
type Job = Box<dyn FnOnce(&mut Transaction<'_>) -> Told + Send>;
/// Tells the caller: what came of it, or that the commit failed.
type Told = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

pub struct Writer {
    queue: Mutex<Option<SyncSender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub fn start(connection: Connection) -> Self {
        let (queue, jobs) = sync_channel(QUEUE_VERBS_MAX);
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || work(connection, &jobs))
            .expect("a process can start one more thread");
        Self { queue: Mutex::new(Some(queue)), thread: Mutex::new(Some(thread)) }
    }

    pub async fn run<T: Send + 'static>(
        &self,
        verb: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |transaction| {
            let result = in_savepoint(transaction, verb);
            Box::new(move |committed: Result<(), StoreError>| {
                // A caller that went away, because its client did, needs no answer.
                let _gone = answer.send(committed.and(result));
            })
        });
        self.enqueue(job)?;
        answered.await.map_err(|_| stopped())?
    }

    fn enqueue(&self, job: Job) -> Result<(), StoreError> {
        let queue = self.queue.lock().unwrap_or_else(|lock| lock.into_inner());
        match queue.as_ref().map(|queue| queue.try_send(job)) {
            Some(Ok(())) => Ok(()),
            Some(Err(TrySendError::Full(_))) => Err(StoreError::Unreachable("too busy".into())),
            Some(Err(TrySendError::Disconnected(_))) | None => Err(stopped()),
        }
    }

    /// Takes nothing more, finishes what waits, closes the database.
    pub async fn stop(&self) {
        drop(self.queue.lock().unwrap_or_else(|lock| lock.into_inner()).take());
        let thread = self.thread.lock().unwrap_or_else(|lock| lock.into_inner()).take();
        if let Some(thread) = thread {
            // A panic of the writer was reported to every caller already.
            let _joined = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

fn stopped() -> StoreError {
    StoreError::Unreachable("the store is closed".into())
}

/// What one verb did is undone when it fails, without touching the others of the same commit.
fn in_savepoint<T>(
    transaction: &mut Transaction<'_>,
    verb: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    transaction.execute_batch("SAVEPOINT verb")?;
    // A panic is our bug; it must not take the writer and everybody's work with it.
    let result = catch_unwind(AssertUnwindSafe(|| verb(transaction)))
        .unwrap_or_else(|_| Err(StoreError::Unreachable("a verb panicked".into())));
    match result {
        Ok(value) => {
            transaction.execute_batch("RELEASE verb")?;
            Ok(value)
        }
        Err(error) => {
            transaction.execute_batch("ROLLBACK TO verb; RELEASE verb")?;
            Err(error)
        }
    }
}

fn work(mut connection: Connection, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let mut told = Vec::new();
        let committed = commit_together(&mut connection, first, jobs, &mut told);
        for tell in told {
            tell(match &committed {
                Ok(()) => Ok(()),
                Err(error) => Err(again(error)),
            });
        }
    }
    // Leaves one file behind; the log is only a help for whoever copies the folder by hand.
    let _left = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
}

fn commit_together(
    connection: &mut Connection,
    first: Job,
    jobs: &Receiver<Job>,
    told: &mut Vec<Told>,
) -> Result<(), StoreError> {
    // Immediate: the lock is taken before anything is read, so that nothing read can grow stale.
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    told.push(first(&mut transaction));
    // A full disk makes SQLite undo the whole transaction by itself; nothing may go on in it.
    while told.len() < BATCH_VERBS_MAX
        && !transaction.is_autocommit()
        && let Ok(job) = jobs.try_recv()
    {
        told.push(job(&mut transaction));
    }
    Ok(transaction.commit()?)
}

/// The same failure for every caller of a commit.
fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Full => StoreError::Full,
        StoreError::Unreachable(cause) => StoreError::Unreachable(cause.to_string().into()),
        StoreError::Damaged(what) => StoreError::Damaged(what),
    }
}
