//! What the browser says about a ceremony (WebAuthn, §5.8.1): for what, on which page, with which
//! challenge.

use serde::Deserialize;

use super::{Challenge, Flaw, Here};

/// Bytes; browsers write some 200.
const CLIENT_DATA_BYTES_MAX: usize = 4 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Create,
    Get,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    top_origin: Option<String>,
}

/// Answers the site that the authenticator must have meant: the host of our own origin.
pub fn check(here: &Here<'_>, bytes: &[u8], kind: Kind) -> Result<String, Flaw> {
    if bytes.len() > CLIENT_DATA_BYTES_MAX {
        return Err(Flaw::Client);
    }
    let said: ClientData = serde_json::from_slice(bytes).map_err(|_| Flaw::Client)?;
    // First, so that a challenge that somebody saw is used up whatever else is wrong.
    let challenge = Challenge::from_client(&said.challenge).ok_or(Flaw::Challenge)?;
    if !(here.takes)(&challenge) {
        return Err(Flaw::Challenge);
    }
    let expected = match kind {
        Kind::Create => "webauthn.create",
        Kind::Get => "webauthn.get",
    };
    if said.kind != expected {
        return Err(Flaw::Client);
    }
    let in_a_frame = said.cross_origin || said.top_origin.is_some();
    if in_a_frame || !(here.is_own_origin)(&said.origin) {
        return Err(Flaw::Origin);
    }
    Ok(host(&said.origin).to_owned())
}

fn host(origin: &str) -> &str {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    match host.rsplit_once(':') {
        Some((host, port)) if is_port(port) => host,
        Some(_) | None => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_the_host_of_an_origin() {
        assert_eq!(host("http://localhost:8080"), "localhost");
        assert_eq!(host("https://portal.example"), "portal.example");
    }
}
