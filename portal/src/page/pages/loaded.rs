//! Whether all that a screen is made of is here.

use leptos::prelude::*;
use shared::view::Loaded;

use crate::page::i18n::words;
use crate::page::ui::banner::Banner;
use crate::page::ui::icon::Icon;
use crate::page::ui::tag::Tone;

/// What an empty or short list means: nothing is recorded, or something is still to come.
pub(super) fn loaded_banner(loaded: Loaded) -> Option<AnyView> {
    let (tone, icon) = match loaded {
        Loaded::All | Loaded::NotYet => (Tone::Neutral, Icon::Clock),
        Loaded::Unreadable => (Tone::Alert, Icon::Alert),
    };
    let text = loaded_words(loaded)?;
    Some(view! { <Banner tone=tone icon=icon>{text}</Banner> }.into_any())
}

pub(super) fn loaded_words(loaded: Loaded) -> Option<String> {
    match loaded {
        Loaded::All => None,
        Loaded::NotYet => Some(words::loaded_not_yet()),
        Loaded::Unreadable => Some(words::loaded_unreadable()),
    }
}
