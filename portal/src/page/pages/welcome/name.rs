//! The name to sign in with: not a name, not a number of the clinic.

use leptos::prelude::*;
use shared::vault::{NAME_CHARS_MAX, NotAName, SignInName};

use super::LanguageSwitch;
use crate::bridge::Denied;
use crate::page::i18n::words;
use crate::page::ui::button::Button;
use crate::page::ui::field::{Field, Kind};
use crate::page::ui::platform::focus;
use crate::page::ui::screen::{Brand, Screen, Width};

#[component]
pub(super) fn ChooseName(
    name: RwSignal<String>,
    /// What the clinic said about it before.
    taken: RwSignal<Option<Denied>>,
    brief: RwSignal<bool>,
    #[prop(into)] on_chosen: Callback<()>,
) -> AnyView {
    let wrong = RwSignal::new(None::<NotAName>);
    let error = Signal::derive(move || match wrong.get() {
        Some(why) => Some(not_a_name(why)),
        None if taken.get() == Some(Denied::NameTaken) => Some(words::name_taken()),
        None => None,
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        match SignInName::parse(&name.get_untracked()) {
            Ok(folded) => {
                name.set(folded.text().to_owned());
                taken.set(None);
                on_chosen.run(());
            }
            Err(why) => {
                wrong.set(Some(why));
                focus("sign-in-name");
            }
        }
    };
    view! {
        <Screen name=words::welcome_name() width=Width::Center>
            <LanguageSwitch/>
            <Brand/>
            <div>
                <p class="soft">{words::welcome_step("2")}</p>
                <h1>{words::name_title()}</h1>
                <p>{words::name_text()}</p>
            </div>
            <form class="stack" on:submit=submit>
                <Field id="sign-in-name" kind=Kind::Name label=words::name_label()
                    unhelped=brief
                    hint=words::name_hint() error=error value=name chars_max=NAME_CHARS_MAX + 4
                    on_input=move |text| { wrong.set(None); name.set(text) }/>
                <Button label=words::action_continue() wide=true/>
            </form>
        </Screen>
    }
    .into_any()
}

fn not_a_name(why: NotAName) -> String {
    match why {
        NotAName::Length => words::name_wrong_length(),
        NotAName::Sign => words::name_wrong_sign(),
        NotAName::NoLetter => words::name_wrong_number(),
    }
}
