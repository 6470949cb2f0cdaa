//! A medicine or an allergy that the clinic does not know yet.

use leptos::prelude::*;
use shared::edit::{AddAllergy, AddMedicine, Edit, NAME_CHARS_MAX, NOTE_CHARS_MAX};

use super::asking::{Asking, kept};
use super::safety_notices::SafetyNotices;
use crate::page::draft::Draft;
use crate::page::i18n::words;
use crate::page::session::Session;
use crate::page::ui::button::{BackLink, Button};
use crate::page::ui::field::{Field, Kind};
use crate::page::ui::icon::Icon;
use crate::page::ui::screen::Screen;

const YEAR_CHARS: usize = 4;

// Where the fields stand in their draft.
const NAME: usize = 0;
const DETAIL: usize = 1;
const SINCE: usize = 2;

#[component]
pub(crate) fn AddOwn(is_allergy: bool) -> impl IntoView {
    let session = expect_context::<Session>();
    let asking = Asking::open(session);
    let key = if is_allergy { "allergy" } else { "medicine" };
    let draft = Draft::open(session, key.to_owned());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (named, said) = (draft.part_now(NAME), draft.typed(DETAIL));
        // A year that is none is left out: the name is what matters.
        let since_year = draft.typed(SINCE).and_then(|year| year.parse().ok());
        let edit = match is_allergy {
            true => {
                Edit::AddAllergy(AddAllergy { substance: named, reaction: said, since: since_year })
            }
            false => {
                Edit::AddMedicine(AddMedicine { name: named, directions: said, since: since_year })
            }
        };
        asking.send_from(draft, edit, || ());
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
    let field = move |id, kind, label, place: usize, chars_max| {
        view! {
            <Field id=id kind=kind label=label value=draft.part(place) on_input=draft.writes(place)
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
                {field("name", Kind::Text, named, NAME, NAME_CHARS_MAX)}
                {(!is_allergy).then(|| view! { <SafetyNotices session=session new=draft.part(NAME)/> })}
                {field("detail", Kind::Long, detail_label, DETAIL, NOTE_CHARS_MAX)}
                {field("since", Kind::Number, words::add_since(), SINCE, YEAR_CHARS)}
                <Button label=words::asking_save() icon=Icon::Plus wide=true/>
                {kept(draft)}
            </form>
        </Screen>
    }
}
