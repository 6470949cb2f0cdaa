//! Share my record: the emergency card on the screen, on paper and as a code, and a copy to keep.

mod card;
mod link;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::edit::{Edit, EmergencyCard, Preference};

pub(crate) use self::card::{KeptCard, ShareCard};
use self::card::{card_of, card_text, facts_of, keep};
pub(crate) use self::link::ShareLink;
use super::asking::Asking;
use super::loaded::loaded_banner;
use super::welcome::denied;
use crate::bridge::{Access, Answer, Ask, Denied, Export, Granted};
use crate::page::i18n::{time, words};
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::card::Card;
use crate::page::ui::empty::Skeleton;
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::{print, save};
use crate::page::ui::qr::qr;
use crate::page::ui::rows::{RowButton, RowLink, Rows};
use crate::page::ui::screen::{Screen, Width};
use crate::page::ui::switch::Switch;
use crate::page::ui::table::facts;
use crate::page::ui::tag::Tone;

#[component]
pub(crate) fn Share() -> impl IntoView {
    let session = expect_context::<Session>();
    let asking = Asking::open(session);
    let card = card_of(session);
    keep(session, card);
    let shown = move || match card.get() {
        Some(card) => view! {
            {loaded_banner(card.loaded)}
            {facts(facts_of(&card))}
            <p class="small soft">{words::card_as_of(&time::long_day(time::now()))}</p>
        }
        .into_any(),
        None => view! { <Skeleton label=words::record_loading()/> }.into_any(),
    };
    let is_open_when_locked = Memo::new(move |_| {
        card.with(|card| card.as_ref().is_some_and(|it| it.chosen.while_locked))
    });
    let switch = move |while_locked: bool| {
        let chosen = card.with_untracked(|card| Some(card.as_ref()?.chosen.clone()));
        let Some(chosen) = chosen else { return };
        let chosen = EmergencyCard { while_locked, ..chosen };
        asking.send(Edit::Prefer(Preference::EmergencyCard(chosen)), || ());
    };
    // Of somebody else's record nothing is laid open on this device.
    let is_own = session.open_record_untracked().is_some_and(|record| record.own);
    view! {
        <Screen name=words::places_share() width=Width::Wide>
            <h1>{words::places_share()}</h1>
            {move || asking.notice()}
            <div class="columns even">
                <div class="stack">
                    <Card id="card" title=words::card_title()>{shown}</Card>
                    <div class="unprinted">
                        <Rows card=true>
                            {is_own.then(|| view! {
                                <li>
                                    <Switch label=words::card_while_locked()
                                        detail=words::card_while_locked_text()
                                        on=is_open_when_locked on_change=switch/>
                                </li>
                            })}
                            <RowLink href="/share/card".to_owned() icon=Icon::Edit
                                title=words::card_choose()/>
                            <RowButton icon=Icon::Document title=words::share_print() on_press=print/>
                        </Rows>
                    </div>
                </div>
                <div class="stack">
                    <Rows card=true>
                        <RowLink href="/share/link".to_owned() icon=Icon::Share
                            title=words::share_link() detail=words::share_link_text()/>
                    </Rows>
                    <Card id="code" title=words::share_code()>{code(session, card)}</Card>
                    {copies(session)}
                </div>
            </div>
        </Screen>
    }
}

/// Files to keep or to hand on. They are made in the worker and never lie in the page.
fn copies(session: Session) -> AnyView {
    let failed = RwSignal::new(None::<Denied>);
    let keep = move |what: Export, name: &'static str| {
        spawn_local(async move {
            match session.access(Access::Export(what)).await {
                Ok(Granted::Exported { url }) => save(&url, name),
                Ok(_) => {}
                Err(why) => drop(failed.try_set(Some(why))),
            }
        });
    };
    view! {
        <section class="card flush unprinted" aria-labelledby="copies">
            <h2 id="copies" class="row">{words::copy_title()}</h2>
            {move || failed.get().map(|why| view! {
                <Banner tone=Tone::Alert icon=Icon::Alert urgent=true>{denied(why)}</Banner>
            })}
            <Rows>
                <RowButton icon=Icon::Download title=words::copy_summary()
                    detail=words::copy_summary_text()
                    on_press=move || keep(Export::Summary, "summary.json")/>
                <RowButton icon=Icon::Download title=words::copy_everything()
                    detail=words::copy_everything_text()
                    on_press=move || keep(Export::Everything, "record.json")/>
            </Rows>
        </section>
    }
    .into_any()
}

/// A text as a code, once the worker has drawn it.
fn drawn(session: Session, text: Signal<String>, name: String) -> AnyView {
    let answer = session.ask_anew(Signal::derive(move || Ask::Code { text: text.get() }));
    let drawn = move || {
        answer.with(|answer| match answer {
            Some(Answer::Code(_)) if text.with(String::is_empty) => None,
            Some(Answer::Code(Some(code))) => {
                Some(qr(code.squares, code.path.clone(), name.clone()))
            }
            Some(Answer::Code(None)) => {
                Some(view! { <p>{words::share_code_too_long()}</p> }.into_any())
            }
            Some(_) | None => None,
        })
    };
    view! { {drawn} }.into_any()
}

/// The words of the card as a code. They are in it: nobody has to be asked for them.
fn code(session: Session, card: card::Known) -> AnyView {
    let text =
        Memo::new(move |_| card.with(|card| card.as_ref().map(card_text)).unwrap_or_default());
    view! {
        <p class="soft unprinted">{words::share_code_text()}</p>
        {drawn(session, text.into(), words::share_code_name())}
        <p class="small soft unprinted">{words::share_code_gone()}</p>
    }
    .into_any()
}
