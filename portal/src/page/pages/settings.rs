//! Settings: how to read, on the home screen or not, whether the browser keeps it, lock.

mod notices;
mod safety;

use leptos::prelude::*;

use super::the_clinic::TheClinic;
use crate::page::i18n::{Language, words};
use crate::page::preferences::{Preferences, TextSize, Theme};
use crate::page::session::Session;
use crate::page::ui::card::Card;
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::{hear, root_data, tell};
use crate::page::ui::rows::{RowButton, RowLink, RowText, Rows};
use crate::page::ui::screen::Screen;
use crate::page::ui::segmented::Segmented;
use notices::Notices;
use safety::Safety;

#[component]
pub(crate) fn Settings() -> impl IntoView {
    let is_brief = expect_context::<Session>().is_brief();
    view! {
        <Screen name=words::places_settings()>
            <h1>{words::places_settings()}</h1>
            <Reading/>
            <Card id="on-this-device" title=words::settings_device() flush=true>
                <Rows>
                    {(!is_brief).then(|| view! { <Install/><Kept/> })}
                    <RowLink href="/activity".to_owned() icon=Icon::Sending
                        title=words::activity_sending() detail=words::settings_sending()/>
                    <RowLink href="/keys".to_owned() icon=Icon::Info title=words::keys_title()
                        detail=words::keys_text()/>
                </Rows>
            </Card>
            <Notices/>
            <Safety/>
            <TheClinic/>
            <p class="detail">{words::loinc_notice()}</p>
        </Screen>
    }
}

#[component]
fn Reading() -> AnyView {
    let preferences = expect_context::<Preferences>();
    view! {
        <Card id="reading" title=words::settings_reading()>
            <Segmented name="language" label=words::settings_language()
                options=languages() chosen=preferences.language().get_untracked()
                on_choose=move |language| preferences.set_language(language)/>
            <Segmented name="text-size" label=words::settings_text()
                options=vec![
                    (TextSize::Normal, words::settings_text_normal(), None),
                    (TextSize::Large, words::settings_text_large(), None),
                    (TextSize::Largest, words::settings_text_largest(), None),
                ]
                chosen=preferences.text_size()
                on_choose=move |size| preferences.set_text_size(size)/>
            <Segmented name="theme" label=words::settings_theme()
                options=vec![
                    (Theme::Device, words::settings_theme_device(), None),
                    (Theme::Light, words::settings_theme_light(), None),
                    (Theme::Dark, words::settings_theme_dark(), None),
                ]
                chosen=preferences.theme()
                on_choose=move |theme| preferences.set_theme(theme)/>
        </Card>
    }
    .into_any()
}

/// Each language in its own words, so that whoever is lost finds theirs.
pub(super) fn languages() -> Vec<(Language, String, Option<&'static str>)> {
    [(Language::English, "English"), (Language::Spanish, "Español")]
        .map(|(language, name)| (language, name.to_owned(), Some(language.code())))
        .into()
}

/// The browser's own offer where there is one; the way by hand where there is none.
#[component]
fn Install() -> AnyView {
    let offer = RwSignal::new(root_data("install"));
    hear("install", move || {
        offer.try_set(root_data("install"));
    });
    let row = move || match offer.get().as_deref() {
        Some("ready") => view! {
            <RowButton icon=Icon::Download title=words::install_title()
                detail=words::install_ready() on_press=move || tell("install-now")/>
        }
        .into_any(),
        Some("done") => view! {
            <RowText icon=Icon::Ok title=words::install_title() detail=words::install_done()/>
        }
        .into_any(),
        Some("by-hand") => view! {
            <RowText icon=Icon::Share title=words::install_title() detail=words::install_by_hand()/>
        }
        .into_any(),
        Some(_) | None => view! {
            <RowText icon=Icon::Info title=words::install_title() detail=words::install_menu()/>
        }
        .into_any(),
    };
    view! { {row} }.into_any()
}

/// Whether the browser promises to keep the record, and how much of the phone it takes.
#[component]
fn Kept() -> AnyView {
    let kept = RwSignal::new(None);
    hear("kept", move || {
        kept.try_set(root_data("kept"));
    });
    tell("look-at-space");
    let row = move || {
        let size = root_data("space").unwrap_or_default();
        Some(match kept.get()?.as_str() {
            "yes" => view! {
                <RowText icon=Icon::Ok title=words::kept_title() detail=words::kept_yes(&size)/>
            }
            .into_any(),
            _ => view! {
                <RowButton icon=Icon::Download title=words::kept_ask() detail=words::kept_no(&size)
                    on_press=move || tell("keep-now")/>
            }
            .into_any(),
        })
    };
    view! { {row} }.into_any()
}
