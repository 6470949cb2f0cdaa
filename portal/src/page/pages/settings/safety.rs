//! When the record closes by itself, the passphrase, and taking everything off this device.

use leptos::prelude::*;

use crate::page::i18n::words;
use crate::page::pages::devices::devices_row;
use crate::page::session::{CHOICES, Session, minutes, set_minutes};
use crate::page::ui::card::Card;
use crate::page::ui::icon::Icon;
use crate::page::ui::rows::{RowLink, Rows};
use crate::page::ui::segmented::Segmented;

#[component]
pub(super) fn Safety() -> AnyView {
    let session = expect_context::<Session>();
    let unasked = session.who().get_untracked().is_some_and(|who| who.unasked);
    let times = CHOICES.map(|minutes| {
        (minutes, words::settings_minutes(u32::try_from(minutes).unwrap_or(0)), None)
    });
    view! {
        <Card id="safety" title=words::settings_safety()>
            <Segmented name="lock-after" label=words::settings_lock_after() options=times.into()
                chosen=minutes() on_choose=set_minutes/>
        </Card>
        <Rows card=true>
            <RowLink href="/lock".to_owned() icon=Icon::Lock title=words::places_lock()
                detail=words::settings_lock_keys()/>
            {(!unasked).then(|| view! {
                <RowLink href="/settings/passphrase".to_owned() icon=Icon::Edit
                    title=words::settings_passphrase()/>
                <RowLink href="/settings/passkeys".to_owned() icon=Icon::Lock
                    title=words::passkeys_title()/>
            })}
            {devices_row()}
            <RowLink href="/settings/leave".to_owned() icon=Icon::Alert title=words::leave_title()/>
        </Rows>
    }
    .into_any()
}
