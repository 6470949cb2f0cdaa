//! The form before a visit: lists to confirm or correct, what matters most, and three questions. One
//! item, kept while it is written, and followed to who read it.

use leptos::prelude::*;
use shared::edit::{
    AnswerBeforeVisit, Confirmation, Edit, NAME_CHARS_MAX, NOTE_CHARS_MAX, QUESTIONS_MAX,
};
use shared::id::EntryId;
use shared::view::before_visit::{BeforeVisitForm, Sent};

use super::asking::{Asking, kept};
use super::emergency_notice::EmergencyNotice;
use super::message_words::{EmergencyLine, state_words};
use super::thread::send_words;
use crate::bridge::{Answer, Ask};
use crate::page::draft::Draft;
use crate::page::i18n::{time, words};
use crate::page::session::Session;
use crate::page::ui::button::{BackLink, Button, LinkButton, Weight};
use crate::page::ui::card::Card;
use crate::page::ui::empty::{Empty, Skeleton};
use crate::page::ui::field::{Field, Kind};
use crate::page::ui::icon::Icon;
use crate::page::ui::screen::Screen;
use crate::page::ui::segmented::Segmented;
use crate::page::ui::table::facts;
use crate::page::ui::tag::Tag;

/// The places of the draft: three lists with a choice and words each, the reason, the questions.
const REASON: usize = 6;
const FIRST_QUESTION: usize = 7;
const FIELDS: [&str; 3] = ["medicines", "allergies", "phone"];
const QUESTIONS: [&str; QUESTIONS_MAX] = ["question-1", "question-2", "question-3"];
const NOT_ANSWERED: i64 = 0;
const RIGHT: i64 = 1;
const CHANGED: i64 = 2;

/// Without an id it is the next visit.
#[component]
pub(crate) fn BeforeVisit(id: Option<String>) -> AnyView {
    let session = expect_context::<Session>();
    let visit = id.and_then(|id| id.parse().ok());
    let answer = session.ask(Ask::BeforeVisit { visit, now: time::now() });
    let found = Memo::new(move |_| {
        answer.with(|answer| match answer {
            Some(Answer::BeforeVisit(form)) => Some(form.clone()),
            Some(_) | None => None,
        })
    });
    let visit = Memo::new(move |_| found.with(|found| Some(found.as_ref()?.as_ref()?.visit)));
    let asking = Asking::open(session);
    let body = move || {
        match visit.get() {
        Some(visit) => answered_or_form(session, visit, found, asking),
        None if found.with(Option::is_none) => {
            view! { <Skeleton label=words::record_loading()/> }.into_any()
        }
        None => view! {
            <Empty icon=Icon::Calendar title=words::before_visit_none() text=words::before_visit_none_will()>
                <LinkButton href="/visit/ask".to_owned() label=words::visit_ask_title()
                    icon=Icon::Calendar/>
            </Empty>
        }
        .into_any(),
    }
    };
    let when = move || {
        let when = found.with(|found| found.as_ref()?.as_ref()?.when)?;
        Some(view! { <p class="soft">{words::before_visit_for(&time::appointment(when))}</p> })
    };
    view! {
        <Screen name=words::before_visit_title()>
            <div>
                <BackLink href="/visit" label=words::visit_title()/>
                <h1>{words::before_visit_title()}</h1>
                {when}
                <EmergencyLine/>
            </div>
            {move || asking.notice()}
            {body}
        </Screen>
    }
    .into_any()
}

type Found = Memo<Option<Option<Box<BeforeVisitForm>>>>;

fn answered_or_form(session: Session, visit: EntryId, found: Found, asking: Asking) -> AnyView {
    let draft = Draft::open(session, format!("before/{visit}"));
    let is_writing = Memo::new(move |_| draft.text().with(|text| !text.is_empty()));
    let part = move || {
        let form = found.get()??;
        Some(match &form.sent {
            _ if !draft.is_found() => {
                view! { <Skeleton label=words::record_loading()/> }.into_any()
            }
            Some(sent) if !is_writing.get() => answers(sent, move || fill(draft, found)),
            _ => form_of(session, &form, draft, asking),
        })
    };
    view! { {part} }.into_any()
}

fn form_of(session: Session, form: &BeforeVisitForm, draft: Draft, asking: Asking) -> AnyView {
    let visit = form.visit;
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        asking.send_from(draft, Edit::AnswerBeforeVisit(typed(visit, draft)), || ());
    };
    let lists = [
        (
            words::before_visit_medicines(),
            words::before_visit_medicines_new(),
            form.medicines.join(", "),
        ),
        (
            words::before_visit_allergies(),
            words::before_visit_allergies_new(),
            form.allergies.join(", "),
        ),
        (
            words::before_visit_phone(),
            words::before_visit_phone_new(),
            form.phone.clone().unwrap_or_default(),
        ),
    ];
    let lists = lists.into_iter().enumerate();
    let lists: Vec<_> =
        lists.map(|(place, (label, new, said))| list(draft, place, label, new, said)).collect();
    let questions = QUESTIONS.iter().zip(FIRST_QUESTION..).zip(1_u32..).map(|((id, place), number)| {
        let label = words::before_visit_question(&number.to_string());
        view! {
            <Field id=id label=label value=draft.part(place)
                on_input=move |text: String| draft.write_part(place, &text) chars_max=NAME_CHARS_MAX/>
        }
    });
    view! {
        <form class="card" on:submit=submit>
            <Field id="reason" kind=Kind::Long label=words::before_visit_reason() value=draft.part(REASON)
                on_input=move |text: String| draft.write_part(REASON, &text) chars_max=NOTE_CHARS_MAX/>
            <EmergencyNotice session=session text=draft.part(REASON)/>
            {lists}
            {questions.collect::<Vec<_>>()}
            <Button label=send_words(session) icon=Icon::Send wide=true/>
            {kept(draft)}
        </form>
    }
    .into_any()
}

/// What the record says, whether that is right, and what is not.
fn list(draft: Draft, place: usize, label: String, new: String, said: String) -> AnyView {
    let (id, choice, text) = (FIELDS[place], place * 2, place * 2 + 1);
    let chosen = draft.part(choice);
    let correction = move || {
        (chosen.get() == CHANGED.to_string()).then(|| {
            let new = new.clone();
            view! {
                <Field id=id kind=Kind::Long label=new value=draft.part(text)
                    on_input=move |words: String| draft.write_part(text, &words)
                    chars_max=NOTE_CHARS_MAX/>
            }
        })
    };
    let said = if said.is_empty() { words::before_visit_nothing() } else { said };
    view! {
        <div class="stack">
            <Segmented name=["right-medicines", "right-allergies", "right-phone"][place] label=label
                options=vec![
                    (RIGHT, words::before_visit_right(), None),
                    (CHANGED, words::before_visit_changed(), None),
                ]
                detail=said
                chosen=choice_of(draft, choice)
                on_choose=move |chosen: i64| draft.write_part(choice, &chosen.to_string())/>
            {correction}
        </div>
    }
    .into_any()
}

fn choice_of(draft: Draft, place: usize) -> i64 {
    draft.part_now(place).parse().unwrap_or(NOT_ANSWERED)
}

fn typed(visit: EntryId, draft: Draft) -> AnswerBeforeVisit {
    let confirmation = |place: usize| match choice_of(draft, place * 2) {
        RIGHT => Confirmation::Right,
        CHANGED => Confirmation::Corrected { text: draft.part_now(place * 2 + 1) },
        _ => Confirmation::NotAnswered,
    };
    let questions = (FIRST_QUESTION..).take(QUESTIONS_MAX).map(|place| draft.part_now(place));
    AnswerBeforeVisit {
        visit,
        medicines: confirmation(0),
        allergies: confirmation(1),
        phone: confirmation(2),
        reason: draft.part_now(REASON),
        questions: questions.collect(),
    }
}

/// What was sent stands in the fields, to be changed.
fn fill(draft: Draft, found: Found) {
    let sent = found.with_untracked(|found| found.as_ref()?.as_ref()?.sent.clone());
    let Some(Sent { answers, .. }) = sent else { return };
    let lists = [&answers.medicines, &answers.allergies, &answers.phone];
    for (place, confirmation) in lists.into_iter().enumerate() {
        let (choice, text) = match confirmation {
            Confirmation::NotAnswered => (NOT_ANSWERED, ""),
            Confirmation::Right => (RIGHT, ""),
            Confirmation::Corrected { text } => (CHANGED, text.as_str()),
        };
        draft.write_part(place * 2, &choice.to_string());
        draft.write_part(place * 2 + 1, text);
    }
    draft.write_part(REASON, &answers.reason);
    for (place, question) in (FIRST_QUESTION..).zip(&answers.questions) {
        draft.write_part(place, question);
    }
}

/// What was answered, and where it is.
fn answers(sent: &Sent, change: impl Fn() + Send + Sync + 'static) -> AnyView {
    let state = state_words(&sent.state);
    let said = &sent.answers;
    let confirmed = |confirmation: &Confirmation| match confirmation {
        Confirmation::NotAnswered => None,
        Confirmation::Right => Some(words::before_visit_right()),
        Confirmation::Corrected { text } => Some(text.clone()),
    };
    let lists = [
        (words::before_visit_reason(), Some(said.reason.clone()).filter(|text| !text.is_empty())),
        (words::before_visit_medicines(), confirmed(&said.medicines)),
        (words::before_visit_allergies(), confirmed(&said.allergies)),
        (words::before_visit_phone(), confirmed(&said.phone)),
    ];
    let lists = lists.into_iter().filter_map(|(label, said)| Some((label, said?)));
    let questions = (1_u32..).zip(said.questions.iter().cloned());
    let questions =
        questions.map(|(number, said)| (words::before_visit_question(&number.to_string()), said));
    let said = facts(lists.chain(questions).collect());
    view! {
        <Card id="yours" title=words::before_visit_yours()>
            <Tag tone=state.tone icon=state.icon label=state.long/>
            {said}
            <Button label=words::before_visit_change() weight=Weight::Quiet icon=Icon::Edit
                on_press=change/>
            <p class="small soft">{words::before_visit_until()}</p>
        </Card>
    }
    .into_any()
}
