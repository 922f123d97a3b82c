//! `sscd rehearse`: a conversation file, played against a copy of the configuration and printed as a story. In: the file;
//! out: each line with what came of it, and an exit code that says whether all that it expects came.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::Common;
use super::run::probe;
use super::screen::{Paint, Screen, one_line, say, say_json};
use crate::config::environment;
use crate::rehearse::{Came, Ends, Play, Setting, Step, read_script};

/// Play a conversation against your own configuration and directory, and tell it as a story.
///
/// The file says what happens, line by line: mails, what people do, days that pass. The daemon's own engine answers, on
/// an empty record in a temporary folder, under a clock that is turned: nothing is sent, and nothing of the office's own
/// is touched. The exit code is 1 where a line does not hold.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  sscd rehearse quarter.txt --mails ./mails")]
pub struct Args {
    /// The conversation: lines such as "> now 2026-11-02 09:30" and "> advance 10 workdays" (README, "A rehearsal").
    scenario: PathBuf,
    /// Where the mails are that it names; the folder of the conversation if not given.
    #[arg(long, value_name = "FOLDER")]
    mails: Option<PathBuf>,
}

/// A line that was played.
pub(super) struct Played<'a> {
    step: &'a Step,
    came: Vec<Came>,
    pub failed: Option<String>,
}

/// # Errors
/// When the file cannot be read or is no conversation, or the configuration is wrong.
pub async fn command(args: Args, common: &Common) -> anyhow::Result<ExitCode> {
    let name = args.scenario.display();
    let text = std::fs::read_to_string(&args.scenario).with_context(|| format!("read {name}"))?;
    let steps = read_script(&text).map_err(|why| anyhow::anyhow!("{name}: {why}"))?;
    let mails = args.mails.or_else(|| args.scenario.parent().map(PathBuf::from)).unwrap_or_default();
    let probe = probe(common.config.as_deref())?;
    let setting = Setting::new(common.config.as_deref(), environment(), mails, probe)?;
    let begun = Play::begin(&steps, &Arc::new(setting), Ends::Never).await;
    let mut play = begun.map_err(|why| anyhow::anyhow!("{name}: {why}"))?;
    let (mut lines, mut all_hold) = (Vec::new(), true);
    for step in &steps {
        let played = Box::pin(line(&mut play, step)).await?;
        all_hold &= played.failed.is_none();
        if common.json {
            lines.push(data(&played));
        } else {
            say(&people(&played, Screen::stdout()))?;
        }
    }
    if common.json {
        say_json(&Value::Array(lines))?;
    }
    Ok(if all_hold { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Plays a line; with the first one the conversation has begun.
pub(super) async fn line<'a>(play: &mut Play, step: &'a Step) -> anyhow::Result<Played<'a>> {
    if step.words.starts_with("now ") {
        return Ok(Played { step, came: Vec::new(), failed: None });
    }
    if !step.is_expectation() {
        play.go_on();
    }
    let failed = Box::pin(play.step(step)).await.err();
    let came =
        if step.is_expectation() { Vec::new() } else { play.came().await.map_err(anyhow::Error::msg)? };
    Ok(Played { step, came, failed })
}

fn data(played: &Played<'_>) -> Value {
    let came = |came: &Came| json!({ "at": came.at, "what": came.what });
    json!({
        "line": played.step.line,
        "words": played.step.words,
        "came": played.came.iter().map(came).collect::<Vec<_>>(),
        "failed": played.failed,
    })
}

pub(super) fn people(played: &Played<'_>, screen: Screen) -> String {
    let Played { step, came, failed } = played;
    let mut text = String::new();
    if !step.remark.is_empty() {
        text += "\n";
        text += &screen.paragraph("", 0, &one_line(&step.remark));
    }
    text += &screen.paint(Paint::Bold, &one_line(&format!("> {}", step.words)));
    text += "\n";
    text.extend(came.iter().map(|came| screen.paragraph("", 4, &one_line(&came.line()))));
    if let Some(why) = failed {
        let why = format!("line {} does not hold: {why}", step.line);
        text += &screen.paint(Paint::Red, &screen.paragraph("", 4, &one_line(&why)));
    }
    text
}
