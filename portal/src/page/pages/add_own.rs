//! A medicine or an allergy that the clinic does not know yet.

use leptos::prelude::*;
use shared::edit::{AddAllergy, AddMedicine, Edit, NAME_CHARS_MAX, NOTE_CHARS_MAX};

use super::asking::{Asking, typed};
use super::safety_notices::SafetyNotices;
use crate::page::i18n::words;
use crate::page::session::Session;
use crate::page::ui::button::{BackLink, Button};
use crate::page::ui::field::{Field, Kind};
use crate::page::ui::icon::Icon;
use crate::page::ui::screen::Screen;

const YEAR_CHARS: usize = 4;

#[component]
pub(crate) fn AddOwn(is_allergy: bool) -> impl IntoView {
    let session = expect_context::<Session>();
    let asking = Asking::open(session);
    let text = || RwSignal::new(String::new());
    let (name, detail, since) = (text(), text(), text());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (named, said) = (name.get_untracked(), typed(detail));
        // A year that is none is left out: the name is what matters.
        let since_year = typed(since).and_then(|year| year.parse().ok());
        let edit = match is_allergy {
            true => {
                Edit::AddAllergy(AddAllergy { substance: named, reaction: said, since: since_year })
            }
            false => {
                Edit::AddMedicine(AddMedicine { name: named, directions: said, since: since_year })
            }
        };
        asking.send(edit, move || {
            for field in [name, detail, since] {
                field.set(String::new());
            }
        });
    };
    let (title, named, detail_label, back) = match is_allergy {
        true => (
            words::add_allergy(),
            words::add_allergy_name(),
            words::add_allergy_reaction(),
            ("/record/allergies", words::record_allergies()),
        ),
        false => (
            words::add_medicine(),
            words::add_medicine_name(),
            words::add_medicine_how(),
            ("/medicines", words::places_medicines()),
        ),
    };
    let field = |id, kind, label, value: RwSignal<String>, chars_max| {
        view! {
            <Field id=id kind=kind label=label value=value on_input=move |text| value.set(text)
                chars_max=chars_max/>
        }
        .into_any()
    };
    view! {
        <Screen name=title.clone()>
            <div>
                <BackLink href=back.0 label=back.1/>
                <h1>{title}</h1>
                <p class="soft">{words::add_text()}</p>
            </div>
            {move || asking.notice()}
            <form class="card" on:submit=submit>
                {field("name", Kind::Text, named, name, NAME_CHARS_MAX)}
                {(!is_allergy).then(|| view! { <SafetyNotices session=session new=name/> })}
                {field("detail", Kind::Long, detail_label, detail, NOTE_CHARS_MAX)}
                {field("since", Kind::Number, words::add_since(), since, YEAR_CHARS)}
                <Button label=words::asking_save() icon=Icon::Plus wide=true/>
            </form>
        </Screen>
    }
}
