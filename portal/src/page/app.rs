//! The sitemap as one tree, and what surrounds every screen: language, focus after a navigation.

use leptos::prelude::*;

use crate::page::frame::{Frame, Offer};
#[cfg(debug_assertions)]
use crate::page::pages::Components;
use crate::page::pages::{
    Activity, AddOwn, AskForCall, AskForVisit, BeforeVisit, ChangePassphrase, Download, FirstVisit,
    Home, Keys, Leave, Lock, Medicine, Medicines, Messages, Missing, NewMessage, NextVisit,
    PaperScreen, PasskeysScreen, Reading, Record, RecordEntry, RecordSection, Refill,
    ResultDetails, Results, SayWrong, Search, Settings, Share, ShareCard, ShareLink, SignIn,
    Thread, Timeline, Visit, Welcome, WhatWasAsked, YourDevices,
};
use crate::page::preferences::Preferences;
use crate::page::session::Session;
use crate::page::ui::platform::{Address, focus_heading};

/// What surrounds a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Around {
    Nothing(Alone),
    /// The frame of an open record.
    Frame,
}

/// Screens that need no open record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alone {
    Welcome,
    SignIn,
    Lock,
    /// For developers; a release has none of it.
    #[cfg(debug_assertions)]
    Components,
}

#[component]
pub(crate) fn App() -> impl IntoView {
    let preferences = Preferences::load();
    let session = Session::start();
    let address = Address::start();
    provide_context(preferences);
    provide_context(session);
    provide_context(address);
    provide_context(FirstVisit::start(session, address));
    focus_after_navigation(address);
    let around = Memo::new(move |_| match segments(&address.path().get()).as_slice() {
        ["welcome"] => Around::Nothing(Alone::Welcome),
        ["sign-in"] => Around::Nothing(Alone::SignIn),
        ["lock"] => Around::Nothing(Alone::Lock),
        #[cfg(debug_assertions)]
        ["components"] => Around::Nothing(Alone::Components),
        _ => Around::Frame,
    });
    move || {
        // Words are plain text, so another language means other screens.
        preferences.language().get();
        match around.get() {
            Around::Nothing(Alone::Welcome) => view! { <Welcome/> }.into_any(),
            Around::Nothing(Alone::SignIn) => view! { <SignIn/> }.into_any(),
            Around::Nothing(Alone::Lock) => view! { <Offer session=session/><Lock/> }.into_any(),
            #[cfg(debug_assertions)]
            Around::Nothing(Alone::Components) => view! { <Components/> }.into_any(),
            Around::Frame => view! { <Frame/> }.into_any(),
        }
    }
}

/// The screen at an address inside the frame.
pub(crate) fn screen_at(path: &str) -> AnyView {
    match segments(path).as_slice() {
        [] => view! { <Home/> }.into_any(),
        ["download"] => view! { <Download/> }.into_any(),
        ["results"] => view! { <Results/> }.into_any(),
        ["results", id] => view! { <ResultDetails id=(*id).to_owned()/> }.into_any(),
        ["medicines"] => view! { <Medicines/> }.into_any(),
        ["medicines", id] => view! { <Medicine id=(*id).to_owned()/> }.into_any(),
        ["refill"] => view! { <Refill/> }.into_any(),
        ["messages"] => view! { <Messages/> }.into_any(),
        ["messages", "new"] => view! { <NewMessage/> }.into_any(),
        ["messages", id] => view! { <Thread id=(*id).to_owned()/> }.into_any(),
        ["record"] => view! { <Record/> }.into_any(),
        ["record", "timeline"] => view! { <Timeline/> }.into_any(),
        ["record", "entry", id] => view! { <RecordEntry id=(*id).to_owned()/> }.into_any(),
        ["record", "entry", id, form] => {
            view! { <PaperScreen id=(*id).to_owned() form=(*form).to_owned()/> }.into_any()
        }
        ["record", section] => view! { <RecordSection path=(*section).to_owned()/> }.into_any(),
        ["visit"] => view! { <NextVisit/> }.into_any(),
        ["visit", "ask"] => view! { <AskForVisit/> }.into_any(),
        ["call"] => view! { <AskForCall/> }.into_any(),
        ["visit", id] => view! { <Visit id=(*id).to_owned()/> }.into_any(),
        ["keys"] => view! { <Keys/> }.into_any(),
        ["before-visit"] => view! { <BeforeVisit id=None/> }.into_any(),
        ["before-visit", id] => view! { <BeforeVisit id=Some((*id).to_owned())/> }.into_any(),
        ["reading"] => view! { <Reading id=None/> }.into_any(),
        ["reading", id] => view! { <Reading id=Some((*id).to_owned())/> }.into_any(),
        ["wrong", id] => view! { <SayWrong id=(*id).to_owned()/> }.into_any(),
        ["add", what @ ("medicine" | "allergy")] => {
            view! { <AddOwn is_allergy=*what == "allergy"/> }.into_any()
        }
        ["asked"] => view! { <WhatWasAsked/> }.into_any(),
        ["share"] => view! { <Share/> }.into_any(),
        ["share", "card"] => view! { <ShareCard/> }.into_any(),
        ["share", "link"] => view! { <ShareLink/> }.into_any(),
        ["activity"] => view! { <Activity/> }.into_any(),
        ["settings", "passphrase"] => view! { <ChangePassphrase/> }.into_any(),
        ["settings", "devices"] => view! { <YourDevices/> }.into_any(),
        ["settings", "passkeys"] => view! { <PasskeysScreen/> }.into_any(),
        ["settings", "leave"] => view! { <Leave/> }.into_any(),
        ["settings"] => view! { <Settings/> }.into_any(),
        ["search"] => view! { <Search/> }.into_any(),
        _ => view! { <Missing/> }.into_any(),
    }
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

/// A screen reader hears nothing of a navigation inside the page unless the focus moves.
fn focus_after_navigation(address: Address) {
    Effect::new(move |before: Option<String>| {
        let now = address.path().get();
        if before.is_some_and(|before| before != now) {
            focus_heading();
        }
        now
    });
}
