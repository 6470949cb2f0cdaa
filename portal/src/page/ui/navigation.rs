//! The places: five tabs on a phone, a rail beside the screen from 900 px, a list after the screen
//! with huge text. Always the same, in the same order.

use leptos::prelude::*;

use super::icon::{Icon, Picture};

#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) href: &'static str,
    pub(crate) icon: Icon,
    pub(crate) label: String,
}

/// The number on a tab, and its meaning in words for those who only hear it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) href: &'static str,
    pub(crate) number: String,
    pub(crate) spoken: String,
}

#[component]
pub(crate) fn Navigation(
    label: String,
    places: Vec<Place>,
    more: Vec<Place>,
    #[prop(into)] path: Signal<String>,
    #[prop(into)] count: Signal<Option<Count>>,
) -> AnyView {
    let list = move |places: Vec<Place>| {
        let items = places.into_iter().map(|place| item(place, path, count));
        items.collect::<Vec<_>>()
    };
    view! {
        <nav class="navigation" id="places" tabindex="-1" aria-label=label>
            <a class="brand" href="/"><Picture of=Icon::Bag/>"Satchel"</a>
            <ul>{list(places)}</ul>
            <ul class="more">{list(more)}</ul>
        </nav>
    }
    .into_any()
}

fn item(place: Place, path: Signal<String>, count: Signal<Option<Count>>) -> AnyView {
    let href = place.href;
    let current = move || is_at(&path.get(), href).then_some("page");
    let number = move || {
        let count = count.get().filter(|count| count.href == href)?;
        Some(view! {
            <span class="count">
                <span aria-hidden="true">{count.number}</span>
                <span class="unseen">", " {count.spoken}</span>
            </span>
        })
    };
    view! {
        <li>
            <a href=href aria-current=current><Picture of=place.icon/>{place.label}{number}</a>
        </li>
    }
    .into_any()
}

/// A place is current on its own screen and on those below it.
fn is_at(path: &str, place: &str) -> bool {
    path == place
        || (place != "/" && path.strip_prefix(place).is_some_and(|rest| rest.starts_with('/')))
}

#[cfg(test)]
mod tests {
    use super::is_at;

    #[test]
    fn a_place_is_current_on_its_screen_and_below() {
        assert!(is_at("/messages", "/messages") && is_at("/messages/new", "/messages"));
        assert!(is_at("/", "/") && !is_at("/messages", "/") && !is_at("/recorder", "/record"));
    }
}
