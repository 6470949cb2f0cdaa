//! What a device says in clear about an account, because the lock screen has to say it without a key:
//! whom to call, how much waits, and whether a passphrase is asked for. Of a record only the emergency
//! card, and only if the person chose that it opens while locked.

use shared::view::desk::settings::InBoth;

use crate::bridge::Clinic;
use crate::page::ui::platform::Kept;

/// Parts of the clinic's line, on one line each.
const PARTS: char = '\n';

fn key(what: &str, slot: &str) -> String {
    format!("{what}.{slot}")
}

/// What the lock screen says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outside {
    /// Of the clinic what says whom to call and when.
    pub(crate) clinic: Option<Clinic>,
    pub(crate) waiting: u32,
    /// The emergency card in words, if the person chose that it opens while locked: the only thing of
    /// a record that is not sealed.
    pub(crate) card: Option<String>,
    /// The vault opens without a passphrase.
    pub(crate) unasked: bool,
    /// What to ask the browser so that a passkey opens it.
    pub(crate) passkey: Option<String>,
}

impl Outside {
    pub(super) fn read(slot: &str) -> Self {
        let clinic = Kept::Device.read(&key("clinic", slot));
        let clinic = clinic.map(|text| {
            let mut parts = text.split(PARTS).map(str::to_owned);
            let mut next = || parts.next().unwrap_or_default();
            let (name, phone, after_hours) = (next(), next(), next());
            let hours = InBoth { en: next(), es: next() };
            Clinic { name, phone, after_hours, hours, ..Clinic::default() }
        });
        let waiting = Kept::Device.read(&key("waiting", slot));
        Self {
            clinic,
            waiting: waiting.and_then(|count| count.parse().ok()).unwrap_or(0),
            card: Kept::Device.read(&key("card", slot)),
            unasked: Kept::Device.read(&key("unasked", slot)).is_some(),
            passkey: Kept::Device.read(&key("passkey", slot)),
        }
    }

    pub(super) fn write_clinic(slot: &str, clinic: &Clinic, unasked: bool) {
        let Clinic { name, phone, after_hours, hours, .. } = clinic;
        let parts = [name, phone, after_hours, &hours.en, &hours.es];
        let text = parts.map(|part| part.replace(PARTS, " ")).join("\n");
        Kept::Device.write(&key("clinic", slot), Some(&text));
        Kept::Device.write(&key("unasked", slot), unasked.then_some("yes"));
    }

    pub(super) fn write_waiting(slot: &str, waiting: u32) {
        let text = (waiting > 0).then(|| waiting.to_string());
        Kept::Device.write(&key("waiting", slot), text.as_deref());
    }

    pub(super) fn write_card(slot: &str, text: Option<&str>) {
        Kept::Device.write(&key("card", slot), text);
    }

    pub(super) fn write_passkey(slot: &str, asked: Option<&str>) {
        Kept::Device.write(&key("passkey", slot), asked);
    }

    pub(super) fn forget(slot: &str) {
        for what in ["clinic", "waiting", "unasked", "card", "passkey"] {
            Kept::Device.write(&key(what, slot), None);
        }
    }
}

/// Slots that left while the clinic could not be told.
pub(super) fn leaving() -> Vec<String> {
    let kept = Kept::Device.read("leaving").unwrap_or_default();
    kept.split_whitespace().map(str::to_owned).collect()
}

pub(super) fn set_leaving(slots: &[String]) {
    Kept::Device.write("leaving", (!slots.is_empty()).then(|| slots.join(" ")).as_deref());
}
