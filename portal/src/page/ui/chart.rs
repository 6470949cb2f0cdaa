//! A line over time. Everything in it is a presentation attribute in percent, so that it needs no
//! style of its own and grows with the text; the table below it says the same.

use leptos::prelude::*;

use super::range::percent;

/// More points than these are a line without dots.
const DOTS_MAX: usize = 40;

/// Places are in thousandths of the drawing.
pub(crate) struct Drawing {
    /// Two at most: solid with round points, dashed with square ones.
    pub(crate) lines: Vec<DrawnLine>,
    /// From, to, top, bottom.
    pub(crate) stripes: Vec<[u16; 4]>,
    pub(crate) ticks: Vec<(u16, String)>,
    pub(crate) from: String,
    pub(crate) to: String,
}

pub(crate) struct DrawnLine {
    pub(crate) spots: Vec<(u16, u16)>,
    pub(crate) newest: String,
}

/// `title` and `story` are read out in place of the drawing; `name` is that of the region, which
/// may scroll sideways where the text is huge.
pub(crate) fn chart(drawing: Drawing, name: String, title: String, story: String) -> AnyView {
    let Drawing { lines, stripes, ticks, from, to } = drawing;
    let stripes: Vec<_> = stripes.into_iter().map(stripe).collect();
    let ticks: Vec<_> = ticks
        .into_iter()
        .map(|(at, number)| {
            view! {
                <line x1="9%" x2="100%" y1=down(at) y2=down(at)/>
                <text x="0" y=down(at) dy="4">{number}</text>
            }
            .into_any()
        })
        .collect();
    let lines: Vec<_> =
        lines.into_iter().enumerate().map(|(place, line)| drawn(line, place > 0)).collect();
    view! {
        <div class="chart" tabindex="0" role="group" aria-label=name>
            <svg role="img" aria-labelledby="chart-title chart-story">
                <title id="chart-title">{title}</title>
                <desc id="chart-story">{story}</desc>
                {stripes}
                {ticks}
                {lines}
                <text x="9%" y="98%">{from}</text>
                <text x="100%" y="98%" text-anchor="end">{to}</text>
            </svg>
        </div>
    }
    .into_any()
}

/// The scale's numbers keep nine hundredths at the start, the days a tenth below.
fn across(at: u16) -> String {
    percent(90 + part(at, 91))
}

fn down(at: u16) -> String {
    percent(part(at, 90))
}

fn part(of: u16, hundredths: u32) -> u16 {
    // At most what it is a part of, so it fits.
    u16::try_from(u32::from(of) * hundredths / 100).unwrap_or(of)
}

fn stripe([from, to, top, bottom]: [u16; 4]) -> AnyView {
    let width = percent(part(to.saturating_sub(from), 91));
    let height = percent(part(bottom.saturating_sub(top), 90));
    view! { <rect class="band" x=across(from) y=down(top) width=width height=height/> }.into_any()
}

fn drawn(line: DrawnLine, second: bool) -> AnyView {
    let class = if second { "line two" } else { "line" };
    let dots = if line.spots.len() > DOTS_MAX { line.spots.len() - 1 } else { 0 };
    let parts: Vec<_> = line
        .spots
        .windows(2)
        .map(|pair| {
            let ((x1, y1), (x2, y2)) = (pair[0], pair[1]);
            view! { <line class=class x1=across(x1) y1=down(y1) x2=across(x2) y2=down(y2)/> }
                .into_any()
        })
        .collect();
    let points: Vec<_> = line.spots[dots..].iter().map(|spot| point(*spot, second)).collect();
    let (x, y) = line.spots.last().copied().unwrap_or_default();
    let anchor = if x > 900 { "end" } else { "middle" };
    let above = if y < 120 { "24" } else { "-14" };
    view! {
        {parts}
        {points}
        <text class="newest" x=across(x) y=down(y) dy=above text-anchor=anchor>{line.newest}</text>
    }
    .into_any()
}

fn point((x, y): (u16, u16), second: bool) -> AnyView {
    if second {
        return view! {
            <svg x=across(x) y=down(y) width="1" height="1" overflow="visible">
                <rect class="point two" x="-4.5" y="-4.5" width="9" height="9"/>
            </svg>
        }
        .into_any();
    }
    view! { <circle class="point" cx=across(x) cy=down(y) r="4.5"/> }.into_any()
}
