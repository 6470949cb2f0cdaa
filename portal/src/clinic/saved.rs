//! Replies that are written often. They are put into the box to be read over and changed, in the
//! language of whoever reads them, with the names filled in.

use leptos::html::Select;
use leptos::prelude::*;
use shared::view::desk::settings::{InBoth, SavedReply};

use super::client::Place;
use super::desk::{Desk, Shown};
use super::inbox::first_name;
use crate::page::i18n::{self, Language, words};
use crate::page::ui::platform::focus;

/// How many there are.
const COUNT: usize = 5;

#[component]
pub(super) fn Saved(desk: Desk, place: Place) -> AnyView {
    let list = NodeRef::<Select>::new();
    let reads = move || {
        let known = desk.context()?.context;
        let spoken = known.language.as_deref().and_then(of_name);
        known.reads.as_deref().and_then(Language::of_code).or(spoken)
    };
    let chosen = RwSignal::new(None::<Language>);
    let language = move || chosen.get().or_else(reads).unwrap_or(Language::English);
    let titles = move || {
        let own = desk.replies().get();
        let titles: Vec<String> = match own.is_empty() {
            true => (0..COUNT).map(title).collect(),
            false => own.into_iter().map(|reply| reply.title).collect(),
        };
        let option = |(number, title): (usize, String)| {
            view! { <option value=number.to_string()>{title}</option> }
        };
        titles.into_iter().enumerate().map(option).collect_view()
    };
    let take = move |event: leptos::ev::Event| {
        let Ok(number) = event_target_value(&event).parse() else { return };
        let patient = desk.shown().with_untracked(|shown| match shown {
            Shown::Item(item) => item.line.patient_name.clone(),
            Shown::None | Shown::Opening | Shown::Missing | Shown::Closed => String::new(),
        });
        let me = desk.seat.who().get_untracked().map(|who| who.name).unwrap_or_default();
        let patient = first_name(&patient);
        let text = desk.replies().with_untracked(|own| match own.get(number) {
            Some(reply) => own_words(reply, language(), patient, &me),
            None => in_language(language(), || words_of(number, patient, &me)),
        });
        let before = desk.text(place);
        let text = if before.trim().is_empty() { text } else { format!("{before}\n\n{text}") };
        desk.type_text(place, text);
        if let Some(list) = list.get_untracked() {
            // So that the same one can be taken again.
            list.set_value("");
        }
        focus("reply");
    };
    let switch = move |_| {
        let other = match language() {
            Language::Spanish => Language::English,
            Language::English | Language::Mirrored => Language::Spanish,
        };
        chosen.set(Some(other));
    };
    let named = move || match language() {
        Language::Spanish => words::clinic_in_spanish(),
        Language::English | Language::Mirrored => words::clinic_in_english(),
    };
    view! {
        <div class="bar saved">
            <label>
                <span class="unseen">{words::clinic_saved()}</span>
                <select class="input" node_ref=list on:change=take>
                    <option value="">{words::clinic_saved()}</option>
                    {titles}
                </select>
            </label>
            <button type="button" class="button plain" on:click=switch>{named}</button>
        </div>
    }
    .into_any()
}

/// The languages that a chart names and that a saved reply can be in.
fn of_name(name: &str) -> Option<Language> {
    match name.to_lowercase().as_str() {
        "spanish" | "español" => Some(Language::Spanish),
        "english" | "inglés" => Some(Language::English),
        code => Language::of_code(code),
    }
}

/// Says something in another language than the page's own.
pub(super) fn in_language<T>(language: Language, say: impl FnOnce() -> T) -> T {
    let own = i18n::current();
    i18n::switch_to(language);
    let said = say();
    i18n::switch_to(own);
    said
}

/// A reply of the clinic's own with the names filled in; in the other language if it has only that.
fn own_words(reply: &SavedReply, language: Language, patient: &str, me: &str) -> String {
    let InBoth { en, es } = &reply.text;
    let (first, other) = match language {
        Language::Spanish => (es, en),
        Language::English | Language::Mirrored => (en, es),
    };
    let text = if first.is_empty() { other } else { first };
    text.replace("(patient)", patient).replace("(me)", me)
}

fn title(number: usize) -> String {
    match number {
        0 => words::saved_title_looking(),
        1 => words::saved_title_call(),
        2 => words::saved_title_visit(),
        3 => words::saved_title_in_range(),
        _ => words::saved_title_pharmacy(),
    }
}

fn words_of(number: usize, patient: &str, me: &str) -> String {
    match number {
        0 => words::saved_looking(me, patient),
        1 => words::saved_call(me, patient),
        2 => words::saved_visit(me, patient),
        3 => words::saved_in_range(me, patient),
        _ => words::saved_pharmacy(me, patient),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_in_the_patients_language_and_the_page_stays_in_its_own() {
        i18n::switch_to(Language::English);
        let spanish = in_language(Language::Spanish, || words_of(0, "Rosa", "Linh Tran, RN"));
        assert!(spanish.starts_with("Hola, Rosa"), "{spanish}");
        assert!(spanish.ends_with("Linh Tran, RN"), "{spanish}");
        assert_eq!(i18n::current(), Language::English);
        let all: std::collections::BTreeSet<_> = (0..COUNT).map(title).collect();
        assert_eq!(all.len(), COUNT);
    }

    #[test]
    fn a_reply_of_the_clinics_own_has_the_names_in_it() {
        let text = InBoth { en: "Hello (patient). (me)".into(), es: String::new() };
        let reply = SavedReply { title: "Hello".into(), text };
        for language in [Language::English, Language::Spanish] {
            assert_eq!(own_words(&reply, language, "Rosa", "Linh"), "Hello Rosa. Linh");
        }
    }

    #[test]
    fn a_language_is_known_by_its_name_or_its_code() {
        assert_eq!(of_name("Spanish"), Some(Language::Spanish));
        assert_eq!(of_name("es-MX"), Some(Language::Spanish));
        assert_eq!(of_name("Somali"), None);
    }
}
