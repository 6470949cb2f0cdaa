//! Fields: label, hint, error, input, in that order and tied together. Never a placeholder as label.

use leptos::prelude::*;

use super::icon::{Icon, Picture};
use super::platform::focus;

/// What a field may hold, for the keyboard that is shown and for the browser's help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Kind {
    #[default]
    Text,
    /// Several lines.
    Long,
    /// A code on paper: capitals, no spelling help.
    Code,
    /// A day, month or year.
    Number,
    /// A number that may have a fraction.
    Decimal,
    /// What somebody signs in with.
    Name,
    /// A passphrase that opens something.
    Secret,
    /// A passphrase that is being chosen.
    NewSecret,
}

impl Kind {
    const fn class(self) -> &'static str {
        match self {
            Kind::Code => "input short number",
            Kind::Number | Kind::Decimal => "input digits",
            Kind::Text | Kind::Long | Kind::Name | Kind::Secret | Kind::NewSecret => "input",
        }
    }

    /// Browsers keep what is typed into a field in files of their own, unless they are told not to.
    const fn autocomplete(self) -> &'static str {
        match self {
            Kind::Text | Kind::Long | Kind::Number | Kind::Decimal => "off",
            Kind::Code => "one-time-code",
            Kind::Name => "username",
            Kind::Secret => "current-password",
            Kind::NewSecret => "new-password",
        }
    }

    const fn input_mode(self) -> Option<&'static str> {
        match self {
            Kind::Number => Some("numeric"),
            Kind::Decimal => Some("decimal"),
            Kind::Text | Kind::Long | Kind::Code | Kind::Name | Kind::Secret | Kind::NewSecret => {
                None
            }
        }
    }

    const fn is_secret(self) -> bool {
        matches!(self, Kind::Secret | Kind::NewSecret)
    }

    const fn autocapitalize(self) -> Option<&'static str> {
        match self {
            Kind::Code => Some("characters"),
            Kind::Name | Kind::Secret | Kind::NewSecret => Some("none"),
            Kind::Text | Kind::Long | Kind::Number | Kind::Decimal => None,
        }
    }
}

#[component]
pub(crate) fn Field(
    id: &'static str,
    label: String,
    #[prop(optional)] kind: Kind,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_input: Callback<String>,
    #[prop(optional)] chars_max: Option<usize>,
    /// The browser shall not remember what is typed, whatever it is.
    #[prop(optional, into)]
    unhelped: Signal<bool>,
) -> AnyView {
    let hint_id = format!("{id}-hint");
    let error_id = format!("{id}-error");
    let has_hint = hint.is_some();
    let described = {
        let (hint_id, error_id) = (hint_id.clone(), error_id.clone());
        move || {
            let hint = has_hint.then(|| hint_id.clone());
            let error = error.get().map(|_| error_id.clone());
            let both: Vec<String> = hint.into_iter().chain(error).collect();
            (!both.is_empty()).then(|| both.join(" "))
        }
    };
    let invalid = move || error.get().map(|_| "true");
    let input = match kind {
        Kind::Long => view! {
            <textarea class="input" id=id rows="5" maxlength=chars_max autocomplete="off"
                aria-describedby=described aria-invalid=invalid
                prop:value=value on:input=move |event| on_input.run(event_target_value(&event))></textarea>
        }
        .into_any(),
        Kind::Text
        | Kind::Code
        | Kind::Number
        | Kind::Decimal
        | Kind::Name
        | Kind::Secret
        | Kind::NewSecret => view! {
            <input class=kind.class() id=id maxlength=chars_max
                type=kind.is_secret().then_some("password")
                placeholder=kind.is_secret().then_some(" ")
                inputmode=kind.input_mode()
                autocomplete=move || if unhelped.get() { "off" } else { kind.autocomplete() }
                autocapitalize=kind.autocapitalize()
                spellcheck=kind.autocapitalize().map(|_| "false")
                aria-describedby=described aria-invalid=invalid
                prop:value=value on:input=move |event| on_input.run(event_target_value(&event))/>
        }
        .into_any(),
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {hint.map(|hint| view! { <span class="hint" id=hint_id>{hint}</span> })}
            {move || {
                let id = error_id.clone();
                error.get().map(|error| view! {
                    <span class="error" id=id><Picture of=Icon::Alert/>{error}</span>
                })
            }}
            {input}
        </div>
    }
    .into_any()
}

/// What has to be mended, above the form; each line leads to its field. Whoever shows it moves the
/// focus to it with `focus_errors`.
#[component]
pub(crate) fn Errors(
    title: String,
    /// The field's id, and what is wrong with it in the field's own words.
    lines: Vec<(&'static str, String)>,
) -> AnyView {
    let lines = lines.into_iter().map(|(id, text)| {
        let go = move |event: leptos::ev::MouseEvent| {
            // Our router would take it for a navigation, and the field would not get the focus.
            event.prevent_default();
            focus(id);
        };
        view! { <li><a href=format!("#{id}") on:click=go>{text}</a></li> }
    });
    view! {
        <div class="errors" id="errors" role="alert" tabindex="-1">
            <h2>{title}</h2>
            <ul>{lines.collect::<Vec<_>>()}</ul>
        </div>
    }
    .into_any()
}

pub(crate) fn focus_errors() {
    focus("errors");
}

#[component]
pub(crate) fn Checkbox(
    label: String,
    #[prop(optional, into)] detail: Option<String>,
    #[prop(into)] checked: Signal<bool>,
    #[prop(into)] on_change: Callback<bool>,
) -> AnyView {
    view! {
        <label class="bar">
            <input type="checkbox" class="check" prop:checked=checked
                on:change=move |event| on_change.run(event_target_checked(&event))/>
            <span class="grow">
                <span class="title">{label}</span>
                {detail.map(|detail| view! { <span class="detail">{detail}</span> })}
            </span>
        </label>
    }
    .into_any()
}
