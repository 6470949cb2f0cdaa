//! One file a route. A page asks, edits and lays out parts.

mod activity;
mod before_visit;
mod components;
mod download;
mod gate;
mod home;
mod lock;
mod medicines;
mod message_words;
mod messages;
mod new_message;
mod not_built;
mod not_found;
mod reading;
mod record;
mod refill;
mod results;
mod search;
mod settings;
mod share;
mod thread;
mod visit;
mod welcome;

use leptos::prelude::*;
use leptos_router::components::Outlet;

pub(crate) use activity::Activity;
pub(crate) use before_visit::BeforeVisit;
pub(crate) use components::Components;
pub(crate) use download::Download;
pub(crate) use gate::{Broken, NeedsConnection, Opening};
pub(crate) use home::Home;
pub(crate) use lock::Lock;
pub(crate) use medicines::Medicines;
pub(crate) use messages::Messages;
pub(crate) use new_message::NewMessage;
pub(crate) use not_found::NotFound;
pub(crate) use reading::Reading;
pub(crate) use record::{Record, RecordSection};
pub(crate) use refill::Refill;
pub(crate) use results::{ResultDetail, Results};
pub(crate) use search::Search;
pub(crate) use settings::Settings;
pub(crate) use share::Share;
pub(crate) use thread::Thread;
pub(crate) use visit::{AskForVisit, Visit};
pub(crate) use welcome::Welcome;

/// A place with screens below it; the frame around them is the same.
pub(crate) fn section() -> impl IntoView {
    view! { <Outlet/> }
}
