//! Caregivers' access ends by itself, by its time or because the patient is no child any more; open
//! devices are told at once.

use std::time::Duration;

use shared::id::{AccountId, PatientId};
use shared::sync::scope::Level;
use tokio::sync::watch;

use crate::authorize::Part;
use crate::log::{Line, line};
use crate::state::App;
use crate::store::{Store, StoreError};

/// Access ends by days, so this much later is nothing that anybody notices.
const EVERY: Duration = Duration::from_secs(20);

/// Runs until the server stops.
pub async fn run(app: App) {
    let mut stopping = app.hub().stopping();
    loop {
        if let Err(cause) = end_what_is_over(&app).await {
            line(&Line::Failed { id: "-", what: "grants", cause: &cause });
        }
        if let Err(cause) = crate::shares::empty_what_is_over(&app).await {
            line(&Line::Failed { id: "-", what: "shares", cause: &cause });
        }
        if stops_within(&mut stopping).await {
            return;
        }
    }
}

async fn stops_within(stopping: &mut watch::Receiver<bool>) -> bool {
    let stops = stopping.wait_for(|stopping| *stopping);
    tokio::time::timeout(EVERY, stops).await.is_ok()
}

/// Before the first request, and then again and again.
pub async fn end_what_is_over(app: &App) -> Result<(), StoreError> {
    let store = app.doorkeeper().for_part(Part::Grants);
    for (_, account) in store.end_what_is_over(app.now()).await? {
        app.hub().rescope(account);
    }
    Ok(())
}

/// The account that is meant by an id: its own, or that of the record which is its own.
pub async fn account_behind(store: &dyn Store, id: u128) -> Result<Option<AccountId>, StoreError> {
    let circle = store.circle(PatientId::from_u128(id)).await?;
    if let Some(own) = circle.into_iter().find(|reach| reach.level == Level::Own) {
        return Ok(Some(own.account));
    }
    let account = AccountId::from_u128(id);
    Ok(store.account_name(account).await?.map(|_| account))
}
