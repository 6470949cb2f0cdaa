//! Sharing by a link: what is in it, for how long and how often it opens, and who opened it. The
//! clinic's server keeps links, so all but the first needs a connection.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::time::MILLIS_PER_DAY;
use shared::view::shares::{
    Contents, KeptShare, PASSCODE_CHARS_MAX, ShareLine, ShareStanding, Topic,
};

use super::drawn;
use crate::bridge::{Access, Denied, Granted, ShareAsk};
use crate::page::draft::Draft;
use crate::page::i18n::{time, words};
use crate::page::pages::asking::{choice_in, kept};
use crate::page::pages::welcome::denied;
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::button::{BackLink, Button, Weight};
use crate::page::ui::field::Field;
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::{copy, focus_heading};
use crate::page::ui::rows::{RowButton, RowText, Rows};
use crate::page::ui::screen::Screen;
use crate::page::ui::table::facts;
use crate::page::ui::tag::Tone;

const MILLIS_PER_HOUR: i64 = 60 * 60 * 1000;
/// The places match `lasts_words` and `uses_words`; the second of each is chosen at first.
const LASTS_MS: [i64; 4] =
    [MILLIS_PER_HOUR, MILLIS_PER_DAY, 7 * MILLIS_PER_DAY, 30 * MILLIS_PER_DAY];
const USES: [u32; 3] = [1, 5, 20];

fn lasts_words() -> Vec<String> {
    vec![words::share_hour(), words::share_day(), words::share_week(), words::share_month()]
}

fn uses_words() -> Vec<String> {
    vec![words::share_once(), words::share_five(), words::share_twenty()]
}

#[derive(Clone, Copy)]
struct Page {
    session: Session,
    contents: RwSignal<Contents>,
    lines: RwSignal<Vec<ShareLine>>,
    /// The one that is looked at.
    chosen: RwSignal<Option<ShareLine>>,
    is_asking: RwSignal<bool>,
    why: RwSignal<Option<Denied>>,
    /// Of the link that is being made.
    draft: Draft,
}

// Where the fields stand in their draft.
const PASSCODE: usize = 0;
const LASTS: usize = 1;
const OPENINGS: usize = 2;

#[component]
pub(crate) fn ShareLink() -> impl IntoView {
    let session = expect_context::<Session>();
    let page = Page {
        session,
        contents: RwSignal::default(),
        lines: RwSignal::default(),
        chosen: RwSignal::new(None),
        is_asking: RwSignal::new(false),
        why: RwSignal::new(None),
        draft: Draft::over(session, "link".to_owned(), &["", "1", "1"].map(str::to_owned)),
    };
    page.ask(ShareAsk::Contents);
    page.ask(ShareAsk::Look);
    let body = move || match page.chosen.get() {
        Some(line) => one(page, line),
        None => form(page),
    };
    view! {
        <Screen name=words::share_link()>
            <div>
                <BackLink href="/share" label=words::places_share()/>
                <h1>{words::share_link()}</h1>
            </div>
            {move || page.why.get().map(|why| view! {
                <Banner tone=Tone::Alert icon=Icon::Alert urgent=true>{why_not(why)}</Banner>
            })}
            {body}
        </Screen>
    }
}

fn why_not(why: Denied) -> String {
    match why {
        Denied::NeedsConnection => words::share_offline(),
        other => denied(other),
    }
}

impl Page {
    fn ask(self, ask: ShareAsk) {
        self.why.set(None);
        let is_new = matches!(ask, ShareAsk::Make { .. });
        self.is_asking.set(is_new);
        let written = self.draft.written();
        spawn_local(async move {
            let granted = self.session.access(Access::Share(ask)).await;
            self.is_asking.try_set(false);
            match granted {
                Ok(Granted::ShareContents(contents)) => drop(self.contents.try_set(contents)),
                Ok(Granted::Shares(lines)) => {
                    if is_new {
                        written.was_sent().await;
                    }
                    // The newest stands first.
                    self.show(lines.first().cloned().filter(|_| is_new));
                    self.lines.try_set(lines);
                }
                Ok(_) => drop(self.why.try_set(Some(Denied::Interrupted))),
                Err(why) => drop(self.why.try_set(Some(why))),
            }
        });
    }

    fn show(self, line: Option<ShareLine>) {
        let before = self.chosen.try_get_untracked().flatten().is_some();
        let is_other = before != line.is_some();
        // The form that is there stays: somebody may have begun to write into it.
        if is_other || before {
            self.chosen.try_set(line);
        }
        if is_other {
            focus_heading();
        }
    }
}

fn form(page: Page) -> AnyView {
    let draft = page.draft;
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        // The draft may be of a release that had other choices: then the shortest and the fewest.
        let uses = USES.get(draft.choice_now(OPENINGS)).copied().unwrap_or(USES[0]);
        let lasts_ms = LASTS_MS.get(draft.choice_now(LASTS)).copied().unwrap_or(LASTS_MS[0]);
        page.ask(ShareAsk::Make { passcode: draft.typed(PASSCODE), uses, lasts_ms });
    };
    let links = move || {
        let lines = page.lines.get();
        (!lines.is_empty()).then(|| list(page, lines))
    };
    view! {
        <p class="soft">{words::share_how()}</p>
        <form class="card" on:submit=submit>
            <details>
                <summary>{words::share_contents()}</summary>
                {move || page.contents.with(contents)}
            </details>
            <Field id="passcode" label=words::share_passcode() hint=words::share_passcode_hint()
                value=draft.part(PASSCODE) on_input=draft.writes(PASSCODE)
                chars_max=PASSCODE_CHARS_MAX/>
            {choice_in(draft, LASTS, "lasts", words::share_lasts(), lasts_words())}
            {choice_in(draft, OPENINGS, "uses", words::share_uses(), uses_words())}
            {move || view! {
                <Button label=words::share_make() icon=Icon::Share wide=true
                    disabled=page.is_asking.get()/>
            }}
            {kept(draft)}
        </form>
        {links}
    }
    .into_any()
}

/// Every line that stands in the document.
fn contents(contents: &Contents) -> AnyView {
    let part = |name: String, lines: &[String]| {
        let lines: Vec<_> = lines.iter().map(|line| view! { <li>{line.clone()}</li> }).collect();
        view! { <h3 class="detail">{name}</h3> <ul class="small stack" dir="auto">{lines}</ul> }
            .into_any()
    };
    let parts = contents.parts.iter();
    let mut all: Vec<_> = parts.map(|one| part(topic_words(one.topic), &one.lines)).collect();
    if contents.left_out > 0 {
        all.push(part(words::share_left_out(&contents.left_out.to_string()), &[]));
    }
    view! { <div class="stack">{all}</div> }.into_any()
}

fn topic_words(topic: Topic) -> String {
    match topic {
        Topic::Allergies => words::record_allergies(),
        Topic::Medicines => words::places_medicines(),
        Topic::Problems => words::record_conditions(),
        Topic::Shots => words::record_shots(),
        Topic::Procedures => words::record_procedures(),
        Topic::Devices => words::record_devices(),
        Topic::Results => words::places_results(),
        Topic::VitalSigns => words::share_vitals(),
        Topic::Social => words::record_social(),
        Topic::PastProblems => words::share_past(),
        Topic::Plan => words::record_care_plan(),
    }
}

fn list(page: Page, lines: Vec<ShareLine>) -> AnyView {
    let rows: Vec<_> = lines
        .into_iter()
        .map(|line| {
            let (title, detail) = (words::share_made(&time::in_list(line.at)), standing(&line));
            view! {
                <RowButton icon=Icon::Share title=title detail=detail
                    on_press=move || page.show(Some(line.clone()))/>
            }
        })
        .collect();
    view! {
        <section class="stack" aria-labelledby="links">
            <h2 id="links">{words::share_links()}</h2>
            <Rows card=true>{rows}</Rows>
        </section>
    }
    .into_any()
}

fn standing(line: &ShareLine) -> String {
    match line.standing {
        ShareStanding::Open => words::share_until(&time::moment(line.until)),
        ShareStanding::Stopped => words::share_stopped(),
        ShareStanding::Guessed => words::share_guessed(),
        ShareStanding::UsedUp => words::share_used_up(),
        ShareStanding::Over => words::share_over(),
    }
}

fn one(page: Page, line: ShareLine) -> AnyView {
    let is_open = line.standing == ShareStanding::Open;
    let mut openings: Vec<_> = line
        .openings
        .iter()
        .map(|one| {
            let (title, detail) = (one.who.clone(), time::in_list(one.at));
            view! { <RowText icon=Icon::Eye title=title detail=detail/> }.into_any()
        })
        .collect();
    if openings.is_empty() {
        openings.push(view! { <RowText title=words::share_nobody()/> }.into_any());
    }
    let said = vec![(
        standing(&line),
        words::share_opened(&line.uses_max.to_string(), &line.uses.to_string()),
    )];
    let link = is_open.then(|| match line.kept.clone() {
        Some(kept) => handed_on(page, kept),
        None => view! { <p>{words::share_elsewhere()}</p> }.into_any(),
    });
    let share = line.share.clone();
    view! {
        <section class="card">
            {facts(said)}
            {link}
        </section>
        <section class="stack" aria-labelledby="openings">
            <h2 id="openings">{words::share_who()}</h2>
            <Rows card=true>{openings}</Rows>
        </section>
        <div class="stack">
            {is_open.then(|| view! {
                <Button label=words::share_stop() weight=Weight::Danger wide=true
                    on_press=move || page.ask(ShareAsk::Stop { share: share.clone() })/>
            })}
            <Button label=words::action_back() weight=Weight::Plain on_press=move || page.show(None)/>
        </div>
    }
    .into_any()
}

/// As a code, as text, and to paste.
fn handed_on(page: Page, kept: KeptShare) -> AnyView {
    // Nothing as long as the browser has not said whether it did.
    let is_copied = RwSignal::new(None);
    let (text, link) = (kept.link.clone(), kept.link);
    let label = Signal::derive(move || match is_copied.get() {
        Some(true) => words::share_copied(),
        Some(false) | None => words::share_copy(),
    });
    let press = move || {
        let asked = copy(&text);
        spawn_local(async move {
            let _gone = is_copied.try_set(Some(asked.await));
        });
    };
    let by_hand = move || {
        (is_copied.get() == Some(false)).then(|| {
            view! {
                <Banner tone=Tone::Alert icon=Icon::Alert urgent=true>{words::share_by_hand()}</Banner>
            }
        })
    };
    view! {
        {kept.passcode.map(|code| facts(vec![(words::share_passcode_is(), code)]))}
        {drawn(page.session, link.clone().into(), words::share_link_code())}
        <p class="small" dir="ltr" id="link">{link}</p>
        <Button label=label weight=Weight::Quiet wide=true on_press=press/>
        {by_hand}
    }
    .into_any()
}
