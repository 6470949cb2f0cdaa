//! The devices of one account: what they are called, when they were here, and ending one that is lost.

#[cfg(test)]
mod tests;

use serde::Deserialize;
use shared::id::DeviceId;
use shared::view::devices::{DeviceLine, arranged, device_name};

use crate::actions;
use crate::audit::door::Whose;
use crate::audit::{Did, What};
use crate::authorize::{
    Action, Around, Authorized, Decision, Ground, OwnAccount, Path, Person, Resource,
};
use crate::error::Error;
use crate::extract::{Answer, Json, Nothing};
use crate::store::devices::{Device, EndedDevice, NewName};

actions! {
    ListDevices: Person => OwnAccount;
    NameDevice: Person => OneDevice, if is_theirs;
    EndDevice: Person => OneDevice, if is_theirs;
}

/// A device, which is there only for the account that signed in on it.
pub struct OneDevice(DeviceId);

impl Resource for OneDevice {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self(path.part("device")?))
    }

    /// It notes itself, together with what is done to it.
    fn whose(&self) -> Whose {
        Whose::Nobody
    }
}

fn is_theirs<'a>(who: &'a Person, one: &'a OneDevice, around: Around<'a>) -> Decision<'a> {
    Box::pin(async move {
        let known = around.store.device(one.0).await?;
        match known.filter(|known| known.account == who.session.account) {
            Some(_) => Ok(Ground::Usual),
            None => Err(Error::NotFound),
        }
    })
}

#[derive(Deserialize)]
pub struct Called {
    name: String,
}

pub async fn list(
    allowed: Authorized<ListDevices, OwnAccount>,
    _: Nothing,
) -> Result<Answer<Vec<DeviceLine>>, Error> {
    lines(&allowed).await
}

pub async fn name(
    allowed: Authorized<NameDevice, OneDevice>,
    Json(called): Json<Called>,
) -> Result<Answer<Vec<DeviceLine>>, Error> {
    let (device, store) = (allowed.resource.0, allowed.store());
    let name = device_name(&called.name).map_err(|_| Error::Unreadable)?;
    let noted = allowed.notes_device(Did::Wrote, None, What::Account, device);
    store.name_device(NewName { device, name, noted }).await?;
    lines(&allowed).await
}

pub async fn end(
    allowed: Authorized<EndDevice, OneDevice>,
    _: Nothing,
) -> Result<Answer<Vec<DeviceLine>>, Error> {
    let (device, store) = (allowed.resource.0, allowed.store());
    let noted = allowed.notes_device(Did::EndedDevice, None, What::Account, device);
    store.end_device(EndedDevice { device, why: None, noted }).await?;
    allowed.app().hub().revoked(device);
    lines(&allowed).await
}

async fn lines<A, R: Resource>(allowed: &Authorized<A, R>) -> Result<Answer<Vec<DeviceLine>>, Error>
where
    A: Action<R, Who = Person>,
{
    let session = &allowed.who.session;
    let known = allowed.store().devices_of(session.account).await?.into_iter();
    let known = known.filter(|one| one.is_there(allowed.app().now()));
    Ok(Answer(arranged(known.map(|one| line(one, Some(session.device))).collect())))
}

pub fn line(one: Device, this: Option<DeviceId>) -> DeviceLine {
    DeviceLine {
        device: one.device,
        standing: one.standing(),
        name: one.name,
        kind: one.kind,
        keeps_nothing: one.brief,
        first_at: one.first_at,
        heard_at: one.heard_at,
        is_this: this == Some(one.device),
    }
}
