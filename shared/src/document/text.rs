//! A text that is a piece of a longer one. The texts of one change stand in one piece of memory, which
//! the document and the record share: of a chart that is most of what there is.

use std::ops::{Deref, Range};
use std::sync::Arc;

#[derive(Clone)]
pub struct Text {
    all: Arc<str>,
    place: Range<usize>,
}

impl Text {
    /// Nothing if the place is not within the text, or cuts a letter.
    pub fn within(all: &Arc<str>, place: Range<usize>) -> Option<Self> {
        all.get(place.clone())?;
        Some(Self { all: Arc::clone(all), place })
    }
}

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        self.all.get(self.place.clone()).unwrap_or_default()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self { place: 0..text.len(), all: text.into() }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text {}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Text").field(&&**self).finish()
    }
}
