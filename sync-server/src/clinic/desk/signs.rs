//! Warning signs that were found in the words that wait in one record. A record is read again whenever
//! something of it changed; its words are searched once.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use shared::view::desk::{RedFlag, signs_in};

/// By a hash of the words, so that nothing of them is kept a second time.
#[derive(Default)]
pub struct Signs(BTreeMap<[u8; 32], Vec<RedFlag>>);

impl Signs {
    /// What is in these words: as it was found before, or looked for now.
    pub fn look(&mut self, text: &str, before: &Self) -> Vec<RedFlag> {
        let hash = Sha256::digest(text.as_bytes()).into();
        let known = before.0.get(&hash).cloned();
        let flags = known.unwrap_or_else(|| signs_in(text));
        self.0.insert(hash, flags.clone());
        flags
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_searched_once_and_forgotten_when_they_wait_no_more() {
        let text = "I have chest pain";
        let mut first = Signs::default();
        assert_eq!(first.look(text, &Signs::default())[0].code, "chest_pain");
        // What is not in the words shows that they were not searched again.
        let other = RedFlag { code: "noted".into(), words: None };
        for flags in first.0.values_mut() {
            *flags = vec![other.clone()];
        }
        let mut second = Signs::default();
        assert_eq!(second.look(text, &first), [other]);
        assert_eq!(second.look("and a fever", &first), []);
        let third = Signs::default();
        assert_eq!((first.0.len(), second.0.len(), third.0.len()), (1, 2, 0));
    }
}
