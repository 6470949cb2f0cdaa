//! Configuration: one struct, one table of flags that is parsed, printed by `--help` and read from
//! the environment. Anything wrong is one sentence, said before anything is touched.

pub mod errand;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use shared::clinic::ClinicSettings;

/// How this server runs. Every field is a flag; `sync-server --help` is the reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Everything durable lives in this folder: the database, the keys, the lock.
    pub dir: PathBuf,
    /// The file of the key that opens the records. Never in that folder: a copy of the folder must
    /// not open itself.
    pub key_file: Option<PathBuf>,
    /// Where to listen. Loopback unless told otherwise, because there is no encryption without
    /// a proxy in front.
    pub address: SocketAddr,
    /// The address people type, `scheme://host[:port]`. Requests from other origins are refused.
    /// Without one it is `http://localhost:PORT`.
    pub origin: Option<String>,
    /// The folder of a built portal; without one the embedded portal is served.
    pub portal: Option<PathBuf>,
    /// The kill switch: devices drop the portal they have stored, see docs/hosting.md.
    pub withdraw_portal: bool,
    /// What every screen may say about the clinic.
    pub clinic: Clinic,
}

/// What the clinic says about itself until its administrator writes something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clinic {
    pub name: String,
    pub phone: String,
    pub emergency_number: String,
}

impl Clinic {
    pub fn settings(&self) -> ClinicSettings {
        let Self { name, phone, emergency_number } = self.clone();
        ClinicSettings { name, phone, emergency_number, ..ClinicSettings::default() }
    }
}

/// What the command line asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Help,
    Version,
    Serve(Config),
    /// Something that ends by itself.
    Errand(errand::Errand),
    #[cfg(feature = "demo")]
    Demo(Config, DemoOptions),
}

/// What only the demo understands.
#[cfg(feature = "demo")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DemoOptions {
    /// Forget everything that was written in the demo.
    pub reset: bool,
    /// Listen on the local network, with a certificate of its own.
    pub lan: bool,
    /// Of the log only what goes wrong, so that the links stay in sight.
    pub quiet: bool,
}

/// A sentence for the person at the terminal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

/// The name of the key among the credentials of a service.
const CREDENTIAL: &str = "satchel.key";

struct Flag {
    name: &'static str,
    /// What stands after it; nothing for a switch.
    value: Option<&'static str>,
    env: Option<&'static str>,
    default: Option<&'static str>,
    demo_only: bool,
    help: &'static str,
}

const fn flag(
    name: &'static str,
    value: &'static str,
    env: &'static str,
    default: Option<&'static str>,
    help: &'static str,
) -> Flag {
    Flag { name, value: Some(value), env: Some(env), default, demo_only: false, help }
}

const fn switch(name: &'static str, help: &'static str) -> Flag {
    Flag { name, value: None, env: None, default: None, demo_only: true, help }
}

const FLAGS: &[Flag] = &[
    flag(
        "--dir",
        "DIR",
        "SATCHEL_DIR",
        Some("satchel-data"),
        "folder for the database and the keys",
    ),
    flag(
        "--key-file",
        "FILE",
        "SATCHEL_KEY_FILE",
        None,
        "the key that opens the records; `keys new FILE` makes one, outside of --dir",
    ),
    flag("--port", "PORT", "SATCHEL_PORT", Some("8080"), "port to listen on; 0 takes a free one"),
    flag("--bind", "ADDRESS", "SATCHEL_BIND", Some("127.0.0.1"), "address to listen on"),
    flag(
        "--origin",
        "URL",
        "SATCHEL_ORIGIN",
        None,
        "what people type, such as https://portal.example",
    ),
    flag(
        "--portal",
        "DIR",
        "SATCHEL_PORTAL",
        None,
        "a built portal to serve in place of the embedded one",
    ),
    flag("--source", "NAME", "SATCHEL_SOURCE", None, "import: the system that the files come from"),
    flag("--patient", "ID", "SATCHEL_PATIENT", None, "import, export, patient: whose it is"),
    flag(
        "--role",
        "ROLE",
        "SATCHEL_ROLE",
        None,
        "staff add: front_desk, nurse, clinician, pharmacist or admin",
    ),
    flag("--prescribes", "YES|NO", "SATCHEL_PRESCRIBES", None, "staff add: may prescribe"),
    flag("--keys", "FILE", "SATCHEL_KEYS", None, "client add: its public keys, a JWKS"),
    flag("--scopes", "SCOPES", "SATCHEL_SCOPES", None, "client add: what it may do, as SMART says"),
    flag("--clinic-name", "NAME", "SATCHEL_CLINIC_NAME", Some("Clinic"), "the clinic's name"),
    flag("--clinic-phone", "NUMBER", "SATCHEL_CLINIC_PHONE", Some(""), "the clinic's phone number"),
    flag(
        "--emergency-number",
        "NUMBER",
        "SATCHEL_EMERGENCY_NUMBER",
        Some("911"),
        "whom to call in an emergency",
    ),
    Flag {
        demo_only: false,
        ..switch("--withdraw-portal", "take the stored portal off devices; it then needs a network")
    },
    switch("--reset", "forget everything that was written in the demo"),
    switch("--lan", "listen on the local network too, with a certificate of its own"),
    switch("--quiet", "log only what goes wrong, so that the links stay in sight"),
];

/// What answers somebody at the terminal and ends; the others run until they are stopped.
const ERRANDS: [&str; 11] = [
    "import", "export", "client", "audit", "staff", "patient", "grant", "keys", "shred", "check",
    "compact",
];

/// Reads a command line (without the program's name), with `env` as the fallback of every flag.
pub fn parse(
    arguments: &[String],
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Command, Invalid> {
    let Some((command, rest)) = arguments.split_first() else {
        return invalid(format!("say what to do: {}; --help lists the flags", commands()));
    };
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        return Ok(Command::Help);
    }
    match command.as_str() {
        "--version" | "-V" => Ok(Command::Version),
        errand if ERRANDS.contains(&errand) => {
            Ok(Command::Errand(errand::parse(command, rest, env)?))
        }
        "serve" => Ok(Command::Serve(config(&Given::read(rest, false)?, env)?)),
        #[cfg(feature = "demo")]
        "demo" => {
            let given = Given::read(rest, true)?;
            if given.has("--key-file") {
                return invalid("demo makes its own key; leave out --key-file".into());
            }
            let options = DemoOptions {
                reset: given.has("--reset"),
                lan: given.has("--lan"),
                quiet: given.has("--quiet"),
            };
            Ok(Command::Demo(config(&given, env)?, options))
        }
        other => invalid(format!("there is no command {other}; use {}", commands())),
    }
}

fn commands() -> String {
    let mut all = vec!["serve"];
    all.extend(ERRANDS);
    all.extend(cfg!(feature = "demo").then_some("demo"));
    let last = all.pop().unwrap_or_default();
    format!("{} or {last}", all.join(", "))
}

/// The flags that were given, before they mean anything.
struct Given(Vec<(&'static str, String)>);

impl Given {
    fn read(arguments: &[String], demo: bool) -> Result<Self, Invalid> {
        let mut given: Vec<(&'static str, String)> = Vec::new();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let (name, inline) = match argument.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (argument.as_str(), None),
            };
            let Some(flag) = FLAGS.iter().find(|f| f.name == name && (demo || !f.demo_only)) else {
                return invalid(format!("unknown flag {name}; --help lists the flags"));
            };
            if given.iter().any(|(known, _)| *known == flag.name) {
                return invalid(format!("{name} is given twice"));
            }
            let value = match (flag.value, inline) {
                (None, None) => String::new(),
                (None, Some(_)) => return invalid(format!("{name} takes no value")),
                (Some(_), Some(value)) => value,
                // What begins like a flag is the next one.
                (Some(what), None) => match arguments.next() {
                    Some(value) if !value.starts_with("--") => value.clone(),
                    Some(_) | None => {
                        return invalid(format!("{name} needs a value: {name} {what}"));
                    }
                },
            };
            given.push((flag.name, value));
        }
        Ok(Self(given))
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| *known == name)
    }

    /// The value of a flag and where it came from, for the sentence that says it is wrong.
    fn value(
        &self,
        name: &str,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Option<(String, &'static str)> {
        let flag = FLAGS.iter().find(|flag| flag.name == name)?;
        if let Some((known, value)) = self.0.iter().find(|(known, _)| *known == name) {
            return Some((value.clone(), known));
        }
        if let Some(variable) = flag.env
            && let Some(value) = env(variable)
        {
            return Some((value, variable));
        }
        flag.default.map(|value| (value.to_owned(), flag.name))
    }
}

fn config(given: &Given, env: &dyn Fn(&str) -> Option<String>) -> Result<Config, Invalid> {
    let text = |name: &str| given.value(name, env).map(|(value, _)| value);
    let port = match given.value("--port", env) {
        Some((value, from)) => value.parse().map_err(|_| {
            Invalid(format!("{from} must be a port from 0 to 65535, not {value:?}"))
        })?,
        None => 0,
    };
    let ip = match given.value("--bind", env) {
        Some((value, from)) => value.parse::<IpAddr>().map_err(|_| {
            Invalid(format!("{from} must be an IP address such as 127.0.0.1, not {value:?}"))
        })?,
        None => IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    let origin = match given.value("--origin", env) {
        Some((value, from)) => Some(origin(&value, from)?),
        None => None,
    };
    Ok(Config {
        dir: dir(text("--dir"))?,
        key_file: key_file(given, env),
        address: SocketAddr::new(ip, port),
        origin,
        portal: text("--portal").map(PathBuf::from),
        withdraw_portal: given.has("--withdraw-portal"),
        clinic: Clinic {
            name: text("--clinic-name").unwrap_or_default(),
            phone: text("--clinic-phone").unwrap_or_default(),
            emergency_number: text("--emergency-number").unwrap_or_default(),
        },
    })
}

fn dir(named: Option<String>) -> Result<PathBuf, Invalid> {
    let named = named.filter(|dir| !dir.is_empty());
    named.map(PathBuf::from).ok_or_else(|| Invalid("--dir must name a folder".into()))
}

/// What is named, else what the service manager hands over (systemd.exec, `LoadCredential=`).
fn key_file(given: &Given, env: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let named = given.value("--key-file", env).map(|(value, _)| PathBuf::from(value));
    let handed = || {
        let file = PathBuf::from(env("CREDENTIALS_DIRECTORY")?).join(CREDENTIAL);
        file.is_file().then_some(file)
    };
    named.or_else(handed)
}

/// An origin is compared byte for byte with what browsers send, so it is checked here.
fn origin(value: &str, from: &str) -> Result<String, Invalid> {
    let host = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    let written_well = host.is_some_and(|host| {
        !host.is_empty()
            && host
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".:-[]".contains(&b))
    });
    // Elsewhere browsers give no page of http what the portal needs: keys, cookies that are safe, a store.
    let is_open = value
        .strip_prefix("http://")
        .is_some_and(|host| !["localhost", "127.0.0.1", "[::1]"].contains(&without_port(host)));
    if written_well && is_open {
        return invalid(format!("{from} must begin with https://, unless it is http://localhost"));
    }
    if written_well {
        return Ok(value.to_owned());
    }
    invalid(format!("{from} must look like https://portal.example, without a path, not {value:?}"))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn invalid<T>(sentence: String) -> Result<T, Invalid> {
    Err(Invalid(sentence))
}

/// The reference of the command line.
pub fn help() -> String {
    let mut text = String::from(
        "sync-server: keeps and passes on what patients and their clinic write\n\n\
         usage: sync-server serve [flags]\n\
         \x20      sync-server import FILE... --source NAME    FHIR bundles, resources, NDJSON; .gz too\n\
         \x20      sync-server export --patient ID             one record as a FHIR bundle\n\
         \x20      sync-server client add NAME --source NAME   a token for an EHR; client end NAME\n\
         \x20      sync-server audit verify                    reads the whole audit log\n\
         \x20      sync-server staff add NAME --role ROLE      a link to set up a sign-in; staff reset NAME\n\
         \x20      sync-server patient invite --patient ID     a link for the person whose record it is\n\
         \x20      sync-server grant list --patient ID         who else may open a record; grant give, narrow,\n\
         \x20          end --caregiver ID; --may results,visits,messages --until DAY\n\
         \x20          --consent patient|parent|legal --until-age YEARS\n\
         \x20      sync-server keys new FILE                   a key for the records, in a new file\n\
         \x20      sync-server keys rotate FILE                the same, and it takes the place of --key-file\n\
         \x20      sync-server shred ID                        ends a record: no copy of the database opens it\n\
         \x20      sync-server check                           opens everything that is sealed\n\
         \x20      sync-server compact                         packs long logs at once, not by and by\n",
    );
    if cfg!(feature = "demo") {
        text.push_str(
            "       sync-server demo [flags]    a made-up clinic, with links that sign in\n",
        );
    }
    text.push_str("\nflags (or the variable in the environment):\n");
    for flag in FLAGS.iter().filter(|flag| cfg!(feature = "demo") || !flag.demo_only) {
        let left = format!("{} {}", flag.name, flag.value.unwrap_or_default());
        text.push_str(&format!("  {left:<27} {}", flag.help));
        let mut notes = Vec::new();
        if let Some(env) = flag.env {
            notes.push(env.to_owned());
        }
        if let Some(default) = flag.default.filter(|default| !default.is_empty()) {
            notes.push(format!("default {default}"));
        }
        if flag.demo_only {
            notes.push("demo only".to_owned());
        }
        let notes =
            if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
        text.push_str(&format!("{notes}\n"));
    }
    text.push_str("  --help, --version\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, Invalid> {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&arguments, &|_| None)
    }

    fn served(line: &str) -> Config {
        match parsed(line) {
            Ok(Command::Serve(config)) => config,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn without_flags_it_listens_on_loopback_only() {
        let config = served("serve");
        assert_eq!(config.address.to_string(), "127.0.0.1:8080");
        assert_eq!(config.origin, None);
    }

    #[test]
    fn the_portal_is_withdrawn_only_when_it_is_said() {
        assert!(!served("serve").withdraw_portal);
        assert!(served("serve --withdraw-portal").withdraw_portal);
    }

    #[test]
    fn a_flag_wins_over_the_environment_and_the_environment_over_the_default() {
        let env = |name: &str| (name == "SATCHEL_PORT").then(|| "9000".to_owned());
        let port = |arguments: &[&str]| {
            let arguments: Vec<String> = arguments.iter().map(|&a| a.to_owned()).collect();
            match parse(&arguments, &env) {
                Ok(Command::Serve(config)) => config.address.port(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(port(&["serve"]), 9000);
        assert_eq!(port(&["serve", "--port", "9001"]), 9001);
        assert_eq!(port(&["serve", "--port=9002"]), 9002);
    }

    #[test]
    fn this_machine_needs_no_certificate() {
        for origin in ["http://localhost", "http://localhost:8080", "http://[::1]:8080"] {
            let config = parsed(&format!("serve --origin {origin}"));
            assert!(config.is_ok(), "{origin}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_one_sentence_that_names_it() {
        for (line, words) in [
            ("", "say what to do"),
            ("sevre", "no command sevre"),
            ("serve --prot 1", "unknown flag --prot"),
            ("serve --port", "--port needs a value"),
            ("serve --port 70000", "must be a port"),
            ("serve --port 1 --port 2", "given twice"),
            ("serve --bind nowhere", "must be an IP address"),
            ("serve --origin portal.example", "must look like https://"),
            ("serve --origin https://portal.example/", "without a path"),
            ("serve --origin http://portal.example", "must begin with https://"),
            ("serve --origin http://192.168.1.7:8080", "must begin with https://"),
            ("serve --dir=", "must name a folder"),
            ("serve --reset", "unknown flag --reset"),
        ] {
            let Err(Invalid(sentence)) = parsed(line) else { panic!("{line} was accepted") };
            assert!(sentence.contains(words), "{line}: {sentence}");
            assert!(!sentence.contains('\n'), "{sentence}");
        }
    }

    #[test]
    fn help_names_every_flag_and_its_variable() {
        let text = help();
        for flag in FLAGS.iter().filter(|flag| cfg!(feature = "demo") || !flag.demo_only) {
            assert!(text.contains(flag.name) && text.contains(flag.help), "{}", flag.name);
        }
        assert!(text.contains("SATCHEL_DIR"));
    }
}
