//! What a reader sees of a thread, whatever arrived and in whatever order.

use expect_test::{Expect, expect};

use crate::document::DocumentId;
use crate::edit::{self, Audience, Edit, Pen, Prepared, Refused};
use crate::id::{AccountId, EntryId, PatientId};
use crate::record::{Entry, Mark, Place, Record, Reply, Said, Step};
use crate::time::Timestamp;
use crate::view::ItemState;

const ROSA: AccountId = AccountId::from_u128(1);
const PATIENT: PatientId = PatientId::from_u128(2);

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn write(record: &mut Record, number: u128, edit: Edit) -> Result<(), Refused> {
    let entry = EntryId::from_u128(number);
    let pen =
        Pen { account: ROSA, patient: PATIENT, entry, now: at(i64::try_from(number).unwrap()) };
    match edit::prepare(record, pen, edit)? {
        Prepared::New { entry, item } => record.add_waiting(ROSA, entry, &item),
        Prepared::Reword { .. } | Prepared::Withdraw { .. } => unreachable!(),
    }
    Ok(())
}

fn start(text: &str) -> Edit {
    Edit::StartThread {
        topic: "Ankle".into(),
        text: text.into(),
        audience: Audience::Circle,
        category: None,
        about: None,
        attachments: Vec::new(),
        red_flags: Vec::new(),
    }
}

fn answer_in(thread: u128, text: &str) -> Edit {
    Edit::Reply {
        thread: EntryId::from_u128(thread),
        text: text.into(),
        attachments: Vec::new(),
        red_flags: Vec::new(),
    }
}

fn receive(record: &mut Record, number: u128, received: i64) {
    let id = EntryId::from_u128(number);
    let entry = record.values_of(id)[0].clone();
    record.insert(id, Entry { place: Place::Received(at(received)), ..entry });
}

fn reply(record: &mut Record, number: u128, thread: u128, text: &str, received: i64) {
    let said = Said::Reply(Reply {
        thread: EntryId::from_u128(thread),
        text: text.into(),
        attachments: Vec::new(),
        by: "Nurse Tran".into(),
        written: at(received),
    });
    let audience = DocumentId::care(PATIENT, ROSA, Audience::Circle).audience();
    let entry = Entry { said, audience, author: None, place: Place::Received(at(received)) };
    record.insert(EntryId::from_u128(number), entry);
}

fn check(record: &Record, thread: u128, expected: Expect) {
    let Some(thread) = super::thread(record, ROSA, EntryId::from_u128(thread)) else {
        return expected.assert_eq("no such thread");
    };
    let mut lines = vec![thread.topic];
    for message in thread.messages {
        let state = match message.state {
            None => "",
            Some(ItemState::SavedHere { may_change: true, .. }) => " [saved here]",
            Some(ItemState::SavedHere { may_change: false, .. }) => " [saved here, unchangeable]",
            Some(ItemState::Sent { .. }) => " [sent]",
            Some(ItemState::AtTheClinic { .. }) => " [at the clinic]",
            Some(ItemState::ReadBy { .. }) => " [read]",
            Some(ItemState::Answered { .. }) => " [answered]",
            Some(ItemState::NotSent { .. }) => " [not sent]",
        };
        let from = message.from.unwrap_or_else(|| "me".into());
        lines.push(format!("{from}: {}{state}", message.text));
    }
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn a_message_goes_from_here_to_answered() {
    let mut record = Record::default();
    write(&mut record, 10, start("It is swollen")).unwrap();
    check(
        &record,
        10,
        expect![[r#"
        Ankle
        me: It is swollen [saved here]"#]],
    );
    receive(&mut record, 10, 50);
    check(
        &record,
        10,
        expect![[r#"
        Ankle
        me: It is swollen [sent]"#]],
    );
    let entry = EntryId::from_u128(10);
    record.add_mark(Mark { entry, step: Step::AtTheClinic, at: at(51) });
    check(
        &record,
        10,
        expect![[r#"
        Ankle
        me: It is swollen [at the clinic]"#]],
    );
    record.add_mark(Mark { entry, step: Step::ReadBy { name: "Nurse Tran".into() }, at: at(60) });
    record.add_mark(Mark { entry, step: Step::AtTheClinic, at: at(51) });
    check(
        &record,
        10,
        expect![[r#"
        Ankle
        me: It is swollen [read]"#]],
    );
    reply(&mut record, 20, 10, "Rest it", 70);
    check(
        &record,
        10,
        expect![[r#"
        Ankle
        me: It is swollen [answered]
        Nurse Tran: Rest it"#]],
    );
}

#[test]
fn what_was_written_later_stands_last_and_is_not_answered_by_an_older_reply() {
    let mut record = Record::default();
    write(&mut record, 10, start("It is swollen")).unwrap();
    receive(&mut record, 10, 50);
    reply(&mut record, 20, 10, "Rest it", 70);
    write(&mut record, 5, answer_in(10, "I did")).unwrap();
    check(
        &record,
        10,
        expect![[r#"
        Ankle
        me: It is swollen [answered]
        Nurse Tran: Rest it
        me: I did [saved here]"#]],
    );
    receive(&mut record, 5, 80);
    check(
        &record,
        10,
        expect![[r#"
        Ankle
        me: It is swollen [answered]
        Nurse Tran: Rest it
        me: I did [sent]"#]],
    );
}

#[test]
fn a_reply_whose_question_has_not_arrived_is_shown() {
    let mut record = Record::default();
    reply(&mut record, 20, 10, "Rest it", 70);
    check(
        &record,
        10,
        expect![[r#"

        Nurse Tran: Rest it"#]],
    );
    assert_eq!(super::threads(&record, ROSA).rows[0].unread, 1);
}

#[test]
fn what_is_unsent_or_refused_is_never_what_was_read_last() {
    let mut record = Record::default();
    write(&mut record, 10, start("It is swollen")).unwrap();
    receive(&mut record, 10, 50);
    reply(&mut record, 20, 10, "Rest it", 70);
    let thread = EntryId::from_u128(10);
    let answer = |text: &str| Edit::Reply {
        thread,
        text: text.into(),
        attachments: Vec::new(),
        red_flags: Vec::new(),
    };
    // It waits for its photo and stands last on the screen.
    write(&mut record, 30, answer("Here is how it looks")).unwrap();
    write(&mut record, 40, Edit::MarkRead { thread, up_to: EntryId::from_u128(30) }).unwrap();
    assert_eq!(record.read_up_to(ROSA, thread), Some(EntryId::from_u128(20)));
    reply(&mut record, 50, 10, "And cool it", 90);
    receive(&mut record, 30, 100);
    assert_eq!(super::threads(&record, ROSA).rows[0].unread, 1, "nobody saw the second answer");
    let nothing = Edit::MarkRead { thread, up_to: EntryId::from_u128(99) };
    assert_eq!(write(&mut record, 60, nothing), Err(Refused::NoSuchEntry));
}

#[test]
fn a_thread_whose_beginning_has_not_come_is_answered_and_read() {
    let mut record = Record::default();
    reply(&mut record, 20, 10, "Rest it", 70);
    let (thread, up_to) = (EntryId::from_u128(10), EntryId::from_u128(20));
    write(&mut record, 30, Edit::MarkRead { thread, up_to }).unwrap();
    assert_eq!(super::threads(&record, ROSA).rows[0].unread, 0);
    let (text, attachments, red_flags) = ("I do".into(), Vec::new(), Vec::new());
    write(&mut record, 40, Edit::Reply { thread, text, attachments, red_flags }).unwrap();
    let unknown = Edit::MarkRead { thread: EntryId::from_u128(11), up_to };
    assert_eq!(write(&mut record, 50, unknown), Err(Refused::NoSuchThread));
}

#[test]
fn reading_a_thread_leaves_nothing_unread_until_the_next_answer() {
    let mut record = Record::default();
    write(&mut record, 10, start("It is swollen")).unwrap();
    receive(&mut record, 10, 50);
    reply(&mut record, 20, 10, "Rest it", 70);
    assert_eq!(super::threads(&record, ROSA).rows[0].unread, 1);
    let (thread, up_to) = (EntryId::from_u128(10), EntryId::from_u128(20));
    write(&mut record, 30, Edit::MarkRead { thread, up_to }).unwrap();
    assert_eq!(super::threads(&record, ROSA).rows[0].unread, 0);
    // The clinic's clock made an earlier id; it was received later all the same.
    reply(&mut record, 15, 10, "And cool it", 90);
    assert_eq!(super::threads(&record, ROSA).rows[0].unread, 1);
}

#[test]
fn an_entry_in_the_outbox_and_in_the_document_is_one() {
    let mut record = Record::default();
    write(&mut record, 10, start("It is swollen")).unwrap();
    receive(&mut record, 10, 50);
    write(&mut record, 10, start("It is swollen")).unwrap();
    check(
        &record,
        10,
        expect![[r#"
        Ankle
        me: It is swollen [sent]"#]],
    );
}

#[test]
fn two_different_texts_under_one_id_are_both_shown() {
    let mut record = Record::default();
    write(&mut record, 10, start("It is swollen")).unwrap();
    receive(&mut record, 10, 50);
    write(&mut record, 10, start("It is red")).unwrap();
    check(
        &record,
        10,
        expect![[r#"
        Ankle
        me: It is swollen [sent]
        me: It is red [saved here]"#]],
    );
}

#[test]
fn what_cannot_be_sent_is_refused_with_its_reason() {
    let mut record = Record::default();
    assert_eq!(write(&mut record, 1, start(" \n ")), Err(Refused::EmptyText));
    assert_eq!(write(&mut record, 1, start(&"x".repeat(8_001))), Err(Refused::TextTooLong));
    assert_eq!(write(&mut record, 1, start(&"ñ".repeat(8_000))), Ok(()));
    let nowhere = answer_in(99, "hello");
    assert_eq!(write(&mut record, 2, nowhere), Err(Refused::NoSuchThread));
}

#[test]
fn what_came_back_out_of_a_change_stands_as_it_is() {
    let mut record = Record::default();
    let entry = EntryId::from_u128(10);
    let pen = Pen { account: ROSA, patient: PATIENT, entry, now: at(10) };
    let prepared = edit::prepare(&record, pen, start("It is swollen"));
    let Ok(Prepared::New { item, .. }) = prepared else { panic!("a message is allowed") };
    record.add_waiting(ROSA, entry, &item.back_from_a_change());
    check(
        &record,
        10,
        expect![[r#"
        Ankle
        me: It is swollen [saved here, unchangeable]"#]],
    );
    let again = Edit::Reword { entry, text: "It is not".into() };
    assert_eq!(write(&mut record, 11, again), Err(Refused::AlreadySent));
    // Taking it back is a thing of its own, which follows it.
    write(&mut record, 12, Edit::Retract { entry }).unwrap();
}
