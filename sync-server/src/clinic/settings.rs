//! What the clinic says about itself: read by whoever works here, changed by its administrator, and told
//! to patients' devices with their next contact.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::clinic::ClinicSettings;

use super::staff::administers;
use crate::actions;
use crate::audit::door::Whose;
use crate::authorize::{Authorized, Path, Resource, Staff};
use crate::error::Error;
use crate::extract::{Answer, Json, Nothing};
use crate::store::settings::{Changed, NewSettings};

actions! {
    ReadSettings: Staff => OfClinic;
    ChangeSettings: Staff => OfClinic, if administers;
}

/// The clinic as such. That it was changed is noted as a change of accounts is.
pub struct OfClinic;

impl Resource for OfClinic {
    fn locate(_path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self)
    }

    fn whose(&self) -> Whose {
        Whose::Accounts
    }
}

/// The settings, and how often they were changed: whoever changes them says which they saw.
#[derive(Serialize, Deserialize)]
pub struct Shown {
    number: u32,
    settings: ClinicSettings,
}

pub async fn read(
    allowed: Authorized<ReadSettings, OfClinic>,
    _: Nothing,
) -> Result<Answer<Shown>, Error> {
    Ok(Answer(shown(&allowed).await?))
}

async fn shown<A: crate::authorize::Action<OfClinic>>(
    allowed: &Authorized<A, OfClinic>,
) -> Result<Shown, Error> {
    let kept = allowed.store().settings().await?;
    Ok(match kept {
        Some(kept) => Shown { number: kept.number, settings: kept.settings },
        None => Shown { number: 0, settings: (*allowed.app().clinic()).clone() },
    })
}

/// Answers what is so now: after this change, or as somebody else left it (409).
pub async fn change(
    allowed: Authorized<ChangeSettings, OfClinic>,
    Json(new): Json<Shown>,
) -> Result<(StatusCode, Answer<Shown>), Error> {
    let app = allowed.app();
    let Shown { number, settings } = new;
    settings.check().map_err(|_| Error::Unreadable)?;
    let (account, at) = (allowed.who.member.account, app.now());
    let number = number.checked_add(1).ok_or(Error::Unreadable)?;
    let new = NewSettings { number, settings, account, at };
    let status = match allowed.store().change_settings(new).await? {
        Changed::Done => StatusCode::OK,
        Changed::Behind => StatusCode::CONFLICT,
    };
    let now = shown(&allowed).await?;
    app.set_clinic(now.settings.clone());
    app.clinic_changed();
    Ok((status, Answer(now)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::store::Store;
    use crate::testing::{ADMIN, LINH, ROSA, World};

    const PATH: &str = "/clinic/api/settings";

    #[tokio::test]
    async fn what_the_administrator_writes_is_on_the_patients_device_with_the_next_contact() {
        let world = World::start().await;
        let (admin, rosa) = (world.sign_in_staff(ADMIN).await, world.sign_in(ROSA).await);
        let (_, shown) = world.ask_json(admin.get(PATH)).await;
        assert_eq!(
            (&shown["number"], &shown["settings"]["name"]),
            (&json!(0), &json!("Northside"))
        );
        let mut settings = shown["settings"].clone();
        settings["name"] = json!("Northside Clinic");
        settings["hours"] = json!({ "en": "Mon to Fri, 8 to 5", "es": "Lun a vie, de 8 a 17" });
        settings["after_hours"] = json!("555 0199");
        let change = json!({ "number": 0, "settings": settings });
        let (status, _) = world.ask_json(admin.post(PATH, &change)).await;
        assert_eq!(status, 403, "it needs a fresh code");
        world.prove(&admin).await;
        let (status, after) = world.ask_json(admin.post(PATH, &change)).await;
        assert_eq!((status.as_u16(), &after["number"]), (200, &json!(1)));
        let (status, behind) = world.ask_json(admin.post(PATH, &change)).await;
        assert_eq!((status.as_u16(), &behind["number"]), (409, &json!(1)));

        let (_, session) = world.ask_json(rosa.get("/api/session")).await;
        let clinic = &session["clinic"];
        assert_eq!(clinic["name"], "Northside Clinic");
        assert_eq!(clinic["hours"]["es"], "Lun a vie, de 8 a 17");
        assert_eq!(clinic["after_hours"], "555 0199");
        assert!(clinic["replies"].is_null(), "what is staff's stays with them");
        let nurse = world.sign_in_staff(LINH).await;
        let (_, session) = world.ask_json(nurse.get("/clinic/api/session")).await;
        assert_eq!(session["clinic"], "Northside Clinic");

        let rows = world.store.audit_after(0, 100).await.unwrap();
        let noted = rows.iter().any(|row| row.body.contains("ChangeSettings"));
        assert!(noted, "the log does not say who changed it");
        let world = World::on(world.stop().await).await;
        assert_eq!(world.app.clinic().name, "Northside Clinic", "also after a start");
    }

    #[tokio::test]
    async fn what_cannot_be_is_not_taken_and_staff_only_read() {
        let world = World::start().await;
        let (admin, nurse) = (world.sign_in_staff(ADMIN).await, world.sign_in_staff(LINH).await);
        world.prove(&admin).await;
        world.prove(&nurse).await;
        let nameless = json!({ "number": 0, "settings": { "name": "" } });
        assert_eq!(world.ask(admin.post(PATH, &nameless)).await.status(), 400);
        let named = json!({ "number": 0, "settings": { "name": "Mine" } });
        assert_eq!(world.ask(nurse.post(PATH, &named)).await.status(), 403);
        assert_eq!(world.ask(nurse.get(PATH)).await.status(), 200);
        assert_eq!(world.app.clinic().name, "Northside");
    }
}
