//! What the clinic says about itself, in memory.

use super::MemoryStore;
use crate::store::Answer;
use crate::store::settings::{Changed, NewSettings, Settings, SettingsStore};

impl SettingsStore for MemoryStore {
    fn settings(&self) -> Answer<'_, Option<Settings>> {
        self.run(|state| {
            let last = state.settings.last();
            let settings =
                last.map(|new| Settings { number: new.number, settings: new.settings.clone() });
            Ok(settings)
        })
    }

    fn change_settings(&self, new: NewSettings) -> Answer<'_, Changed> {
        self.run(move |state| {
            let last = state.settings.last().map_or(0, |last| last.number);
            if new.number != last + 1 {
                return Ok(Changed::Behind);
            }
            state.settings.push(new);
            Ok(Changed::Done)
        })
    }
}
