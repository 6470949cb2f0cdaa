//! What is asked before and beside a visit, and what is too much of something.

use super::*;
use crate::record::before_visit::Confirmation;
use crate::record::visit::Wish;

const VISIT: &str = r#"{"resourceType":"Appointment","id":"9","status":"booked","start":"2026-12-01T10:00:00-05:00"}"#;

fn before(visit: EntryId) -> AnswerBeforeVisit {
    AnswerBeforeVisit {
        visit,
        medicines: Confirmation::NotAnswered,
        allergies: Confirmation::NotAnswered,
        phone: Confirmation::NotAnswered,
        reason: String::new(),
        questions: Vec::new(),
    }
}

#[test]
fn the_questions_before_a_visit_are_answered_in_one_with_three_questions_at_most() {
    let mut story = Story::default();
    let visit = story.core(VISIT);
    let medicine = story.core(LISINOPRIL);
    let questions = |count: usize| vec!["Is it my knee?".to_owned(); count];
    let corrected = |text: &str| Confirmation::Corrected { text: text.into() };
    for (answers, expected) in [
        (before(visit), Some(Refused::EmptyText)),
        (before(medicine), Some(Refused::NotAVisit)),
        (AnswerBeforeVisit { questions: questions(4), ..before(visit) }, Some(Refused::TooMany)),
        (AnswerBeforeVisit { phone: corrected(" "), ..before(visit) }, Some(Refused::EmptyText)),
        (AnswerBeforeVisit { medicines: Confirmation::Right, ..before(visit) }, None),
        (AnswerBeforeVisit { questions: questions(3), ..before(visit) }, None),
    ] {
        let written = story.writes(ROSA, Edit::AnswerBeforeVisit(answers.clone()));
        assert_eq!(written.err(), expected, "{answers:?}");
    }
}

#[test]
fn an_earlier_time_is_welcome_for_a_visit_that_is_booked() {
    let mut story = Story::default();
    let visit = story.core(VISIT);
    let wish = |visit, wish| Edit::WishForVisit(WishForVisit { visit, wish, note: None });
    assert!(story.writes(ROSA, wish(visit, Wish::EarlierWelcome)).is_ok());
    let no_times = wish(visit, Wish::Move { times: Vec::new() });
    assert_eq!(story.writes(ROSA, no_times), Err(Refused::NoTimes));
}

#[test]
fn a_call_names_a_language_and_a_time() {
    let mut story = Story::default();
    let call = |language: &str, times: usize| {
        Edit::AskForCall(AskForCall {
            language: language.into(),
            times: vec![PreferredTime::Any; times],
            phone: None,
            note: None,
            audience: Audience::Circle,
        })
    };
    for (language, times, expected) in [
        ("", 1, Some(Refused::EmptyText)),
        ("es", 0, Some(Refused::NoTimes)),
        ("es", 21, Some(Refused::TooMany)),
        ("a language that BCP 47 has no name for", 1, Some(Refused::TextTooLong)),
        ("es", 1, None),
    ] {
        assert_eq!(story.writes(ROSA, call(language, times)).err(), expected, "{language} {times}");
    }
}

#[test]
fn two_entries_are_said_to_be_one_thing_only_if_both_are_there() {
    let mut story = Story::default();
    let (one, other) = (story.core(LISINOPRIL), story.core(LISINOPRIL_AGAIN));
    let same = |one, other| Edit::SaySame { one, other, same: true };
    assert!(story.writes(ROSA, same(one, other)).is_ok());
    assert_eq!(story.writes(ROSA, same(one, one)), Err(Refused::NoSuchEntry));
    let unknown = EntryId::from_u128(5);
    assert_eq!(story.writes(ROSA, same(one, unknown)), Err(Refused::NoSuchEntry));
}

#[test]
fn a_thread_has_a_subject_that_fits_on_a_line() {
    let mut story = Story::default();
    let start = |topic: &str| Edit::StartThread {
        topic: topic.into(),
        text: "It is swollen".into(),
        audience: Audience::Private,
        category: None,
        about: None,
        attachments: Vec::new(),
        red_flags: Vec::new(),
    };
    assert_eq!(story.writes(ROSA, start("  ")), Err(Refused::EmptyTopic));
    let long = "x".repeat(TOPIC_CHARS_MAX + 1);
    assert_eq!(story.writes(ROSA, start(&long)), Err(Refused::TopicTooLong));
    assert!(story.writes(ROSA, start(&long[1..])).is_ok());
}

#[test]
fn a_reading_is_of_a_day_and_not_of_a_month() {
    let mut story = Story::default();
    let at = |at: &str| {
        let at = at.parse().unwrap();
        Edit::AddReading(AddReading { measured: pressure("128", "78"), at, note: None })
    };
    assert_eq!(story.writes(ROSA, at("2026-11")), Err(Refused::NotADate));
    assert!(story.writes(ROSA, at("2026-11-20")).is_ok());
}

#[test]
fn what_waits_for_long_is_asked_about_and_what_is_measured_is_not() {
    let mut story = Story::default();
    let medicine = story.core(LISINOPRIL);
    let thread = Edit::StartThread {
        topic: "Cough".into(),
        text: "Since Monday".into(),
        audience: Audience::Circle,
        category: None,
        about: None,
        attachments: Vec::new(),
        red_flags: Vec::new(),
    };
    let refill = AskForRefill { medicine, pharmacy: None, note: None };
    let pulse = AddReading {
        measured: Measured::Pulse { value: "70".into() },
        at: "2026-11-20".parse().unwrap(),
        note: None,
    };
    for (edit, wait) in [
        (thread, Some(MESSAGE_WAITS_MS)),
        (Edit::AskForRefill(refill), Some(REFILL_WAITS_MS)),
        (Edit::AddReading(pulse), None),
    ] {
        let entry = story.writes(ROSA, edit).unwrap();
        let at = story.record.ask_again_at(entry);
        assert_eq!(at, wait.map(|wait| story.now().plus_millis(wait)));
        assert_eq!(story.writes(LUIS, Edit::SendStill { entry }), Err(Refused::SomebodyElses));
        let said = story.record.values_of(entry)[0].said.clone();
        assert_eq!(story.writes(ROSA, Edit::SendStill { entry }), Ok(entry));
        assert_eq!(story.record.values_of(entry)[0].said, said, "in the same words");
        story.receive(entry);
        assert_eq!(story.writes(ROSA, Edit::SendStill { entry }), Err(Refused::AlreadySent));
    }
}

#[test]
fn what_was_only_said_is_taken_back_as_a_request_is_cancelled() {
    let mut story = Story::default();
    let medicine = story.core(LISINOPRIL);
    let wrong = Edit::SayWrong { about: medicine, text: "In the evening".into() };
    let own = AddMedicine { name: "Zinc".into(), directions: None, since: None };
    for edit in [wrong, Edit::AddMedicine(own)] {
        let here = story.writes(ROSA, edit.clone()).unwrap();
        story.writes(ROSA, Edit::Cancel { request: here }).unwrap();
        assert!(story.record.values_of(here).is_empty(), "it never was");
        let sent = story.sends(ROSA, edit).unwrap();
        let end = story.sends(ROSA, Edit::Cancel { request: sent }).unwrap();
        assert!(matches!(story.record.values_of(end)[0].said, Said::Retract(_)));
        let rows = crate::view::requests::requests(&story.record, ROSA);
        assert!(rows.iter().any(|row| row.entry == sent && row.cancelled));
    }
}

#[test]
fn what_is_said_to_be_wrong_is_named_for_whoever_reads_it_without_the_chart() {
    let mut story = Story::default();
    let medicine = story.core(LISINOPRIL);
    let wrong = Edit::SayWrong { about: medicine, text: "In the evening".into() };
    let said = story.sends(ROSA, wrong).unwrap();
    let work = crate::view::desk::work(&story.record);
    assert_eq!((work[0].item, work[0].title.is_empty()), (said, false));
}

#[test]
fn a_cancellation_that_comes_after_the_answer_comes_too_late() {
    let mut story = Story::default();
    let asked = story.sends(
        ROSA,
        Edit::AskForVisit(AskForVisit {
            reason: "Knee".into(),
            with: None,
            times: vec![crate::record::visit::PreferredTime::Any],
            earlier_welcome: true,
            help: None,
            audience: Audience::Circle,
        }),
    );
    let asked = asked.unwrap();
    let is_cancelled = |story: &Story| {
        let rows = crate::view::requests::requests(&story.record, ROSA);
        rows.iter().any(|row| row.entry == asked && row.cancelled)
    };
    // Written with no connection; meanwhile the clinic books.
    let cancel = story.writes(ROSA, Edit::Cancel { request: asked }).unwrap();
    assert!(is_cancelled(&story));
    let at = "2026-12-01T10:40:00-05:00".parse().unwrap();
    let answer = AnswerToVisit::Booked { at, with: None, place: None };
    story.clinic(Who::Nurse, ClinicEdit::AnswerVisit { request: asked, answer }).unwrap();
    assert!(!is_cancelled(&story), "the visit stands");
    story.receive(cancel);
    assert!(!is_cancelled(&story), "the visit stands");
    let other = AnswerToVisit::Done { note: "Called, and does not need it.".into() };
    let other = ClinicEdit::AnswerVisit { request: asked, answer: other };
    assert!(story.clinic(Who::Nurse, other).is_ok(), "what was answered can be answered otherwise");
}

#[test]
fn nobody_is_booked_for_what_was_cancelled_or_is_no_request() {
    let mut story = Story::default();
    let call = Edit::AskForCall(AskForCall {
        language: "en".into(),
        times: vec![PreferredTime::Any],
        phone: None,
        note: None,
        audience: Audience::Circle,
    });
    let asked = story.sends(ROSA, call).unwrap();
    let done = || AnswerToVisit::Done { note: "Called.".into() };
    let answer = |request| ClinicEdit::AnswerVisit { request, answer: done() };
    story.sends(ROSA, Edit::Cancel { request: asked }).unwrap();
    assert_eq!(story.clinic(Who::Nurse, answer(asked)), Err(Refused::Cancelled));
    let thread = thread(&mut story, ROSA);
    assert_eq!(story.clinic(Who::Nurse, answer(thread)), Err(Refused::NoSuchEntry));
}

/// A name says as much as the entry: of one that caregivers do not read they read no words.
#[test]
fn words_about_a_sensitive_entry_are_read_by_nobody_else() {
    let mut story = Story::default();
    let entry = |json: &str| crate::fhir::entry::ChartEntry::new(crate::testing::SOURCE, json);
    let kind = crate::document::Kind::ChartSensitive;
    let condition = r#"{"resourceType":"Condition","id":"c","code":{"text":"HIV infection"}}"#;
    let condition = story.chart(kind, entry(condition));
    let medicine = story.chart(kind, entry(&LISINOPRIL.replace("Lisinopril", "Methadone")));
    let plain = story.core(LISINOPRIL);
    let wrong = |about| Edit::SayWrong { about, text: "It is not so".into() };
    for (edit, expected) in [
        (wrong(condition), Audience::Private),
        (wrong(plain), Audience::Circle),
        (refill(medicine), Audience::Private),
        (refill(plain), Audience::Circle),
    ] {
        let entry = story.writes(ROSA, edit.clone()).unwrap();
        let audience = story.record.values_of(entry)[0].audience;
        assert_eq!(audience, Some(expected), "{edit:?}");
    }
}

/// What was refused ended nothing, and neither did what somebody else wrote.
#[test]
fn a_cancellation_that_the_clinic_refused_is_made_again() {
    use crate::document::DocumentId;
    use crate::record::own::Cancel;
    use crate::testing::PATIENT;
    let mut story = Story::default();
    let medicine = story.core(LISINOPRIL);
    let asked = story.sends(ROSA, refill(medicine)).unwrap();
    let said = Said::Cancel(Cancel { request: asked, written: story.now() });
    let id = story.id();
    let luis = DocumentId::journal(PATIENT, LUIS, Audience::Circle);
    story.hear(id, &luis, &said.to_text());
    let pen = Pen { account: ROSA, patient: PATIENT, entry: story.id(), now: story.now() };
    let cancel = || Edit::Cancel { request: asked };
    let Ok(Prepared::New { entry, item }) = prepare(&story.record, pen, cancel()) else {
        panic!("his says nothing of hers");
    };
    story.record.add_refused(ROSA, entry, &item, crate::wire::WhyRefused::NotAllowed);
    assert!(prepare(&story.record, pen, cancel()).is_ok());
    story.sends(ROSA, cancel()).unwrap();
    assert_eq!(prepare(&story.record, pen, cancel()), Err(Refused::Cancelled));
}

fn before_with(visit: EntryId, reason: &str) -> Edit {
    Edit::AnswerBeforeVisit(AnswerBeforeVisit { reason: reason.into(), ..before(visit) })
}

/// The year in which it was asked for may come to a device last.
#[test]
fn words_about_a_visit_that_was_asked_for_in_private_stay_so_while_the_request_is_to_come() {
    use crate::document::DocumentId;
    use crate::record::visit::VisitAnswer;
    use crate::testing::PATIENT;
    for (audience, expected) in
        [(Audience::Private, Audience::Private), (Audience::Circle, Audience::Circle)]
    {
        let mut story = Story::default();
        let request = story.id();
        let at = "2026-12-01T10:40:00-05:00".parse().unwrap();
        let answer = Said::VisitAnswer(VisitAnswer {
            request,
            answer: AnswerToVisit::Booked { at, with: None, place: None },
            by: "Nurse Linh Tran".into(),
            written: story.now(),
        });
        let care = DocumentId::care(PATIENT, ROSA, audience).in_year(2026);
        let answered = story.id();
        story.hear(answered, &care, &answer.to_text());
        let cannot = WishForVisit { visit: request, wish: Wish::CannotCome, note: None };
        for edit in [
            Edit::WishForVisit(WishForVisit { visit: answered, ..cannot.clone() }),
            Edit::WishForVisit(cannot),
            before_with(request, "Pregnancy"),
            before_with(answered, "Pregnancy"),
            Edit::SayWrong { about: answered, text: "It is on Monday".into() },
        ] {
            let entry = story.writes(ROSA, edit.clone()).unwrap();
            let audience = story.record.values_of(entry)[0].audience;
            assert_eq!(audience, Some(expected), "{edit:?}");
        }
    }
}

#[test]
fn words_about_a_version_of_an_entry_are_about_the_entry() {
    use crate::document::Kind;
    use crate::fhir::entry::ChartEntry;
    let mut story = Story::default();
    let first = story.core(VISIT);
    let here = story.writes(ROSA, before_with(first, "My feet")).unwrap();
    let said = story.writes(ROSA, Edit::SayWrong { about: first, text: "At noon".into() });
    let again = |json: &str, replaces| ChartEntry {
        replaces: Some(replaces),
        ..ChartEntry::new(crate::testing::SOURCE, json)
    };
    let second = story.chart(Kind::ChartCore, again(VISIT, first));
    let rows = crate::view::requests::listed(&story.record, ROSA, Some(second)).rows;
    assert_eq!(rows.iter().map(|row| row.entry).collect::<Vec<_>>(), [said.unwrap()]);
    assert_eq!(story.writes(ROSA, before_with(second, "My feet, at night")), Ok(here));
    story.receive(here);
    let anew = story.sends(ROSA, before_with(second, "My knee")).unwrap();
    let work = crate::view::desk::work(&story.record);
    let waits = work.iter().filter(|work| work.stage.waits_for_the_clinic());
    let waits: Vec<_> = waits.map(|work| work.item).collect();
    assert!(waits.contains(&anew) && !waits.contains(&here), "one form of one visit is read");
    // What caregivers do not see any more they hear no words about.
    let still = story.writes(ROSA, before_with(second, "My knee, at night")).unwrap();
    let audience = |story: &Story, entry| story.record.values_of(entry)[0].audience;
    assert_eq!(audience(&story, still), Some(Audience::Circle));
    story.chart(Kind::ChartSensitive, again(VISIT, second));
    let entry = story.writes(ROSA, before_with(first, "My feet")).unwrap();
    assert_eq!((entry == still, audience(&story, entry)), (false, Some(Audience::Private)));
    let off = VISIT.replace("booked", "cancelled");
    let third = story.record.chart().newest_of(first);
    story.chart(Kind::ChartSensitive, again(&off, third));
    assert_eq!(story.writes(ROSA, before_with(first, "x")), Err(Refused::NotAVisit));
}
