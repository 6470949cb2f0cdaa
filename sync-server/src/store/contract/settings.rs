//! Promises about what the clinic says about itself.

use super::promises;

promises! {
    the_last_change_counts_and_a_change_of_what_was_not_seen_is_told;
}

mod promise {
    use shared::clinic::{ClinicSettings, InBoth};

    use super::super::{NOW, ROSA};
    use crate::store::Store;
    use crate::store::settings::{Changed, NewSettings, Settings};

    pub async fn the_last_change_counts_and_a_change_of_what_was_not_seen_is_told(
        store: &dyn Store,
    ) {
        assert_eq!(store.settings().await.unwrap(), None);
        let named = |name: &str| ClinicSettings {
            name: name.into(),
            hours: InBoth { en: "Monday to Friday".into(), es: "De lunes a viernes".into() },
            closed_days: vec!["2027-01-01".parse().unwrap()],
            ..ClinicSettings::default()
        };
        let change =
            |number, name| NewSettings { number, settings: named(name), account: ROSA, at: NOW };
        assert_eq!(store.change_settings(change(2, "Early")).await.unwrap(), Changed::Behind);
        assert_eq!(store.change_settings(change(1, "First")).await.unwrap(), Changed::Done);
        assert_eq!(store.change_settings(change(1, "Other")).await.unwrap(), Changed::Behind);
        assert_eq!(store.change_settings(change(2, "Second")).await.unwrap(), Changed::Done);
        let last = Settings { number: 2, settings: named("Second") };
        assert_eq!(store.settings().await.unwrap(), Some(last));
    }
}
