//! Lists whose rows are one link, one button or just words, each as a whole.

use leptos::prelude::*;

use super::icon::{Icon, Picture};

/// The list; its children are `<li>`.
#[component]
pub(crate) fn Rows(
    /// As a card of its own, when no card is around it.
    #[prop(optional)]
    card: bool,
    children: Children,
) -> AnyView {
    view! { <ul class="rows" class:card=card class:flush=card>{children()}</ul> }.into_any()
}

/// A row that leads somewhere.
#[component]
pub(crate) fn RowLink(
    href: String,
    #[prop(optional)] icon: Option<Icon>,
    title: String,
    #[prop(optional, into)] detail: Option<String>,
    /// When, across from the title.
    #[prop(optional, into)]
    aside: Option<String>,
    /// A tag or a state, below the words when narrow.
    #[prop(optional)]
    children: Option<Children>,
) -> AnyView {
    view! {
        <li>
            <a class="row" href=href>
                {lead(icon)}
                <span class="grow bar split">
                    {match aside {
                        None => view! { <span>{words(title, detail)}</span> }.into_any(),
                        Some(aside) => view! {
                            <span class="bar split wide">
                                <span class="title">{title}</span><span class="detail">{aside}</span>
                            </span>
                            {detail.map(|detail| view! { <span class="detail wide">{detail}</span> })}
                        }
                        .into_any(),
                    }}
                    {children.map(|children| children())}
                </span>
                <span class="go"><Picture of=Icon::Chevron/></span>
            </a>
        </li>
    }
    .into_any()
}

/// A row that does something.
#[component]
pub(crate) fn RowButton(
    #[prop(optional)] icon: Option<Icon>,
    title: String,
    #[prop(optional, into)] detail: Option<String>,
    #[prop(into)] on_press: Callback<()>,
) -> AnyView {
    view! {
        <li>
            <button type="button" class="row" on:click=move |_| on_press.run(())>
                {lead(icon)}
                <span class="grow">{words(title, detail)}</span>
            </button>
        </li>
    }
    .into_any()
}

/// A row that only says something.
#[component]
pub(crate) fn RowText(
    #[prop(optional)] icon: Option<Icon>,
    title: String,
    #[prop(optional, into)] detail: Option<String>,
) -> AnyView {
    view! { <li class="row">{lead(icon)}<span class="grow">{words(title, detail)}</span></li> }
        .into_any()
}

fn lead(icon: Option<Icon>) -> Option<AnyView> {
    icon.map(|icon| view! { <span class="lead"><Picture of=icon/></span> }.into_any())
}

fn words(title: String, detail: Option<String>) -> AnyView {
    view! {
        <span class="title">{title}</span>
        {detail.map(|detail| view! { <span class="detail">{detail}</span> })}
    }
    .into_any()
}
