//! How this person wants to read: language, colors, text size. Kept on this device in clear, because
//! the welcome and lock screens need them too.

use leptos::prelude::{ReadSignal, RwSignal, Set};

use crate::page::i18n::{self, Language};
use crate::page::ui::platform::{
    Kept, direct, focus, focused_id, languages, query_value, set_root_data,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    Device,
    Light,
    Dark,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextSize {
    Normal,
    Large,
    Largest,
}

impl Theme {
    const fn word(self) -> Option<&'static str> {
        match self {
            Theme::Device => None,
            Theme::Light => Some("light"),
            Theme::Dark => Some("dark"),
        }
    }
}

impl TextSize {
    const fn word(self) -> Option<&'static str> {
        match self {
            TextSize::Normal => None,
            TextSize::Large => Some("large"),
            TextSize::Largest => Some("largest"),
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Preferences {
    language: RwSignal<Language>,
}

impl Preferences {
    /// What was chosen here before; else the browser's language, the device's colors and text.
    pub(crate) fn load() -> Self {
        // A link or a test may ask for a language; it then holds in this tab only.
        let asked = query_value("lang").filter(|code| Language::of_code(code).is_some());
        if let Some(code) = &asked {
            Kept::Tab.write("language", Some(code));
        }
        let kept = Kept::Tab.read("language").or_else(|| Kept::Device.read("language"));
        let kept = kept.and_then(|code| Language::of_code(&code));
        let first = || languages().iter().find_map(|code| Language::of_code(code));
        let language = kept.or_else(first).unwrap_or(Language::English);
        let preferences = Self { language: RwSignal::new(language) };
        apply_language(language);
        preferences
    }

    pub(crate) fn language(self) -> ReadSignal<Language> {
        self.language.read_only()
    }

    /// Every screen is built again in the new language; the focus stays where it was.
    pub(crate) fn set_language(self, language: Language) {
        let place = focused_id();
        Kept::Tab.write("language", None);
        Kept::Device.write("language", Some(language.code()));
        apply_language(language);
        self.language.set(language);
        if let Some(id) = place {
            focus(&id);
        }
    }

    pub(crate) fn theme(self) -> Theme {
        let kept = Kept::Device.read("theme");
        let is = |theme: &Theme| theme.word() == kept.as_deref();
        [Theme::Light, Theme::Dark].into_iter().find(is).unwrap_or(Theme::Device)
    }

    pub(crate) fn set_theme(self, theme: Theme) {
        Kept::Device.write("theme", theme.word());
        set_root_data("theme", theme.word());
    }

    pub(crate) fn text_size(self) -> TextSize {
        let kept = Kept::Device.read("text");
        let is = |size: &TextSize| size.word() == kept.as_deref();
        [TextSize::Large, TextSize::Largest].into_iter().find(is).unwrap_or(TextSize::Normal)
    }

    pub(crate) fn set_text_size(self, size: TextSize) {
        Kept::Device.write("text", size.word());
        set_root_data("text", size.word());
    }
}

fn apply_language(language: Language) {
    i18n::switch_to(language);
    direct(language.code(), language.direction());
}
