//! `cargo xtask test [--fast] [--only NAME] [-- WORDS]`: everything that must hold before a change is
//! merged. Sets up what it needs, runs every step even after a failure, and ends with a table.

mod browsers;
mod count;
mod ehr;
mod postgres;
mod steps;
mod table;
mod unchanged;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::arguments::{Flag, WrongUse, parse};
use crate::say;
use crate::system::{self, Missing};
use crate::{check_exports, node};
use browsers::Browsers;
use count::Count;
use steps::{STEPS, Step, TAKE_WORDS};

/// What the steps of one run share.
pub struct Run {
    /// The inner loop: no browsers, no smallest build.
    fast: bool,
    /// What stands after `--` goes to the chosen step's own runner.
    words: Vec<String>,
    browsers: Browsers,
}

/// What became of a step.
pub struct Done {
    step: &'static Step,
    took: Duration,
    count: Count,
}

pub fn run(words: &[String]) -> anyhow::Result<ExitCode> {
    let (ours, theirs) = match words.iter().position(|word| word == "--") {
        Some(place) => (&words[..place], &words[place + 1..]),
        None => (words, &words[words.len()..]),
    };
    let given = parse("test", ours, &[Flag::Switch("--fast"), Flag::Value("--only")])?;
    let chosen = chosen(given.has("--fast"), given.value("--only"))?;
    if !theirs.is_empty() {
        has_a_runner(given.value("--only"))?;
    }
    if chosen.iter().any(|step| step.name == "browsers") {
        // Said before anything is built.
        browsers::asked_for()?;
    }
    let mut run =
        Run { fast: given.has("--fast"), words: theirs.to_vec(), browsers: Browsers::default() };
    system::install(&missing(&chosen))?;
    let done = run_all(&mut run, &chosen);
    table::print(&done);
    // Half an hour later nobody finds it above.
    system::tell(&missing(&chosen));
    say::line(&format!("\n{}", table::in_all(&done)));
    let held = done.iter().all(|done| done.count.held());
    Ok(if held { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Words that nobody reads would look as if they had been heard.
fn has_a_runner(only: Option<&str>) -> Result<(), WrongUse> {
    match only {
        Some(name) if TAKE_WORDS.contains(&name) => Ok(()),
        Some(name) => Err(WrongUse(format!(
            "the step `{name}` takes no words after `--`; these do: {}",
            TAKE_WORDS.join(", ")
        ))),
        None => Err(WrongUse("words after `--` need a step: `--only NAME`".into())),
    }
}

/// All steps, the fast ones, or one with everything it needs; in the order of the list.
fn chosen(fast: bool, only: Option<&str>) -> Result<Vec<&'static Step>, WrongUse> {
    let Some(only) = only else {
        return Ok(STEPS.iter().filter(|step| !fast || step.fast).collect());
    };
    if !STEPS.iter().any(|step| step.name == only) {
        let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        let names = names.join(", ");
        return Err(WrongUse(format!("there is no step `{only}`; the steps are {names}")));
    }
    let mut wanted = vec![only];
    // Backwards, because a step stands after those it needs.
    for step in STEPS.iter().rev() {
        if wanted.contains(&step.name) {
            wanted.extend(step.needs);
        }
    }
    Ok(STEPS.iter().filter(|step| wanted.contains(&step.name)).collect())
}

/// What steps need of the system.
struct Need {
    steps: &'static [&'static str],
    look: fn() -> Option<Missing>,
}

const NEEDS: [Need; 3] = [
    Need { steps: &["browsers"], look: browsers::missing },
    Need { steps: &["exports", "ehr"], look: node::missing },
    Need { steps: &["exports"], look: check_exports::missing },
];

/// What these steps need and is not here.
fn missing(chosen: &[&Step]) -> Vec<Missing> {
    let is_chosen = |name: &&str| chosen.iter().any(|step| step.name == *name);
    let needed = NEEDS.iter().filter(|need| need.steps.iter().any(is_chosen));
    needed.filter_map(|need| (need.look)()).collect()
}

fn run_all(run: &mut Run, chosen: &[&'static Step]) -> Vec<Done> {
    let mut all: Vec<Done> = Vec::new();
    for (index, step) in chosen.iter().enumerate() {
        say::line(&format!("\n[{}/{}] {}: {}", index + 1, chosen.len(), step.name, step.what));
        let started = Instant::now();
        let broken = all.iter().find(|done| step.needs.contains(&done.step.name) && done.failed());
        let count = match broken {
            Some(done) => Count::failure(format!("not run, because `{}` failed", done.step.name)),
            None => (step.run)(run).unwrap_or_else(|error| Count::failure(format!("{error:#}"))),
        };
        for note in &count.notes {
            say::line(&format!("  {note}"));
        }
        let took = started.elapsed();
        say::line(&format!("[{}/{}] took {}", index + 1, chosen.len(), say::seconds(took)));
        all.push(Done { step, took, count });
    }
    all
}

impl Done {
    fn failed(&self) -> bool {
        self.count.failed > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(fast: bool, only: Option<&str>) -> Vec<&'static str> {
        chosen(fast, only).unwrap().iter().map(|step| step.name).collect()
    }

    #[test]
    fn one_step_brings_what_it_needs_and_nothing_else() {
        assert_eq!(names(false, Some("format")), ["format"]);
        assert_eq!(names(false, Some("commands")), ["crates", "portal", "server", "commands"]);
    }

    #[test]
    fn a_step_stands_after_those_it_needs() {
        for (index, step) in STEPS.iter().enumerate() {
            for need in step.needs {
                assert!(STEPS[..index].iter().any(|before| before.name == *need), "{need}");
            }
        }
    }

    #[test]
    fn what_needs_something_of_the_system_is_a_step() {
        for name in NEEDS.iter().flat_map(|need| need.steps) {
            assert!(STEPS.iter().any(|step| step.name == *name), "{name}");
        }
    }

    #[test]
    fn the_fast_steps_need_only_each_other() {
        let fast = names(true, None);
        for step in STEPS.iter().filter(|step| step.fast) {
            assert!(step.needs.iter().all(|need| fast.contains(need)), "{}", step.name);
        }
    }

    #[test]
    fn an_unknown_step_is_refused_with_the_list() {
        let refused = chosen(false, Some("jorneys")).err().unwrap().to_string();
        assert!(refused.starts_with("there is no step `jorneys`; the steps are crates, "));
    }

    #[test]
    fn words_that_no_test_would_read_are_refused() {
        let refused = |only| has_a_runner(only).err().map(|why| why.to_string());
        assert!(refused(None).unwrap().contains("need a step"));
        assert!(refused(Some("format")).unwrap().starts_with("the step `format` takes no words"));
        assert_eq!(refused(Some("tidy")), None);
        assert!(TAKE_WORDS.iter().all(|name| STEPS.iter().any(|step| step.name == *name)));
    }
}
