//! A new conversation: what about, the words, and who may read it. Both texts are kept while they
//! are written.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::edit::{Audience, Edit, MESSAGE_CHARS_MAX, Refused, TOPIC_CHARS_MAX};

use super::emergency_notice::EmergencyNotice;
use super::message_words::{EmergencyLine, not_taken, refused};
use super::photos::{AttachPhotos, Attached};
use super::the_clinic::away;
use super::thread::send_words;
use crate::page::draft::{Draft, Keeping};
use crate::page::i18n::words;
use crate::page::session::{NotTaken, Session};
use crate::page::ui::banner::Banner;
use crate::page::ui::button::{BackLink, Button};
use crate::page::ui::field::{Errors, Field, Kind, focus_errors};
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::Address;
use crate::page::ui::screen::Screen;
use crate::page::ui::segmented::Segmented;
use crate::page::ui::tag::Tone;

/// The drafts of a conversation that does not exist yet, one pair per record.
pub(super) fn draft_keys(session: Session) -> (String, String) {
    let patient = session.who().get_untracked().map(|who| who.open.to_string());
    let patient = patient.unwrap_or_default();
    (format!("{patient}/new/topic"), format!("{patient}/new/text"))
}

#[derive(Clone, Copy)]
struct Form {
    session: Session,
    topic: Draft,
    text: Draft,
    photos: Attached,
    audience: RwSignal<Audience>,
    /// What is wrong with the fields, after a try to send.
    wrong: RwSignal<Vec<Refused>>,
    not_taken: RwSignal<Option<NotTaken>>,
    is_sending: RwSignal<bool>,
}

impl Form {
    fn open(session: Session) -> Self {
        let (topic, text) = draft_keys(session);
        Self {
            session,
            topic: Draft::open(session, topic),
            photos: Attached::open(session, text.clone()),
            text: Draft::open(session, text),
            audience: RwSignal::new(Audience::Circle),
            wrong: RwSignal::new(Vec::new()),
            not_taken: RwSignal::new(None),
            is_sending: RwSignal::new(false),
        }
    }

    fn error_of(self, kinds: &'static [Refused]) -> Signal<Option<String>> {
        Signal::derive(move || {
            let wrong = self.wrong.get();
            wrong.into_iter().find(|why| kinds.contains(why)).map(refused)
        })
    }

    /// What was wrong with a field is mended as soon as somebody writes in it.
    fn write(self, draft: Draft, text: String, faults: &'static [Refused]) {
        draft.write(text);
        self.wrong.update(|wrong| wrong.retain(|why| !faults.contains(why)));
    }

    fn blame(self, wrong: Vec<Refused>) {
        if !wrong.is_empty() {
            focus_errors();
        }
        self.wrong.set(wrong);
    }

    fn send(self, open_thread: impl Fn(String) + 'static) {
        let (topic, text) = (self.topic.text().get_untracked(), self.text.text().get_untracked());
        let mut wrong = Vec::new();
        if topic.trim().is_empty() {
            wrong.push(Refused::EmptyTopic);
        }
        if text.trim().is_empty() {
            wrong.push(Refused::EmptyText);
        }
        let is_whole = wrong.is_empty();
        self.blame(wrong);
        if !is_whole || self.is_sending.get_untracked() {
            return;
        }
        // What is being made small is said beside it.
        let Some(photos) = self.photos.ready() else { return };
        self.is_sending.set(true);
        let audience = self.audience.get_untracked();
        let written = [self.topic.written(), self.text.written()];
        let let_go = self.photos.let_go(&photos);
        spawn_local(async move {
            let sent = self
                .session
                .edit(Edit::StartThread {
                    topic,
                    text,
                    audience,
                    category: None,
                    about: None,
                    attachments: photos,
                    red_flags: Vec::new(),
                })
                .await;
            let is_gone = self.is_sending.try_set(false).is_some();
            if sent.is_ok() {
                let_go();
                for written in written {
                    written.was_sent().await;
                }
            }
            match sent {
                _ if is_gone => {}
                Ok(thread) => open_thread(format!("/messages/{thread}")),
                Err(NotTaken::Refused(why)) => self.blame(vec![why]),
                Err(why) => self.not_taken.set(Some(why)),
            }
        });
    }
}

const TOPIC_FAULTS: &[Refused] = &[Refused::EmptyTopic, Refused::TopicTooLong];
const TEXT_FAULTS: &[Refused] = &[Refused::EmptyText, Refused::TextTooLong];

#[component]
pub(crate) fn NewMessage() -> impl IntoView {
    let session = expect_context::<Session>();
    let form = Form::open(session);
    let address = expect_context::<Address>();
    // The topic says it as often as the text does.
    let both =
        Signal::derive(move || format!("{}. {}", form.topic.text().get(), form.text.text().get()));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        form.send(move |path| address.go_instead(&path));
    };
    view! {
        <Screen name=words::new_message_title()>
            <div>
                <BackLink href="/messages" label=words::places_messages()/>
                <h1>{words::new_message_title()}</h1>
                <EmergencyLine/>
            </div>
            <form class="card" on:submit=submit>
                {away(session)}
                {move || trouble(form)}
                <Field id="topic" label=words::new_message_topic() hint=words::new_message_topic_hint()
                    error=form.error_of(TOPIC_FAULTS) value=form.topic.text()
                    on_input=move |text| form.write(form.topic, text, TOPIC_FAULTS) chars_max=TOPIC_CHARS_MAX/>
                <Field id="text" kind=Kind::Long label=words::new_message_text()
                    error=form.error_of(TEXT_FAULTS) value=form.text.text()
                    on_input=move |text| form.write(form.text, text, TEXT_FAULTS) chars_max=MESSAGE_CHARS_MAX/>
                <EmergencyNotice session=session text=both/>
                <AttachPhotos attached=form.photos words=true/>
                <Segmented name="audience" label=words::new_message_audience()
                    options=vec![
                        (Audience::Circle, words::audience_circle(), None),
                        (Audience::Private, words::audience_private(), None),
                    ]
                    chosen=form.audience.get_untracked()
                    on_choose=move |audience| form.audience.set(audience)/>
                <p class="small soft">{words::new_message_audience_stays()}</p>
                <Button label=send_words(session) icon=Icon::Send wide=true/>
                <p class="small soft" role="status">{move || note(form)}</p>
            </form>
        </Screen>
    }
}

fn trouble(form: Form) -> Option<AnyView> {
    let wrong = form.wrong.get();
    if !wrong.is_empty() {
        let count = u32::try_from(wrong.len()).unwrap_or(u32::MAX);
        let field = |why: &Refused| {
            if TOPIC_FAULTS.contains(why) { "topic" } else { "text" }
        };
        let lines = wrong.iter().map(|why| (field(why), refused(*why))).collect();
        return Some(view! { <Errors title=words::errors_title(count) lines=lines/> }.into_any());
    }
    form.not_taken.get().map(|why| {
        view! {
            <Banner tone=Tone::Alert icon=Icon::Alert urgent=true>{not_taken(why)}</Banner>
        }
        .into_any()
    })
}

fn note(form: Form) -> Option<String> {
    match (form.topic.keeping(), form.text.keeping()) {
        (Keeping::Failed, _) | (_, Keeping::Failed) => Some(words::draft_not_kept()),
        (Keeping::Kept, _) | (_, Keeping::Kept) => Some(words::draft_kept()),
        (Keeping::Nothing, Keeping::Nothing) => None,
    }
}
