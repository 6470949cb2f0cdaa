//! The sitemap as one tree, and what surrounds every screen: language, focus after a navigation.

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::hooks::use_location;
use leptos_router::path;

use crate::page::frame::Frame;
use crate::page::pages;
use crate::page::preferences::Preferences;
use crate::page::session::Session;
use crate::page::ui::platform::focus_heading;

#[component]
pub(crate) fn App() -> impl IntoView {
    let preferences = Preferences::load();
    let session = Session::start();
    provide_context(preferences);
    provide_context(session);
    view! {
        <Router>
            <FocusAfterNavigation/>
            {move || {
                // Words are plain text, so another language means other screens.
                preferences.language().get();
                sitemap().into_any()
            }}
        </Router>
    }
}

fn sitemap() -> impl IntoView {
    view! {
        <Routes fallback=pages::NotFound>
            <Route path=path!("/welcome") view=pages::Welcome/>
            <Route path=path!("/lock") view=pages::Lock/>
            <Route path=path!("/components") view=pages::Components/>
            <ParentRoute path=path!("") view=Frame>
                <Route path=path!("/") view=pages::Home/>
                <Route path=path!("/download") view=pages::Download/>
                <ParentRoute path=path!("/results") view=pages::section>
                    <Route path=path!("") view=pages::Results/>
                    <Route path=path!(":id") view=pages::ResultDetail/>
                </ParentRoute>
                <Route path=path!("/medicines") view=pages::Medicines/>
                <Route path=path!("/refill") view=pages::Refill/>
                <ParentRoute path=path!("/messages") view=pages::section>
                    <Route path=path!("") view=pages::Messages/>
                    <Route path=path!("new") view=pages::NewMessage/>
                    <Route path=path!(":id") view=pages::Thread/>
                </ParentRoute>
                <ParentRoute path=path!("/record") view=pages::section>
                    <Route path=path!("") view=pages::Record/>
                    <Route path=path!(":section") view=pages::RecordSection/>
                </ParentRoute>
                <ParentRoute path=path!("/visit") view=pages::section>
                    <Route path=path!("") view=pages::Visit/>
                    <Route path=path!("ask") view=pages::AskForVisit/>
                </ParentRoute>
                <Route path=path!("/before-visit") view=pages::BeforeVisit/>
                <Route path=path!("/reading") view=pages::Reading/>
                <Route path=path!("/share") view=pages::Share/>
                <Route path=path!("/activity") view=pages::Activity/>
                <Route path=path!("/settings") view=pages::Settings/>
                <Route path=path!("/search") view=pages::Search/>
            </ParentRoute>
        </Routes>
    }
}

/// A screen reader hears nothing of a navigation inside the page unless the focus moves.
#[component]
fn FocusAfterNavigation() -> impl IntoView {
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        if before.is_some_and(|before| before != now) {
            focus_heading();
        }
        now
    });
}
