//! Who a program is, proved by a key of its own: `private_key_jwt` (SMART App Launch 2.2, §4.1;
//! RFC 7523). Only RS384 and ES384, as SMART wants.

use ring::signature::{
    ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA384, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::Value;
use shared::time::Timestamp;

use crate::encoded::from_base64url;

/// How long a proof may be good for (SMART, §4.1.5: at most five minutes).
pub const PROOF_MS_MAX: i64 = 5 * 60 * 1000;
/// Bytes of a proof; one with a large RSA key is under 2 KB.
const PROOF_BYTES_MAX: usize = 8 * 1024;
/// Characters of the name of a proof.
const NAME_CHARS_MAX: usize = 200;
/// Clocks of two machines may differ by this.
const CLOCKS_DIFFER_MS: i64 = 60 * 1000;

/// A proof that holds, but for having been used before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    pub name: String,
    pub until: Timestamp,
}

#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Value,
    exp: i64,
    jti: String,
    #[serde(default)]
    nbf: Option<i64>,
}

/// A proof taken apart; nothing of it is believed yet.
pub struct Unproved<'a> {
    head: Head,
    claims: Claims,
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> Unproved<'a> {
    pub fn read(text: &'a str) -> Option<Self> {
        if text.len() > PROOF_BYTES_MAX {
            return None;
        }
        let (signed, signature) = text.rsplit_once('.')?;
        let (head, claims) = signed.split_once('.')?;
        Some(Self {
            head: serde_json::from_slice(&from_base64url(head)?).ok()?,
            claims: serde_json::from_slice(&from_base64url(claims)?).ok()?,
            signature: from_base64url(signature)?,
            signed,
        })
    }

    /// Whose it says it is.
    pub fn client(&self) -> &str {
        &self.claims.iss
    }

    /// Nothing if anything about it is wrong.
    pub fn check(&self, jwks: &str, audience: &str, now: Timestamp) -> Option<Proof> {
        let claims = &self.claims;
        let is_for_us = match &claims.aud {
            Value::String(one) => one == audience,
            Value::Array(all) => all.iter().any(|one| one == audience),
            _ => false,
        };
        let until = Timestamp::from_millis(claims.exp.checked_mul(1000)?);
        let lasts = until.millis_since(now);
        let in_time = lasts > 0 && lasts <= PROOF_MS_MAX + CLOCKS_DIFFER_MS;
        let begun = claims.nbf.is_none_or(|from| {
            from.saturating_mul(1000) <= now.millis().saturating_add(CLOCKS_DIFFER_MS)
        });
        let named = !claims.jti.is_empty() && claims.jti.len() <= NAME_CHARS_MAX;
        let holds = claims.iss == claims.sub && is_for_us && in_time && begun && named;
        let keys: Value = serde_json::from_str(jwks).ok()?;
        let key = keys["keys"].as_array()?.iter().find(|key| key["kid"] == self.head.kid)?;
        (holds && self.is_signed_by(key)).then(|| Proof { name: claims.jti.clone(), until })
    }

    fn is_signed_by(&self, key: &Value) -> bool {
        let part = |name: &str| key[name].as_str().and_then(from_base64url);
        let verified = match (self.head.alg.as_str(), key["kty"].as_str()) {
            ("ES384", Some("EC")) if key["crv"] == "P-384" => {
                let (Some(x), Some(y)) = (part("x"), part("y")) else {
                    return false;
                };
                let point = [&[4], &x[..], &y[..]].concat();
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point)
                    .verify(self.signed.as_bytes(), &self.signature)
            }
            ("RS384", Some("RSA")) => {
                let (Some(n), Some(e)) = (part("n"), part("e")) else {
                    return false;
                };
                RsaPublicKeyComponents { n, e }.verify(
                    &RSA_PKCS1_2048_8192_SHA384,
                    self.signed.as_bytes(),
                    &self.signature,
                )
            }
            _ => return false,
        };
        verified.is_ok()
    }
}

/// Whether these are keys that a proof could be checked with.
pub fn are_keys(jwks: &str) -> bool {
    let keys: Value = serde_json::from_str(jwks).unwrap_or_default();
    let fits = |key: &Value| {
        let is_public = key["d"].is_null();
        let is_known = matches!(key["kty"].as_str(), Some("EC" | "RSA"));
        is_public && is_known && key["kid"].is_string()
    };
    keys["keys"].as_array().is_some_and(|keys| !keys.is_empty() && keys.iter().all(fits))
}

#[cfg(test)]
pub mod tests;
