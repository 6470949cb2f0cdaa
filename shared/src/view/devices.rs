//! A person's devices, as they and the clinic read them. The server knows them, no record does.

use serde::{Deserialize, Serialize};

use crate::arrange::Arrange;
use crate::id::DeviceId;
use crate::time::Timestamp;

/// What a person may call a device.
pub const DEVICE_NAME_CHARS_MAX: usize = 40;
/// Words with which the clinic says why it ends a device.
pub const DEVICE_END_CHARS_MAX: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceLine {
    pub device: DeviceId,
    /// What its person calls it.
    pub name: Option<String>,
    /// Browser and system as their makers call them; empty where nobody can tell.
    pub kind: String,
    /// Nothing of the record lies on it, and it is gone with its session.
    pub keeps_nothing: bool,
    pub first_at: Timestamp,
    /// When the clinic heard of it last.
    pub heard_at: Timestamp,
    /// The one that asks.
    pub is_this: bool,
    pub standing: Standing,
}

/// Whether a device may open anything. No state is said before it is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Open,
    /// Ended, and it has not been in contact since: what it holds is still on it.
    Ended,
    /// Ended, and told to give up what it holds.
    Told {
        at: Timestamp,
    },
}

impl DeviceLine {
    /// What it is called in a list; nothing if nobody can tell.
    pub fn called(&self) -> Option<&str> {
        self.name.as_deref().or(Some(&self.kind)).filter(|called| !called.is_empty())
    }
}

/// This device first, then those that may open something, and of each the last that was here.
pub fn arranged(mut lines: Vec<DeviceLine>) -> Vec<DeviceLine> {
    lines.arrange_by_key(|line| {
        (!line.is_this, line.standing != Standing::Open, -line.heard_at.millis())
    });
    lines
}

/// A name as it is kept: nothing if it is empty, and refused if it is too long or no line of text.
pub fn device_name(typed: &str) -> Result<Option<String>, NotAName> {
    let name = typed.trim();
    if name.chars().count() > DEVICE_NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return Err(NotAName);
    }
    Ok((!name.is_empty()).then(|| name.to_owned()))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no name for a device")]
pub struct NotAName;

#[cfg(test)]
mod tests {
    use super::*;

    fn line(device: u128, heard_at: i64, is_this: bool, standing: Standing) -> DeviceLine {
        let heard_at = Timestamp::from_millis(heard_at);
        let (name, kind) = (None, "Firefox, Android".to_owned());
        let device = DeviceId::from_u128(device);
        DeviceLine {
            device,
            name,
            kind,
            keeps_nothing: false,
            first_at: heard_at,
            heard_at,
            is_this,
            standing,
        }
    }

    #[test]
    fn this_device_comes_first_and_those_that_are_ended_last() {
        let told = Standing::Told { at: Timestamp::from_millis(9) };
        let lines = vec![
            line(1, 9, false, told),
            line(2, 3, false, Standing::Open),
            line(3, 1, true, Standing::Open),
            line(4, 5, false, Standing::Open),
            line(5, 8, false, Standing::Ended),
        ];
        let order: Vec<_> = arranged(lines).iter().map(|one| one.device.to_u128()).collect();
        assert_eq!(order, [3, 4, 2, 1, 5]);
    }

    #[test]
    fn a_device_is_called_by_its_name_or_else_by_its_kind() {
        let mut one = line(1, 1, true, Standing::Open);
        assert_eq!(one.called(), Some("Firefox, Android"));
        one.kind.clear();
        assert_eq!(one.called(), None);
        one.name = device_name("  The tablet in the kitchen ").unwrap();
        assert_eq!(one.called(), Some("The tablet in the kitchen"));
        assert_eq!(device_name("  "), Ok(None));
        assert_eq!(device_name("two\nlines"), Err(NotAName));
        assert_eq!(device_name(&"x".repeat(DEVICE_NAME_CHARS_MAX + 1)), Err(NotAName));
    }
}
