//! The clinic does not know this session any more: the passphrase signs in again, and the record stays
//! open meanwhile.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::vault::PASSPHRASE_CHARS_MAX;

use super::sign_in::by_passkey;
use super::welcome::{Shown, denied};
use crate::bridge::{Access, Denied, PasskeyAsk, Status};
use crate::page::i18n::words;
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::button::Button;
use crate::page::ui::card::Card;
use crate::page::ui::field::{Field, Kind};
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::focus;
use crate::page::ui::tag::Tone;

/// Nothing while the session holds.
#[component]
pub(super) fn SignInAgain(session: Session) -> AnyView {
    // What waits may change under the person's fingers; the form must not.
    let is_shown = Memo::new(move |_| {
        let asks = session.who().with(|who| who.as_ref().is_some_and(|who| !who.unasked));
        asks && matches!(session.status().get(), Some(Status::SignedOut { .. }))
    });
    let form = move || is_shown.get().then(|| view! { <Form session=session/> });
    view! { {form} }.into_any()
}

#[component]
fn Form(session: Session) -> AnyView {
    let typed = RwSignal::new(String::new());
    let why = RwSignal::new(None::<Denied>);
    let is_busy = RwSignal::new(false);
    let renew = move |by_passkey: bool| {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        why.set(None);
        let passphrase = typed.get_untracked();
        spawn_local(async move {
            let outcome = match by_passkey {
                true => {
                    let then = Box::new(|used| PasskeyAsk::Renew { used });
                    session.with_passkey(PasskeyAsk::ForSignIn, then).await
                }
                false => session.access(Access::Renew { passphrase }).await,
            };
            if let Err(denied) = outcome {
                is_busy.try_set(false);
                why.try_set(Some(denied));
                focus("passphrase-again");
            }
        });
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        renew(false);
    };
    let words_of = |why| match why {
        // No name was typed here.
        Denied::NotRecognised => words::sign_in_again_refused(),
        other => denied(other),
    };
    let label = Signal::derive(move || match is_busy.get() {
        true => words::sign_in_busy(),
        false => words::sign_in_action(),
    });
    view! {
        <Card id="sign-in-again" title=words::status_signed_out()>
            <form class="stack" on:submit=submit>
                {move || why.get().map(|why| view! {
                    <Banner tone=Tone::Alert icon=Icon::Alert urgent=true>{words_of(why)}</Banner>
                })}
                <Field id="passphrase-again" kind=Kind::Secret label=words::passphrase_label()
                    hint=words::lock_hint() value=typed on_input=move |text| typed.set(text)
                    chars_max=PASSPHRASE_CHARS_MAX/>
                <Shown value=typed/>
                <Button label=label icon=Icon::Lock wide=true/>
                {by_passkey(move || renew(true))}
            </form>
        </Card>
    }
    .into_any()
}
