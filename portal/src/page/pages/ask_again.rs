//! What waited so long that it may not be meant any more: it is sent or taken back, as the person says.

use leptos::prelude::*;
use shared::edit::Edit;
use shared::view::WaitingItem;

use super::asking::Asking;
use crate::page::i18n::{time, words};
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::button::{Button, Weight};
use crate::page::ui::icon::Icon;
use crate::page::ui::tag::Tone;

#[component]
pub(super) fn AskAgain(session: Session) -> AnyView {
    let asking = Asking::open(session);
    let waiting = session.waiting();
    let asks = move |item: &&WaitingItem| item.ask_again_at.is_some_and(|at| at <= time::now());
    let questions = move || {
        let items = waiting.get().map(|waiting| waiting.items).unwrap_or_default();
        items.iter().filter(asks).map(|item| question(asking, item)).collect::<Vec<_>>()
    };
    view! { {questions} }.into_any()
}

fn question(asking: Asking, item: &WaitingItem) -> AnyView {
    let entry = item.entry;
    let when = item.written_at.map(time::in_list).unwrap_or_default();
    let text = item.text.clone().unwrap_or_default();
    view! {
        <Banner tone=Tone::Wait icon=Icon::Clock>
            <p><b>{words::ask_again_title(&when)}</b></p>
            <p dir="auto">{text}</p>
            <p>{words::ask_again_why()}</p>
            <div class="bar">
                <Button label=words::ask_again_send() icon=Icon::Send
                    on_press=move || asking.send(Edit::SendStill { entry }, || ())/>
                <Button label=words::refill_take_back() weight=Weight::Quiet
                    on_press=move || asking.send(Edit::Withdraw { entry }, || ())/>
            </div>
        </Banner>
    }
    .into_any()
}
