//! The frame of one screen: its name in the window's title, and `<main>` with its width.

use leptos::prelude::*;

use super::platform::set_title;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Width {
    #[default]
    Narrow,
    /// Two columns where there is room.
    Wide,
    /// A conversation: its title and the composer stay in sight.
    Talk,
    /// Alone in the middle, without the frame: welcome and lock.
    Center,
}

impl Width {
    const fn class(self) -> &'static str {
        match self {
            Width::Narrow => "narrow",
            Width::Wide => "",
            Width::Talk => "narrow talk",
            Width::Center => "center",
        }
    }
}

#[component]
pub(crate) fn Screen(
    /// What kind of screen this is. Window titles end up in histories: never a person's data.
    name: String,
    #[prop(optional)] width: Width,
    children: Children,
) -> AnyView {
    set_title(&format!("{name} - Satchel"));
    view! { <main id="main" tabindex="-1" class=width.class()>{children()}</main> }.into_any()
}

/// The first stop of the keyboard.
#[component]
pub(crate) fn SkipLink(label: String) -> AnyView {
    let skip = |event: leptos::ev::MouseEvent| {
        // A navigation of the router would not move the focus.
        event.prevent_default();
        super::platform::focus("main");
    };
    view! { <a class="skip button" href="#main" on:click=skip>{label}</a> }.into_any()
}

/// Name, in the places where nobody is signed in yet.
#[component]
pub(crate) fn Brand() -> AnyView {
    view! {
        <p class="brand"><super::icon::Picture of=super::icon::Icon::Bag/>"Satchel"</p>
    }
    .into_any()
}
