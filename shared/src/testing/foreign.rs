//! Everything that reads the text of a resource, for whoever tries what it does with any text.

use std::hint::black_box;

use super::{PATIENT, ROSA, SOURCE};
use crate::document::{DocumentId, Kind};
use crate::fhir::entry::{ChartEntry, is_chart_entry};
use crate::fhir::import;
use crate::id::EntryId;
use crate::record::{Part, Record, Resource};
use crate::time::Timestamp;
use crate::view::sections::SECTIONS;
use crate::view::{Ask, ShowResults, answer};

/// Reads these bytes as an import does, and as a resource that stands in a chart: every answer that
/// could show it is given. Whether it came as far as an answer.
pub fn look_at(bytes: &[u8]) -> bool {
    black_box(import::read(bytes).is_ok());
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    // Also as an entry, whatever stands around the resource.
    let entry = match is_chart_entry(text) {
        true => text.to_owned(),
        false => match ChartEntry::new(SOURCE, text).to_text() {
            Ok(text) => text,
            Err(_) => return false,
        },
    };
    let id = EntryId::from_u128(7);
    let Some(resource) = Resource::read(id, entry.into(), Some(Timestamp::from_millis(0))) else {
        return false;
    };
    let mut record = Record::default();
    let core = DocumentId::first(PATIENT, Kind::ChartCore);
    record.chart_mut().add(Part::new(core, vec![resource], 0));
    let asks = [
        Ask::Home { now: Timestamp::from_millis(1_800_000_000_000) },
        Ask::Results { show: ShowResults::All, limit: 9 },
        Ask::Result { entry: id },
        Ask::Medicines,
        Ask::Medicine { entry: id },
        Ask::Overview,
        Ask::Entry { entry: id },
        Ask::Timeline { from: 0, limit: 9 },
        Ask::Search { text: "glucose".to_owned() },
    ];
    let sections = SECTIONS.into_iter().map(|section| Ask::Section { section, limit: u32::MAX });
    for ask in asks.into_iter().chain(sections) {
        black_box(answer(&record, ROSA, &ask));
    }
    true
}
