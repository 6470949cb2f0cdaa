//! The account that is open in this tab: its disk, its device half, its line to the server.

use std::rc::Rc;

use futures_channel::mpsc;
use shared::id::EntryId;
use shared::reading::Reading;
use shared::record::Record;
use shared::sync::device::{Device, Effect, Event, OpenDocuments};
use shared::sync::elsewhere::Said;
use shared::sync::stored::Batch;
use shared::sync::way::Way;
use shared::time::Timestamp;
use shared::vault::WrapKey;
use shared::wire::{ToDevice, ToServer};
use wasm_bindgen_futures::spawn_local;

use super::answers::answer;
use super::damage::Damage;
use super::local::{first_profile, keep_profile, kept_profile, read_local};
use super::other_tabs::{Look, listen_about_the_line, listen_to_tabs};
use super::photos::Photos;
use super::renewing::SignIn;
use super::storing::Storing;
use super::telling::draft_name;
use super::wire::Wire;
use super::{Happened, Happenings, report};
use crate::bridge::{Answer, Ask, Denied, Granted, Number, Status, ToPage, ToWorker};
use crate::worker::access::{self, Opened};
use crate::worker::album::Shelf;
use crate::worker::browser::disk::Disk;
use crate::worker::browser::random::Browser;
use crate::worker::browser::socket::Heard;
use crate::worker::browser::{clock, page_port, tabs};
use crate::worker::fetch;
use crate::worker::passkeys;
use crate::worker::session::Profile;
use crate::worker::vault::Vault;

pub struct Account {
    pub(super) slot: String,
    pub(super) disk: Rc<Disk>,
    pub(super) vault: Rc<Vault>,
    pub(super) profile: Profile,
    pub(super) device: Device<OpenDocuments>,
    /// The open record.
    pub(super) reading: Reading,
    wire: Option<Wire>,
    way: Way,
    timer: u64,
    batches: mpsc::UnboundedSender<Batch>,
    looks: mpsc::UnboundedSender<Look>,
    /// The last entry that was written here, which the device may not have been told of yet.
    pub(super) newest: Option<EntryId>,
    pub(super) happenings: Happenings,
    pub(super) sign_in: SignIn,
    /// The passphrase's half of the vault, while somebody adds a passkey.
    pub(super) adding: Option<WrapKey>,
    pub(super) photos: Photos,
    /// Edits that take something back, until the disk has answered.
    pub(super) withdrawing: Vec<Number>,
    /// Of a session that keeps nothing: edits that are only taken once the clinic has them.
    pub(super) on_their_way: Vec<(Number, EntryId)>,
    /// What the page was told last.
    pub(super) told: Option<Option<Status>>,
    pub(super) damage: Damage,
    /// This tab holds the line; of the others, `elsewhere` is what the one that does said last.
    pub(super) is_leading: bool,
    pub(super) elsewhere: Option<Said<Status>>,
    /// When this tab told the others.
    pub(super) said_at: Option<Timestamp>,
    pub(super) line_talk: Option<tabs::Channel>,
}

impl Account {
    /// From the disk if it is there, else from the server. Tells the page what came of it.
    pub async fn open(opened: Opened, happenings: Happenings) -> Option<Self> {
        let Opened { slot, disk, vault, proof } = opened;
        let vault = Rc::new(vault);
        let profile = match kept_profile(&disk, &vault).await {
            Some(profile) => profile,
            None => first_profile(&slot, &disk, &vault).await?,
        };
        let Some(session) = profile.session(None) else {
            page_port::tell(&ToPage::NobodyHere);
            return None;
        };
        let (batches, waiting) = mpsc::unbounded();
        let shelf = Shelf { disk: Rc::clone(&disk), vault: Rc::clone(&vault) };
        let (channel, looks) = listen_to_tabs(&disk, &vault, &happenings);
        let storing = Storing {
            disk: Rc::clone(&disk),
            vault: Rc::clone(&vault),
            shelf: shelf.clone(),
            channel,
            happenings: happenings.clone(),
        };
        spawn_local(storing.run(waiting));
        let photos = Photos::on(shelf).await;
        let line_talk = listen_about_the_line(disk.name(), &happenings);
        let device = Device::new(profile.account, profile.device, OpenDocuments::default());
        let reading = Reading::of(session.open);
        let mut account = Self {
            slot,
            disk,
            vault,
            profile,
            device,
            reading,
            wire: None,
            way: Way::default(),
            timer: 0,
            batches,
            looks,
            newest: None,
            happenings,
            sign_in: SignIn::with(proof),
            adding: None,
            photos,
            withdrawing: Vec::new(),
            on_their_way: Vec::new(),
            told: None,
            damage: Damage::default(),
            is_leading: false,
            elsewhere: None,
            said_at: None,
            line_talk,
        };
        let Some(rows) = account.rows().await else {
            // An empty record would be a lie.
            page_port::tell(&ToPage::Broken);
            return None;
        };
        page_port::tell(&ToPage::Opened(session));
        passkeys::tell(&account.disk).await;
        account.drive(vec![Event::Loaded(rows)]);
        account.start();
        Some(account)
    }

    pub async fn handle(&mut self, happened: Vec<Happened>) {
        let emptied = self.if_emptied().await;
        let mut events = Vec::new();
        let mut asks = Vec::new();
        for one in happened {
            match one {
                Happened::Page(ToWorker::Ask { number, ask }) => asks.push((number, ask)),
                Happened::Page(message) => events.extend(self.page(message).await),
                Happened::Chosen { key, file } => self.photo_chosen(&key, file),
                Happened::Photos(news) => events.extend(self.photo_news(news)),
                Happened::Socket(Heard::Opened) => {
                    self.look_for_photos_again();
                    events.push(Event::Connected);
                }
                Happened::Socket(Heard::Frame(bytes)) => match ToDevice::from_bytes(&bytes) {
                    Ok(message) => {
                        self.way.heard();
                        events.push(Event::Received(message));
                    }
                    // Not our server, or one that is broken: as good as no line.
                    Err(_) => {
                        self.hang_up();
                        events.push(Event::Disconnected);
                    }
                },
                Happened::Socket(Heard::Closed) => {
                    self.hang_up();
                    events.push(Event::Disconnected);
                }
                Happened::Ticket(ticket) => {
                    self.sign_in = SignIn::Holds;
                    let by_requests = self.way.begin(clock::now());
                    let happenings = self.happenings.clone();
                    self.wire = Some(Wire::open(by_requests, &self.slot, ticket, happenings));
                }
                Happened::NoTicket(why) => {
                    events.push(Event::Disconnected);
                    events.extend(self.no_session(why));
                }
                Happened::NoSession(why) => events.extend(self.no_session(why)),
                Happened::Renewed(outcome, proof) => events.extend(self.renewed(outcome, proof)),
                Happened::Disk(number, Ok(())) => events.push(Event::Stored(number)),
                Happened::Disk(number, Err(why)) => events.push(Event::NotStored(number, why)),
                Happened::Elsewhere { put, removed } => {
                    events.push(Event::Elsewhere { put, removed });
                }
                Happened::ReadAgain { put, removed } => {
                    events.push(Event::ReadAgain { put, removed });
                }
                Happened::Line(talk) => self.hear_of_the_line(talk),
                Happened::Leading { after_another } => {
                    events.extend(self.lead(after_another).await);
                }
                Happened::Timer(number) if number == self.timer => events.push(Event::Timer),
                Happened::Timer(_) => {}
                Happened::Profile(profile) => {
                    self.sign_in = SignIn::Holds;
                    self.renew(profile).await;
                }
            }
        }
        events.extend(emptied);
        self.drive(events);
        self.look_at_damage().await;
        for (number, ask) in asks {
            let answer = self.answer(ask);
            page_port::tell(&ToPage::Answered { number, answer });
        }
    }

    async fn lead(&mut self, after_another: bool) -> Vec<Event> {
        self.is_leading = true;
        // That tab may have written until it ended, and nobody heard of the last of it.
        let rows = if after_another { self.rows().await } else { None };
        // An empty database in the place of ours says nothing about what is in memory.
        let read = match self.if_emptied().await {
            Some(emptied) => Some(emptied),
            None => rows.map(Event::Loaded),
        };
        read.into_iter().chain([Event::Leading(true)]).collect()
    }

    fn answer(&mut self, ask: Ask) -> Answer {
        match ask {
            Ask::Photos { key } => Answer::Photos(self.draft_photos(&key)),
            Ask::Photo { attachment, fetch } => Answer::Photo(self.photo(attachment, fetch)),
            ask => {
                let reader = self.profile.account;
                answer(self.record(), reader, ask)
            }
        }
    }

    pub(super) fn drive(&mut self, events: Vec<Event>) {
        let effects = self.device.handle(clock::now(), &mut Browser, events);
        for effect in effects {
            self.perform(effect);
        }
        self.tell_status();
    }

    async fn page(&mut self, message: ToWorker) -> Option<Event> {
        match message {
            ToWorker::Edit { number, edit } => self.edit(number, edit).await,
            ToWorker::KeepPhotos { key, blobs, keep } => {
                self.keep_photos(&key, blobs, keep);
                None
            }
            ToWorker::Switch { patient } => {
                let session = self.profile.session(Some(patient))?;
                self.forget_photos();
                self.reading = Reading::of(session.open);
                page_port::tell(&ToPage::Opened(session));
                page_port::tell(&ToPage::Changed);
                None
            }
            ToWorker::KeepDraft { number, key, text } => {
                self.keep_draft(number, &key, text).await;
                None
            }
            ToWorker::Draft { number, key } => {
                let text = self.local(&draft_name(self.reading.patient, &key)).await;
                let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
                page_port::tell(&ToPage::Draft { number, text });
                None
            }
            ToWorker::Woke => {
                self.look_for_photos_again();
                Some(Event::Woke)
            }
            // The loop took these before.
            ToWorker::Open { .. } | ToWorker::Access { .. } | ToWorker::Ask { .. } => None,
            // The file is what counts, and there is none.
            ToWorker::AddPhoto { .. } => None,
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Store(batch) => {
                let _ended = self.batches.unbounded_send(batch);
            }
            Effect::ReadAgain { put, removed } => {
                let _ended = self.looks.unbounded_send(Look::Again { put, removed });
            }
            Effect::Connect => {
                spawn_local(fetch_ticket(self.slot.clone(), self.happenings.clone()))
            }
            Effect::HangUp => self.hang_up(),
            Effect::Wipe => {
                let disk = Rc::clone(&self.disk);
                spawn_local(async move {
                    // A disk that cannot be reached now is told again at the next contact.
                    let _unreachable = disk.wipe().await;
                    page_port::tell(&ToPage::Revoked);
                });
            }
            Effect::Send(message) => self.send(&message),
            Effect::Bring { patient, attachment } => self.bring(patient, attachment),
            Effect::WakeAt(at) => self.wake_at(at),
            Effect::Tell(notice) => self.tell(notice),
        }
    }

    fn hang_up(&mut self) {
        self.wire = None;
        self.way.ended(clock::now());
    }

    fn send(&self, message: &ToServer) {
        if let Some(wire) = &self.wire {
            wire.send(message);
        }
    }

    fn wake_at(&mut self, at: Timestamp) {
        self.timer += 1;
        let (number, happenings) = (self.timer, self.happenings.clone());
        spawn_local(async move {
            clock::until(at).await;
            report(&happenings, Happened::Timer(number));
        });
    }

    pub(super) fn record(&mut self) -> &Record {
        let people = self.profile.people(self.reading.patient).iter();
        let names = people.map(|person| (person.account, person.name.as_str()));
        self.reading.record(&self.device, self.profile.account, names)
    }

    fn start(&self) {
        let happenings = self.happenings.clone();
        tabs::lead(self.disk.name(), move |after_another| {
            report(&happenings, Happened::Leading { after_another });
        });
        let disk = Rc::clone(&self.disk);
        spawn_local(async move { disk.make_reserve().await });
        let (slot, happenings) = (self.slot.clone(), self.happenings.clone());
        spawn_local(async move {
            match fetch::profile(&slot).await {
                Ok(profile) => report(&happenings, Happened::Profile(profile)),
                Err(why) => report(&happenings, Happened::NoSession(why)),
            }
        });
    }

    async fn renew(&mut self, profile: Profile) {
        if let Some(known) = &profile.passkeys {
            passkeys::keep(&self.disk, known).await;
        }
        if profile == self.profile || profile.account != self.profile.account {
            return;
        }
        keep_profile(&self.disk, &self.vault, &profile).await;
        let Some(session) = profile.session(Some(self.reading.patient)) else {
            return;
        };
        self.reading = Reading::of(session.open);
        self.profile = profile;
        page_port::tell(&ToPage::Opened(session));
        page_port::tell(&ToPage::Changed);
    }

    pub async fn change_passphrase(&self, now: &str, new: &str) -> Result<Granted, Denied> {
        access::change_passphrase(&self.slot, &self.disk, now, new).await
    }

    /// Takes everything off this device. What was not sent is lost with it: the page asks before.
    pub async fn leave(mut self) -> Result<Granted, Denied> {
        self.wire = None;
        let clinic_knows = fetch::end_session(&self.slot).await;
        self.disk.wipe().await.map_err(|_| Denied::NotSaved)?;
        Ok(Granted::Left { clinic_knows })
    }

    async fn local(&self, what: &str) -> Option<Vec<u8>> {
        read_local(&self.disk, &self.vault, what).await
    }
}

async fn fetch_ticket(slot: String, happenings: Happenings) {
    match fetch::ticket(&slot).await {
        Ok(ticket) => report(&happenings, Happened::Ticket(ticket)),
        Err(why) => report(&happenings, Happened::NoTicket(why)),
    }
}
