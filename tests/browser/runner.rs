//! Runs every chosen journey once in every chosen engine, the engines side by side, and counts.
#![expect(clippy::print_stdout, reason = "a test runner talks to the terminal")]

use crate::engine::{self, Engine};
use crate::journeys::{JOURNEYS, Journey, Part};
use crate::stage::Stage;
use anyhow::{Context, Result, anyhow, bail, ensure};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

pub fn run(arguments: Vec<String>) -> ExitCode {
    match read(&arguments) {
        Ok((plan, _)) if arguments.iter().any(|argument| argument == "--list") => {
            for (engine, journey) in plan {
                println!("{}: test", full_name(engine, journey));
            }
            ExitCode::SUCCESS
        }
        Ok((plan, elsewhere)) => run_plan(plan, &elsewhere),
        Err(error) => {
            println!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What cargo's own runner knows and this one may be given: it prints everything and lists.
const FLAGS: [&str; 3] = ["--list", "--nocapture", "--quiet"];

type Plan = Vec<(Engine, &'static Journey)>;

fn full_name(engine: Engine, journey: &Journey) -> String {
    format!("{}::{}", engine.name(), journey.name)
}

fn read(arguments: &[String]) -> Result<(Plan, Vec<String>)> {
    let mut engines = Vec::new();
    match std::env::var("SATCHEL_ENGINES") {
        Ok(list) => {
            for name in list.split(',').filter(|name| !name.is_empty()) {
                engines.push(Engine::named(name.trim())?);
            }
        }
        Err(_) => engines.extend(engine::ALL),
    }
    let (flags, words): (Vec<&str>, Vec<&str>) =
        arguments.iter().map(String::as_str).partition(|word| word.starts_with('-'));
    if let Some(flag) = flags.into_iter().find(|flag| !FLAGS.contains(flag)) {
        bail!("journeys know no `{flag}`, only {}", FLAGS.join(", "));
    }
    let part = std::env::var("SATCHEL_PART").ok().map(|name| Part::named(&name)).transpose()?;
    chosen(&words, &engines, part)
}

/// What these words name, and by their names what they name in no engine but one that is not here.
pub fn chosen(
    words: &[&str],
    engines: &[Engine],
    part: Option<Part>,
) -> Result<(Plan, Vec<String>)> {
    let every = engine::ALL.into_iter().flat_map(|engine| {
        let played = JOURNEYS.iter().filter(move |journey| journey.engines.contains(&engine));
        played.map(move |journey| (engine, journey))
    });
    let (here, not_here): (Plan, Plan) = every.partition(|(engine, _)| engines.contains(engine));
    let named = |word: &str, plan: &Plan| {
        let names = plan.iter().map(|(engine, journey)| full_name(*engine, journey));
        names.filter(|name| name.contains(word)).collect::<Vec<_>>()
    };
    let mut elsewhere = Vec::new();
    for word in words.iter().filter(|word| named(word, &here).is_empty()) {
        let found = named(word, &not_here);
        ensure!(!found.is_empty(), "no journey has a name with `{word}`; see --list");
        elsewhere.extend(found);
    }
    let mut plan = here;
    plan.retain(|(engine, journey)| match words {
        [] => !journey.only_when_asked && part.is_none_or(|part| journey.part == part),
        words => words.iter().any(|word| full_name(*engine, journey).contains(word)),
    });
    let is_nothing = plan.is_empty() && elsewhere.is_empty();
    ensure!(!is_nothing, "no journey is played in these browsers; see --list");
    Ok((plan, elsewhere))
}

/// What a journey needs and this user may not have: it is listed with its reason, and never as passed.
#[derive(Debug)]
pub struct LeftOut(pub &'static str);

impl std::error::Error for LeftOut {}

impl std::fmt::Display for LeftOut {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(self.0)
    }
}

struct Outcome {
    name: String,
    result: Result<()>,
}

fn run_plan(plan: Plan, elsewhere: &[String]) -> ExitCode {
    println!("\nrunning {} tests", plan.len() + elsewhere.len());
    for name in elsewhere {
        println!("test {name} ... ignored, its browser is not one of those that play");
    }
    let started = Instant::now();
    let outcomes = run_lanes(&plan);
    report(&outcomes, elsewhere.len(), started.elapsed())
}

/// One lane an engine: they share the machine, so each works in the pauses of the others, and one
/// that is done helps whoever has most left. Ctrl-C ends this process at once; the watchers then end
/// every browser and server.
fn run_lanes(plan: &Plan) -> Vec<Outcome> {
    let left = Mutex::new(plan.clone());
    std::thread::scope(|scope| {
        let left = &left;
        let lanes = engine::ALL.map(|engine| {
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(2)
                    .enable_all()
                    .build()
                    .expect("a runtime can be made at the start");
                runtime.block_on(run_lane(engine, left))
            })
        });
        let join = |lane: std::thread::ScopedJoinHandle<'_, Vec<Outcome>>| {
            lane.join().expect("a lane catches the panics of its journeys")
        };
        lanes.into_iter().flat_map(join).collect()
    })
}

async fn run_lane(own: Engine, left: &Mutex<Plan>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    while let Some((engine, journey)) = next(own, left) {
        let name = full_name(engine, journey);
        let started = Instant::now();
        let result = run_journey(engine, journey).await;
        let took = format!("<{:.1}s>", started.elapsed().as_secs_f64());
        let outcome = Outcome { name, result };
        match (outcome.left_out(), &outcome.result) {
            (Some(why), _) => println!("test {} ... ignored, {why}", outcome.name),
            (None, Ok(())) => println!("test {} ... ok {took}", outcome.name),
            (None, Err(_)) => println!("test {} ... FAILED {took}", outcome.name),
        }
        outcomes.push(outcome);
    }
    outcomes
}

impl Outcome {
    fn left_out(&self) -> Option<&LeftOut> {
        self.result.as_ref().err()?.downcast_ref()
    }
}

/// The lane's own first.
fn next(own: Engine, left: &Mutex<Plan>) -> Option<(Engine, &'static Journey)> {
    let mut left = left.lock().expect("a lane takes its next journey without a panic");
    let of = |engine| left.iter().filter(|(of, _)| *of == engine).count();
    let engine = match of(own) {
        0 => engine::ALL.into_iter().max_by_key(|engine| of(*engine))?,
        _ => own,
    };
    let place = left.iter().position(|(of, _)| *of == engine)?;
    Some(left.remove(place))
}

async fn run_journey(engine: Engine, journey: &'static Journey) -> Result<()> {
    let mut stage = Stage::new(engine, journey)?;
    let playing = AssertUnwindSafe((journey.play)(&mut stage)).catch_unwind();
    let mut result = match tokio::time::timeout(journey.within, playing).await {
        Ok(Ok(result)) => result,
        Ok(Err(panic)) => Err(anyhow!("panicked: {}", words_of(&*panic))),
        Err(_) => Err(anyhow!("not done after {} s", journey.within.as_secs())),
    };
    if result.is_ok() {
        result = stage.check_rules().await;
    }
    if let Err(error) = result {
        if error.is::<LeftOut>() {
            stage.end().await;
            return Err(error);
        }
        let kept = match stage.keep_evidence().await {
            Ok(folder) => format!("evidence is in {}", folder.display()),
            Err(why) => format!("no evidence: {why:#}"),
        };
        stage.end().await;
        return Err(error).context(kept);
    }
    stage.end().await;
    result
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> &str {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    owned.or(panic.downcast_ref::<&str>().copied()).unwrap_or("without words")
}

fn report(outcomes: &[Outcome], elsewhere: usize, took: Duration) -> ExitCode {
    let (mut failed, mut left_out) = (0, 0);
    for outcome in outcomes {
        if outcome.left_out().is_some() {
            left_out += 1;
        } else if let Err(error) = &outcome.result {
            failed += 1;
            println!("\n---- {} ----", outcome.name);
            for cause in error.chain() {
                println!("{cause}");
            }
        }
    }
    let passed = outcomes.len() - failed - left_out;
    // The words of cargo's own runner, so that whatever counts those counts these.
    let word = if failed == 0 { "ok" } else { "FAILED" };
    let ignored = left_out + elsewhere;
    println!(
        "\ntest result: {word}. {passed} passed; {failed} failed; {ignored} ignored; \
         0 measured; 0 filtered out; finished in {:.2}s\n",
        took.as_secs_f64()
    );
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
