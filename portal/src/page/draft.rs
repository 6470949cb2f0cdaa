//! A text that is being written and is kept on this device while it is: as soon as a letter is typed
//! it goes to the disk, one write at a time, the newest text always last.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::{
    Get, GetUntracked, GetValue, LocalStorage, ReadSignal, RwSignal, Set, StoredValue, on_cleanup,
};
use leptos::task::spawn_local;

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
    /// The same text where it outlives the screen: the last letter is kept too.
    newest: StoredValue<Rc<RefCell<String>>, LocalStorage>,
    keeping: RwSignal<Keeping>,
    is_writing: RwSignal<bool>,
}

impl Draft {
    /// Fetches what was kept under this key, unless the person was faster.
    pub(crate) fn open(session: Session, key: String) -> Self {
        let draft = Self {
            session,
            key: RwSignal::new(key.clone()),
            text: RwSignal::new(String::new()),
            newest: StoredValue::new_local(Rc::default()),
            keeping: RwSignal::new(Keeping::Nothing),
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
            let is_untouched = draft.text.try_get_untracked().is_some_and(|text| text.is_empty());
            if is_untouched && !kept.is_empty() {
                draft.text.set(kept);
                draft.keeping.set(Keeping::Kept);
            }
        });
        draft
    }

    pub(crate) fn text(self) -> ReadSignal<String> {
        self.text.read_only()
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
