//! Visits that the clinic booked here and that stand in no chart yet.

use crate::id::{AccountId, EntryId};
use crate::ordered::BTreeSet;
use crate::record::Record;
use crate::record::visit::{AnswerToVisit, Wish};
use crate::time::PartialDate;
use crate::view::requests::{Asked, RequestRow, requests};

/// An answer that stands.
pub struct Booked {
    pub request: EntryId,
    pub at: PartialDate,
    pub with: Option<String>,
    pub place: Option<String>,
}

const HOUR_MS: i64 = 60 * 60 * 1_000;
/// Nobody's account: it does not matter who reads.
const NOBODY: AccountId = AccountId::from_u128(0);

/// Of those that are booked on a day that is wanted: only for these the chart is read.
pub fn booked(record: &Record, is_wanted: &dyn Fn(PartialDate) -> bool) -> Vec<Booked> {
    let rows = requests(record, NOBODY);
    let over: BTreeSet<EntryId> = rows.iter().filter_map(given_up).collect();
    let answered = rows.into_iter().filter(|row| !row.cancelled && !over.contains(&row.entry));
    let booked = answered.filter_map(|row| match row.answers.into_iter().last()?.answer {
        AnswerToVisit::Booked { at, with, place } => {
            Some(Booked { request: row.entry, at, with, place })
        }
        _ => None,
    });
    let mut booked: Vec<_> = booked.filter(|one| is_wanted(one.at)).collect();
    if !booked.is_empty() {
        let known = visits_ever(record);
        let day = |when: PartialDate| when.day_in(record.zone());
        // The clinic may have entered it without a time, or somewhat later.
        let is_it = |at: PartialDate, when: PartialDate| match (at.moment(), when.moment()) {
            (Some(at), Some(when)) => at.millis_since(when).abs() <= HOUR_MS,
            _ => day(at) == day(when),
        };
        let stands = |at: PartialDate| !known.iter().any(|when| is_it(at, *when));
        booked.retain(|one| stands(one.at));
    }
    booked
}

/// The booking that a wish was about, once the clinic answered it: another day stands in its place, or none.
fn given_up(row: &RequestRow) -> Option<EntryId> {
    let Some(Asked::Wish(wish)) = &row.asked else {
        return None;
    };
    let settled = matches!(
        (&wish.wish, &row.answers.last()?.answer),
        (_, AnswerToVisit::Booked { .. }) | (Wish::CannotCome, AnswerToVisit::Done { .. })
    );
    (settled && !row.cancelled).then_some(wish.visit)
}

/// When the chart ever had a visit: what it has the clinic entered, and may have moved or called off since.
fn visits_ever(record: &Record) -> Vec<PartialDate> {
    let all = record.chart().parts().flat_map(|part| &part.resources);
    let visits = all.filter(|resource| super::VISITS.contains(&resource.kind));
    visits.filter_map(|resource| resource.describe().when).collect()
}
