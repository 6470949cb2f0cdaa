//! People: the tint and letters each keeps, the switcher in the top bar, the rows of its sheet.

use leptos::prelude::*;

use super::icon::{Icon, Picture};

/// Each person keeps one tint; the first is the account's own.
pub(crate) const fn tint(place: usize) -> &'static str {
    match place % 3 {
        0 => "",
        1 => "tint-2",
        _ => "tint-3",
    }
}

#[component]
pub(crate) fn Avatar(name: String, place: usize) -> AnyView {
    let class = format!("avatar {}", tint(place));
    view! { <span class=class aria-hidden="true">{letters(&name)}</span> }.into_any()
}

/// Whose record is open, and the way to another.
#[component]
pub(crate) fn PersonButton(
    name: String,
    detail: String,
    place: usize,
    #[prop(into)] on_press: Callback<()>,
) -> AnyView {
    view! {
        <button class="person" type="button" aria-haspopup="dialog" on:click=move |_| on_press.run(())>
            <Avatar name=name.clone() place=place/>
            <span>{name}<small>{detail}</small></span>
            <Picture of=Icon::ChevronDown/>
        </button>
    }
    .into_any()
}

#[component]
pub(crate) fn PersonRow(
    name: String,
    detail: String,
    place: usize,
    is_open: bool,
    #[prop(into)] on_press: Callback<()>,
) -> AnyView {
    view! {
        <li>
            <button type="button" class="row" aria-current=is_open.then_some("true")
                on:click=move |_| on_press.run(())>
                <Avatar name=name.clone() place=place/>
                <span class="grow">
                    <span class="title">{name}</span><span class="detail">{detail}</span>
                </span>
                {is_open.then(|| view! { <Picture of=Icon::Check/> })}
            </button>
        </li>
    }
    .into_any()
}

/// The first letters of the first and the last word.
fn letters(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.last().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn two_letters_stand_for_a_name_of_any_length() {
        assert_eq!(letters("Rosa Delgado"), "RD");
        assert_eq!(letters("Ana María de la Ñusta"), "AÑ");
        assert_eq!(letters("émile"), "É");
        assert_eq!(letters("  "), "");
    }
}
