//! What one effect of the core does to the store. Foreign bytes pass the gate here, before anything
//! else looks at them.

use shared::document::DocumentId;
use shared::sync::server::{Effect, Event};
use shared::wire::{Outcome, ROWS_BYTES_GOAL, WhyRefused, rows_bytes_goal};

use crate::authorize::Part;
use crate::documents::{self, Origin};
use crate::state::App;
use crate::store::packs::Sent;
use crate::store::people::Session;
use crate::store::rows::{Appended, Batch, Fresh, News};
use crate::store::{Store, StoreError};

/// What the effects of one connection are performed with.
pub struct Performer<'a> {
    pub app: &'a App,
    pub session: &'a Session,
    /// This connection's own place in the hub: what it brought is not told to it again.
    pub number: u64,
}

impl Performer<'_> {
    /// Performs an effect that asks something of the store, and answers what came of it.
    pub async fn perform(&self, effect: Effect) -> Event {
        let store = self.app.doorkeeper().for_part(Part::Hub);
        let store = store.as_ref();
        let event = match effect {
            Effect::Summarize(scope) => {
                let patients = scope.records.iter().map(|access| access.patient).collect();
                store.summaries(patients).await.map(Event::Summarized)
            }
            Effect::ReadAfter { document, after } => {
                let sent = store.sent_after(document, after, rows_bytes_goal(&document)).await;
                sent.map(|sent| match sent {
                    Sent::Rows(rows, more) => Event::Read { document, rows, more },
                    Sent::Pack(pack, more) => Event::ReadPack { document, pack, more },
                })
            }
            Effect::ReadHashes { document, hashes: _ } => {
                let read = store.hashes(document).await;
                read.map(|hashes| Event::Hashes { document, hashes })
            }
            Effect::ReadThese { document, hashes } => {
                let read = store.rows_with(document, hashes, ROWS_BYTES_GOAL).await;
                read.map(|rows| Event::Read { document, rows, more: false })
            }
            Effect::Append { number, document, changes } => {
                let fresh = self.through_the_gate(&document, changes);
                let appended = self.append(store, document, fresh).await;
                appended.map(|outcomes| Event::Appended { number, outcomes })
            }
            Effect::Restore { document, rows } => {
                let count = rows.len();
                let fresh = rows.into_iter().map(|row| documents::restored(&document, row));
                let fresh: Vec<_> = fresh.collect();
                if self.is_there(store, document, &fresh).await {
                    let appended = self.append(store, document, fresh).await;
                    appended.map(|outcomes| Event::Restored { document, outcomes })
                } else {
                    Ok(Event::Restored { document, outcomes: vec![Outcome::Missing; count] })
                }
            }
            Effect::Send(_) | Effect::SendPack { .. } | Effect::Close(_) => {
                unreachable!("the connection performs these itself")
            }
        };
        event.unwrap_or(Event::StoreFailed)
    }

    /// A backup may be from before there was this document. Its rows have our receipts, so it was here:
    /// it is made again, which needs the patient, whom an even older backup does not know.
    async fn is_there(
        &self,
        store: &dyn Store,
        document: DocumentId,
        fresh: &[Option<Fresh>],
    ) -> bool {
        let receipts = self.app.receipts();
        let made = || documents::create(store, receipts, document, self.app.now());
        fresh.iter().all(Option::is_none) || made().await.is_ok()
    }

    fn through_the_gate(&self, document: &DocumentId, changes: Vec<Vec<u8>>) -> Vec<Option<Fresh>> {
        let Session { account, device, .. } = self.session;
        let origin = Origin { account: Some(*account), device: Some(*device), at: self.app.now() };
        let receipts = self.app.receipts();
        let pass = |bytes: &Vec<u8>| documents::foreign(receipts, document, bytes, origin);
        changes.iter().map(pass).collect()
    }

    /// Those that passed the gate go in together, and whoever else listens hears of them. One
    /// outcome each, in their order.
    async fn append(
        &self,
        store: &dyn Store,
        document: DocumentId,
        fresh: Vec<Option<Fresh>>,
    ) -> Result<Vec<Outcome>, StoreError> {
        let refused = Outcome::Refused { why: WhyRefused::NotAccepted };
        let mut outcomes = vec![refused; fresh.len()];
        let places: Vec<usize> =
            fresh.iter().enumerate().filter(|(_, one)| one.is_some()).map(|(p, _)| p).collect();
        if places.is_empty() {
            return Ok(outcomes);
        }
        let layout = documents::layout(&document);
        let changes = fresh.into_iter().flatten().collect();
        let appended = store.append(Batch { document, layout, changes, reply: None }).await?;
        if let Some(news) = News::of(document, &appended) {
            self.app.published(news, Some(self.number));
        }
        for (place, appended) in places.into_iter().zip(appended) {
            outcomes[place] = match appended {
                Appended::Stored(row) | Appended::Already(row) => Outcome::Stored {
                    seq: row.seq,
                    received_at: row.sidecar.received_at,
                    receipt: row.sidecar.receipt,
                },
                Appended::Missing => Outcome::Missing,
                Appended::Refused(why) => Outcome::Refused { why },
                Appended::RepliedBefore(_) => refused,
            };
        }
        Ok(outcomes)
    }
}
