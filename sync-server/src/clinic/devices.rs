//! The devices of the person whose record this is: what the clinic knows of them, and ending one for
//! somebody who calls because it is lost. What is done here the patient reads, with the reason.

use serde::Deserialize;
use shared::id::{DeviceId, PatientId};
use shared::sync::scope::Level;
use shared::view::devices::{DEVICE_END_CHARS_MAX, DeviceLine, arranged};

use super::access::{gives_access_to, knows_people_of};
use crate::actions;
use crate::audit::door::Whose;
use crate::audit::{Did, What};
use crate::authorize::{Authorized, Path, Resource, Staff};
use crate::error::Error;
use crate::extract::{Answer, Json, Nothing};
use crate::routes::devices::line;
use crate::state::App;
use crate::store::devices::{Device, EndedDevice};
use crate::store::{Store, StoreError};

actions! {
    ListDevicesOf: Staff => DevicesOf, if knows_people_of;
    EndDeviceOf: Staff => DeviceOf, if gives_access_to;
}

/// All of one person.
pub struct DevicesOf(PatientId);

impl Resource for DevicesOf {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self(path.part("patient")?))
    }

    fn whose(&self) -> Whose {
        Whose::Record { patient: self.0, item: None, what: What::Access }
    }
}

/// One of them.
pub struct DeviceOf {
    patient: PatientId,
    device: DeviceId,
}

impl Resource for DeviceOf {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self { patient: path.part("patient")?, device: path.part("device")? })
    }

    fn whose(&self) -> Whose {
        Whose::Record { patient: self.patient, item: None, what: What::Access }
    }
}

#[derive(Deserialize)]
pub struct Because {
    why: String,
}

pub async fn list(
    allowed: Authorized<ListDevicesOf, DevicesOf>,
    _: Nothing,
) -> Result<Answer<Vec<DeviceLine>>, Error> {
    lines(allowed.app(), allowed.store(), allowed.resource.0).await
}

pub async fn end(
    allowed: Authorized<EndDeviceOf, DeviceOf>,
    Json(because): Json<Because>,
) -> Result<Answer<Vec<DeviceLine>>, Error> {
    let (store, patient, device) =
        (allowed.store(), allowed.resource.patient, allowed.resource.device);
    let why = because.why.trim();
    if why.is_empty() || why.chars().count() > DEVICE_END_CHARS_MAX {
        return Err(Error::Unreadable);
    }
    if !of(store, patient).await?.iter().any(|known| known.device == device) {
        return Err(Error::NotFound);
    }
    let noted = allowed.notes_device(Did::EndedDevice, Some(patient), What::Access, device);
    store.end_device(EndedDevice { device, why: Some(why.to_owned()), noted }).await?;
    allowed.app().hub().revoked(device);
    lines(allowed.app(), store, patient).await
}

/// Those of the patient alone: a caregiver's devices are the caregiver's.
async fn of(store: &dyn Store, patient: PatientId) -> Result<Vec<Device>, StoreError> {
    let circle = store.circle(patient).await?;
    match circle.iter().find(|reach| reach.level == Level::Own) {
        Some(own) => store.devices_of(own.account).await,
        None => Ok(Vec::new()),
    }
}

async fn lines(
    app: &App,
    store: &dyn Store,
    patient: PatientId,
) -> Result<Answer<Vec<DeviceLine>>, Error> {
    let known = of(store, patient).await?.into_iter().filter(|one| one.is_there(app.now()));
    Ok(Answer(arranged(known.map(|one| line(one, None)).collect())))
}
