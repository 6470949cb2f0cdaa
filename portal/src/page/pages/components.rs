//! Every part in every state, to look at a build. Shown to developers, so its samples are no record.

use leptos::prelude::*;

use crate::page::i18n::words;
use crate::page::ui::banner::Banner;
use crate::page::ui::bubble::{Bubble, DayDivider, Side};
use crate::page::ui::button::{BackLink, Button, IconButton, IconLink, LinkButton, Weight};
use crate::page::ui::card::Card;
use crate::page::ui::chart::{Drawing, DrawnLine, chart};
use crate::page::ui::composer::Composer;
use crate::page::ui::emergency::Emergency;
use crate::page::ui::empty::{Empty, Skeleton};
use crate::page::ui::field::{Checkbox, Errors, Field, Kind};
use crate::page::ui::icon::Icon;
use crate::page::ui::line::{Line, lines};
use crate::page::ui::navigation::{self, Count, Navigation};
use crate::page::ui::person::{Avatar, PersonButton, PersonRow};
use crate::page::ui::photo::{PhotoButton, PhotoView};
use crate::page::ui::platform::ObjectUrl;
use crate::page::ui::progress::Progress;
use crate::page::ui::qr::qr;
use crate::page::ui::range::Place;
use crate::page::ui::rows::{RowButton, RowLink, RowText, Rows};
use crate::page::ui::screen::{Brand, Screen, Width};
use crate::page::ui::search::Search;
use crate::page::ui::segmented::Segmented;
use crate::page::ui::sheet::Sheet;
use crate::page::ui::status_pill::{Pill, PillWords, StatusPill};
use crate::page::ui::steps::{Reached, Step, Steps};
use crate::page::ui::switch::Switch;
use crate::page::ui::table::{facts, table};
use crate::page::ui::tag::{State, Tag, Tone};

/// A red square, for a photo.
const RED: &str = "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+\
                   FABJADveWkH6oAAAAAElFTkSuQmCC";

#[component]
pub(crate) fn Components() -> impl IntoView {
    view! {
        <Screen name=words::components_title() width=Width::Wide>
            <Brand/>
            <h1>{words::components_title()}</h1>
            <div class="columns even">
                <div class="stack">{status()}{buttons()}{tags()}{people()}</div>
                <div class="stack">{forms()}{choices()}</div>
                <div class="stack">{rows()}{figures()}{talk()}</div>
                <div class="stack">{notices()}{waiting()}</div>
            </div>
            <div>{places()}</div>
        </Screen>
    }
}

/// With one that is open and one that has news.
fn places() -> AnyView {
    let place = |href, icon| navigation::Place { href, icon, label: sample() };
    let tabs = vec![
        place("/", Icon::Home),
        place("/results", Icon::Results),
        place("/medicines", Icon::Pill),
        place("/messages", Icon::Message),
        place("/record", Icon::Record),
    ];
    let news = Count { href: "/messages", number: "3".to_owned(), spoken: sample() };
    view! {
        <Navigation label=sample() places=tabs more=vec![place("/settings", Icon::Settings)]
            path="/results".to_owned() count=Some(news)/>
    }
    .into_any()
}

fn sample() -> String {
    words::components_sample()
}

fn status() -> AnyView {
    let pill = |pill| {
        let words = PillWords { pill, first: sample(), rest: words::components_rest() };
        view! { <StatusPill href="/components" words=words/> }
    };
    view! {
        <div class="bar">
            {pill(Pill::Ok)}{pill(Pill::Checking)}{pill(Pill::Offline)}{pill(Pill::Sending)}{pill(Pill::Failed)}
        </div>
    }
    .into_any()
}

fn buttons() -> AnyView {
    let nothing = || ();
    let button = |weight| view! { <Button label=sample() weight=weight on_press=nothing/> };
    view! {
        <p><BackLink href="/components" label=sample()/></p>
        <IconLink href="/components" name=sample() icon=Icon::Back/>
        <div class="bar">
            {button(Weight::Main)}{button(Weight::Quiet)}{button(Weight::Plain)}{button(Weight::Danger)}
            <Button label=sample() disabled=true on_press=nothing/>
            <Button label=sample() icon=Icon::Send on_press=nothing/>
            <LinkButton href="/components".to_owned() label=sample() weight=Weight::Quiet/>
            <IconButton name=sample() icon=Icon::Plus on_press=nothing/>
        </div>
    }
    .into_any()
}

fn tags() -> AnyView {
    let icons = [Icon::Clock, Icon::Info, Icon::Ok, Icon::Up, Icon::Down, Icon::Alert];
    let tones = [Tone::Neutral, Tone::Info, Tone::Ok, Tone::Wait, Tone::Wait, Tone::Alert];
    let tags = icons.into_iter().zip(tones);
    let tags = tags.map(|(icon, tone)| view! { <Tag tone=tone icon=icon label=sample()/> });
    let icons = [Icon::Phone, Icon::Check, Icon::Checks, Icon::Eye, Icon::Message, Icon::Alert];
    let states = icons.map(|icon| view! { <State icon=icon label=sample()/> });
    view! {
        <div class="bar">{tags.collect::<Vec<_>>()}</div>
        <div class="bar">{states.into_iter().collect::<Vec<_>>()}</div>
        <Emergency question=words::emergency_question() call=words::emergency_call("911")
            number="911".to_owned()/>
    }
    .into_any()
}

fn people() -> AnyView {
    let nothing = || ();
    let row = move |place| {
        view! {
            <PersonRow name=sample() detail=sample() place=place is_open=place == 0
                on_press=nothing/>
        }
    };
    view! {
        <div class="bar">
            <PersonButton name=sample() detail=sample() place=1 on_press=nothing/>
            <Avatar name=sample() place=2/>
        </div>
        <Rows card=true>{row(0)}{row(1)}{row(2)}</Rows>
    }
    .into_any()
}

fn forms() -> AnyView {
    let text = RwSignal::new(sample());
    let write = move |words| text.set(words);
    let checked = RwSignal::new(true);
    let error = Signal::derive(|| Some(sample()));
    view! {
        <form class="card" on:submit=|event| event.prevent_default()>
            <Errors title=words::errors_title(1) lines=vec![("field-code", sample())]/>
            <Field id="field-code" kind=Kind::Code label=sample() hint=sample() error=error value=text
                on_input=write/>
            <Field id="field-text" label=sample() hint=sample() value=text on_input=write/>
            <Field id="field-long" kind=Kind::Long label=sample() value=text on_input=write/>
            <Field id="field-number" kind=Kind::Number label=sample() value=text on_input=write/>
            <Checkbox label=sample() detail=sample() checked=checked
                on_change=move |on| checked.set(on)/>
            <Button label=sample()/>
        </form>
    }
    .into_any()
}

fn choices() -> AnyView {
    let on = RwSignal::new(true);
    let off = RwSignal::new(false);
    let sought = RwSignal::new(String::new());
    let options = (0..3).map(|place| (place, sample(), None)).collect();
    view! {
        <Segmented name="choice" label=sample() options=options chosen=0 on_choose=|_: i32| ()/>
        <Rows card=true>
            <li><Switch label=sample() detail=sample() on=on on_change=move |now| on.set(now)/></li>
            <li><Switch label=sample() on=off on_change=move |now| off.set(now)/></li>
        </Rows>
        <Search id="choice-search" label=sample() text=sought/>
    }
    .into_any()
}

fn rows() -> AnyView {
    let href = || "/components".to_owned();
    view! {
        <Card id="card" title=sample() flush=true more=(href(), sample())>
            <Rows>
                <RowLink href=href() icon=Icon::Results title=sample() detail=sample()>
                    <Tag tone=Tone::Wait icon=Icon::Up label=sample()/>
                </RowLink>
                <RowButton icon=Icon::Download title=sample() detail=sample() on_press=|| ()/>
                <RowText icon=Icon::Person title=sample()/>
            </Rows>
        </Card>
    }
    .into_any()
}

/// A number in, above and below its range, two lines over time with the table behind them, and a code.
fn figures() -> AnyView {
    let number = |(at, tone, icon)| Line {
        href: Some("/components".to_owned()),
        icon: None,
        title: sample(),
        details: vec![sample()],
        tag: Some((tone, icon, sample())),
        number: Some(("120".to_owned(), "mmHg".to_owned())),
        range: Some(Place { from: 300, to: 700, at }),
    };
    let places =
        [(500, Tone::Ok, Icon::Ok), (900, Tone::Wait, Icon::Up), (100, Tone::Wait, Icon::Down)];
    let over_time = |first, last| DrawnLine {
        spots: vec![(200, first), (600, first), (1_000, last)],
        newest: "120".to_owned(),
    };
    let drawing = Drawing {
        lines: vec![over_time(300, 400), over_time(700, 600)],
        stripes: vec![[0, 1_000, 350, 650]],
        ticks: vec![(250, "140".to_owned()), (750, "80".to_owned())],
        from: sample(),
        to: sample(),
    };
    let row = || vec![sample(), "120".to_owned()];
    view! {
        {lines(places.map(number).into(), true)}
        {chart(drawing, sample(), sample(), sample())}
        {table(sample(), sample(), row(), vec![row(), row()])}
        {facts(vec![(sample(), sample()), (sample(), sample())])}
        {qr(3, "M0 0h1v1h-1zM2 0h1v1h-1zM1 1h1v1h-1zM0 2h1v1h-1z".to_owned(), sample())}
        <PhotoButton label=sample() words=true on_choose=|_| ()/>
        {ObjectUrl::of_base64(RED, "image/png").text()
            .map(|url| view! { <PhotoView url=url name=sample()/> })}
    }
    .into_any()
}

fn talk() -> AnyView {
    let text = RwSignal::new(sample());
    view! {
        <ol class="thread">
            <DayDivider label=sample()/>
            <Bubble side=Side::Theirs head=sample() text=sample()/>
            <Bubble side=Side::Mine text=sample()>
                <State icon=Icon::Eye label=sample()/>
            </Bubble>
            <Bubble side=Side::Queued text=sample()>
                <State icon=Icon::Phone label=sample()>
                    <Button label=sample() weight=Weight::Plain on_press=|| ()/>
                </State>
            </Bubble>
        </ol>
        <Composer label=sample() text=text on_input=move |words| text.set(words) send=sample()
            on_send=|| () note=Signal::derive(|| Some(sample())) chars_max=100>
            <Emergency question=words::emergency_question() call=words::emergency_call("911")
                number="911".to_owned()/>
        </Composer>
    }
    .into_any()
}

fn notices() -> AnyView {
    let is_open = RwSignal::new(false);
    let banner = |tone, icon| view! { <Banner tone=tone icon=icon>{sample()}</Banner> };
    view! {
        {banner(Tone::Neutral, Icon::Offline)}
        {banner(Tone::Info, Icon::Info)}
        {banner(Tone::Ok, Icon::Ok)}
        {banner(Tone::Wait, Icon::Clock)}
        {banner(Tone::Alert, Icon::Alert)}
        <Button label=sample() weight=Weight::Quiet on_press=move || is_open.set(true)/>
        <Sheet id="sample-sheet" title=sample() acting=sample() close=words::action_close()
            is_open=is_open>
            <p>{sample()}</p>
        </Sheet>
    }
    .into_any()
}

fn waiting() -> AnyView {
    let step = |reached| Step { reached, spoken: sample(), title: sample(), detail: sample() };
    view! {
        <Empty icon=Icon::Message title=sample() text=sample()>
            <Button label=sample() on_press=|| ()/>
        </Empty>
        <Skeleton label=sample()/>
        <Progress id="progress-known" label=sample() percent=61_u32/>
        <Progress id="progress-unknown" label=sample()/>
        <Steps steps=vec![step(Reached::Done), step(Reached::Now), step(Reached::NotYet)]/>
    }
    .into_any()
}
