//! One item in few words: what it is, how long it waits, who has it.

use leptos::prelude::GetUntracked;
use shared::time::Timestamp;
use shared::view::desk::queue::{Owner, QueueLine};
use shared::view::desk::{Stage, WorkKind};

use super::desk::Desk;
use crate::page::i18n::{time, words};
use crate::page::ui::icon::Icon;

const MINUTE_MS: i64 = 60 * 1000;
const MINUTES_OF_HOUR: i64 = 60;
const MINUTES_OF_DAY: i64 = 24 * MINUTES_OF_HOUR;

pub(super) fn kind_words(kind: WorkKind) -> String {
    match kind {
        WorkKind::Message => words::clinic_kind_message(),
        WorkKind::Refill => words::clinic_kind_refill(),
        WorkKind::Visit => words::clinic_kind_visit(),
        WorkKind::VisitWish => words::clinic_kind_wish(),
        WorkKind::Call => words::clinic_kind_call(),
        WorkKind::BeforeVisit => words::clinic_kind_before(),
        WorkKind::Correction => words::clinic_kind_correction(),
        WorkKind::Medicine => words::clinic_kind_medicine(),
        WorkKind::Allergy => words::clinic_kind_allergy(),
        WorkKind::Reading => words::clinic_kind_reading(),
    }
}

pub(super) const fn kind_icon(kind: WorkKind) -> Icon {
    match kind {
        WorkKind::Message => Icon::Message,
        WorkKind::Refill | WorkKind::Medicine => Icon::Pill,
        WorkKind::Visit | WorkKind::VisitWish | WorkKind::BeforeVisit => Icon::Calendar,
        WorkKind::Call => Icon::Call,
        WorkKind::Correction => Icon::Edit,
        WorkKind::Allergy => Icon::Alert,
        WorkKind::Reading => Icon::Pulse,
    }
}

/// "26 min", "3 h", "1 d 2 h".
pub(super) fn wait_words(since: Timestamp) -> String {
    since_words(time::now().millis_since(since))
}

pub(super) fn since_words(millis: i64) -> String {
    let minutes = millis.max(0) / MINUTE_MS;
    let (days, hours) = (minutes / MINUTES_OF_DAY, minutes % MINUTES_OF_DAY / MINUTES_OF_HOUR);
    match (days, hours) {
        (0, 0) => words::clinic_wait_minutes(&minutes.to_string()),
        (0, hours) => words::clinic_wait_hours(&hours.to_string()),
        (days, hours) => words::clinic_wait_days(&days.to_string(), &hours.to_string()),
    }
}

/// The right end of a line: how long somebody waits, or how it ended.
pub(super) fn state_words(line: &QueueLine) -> String {
    if line.call {
        return words::clinic_call_please();
    }
    let waits = wait_words(line.work.received_at);
    match (&line.work.stage, line.late) {
        (Stage::Waiting | Stage::ToSendOut { .. }, true) => {
            format!("{waits}, {}", words::clinic_late())
        }
        (Stage::Waiting | Stage::ToSendOut { .. }, false) => waits,
        (Stage::Offered { .. } | Stage::NotRead { .. } | Stage::Done { .. }, _) => {
            stage_words(&line.work.stage)
        }
    }
}

/// How far it is, in a sentence; nothing while it simply waits.
pub(super) fn stage_words(stage: &Stage) -> String {
    match stage {
        Stage::Waiting => String::new(),
        Stage::ToSendOut { by } => words::clinic_went_out(by),
        Stage::Offered { by } => words::clinic_state_offered(by),
        Stage::NotRead { by, .. } => words::clinic_state_not_read(by),
        Stage::Done { by: Some(by), .. } => words::clinic_state_done_by(by),
        Stage::Done { by: None, at: Some(_) } => words::clinic_state_done(),
        Stage::Done { by: None, at: None } => words::clinic_state_cancelled(),
    }
}

/// In few words, for a line of the queue; nothing if nobody has it.
pub(super) fn short_owner(owner: Option<&Owner>, desk: Desk) -> Option<String> {
    let me = desk.seat.who().get_untracked().map(|who| who.name);
    Some(match owner? {
        Owner::Person { name, .. } if Some(name) == me.as_ref() => words::clinic_owner_you(),
        Owner::Person { name, .. } => name.clone(),
        Owner::Role { role } => role_words(role),
    })
}

/// A role that this program does not know stays as it is called.
pub(super) fn role_words(role: &str) -> String {
    match role {
        "front_desk" => words::clinic_role_front_desk(),
        "nurse" => words::clinic_role_nurse(),
        "clinician" => words::clinic_role_clinician(),
        "pharmacist" => words::clinic_role_pharmacist(),
        other => other.to_owned(),
    }
}

/// `me` is the name of the one who reads, if that matters.
pub(super) fn owner_words(owner: Option<&Owner>, me: Option<&str>) -> String {
    match owner {
        None => words::clinic_owner_nobody(),
        Some(Owner::Person { name, .. }) if Some(name.as_str()) == me => words::clinic_owner_you(),
        Some(Owner::Person { name, .. }) => words::clinic_owner(name),
        Some(Owner::Role { role }) => words::clinic_owner(&role_words(role)),
    }
}
