//! Who works here and what they may do, and the audit log for whoever looks after privacy. Both are
//! the administrator's, and need a code that was given a moment ago.

use axum::extract::{FromRequest, Request};
use serde::{Deserialize, Serialize};
use shared::id::{AccountId, PatientId};

use super::set_up;
use crate::actions;
use crate::audit::door::Whose;
use crate::audit::{Entry, Search, What};
use crate::authorize::{Around, Authorized, Decision, Path, Resource, Staff, allowed};
use crate::error::Error;
use crate::extract::{Answer, Json, Nothing, query_part};
use crate::secret::Secret;
use crate::state::App;
use crate::store::people::{NewStaff, Role};
use crate::store::staff::StaffChange;
use crate::world::OsRng;

/// Characters of a name, as it stands below an answer.
pub const NAME_CHARS_MAX: usize = 80;
/// Entries of one page of the log.
const ENTRIES_MAX: usize = 100;

actions! {
    ListStaff: Staff => Everybody, if administers;
    AddStaff: Staff => Everybody, if administers;
    ChangeStaff: Staff => Colleague, if administers;
    LinkStaff: Staff => Colleague, if administers;
    SearchAudit: Staff => Log, if administers;
}

/// All who work here.
pub struct Everybody;

impl Resource for Everybody {
    fn locate(_path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self)
    }

    fn whose(&self) -> Whose {
        Whose::Accounts
    }
}

/// One of them.
pub struct Colleague {
    account: AccountId,
}

impl Resource for Colleague {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self { account: path.part("account")? })
    }

    fn whose(&self) -> Whose {
        Whose::Accounts
    }
}

/// The audit log. Looking into it is looking at whom it is about.
pub struct Log;

impl Resource for Log {
    fn locate(_path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self)
    }

    fn whose(&self) -> Whose {
        Whose::Shown(What::Activity)
    }
}

pub(super) fn administers<'a, R>(
    who: &'a Staff,
    _resource: &'a R,
    _facts: Around<'a>,
) -> Decision<'a> {
    let refused = match who.member.role {
        Role::Admin if who.is_proven => return allowed(),
        Role::Admin => Error::CodeNeeded,
        Role::FrontDesk | Role::Nurse | Role::Clinician | Role::Pharmacist => Error::NotAllowed,
    };
    Box::pin(std::future::ready(Err(refused)))
}

#[derive(Serialize)]
pub struct StaffLine {
    account: AccountId,
    name: String,
    role: Role,
    prescribes: bool,
    ended: bool,
    /// Has chosen how to sign in.
    set_up: bool,
}

#[derive(Deserialize)]
pub struct New {
    name: String,
    role: Role,
    prescribes: bool,
}

#[derive(Deserialize)]
pub struct Changed {
    role: Role,
    prescribes: bool,
    ended: bool,
}

/// A link that works once, for the page to show.
#[derive(Serialize)]
pub struct Link {
    account: AccountId,
    secret: String,
}

pub async fn list(
    allowed: Authorized<ListStaff, Everybody>,
    _: Nothing,
) -> Result<Answer<Vec<StaffLine>>, Error> {
    let store = allowed.store();
    let mut lines = Vec::new();
    for one in store.colleagues().await? {
        let set_up = store.staff_sign_in_of(one.account).await?.is_some();
        lines.push(StaffLine {
            account: one.account,
            name: one.name,
            role: one.role,
            prescribes: one.prescribes,
            ended: one.ended,
            set_up,
        });
    }
    Ok(Answer(lines))
}

/// What may stand below an answer: some words in one line.
pub fn name_of(typed: &str) -> Option<String> {
    let name = typed.trim();
    let is_short = !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX;
    (is_short && !name.contains(char::is_control)).then(|| name.to_owned())
}

pub async fn add(
    allowed: Authorized<AddStaff, Everybody>,
    Json(new): Json<New>,
) -> Result<Answer<Link>, Error> {
    let at = allowed.app().now();
    let name = name_of(&new.name).ok_or(Error::Unreadable)?;
    let account = AccountId::fresh(at, &mut OsRng);
    let New { role, prescribes, .. } = new;
    let staff = NewStaff { account, name, role, prescribes, at };
    Ok(answer(account, &set_up::add(allowed.store(), staff).await?))
}

pub async fn change(
    allowed: Authorized<ChangeStaff, Colleague>,
    Json(new): Json<Changed>,
) -> Result<Answer<()>, Error> {
    let account = allowed.resource.account;
    let Changed { role, prescribes, ended } = new;
    let stays_admin = role == Role::Admin && !ended;
    // Who locks the door from inside keeps the key: the last administrator never goes this way.
    if account == allowed.who.member.account && !stays_admin {
        return Err(Error::NotAllowed);
    }
    let all = allowed.store().colleagues().await?;
    all.iter().find(|one| one.account == account).ok_or(Error::NotFound)?;
    let at = allowed.app().now();
    allowed.store().change_staff(StaffChange { account, role, prescribes, ended, at }).await?;
    // Open streams look again whether they may.
    allowed.app().clinic_changed();
    Ok(Answer(()))
}

pub async fn link(
    allowed: Authorized<LinkStaff, Colleague>,
    _: Nothing,
) -> Result<Answer<Link>, Error> {
    let (account, store) = (allowed.resource.account, allowed.store());
    store.staff_member(account).await?.ok_or(Error::NotFound)?;
    Ok(answer(account, &set_up::link(store, account, allowed.app().now()).await?))
}

fn answer(account: AccountId, secret: &Secret) -> Answer<Link> {
    Answer(Link { account, secret: secret.text().to_owned() })
}

/// Which part of the log is asked for.
#[derive(Default)]
pub struct Wanted(Search);

impl FromRequest<App> for Wanted {
    type Rejection = Error;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Error> {
        let (parts, _) = request.into_parts();
        let part = |name| query_part(&parts, name).filter(|text| !text.is_empty());
        let patient = part("patient").map(str::parse::<PatientId>).transpose();
        let account = part("account").map(str::parse::<AccountId>).transpose();
        let before = part("before").map(str::parse).transpose();
        Ok(Self(Search {
            patient: patient.map_err(|_| Error::Unreadable)?,
            account: account.map_err(|_| Error::Unreadable)?,
            before: before.map_err(|_| Error::Unreadable)?,
        }))
    }
}

#[derive(Serialize)]
pub struct LogLine {
    number: u64,
    entry: Entry,
    /// The names of today; the log itself holds none.
    who: Option<String>,
    patient: Option<String>,
}

pub async fn audit(
    allowed: Authorized<SearchAudit, Log>,
    Wanted(search): Wanted,
) -> Result<Answer<Vec<LogLine>>, Error> {
    let store = allowed.store();
    let rows = store.audit_search(search, ENTRIES_MAX).await?;
    allowed.shows(rows.iter().filter_map(|row| row.patient));
    let patients = store.patients().await?;
    let mut lines = Vec::new();
    for row in rows {
        let entry = row.entry()?;
        let who = match entry.who.account() {
            Some(account) => store.account_name(account).await?,
            None => None,
        };
        let patient = patients.iter().find(|known| Some(known.patient) == entry.patient);
        let patient = patient.map(|known| known.name.clone());
        lines.push(LogLine { number: row.number, entry, who, patient });
    }
    Ok(Answer(lines))
}
