//! The audit log: who looked at whose record, and what they did, the newest first. A name leads to
//! everything of that person.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::id::{AccountId, PatientId};
use shared::time::Timestamp;

use super::Office;
use super::client::{self, LogLine};
use crate::page::i18n::{reasons, time, words};

/// What is looked for; nothing set finds everything.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Wanted {
    pub(super) patient: Option<(PatientId, String)>,
    pub(super) account: Option<(AccountId, String)>,
    /// Only entries before this one.
    pub(super) before: Option<u64>,
}

#[derive(Clone, Copy)]
struct Log {
    office: Office,
    wanted: RwSignal<Wanted>,
    lines: RwSignal<Option<Vec<LogLine>>>,
}

pub(super) fn log(office: Office) -> AnyView {
    let log = Log { office, wanted: RwSignal::new(Wanted::default()), lines: RwSignal::new(None) };
    log.load();
    let only = move || {
        let wanted = log.wanted.get();
        let names = [wanted.patient.map(|it| it.1), wanted.account.map(|it| it.1)];
        let names: Vec<_> = names.into_iter().flatten().collect();
        let all = move |_| log.look(Wanted::default());
        (!names.is_empty()).then(|| {
            view! {
                <p class="bar">
                    {words::clinic_log_only(&names.join(", "))}
                    <button type="button" class="button plain" on:click=all>
                        {words::clinic_log_all()}
                    </button>
                </p>
            }
        })
    };
    let table = move || log.lines.get().map(|lines| table(log, lines));
    view! {
        <h1>{words::clinic_log()}</h1>
        <p class="soft">{words::clinic_log_how()}</p>
        {only}
        {table}
    }
    .into_any()
}

impl Log {
    fn look(self, wanted: Wanted) {
        self.wanted.set(wanted);
        self.load();
    }

    fn load(self) {
        spawn_local(async move {
            match client::audit(&self.wanted.get_untracked()).await {
                Ok(lines) => {
                    self.office.worked();
                    self.lines.set(Some(lines));
                }
                Err(why) => self.office.failed(why, move || self.load()),
            }
        });
    }
}

fn table(log: Log, lines: Vec<LogLine>) -> AnyView {
    let last = lines.last().map(|line| line.number).filter(|number| *number > 1);
    let older = last.map(|before| {
        let more = move |_| {
            log.look(Wanted { before: Some(before), ..log.wanted.get_untracked() });
        };
        view! {
            <button type="button" class="button quiet" on:click=more>
                {words::clinic_log_older()}
            </button>
        }
    });
    let rows: Vec<_> = lines.into_iter().map(|line| row(log, line)).collect();
    view! {
        <div class="card office-log">
            <table>
                <thead><tr>
                    <th scope="col">{words::clinic_log_when()}</th>
                    <th scope="col">{words::clinic_log_who()}</th>
                    <th scope="col">{words::clinic_log_did()}</th>
                    <th scope="col">{words::clinic_log_whose()}</th>
                    <th scope="col">{words::clinic_log_why()}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {older}
    }
    .into_any()
}

fn row(log: Log, line: LogLine) -> AnyView {
    let who = line.account().zip(line.who.clone());
    let whose = line.entry.patient.zip(line.patient.clone());
    let (did, why) = (did_words(&line), why_words(&line));
    let who = match who {
        Some((account, name)) => {
            let wanted = Wanted { account: Some((account, name.clone())), ..Wanted::default() };
            link(log, name, wanted)
        }
        None => nobody_words(&line).into_any(),
    };
    let whose = whose.map(|(patient, name)| {
        let wanted = Wanted { patient: Some((patient, name.clone())), ..Wanted::default() };
        link(log, name, wanted)
    });
    view! {
        <tr>
            <td class="number">{moment(line.entry.at)}</td>
            <td dir="auto">{who}</td>
            <td>{did}</td>
            <td dir="auto">{whose}</td>
            <td dir="auto">{why}</td>
        </tr>
    }
    .into_any()
}

/// To the second and in no zone of one's own, so that two logs can be compared.
fn moment(at: Timestamp) -> String {
    let exact = time::exact(at);
    let seconds = exact.split('.').next().unwrap_or_default();
    format!("{} UTC", seconds.replace('T', " "))
}

fn link(log: Log, name: String, wanted: Wanted) -> AnyView {
    let look = move |_| log.look(wanted.clone());
    view! { <button type="button" class="button plain" on:click=look>{name}</button> }.into_any()
}

/// What this program does not know is shown as the log has it.
fn did_words(line: &LogLine) -> String {
    let did = match line.entry.did.as_str() {
        "read" => words::did_read(),
        "wrote" => words::did_wrote(),
        "signed_in" => words::did_signed_in(),
        "gave_access" => words::did_gave_access(),
        "ended_access" => words::did_ended_access(),
        "ended_device" => words::did_removed_device(),
        "opened_record" => words::did_opened_record(),
        "shared" => words::did_shared(),
        "opened_share" => words::did_opened_share(),
        other => other.to_owned(),
    };
    let what = match line.entry.what.as_str() {
        "record" => words::touched_whole(),
        "chart" => words::record_documents(),
        "results" => words::places_results(),
        "visits" => words::record_visits(),
        "messages" => words::places_messages(),
        "requests" | "line" => words::touched_requests(),
        _ => return did,
    };
    words::activity_did(&did, &what)
}

fn why_words(line: &LogLine) -> String {
    match line.entry.why.as_str() {
        Some("granted") => words::clinic_why_granted(),
        Some("treatment") => words::clinic_why_treatment(),
        Some("operations") => words::clinic_why_operations(),
        Some(other) => other.to_owned(),
        None => {
            let reason = line.entry.why["emergency"]["reason"].as_str().unwrap_or_default();
            format!("{}: {}", words::clinic_why_emergency(), reasons::one(reason))
        }
    }
}

fn nobody_words(line: &LogLine) -> String {
    match line.entry.who.as_str() {
        Some("anyone") => words::clinic_log_anyone(),
        Some("terminal") => words::clinic_log_terminal(),
        Some("rule") => words::clinic_log_rule(),
        Some(other) => other.to_owned(),
        None => line.entry.who["source"]["name"].as_str().unwrap_or_default().to_owned(),
    }
}
