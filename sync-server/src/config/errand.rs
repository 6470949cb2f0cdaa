//! The commands that do one thing and end: import, export, client, grant, keys, shred, check, compact.

mod grant;

use std::path::PathBuf;

use shared::id::PatientId;

use self::grant::access;
use super::{Given, Invalid, invalid};
use crate::clinic::staff::{NAME_CHARS_MAX, name_of};
use crate::fhir::errands::AskAccess;
use crate::store::people::Role;

/// Something to be done in a folder, by this process or by the server that runs on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errand {
    pub dir: PathBuf,
    /// What people type to reach this server, for links.
    pub origin: String,
    pub key_file: Option<PathBuf>,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    Import { files: Vec<PathBuf>, source: String, patient: Option<PatientId> },
    Export { patient: PatientId },
    AddClient { name: String, source: String, keys: Option<PathBuf>, scopes: Option<String> },
    EndClient { name: String },
    VerifyAudit,
    AddStaff { name: String, role: Role, prescribes: bool },
    ResetStaff { name: String },
    InvitePatient { patient: PatientId },
    Access { patient: PatientId, verb: AskAccess },
    NewKey { file: PathBuf },
    RotateKeys { file: PathBuf },
    Shred { patient: PatientId },
    Check,
    Compact,
}

/// Flags that stand behind these commands; all of them take a value.
const FLAGS: [&str; 14] = [
    "--dir",
    "--key-file",
    "--source",
    "--patient",
    "--role",
    "--prescribes",
    "--origin",
    "--keys",
    "--scopes",
    "--caregiver",
    "--may",
    "--consent",
    "--until",
    "--until-age",
];

pub fn parse(
    command: &str,
    arguments: &[String],
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Errand, Invalid> {
    let (flags, words) = apart(arguments)?;
    let given = Given::read(&flags, false)?;
    let text = |name: &str| given.value(name, env).map(|(value, _)| value);
    let dir = super::dir(text("--dir"))?;
    let source = || match text("--source") {
        Some(source) if !source.trim().is_empty() => Ok(source),
        Some(_) | None => invalid("--source must name the system it comes from".into()),
    };
    let patient =
        match text("--patient") {
            Some(text) => Some(text.parse().map_err(|_| {
                Invalid(format!("--patient must be the id of a record, not {text:?}"))
            })?),
            None => None,
        };
    let what = match (command, words.as_slice()) {
        ("import", files) if !files.is_empty() => What::Import {
            files: files.iter().map(PathBuf::from).collect(),
            source: source()?,
            patient,
        },
        ("export", []) => match patient {
            Some(patient) => What::Export { patient },
            None => return invalid("--patient must say whose record to export".into()),
        },
        ("client", [verb, name]) if verb == "add" => {
            let (keys, scopes) = (text("--keys").map(PathBuf::from), text("--scopes"));
            if keys.is_some() != scopes.is_some() {
                return invalid("--keys and --scopes go together".into());
            }
            What::AddClient { name: name.clone(), source: source()?, keys, scopes }
        }
        ("client", [verb, name]) if verb == "end" => What::EndClient { name: name.clone() },
        ("staff", [verb, name]) if verb == "add" => What::AddStaff {
            name: name_of_staff(name)?,
            role: role(text("--role"))?,
            prescribes: yes_or_no(text("--prescribes"))?,
        },
        ("staff", [verb, name]) if verb == "reset" => What::ResetStaff { name: name.clone() },
        ("patient", [verb]) if verb == "invite" => match patient {
            Some(patient) => What::InvitePatient { patient },
            None => return invalid("--patient must say whose record it is".into()),
        },
        ("grant", [verb]) => match patient {
            Some(patient) => What::Access { patient, verb: access(verb, &text)? },
            None => return invalid("--patient must say whose record it is".into()),
        },
        ("audit", [verb]) if verb == "verify" => What::VerifyAudit,
        ("keys", [verb, file]) if verb == "new" => What::NewKey { file: file.into() },
        ("keys", [verb, file]) if verb == "rotate" => What::RotateKeys { file: file.into() },
        ("shred", [patient]) => match patient.parse() {
            Ok(patient) => What::Shred { patient },
            Err(_) => return invalid(format!("shred needs the id of a record, not {patient:?}")),
        },
        ("check", []) => What::Check,
        ("compact", []) => What::Compact,
        (_, _) => return invalid(right_use(command)),
    };
    let origin = match given.value("--origin", env) {
        Some((value, from)) => super::origin(&value, from)?,
        None => "http://localhost:8080".into(),
    };
    let key_file = super::key_file(&given, env);
    Ok(Errand { dir, origin, key_file, what })
}

/// What to write instead.
fn right_use(command: &str) -> String {
    match command {
        "import" => "say which files to import".into(),
        "patient" => "use patient invite --patient ID".into(),
        "staff" => "use staff add NAME --role ROLE, or staff reset NAME".into(),
        "grant" => "use grant list, give, narrow or end, each with --patient ID".into(),
        "audit" => "use audit verify".into(),
        "client" => "use client add NAME --source NAME, or client end NAME".into(),
        "keys" => "use keys new FILE, or keys rotate FILE".into(),
        "shred" => "say which record to shred, by its id".into(),
        _ => format!("{command} takes no words beside its flags"),
    }
}

fn name_of_staff(typed: &str) -> Result<String, Invalid> {
    name_of(typed).ok_or_else(|| {
        Invalid(format!("the name must be one line of 1 to {NAME_CHARS_MAX} characters"))
    })
}

fn role(word: Option<String>) -> Result<Role, Invalid> {
    let word = word.unwrap_or_default();
    let known = Role::ALL.into_iter().find(|role| role.word() == word);
    let words = Role::ALL.map(Role::word).join(", ");
    known.ok_or_else(|| Invalid(format!("--role must be one of {words}, not {word:?}")))
}

fn yes_or_no(word: Option<String>) -> Result<bool, Invalid> {
    match word.as_deref() {
        Some("yes") => Ok(true),
        Some("no") | None => Ok(false),
        Some(word) => invalid(format!("--prescribes must be yes or no, not {word:?}")),
    }
}

/// Flags with their values, and the words between them.
fn apart(arguments: &[String]) -> Result<(Vec<String>, Vec<String>), Invalid> {
    let (mut flags, mut words) = (Vec::new(), Vec::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let name = argument.split('=').next().unwrap_or_default();
        if !argument.starts_with("--") {
            words.push(argument.clone());
        } else if FLAGS.contains(&name) {
            flags.push(argument.clone());
            flags.extend((name == argument).then(|| rest.next().cloned()).flatten());
        } else {
            return invalid(format!("unknown flag {name}; --help lists the flags"));
        }
    }
    Ok((flags, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<What, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let errand = parse(&words[0], &words[1..], &|_| None);
        errand.map(|errand| errand.what).map_err(|error| error.0)
    }

    #[test]
    fn files_and_flags_may_stand_in_any_order() {
        let import = What::Import {
            files: vec!["a.json".into(), "b.gz".into()],
            source: "lake".into(),
            patient: None,
        };
        assert_eq!(parsed("import a.json --source lake b.gz"), Ok(import.clone()));
        assert_eq!(parsed("import --source=lake a.json b.gz --dir x"), Ok(import));
        let (name, source) = ("ehr".to_owned(), "lake".to_owned());
        let add = What::AddClient { name: name.clone(), source, keys: None, scopes: None };
        assert_eq!(parsed("client add ehr --source lake"), Ok(add));
        let Ok(What::AddClient { keys, scopes, .. }) =
            parsed("client add ehr --source lake --keys k.json --scopes system/Task.rs")
        else {
            panic!("keys and scopes are understood");
        };
        assert_eq!((keys, scopes.as_deref()), (Some("k.json".into()), Some("system/Task.rs")));
        assert_eq!(parsed("client end ehr"), Ok(What::EndClient { name }));
        let file = "/etc/satchel.key".into();
        assert_eq!(parsed("keys rotate /etc/satchel.key"), Ok(What::RotateKeys { file }));
        let patient = PatientId::from_u128(7);
        assert_eq!(parsed(&format!("shred {patient}")), Ok(What::Shred { patient }));
    }

    #[test]
    fn what_is_missing_is_said() {
        for (line, words) in [
            ("import", "which files"),
            ("import a.json", "--source must name"),
            ("import a.json --source lake --patient rosa", "--patient must be"),
            ("import a.json --sauce lake", "unknown flag --sauce"),
            ("export", "--patient must say"),
            ("client", "use client add"),
            ("audit", "use audit verify"),
            ("staff add Linh --role king", "--role must be one of front_desk, nurse"),
            ("staff add Linh --role nurse --prescribes maybe", "must be yes or no"),
            ("staff add", "use staff add"),
            ("client add ehr --source lake --keys k.json", "go together"),
            ("patient invite", "--patient must say"),
            ("patient", "use patient invite"),
            ("grant", "use grant list"),
            ("grant end", "--patient must say"),
            ("keys", "use keys new"),
            ("shred", "which record"),
            ("shred rosa", "the id of a record"),
            ("check --dir=", "--dir must name"),
        ] {
            let sentence = parsed(line).unwrap_err();
            assert!(sentence.contains(words), "{line}: {sentence}");
        }
    }
}
