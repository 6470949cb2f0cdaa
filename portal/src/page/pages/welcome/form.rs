//! The code and the birth date, checked for shape before the clinic is asked about them.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::denied;
use crate::bridge::{Access, Denied};
use crate::page::i18n::{Language, current, words};
use crate::page::pages::not_mine::{NotMine, needs_connection};
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::button::Button;
use crate::page::ui::field::{Errors, Field, Kind, focus_errors};
use crate::page::ui::icon::Icon;
use crate::page::ui::tag::Tone;

/// Letters and numbers of a code, without the space between its two groups.
const CODE_CHARS: usize = 10;
const CODE_GROUP_CHARS: usize = 5;
/// A year before this is a slip of the finger: nobody alive was born in it.
const BIRTH_YEAR_MIN: u32 = 1900;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Code,
    BirthDate,
}

impl Wrong {
    const fn field(self) -> &'static str {
        match self {
            Wrong::Code => "code",
            Wrong::BirthDate => FIRST_DATE_FIELD,
        }
    }

    fn words(self) -> String {
        match self {
            Wrong::Code => words::welcome_code_wrong(),
            Wrong::BirthDate => words::welcome_birth_wrong(),
        }
    }
}

const FIRST_DATE_FIELD: &str = "birth-day";

#[derive(Clone, Copy)]
struct Form {
    code: RwSignal<String>,
    day: RwSignal<String>,
    month: RwSignal<String>,
    year: RwSignal<String>,
    wrong: RwSignal<Vec<Wrong>>,
    denied: RwSignal<Option<Denied>>,
    is_busy: RwSignal<bool>,
}

/// What was asked about, and holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) secret: String,
    pub(super) birth_date: String,
}

#[component]
pub(super) fn Invitation(#[prop(into)] on_hold: Callback<Claim>, brief: RwSignal<bool>) -> AnyView {
    let session = expect_context::<Session>();
    let form = Form {
        code: RwSignal::new(String::new()),
        day: RwSignal::new(String::new()),
        month: RwSignal::new(String::new()),
        year: RwSignal::new(String::new()),
        wrong: RwSignal::new(Vec::new()),
        denied: RwSignal::new(None),
        is_busy: RwSignal::new(false),
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        send(session, form, on_hold);
    };
    let has_link = session.invitation().get_untracked().is_some();
    let code = (!has_link).then(|| view! {
        <Field id="code" kind=Kind::Code label=words::welcome_code() hint=words::welcome_code_hint()
            error=error_of(form, Wrong::Code) value=form.code
            on_input=move |text: String| form.code.set(grouped(&text)) chars_max=CODE_CHARS + 8/>
    });
    let label = Signal::derive(move || {
        if form.is_busy.get() { words::welcome_busy() } else { words::action_continue() }
    });
    view! {
        <form class="stack" on:submit=submit>
            {move || trouble(form)}
            <NotMine brief=brief/>
            {code}
            <BirthDate form=form/>
            <Button label=label wide=true/>
            {needs_connection(brief)}
            <p class="small soft">{words::welcome_no_code()}</p>
            <p><a href="/sign-in">{words::sign_in_have()}</a></p>
        </form>
    }
    .into_any()
}

#[component]
fn BirthDate(form: Form) -> AnyView {
    let day = view! {
        <Field id="birth-day" kind=Kind::Number label=words::welcome_day() value=form.day
            on_input=move |text| form.day.set(text) chars_max=2/>
    }
    .into_any();
    let month = view! {
        <Field id="birth-month" kind=Kind::Number label=words::welcome_month() value=form.month
            on_input=move |text| form.month.set(text) chars_max=2/>
    }
    .into_any();
    let (first, second) = match current() {
        Language::English | Language::Mirrored => (month, day),
        Language::Spanish => (day, month),
    };
    let error = error_of(form, Wrong::BirthDate);
    view! {
        <fieldset class="field" aria-describedby="birth-hint birth-error">
            <legend>{words::welcome_birth()}</legend>
            <span class="hint" id="birth-hint">{words::welcome_birth_hint()}</span>
            <span class="error" id="birth-error">{move || error.get()}</span>
            <div class="bar">
                {first}{second}
                <Field id="birth-year" kind=Kind::Number label=words::welcome_year()
                    value=form.year on_input=move |text| form.year.set(text) chars_max=4/>
            </div>
        </fieldset>
    }
    .into_any()
}

fn error_of(form: Form, wrong: Wrong) -> Signal<Option<String>> {
    Signal::derive(move || form.wrong.get().contains(&wrong).then(|| wrong.words()))
}

fn trouble(form: Form) -> Option<AnyView> {
    let wrong = form.wrong.get();
    if !wrong.is_empty() {
        let count = u32::try_from(wrong.len()).unwrap_or(u32::MAX);
        let lines = wrong.iter().map(|wrong| (wrong.field(), wrong.words())).collect();
        return Some(view! { <Errors title=words::errors_title(count) lines=lines/> }.into_any());
    }
    let text = denied(form.denied.get()?);
    Some(view! { <Banner tone=Tone::Alert icon=Icon::Alert urgent=true>{text}</Banner> }.into_any())
}

fn send(session: Session, form: Form, on_hold: Callback<Claim>) {
    let link = session.invitation().get_untracked();
    let code: String = form.code.get_untracked().chars().filter(|c| *c != ' ').collect();
    let birth_date = birth_date(
        &form.year.get_untracked(),
        &form.month.get_untracked(),
        &form.day.get_untracked(),
    );
    let mut wrong = Vec::new();
    if link.is_none() && code.chars().count() != CODE_CHARS {
        wrong.push(Wrong::Code);
    }
    if birth_date.is_none() {
        wrong.push(Wrong::BirthDate);
    }
    let is_whole = wrong.is_empty();
    if !is_whole {
        focus_errors();
    }
    form.wrong.set(wrong);
    form.denied.set(None);
    let Some(birth_date) = birth_date.filter(|_| is_whole) else {
        return;
    };
    if form.is_busy.get_untracked() {
        return;
    }
    form.is_busy.set(true);
    spawn_local(async move {
        session.stand_outside();
        let claim = Claim { secret: link.unwrap_or(code), birth_date };
        let (secret, birth_date) = (claim.secret.clone(), claim.birth_date.clone());
        let outcome = session.access(Access::Invitation { secret, birth_date }).await;
        form.is_busy.try_set(false);
        match outcome {
            Ok(_) => on_hold.run(claim),
            Err(why) => drop(form.denied.try_set(Some(why))),
        }
    });
}

/// As it stands on the letter: capitals, a space between the groups. Signs that are no letters or
/// numbers, such as a pasted dash, are left out.
fn grouped(typed: &str) -> String {
    let signs = typed.chars().filter(char::is_ascii_alphanumeric).take(CODE_CHARS);
    let mut code = String::new();
    for (place, sign) in signs.enumerate() {
        if place == CODE_GROUP_CHARS {
            code.push(' ');
        }
        code.push(sign.to_ascii_uppercase());
    }
    code
}

/// `1961-04-09`, if it is a day of the calendar.
fn birth_date(year: &str, month: &str, day: &str) -> Option<String> {
    let number = |text: &str| text.trim().parse::<u32>().ok();
    let (year, month, day) = (number(year)?, number(month)?, number(day)?);
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return None,
    };
    let is_day = (BIRTH_YEAR_MIN..=9999).contains(&year) && (1..=days).contains(&day);
    is_day.then(|| format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::{birth_date, grouped};

    #[test]
    fn a_code_is_shown_as_it_stands_on_the_letter() {
        assert_eq!(grouped("7qk2xm4d9p"), "7QK2X M4D9P");
        assert_eq!(grouped("7QK2X-M4D9P and more"), "7QK2X M4D9P");
        assert_eq!(grouped("7qk2x"), "7QK2X");
    }

    #[test]
    fn only_a_day_of_the_calendar_is_a_birth_date() {
        assert_eq!(birth_date("1961", "4", "9").as_deref(), Some("1961-04-09"));
        assert_eq!(birth_date("2024", "2", "29").as_deref(), Some("2024-02-29"));
        for (year, month, day) in [
            ("2023", "2", "29"),
            ("61", "4", "9"),
            ("1961", "13", "1"),
            ("1961", "4", "31"),
            ("1961", "4", ""),
            ("1961", "0", "1"),
        ] {
            assert_eq!(birth_date(year, month, day), None, "{year} {month} {day}");
        }
    }
}
