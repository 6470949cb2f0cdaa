//! The first visit, step by step: language, the invitation with the birth date, a name to sign in with,
//! a passphrase, and a code on paper for the day the passphrase is forgotten.

mod choose;
mod form;
mod name;
mod recovery;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::settings::languages;
use crate::bridge::{Access, Denied, Granted};
use crate::page::i18n::words;
use crate::page::preferences::Preferences;
use crate::page::session::{Session, Stage};
use crate::page::ui::banner::Banner;
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::{Address, focus_heading};
use crate::page::ui::screen::{Brand, Screen, Width};
use crate::page::ui::segmented::Segmented;
use crate::page::ui::tag::Tone;
use choose::ChoosePassphrase;
pub(super) use choose::{NewPassphrase, Shown};
use form::{Claim, Invitation};
use name::ChooseName;
pub(super) use recovery::Recovery;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Invitation,
    Name,
    Passphrase,
    /// The account is made; the slot opens when the code is kept.
    Recovery {
        slot: String,
        code: String,
    },
}

/// What was chosen on the way, over all steps and in either language.
/// It lives as long as the program: another language is another set of screens, and must not begin the
/// visit again.
#[derive(Clone, Copy)]
pub(crate) struct Visit {
    session: Session,
    step: RwSignal<Step>,
    claim: RwSignal<Option<Claim>>,
    name: RwSignal<String>,
    denied: RwSignal<Option<Denied>>,
    is_busy: RwSignal<bool>,
    /// Nothing is kept on this device.
    brief: RwSignal<bool>,
    address: Address,
}

#[component]
pub(crate) fn Welcome() -> impl IntoView {
    let visit = expect_context::<Visit>();
    let session = visit.session;
    let step = Memo::new(move |_| visit.step.get());
    Effect::new(move |before: Option<Step>| {
        let now = step.get();
        if before.is_some_and(|before| before != now) {
            focus_heading();
        }
        now
    });
    move || match step.get() {
        Step::Invitation => invitation(visit),
        Step::Name => view! { <ChooseName name=visit.name brief=visit.brief taken=visit.denied
        on_chosen=move |()| visit.step.set(Step::Passphrase)/> }
        .into_any(),
        Step::Passphrase => view! { <ChoosePassphrase session=session busy=visit.is_busy
        denied=visit.denied on_chosen=move |passphrase| visit.activate(passphrase)
        back=move |()| visit.step.set(Step::Name)/> }
        .into_any(),
        Step::Recovery { slot, code } => {
            view! { <Recovery name=visit.name.get_untracked() code=code
            on_kept=move |()| visit.enter(slot.clone(), false)/> }
            .into_any()
        }
    }
}

impl Visit {
    pub(crate) fn start(session: Session, address: Address) -> Self {
        Self {
            session,
            step: RwSignal::new(Step::Invitation),
            claim: RwSignal::new(None),
            name: RwSignal::new(String::new()),
            denied: RwSignal::new(None),
            is_busy: RwSignal::new(false),
            brief: RwSignal::new(false),
            address,
        }
    }

    fn activate(self, passphrase: String) {
        let Some(claim) = self.claim.get_untracked() else {
            return;
        };
        self.is_busy.set(true);
        self.denied.set(None);
        spawn_local(async move {
            let name = self.name.get_untracked();
            let Claim { secret, birth_date } = claim;
            let brief = self.brief.get_untracked();
            let access = Access::Activate { secret, birth_date, name, passphrase, brief };
            let outcome = self.session.access(access).await;
            self.is_busy.set(false);
            match outcome {
                Ok(Granted::Entered { slot, recovery_code: Some(code) }) => {
                    self.step.set(Step::Recovery { slot, code });
                }
                Ok(Granted::Entered { slot, recovery_code: None }) => self.enter(slot, true),
                Ok(_) => self.denied.set(Some(Denied::Interrupted)),
                Err(why) => {
                    self.denied.set(Some(why));
                    if why == Denied::NameTaken {
                        self.step.set(Step::Name);
                    }
                }
            }
        });
    }

    fn enter(self, slot: String, brief: bool) {
        self.claim.set(None);
        self.name.set(String::new());
        self.step.set(Step::Invitation);
        self.session.enter(slot, brief);
        self.address.go_instead("/download");
    }
}

fn invitation(visit: Visit) -> AnyView {
    let session = visit.session;
    let has_link = session.invitation().get_untracked().is_some();
    let (title, text) = if has_link {
        (words::welcome_link_title(), words::welcome_link_text())
    } else {
        (words::welcome_code_title(), words::welcome_code_text())
    };
    let ended = (session.stage().get_untracked() == Stage::Ended).then(|| {
        view! { <Banner tone=Tone::Info icon=Icon::Info>{words::welcome_ended()}</Banner> }
    });
    let hold = move |claim: Claim| {
        words::say_that_nothing_is_kept(visit.brief.get_untracked());
        visit.claim.set(Some(claim));
        visit.step.set(Step::Name);
    };
    view! {
        <Screen name=words::welcome_name() width=Width::Center>
            <LanguageSwitch/>
            <Brand/>
            {ended}
            <div><p class="soft">{words::welcome_step("1")}</p><h1>{title}</h1><p>{text}</p></div>
            <Invitation on_hold=hold brief=visit.brief/>
        </Screen>
    }
    .into_any()
}

/// Why a door stayed closed, in the words of whoever stands before it.
pub(super) fn denied(why: Denied) -> String {
    match why {
        Denied::NeedsConnection => words::not_activated_connection(),
        Denied::InvitationNotRecognised => words::not_activated_not_recognised(),
        Denied::InvitationEnded => words::not_activated_ended(),
        Denied::TooManyTries => words::not_activated_too_many(),
        Denied::NameTaken => words::name_taken(),
        Denied::NotRecognised => words::sign_in_not_recognised(),
        Denied::DeviceEnded => words::sign_in_revoked(),
        Denied::DidNotOpen => words::lock_did_not_open(),
        Denied::NoPasskey => words::passkeys_not_used(),
        Denied::OpensNothing => words::passkeys_opens_nothing(),
        Denied::TooManyLinks => words::share_too_many(),
        Denied::NotSaved => words::not_activated_not_saved(),
        Denied::Interrupted => words::not_activated_interrupted(),
    }
}

#[component]
pub(super) fn LanguageSwitch() -> AnyView {
    let preferences = expect_context::<Preferences>();
    view! {
        <Segmented name="language" label="Language, idioma".to_owned() bare=true options=languages()
            chosen=preferences.language().get_untracked()
            on_choose=move |language| preferences.set_language(language)/>
    }
    .into_any()
}
