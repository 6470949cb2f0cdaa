//! The person's devices: what they are called, when the clinic heard of them last, and ending one that
//! is lost. The clinic knows them, so this screen needs a connection.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::view::devices::{DEVICE_NAME_CHARS_MAX, DeviceLine, Standing};

use super::asking::kept;
use super::welcome::denied;
use crate::bridge::{Access, Denied, Devices, Granted};
use crate::page::draft::{Draft, Written};
use crate::page::i18n::{time, words};
use crate::page::session::Session;
use crate::page::ui::banner::Banner;
use crate::page::ui::button::{BackLink, Button, Weight};
use crate::page::ui::empty::Skeleton;
use crate::page::ui::field::Field;
use crate::page::ui::icon::Icon;
use crate::page::ui::platform::focus_heading;
use crate::page::ui::rows::{RowButton, RowLink, Rows};
use crate::page::ui::screen::Screen;
use crate::page::ui::table::facts;
use crate::page::ui::tag::Tone;

/// The way here.
pub(super) fn devices_row() -> AnyView {
    view! {
        <RowLink href="/settings/devices".to_owned() icon=Icon::Phone title=words::devices_title()
            detail=words::devices_text()/>
    }
    .into_any()
}

#[derive(Clone, Copy)]
struct Page {
    session: Session,
    lines: RwSignal<Option<Vec<DeviceLine>>>,
    /// The one that is looked at.
    chosen: RwSignal<Option<DeviceLine>>,
    /// The person is asked whether it is meant.
    is_ending: RwSignal<bool>,
    why: RwSignal<Option<Denied>>,
}

#[component]
pub(crate) fn YourDevices() -> impl IntoView {
    let page = Page {
        session: expect_context::<Session>(),
        lines: RwSignal::new(None),
        chosen: RwSignal::new(None),
        is_ending: RwSignal::new(false),
        why: RwSignal::new(None),
    };
    page.ask(Devices::Look);
    let body = move || match (page.chosen.get(), page.lines.get()) {
        (Some(line), _) => one(page, line),
        (None, Some(lines)) => list(page, lines),
        (None, None) if page.why.get().is_some() => view! {
            <Button label=words::action_try_again() icon=Icon::Refresh wide=true
                on_press=move || page.ask(Devices::Look)/>
        }
        .into_any(),
        (None, None) => view! { <Skeleton label=words::record_loading()/> }.into_any(),
    };
    view! {
        <Screen name=words::devices_title()>
            <div>
                <BackLink href="/settings" label=words::places_settings()/>
                <h1>{move || page.chosen.get().map_or_else(words::devices_title, |line| called(&line))}</h1>
            </div>
            {move || page.why.get().map(|why| view! {
                <Banner tone=Tone::Alert icon=Icon::Alert urgent=true>{denied(why)}</Banner>
            })}
            {body}
        </Screen>
    }
}

impl Page {
    fn ask(self, what: Devices) {
        self.send(what, None);
    }

    fn send(self, what: Devices, written: Option<Written>) {
        self.why.set(None);
        spawn_local(async move {
            match self.session.access(Access::Devices(what)).await {
                Ok(Granted::Devices(lines)) => {
                    if let Some(written) = written {
                        written.was_sent().await;
                    }
                    self.lines.try_set(Some(lines));
                    self.show(None);
                }
                Ok(_) => drop(self.why.try_set(Some(Denied::Interrupted))),
                Err(why) => drop(self.why.try_set(Some(why))),
            }
        });
    }

    fn show(self, line: Option<DeviceLine>) {
        self.is_ending.try_set(false);
        let before = self.chosen.try_get_untracked().flatten().is_some();
        let is_other = before != line.is_some();
        self.chosen.try_set(line);
        if is_other {
            focus_heading();
        }
    }
}

fn called(line: &DeviceLine) -> String {
    line.called().map_or_else(words::devices_unknown, str::to_owned)
}

fn list(page: Page, lines: Vec<DeviceLine>) -> AnyView {
    let rows: Vec<_> = lines
        .into_iter()
        .map(|line| {
            let (title, detail) = (called(&line), standing(&line));
            view! {
                <RowButton icon=Icon::Phone title=title detail=detail
                    on_press=move || page.show(Some(line.clone()))/>
            }
        })
        .collect();
    view! { <Rows card=true>{rows}</Rows> }.into_any()
}

fn standing(line: &DeviceLine) -> String {
    match line.standing {
        Standing::Open if line.is_this => words::settings_device(),
        Standing::Open if line.keeps_nothing => {
            words::devices_keeps_nothing(&time::in_list(line.heard_at))
        }
        Standing::Open => words::devices_last(&time::in_list(line.heard_at)),
        Standing::Ended => words::devices_ended(),
        Standing::Told { at } => words::devices_told(&time::in_list(at)),
    }
}

fn one(page: Page, line: DeviceLine) -> AnyView {
    let device = line.device;
    let before = line.name.clone().unwrap_or_default();
    let name = Draft::over(page.session, format!("device/{device}"), &[before]);
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        page.send(Devices::Name { device, name: name.part_now(0) }, Some(name.written()));
    };
    let end = move || {
        (line.standing == Standing::Open && !line.is_this).then(|| match page.is_ending.get() {
            false => view! {
                <Button label=words::devices_end() weight=Weight::Danger wide=true
                    on_press=move || page.is_ending.set(true)/>
            }
            .into_any(),
            true => view! {
                <Banner tone=Tone::Alert icon=Icon::Alert urgent=true>{words::devices_end_text()}</Banner>
                <Button label=words::devices_end_now() weight=Weight::Danger wide=true
                    on_press=move || page.ask(Devices::End { device })/>
                <Button label=words::action_cancel() weight=Weight::Quiet wide=true
                    on_press=move || page.is_ending.set(false)/>
            }
            .into_any(),
        })
    };
    view! {
        <section class="card">
            {facts(vec![
                (words::devices_kind(), line.kind.clone()),
                (words::devices_first(), time::moment(line.first_at)),
                (words::devices_state(), standing(&line)),
            ])}
            <form class="stack" on:submit=save>
                <Field id="device-name" label=words::devices_name() value=name.part(0)
                    on_input=name.writes(0) chars_max=DEVICE_NAME_CHARS_MAX/>
                <Button label=words::action_save() weight=Weight::Quiet wide=true/>
                {kept(name)}
            </form>
        </section>
        <div class="stack">
            {end}
            <Button label=words::action_back() weight=Weight::Plain on_press=move || page.show(None)/>
        </div>
    }
    .into_any()
}
