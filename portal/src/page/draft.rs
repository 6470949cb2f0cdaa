//! A text that is being written and is kept on this device while it is: as soon as a letter is typed
//! it goes to the disk, one write at a time, the newest text always last.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::{
    Get, GetUntracked, GetValue, LocalStorage, ReadSignal, RwSignal, Set, Signal, StoredValue,
    With, WithUntracked, on_cleanup,
};
use leptos::task::spawn_local;

use crate::page::i18n::words;
use crate::page::session::Session;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// Nothing to say yet, or the draft is empty.
    Nothing,
    /// What stands in the field is on the disk.
    Kept,
    /// The disk did not take it.
    Failed,
}

#[derive(Clone, Copy)]
pub(crate) struct Draft {
    session: Session,
    key: RwSignal<String>,
    text: RwSignal<String>,
    /// What the fields hold while nothing is written.
    before: StoredValue<String>,
    /// The same text where it outlives the screen: the last letter is kept too.
    newest: StoredValue<Rc<RefCell<String>>, LocalStorage>,
    keeping: RwSignal<Keeping>,
    /// What was kept is here, if anything was.
    is_found: RwSignal<bool>,
    is_writing: RwSignal<bool>,
}

impl Draft {
    pub(crate) fn open(session: Session, key: String) -> Self {
        Self::over(session, key, &[])
    }

    /// Fetches what was kept under this key, unless the person was faster. Where nothing was kept the
    /// fields hold what there was before.
    pub(crate) fn over(session: Session, key: String, before: &[String]) -> Self {
        let before = before.join(&BETWEEN.to_string());
        let draft = Self {
            session,
            key: RwSignal::new(key.clone()),
            text: RwSignal::new(before.clone()),
            before: StoredValue::new(before.clone()),
            newest: StoredValue::new_local(Rc::default()),
            keeping: RwSignal::new(Keeping::Nothing),
            is_found: RwSignal::new(false),
            is_writing: RwSignal::new(false),
        };
        let left = key.clone();
        on_cleanup(move || {
            if draft.keeping.try_get_untracked() == Some(Keeping::Failed) {
                session.give_up_draft(&left);
            }
        });
        spawn_local(async move {
            let kept = session.draft(key).await.unwrap_or_default();
            let is_untouched = draft.text.try_get_untracked().is_some_and(|text| text == before);
            if is_untouched && !kept.is_empty() {
                draft.text.set(kept);
                draft.keeping.set(Keeping::Kept);
            }
            draft.is_found.try_set(true);
        });
        draft
    }

    pub(crate) fn text(self) -> ReadSignal<String> {
        self.text.read_only()
    }

    /// Fields that take their first value once wait for this.
    pub(crate) fn is_found(self) -> bool {
        self.is_found.get()
    }

    /// One of several fields that are kept together.
    pub(crate) fn part(self, place: usize) -> Signal<String> {
        Signal::derive(move || self.text.with(|text| part(text, place).to_owned()))
    }

    pub(crate) fn part_now(self, place: usize) -> String {
        self.text.with_untracked(|text| part(text, place).to_owned())
    }

    /// A field with words in it, or nothing.
    pub(crate) fn typed(self, place: usize) -> Option<String> {
        let words = self.part_now(place).trim().to_owned();
        (!words.is_empty()).then_some(words)
    }

    /// One of many in a list; the first until something is chosen.
    pub(crate) fn choice(self, place: usize) -> usize {
        self.text.with(|text| part(text, place).parse().unwrap_or_default())
    }

    pub(crate) fn choice_now(self, place: usize) -> usize {
        self.part_now(place).parse().unwrap_or_default()
    }

    pub(crate) fn write_part(self, place: usize, words: &str) {
        let text = self.text.get_untracked();
        self.write(with_part(&text, place, words));
    }

    /// What a field does with what is typed into it.
    pub(crate) fn writes(self, place: usize) -> impl Fn(String) + Copy + Send + Sync + 'static {
        move |words: String| self.write_part(place, &words)
    }

    /// What becomes of the texts on the screen, for whoever has to say it.
    pub(crate) fn note(self) -> Option<String> {
        match self.keeping() {
            Keeping::Failed => Some(words::draft_not_kept()),
            Keeping::Kept => Some(words::draft_kept()),
            Keeping::Nothing => None,
        }
    }

    pub(crate) fn keeping(self) -> Keeping {
        self.keeping.get()
    }

    /// Takes new words and brings them to the disk.
    pub(crate) fn write(self, text: String) {
        self.newest.get_value().replace(text.clone());
        self.text.set(text);
        self.keeping.set(Keeping::Nothing);
        if !self.is_writing.get_untracked() {
            self.is_writing.set(true);
            spawn_local(self.bring_to_disk(self.key.get_untracked(), self.newest.get_value()));
        }
    }

    pub(crate) fn clear(self) {
        self.write(String::new());
        self.text.set(self.before.get_value());
    }

    pub(crate) fn key(self) -> String {
        self.key.get_untracked()
    }

    /// What stands there now, for whoever sends it.
    pub(crate) fn written(self) -> Written {
        Written { draft: self, key: self.key(), text: self.text.get_untracked() }
    }

    async fn bring_to_disk(self, key: String, newest: Rc<RefCell<String>>) {
        loop {
            let text = newest.borrow().clone();
            let kept = self.session.keep_draft(key.clone(), text.clone()).await;
            if *newest.borrow() != text {
                continue;
            }
            // The screen may have gone meanwhile; then nobody wants to know, and nothing can be saved.
            if self.is_writing.try_set(false).is_some() && !kept {
                self.session.give_up_draft(&key);
            }
            self.keeping.try_set(match kept {
                _ if text.is_empty() => Keeping::Nothing,
                true => Keeping::Kept,
                false => Keeping::Failed,
            });
            return;
        }
    }
}

/// What stood in a draft when it was sent.
pub(crate) struct Written {
    draft: Draft,
    key: String,
    text: String,
}

impl Written {
    /// It is no draft any more, even where its screen is gone; what was typed since then is one.
    pub(crate) async fn was_sent(self) {
        match self.draft.text.try_get_untracked() {
            Some(newer) if newer == self.text => self.draft.clear(),
            Some(_) => {}
            None => forget(self.draft.session, self.key, &self.text).await,
        }
    }
}

/// What was sent from a screen that is gone is no draft any more; what was written since is one.
async fn forget(session: Session, key: String, text: &str) {
    if session.draft(key.clone()).await.as_deref() == Some(text) {
        session.keep_draft(key, String::new()).await;
    }
}

/// Between the fields of one draft: no keyboard types it.
const BETWEEN: char = '\u{1f}';

fn part(text: &str, place: usize) -> &str {
    text.split(BETWEEN).nth(place).unwrap_or_default()
}

fn with_part(text: &str, place: usize, words: &str) -> String {
    let mut parts: Vec<&str> = text.split(BETWEEN).collect();
    parts.resize(parts.len().max(place + 1), "");
    parts[place] = words;
    let joined = parts.join(&BETWEEN.to_string());
    // All of them empty are no draft.
    if joined.chars().all(|letter| letter == BETWEEN) { String::new() } else { joined }
}

#[cfg(test)]
mod tests {
    use super::{part, with_part};

    #[test]
    fn fields_are_kept_together_and_apart() {
        let text = with_part(&with_part("", 2, "three\nlines"), 0, "one");
        assert_eq!([0, 1, 2, 3].map(|place| part(&text, place)), ["one", "", "three\nlines", ""]);
        assert_eq!(with_part(&with_part(&text, 0, ""), 2, ""), "");
    }
}
