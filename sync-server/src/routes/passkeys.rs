//! Passkeys of patients and caregivers: signing in with one, without a name; adding, naming and
//! removing them. What both doors do is here; the clinic's own routes call it.

#[cfg(test)]
mod tests;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::time::Timestamp;

use super::sign_in::{Browser, Entered, enter};
use crate::actions;
use crate::audit::door::Whose;
use crate::authorize::{Anyone, Authorized, OwnAccount, Path, Person, Resource, Service};
use crate::encoded::{Hex, hex};
use crate::error::Error;
use crate::extract::{Answer, From, FromDevice, Json, Nothing};
use crate::passkey::{self, CredentialId, Here, Purpose};
use crate::sign_in::Authentication;
use crate::state::App;
use crate::store::passkeys::{Added, OwnPasskey, Passkey, PasskeyUse};
use crate::store::people::{Door, Session};
use crate::store::{Store, StoreError};
use crate::tries::Who;
use crate::world::OsRng;

/// Characters of what somebody calls a passkey.
const NAME_CHARS_MAX: usize = 40;
/// Bytes of what a device seals for the next one: a key, a sign-in name, and what sealing adds.
const CARRIED_BYTES_MAX: usize = 256;

actions! {
    /// Asking for a challenge to sign in with: anybody gets one.
    AskPasskey: Anyone => Service;
    /// Signing in: what the authenticator signed is the proof.
    SignInByPasskey: Anyone => Service;
    ListPasskeys: Person => OwnAccount;
    /// The passphrase is the proof that it is the person whose session this is.
    BeginPasskey: Person => OwnAccount;
    /// The challenge that was begun is the proof.
    AddPasskey: Person => OwnPasskeys;
    RenamePasskey: Person => OnePasskey;
    RemovePasskey: Person => OnePasskey;
}

/// What signs in as the caller: who changes it is noted.
pub struct OwnPasskeys;

impl Resource for OwnPasskeys {
    fn locate(_path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self)
    }

    fn whose(&self) -> Whose {
        Whose::Accounts
    }
}

/// One of them.
pub struct OnePasskey {
    credential: CredentialId,
}

impl Resource for OnePasskey {
    fn locate(path: &Path<'_>) -> Result<Self, Error> {
        Ok(Self { credential: path.part("passkey")? })
    }

    fn whose(&self) -> Whose {
        Whose::Accounts
    }
}

impl OnePasskey {
    pub fn of(&self, session: &Session) -> OwnPasskey {
        let (account, door) = (session.account, session.door);
        OwnPasskey { account, door, credential: self.credential.clone() }
    }
}

#[derive(Deserialize)]
pub struct Empty {}

#[derive(Serialize)]
pub struct Asked {
    challenge: String,
}

/// What a browser makes a passkey with.
#[derive(Serialize)]
pub struct Begun {
    challenge: String,
    user: String,
    /// Whose it is, as the browser shows it to choose from.
    name: String,
    /// Those that are there: one authenticator makes one.
    known: Vec<String>,
}

#[derive(Deserialize)]
pub struct Proof {
    authentication: String,
}

#[derive(Deserialize)]
pub struct New {
    name: String,
    client: Hex,
    attestation: Hex,
    #[serde(default)]
    carried: Option<Hex>,
}

#[derive(Deserialize)]
pub struct Named {
    name: String,
}

#[derive(Deserialize)]
pub struct Used {
    credential: Hex,
    client: Hex,
    authenticator: Hex,
    signature: Hex,
    user: Hex,
    #[serde(default)]
    slot: Option<String>,
    /// On a device that keeps nothing.
    #[serde(default)]
    brief: bool,
}

#[derive(Serialize)]
pub struct PasskeyLine {
    passkey: String,
    name: String,
    added_at: Timestamp,
    used_at: Option<Timestamp>,
    /// Other devices of the person may have it too.
    shared: bool,
}

pub async fn challenge(
    allowed: Authorized<AskPasskey, Service>,
    asked: From<Empty>,
) -> Result<Answer<Asked>, Error> {
    ask(allowed.app(), Door::Portal, &asked)
}

pub async fn open(
    allowed: Authorized<SignInByPasskey, Service>,
    FromDevice { mut json, address, kind }: FromDevice<Used>,
) -> Result<Entered, Error> {
    let browser = Browser { slot: json.slot.take(), kind, brief: json.brief };
    let used = From { json, address };
    let known = proven(allowed.app(), allowed.store(), Door::Portal, &used).await?;
    let (cookie, Answer(mut opened)) =
        enter(allowed.app(), allowed.store(), known.account, browser).await?;
    opened.carried = known.carried.map(|carried| hex(&carried));
    Ok((cookie, Answer(opened)))
}

pub async fn list(
    allowed: Authorized<ListPasskeys, OwnAccount>,
    _: Nothing,
) -> Result<Answer<Vec<PasskeyLine>>, Error> {
    lines(allowed.store(), &allowed.who.session).await
}

pub async fn begin(
    allowed: Authorized<BeginPasskey, OwnAccount>,
    From { json: proof, address }: From<Proof>,
) -> Result<Answer<Begun>, Error> {
    let (app, session) = (allowed.app(), &allowed.who.session);
    let authentication = Authentication::parse(&proof.authentication).ok_or(Error::Unreadable)?;
    let who = Who { name: None, address };
    app.tries().count(who, app.now())?;
    let known = allowed.store().verifier(session.account).await?;
    if !app.sign_ins().is_right(known.as_ref(), &authentication) {
        return Err(Error::SignInNotRecognized);
    }
    app.tries().was_right(who);
    begun(app, allowed.store(), session).await
}

pub async fn add(
    allowed: Authorized<AddPasskey, OwnPasskeys>,
    Json(new): Json<New>,
) -> Result<Answer<PasskeyLine>, Error> {
    added(allowed.app(), allowed.store(), &allowed.who.session, new).await
}

pub async fn rename(
    allowed: Authorized<RenamePasskey, OnePasskey>,
    Json(named): Json<Named>,
) -> Result<StatusCode, Error> {
    let which = allowed.resource.of(&allowed.who.session);
    renamed(allowed.store(), which, &named).await
}

pub async fn remove(
    allowed: Authorized<RemovePasskey, OnePasskey>,
    _: Nothing,
) -> Result<StatusCode, Error> {
    removed(allowed.store(), allowed.resource.of(&allowed.who.session)).await
}

/// Counted as a try, which a right answer takes back: nobody is asked for a name here that could be
/// counted, and every answer needs a challenge of its own.
pub fn ask(app: &App, door: Door, asked: &From<Empty>) -> Result<Answer<Asked>, Error> {
    let now = app.now();
    app.tries().count(Who { name: None, address: asked.address }, now)?;
    let challenge = app.ceremonies().begin(Purpose::SignIn(door), now, &mut OsRng)?;
    Ok(Answer(Asked { challenge: challenge.text() }))
}

/// The passkey, if everything about its use is right. What was wrong is not said.
pub async fn proven(
    app: &App,
    store: &dyn Store,
    door: Door,
    From { json: used, address }: &From<Used>,
) -> Result<Passkey, Error> {
    let (now, wrong) = (app.now(), Error::SignInNotRecognized);
    let credential = CredentialId::from_bytes(&used.credential.0).ok_or(Error::Unreadable)?;
    let Some(known) = store.passkey(credential.clone(), door).await? else {
        return Err(wrong);
    };
    let user = app.sign_ins().passkey_user(known.account, door);
    let said = passkey::Used {
        client: &used.client.0,
        authenticator: &used.authenticator.0,
        signature: &used.signature.0,
        user: &used.user.0,
    };
    let is_eligible = known.backup.is_eligible;
    let known_as = passkey::Known { key: &known.key, user: &user, is_eligible };
    let holds = here(app, Purpose::SignIn(door), |here| passkey::used(here, &said, &known_as));
    let Ok(holds) = holds else {
        return Err(wrong);
    };
    let (counter, is_backed_up) = (holds.counter, holds.is_backed_up);
    let used = PasskeyUse { credential, counter, is_backed_up, at: now };
    if !store.use_passkey(used).await? {
        return Err(wrong);
    }
    app.tries().was_right(Who { name: None, address: *address });
    Ok(known)
}

/// This server's origins, and its challenges that wait for this.
fn here<T>(app: &App, purpose: Purpose, run: impl FnOnce(&Here<'_>) -> T) -> T {
    run(&Here {
        is_own_origin: &|origin| app.is_own_origin(origin),
        takes: &|challenge| app.ceremonies().take(challenge, purpose, app.now()),
    })
}

pub async fn lines(
    store: &dyn Store,
    session: &Session,
) -> Result<Answer<Vec<PasskeyLine>>, Error> {
    let all = store.passkeys_of(session.account, session.door).await?;
    Ok(Answer(all.into_iter().map(PasskeyLine::of).collect()))
}

impl PasskeyLine {
    fn of(passkey: Passkey) -> Self {
        Self {
            passkey: passkey.credential.text(),
            name: passkey.name,
            added_at: passkey.added_at,
            used_at: passkey.used_at,
            shared: passkey.backup.is_backed_up,
        }
    }
}

pub async fn begun(
    app: &App,
    store: &dyn Store,
    session: &Session,
) -> Result<Answer<Begun>, Error> {
    let (account, door) = (session.account, session.door);
    let purpose = Purpose::Add(session.token);
    let challenge = app.ceremonies().begin(purpose, app.now(), &mut OsRng)?;
    let name = store.account_name(account).await?;
    let known = store.passkeys_of(account, door).await?;
    Ok(Answer(Begun {
        challenge: challenge.text(),
        user: hex(&app.sign_ins().passkey_user(account, door)),
        name: name.ok_or(StoreError::Damaged("a session without an account"))?,
        known: known.iter().map(|one| one.credential.text()).collect(),
    }))
}

pub async fn added(
    app: &App,
    store: &dyn Store,
    session: &Session,
    new: New,
) -> Result<Answer<PasskeyLine>, Error> {
    let (name, now) = (name_of(&new.name)?, app.now());
    let carried = new.carried.map(|carried| carried.0);
    if carried.as_ref().is_some_and(|carried| carried.len() > CARRIED_BYTES_MAX) {
        return Err(Error::TooLarge);
    }
    let created = here(app, Purpose::Add(session.token), |here| {
        passkey::created(here, &new.client.0, &new.attestation.0)
    });
    let created = created.map_err(|_| Error::PasskeyRefused)?;
    let passkey = Passkey {
        credential: created.credential,
        account: session.account,
        door: session.door,
        key: created.key,
        counter: created.counter,
        backup: created.backup,
        name,
        carried,
        added_at: now,
        used_at: None,
    };
    let line = PasskeyLine::of(passkey.clone());
    match store.add_passkey(passkey).await? {
        Added::Done => Ok(Answer(line)),
        Added::Known | Added::TooMany => Err(Error::PasskeyRefused),
    }
}

pub async fn renamed(
    store: &dyn Store,
    which: OwnPasskey,
    named: &Named,
) -> Result<StatusCode, Error> {
    let is_there = store.rename_passkey(which, name_of(&named.name)?).await?;
    is_there.then_some(StatusCode::NO_CONTENT).ok_or(Error::NotFound)
}

pub async fn removed(store: &dyn Store, which: OwnPasskey) -> Result<StatusCode, Error> {
    let is_there = store.remove_passkey(which).await?;
    is_there.then_some(StatusCode::NO_CONTENT).ok_or(Error::NotFound)
}

fn name_of(typed: &str) -> Result<String, Error> {
    let name = typed.trim();
    let fits = !name.is_empty()
        && name.chars().count() <= NAME_CHARS_MAX
        && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned()).ok_or(Error::Unreadable)
}
