//! What the clinic says about itself, in SQLite.

use super::columns::one;
use super::sealed::Db;
use super::{SqliteStore, StoreError};
use crate::store::Answer;
use crate::store::settings::{Changed, NewSettings, Settings, SettingsStore};

impl SettingsStore for SqliteStore {
    fn settings(&self) -> Answer<'_, Option<Settings>> {
        self.read(last)
    }
    fn change_settings(&self, new: NewSettings) -> Answer<'_, Changed> {
        self.write(move |db| change(db, &new))
    }
}

fn last(db: Db<'_>) -> Result<Option<Settings>, StoreError> {
    let mut find =
        db.prepare_cached("SELECT number, body FROM settings ORDER BY number DESC LIMIT 1")?;
    one(&mut find, [], |row| {
        let (number, body) = (row.take()?, row.take::<String>()?);
        let damaged = |_| StoreError::Damaged("the clinic's settings");
        Ok(Settings { number, settings: serde_json::from_str(&body).map_err(damaged)? })
    })
}

fn change(db: Db<'_>, new: &NewSettings) -> Result<Changed, StoreError> {
    let body = serde_json::to_string(&new.settings).expect("settings become JSON");
    let added = db
        .prepare_cached(
            "INSERT INTO settings (number, account, at, body) SELECT ?1, ?2, ?3, ?4
             WHERE ?1 = 1 + (SELECT coalesce(max(number), 0) FROM settings)",
        )?
        .execute((new.number, new.account.to_bytes(), new.at.millis(), body))?;
    Ok(if added == 1 { Changed::Done } else { Changed::Behind })
}
