//! Passkeys, as the screens see them: the worker says what to ask, the browser asks the person, and what
//! it says goes back to the worker unread.

use leptos::prelude::WithValue;

use super::Session;
use super::device::Outside;
use super::line::Line;
use crate::bridge::{Access, Denied, Granted, Opener, PasskeyAsk};
use crate::page::ui::platform::use_passkey;

impl Session {
    pub(crate) async fn passkey(self, ask: PasskeyAsk) -> Result<Granted, Denied> {
        self.access(Access::Passkey(ask)).await
    }

    /// Asks the worker first, then the browser, and then the worker with what the browser said.
    pub(crate) async fn with_passkey(
        self,
        first: PasskeyAsk,
        then: Box<dyn FnOnce(String) -> PasskeyAsk>,
    ) -> Result<Granted, Denied> {
        let Granted::Ceremony(asked) = self.passkey(first).await? else {
            return Err(Denied::Interrupted);
        };
        let said = use_passkey(&asked).await.ok_or(Denied::NoPasskey)?;
        self.passkey(then(said)).await
    }

    /// Without a connection: what to ask lies on the device.
    pub(crate) async fn unlock_by_passkey(self, asked: String) -> Result<(), Denied> {
        let used = use_passkey(&asked).await.ok_or(Denied::NoPasskey)?;
        self.unlock(Opener::Passkey(used)).await
    }

    pub(super) fn opens_with(self, asked: Option<&str>) {
        if let Some(slot) = self.line.with_value(Line::slot) {
            Outside::write_passkey(&slot, asked);
        }
    }
}
