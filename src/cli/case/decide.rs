//! `sscd case decide`: what the SSC decided, as a person enters it. In: the arguments; out: a request to the decider.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use crate::cli::Common;
use crate::cli::argument::{day, outcome, reference};
use crate::cli::ask::{By, ask};
use crate::domain::case::Reference;
use crate::domain::directory::AssessmentKind;
use crate::domain::outcome::{Outcome, Said};
use crate::engine::Ask;

/// More is a document, and not the advice in its own words.
const ADVICE_BYTES: usize = 20_000;

/// Enter a decision of the SSC. The letters to User and User CIO are drafts, which a person releases.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sscd case decide SUS-2026-0001 --outcome await-annual-review \
    --minute SSC-2026-24/7 --advice advice.txt --by priya.nair\n  \
    sscd case decide SUS-2026-0001 --outcome assessment-required --type full --due 2027-03-31 \
    --minute SSC-2026-24/7 --corrects 1 --by priya.nair")]
pub struct Decide {
    #[arg(value_parser = reference)]
    reference: Reference,
    /// await-annual-review, ad-hoc-review, assessment-required, further-information, deferred-to-meeting or
    /// no-further-action.
    #[arg(long, value_parser = outcome)]
    outcome: Outcome,
    /// Where the SSC's minutes have it.
    #[arg(long, value_name = "TEXT")]
    minute: String,
    /// The day of the decision; without it that of the last meeting that the case was before, or today.
    #[arg(long, value_name = "DATE", value_parser = day)]
    on: Option<NaiveDate>,
    /// The SSC's advice, word for word, as it shall stand in the letters: a text file in UTF-8.
    #[arg(long, value_name = "FILE")]
    advice: Option<PathBuf>,
    /// A condition, word for word; may be repeated.
    #[arg(long, value_name = "TEXT")]
    condition: Vec<String>,
    /// Of assessment-required: the kind of assessment.
    #[arg(long = "type", value_enum, value_name = "KIND")]
    assessment: Option<Assessment>,
    /// The last day for the assessment or the information (17:00), or the meeting to which it is deferred.
    #[arg(long, value_name = "DATE", value_parser = day)]
    due: Option<NaiveDate>,
    /// The number of the decision that this one corrects, as `sscd case show` has it.
    #[arg(long, value_name = "NUMBER")]
    corrects: Option<u32>,
    #[command(flatten)]
    by: By,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Assessment {
    Full,
    Verification,
    /// A Self-Assessment.
    #[value(name = "self-assessment")]
    Own,
    FollowUp,
}

impl From<Assessment> for AssessmentKind {
    fn from(kind: Assessment) -> Self {
        match kind {
            Assessment::Full => Self::Full,
            Assessment::Verification => Self::Verification,
            Assessment::Own => Self::SelfAssessment,
            Assessment::FollowUp => Self::FollowUp,
        }
    }
}

impl Decide {
    pub(super) async fn command(self, common: &Common) -> anyhow::Result<ExitCode> {
        let said = Said {
            outcome: self.outcome,
            minute: self.minute,
            on: self.on,
            advice: self.advice.as_deref().map(advice).transpose()?,
            conditions: self.condition,
            assessment: self.assessment.map(AssessmentKind::from),
            due_on: self.due,
            corrects: self.corrects,
        };
        ask(common, &self.by, Ask::Decide { reference: self.reference, said: Box::new(said) }).await
    }
}

fn advice(path: &Path) -> anyhow::Result<String> {
    let file = path.display();
    let bytes = fs::read(path).with_context(|| format!("read the advice in {file}"))?;
    ensure!(
        bytes.len() <= ADVICE_BYTES,
        "found {} bytes in {file}, expected the advice in at most {ADVICE_BYTES}",
        bytes.len()
    );
    let text = String::from_utf8(bytes).with_context(|| format!("{file} is not text in UTF-8"))?;
    ensure!(!text.trim().is_empty(), "found nothing in {file}, expected the SSC's advice");
    Ok(text)
}
