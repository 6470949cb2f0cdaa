//! Every call of a session to IndexedDB fails once, in every way in which browsers let it fail. What
//! was shown as saved is there at the next start, and nobody is left without an answer.

use shared::edit::Edit;

use super::page::{Heard, Page, account, database, faults, message};
use super::{Outcome, that};

/// Far more calls than a session makes.
const CALLS_MAX: u32 = 400;
/// Fewer would mean that the shim counts nothing.
const CALLS_MIN: u32 = 30;

/// What was promised in one session.
#[derive(Default)]
struct Promised {
    is_open: bool,
    there: Vec<(&'static str, &'static str)>,
    gone: Vec<&'static str>,
    draft: Option<&'static str>,
    /// Not everything that was asked for was promised.
    was_refused: bool,
}

/// A handle that throws, as one does that the browser is closing.
pub async fn throws() -> Outcome {
    at_every_call("throws", true).await
}

/// A connection that was lost in the middle.
pub async fn lost() -> Outcome {
    at_every_call("lost", true).await
}

/// A commit that happened, and of which the browser says that it did not.
pub async fn silent() -> Outcome {
    at_every_call("silent", true).await
}

/// A disk without room for what is put.
pub async fn full() -> Outcome {
    at_every_call("full", true).await
}

/// A site whose data was removed while it is open.
pub async fn emptied() -> Outcome {
    at_every_call("emptied", false).await
}

/// `recovers`: once is so little that everything asked for has to be done.
async fn at_every_call(how: &str, recovers: bool) -> Outcome {
    for call in 1..CALLS_MAX {
        let slot = account().await?;
        faults("arm", &[call.into(), how.into()])?;
        let played = session(&slot).await;
        let calls = faults("calls", &[])?.as_f64().unwrap_or_default();
        faults("arm", &[0.into(), "".into()])?;
        let outcome = async {
            let (mut promised, page) = played?;
            if !recovers {
                // Drafts go with what the browser removes; what is on the screen is kept again.
                promised.draft = None;
            }
            if let Some(mut page) = page {
                // The disk does one thing after another: when this is there, so is all before.
                let heard = page.edit(vec![message("last")]).await?;
                that(matches!(heard[0], Heard::Saved(_)), "it never recovers")?;
                promised.there.push(("last", "May I swim?"));
            }
            that(promised.is_open || !recovers, "it did not open")?;
            that(!promised.was_refused || !recovers, "something was not saved")?;
            keeps(&slot, &promised).await
        };
        outcome.await.map_err(|why| format!("call {call} {how}: {why}"))?;
        faults("forget", &[database(&slot).into()])?;
        if calls < f64::from(call) {
            return that(call > CALLS_MIN || how == "full", "there were hardly any calls");
        }
    }
    Err("the session never ends".to_owned())
}

/// What a person does in a minute.
async fn session(slot: &str) -> Result<(Promised, Option<Page>), String> {
    let mut promised = Promised::default();
    let Some(mut page) = Page::open(slot).await? else {
        return Ok((promised, None));
    };
    promised.is_open = true;
    let heard = page.edit(vec![message("stays"), message("goes"), message("changes")]).await?;
    let [stays, goes, changes] = heard[..] else {
        return Err(format!("{} answers", heard.len()));
    };
    for (topic, heard) in [("stays", stays), ("goes", goes), ("changes", changes)] {
        if let Heard::Saved(_) = heard {
            promised.there.push((topic, "May I swim?"));
        }
    }
    if page.keep_draft("half a sentence").await? {
        promised.draft = Some("half a sentence");
    }
    if let (Heard::Saved(entry), Heard::Saved(other)) = (goes, changes) {
        let reword = Edit::Reword { entry: other, text: "May I dive?".to_owned() };
        let heard = page.edit(vec![Edit::Withdraw { entry }, reword]).await?;
        promised.there.retain(|(topic, _)| *topic != "goes");
        if let Heard::Saved(_) = heard[0] {
            promised.gone.push("goes");
        }
        if let Heard::Saved(_) = heard[1] {
            promised.there.retain(|(topic, _)| *topic != "changes");
            promised.there.push(("changes", "May I dive?"));
        }
        // What is gone from the disk may have been sent by another tab: then it is said to be sent.
        promised.was_refused |= heard[0] == Heard::NotSaved;
        promised.was_refused |= !matches!(heard[1], Heard::Saved(_));
    }
    promised.was_refused |= promised.draft.is_none();
    promised.was_refused |=
        [stays, goes, changes].iter().any(|one| !matches!(one, Heard::Saved(_)));
    // Whatever the disk did, the screen still shows what was promised.
    shows(&mut page, &promised).await?;
    Ok((promised, Some(page)))
}

/// A worker that starts anew finds it.
async fn keeps(slot: &str, promised: &Promised) -> Outcome {
    if !promised.is_open {
        return Ok(());
    }
    let Some(mut page) = Page::open(slot).await? else {
        return Err("it does not open again".to_owned());
    };
    shows(&mut page, promised).await?;
    let draft = page.draft().await?;
    that(
        promised.draft.is_none() || draft.as_deref() == promised.draft,
        "the draft that was kept is gone",
    )
}

async fn shows(page: &mut Page, promised: &Promised) -> Outcome {
    let threads = page.threads().await?;
    for (topic, words) in &promised.there {
        let row = threads.iter().find(|(other, _)| other == topic);
        let (_, excerpt) = row.ok_or(format!("{topic:?} was saved and is gone"))?;
        that(excerpt == words, &format!("{topic:?} says {excerpt:?}"))?;
    }
    for topic in &promised.gone {
        that(threads.iter().all(|(other, _)| other != topic), "what was taken back is there")?;
    }
    Ok(())
}
