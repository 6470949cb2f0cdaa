//! What people wrote over several years, read from the volumes in which it stands.

use super::own::Retract;
use super::reading::{Measured, Reading};
use super::refill::{Decision, Refill, RefillDecision};
use super::refills::{End, is_open, medicine_of, refills};
use super::*;
use crate::document::{Actor, Kind, Put};
use crate::testing::{LUIS, PATIENT, ROSA};
use crate::time::{Day, MILLIS_PER_DAY};
use crate::view::results::results;
use crate::view::settings::settings;
use crate::view::threads::{thread, threads};
use crate::view::{ShowResults, ThreadRow};
use crate::wire::Receipt;

/// Volumes as they grow at the server.
#[derive(Default)]
struct Years {
    volumes: BTreeMap<DocumentId, Volume>,
}

struct Volume {
    changes: Vec<Vec<u8>>,
    sidecars: BTreeMap<ChangeHash, Sidecar>,
}

impl Volume {
    fn of(document: &DocumentId) -> Self {
        Self { changes: vec![Document::genesis(document).1], sidecars: BTreeMap::new() }
    }

    fn open(&self) -> Document {
        Document::load(self.changes.iter().map(Vec::as_slice)).expect("it is whole")
    }
}

impl Years {
    /// Received on this day, in the volume of this year.
    fn put(&mut self, document: DocumentId, at: Timestamp, put: &Put) {
        let volume = self.volumes.entry(document).or_insert_with(|| Volume::of(&document));
        let (hash, bytes) = volume.open().mint(Actor([1; 16]), put);
        volume.changes.push(bytes);
        let account = document.writer();
        let sidecar = Sidecar { account, device: None, received_at: at, receipt: Receipt([0; 16]) };
        volume.sidecars.insert(hash, sidecar);
    }

    fn says(&mut self, document: DocumentId, at: Timestamp, id: u128, said: &Said) {
        let entry = EntryId::from_u128(id);
        self.put(document, at, &Put::Entry { entry, text: said.to_text() });
    }

    fn reads(&mut self, volume: u16, at: Timestamp, thread: u128, up_to: u128) {
        let (thread, up_to) = (EntryId::from_u128(thread), EntryId::from_u128(up_to));
        let put =
            Put::Register { name: format!("{READ_REGISTER}{thread}"), text: up_to.to_string() };
        self.put(journal(ROSA, volume), at, &put);
    }

    fn record(&self) -> Record {
        self.half(|_| true)
    }

    /// Of the others it is known that they are still to come.
    fn half(&self, is_here: impl Fn(&DocumentId) -> bool) -> Record {
        let mut record = Record::default();
        for (key, volume) in self.volumes.iter().filter(|(key, _)| is_here(key)) {
            record.add_document(key, &volume.open(), |hash| volume.sidecars.get(hash));
        }
        record.await_writing(self.volumes.keys().filter(|key| !is_here(key)).copied());
        record
    }
}

fn journal(account: AccountId, year: u16) -> DocumentId {
    DocumentId::journal(PATIENT, account, Audience::Circle).in_year(year)
}

fn care(year: u16) -> DocumentId {
    DocumentId::care(PATIENT, ROSA, Audience::Circle).in_year(year)
}

fn on(year: i16, month: u8, day: u8) -> Timestamp {
    let day = Day::new(year, month, day).expect("the calendar has it");
    Timestamp::from_millis(day.number() * MILLIS_PER_DAY)
}

fn message(thread: Option<u128>, text: &str) -> Said {
    let topic = thread.is_none().then(|| "Ankle".to_owned());
    let thread = thread.map(EntryId::from_u128);
    Said::Message(Message { thread, topic, text: text.to_owned(), ..Message::default() })
}

fn reply(thread: u128, text: &str) -> Said {
    let (thread, text) = (EntryId::from_u128(thread), text.to_owned());
    let by = "Nurse Linh Tran".to_owned();
    Said::Reply(Reply { thread, text, attachments: Vec::new(), by, written: Timestamp::default() })
}

fn only_row(record: &Record) -> ThreadRow {
    let mut rows = threads(record, ROSA).rows;
    assert_eq!(rows.len(), 1, "one conversation");
    rows.remove(0)
}

/// Begun in December, answered in January.
fn over_new_year() -> Years {
    let mut years = Years::default();
    years.says(journal(ROSA, 2024), on(2024, 12, 30), 10, &message(None, "It is swollen"));
    years.says(care(2025), on(2025, 1, 3), 11, &reply(10, "Since when?"));
    years.says(journal(ROSA, 2025), on(2025, 1, 4), 12, &message(Some(10), "Sunday"));
    years.says(care(2025), on(2025, 1, 5), 13, &reply(10, "Rest it"));
    years
}

#[test]
fn a_conversation_goes_on_over_new_year() {
    let mut years = over_new_year();
    assert_eq!(
        (only_row(&years.record()).topic.as_str(), only_row(&years.record()).unread),
        ("Ankle", 2)
    );
    let all = thread(&years.record(), ROSA, EntryId::from_u128(10)).expect("it is there");
    let texts: Vec<_> = all.messages.iter().map(|message| &message.text[..]).collect();
    assert_eq!(texts, ["It is swollen", "Since when?", "Sunday", "Rest it"]);
    assert_eq!(all.loaded, Loaded::All);
    // A phone that was away at New Year marks what it read in the volume that it knows.
    years.reads(2025, on(2025, 1, 4), 10, 11);
    years.reads(2024, on(2025, 1, 6), 10, 13);
    assert_eq!(only_row(&years.record()).unread, 0);
}

/// Ids tell nothing about what came first: some clocks are ahead.
#[test]
fn of_marks_in_two_volumes_the_one_that_is_further_in_the_thread_counts() {
    let mut years = over_new_year();
    years.says(care(2025), on(2025, 1, 7), 5, &reply(10, "And now?"));
    years.reads(2024, on(2025, 1, 6), 10, 13);
    assert_eq!(only_row(&years.record()).unread, 1);
    years.reads(2025, on(2025, 1, 8), 10, 5);
    assert_eq!(only_row(&years.record()).unread, 0);
}

#[test]
fn a_conversation_whose_beginning_is_still_to_come_says_so() {
    let years = over_new_year();
    let record = years.half(|key| key.kind.year() == Some(2025));
    let known = thread(&record, ROSA, EntryId::from_u128(10)).expect("its newest part is there");
    assert_eq!((known.loaded, known.topic.as_str(), known.messages.len()), (Loaded::NotYet, "", 3));
    assert_eq!(threads(&record, ROSA).loaded, Loaded::NotYet);
    assert_eq!(threads(&years.record(), ROSA).loaded, Loaded::All);
    // What began later lacks nothing.
    let mut later = years;
    later.says(journal(ROSA, 2026), on(2026, 2, 1), 20, &message(None, "My knee"));
    let record = later.half(|key| key.kind.year() != Some(2024));
    let whole = thread(&record, ROSA, EntryId::from_u128(20)).expect("it is there");
    assert_eq!(whole.loaded, Loaded::All);
}

#[test]
fn what_may_have_been_read_is_not_counted_before_the_mark_came() {
    let mut years = over_new_year();
    years.reads(2025, on(2025, 1, 6), 10, 13);
    // A mark for it may stand in the journal of the year before too.
    for missing in [2024, 2025] {
        let record = years.half(|key| *key != journal(ROSA, missing));
        assert_eq!(only_row(&record).unread, 0, "without the journal of {missing}");
    }
    years.says(care(2027), on(2027, 1, 3), 30, &reply(10, "How is it?"));
    let record = years.half(|key| *key == care(2027));
    assert_eq!(only_row(&record).unread, 1, "no mark of 2025 is about what came in 2027");
}

/// It came late into an old volume, from a phone that was away, and was read with all before it.
#[test]
fn what_came_before_the_mark_was_made_is_not_counted_while_what_was_read_last_is_to_come() {
    let mut years = over_new_year();
    years.says(journal(LUIS, 2023), on(2025, 1, 6), 14, &message(Some(10), "I drive her"));
    years.reads(2025, on(2025, 1, 7), 10, 14);
    years.says(care(2025), on(2025, 1, 8), 15, &reply(10, "Good"));
    let record = years.half(|key| key.kind.year() != Some(2023));
    assert_eq!(only_row(&record).unread, 1, "only what came after the mark");
    assert_eq!(only_row(&years.record()).unread, 1);
}

#[test]
fn what_was_written_in_one_year_is_taken_back_and_corrected_in_the_next() {
    let mut years = over_new_year();
    let written = on(2025, 1, 9);
    let entry = EntryId::from_u128(10);
    let at = "2024-12-31".parse().expect("a date");
    years.says(journal(ROSA, 2025), written, 16, &Said::Retract(Retract { entry, written }));
    let all = thread(&years.record(), ROSA, entry).expect("it is there");
    assert!(all.messages[0].retracted && !all.messages[1].retracted);
    let reading = |value: &str, corrects| {
        let measured = Measured::Pulse { value: value.to_owned() };
        Said::Reading(Reading { measured, at, note: None, corrects, written })
    };
    years.says(journal(ROSA, 2024), on(2024, 12, 31), 17, &reading("700", None));
    years.says(journal(ROSA, 2025), written, 18, &reading("70", Some(EntryId::from_u128(17))));
    let shown = results(&years.record(), ROSA, ShowResults::All, 10);
    let rows: Vec<_> = shown.panels.iter().flat_map(|panel| &panel.rows).collect();
    assert_eq!(
        rows.iter().map(|row| (row.entry, row.corrected)).collect::<Vec<_>>(),
        [(EntryId::from_u128(18), true)]
    );
}

#[test]
fn a_refill_is_asked_for_in_one_year_and_decided_in_the_next_and_once() {
    let mut years = Years::default();
    let medicine = EntryId::from_u128(1);
    let ask = || {
        let name = "Metformin".to_owned();
        let written = Timestamp::default();
        Said::Refill(Refill { medicine, name, pharmacy: None, note: None, written })
    };
    let decide = |refill: u128| {
        let (refill, by) = (EntryId::from_u128(refill), "Dr. Okafor".to_owned());
        let decision = Decision::Approved { quantity: None, out: None };
        Said::RefillDecision(RefillDecision { refill, decision, by, written: Timestamp::default() })
    };
    let ends = |years: &Years| -> Vec<_> {
        refills(&years.record()).into_iter().map(|one| one.end).collect()
    };
    years.says(journal(ROSA, 2024), on(2024, 12, 30), 10, &ask());
    // Offline over New Year, and asked without knowing of the first.
    years.says(journal(LUIS, 2025), on(2025, 1, 2), 9, &ask());
    let into = EntryId::from_u128(10);
    assert_eq!(ends(&years), [End::Collapsed { into }, End::Open]);
    years.says(care(2025), on(2025, 1, 3), 11, &decide(10));
    assert_eq!(ends(&years), [End::Collapsed { into }, End::Decided]);
    let record = years.record();
    assert!(!is_open(&refills(&record), &medicine_of(&record, medicine)));
}

#[test]
fn a_choice_that_the_clinic_did_not_take_is_none() {
    let mut years = over_new_year();
    let first = DocumentId::journal(PATIENT, ROSA, Audience::Private);
    let put = |language: &str| {
        let preference = Preference::Language(language.to_owned());
        (preference.register(), preference.to_text())
    };
    let (name, text) = put("es");
    years.put(first, on(2025, 1, 1), &Put::Register { name, text });
    let mut record = years.record();
    let (name, text) = put("en");
    let item = OutboxItem {
        patient: PATIENT,
        document: first,
        written_at: on(2025, 1, 2),
        put: PutInto::Register { name, text },
        sealed_to_clinic: None,
        may_be_sent: None,
        ask_again_at: None,
        attachments: None,
        saying: None,
    };
    record.add_refused(ROSA, EntryId::from_u128(9), &item, WhyRefused::NotAllowed);
    let chosen = settings(&record, ROSA);
    assert_eq!(chosen[0].preference, Preference::Language("es".to_owned()));
    assert!(chosen[0].others.is_empty());
}

#[test]
fn a_preference_of_the_first_volume_is_of_no_year() {
    let mut years = over_new_year();
    let first = DocumentId::journal(PATIENT, ROSA, Audience::Private);
    for (day, language) in [(1, "es"), (2, "en")] {
        let preference = Preference::Language(language.to_owned());
        let (name, text) = (preference.register(), preference.to_text());
        years.put(first, on(2025, 1, day), &Put::Register { name, text });
    }
    let record = years.record();
    let chosen = settings(&record, ROSA);
    assert_eq!(chosen.len(), 1);
    assert_eq!(chosen[0].preference, Preference::Language("en".to_owned()));
    assert!(chosen[0].others.is_empty());
}

/// Whatever of what people wrote an answer is made of says so of the answer.
#[test]
fn nothing_was_written_and_not_here_yet_are_different_answers() {
    use crate::record::chart::Part;
    use crate::view::sections::{Section, section};
    use crate::view::{activity, card, medicines, requests, search};
    let all = |mut record: Record| {
        let core = DocumentId::first(PATIENT, Kind::ChartCore);
        record.chart_mut().add(Part::new(core, Vec::new(), 0));
        let results = results(&record, ROSA, ShowResults::All, 9).loaded;
        let written = [
            medicines::medicines(&record, ROSA).loaded,
            section(&record, ROSA, Section::Allergies).loaded,
            requests::listed(&record, ROSA, None).loaded,
            search::search(&record, "knee").loaded,
            card::card(&record, ROSA).loaded,
            threads(&record, ROSA).loaded,
            results,
        ];
        assert!(written.iter().all(|loaded| *loaded == written[0]), "{written:?}");
        let conditions = section(&record, ROSA, Section::Conditions).loaded;
        assert_eq!(conditions, Loaded::All, "nobody writes these but the clinic");
        (written[0], activity::activity(&record, "", 9).loaded)
    };
    let years = over_new_year();
    assert_eq!(all(years.record()), (Loaded::All, Loaded::All));
    assert_eq!(all(years.half(|key| key.kind.year() == Some(2025))), (Loaded::NotYet, Loaded::All));
    let looked = DocumentId::first(PATIENT, Kind::Activity(2024));
    let mut record = years.record();
    record.await_writing([looked]);
    assert_eq!(all(record), (Loaded::All, Loaded::NotYet));
    let mut record = years.record();
    record.writing_could_not_be_read(journal(ROSA, 2024));
    assert_eq!(all(record), (Loaded::Unreadable, Loaded::All));
    let mut record = Record::default();
    record.nothing_came();
    assert_eq!(all(record), (Loaded::NotYet, Loaded::NotYet));
}
