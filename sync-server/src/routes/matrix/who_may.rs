//! Who may use which route: written down by hand, so that it can be wrong only together with a
//! decision of ours, never together with the code. A route that is not here fails the walk.

use self::May::{Anyone, Clinic, Page, Portal, Program, Readers, Theirs, Ticket};
use self::Needs::{Code, Nothing, Work};
use crate::store::people::Role::{self, Admin, Clinician, FrontDesk, Nurse, Pharmacist};

/// Who is let in at all. What else is asked of them stands in the type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May {
    /// Everybody gets the same answer: what is sent along is the proof, or nothing is anybody's.
    Anyone,
    /// Whoever is signed in at the portal, about themselves.
    Portal,
    /// The same, and what the path names is theirs.
    Theirs,
    /// Whoever reads what people write in the record. To others it is not there.
    Readers,
    /// Whoever brings a ticket of an open session of the portal.
    Ticket,
    /// Staff with one of these roles.
    Clinic(&'static [Role], Needs),
    /// The clinic's page: staff, or nobody yet, who is told nothing.
    Page,
    /// Programs with all of these deeds.
    Program(&'static str),
}

/// What staff need besides the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    /// A code of the last minutes.
    Code,
    /// Work with this record, or a stated reason.
    Work,
}

/// One line: the route, who may, what they get, and what they get where the path names a thing that
/// is not there, is not theirs, or belongs to another record.
pub struct Line {
    pub route: &'static str,
    pub may: May,
    pub served: &'static str,
    pub missing: &'static str,
}

const fn line(route: &'static str, may: May, served: &'static str) -> Line {
    Line { route, may, served, missing: GONE }
}

/// The same of a route where such a thing is no secret, or is about to be made.
const fn made(route: &'static str, may: May, served: &'static str, missing: &'static str) -> Line {
    Line { route, may, served, missing }
}

pub const GONE: &str = "404 not-found";
pub const STRANGER: &str = "401 not-signed-in";
pub const REFUSED: &str = "403 not-allowed";
pub const NO_WORK: &str = "403 no-relation";
pub const NO_CODE: &str = "403 code-needed";
pub const NO_TICKET: &str = "401 bad-ticket";
pub const NO_TOKEN: &str = "401 login";
pub const NO_SCOPE: &str = "403 forbidden";
pub const OTHER_SITE: &str = "403 wrong-origin";
pub const ENDED: &str = "401 device-ended";

/// Nobody's secret was brought, so nobody comes in.
const UNKNOWN: &str = "403 sign-in-not-recognized";
const NO_LINK: &str = "410 invitation-ended";

const ALL: &[Role] = &Role::ALL;
/// Whoever handles what patients write.
const TEAM: &[Role] = &[FrontDesk, Nurse, Clinician, Pharmacist];
/// Whoever speaks with people about who may come in.
const DESK: &[Role] = &[FrontDesk, Nurse, Clinician];
const TREATING: &[Role] = &[Nurse, Clinician];
const ADMIN: &[Role] = &[Admin];

pub const TABLE: &[Line] = &[
    #[cfg(feature = "demo")]
    line("GET /demo/enter/{secret}", Anyone, GONE),
    line("GET /healthz", Anyone, "200"),
    line("GET /readyz", Anyone, "200"),
    // The ways in. What is right opens a session; here nothing is.
    line("POST /api/invitation", Anyone, "403 invitation-not-recognized"),
    line("POST /api/activate", Anyone, "403 invitation-not-recognized"),
    line("POST /api/salt", Anyone, "200"),
    line("POST /api/sign-in", Anyone, UNKNOWN),
    line("POST /api/passkey/challenge", Anyone, "200"),
    line("POST /api/passkey", Anyone, UNKNOWN),
    line("POST /clinic/api/sign-in", Anyone, UNKNOWN),
    line("POST /clinic/api/passkey/challenge", Anyone, "200"),
    line("POST /clinic/api/passkey", Anyone, UNKNOWN),
    line("POST /clinic/api/link", Anyone, NO_LINK),
    line("POST /clinic/api/set-up", Anyone, NO_LINK),
    line("POST /fhir/token", Anyone, "400 invalid_client"),
    line("GET /fhir/metadata", Anyone, "200"),
    line("GET /fhir/.well-known/smart-configuration", Anyone, "200"),
    line("POST /shl/{share}", Anyone, GONE),
    line("GET /shl/{share}", Anyone, GONE),
    line("GET /shl/{share}/{place}", Anyone, GONE),
    // One's own account. A changed passphrase and a new passkey need the passphrase besides.
    line("GET /api/session", Portal, "200"),
    line("DELETE /api/session", Portal, "204"),
    line("POST /api/passphrase", Portal, UNKNOWN),
    line("GET /api/passkeys", Portal, "200"),
    line("POST /api/passkeys/challenge", Portal, UNKNOWN),
    line("POST /api/passkeys", Portal, "422 passkey-refused"),
    line("POST /api/passkeys/{passkey}", Theirs, "204"),
    line("DELETE /api/passkeys/{passkey}", Theirs, "204"),
    line("GET /api/devices", Portal, "200"),
    line("POST /api/devices/{device}", Theirs, "200"),
    line("DELETE /api/devices/{device}", Theirs, "200"),
    line("POST /api/ticket", Portal, "200"),
    line("GET /api/sync", Ticket, "426 not-a-websocket"),
    line("POST /api/line", Ticket, "200"),
    line("POST /api/line/{line}", Theirs, "204"),
    line("POST /api/line/{line}/next", Theirs, "200"),
    // A record. Its documents are judged one by one: `what_arrives`.
    made("POST /api/records/{patient}/attachments/{name}", Readers, "200", "200"),
    line("GET /api/records/{patient}/attachments/{name}", Readers, "200"),
    line("POST /api/records/{patient}/attachments/{name}/{piece}", Readers, "200"),
    line("GET /api/records/{patient}/attachments/{name}/{piece}", Readers, "200"),
    line("GET /api/records/{patient}/shares", Readers, "200"),
    made("POST /api/records/{patient}/shares/{share}", Readers, "204", "204"),
    // Ending what is over, or another record's, ends nothing.
    made("DELETE /api/records/{patient}/shares/{share}", Readers, "204", "204"),
    // Staff, about themselves.
    line("GET /clinic/api/session", Page, "200"),
    line("DELETE /clinic/api/session", Clinic(ALL, Nothing), "204"),
    line("POST /clinic/api/code", Clinic(ALL, Nothing), UNKNOWN),
    line("POST /clinic/api/stay", Clinic(ALL, Nothing), "204"),
    line("GET /clinic/api/passkeys", Clinic(ALL, Nothing), "200"),
    line("POST /clinic/api/passkeys/challenge", Clinic(ALL, Code), "200"),
    line("POST /clinic/api/passkeys", Clinic(ALL, Nothing), "422 passkey-refused"),
    line("POST /clinic/api/passkeys/{passkey}", Clinic(ALL, Nothing), "204"),
    line("DELETE /clinic/api/passkeys/{passkey}", Clinic(ALL, Nothing), "204"),
    // The clinic itself.
    line("GET /clinic/api/settings", Clinic(ALL, Nothing), "200"),
    line("POST /clinic/api/settings", Clinic(ADMIN, Code), "200"),
    line("GET /clinic/api/staff", Clinic(ADMIN, Code), "200"),
    line("POST /clinic/api/staff", Clinic(ADMIN, Code), "200"),
    line("POST /clinic/api/staff/{account}", Clinic(ADMIN, Code), "200 null"),
    line("POST /clinic/api/staff/{account}/link", Clinic(ADMIN, Code), "200"),
    line("GET /clinic/api/audit", Clinic(ADMIN, Code), "200"),
    // The queue, and records as somebody's work.
    line("GET /clinic/api/queue", Clinic(TEAM, Nothing), "200"),
    line("GET /clinic/api/colleagues", Clinic(TEAM, Nothing), "200"),
    line("GET /clinic/api/events", Clinic(TEAM, Nothing), "200"),
    line("GET /clinic/api/threads", Clinic(TEAM, Nothing), "200"),
    line("GET /clinic/api/threads/{patient}/{thread}", Clinic(TEAM, Work), "200"),
    made(
        "POST /clinic/api/threads/{patient}/{thread}/replies",
        Clinic(TEAM, Work),
        "422 text-refused empty_text",
        "422 text-refused empty_text",
    ),
    line("GET /clinic/api/items/{patient}/{item}", Clinic(TEAM, Work), "200"),
    line("POST /clinic/api/items/{patient}/{item}/notes", Clinic(TEAM, Work), "409"),
    line("GET /clinic/api/records/{patient}/context", Clinic(TEAM, Work), "200"),
    line("GET /clinic/api/records/{patient}/items", Clinic(TEAM, Work), "200"),
    line(
        "POST /clinic/api/records/{patient}/edits",
        Clinic(TEAM, Work),
        "422 text-refused empty_text",
    ),
    line("GET /clinic/api/records/{patient}/attachments/{name}", Clinic(TEAM, Work), "200"),
    line("GET /clinic/api/records/{patient}/attachments/{name}/{piece}", Clinic(TEAM, Work), "200"),
    // A reason that says nothing is not taken, from whoever may state one.
    line("POST /clinic/api/records/{patient}/opening", Clinic(TREATING, Nothing), "400 unreadable"),
    // Who may come in.
    line("GET /clinic/api/records", Clinic(DESK, Nothing), "200"),
    line("GET /clinic/api/people", Clinic(DESK, Nothing), "200"),
    line("GET /clinic/api/records/{patient}", Clinic(DESK, Nothing), "200"),
    line("POST /clinic/api/records/{patient}/invitation", Clinic(DESK, Code), "200"),
    line("GET /clinic/api/records/{patient}/devices", Clinic(DESK, Nothing), "200"),
    line("POST /clinic/api/records/{patient}/devices/{device}/end", Clinic(DESK, Code), "200"),
    line("GET /clinic/api/records/{patient}/grants", Clinic(DESK, Nothing), "200"),
    line("POST /clinic/api/records/{patient}/grants", Clinic(DESK, Code), "200"),
    made(
        "POST /clinic/api/records/{patient}/grants/{account}",
        Clinic(DESK, Nothing),
        "200",
        "422 access-refused not_given",
    ),
    made(
        "DELETE /clinic/api/records/{patient}/grants/{account}",
        Clinic(DESK, Nothing),
        "200",
        "422 access-refused not_given",
    ),
    // Programs: c creates, r reads, u changes, s searches.
    line("POST /fhir", Program("cu"), "200"),
    line("POST /fhir/", Program("cu"), "200"),
    line("POST /fhir/import", Program("cu"), "200"),
    line("GET /fhir/{kind}", Program("s"), "200"),
    line("POST /fhir/{kind}/_search", Program("s"), "200"),
    line("POST /fhir/{kind}", Program("c"), "200"),
    line("PUT /fhir/{kind}", Program("u"), "200"),
    line("GET /fhir/{kind}/{id}", Program("r"), "200"),
    made("PUT /fhir/{kind}/{id}", Program("u"), "200", "200"),
    // People's words alone are answered so; what a program sent it sends again.
    line("PATCH /fhir/{kind}/{id}", Program("u"), "405 not-supported"),
    line("GET /fhir/{kind}/{id}/_history", Program("r"), "200"),
    line("GET /fhir/{kind}/{id}/_history/{version}", Program("r"), "200"),
    line("GET /fhir/{kind}/{id}/$everything", Program("r"), "200"),
    line("GET /fhir/{kind}/{id}/$summary", Program("r"), "200"),
];
