//! Which of the panels one answer holds.

use super::{Results, ShowResults, chart_sketches, home_sketches, in_order, panel};
use crate::id::AccountId;
use crate::record::chart::HeadOf;
use crate::record::{Record, Shelf};

/// Panels of one answer; a screen asks for the next ones when somebody scrolls so far.
pub const PANELS_MAX: u32 = 500;

/// A part of a list of panels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Portion {
    from: u32,
    panels_max: u32,
    /// No further panel once there are so many rows.
    rows_max: usize,
}

/// The newest panels.
pub fn results(record: &Record, reader: AccountId, show: ShowResults, limit: u32) -> Results {
    let panels_max = limit.min(PANELS_MAX);
    let portion = Portion { from: 0, panels_max, rows_max: usize::MAX };
    panels(record, reader, show, portion)
}

/// As many of the newest panels as are asked for, which may be more than one answer holds.
pub fn newest(record: &Record, reader: AccountId, panels_max: u32) -> Results {
    let portion = Portion { from: 0, panels_max, rows_max: usize::MAX };
    panels(record, reader, ShowResults::All, portion)
}

/// Panels from this one on, until there are about so many rows: one panel may hold one row or forty.
pub fn portion(
    record: &Record,
    reader: AccountId,
    show: ShowResults,
    from: u32,
    rows_max: u32,
) -> Results {
    let portion = Portion { from, panels_max: PANELS_MAX, rows_max: rows_max as usize };
    panels(record, reader, show, portion)
}

fn panels(record: &Record, reader: AccountId, show: ShowResults, portion: Portion) -> Results {
    let mut sketches = match show {
        ShowResults::Home => Vec::new(),
        ShowResults::All => chart_sketches(record, &mut record.chart().observations()),
        ShowResults::OutOfRange => {
            let unusual = |head: HeadOf<'_>| head.is_unusual();
            chart_sketches(record, &mut record.chart().observations_with(unusual))
        }
    };
    match show {
        ShowResults::All | ShowResults::Home => sketches.extend(home_sketches(record)),
        ShowResults::OutOfRange => sketches.retain(|sketch| !sketch.members.is_empty()),
    }
    let (from, all) = (portion.from as usize, sketches.len());
    let panels_max = portion.panels_max as usize;
    in_order(&mut sketches, from + panels_max.min(portion.rows_max));
    let (mut panels, mut rows) = (Vec::new(), 0);
    for sketch in sketches.into_iter().skip(from).take(panels_max) {
        if rows >= portion.rows_max {
            break;
        }
        let panel = panel(record, reader, sketch);
        // Words without a number take room too.
        rows += panel.rows.len().max(1);
        panels.push(panel);
    }
    let next = from + panels.len();
    Results {
        loaded: record.loaded(Shelf::Results),
        panels,
        next: u32::try_from(next).ok().filter(|_| next < all),
    }
}
