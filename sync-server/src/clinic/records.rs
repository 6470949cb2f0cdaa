//! Whose records are here, and letting somebody into their own: an invitation that is handed over on
//! paper. Whoever speaks with patients gives it, and proves a moment before that it is them.

use serde::Serialize;
use shared::id::PatientId;
use shared::time::Timestamp;

use super::access::{NAMED_CHARS_MIN, Named, gives_access_to, knows_people, knows_people_of};
use super::set_up::picture;
use crate::actions;
use crate::audit::door::Whose;
use crate::authorize::{Authorized, Path, Resource, Staff};
use crate::clinic::Inbox;
use crate::error::Error;
use crate::extract::{Answer, Nothing};
use crate::secret::Secret;
use crate::state::INVITATION_MS;
use crate::store::desk::Patient;
use crate::store::people::Invitation;
use crate::world::OsRng;

/// Records of one answer; whoever looks for somebody writes more of the name.
const RECORDS_MAX: usize = 20;

actions! {
    FindRecords: Staff => Inbox, if knows_people;
    NameRecord: Staff => DoorTo, if knows_people_of;
    InvitePatient: Staff => DoorTo, if gives_access_to;
}

/// The way into one record.
pub struct DoorTo {
    patient: PatientId,
}

impl Resource for DoorTo {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self { patient: path.part("patient")? })
    }

    fn whose(&self) -> Whose {
        Whose::Admission { patient: self.patient }
    }
}

#[derive(Serialize)]
pub struct RecordLine {
    patient: PatientId,
    name: String,
    birth_date: String,
    /// Somebody opened it as their own.
    has_account: bool,
}

impl RecordLine {
    pub fn of(known: Patient, has_account: bool) -> Self {
        let birth_date = known.birth_date.text().to_owned();
        Self { patient: known.patient, name: known.name, birth_date, has_account }
    }
}

pub async fn find(
    allowed: Authorized<FindRecords, Inbox>,
    Named(named): Named,
) -> Result<Answer<Vec<RecordLine>>, Error> {
    let store = allowed.store();
    let mut lines = Vec::new();
    if named.chars().count() >= NAMED_CHARS_MIN {
        for one in store.patients().await? {
            let is_born = one.birth_date.text() == named;
            let fits = one.name.to_lowercase().contains(&named) || is_born;
            if fits && lines.len() < RECORDS_MAX {
                let has_account = store.is_activated(one.patient).await?;
                lines.push(RecordLine::of(one, has_account));
            }
        }
    }
    allowed.shows(lines.iter().map(|line| line.patient));
    Ok(Answer(lines))
}

/// Whose record this is, for whoever could find it by name.
pub async fn name(
    allowed: Authorized<NameRecord, DoorTo>,
    _: Nothing,
) -> Result<Answer<RecordLine>, Error> {
    let (store, patient) = (allowed.store(), allowed.resource.patient);
    let mut known = store.patients().await?.into_iter().filter(|known| known.patient == patient);
    let known = known.next().ok_or(Error::NotFound)?;
    Ok(Answer(RecordLine::of(known, store.is_activated(patient).await?)))
}

/// What the sheet says that the patient takes home.
#[derive(Serialize)]
pub struct Invited {
    /// Opens the record once, with the birth date.
    address: String,
    /// The same as a square picture: one text a row, `1` is dark.
    picture: Vec<String>,
    until: Timestamp,
    /// For whoever cannot get in.
    phone: String,
}

pub async fn invite(
    allowed: Authorized<InvitePatient, DoorTo>,
    _: Nothing,
) -> Result<Answer<Invited>, Error> {
    let (app, store, patient) = (allowed.app(), allowed.store(), allowed.resource.patient);
    let (secret, at) = (Secret::fresh_short(&mut OsRng), app.now());
    let until = at.plus_millis(INVITATION_MS);
    store.invite(Invitation { secret: secret.hash(), patient, until, at }).await?;
    let address = format!("{}/#activate={}", app.origin(), secret.text());
    let picture = picture(&address)?;
    let phone = app.clinic().phone.clone();
    Ok(Answer(Invited { address, picture, until, phone }))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::activity;
    use crate::state::PROVEN_MS;
    use crate::store::Store;
    use crate::testing::{ADMIN, LINH, NEW_RECORD, ORIGIN, ROSA_RECORD, SignedIn, World};

    async fn find(world: &World, nurse: &SignedIn, named: &str) -> Value {
        world.ask_json(nurse.get(&format!("/clinic/api/records?named={named}"))).await.1
    }

    #[tokio::test]
    async fn a_record_is_found_by_a_part_of_a_name_or_a_birth_date() {
        let world = World::start().await;
        let nurse = world.sign_in_staff(LINH).await;
        let both = find(&world, &nurse, "delgado").await;
        assert_eq!(both.as_array().map(Vec::len), Some(2), "{both}");
        let walter = find(&world, &nurse, "1948-02-17").await;
        assert_eq!(walter[0]["name"], "Walter Finch");
        assert_eq!(walter[0]["has_account"], false);
        assert_eq!(find(&world, &nurse, "d").await, json!([]), "one letter shows nobody");
        let admin = world.sign_in_staff(ADMIN).await;
        let refused = world.ask(admin.get("/clinic/api/records?named=delgado")).await;
        assert_eq!(refused.status(), 403);
    }

    #[tokio::test]
    async fn an_invitation_needs_a_fresh_code_opens_the_record_and_is_told() {
        let world = World::start().await;
        let nurse = world.sign_in_staff(LINH).await;
        let path = format!("/clinic/api/records/{NEW_RECORD}/invitation");
        let ask = async || world.ask_json(nurse.post(&path, &json!({}))).await;
        let (status, problem) = ask().await;
        let needed = "urn:satchel:problem:code-needed";
        assert_eq!((status.as_u16(), problem["type"].as_str()), (403, Some(needed)));

        world.prove(&nurse).await;
        let (status, sheet) = ask().await;
        assert_eq!(status, 200, "{sheet}");
        let address = sheet["address"].as_str().unwrap();
        let secret = address.strip_prefix(&format!("{ORIGIN}/#activate=")).unwrap();
        assert!(sheet["picture"].as_array().unwrap().len() > 20);
        let body = json!({ "secret": secret, "birth_date": "1948-02-17" });
        let claim = crate::testing::request("POST", "/api/invitation");
        let (status, _) = world.ask_json(crate::testing::with_json(claim, &body)).await;
        assert!(status.is_success(), "{status}");

        activity::catch_up(&world.app).await.unwrap();
        let entries = world.store.audit_after(0, 100).await.unwrap();
        let gave = entries
            .iter()
            .any(|row| row.body.contains("gave_access") && row.patient == Some(NEW_RECORD));
        assert!(gave, "the log does not say that somebody was let in");
        world.clock.advance(PROVEN_MS);
        assert_eq!(ask().await.0, 403);
        let unknown = path.replace(&NEW_RECORD.to_string(), &ROSA_RECORD.to_string());
        world.prove(&nurse).await;
        assert_eq!(
            world.ask_json(nurse.post(&unknown, &json!({}))).await.0,
            200,
            "again is a reset"
        );
    }
}
