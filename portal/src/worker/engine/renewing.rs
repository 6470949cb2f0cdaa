//! A session that the clinic does not know any more: a browser that died before it wrote its cookie, or
//! one that removed it. The record stays open; sending waits for another sign-in.

use std::mem;
use std::rc::Rc;

use shared::sync::device::Event;
use wasm_bindgen_futures::spawn_local;

use super::account::Account;
use super::{Happened, report};
use crate::bridge::{Denied, Devices, Granted, PasskeyAsk};
use crate::worker::access::{self, Proof};
use crate::worker::fetch::{self, NoAnswer};
use crate::worker::passkeys;

/// Whether the clinic still takes this device for whom it is.
pub enum SignIn {
    /// As far as anybody knows. After a passphrase was typed its proof is kept until the clinic has
    /// answered once, in memory alone: then nobody is asked again for what they just typed.
    Holds,
    Provable(Proof),
    Renewing,
    Over,
}

impl SignIn {
    pub fn with(proof: Option<Proof>) -> Self {
        proof.map_or(Self::Holds, Self::Provable)
    }

    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Over)
    }
}

impl Account {
    pub async fn devices(&self, what: &Devices) -> Result<Granted, Denied> {
        fetch::devices(&self.slot, what).await.map(Granted::Devices).map_err(|why| {
            report(&self.happenings, Happened::NoSession(why));
            Denied::NeedsConnection
        })
    }

    /// What follows from an answer that the server did not give.
    pub(super) fn no_session(&mut self, why: NoAnswer) -> Option<Event> {
        match why {
            NoAnswer::SignedOut => self.signed_out(),
            NoAnswer::DeviceEnded => return Some(Event::Revoked),
            NoAnswer::Unreachable => {}
        }
        None
    }

    /// Signs in again without a question where that is possible, and else says what is missing.
    pub(super) fn signed_out(&mut self) {
        match mem::replace(&mut self.sign_in, SignIn::Renewing) {
            SignIn::Provable(proof) => self.renew_by_itself(proof),
            SignIn::Renewing => {}
            SignIn::Holds | SignIn::Over => self.sign_in = SignIn::Over,
        }
    }

    fn renew_by_itself(&self, proof: Proof) {
        let (slot, disk) = (self.slot.clone(), Rc::clone(&self.disk));
        let vault = Rc::clone(&self.vault);
        let happenings = self.happenings.clone();
        spawn_local(async move {
            let outcome = access::renew(&slot, &disk, &vault, &proof).await;
            report(&happenings, Happened::Renewed(outcome, proof));
        });
    }

    pub(super) fn renewed(&mut self, outcome: Result<(), Denied>, proof: Proof) -> Option<Event> {
        self.sign_in = match outcome {
            Ok(()) => SignIn::Holds,
            // The same proof may be taken at the next try.
            Err(Denied::NeedsConnection | Denied::TooManyTries) => SignIn::Provable(proof),
            Err(_) => SignIn::Over,
        };
        match outcome {
            // As after a sleep: the next try is made now.
            Ok(()) => Some(Event::Woke),
            Err(Denied::DeviceEnded) => Some(Event::Revoked),
            Err(_) => None,
        }
    }

    pub async fn renew_with(&mut self, passphrase: &str) -> Result<Granted, Denied> {
        let outcome = access::renew_with(&self.slot, &self.disk, &self.vault, passphrase).await;
        self.asked_again(outcome)
    }

    /// Somebody signed in again, or was refused.
    fn asked_again(&mut self, outcome: Result<Granted, Denied>) -> Result<Granted, Denied> {
        if outcome == Err(Denied::DeviceEnded) {
            self.drive(vec![Event::Revoked]);
        }
        let granted = outcome?;
        self.sign_in = SignIn::Holds;
        self.drive(vec![Event::Woke]);
        Ok(granted)
    }

    /// What is asked about passkeys with the account open.
    pub async fn passkey(&mut self, ask: PasskeyAsk) -> Result<Granted, Denied> {
        let (slot, disk) = (&*self.slot, &*self.disk);
        match ask {
            PasskeyAsk::List => passkeys::list(slot, disk).await,
            PasskeyAsk::Begin { passphrase } => {
                let (granted, half) = passkeys::begin(slot, disk, &passphrase).await?;
                self.adding = Some(half);
                Ok(granted)
            }
            PasskeyAsk::Add { name, made } => {
                let half = self.adding.take().ok_or(Denied::NoPasskey)?;
                passkeys::add(slot, disk, &self.vault, (&name, &made), &half).await
            }
            PasskeyAsk::Remove { passkey } => passkeys::remove(slot, disk, &passkey).await,
            PasskeyAsk::UseHere { used } => {
                passkeys::use_here(slot, disk, &self.vault, &used).await
            }
            PasskeyAsk::Renew { used } => {
                let outcome = passkeys::renew(slot, disk, &used).await;
                self.asked_again(outcome)
            }
            PasskeyAsk::ForSignIn | PasskeyAsk::SignIn { .. } => {
                unreachable!("what needs no account was taken before")
            }
        }
    }
}
