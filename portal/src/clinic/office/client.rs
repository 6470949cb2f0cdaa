//! What the server answers about records, staff and the audit log.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::id::{AccountId, DeviceId, PatientId};
use shared::time::Timestamp;
use shared::view::desk::queue::QueueLine;
use shared::view::desk::settings::ClinicSettings;
use shared::view::devices::DeviceLine;

use super::log::Wanted;
use crate::clinic::client::{Failed, delete, encoded, get, proof, send, send_or_behind};
use crate::page::ui::platform::use_passkey;

/// One record that is here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct RecordLine {
    pub(super) patient: PatientId,
    pub(super) name: String,
    pub(super) birth_date: String,
    pub(super) has_account: bool,
}

/// What stands on the sheet for a patient.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Invited {
    pub(super) address: String,
    pub(super) picture: Vec<String>,
    pub(super) until: Timestamp,
    pub(super) phone: String,
}

/// One who works here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StaffLine {
    pub(super) account: AccountId,
    pub(super) name: String,
    pub(super) role: String,
    pub(super) prescribes: bool,
    pub(super) ended: bool,
    pub(super) set_up: bool,
}

/// One who may open a record beside the patient.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct GrantLine {
    pub(super) account: AccountId,
    pub(super) name: String,
    pub(super) messages: bool,
    pub(super) results: bool,
    pub(super) visits: bool,
    pub(super) ends_at: Option<Timestamp>,
    pub(super) consent: Option<String>,
    pub(super) noted_by: Option<String>,
}

/// One of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct PasskeyLine {
    pub(super) passkey: String,
    pub(super) name: String,
}

pub(super) async fn passkeys() -> Result<Vec<PasskeyLine>, Failed> {
    get("passkeys").await
}

/// False if the person or the browser did not want to.
pub(super) async fn add_passkey(name: &str) -> Result<bool, Failed> {
    let begun: Value = send("passkeys/challenge", &json!({})).await?;
    let made = use_passkey(&begun.to_string()).await;
    let Some(mut made) = made.as_deref().and_then(proof) else {
        return Ok(false);
    };
    made["name"] = name.into();
    send::<PasskeyLine>("passkeys", &made).await.map(|_| true)
}

pub(super) async fn remove_passkey(passkey: &str) -> Result<(), Failed> {
    delete(&format!("passkeys/{passkey}")).await.map(drop)
}

#[derive(Deserialize)]
pub(super) struct StaffLink {
    pub(super) secret: String,
}

/// One entry of the log, with the names of today.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct LogLine {
    pub(super) number: u64,
    pub(super) entry: LogEntry,
    pub(super) who: Option<String>,
    pub(super) patient: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct LogEntry {
    pub(super) at: Timestamp,
    /// A word, or a word with what belongs to it.
    pub(super) who: Value,
    pub(super) did: String,
    pub(super) what: String,
    #[serde(default)]
    pub(super) patient: Option<PatientId>,
    pub(super) why: Value,
}

impl LogLine {
    pub(super) fn account(&self) -> Option<AccountId> {
        let kinds = ["staff", "person"];
        let found = kinds.iter().find_map(|kind| self.entry.who[*kind]["account"].as_str());
        found.and_then(|account| account.parse().ok())
    }
}

pub(super) async fn records(named: &str) -> Result<Vec<RecordLine>, Failed> {
    get(&format!("records?named={}&", encoded(named))).await
}

/// One of them, by what it is called in the address.
pub(super) async fn record(patient: PatientId) -> Result<RecordLine, Failed> {
    get(&format!("records/{patient}")).await
}

/// All that was ever in the inbox of it.
pub(super) async fn items(patient: PatientId) -> Result<Vec<QueueLine>, Failed> {
    get(&format!("records/{patient}/items")).await
}

pub(super) async fn open(
    patient: PatientId,
    reason: &str,
    said: Option<&str>,
) -> Result<(), Failed> {
    let stated = json!({ "reason": reason, "words": said });
    let _opened: Value = send(&format!("records/{patient}/opening"), &stated).await?;
    Ok(())
}

pub(super) async fn invite(patient: PatientId) -> Result<Invited, Failed> {
    send(&format!("records/{patient}/invitation"), &json!({})).await
}

pub(super) async fn grants(patient: PatientId) -> Result<Vec<GrantLine>, Failed> {
    get(&format!("records/{patient}/grants")).await
}

/// Answers who has access then.
pub(super) async fn give_access(patient: PatientId, new: &Value) -> Result<Vec<GrantLine>, Failed> {
    send(&format!("records/{patient}/grants"), new).await
}

pub(super) async fn narrow_access(
    patient: PatientId,
    account: AccountId,
    less: &Value,
) -> Result<Vec<GrantLine>, Failed> {
    send(&format!("records/{patient}/grants/{account}"), less).await
}

pub(super) async fn end_access(
    patient: PatientId,
    account: AccountId,
) -> Result<Vec<GrantLine>, Failed> {
    let response = delete(&format!("records/{patient}/grants/{account}")).await?;
    response.json().await.map_err(|_| Failed::Away)
}

pub(super) async fn devices(patient: PatientId) -> Result<Vec<DeviceLine>, Failed> {
    get(&format!("records/{patient}/devices")).await
}

/// Answers what is so then.
pub(super) async fn end_device(
    patient: PatientId,
    device: DeviceId,
    why: &str,
) -> Result<Vec<DeviceLine>, Failed> {
    send(&format!("records/{patient}/devices/{device}/end"), &json!({ "why": why })).await
}

pub(super) async fn staff() -> Result<Vec<StaffLine>, Failed> {
    get("staff").await
}

pub(super) async fn add_staff(
    name: &str,
    role: &str,
    prescribes: bool,
) -> Result<StaffLink, Failed> {
    send("staff", &json!({ "name": name, "role": role, "prescribes": prescribes })).await
}

pub(super) async fn change_staff(line: &StaffLine) -> Result<(), Failed> {
    send(&format!("staff/{}", line.account), line).await
}

pub(super) async fn link_staff(account: AccountId) -> Result<StaffLink, Failed> {
    send(&format!("staff/{account}/link"), &json!({})).await
}

/// What the clinic says about itself, and how often it was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub(super) number: u32,
    pub(super) settings: ClinicSettings,
}

pub(super) async fn settings() -> Result<Settings, Failed> {
    get("settings").await
}

/// Answers what is so now, and whether it is what was asked for.
pub(super) async fn change_settings(new: &Settings) -> Result<(Settings, bool), Failed> {
    send_or_behind("settings", new).await
}

pub(super) async fn audit(wanted: &Wanted) -> Result<Vec<LogLine>, Failed> {
    let part = |name: &str, value: Option<String>| {
        value.map(|value| format!("{name}={value}&")).unwrap_or_default()
    };
    let patient = wanted.patient.as_ref().map(|(patient, _)| patient.to_string());
    let account = wanted.account.as_ref().map(|(account, _)| account.to_string());
    let before = wanted.before.map(|before| before.to_string());
    let asked = [("patient", patient), ("account", account), ("before", before)];
    let asked: String = asked.into_iter().map(|(name, value)| part(name, value)).collect();
    get(&format!("audit?{asked}")).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_of_the_log_is_read_whoever_it_names() {
        let account = AccountId::from_u128(7);
        let line = |who: Value| {
            let entry = json!({
                "at": 1, "who": who, "did": "read", "action": "ReadItem", "what": "line",
                "why": { "emergency": { "reason": "fell" } },
            });
            let line = json!({ "number": 1, "entry": entry, "who": null, "patient": null });
            serde_json::from_value::<LogLine>(line).map(|line| line.account()).ok()
        };
        assert_eq!(line(json!({ "staff": { "account": account } })), Some(Some(account)));
        let device = json!({ "person": { "account": account, "device": account } });
        assert_eq!(line(device), Some(Some(account)));
        assert_eq!(line(json!("terminal")), Some(None));
    }
}
