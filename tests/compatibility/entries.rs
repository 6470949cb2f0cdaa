//! Each kind of entry, as it stands in documents.

use std::collections::BTreeSet;

use shared::record::Said;

use crate::fixtures::lines;

#[test]
fn each_kind_of_entry_is_read_and_written_byte_for_byte() {
    let mut kinds = BTreeSet::new();
    for line in lines("entries.jsonl") {
        let said = Said::from_text(&line);
        assert!(!matches!(said, Said::Unknown(_)), "{line}");
        assert_eq!(said.to_text(), line);
        kinds.insert(line.split('"').nth(3).expect("a kind").to_owned());
    }
    assert_eq!(kinds.len(), 22, "{kinds:?}");
}

#[test]
fn a_kind_or_a_choice_of_a_newer_version_is_kept_word_for_word() {
    for line in lines("newer.jsonl") {
        let said = Said::from_text(&line);
        assert_eq!(said, Said::Unknown(line.clone()));
        assert_eq!(said.to_text(), line);
    }
}

#[test]
fn a_decision_of_a_newer_version_is_a_decision_all_the_same() {
    let newer = r#"{"kind":"refill_decision","refill":"0000000000000000000000000a","decision":{"mailed":{"from":"a warehouse"}},"by":"Front desk","written":1}"#;
    let Said::RefillDecision(said) = Said::from_text(newer) else {
        panic!("it is a decision");
    };
    assert_eq!(said.decision, shared::record::refill::Decision::Other);
}
