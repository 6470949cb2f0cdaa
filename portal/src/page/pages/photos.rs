//! Photos of messages: those of one that is being written, and those that a conversation shows.

use leptos::prelude::*;
use shared::edit::Attachment;

use super::message_words::saved_words;
use crate::bridge::{Answer, Ask, DraftPhotos, Photo, PhotoTrouble, Storage};
use crate::page::i18n::words;
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::button::{Button, IconButton, Weight};
use crate::page::ui::icon::Icon;
use crate::page::ui::photo::{PhotoButton, PhotoView};
use crate::page::ui::tag::{State, Tone};

/// Bytes of a kilobyte, as people read it.
const KB: u64 = 1000;

/// The photos of a message that is being written, kept with its draft.
#[derive(Clone, Copy)]
pub(super) struct Attached {
    session: Session,
    key: RwSignal<String>,
    answer: ReadSignal<Option<Answer>>,
}

impl Attached {
    pub(super) fn open(session: Session, key: String) -> Self {
        let answer = session.ask(Ask::Photos { key: key.clone() });
        Self { session, key: RwSignal::new(key), answer }
    }

    /// Nothing while another one is being made small, or while nobody knows yet which there are.
    pub(super) fn ready(self) -> Option<Vec<Attachment>> {
        let known = self.answer.with_untracked(Option::is_some);
        let now = self.answer.with_untracked(of);
        (known && !now.is_busy).then_some(now.photos)
    }

    /// With `keep` they come back out of a message; without, a message has them now, or nobody.
    pub(super) fn keep(self, photos: &[Attachment], keep: bool) {
        if let Some(key) = self.key.try_get_untracked().filter(|_| !photos.is_empty()) {
            self.session.keep_photos(&key, blobs(photos), keep);
        }
    }

    /// For when a message has them, and its screen may be gone.
    pub(super) fn let_go(self, photos: &[Attachment]) -> impl FnOnce() + use<> {
        let (key, blobs) = (self.key.get_untracked(), blobs(photos));
        move || {
            if !blobs.is_empty() {
                self.session.keep_photos(&key, blobs, false);
            }
        }
    }
}

fn blobs(photos: &[Attachment]) -> Vec<String> {
    photos.iter().map(|photo| photo.blob.clone()).collect()
}

fn of(answer: &Option<Answer>) -> DraftPhotos {
    match answer {
        Some(Answer::Photos(photos)) => photos.clone(),
        // The worker answers the question that was asked.
        _ => DraftPhotos::default(),
    }
}

/// The button, the photos with a way to take each off, and what went wrong. `words`: on the button.
#[component]
pub(super) fn AttachPhotos(attached: Attached, #[prop(optional)] words: bool) -> AnyView {
    let choose = move |file| {
        attached.session.add_photo(&attached.key.get_untracked(), &file);
    };
    let said = move || {
        let DraftPhotos { photos, is_busy, trouble } = attached.answer.with(of);
        let trouble = trouble.map(|why| {
            view! {
                <Banner tone=Tone::Alert icon=Icon::Alert urgent=true>{trouble_words(why)}</Banner>
            }
        });
        let busy = (is_busy && trouble.is_none())
            .then(|| view! { <span role="status">{words::photo_busy()}</span> });
        let photos: Vec<_> = photos.into_iter().map(|photo| one(attached, photo)).collect();
        let is_shown = trouble.is_some() || busy.is_some() || !photos.is_empty();
        is_shown.then(|| view! { <div class="photos">{trouble}{photos}{busy}</div> })
    };
    view! {
        {said}
        <PhotoButton label=words::photo_add() words=words on_choose=choose/>
    }
    .into_any()
}

fn one(attached: Attached, photo: Attachment) -> AnyView {
    let this = [photo.clone()];
    let remove = move || attached.keep(&this, false);
    view! {
        <OnePhoto session=attached.session photo=photo/>
        <IconButton name=words::photo_remove() icon=Icon::Close on_press=remove/>
    }
    .into_any()
}

fn trouble_words(why: PhotoTrouble) -> String {
    match why {
        PhotoTrouble::TooLarge => words::photo_too_large(),
        PhotoTrouble::Unreadable => words::photo_unreadable(),
        PhotoTrouble::TooMany => words::photo_too_many(),
        PhotoTrouble::Full => saved_words(Storage::Full),
        PhotoTrouble::NotSaved => saved_words(Storage::Unreachable),
        PhotoTrouble::Unread => words::photo_unread(),
        PhotoTrouble::Lost => words::photo_lost(),
    }
}

/// Below the words of a message.
pub(super) fn photos(session: Session, all: Vec<Attachment>) -> Option<AnyView> {
    let all: Vec<_> =
        all.into_iter().map(|photo| view! { <OnePhoto session=session photo=photo/> }).collect();
    (!all.is_empty()).then(|| view! { <div class="photos">{all}</div> }.into_any())
}

#[component]
fn OnePhoto(session: Session, photo: Attachment) -> AnyView {
    let wanted = RwSignal::new(false);
    let size = photo.bytes.div_ceil(KB).to_string();
    let ask = Signal::derive(move || Ask::Photo { attachment: photo.clone(), fetch: wanted.get() });
    let answer = session.ask_anew(ask);
    let shown = move || {
        answer.with(|answer| match answer {
            Some(Answer::Photo(photo)) => one_photo(photo, &size, wanted),
            // Not there yet.
            _ => ().into_any(),
        })
    };
    view! { {shown} }.into_any()
}

fn one_photo(photo: &Photo, size: &str, wanted: RwSignal<bool>) -> AnyView {
    let note = |icon, label| view! { <State icon=icon label=label/> }.into_any();
    match photo.clone() {
        Photo::Loading => note(Icon::Clock, words::photo_loading()),
        Photo::Here { url } => view! { <PhotoView url=url name=words::photo_name()/> }.into_any(),
        Photo::NotHere => {
            let (label, press) = (words::photo_show(size), move || wanted.set(true));
            view! {
                <Button label=label icon=Icon::Download weight=Weight::Quiet on_press=press/>
            }
            .into_any()
        }
        Photo::NeedsConnection => note(Icon::Offline, words::photo_needs_connection()),
        Photo::Gone => note(Icon::Alert, words::photo_gone()),
    }
}
