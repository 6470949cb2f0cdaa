//! Who the person beside an item is. It is asked for after the item and never holds it up. What the
//! record says is read once and kept as long as the record stays as it is.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use shared::id::{AccountId, PatientId};
use shared::sync::scope::Level;
use shared::time::{Day, Zone};
use shared::view::desk::context::{CaregiverLine, Context, PatientContext, age, context};
use shared::view::home::visit_days;
use shared::wire::Digest;

use super::record::{self, Parts};
use super::relation::treats;
use crate::actions;
use crate::audit::What;
use crate::audit::door::Whose;
use crate::authorize::{Authorized, Ground, Path, Resource, Staff};
use crate::error::Error;
use crate::extract::{Answer, Nothing};
use crate::store::{Store, StoreError};

/// Records whose answer is kept; one is a few kilobytes.
const KEPT_MAX: usize = 256;

actions! {
    ReadContext: Staff => ChartOf, if treats;
}

/// One person's chart.
pub struct ChartOf {
    pub patient: PatientId,
}

impl Resource for ChartOf {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self { patient: path.part("patient")? })
    }

    fn whose(&self) -> Whose {
        Whose::Record { patient: self.patient, item: None, what: What::Chart }
    }
}

/// What was read of records, by what they were then.
#[derive(Default)]
pub struct Contexts {
    kept: Mutex<BTreeMap<PatientId, (Digest, Arc<Known>)>>,
}

/// What is kept of one record.
pub struct Known {
    context: Context,
    visits: Vec<Day>,
}

impl Contexts {
    /// The days of this person's visits.
    pub async fn visits(
        &self,
        store: &dyn Store,
        patient: PatientId,
    ) -> Result<Vec<Day>, StoreError> {
        let circle = store.circle(patient).await?;
        let own = circle.iter().find(|reach| reach.level == Level::Own);
        let known = self.of(store, patient, own.map(|reach| reach.account)).await?;
        Ok(known.visits.clone())
    }

    async fn of(
        &self,
        store: &dyn Store,
        patient: PatientId,
        own: Option<AccountId>,
    ) -> Result<Arc<Known>, StoreError> {
        let summaries = store.summaries(vec![patient]).await?;
        let now = shared::sync::digest(summaries.iter().map(|one| (&one.document, &one.sum)));
        let known = lock(&self.kept).get(&patient).filter(|(then, _)| *then == now).cloned();
        if let Some((_, known)) = known {
            return Ok(known);
        }
        let record = record::read(store, patient, Parts::WritingAndChart).await?;
        let (context, visits) = (context(&record, own), visit_days(&record));
        let read = Arc::new(Known { context, visits });
        let mut kept = lock(&self.kept);
        if kept.len() >= KEPT_MAX {
            // Whichever: it is read again when somebody asks.
            kept.pop_first();
        }
        kept.insert(patient, (now, Arc::clone(&read)));
        Ok(read)
    }
}

pub async fn read(
    allowed: Authorized<ReadContext, ChartOf>,
    _: Nothing,
) -> Result<Answer<PatientContext>, Error> {
    let (app, store, patient) = (allowed.app(), allowed.store(), allowed.resource.patient);
    let birth_date = app.desk().birth_date(patient).ok_or(Error::NotFound)?;
    let circle = store.circle(patient).await?;
    let own = circle.iter().find(|reach| reach.level == Level::Own);
    let read = app.contexts().of(store, patient, own.map(|reach| reach.account)).await?;
    let open_until = match allowed.ground() {
        Ground::Usual => None,
        Ground::Stated(_) => {
            let open = store.open_for(allowed.who.member.account, patient, app.now()).await?;
            open.map(|opening| opening.until)
        }
    };
    let others = circle.iter().filter(|reach| reach.level != Level::Own);
    let caregivers = others.map(|reach| CaregiverLine {
        name: reach.name.clone(),
        chart_only: reach.level == Level::ChartOnly,
    });
    Ok(Answer(PatientContext {
        age: age(&birth_date, Zone::utc().day_of(app.now())),
        context: read.context.clone(),
        caregivers: caregivers.collect(),
        last_heard: own.and_then(|reach| reach.heard_at),
        has_account: own.is_some(),
        open_until,
    }))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing in here can panic half way; a poisoned lock holds whole data.
    mutex.lock().unwrap_or_else(|lock| lock.into_inner())
}
