//! The parts of the clinic's page, as the address names them.

/// Where somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    Inbox,
    People,
    Staff,
    Log,
}

impl Room {
    /// As it stands in the address behind `#`.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::People => "people",
            Self::Staff => "staff",
            Self::Log => "log",
        }
    }

    /// Whoever looks after accounts has no inbox.
    pub(super) fn of(fragment: Option<&str>, role: Option<&str>) -> Self {
        let rooms = [Self::People, Self::Staff, Self::Log];
        let named = rooms.into_iter().find(|room| Some(room.word()) == fragment);
        let first = if role == Some("admin") { Self::Staff } else { Self::Inbox };
        named.unwrap_or(first)
    }
}
