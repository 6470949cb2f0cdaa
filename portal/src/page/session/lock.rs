//! When the record closes by itself: after a while without a touch, after longer out of sight, on the
//! keys Alt, Shift and L, and when another tab locks. The worker ends, and with it every key.

use leptos::prelude::{GetUntracked, UpdateValue, WithUntracked, WithValue};
use leptos::task::spawn_local;

use super::line::Line;
use super::{Session, Stage};
use crate::page::i18n::time::now;
use crate::page::ui::platform::{
    Kept, is_in_sight, on_elsewhere, on_key, on_sight, on_touch, pause, random_key,
};

const MINUTE_MS: i64 = 60_000;
/// What can be chosen, in minutes without a touch.
pub(crate) const CHOICES: [i64; 4] = [1, 5, 10, 15];
const CHOSEN_FIRST: i64 = 5;
/// However long the choice is: a phone in a pocket.
const HIDDEN_MS: i64 = 15 * MINUTE_MS;
/// Longest wait for the last letters of a draft to reach the disk.
const DRAFT_PAUSES_MAX: u32 = 50;
const DRAFT_PAUSE_MS: u32 = 20;

/// When the person was last seen, and since when the page is out of sight.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    touched_ms: i64,
    hidden_ms: Option<i64>,
}

impl Seen {
    fn due_ms(self) -> i64 {
        match self.hidden_ms {
            Some(since) => since + shorter("lock-hidden-ms", HIDDEN_MS),
            None => self.touched_ms + shorter("lock-idle-ms", minutes() * MINUTE_MS),
        }
    }
}

/// A test may make a time shorter in its own tab; nothing makes it longer.
fn shorter(name: &str, usual_ms: i64) -> i64 {
    let asked = Kept::Tab.read(name).and_then(|text| text.parse().ok());
    asked.map_or(usual_ms, |asked: i64| asked.clamp(0, usual_ms))
}

/// How many minutes without a touch this device waits.
pub(crate) fn minutes() -> i64 {
    let kept = Kept::Device.read("lock-minutes").and_then(|text| text.parse().ok());
    kept.filter(|minutes| CHOICES.contains(minutes)).unwrap_or(CHOSEN_FIRST)
}

pub(crate) fn set_minutes(minutes: i64) {
    Kept::Device.write("lock-minutes", Some(&minutes.to_string()));
}

impl Session {
    /// For as long as the program runs.
    pub(super) fn watch(self) {
        on_touch(move || self.touched());
        on_sight(move || self.seen_or_not());
        on_key(|key| key.alt && key.shift && key.code == "KeyL", move || self.lock_everywhere());
        on_elsewhere(move |key, value| {
            let slot = self.line.with_value(Line::slot);
            let ours = slot.is_some_and(|slot| value.starts_with(&slot));
            if key == "lock" && ours {
                self.lock();
            }
        });
        self.touched();
        self.tell_who_left();
    }

    /// Every tab of this account.
    pub(crate) fn lock_everywhere(self) {
        if self.is_brief() {
            return self.lock();
        }
        if let Some(slot) = self.line.with_value(Line::slot) {
            // Another value each time, because only a change is heard.
            Kept::Device.write("lock", Some(&format!("{slot} {}", random_key())));
        }
        self.lock();
    }

    /// Ends the worker, and with it every key and every word of the record in memory.
    pub(crate) fn lock(self) {
        match self.stage.get_untracked() {
            Stage::Welcome | Stage::Ended | Stage::Revoked | Stage::Lost | Stage::Locked => return,
            Stage::Opening | Stage::Open | Stage::NeedsConnection | Stage::Broken => {}
        }
        if self.is_brief() {
            return self.end_what_is_kept_nowhere();
        }
        Kept::Tab.write("locked", Some("yes"));
        self.show_nothing(Stage::Locked);
        self.line.try_update_value(Line::wind_down);
        let life = self.line.with_value(Line::life);
        spawn_local(async move {
            // The screen is gone already; what was typed a moment ago is still on its way.
            for _ in 0..DRAFT_PAUSES_MAX {
                if self.drafts_at_risk.with_untracked(Vec::is_empty) {
                    break;
                }
                pause(DRAFT_PAUSE_MS).await;
            }
            self.line.try_update_value(|line| line.end_life(life));
        });
    }

    fn touched(self) {
        let before = self.seen.try_update_value(|seen| {
            let before = *seen;
            seen.touched_ms = now().millis();
            before
        });
        // One timer is enough: it looks again whenever it wakes.
        if before.is_some_and(|before| before.touched_ms == 0) {
            spawn_local(self.keep_watch());
        }
    }

    fn seen_or_not(self) {
        // First: timers stand still in a page that is out of sight, or in the browser's cache.
        self.lock_if_due();
        let now_ms = now().millis();
        let in_sight = is_in_sight();
        self.seen.try_update_value(|seen| {
            seen.hidden_ms = if in_sight { None } else { seen.hidden_ms.or(Some(now_ms)) };
            if in_sight {
                seen.touched_ms = now_ms;
            }
        });
    }

    fn lock_if_due(self) {
        let is_due = self.seen.with_value(|seen| seen.due_ms() <= now().millis());
        if is_due || self.was_locked_elsewhere() {
            self.lock();
        }
    }

    /// While this page was in the browser's cache it heard nothing.
    fn was_locked_elsewhere(self) -> bool {
        let word = Kept::Device.read("lock");
        let slot = self.line.with_value(Line::slot);
        let ours = slot.zip(word.as_ref()).is_some_and(|(slot, word)| word.starts_with(&slot));
        ours && Kept::Tab.read("lock-heard") != word
    }

    async fn keep_watch(self) {
        /// Short enough that a time which was made shorter meanwhile is noticed.
        const LOOK_MS: i64 = 5_000;
        loop {
            let due_ms = self.seen.with_value(|seen| seen.due_ms());
            let rest = (due_ms - now().millis()).clamp(50, LOOK_MS);
            pause(u32::try_from(rest).unwrap_or(5_000)).await;
            self.lock_if_due();
        }
    }
}
