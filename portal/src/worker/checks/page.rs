//! The checks in the place of the page: the worker's own loop runs here, is asked by messages and heard.

use futures_channel::mpsc;
use futures_util::future::{Either, select};
use futures_util::{StreamExt, pin_mut};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Function, Reflect, Uint8Array, global};
use shared::edit::{Audience, Edit};
use shared::id::{AccountId, DeviceId, EntryId, PatientId};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent, MessageEventInit};

use super::{Outcome, fresh_name, text};
use crate::bridge::{Answer, Ask, Clinic, Number, ToPage, ToWorker, from_bytes, to_bytes};
use crate::worker::browser::disk::Disk;
use crate::worker::engine::local::keep_profile;
use crate::worker::session::{Profile, RecordProfile};
use crate::worker::vault::Vault;

/// Longer than that nobody is left without an answer.
const ANSWER_WITHIN_MS: u32 = 5_000;
/// As often a page starts its worker again.
const STARTS_MAX: usize = 4;

/// `faults.js`.
pub fn faults(name: &str, given: &[JsValue]) -> Result<JsValue, String> {
    let faults = Reflect::get(&global(), &"faults".into()).map_err(text)?;
    let part = Reflect::get(&faults, &name.into()).map_err(text)?;
    match part.dyn_into::<Function>() {
        Ok(function) => function.apply(&faults, &given.iter().collect()).map_err(text),
        Err(value) => Ok(value),
    }
}

/// An account on this device that opens without being asked. Answers its slot.
pub async fn account() -> Result<String, String> {
    let slot = fresh_name();
    account_in(&slot).await?;
    Ok(slot)
}

/// The same in this slot, unless one is there.
pub async fn account_in(slot: &str) -> Outcome {
    let disk = Disk::open(&database(slot)).await.map_err(text)?;
    let vault = Vault::create_unasked(&disk).await.map_err(text)?;
    let record = RecordProfile {
        patient: PatientId::from_u128(1),
        name: "Rosa".to_owned(),
        own: true,
        people: Vec::new(),
    };
    let clinic = Clinic { name: "Clinic".to_owned(), ..Clinic::default() };
    let profile = Profile {
        account: AccountId::from_u128(2),
        device: DeviceId::from_u128(3),
        name: "Rosa".to_owned(),
        records: vec![record],
        clinic,
        demo: true,
        passkeys: None,
    };
    keep_profile(&disk, &vault, &profile).await;
    disk.make_reserve().await;
    Ok(())
}

pub fn database(slot: &str) -> String {
    format!("satchel-{slot}")
}

/// What the person hears of an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    Saved(EntryId),
    NotSaved,
    Refused,
}

pub struct Page {
    told: mpsc::UnboundedReceiver<ToPage>,
    number: Number,
}

impl Page {
    /// A worker starts and opens the slot; nothing if it says why not.
    pub async fn open(slot: &str) -> Result<Option<Self>, String> {
        for _ in 0..STARTS_MAX {
            let mut page = Self::start().await?;
            page.say(&ToWorker::Open { slot: slot.to_owned() })?;
            let opened = page.until(|message| match message {
                ToPage::Opened(_) => Some(Ok(true)),
                ToPage::Broken => Some(Err(())),
                ToPage::NeedsConnection
                | ToPage::NothingHere
                | ToPage::NobodyHere
                | ToPage::Locked => Some(Ok(false)),
                _ => None,
            });
            if let Ok(is_open) = opened.await? {
                return Ok(is_open.then_some(page));
            }
        }
        Ok(None)
    }

    async fn start() -> Result<Self, String> {
        let (tell, told) = mpsc::unbounded();
        let hear = Closure::<dyn Fn(Uint8Array)>::new(move |bytes: Uint8Array| {
            let message = from_bytes(&bytes.to_vec()).expect("both are of one release");
            let _gone = tell.unbounded_send(message);
        });
        let faults = Reflect::get(&global(), &"faults".into()).map_err(text)?;
        Reflect::set(&faults, &"hear".into(), &hear.into_js_value()).map_err(text)?;
        spawn_local(crate::worker::run());
        let mut page = Self { told, number: 0 };
        // Before that it hears nothing.
        page.until(|message| matches!(message, ToPage::Started).then_some(())).await?;
        Ok(page)
    }

    pub fn say(&self, message: &ToWorker) -> Outcome {
        let init = MessageEventInit::new();
        init.set_data(&Uint8Array::from(to_bytes(message).as_slice()));
        let event = MessageEvent::new_with_event_init_dict("message", &init).map_err(text)?;
        let scope: DedicatedWorkerGlobalScope = global().unchecked_into();
        scope.dispatch_event(&event).map(drop).map_err(text)
    }

    pub async fn until<T>(
        &mut self,
        mut pick: impl FnMut(ToPage) -> Option<T>,
    ) -> Result<T, String> {
        let looking = async {
            loop {
                let message = self.told.next().await.expect("the loop never ends");
                if let Some(picked) = pick(message) {
                    return picked;
                }
            }
        };
        pin_mut!(looking);
        match select(looking, TimeoutFuture::new(ANSWER_WITHIN_MS)).await {
            Either::Left((picked, _)) => Ok(picked),
            Either::Right(_) => Err("nobody answered".to_owned()),
        }
    }

    pub fn number(&mut self) -> Number {
        self.number += 1;
        self.number
    }

    /// Sends all of them before any is answered.
    pub async fn edit(&mut self, edits: Vec<Edit>) -> Result<Vec<Heard>, String> {
        let mut heard = Vec::new();
        let first = self.number + 1;
        let count = edits.len();
        for edit in edits {
            let number = self.number();
            self.say(&ToWorker::Edit { number, edit })?;
        }
        while heard.len() < count {
            heard.push(self.answer_to_an_edit().await?);
        }
        heard.sort_by_key(|(number, _)| *number);
        let numbers = heard.iter().map(|(number, _)| *number);
        if !numbers.eq(first..=self.number) {
            return Err("an edit was answered twice, or not at all".to_owned());
        }
        Ok(heard.into_iter().map(|(_, heard)| heard).collect())
    }

    pub async fn answer_to_an_edit(&mut self) -> Result<(Number, Heard), String> {
        self.until(|message| match message {
            ToPage::Saved { number, entry } => Some((number, Heard::Saved(entry))),
            ToPage::NotSaved { number, .. } => Some((number, Heard::NotSaved)),
            ToPage::Refused { number, .. } => Some((number, Heard::Refused)),
            _ => None,
        })
        .await
    }

    /// Subjects of all threads, with the newest words of each.
    pub async fn threads(&mut self) -> Result<Vec<(String, String)>, String> {
        let asked = self.number();
        self.say(&ToWorker::Ask { number: asked, ask: Ask::Threads })?;
        let rows = self.until(|message| match message {
            ToPage::Answered { number, answer: Answer::Threads(all) } if number == asked => {
                Some(all.rows)
            }
            _ => None,
        });
        Ok(rows.await?.into_iter().map(|row| (row.topic, row.excerpt)).collect())
    }

    /// Answers whether it was kept.
    pub async fn keep_draft(&mut self, words: &str) -> Result<bool, String> {
        let asked = self.number();
        let (key, text) = ("draft".to_owned(), words.to_owned());
        self.say(&ToWorker::KeepDraft { number: asked, key, text })?;
        self.until(|message| match message {
            ToPage::Draft { number, .. } if number == asked => Some(true),
            ToPage::NotSaved { number, .. } if number == asked => Some(false),
            _ => None,
        })
        .await
    }

    pub async fn draft(&mut self) -> Result<Option<String>, String> {
        let asked = self.number();
        self.say(&ToWorker::Draft { number: asked, key: "draft".to_owned() })?;
        self.until(|message| match message {
            ToPage::Draft { number, text } if number == asked => Some(text),
            _ => None,
        })
        .await
    }
}

pub fn message(topic: &str) -> Edit {
    Edit::StartThread {
        topic: topic.to_owned(),
        text: "May I swim?".to_owned(),
        audience: Audience::Circle,
        category: None,
        about: None,
        attachments: Vec::new(),
        red_flags: Vec::new(),
    }
}
