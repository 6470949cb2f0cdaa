//! The passphrase: five words chosen by chance, or one's own with an honest word about how long it
//! would hold.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::vault::{PASSPHRASE_CHARS_MAX, Strength, strength};

use super::{LanguageSwitch, denied as denied_words};
use crate::bridge::{Access, Denied, Granted};
use crate::page::i18n::{current, words};
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::button::{Button, Weight};
use crate::page::ui::field::{Field, Kind};
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::focus;
use crate::page::ui::screen::{Brand, Screen, Width};
use crate::page::ui::tag::Tone;

#[component]
pub(in crate::page::pages) fn ChoosePassphrase(
    session: Session,
    busy: RwSignal<bool>,
    denied: RwSignal<Option<Denied>>,
    #[prop(into)] on_chosen: Callback<String>,
    #[prop(into)] back: Callback<()>,
) -> AnyView {
    view! {
        <Screen name=words::welcome_name() width=Width::Center>
            <LanguageSwitch/>
            <Brand/>
            <div>
                <p class="soft">{words::welcome_step("3")}</p>
                <h1>{words::passphrase_title()}</h1>
                <p>{words::passphrase_text()}</p>
            </div>
            <NewPassphrase session=session busy=busy denied=denied on_chosen=on_chosen
                label=words::passphrase_use()/>
            <Button label=words::action_back() weight=Weight::Plain on_press=move || back.run(())/>
        </Screen>
    }
    .into_any()
}

/// Also where a passphrase is changed.
#[component]
pub(in crate::page::pages) fn NewPassphrase(
    session: Session,
    busy: RwSignal<bool>,
    denied: RwSignal<Option<Denied>>,
    label: String,
    #[prop(into)] on_chosen: Callback<String>,
) -> AnyView {
    let proposed = RwSignal::new(None::<Vec<String>>);
    let is_own = RwSignal::new(false);
    let own = RwSignal::new(String::new());
    let is_weak = RwSignal::new(false);
    let propose = move || {
        spawn_local(async move {
            let language = current().code().to_owned();
            match session.access(Access::Propose { language }).await {
                Ok(Granted::Words(words)) => drop(proposed.try_set(Some(words))),
                // Without a list there is still one's own.
                Ok(_) | Err(_) => drop(is_own.try_set(true)),
            }
        });
    };
    propose();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let words = proposed.get_untracked().map(|words| words.join(" "));
        let text = if is_own.get_untracked() { Some(own.get_untracked()) } else { words };
        let Some(text) = text else { return };
        if strength(&text) == Strength::Weak {
            is_weak.set(true);
            focus("new-passphrase");
            return;
        }
        on_chosen.run(text);
    };
    let label =
        Signal::derive(move || if busy.get() { words::passphrase_busy() } else { label.clone() });
    let other = move || is_own.update(|own| *own = !*own);
    view! {
        <form class="stack" on:submit=submit>
            {move || denied.get().map(|why| view! {
                <Banner tone=Tone::Alert icon=Icon::Alert urgent=true>{denied_words(why)}</Banner>
            })}
            {move || if is_own.get() {
                own_words(own, is_weak)
            } else {
                proposal(proposed, Callback::new(move |()| propose()))
            }}
            <Button label=label wide=true/>
            {move || {
                let label =
                    if is_own.get() { words::passphrase_proposed() } else { words::passphrase_own() };
                view! { <Button label=label weight=Weight::Plain on_press=other/> }
            }}
            <p class="small soft">{words::passphrase_nobody()}</p>
        </form>
    }
    .into_any()
}

fn proposal(proposed: RwSignal<Option<Vec<String>>>, again: Callback<()>) -> AnyView {
    let list = move || {
        let words = proposed.get().unwrap_or_default();
        words.into_iter().map(|word| view! { <li>{word}</li> }).collect::<Vec<_>>()
    };
    view! {
        <div class="card">
            <p id="proposed">{words::passphrase_words()}</p>
            <ol class="passphrase" aria-labelledby="proposed" aria-live="polite">{list}</ol>
            <Button label=words::passphrase_others() weight=Weight::Quiet icon=Icon::Refresh
                on_press=move || again.run(())/>
        </div>
    }
    .into_any()
}

fn own_words(own: RwSignal<String>, is_weak: RwSignal<bool>) -> AnyView {
    let error = Signal::derive(move || is_weak.get().then(words::passphrase_weak));
    let meter = move || {
        let text = own.get();
        if text.is_empty() {
            return String::new();
        }
        match strength(&text) {
            Strength::Weak => words::strength_weak(),
            Strength::Fair => words::strength_fair(),
            Strength::Strong => words::strength_strong(),
        }
    };
    let value = move || match strength(&own.get()) {
        Strength::Weak => 1,
        Strength::Fair => 2,
        Strength::Strong => 3,
    };
    view! {
        <Field id="new-passphrase" kind=Kind::NewSecret label=words::passphrase_label()
            hint=words::passphrase_hint() error=error value=own chars_max=PASSPHRASE_CHARS_MAX
            on_input=move |text| { is_weak.set(false); own.set(text) }/>
        <Shown value=own/>
        <div class="progress">
            <label for="strength">{words::strength_label()}</label>
            <progress id="strength" max="3" value=value></progress>
            <p role="status" class="small">{meter}</p>
        </div>
    }
    .into_any()
}

/// What was typed, in sight. Not in the field itself, because browsers write down what stands in a
/// field that shows its text.
#[component]
pub(in crate::page::pages) fn Shown(value: RwSignal<String>) -> AnyView {
    let is_shown = RwSignal::new(false);
    view! {
        <crate::page::ui::field::Checkbox label=words::passphrase_show() checked=is_shown
            on_change=move |shown| is_shown.set(shown)/>
        {move || is_shown.get().then(|| view! {
            <p class="passphrase" translate="no">{move || value.get()}</p>
        })}
    }
    .into_any()
}
