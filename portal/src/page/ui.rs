//! The parts every screen is made of, over native elements. A part knows no record and no wording:
//! it is given words and says what was pressed. Each has its style sheet beside it.

pub(crate) mod banner;
pub(crate) mod bubble;
pub(crate) mod button;
pub(crate) mod card;
pub(crate) mod chart;
pub(crate) mod composer;
pub(crate) mod emergency;
pub(crate) mod empty;
pub(crate) mod field;
pub(crate) mod icon;
pub(crate) mod later;
pub(crate) mod line;
pub(crate) mod navigation;
pub(crate) mod person;
pub(crate) mod photo;
pub(crate) mod platform;
pub(crate) mod progress;
pub(crate) mod qr;
pub(crate) mod range;
pub(crate) mod rows;
pub(crate) mod screen;
pub(crate) mod search;
pub(crate) mod segmented;
pub(crate) mod sheet;
pub(crate) mod status_pill;
pub(crate) mod steps;
pub(crate) mod switch;
pub(crate) mod table;
pub(crate) mod tag;
