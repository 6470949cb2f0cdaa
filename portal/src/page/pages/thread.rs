//! One conversation: opens at its newest message; what has not left this device can still be changed.

mod unsent;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::edit::{Edit, MESSAGE_CHARS_MAX};
use shared::id::EntryId;
use shared::time::Timestamp;
use shared::view::{ItemState, Message, Thread as ThreadView};

use super::emergency_notice::EmergencyNotice;
use super::loaded::loaded_banner;
use super::message_words::{EmergencyLine, not_taken, state_words, topic_words};
use super::not_found::Missing;
use super::photos::{AttachPhotos, Attached, photos};
use crate::bridge::Status;
use crate::page::draft::{Draft, Keeping};
use crate::page::i18n::{time, words};
use crate::page::session::{Asked, NotTaken, Session};
use crate::page::ui::banner::Banner;
use crate::page::ui::bubble::{Bubble, DayDivider, Side};
use crate::page::ui::button::{BackLink, Button, IconLink, Weight};
use crate::page::ui::composer::Composer;
use crate::page::ui::empty::Skeleton;
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::scroll_to_end;
use crate::page::ui::screen::{Screen, Width};
use crate::page::ui::tag::{State, Tone};
use unsent::{Unsent, UnsentSheet};

/// "Send" where it goes out at once, "Send later" where it will wait.
pub(super) fn send_words(session: Session) -> Signal<String> {
    Signal::derive(move || match session.status().get() {
        Some(Status::Offline { .. } | Status::SignedOut { .. }) | None => {
            words::action_send_later()
        }
        Some(
            Status::UpToDate { .. }
            | Status::Checking
            | Status::Sending { .. }
            | Status::Asks { .. }
            | Status::NotSent { .. }
            | Status::Damaged,
        ) => words::action_send(),
    })
}

#[component]
pub(crate) fn Thread(id: String) -> AnyView {
    match id.parse::<EntryId>() {
        Ok(id) => view! { <Conversation id=id/> }.into_any(),
        Err(_) => view! { <Missing/> }.into_any(),
    }
}

#[component]
fn Conversation(id: EntryId) -> AnyView {
    let session = expect_context::<Session>();
    let thread = session.thread(id);
    let draft = Draft::open(session, format!("thread/{id}"));
    let attached = Attached::open(session, format!("thread/{id}"));
    let unsent = RwSignal::new(None::<Unsent>);
    let is_here = Memo::new(move |_| thread.get().map(|thread| thread.is_some()));
    mark_read(session, id, thread);
    move_to_newest(thread);
    let screen = move || match is_here.get() {
        None => waiting(),
        Some(false) => view! { <Missing/> }.into_any(),
        Some(true) => conversation(session, id, thread, (draft, attached), unsent),
    };
    view! {
        {screen}
        <UnsentSheet session=session unsent=unsent draft=draft attached=attached/>
    }
    .into_any()
}

fn waiting() -> AnyView {
    view! {
        <Screen name=words::thread_title()>
            <BackLink href="/messages" label=words::places_messages()/>
            <h1>{words::thread_title()}</h1>
            <Skeleton label=words::messages_loading()/>
        </Screen>
    }
    .into_any()
}

fn conversation(
    session: Session,
    id: EntryId,
    thread: Asked<Option<ThreadView>>,
    (draft, attached): (Draft, Attached),
    unsent: RwSignal<Option<Unsent>>,
) -> AnyView {
    let topic = move || thread.get().flatten().map(|thread| topic_words(thread.topic));
    let audience = move || {
        thread.get().flatten().map(|thread| match thread.audience {
            shared::edit::Audience::Circle => words::thread_circle(),
            shared::edit::Audience::Private => words::thread_private(),
        })
    };
    let messages = move || {
        let messages = thread.get().flatten().map(|thread| thread.messages).unwrap_or_default();
        bubbles(session, &messages, unsent)
    };
    view! {
        <Screen name=words::thread_title() width=Width::Talk>
            <header class="bar">
                <IconLink href="/messages" name=words::thread_back() icon=Icon::Back/>
                <div><h1 dir="auto">{topic}</h1><p class="small soft">{audience}</p></div>
            </header>
            {move || thread.get().flatten().and_then(|thread| loaded_banner(thread.loaded))}
            <ol class="thread">{messages}</ol>
            <Reply session=session id=id draft=draft attached=attached/>
        </Screen>
    }
    .into_any()
}

#[component]
fn Reply(session: Session, id: EntryId, draft: Draft, attached: Attached) -> AnyView {
    let trouble = RwSignal::new(None::<NotTaken>);
    let said = RwSignal::new(None::<String>);
    let is_sending = RwSignal::new(false);
    let send = move || {
        let text = draft.text().get_untracked();
        if is_sending.get_untracked() {
            return;
        }
        // What is being made small is said beside it.
        let Some(photos) = attached.ready() else { return };
        is_sending.set(true);
        let (written, let_go) = (draft.written(), attached.let_go(&photos));
        spawn_local(async move {
            let sent = session
                .edit(Edit::Reply { thread: id, text, attachments: photos, red_flags: Vec::new() })
                .await;
            let is_gone = is_sending.try_set(false).is_some();
            if sent.is_ok() {
                let_go();
                written.was_sent().await;
            }
            match sent {
                Ok(_) if is_gone => {}
                Ok(_) => {
                    trouble.try_set(None);
                    said.try_set(Some(match session.is_brief() {
                        true => words::asking_saved(),
                        false => words::state_saved_here(),
                    }));
                }
                Err(why) => drop(trouble.try_set(Some(why))),
            }
        });
    };
    let note = Signal::derive(move || match draft.keeping() {
        Keeping::Failed => Some(words::draft_not_kept()),
        Keeping::Kept => Some(words::draft_kept()),
        Keeping::Nothing => said.get(),
    });
    let write = move |text| {
        said.set(None);
        draft.write(text);
    };
    view! {
        {move || trouble.get().map(|why| view! {
            <Banner tone=Tone::Alert icon=Icon::Alert urgent=true>{not_taken(why)}</Banner>
        })}
        <Composer label=words::thread_your_message() text=draft.text() on_input=write
            send=send_words(session) on_send=send note=note chars_max=MESSAGE_CHARS_MAX>
            <EmergencyNotice session=session text=draft.text().into()/>
            <EmergencyLine/>
            <AttachPhotos attached=attached/>
        </Composer>
    }
    .into_any()
}

fn bubbles(
    session: Session,
    messages: &[Message],
    unsent: RwSignal<Option<Unsent>>,
) -> Vec<AnyView> {
    let mut list = Vec::new();
    let mut day: Option<Timestamp> = None;
    for message in messages {
        let at = message.received_at.unwrap_or(message.written_at);
        if day.is_none_or(|day| !time::is_same_day(day, at)) {
            list.push(view! { <DayDivider label=time::day_heading(at)/> }.into_any());
            day = Some(at);
        }
        list.push(bubble(session, message.clone(), at, unsent));
    }
    list
}

fn bubble(
    session: Session,
    message: Message,
    at: Timestamp,
    unsent: RwSignal<Option<Unsent>>,
) -> AnyView {
    let attachments = message.attachments;
    let photos = photos(session, attachments.clone());
    let Some(state) = message.state.clone() else {
        let name = message.from.unwrap_or_default();
        let head = words::thread_from(&name, &time::moment(at));
        return view! { <Bubble side=Side::Theirs head=head text=message.text photos=photos/> }
            .into_any();
    };
    let is_here = matches!(state, ItemState::SavedHere { .. });
    let may_change = matches!(state, ItemState::SavedHere { may_change: true, .. });
    let side = if is_here { Side::Queued } else { Side::Mine };
    let state = state_words(&state);
    let change = may_change.then(|| {
        let (entry, text) = (message.entry, message.text.clone());
        let open = move || {
            let (text, photos) = (text.clone(), attachments.clone());
            unsent.set(Some(Unsent { entry, text, photos }));
        };
        view! { <Button label=words::action_change() weight=Weight::Plain on_press=open/> }
    });
    view! {
        <Bubble side=side text=message.text photos=photos><State icon=state.icon label=state.long>{change}</State></Bubble>
    }
    .into_any()
}

/// Tells the record once for every newest message that was unread when it came on the screen.
fn mark_read(session: Session, id: EntryId, thread: Asked<Option<ThreadView>>) {
    let threads = session.threads();
    Effect::new(move |marked: Option<Option<(EntryId, usize)>>| {
        let marked = marked.flatten();
        let rows = threads.get().map_or_else(Vec::new, |all| all.rows);
        let is_unread = rows.iter().any(|row| row.thread == id && row.unread > 0);
        let messages = thread.get().flatten()?.messages;
        let newest = messages.last()?.entry;
        // What comes while one's own message waits stands in front of it.
        let seen = Some((newest, messages.len()));
        if !is_unread || marked == seen {
            return marked;
        }
        spawn_local(async move {
            // A mark that is not kept is made again the next time the thread is opened.
            let _ = session.edit(Edit::MarkRead { thread: id, up_to: newest }).await;
        });
        seen
    });
}

/// On opening, and after one's own message; never because a message of somebody else arrived.
fn move_to_newest(thread: Asked<Option<ThreadView>>) {
    Effect::new(move |before: Option<Option<EntryId>>| {
        let before = before.flatten();
        let messages = thread.get().flatten()?.messages;
        let newest = messages.last()?;
        let is_mine = newest.state.is_some();
        if before.is_none() || (is_mine && before != Some(newest.entry)) {
            scroll_to_end();
        }
        Some(newest.entry)
    });
}
