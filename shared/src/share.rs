//! SMART Health Links (STU1): what stands in a link, and how what it opens is written down. Sealing
//! itself is the browser's.

use sha2::{Digest, Sha256};

use crate::fhir::base64;
use crate::time::Timestamp;

/// 256 bits, as the specification asks of both.
pub const ID_BYTES: usize = 32;
pub const KEY_BYTES: usize = 32;
const TAG_BYTES: usize = 16;
/// Where a link's page is, and its manifest below it.
const PATH: &str = "/shl";

/// Of a new link. Whoever has all of it opens what it shares.
#[derive(Clone, Copy)]
pub struct NewLink<'a> {
    pub origin: &'a str,
    pub id: &'a [u8; ID_BYTES],
    pub key: &'a [u8; KEY_BYTES],
    /// A hint for viewers; the server holds to its own clock.
    pub until: Timestamp,
    pub has_passcode: bool,
}

impl NewLink<'_> {
    /// What the server calls it: it never hears the id before somebody opens the link.
    pub fn name(&self) -> String {
        let hash = Sha256::digest(base64url(self.id));
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// As it is handed on. What is behind `#` no browser sends.
    pub fn text(&self) -> String {
        let Self { origin, id, key, until, has_passcode } = self;
        let (id, key) = (base64url(*id), base64url(*key));
        let (seconds, flag) = (until.millis() / 1000, if *has_passcode { 'P' } else { 'U' });
        let payload = format!(
            r#"{{"url":"{origin}{PATH}/{id}","key":"{key}","exp":{seconds},"flag":"{flag}"}}"#
        );
        format!("{origin}{PATH}#shlink:/{}", base64url(payload.as_bytes()))
    }
}

/// The first part of a compact JWE (RFC 7516), which is also what the seal is bound to.
pub fn head(is_packed: bool) -> String {
    let packed = if is_packed { r#","zip":"DEF""# } else { "" };
    let head = format!(r#"{{"alg":"dir","enc":"A256GCM","cty":"application/fhir+json"{packed}}}"#);
    base64url(head.as_bytes())
}

/// The whole of it. `sealed` ends with its tag, as browsers answer it. There is no wrapped key.
pub fn jwe(head: &str, nonce: &[u8], sealed: &[u8]) -> String {
    let (sealed, tag) = sealed.split_at(sealed.len().saturating_sub(TAG_BYTES));
    [head, "", &base64url(nonce), &base64url(sealed), &base64url(tag)].join(".")
}

/// Without padding (RFC 7515, §2).
fn base64url(bytes: &[u8]) -> String {
    base64::encode(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(has_passcode: bool) -> NewLink<'static> {
        let until = Timestamp::from_millis(1_800_000_000_999);
        let origin = "https://portal.example";
        NewLink { origin, id: &[0xff; ID_BYTES], key: &[1; KEY_BYTES], until, has_passcode }
    }

    fn decoded(part: &str) -> Vec<u8> {
        let plain = part.replace('-', "+").replace('_', "/");
        base64::decode(&format!("{plain}{}", "=".repeat((4 - plain.len() % 4) % 4))).unwrap()
    }

    #[test]
    fn a_link_says_what_the_specification_asks_for() {
        for (has_passcode, flag) in [(true, "P"), (false, "U")] {
            let text = link(has_passcode).text();
            let payload = text.strip_prefix("https://portal.example/shl#shlink:/").unwrap();
            let payload: serde_json::Value = serde_json::from_slice(&decoded(payload)).unwrap();
            let url = payload["url"].as_str().unwrap();
            let id = url.strip_prefix("https://portal.example/shl/").unwrap();
            assert!(url.len() <= 128, "{}", url.len());
            assert_eq!(decoded(id), [0xff; ID_BYTES]);
            assert_eq!(decoded(payload["key"].as_str().unwrap()), [1; KEY_BYTES]);
            assert_eq!((&payload["exp"], &payload["flag"]), (&1_800_000_000.into(), &flag.into()));
        }
    }

    #[test]
    fn the_server_knows_a_link_by_the_hash_of_the_id_that_comes_to_it() {
        let id = format!("{}8", "_".repeat(42));
        let hash = Sha256::digest(&id);
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(link(true).name(), hash);
    }

    #[test]
    fn a_sealed_file_has_five_parts_and_says_how_it_was_made() {
        let head = head(true);
        let whole = jwe(&head, &[7; 12], &[b"sealed".as_slice(), &[9; TAG_BYTES]].concat());
        let parts: Vec<_> = whole.split('.').collect();
        let said: serde_json::Value = serde_json::from_slice(&decoded(parts[0])).unwrap();
        let expected = serde_json::json!({
            "alg": "dir", "enc": "A256GCM", "cty": "application/fhir+json", "zip": "DEF",
        });
        assert_eq!((said, parts[1]), (expected, ""));
        assert_eq!(decoded(parts[2]), [7; 12]);
        assert_eq!((decoded(parts[3]), decoded(parts[4])), (b"sealed".to_vec(), vec![9; 16]));
        assert_eq!(head, parts[0]);
        assert!(!decoded(&super::head(false)).ends_with(b"\"DEF\"}"));
    }
}
