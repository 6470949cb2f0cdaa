//! The queue as a page asks for it: warning signs first, then whoever waits longest.

use axum::extract::{FromRequest, Request};
use shared::id::AccountId;
use shared::time::Timestamp;
use shared::view::desk::WorkKind;
use shared::view::desk::queue::{ColleagueLine, Counts, Owner, Queue};

use super::held::Glance;
use crate::actions;
use crate::authorize::{Authorized, Staff};
use crate::clinic::{Inbox, handles_messages};
use crate::error::Error;
use crate::extract::{Answer, Nothing, decoded, query_part};
use crate::state::App;
use crate::store::desk::Colleague;
use crate::store::people::Role;

/// Lines of one page.
const PAGE: usize = 100;
/// Characters of a search that are looked at.
const SEARCH_CHARS_MAX: usize = 100;

actions! {
    ReadQueue: Staff => Inbox, if handles_messages;
    ReadColleagues: Staff => Inbox, if handles_messages;
}

/// What of the queue is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    show: Show,
    /// In lower case; everything if it is empty.
    search: String,
    page: usize,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Show {
    #[default]
    All,
    Mine,
    Unassigned,
    Late,
    Messages,
    Refills,
    Visits,
    Others,
    Done,
}

impl FromRequest<App> for Wanted {
    type Rejection = Error;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Error> {
        let (parts, _) = request.into_parts();
        let part = |name| query_part(&parts, name).map(decoded).unwrap_or_default();
        let show = match part("show").as_str() {
            "" | "all" => Show::All,
            "mine" => Show::Mine,
            "unassigned" => Show::Unassigned,
            "late" => Show::Late,
            "messages" => Show::Messages,
            "refills" => Show::Refills,
            "visits" => Show::Visits,
            "others" => Show::Others,
            "done" => Show::Done,
            _ => return Err(Error::Unreadable),
        };
        let search = part("search").trim().to_lowercase().chars().take(SEARCH_CHARS_MAX).collect();
        let page = part("page");
        let page = if page.is_empty() { Ok(0) } else { page.parse() };
        Ok(Self { show, search, page: page.map_err(|_| Error::Unreadable)? })
    }
}

pub async fn read(
    allowed: Authorized<ReadQueue, Inbox>,
    wanted: Wanted,
) -> Result<Answer<Queue>, Error> {
    let (app, member) = (allowed.app(), &allowed.who.member);
    let me = Me { account: member.account, role: member.role, now: app.now() };
    let queue = app.desk().each(app.now(), |all| page(&me, &wanted, all));
    allowed.shows(queue.lines.iter().map(|line| line.patient));
    Ok(Answer(queue))
}

/// One page of what is wanted. Only its lines are put in order and copied.
fn page(me: &Me, wanted: &Wanted, all: &mut dyn Iterator<Item = Glance<'_>>) -> Queue {
    let mut counts = Counts::default();
    let mut found = Vec::new();
    for one in all {
        if one.is_open() {
            me.count(&one, &mut counts);
        }
        if me.shows(&one, wanted.show) && (wanted.search.is_empty() || one.has(&wanted.search)) {
            found.push(one);
        }
    }
    let from = wanted.page.saturating_mul(PAGE).min(found.len());
    let to = from.saturating_add(PAGE).min(found.len());
    let more = found.len() > to;
    match wanted.show {
        Show::Done => first(&mut found, to, |one| std::cmp::Reverse(one.work.received_at)),
        _ => first(&mut found, to, |one| one.order()),
    }
    Queue { lines: found[from..to].iter().map(Glance::line).collect(), counts, more }
}

/// Brings the first of many into their order; the rest stays as it is.
fn first<K: Ord>(all: &mut [Glance<'_>], count: usize, key: impl Fn(&Glance<'_>) -> K) {
    if count < all.len() {
        all.select_nth_unstable_by_key(count, &key);
    }
    all[..count].sort_by_key(key);
}

struct Me {
    account: AccountId,
    role: Role,
    now: Timestamp,
}

impl Me {
    fn owns(&self, line: &Glance<'_>) -> bool {
        match line.owner() {
            Some(Owner::Person { account, .. }) => *account == self.account,
            Some(Owner::Role { role }) => role == self.role.word(),
            None => false,
        }
    }

    fn shows(&self, line: &Glance<'_>, show: Show) -> bool {
        let fits = match show {
            Show::All => true,
            Show::Mine => self.owns(line),
            Show::Unassigned => line.owner().is_none(),
            Show::Late => line.late,
            Show::Messages => line.work.kind == WorkKind::Message,
            Show::Refills => line.work.kind == WorkKind::Refill,
            Show::Visits => is_visit(line.work.kind),
            Show::Others => is_other(line.work.kind),
            // What was done long ago is found through its record, by whoever may open that.
            Show::Done => return !line.is_open() && line.concerns(self.account, self.now),
        };
        fits && line.is_open()
    }

    fn count(&self, line: &Glance<'_>, counts: &mut Counts) {
        let kind = line.work.kind;
        counts.all += 1;
        counts.mine += u32::from(self.owns(line));
        counts.unassigned += u32::from(line.owner().is_none());
        counts.late += u32::from(line.late);
        counts.messages += u32::from(kind == WorkKind::Message);
        counts.refills += u32::from(kind == WorkKind::Refill);
        counts.visits += u32::from(is_visit(kind));
        counts.others += u32::from(is_other(kind));
    }
}

fn is_visit(kind: WorkKind) -> bool {
    matches!(kind, WorkKind::Visit | WorkKind::VisitWish | WorkKind::BeforeVisit)
}

fn is_other(kind: WorkKind) -> bool {
    !is_visit(kind) && !matches!(kind, WorkKind::Message | WorkKind::Refill)
}

/// To whom an item can be given.
pub async fn colleagues(
    allowed: Authorized<ReadColleagues, Inbox>,
    _: Nothing,
) -> Result<Answer<Vec<ColleagueLine>>, Error> {
    allowed.shows([]);
    let all = allowed.store().colleagues().await?.into_iter();
    let works = |one: &Colleague| one.role != Role::Admin && !one.ended;
    let lines = all.filter(works).map(|colleague| {
        let role = colleague.role.word().to_owned();
        let (account, name, prescribes) = (colleague.account, colleague.name, colleague.prescribes);
        ColleagueLine { account, name, role, prescribes }
    });
    Ok(Answer(lines.collect()))
}
