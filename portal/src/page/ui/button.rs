//! Buttons, and links that look like them. One filled button per view; the rest are quiet or plain.

use leptos::prelude::*;

use super::icon::{Icon, Picture};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Weight {
    #[default]
    Main,
    Quiet,
    Plain,
    Danger,
}

impl Weight {
    const fn class(self) -> &'static str {
        match self {
            Weight::Main => "button",
            Weight::Quiet => "button quiet",
            Weight::Plain => "button plain",
            Weight::Danger => "button danger",
        }
    }
}

/// Without `on_press` it sends the form it stands in.
#[component]
pub(crate) fn Button(
    #[prop(into)] label: Signal<String>,
    #[prop(optional)] weight: Weight,
    #[prop(optional)] icon: Option<Icon>,
    #[prop(optional)] wide: bool,
    #[prop(optional)] disabled: bool,
    #[prop(optional, into)] on_press: Option<Callback<()>>,
) -> AnyView {
    let kind = if on_press.is_some() { "button" } else { "submit" };
    let press = move |_| {
        if let Some(on_press) = on_press {
            on_press.run(());
        }
    };
    view! {
        <button type=kind class=weight.class() class:wide=wide disabled=disabled on:click=press>
            {icon.map(|icon| view! { <Picture of=icon/> })}
            {label}
        </button>
    }
    .into_any()
}

#[component]
pub(crate) fn LinkButton(
    href: String,
    label: String,
    #[prop(optional)] weight: Weight,
    #[prop(optional)] icon: Option<Icon>,
    #[prop(optional)] wide: bool,
) -> AnyView {
    view! {
        <a class=weight.class() class:wide=wide href=href>
            {icon.map(|icon| view! { <Picture of=icon/> })}
            {label}
        </a>
    }
    .into_any()
}

/// A square button without words on it; the name is for those who do not see the icon.
#[component]
pub(crate) fn IconButton(
    name: String,
    icon: Icon,
    #[prop(into)] on_press: Callback<()>,
) -> AnyView {
    view! {
        <button type="button" class="button quiet square" aria-label=name on:click=move |_| on_press.run(())>
            <Picture of=icon/>
        </button>
    }
    .into_any()
}

/// A square link without words on it.
#[component]
pub(crate) fn IconLink(href: &'static str, name: String, icon: Icon) -> AnyView {
    view! {
        <a class="button quiet square" href=href aria-label=name><Picture of=icon/></a>
    }
    .into_any()
}

/// The way to the screen above.
#[component]
pub(crate) fn BackLink(href: &'static str, label: String) -> AnyView {
    view! { <a class="back" href=href><Picture of=Icon::Back/>{label}</a> }.into_any()
}
