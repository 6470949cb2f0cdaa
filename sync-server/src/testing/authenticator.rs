//! An authenticator of our own: it makes real keys and real signatures, and says whatever a test wants
//! it to say.

use minicbor::Encoder;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::ORIGIN;
use crate::encoded::{base64url, from_hex, hex};

/// A key for tests and nothing else.
const RSA_KEY: &[u8] = include_bytes!("../fhir/proof/rsa-for-tests.der");
pub const PRESENT: u8 = 0x01;
pub const VERIFIED: u8 = 0x04;
pub const ELIGIBLE: u8 = 0x08;
pub const BACKED_UP: u8 = 0x10;
pub const NEW: u8 = 0x40;
pub const EXTENDED: u8 = 0x80;

pub enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

pub struct Authenticator {
    pair: Pair,
    pub credential: Vec<u8>,
    pub user: Vec<u8>,
}

/// What browser and authenticator say, before it is signed.
#[derive(Clone)]
pub struct Says {
    pub kind: String,
    pub challenge: Vec<u8>,
    pub origin: String,
    /// More fields of what the browser says.
    pub more: String,
    pub site: String,
    pub flags: u8,
    pub counter: u32,
    pub credential: Vec<u8>,
    /// The new key, as COSE.
    pub key: Vec<u8>,
    /// What stands behind all of it.
    pub behind: Vec<u8>,
    pub user: Vec<u8>,
}

impl Pair {
    pub fn es256() -> Self {
        let (random, own) = (SystemRandom::new(), &ECDSA_P256_SHA256_ASN1_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(own, &random).unwrap();
        Self::Es256(EcdsaKeyPair::from_pkcs8(own, document.as_ref(), &random).unwrap())
    }

    pub fn eddsa() -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::EdDsa(Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap())
    }

    pub fn rs256() -> Self {
        Self::Rs256(RsaKeyPair::from_pkcs8(RSA_KEY).unwrap())
    }

    fn cose(&self) -> Vec<u8> {
        let mut to = Encoder::new(Vec::new());
        match self {
            Self::Es256(pair) => {
                let point = pair.public_key().as_ref();
                to.map(5).unwrap().i8(1).unwrap().i8(2).unwrap().i8(3).unwrap().i8(-7).unwrap();
                to.i8(-1).unwrap().i8(1).unwrap();
                to.i8(-2).unwrap().bytes(&point[1..33]).unwrap();
                to.i8(-3).unwrap().bytes(&point[33..]).unwrap();
            }
            Self::EdDsa(pair) => {
                to.map(4).unwrap().i8(1).unwrap().i8(1).unwrap().i8(3).unwrap().i8(-8).unwrap();
                to.i8(-1).unwrap().i8(6).unwrap();
                to.i8(-2).unwrap().bytes(pair.public_key().as_ref()).unwrap();
            }
            Self::Rs256(pair) => {
                // At the end of its DER: the modulus, two bytes of the exponent's head, and it.
                let der = pair.public().as_ref();
                let (modulus, exponent) = der.split_at(der.len() - 3);
                let modulus = &modulus[..modulus.len() - 2];
                let modulus = &modulus[modulus.len() - pair.public().modulus_len()..];
                to.map(4).unwrap().i8(1).unwrap().i8(3).unwrap().i8(3).unwrap();
                to.i16(-257).unwrap().i8(-1).unwrap().bytes(modulus).unwrap();
                to.i8(-2).unwrap().bytes(exponent).unwrap();
            }
        }
        to.into_writer()
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Es256(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).unwrap();
                signature
            }
        }
    }
}

impl Says {
    pub fn client(&self) -> Vec<u8> {
        let (kind, challenge, origin) = (&self.kind, base64url(&self.challenge), &self.origin);
        let more = &self.more;
        format!(
            r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}","crossOrigin":false{more}}}"#
        )
        .into_bytes()
    }

    pub fn authenticator(&self) -> Vec<u8> {
        let mut said = Sha256::digest(self.site.as_bytes()).to_vec();
        said.push(self.flags);
        said.extend(self.counter.to_be_bytes());
        if self.flags & NEW != 0 {
            said.extend([7; 16]);
            said.extend(u16::try_from(self.credential.len()).unwrap().to_be_bytes());
            said.extend(&self.credential);
            said.extend(&self.key);
        }
        said.extend(&self.behind);
        said
    }

    pub fn attestation(&self) -> Vec<u8> {
        let mut to = Encoder::new(Vec::new());
        to.map(3).unwrap().str("fmt").unwrap().str("none").unwrap();
        to.str("attStmt").unwrap().map(0).unwrap();
        to.str("authData").unwrap().bytes(&self.authenticator()).unwrap();
        to.into_writer()
    }
}

impl Authenticator {
    pub fn new(pair: Pair) -> Self {
        let mut credential = vec![0; 32];
        ring::rand::SecureRandom::fill(&SystemRandom::new(), &mut credential).unwrap();
        Self { pair, credential, user: Vec::new() }
    }

    fn says(&self, kind: &str, challenge: &str, flags: u8) -> Says {
        Says {
            kind: kind.into(),
            challenge: from_hex(challenge).unwrap(),
            origin: ORIGIN.into(),
            more: String::new(),
            site: "localhost".into(),
            flags,
            counter: 0,
            credential: self.credential.clone(),
            key: self.pair.cose(),
            behind: Vec::new(),
            user: self.user.clone(),
        }
    }

    pub fn creating(&self, challenge: &str) -> Says {
        self.says("webauthn.create", challenge, PRESENT | VERIFIED | NEW)
    }

    pub fn using(&self, challenge: &str) -> Says {
        self.says("webauthn.get", challenge, PRESENT | VERIFIED)
    }

    pub fn signature(&self, says: &Says) -> Vec<u8> {
        self.pair.sign(&[says.authenticator(), Sha256::digest(says.client()).to_vec()].concat())
    }

    /// Answers what `begin` answered with a new passkey.
    pub fn create(&mut self, begun: &Value, change: impl FnOnce(&mut Says)) -> Value {
        self.user = from_hex(begun["user"].as_str().unwrap()).unwrap();
        let mut says = self.creating(begun["challenge"].as_str().unwrap());
        change(&mut says);
        let (client, attestation) = (hex(&says.client()), hex(&says.attestation()));
        json!({ "name": "My phone", "client": client, "attestation": attestation })
    }

    /// Answers a challenge.
    pub fn use_it(&self, challenge: &str, change: impl FnOnce(&mut Says)) -> Value {
        let mut says = self.using(challenge);
        change(&mut says);
        json!({
            "credential": hex(&says.credential),
            "client": hex(&says.client()),
            "authenticator": hex(&says.authenticator()),
            "signature": hex(&self.signature(&says)),
            "user": hex(&says.user),
        })
    }
}
