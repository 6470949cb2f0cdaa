//! Lists made of plain data: every screen that reads says what its lines are, and one part draws
//! them all.

use leptos::prelude::*;

use super::icon::{Icon, Picture};
use super::range::{Place, range};
use super::rows::Rows;
use super::tag::{Tag, Tone};

/// One line of a list. Without `href` it only says something.
#[derive(Default)]
pub(crate) struct Line {
    pub(crate) href: Option<String>,
    pub(crate) icon: Option<Icon>,
    pub(crate) title: String,
    /// Below the title, one under the other.
    pub(crate) details: Vec<String>,
    pub(crate) tag: Option<(Tone, Icon, String)>,
    /// A number and its unit, across from the title.
    pub(crate) number: Option<(String, String)>,
    pub(crate) range: Option<Place>,
}

pub(crate) fn lines(lines: Vec<Line>, card: bool) -> AnyView {
    let lines: Vec<_> = lines.into_iter().map(line).collect();
    view! { <Rows card=card>{lines}</Rows> }.into_any()
}

pub(crate) fn line(line: Line) -> AnyView {
    let Line { href, icon, title, details, tag, number, range: place } = line;
    let class = if number.is_some() { "row result" } else { "row" };
    let go = href.is_some() && number.is_none();
    let details: Vec<_> =
        details.into_iter().map(|detail| view! { <span class="detail">{detail}</span> }).collect();
    let tag = tag.map(|(tone, icon, label)| view! { <Tag tone=tone icon=icon label=label/> });
    // Beside the words where there is room for both, else below them.
    let (beside, below) = if number.is_some() { (None, tag) } else { (tag, None) };
    let inside = view! {
        {icon.map(|icon| view! { <span class="lead"><Picture of=icon/></span> })}
        <span class=if number.is_some() { "grow" } else { "grow bar split" }>
            <span><span class="title" dir="auto">{title}</span>{details}</span>
            {beside}
        </span>
        {number.map(|(number, unit)| view! {
            <span class="number"><b>{number}</b>" "<small>{unit}</small></span>
        })}
        {place.map(range)}
        {below}
        {go.then(|| view! { <span class="go"><Picture of=Icon::Chevron/></span> })}
    }
    .into_any();
    match href {
        Some(href) => view! { <li><a class=class href=href>{inside}</a></li> }.into_any(),
        None => view! { <li class=class>{inside}</li> }.into_any(),
    }
}
