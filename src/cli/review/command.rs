//! What can be said of annual reviews: the commands of `sscd review` and their words.

use anyhow::{Context as _, ensure};
use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};

use crate::cli::argument::{day, reason};
use crate::cli::ask::By;
use crate::domain::directory::AssessmentKind;
use crate::domain::review::Move;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// The reviews that are not over, by their day, and Users for whom a person must say from when it counts.
    #[command(after_help = "Example:\n  sscd review list --until 2027-03-31 --json | jq '.reviews[].id'")]
    List {
        /// Only those that are due by then.
        #[arg(long, value_name = "DATE", value_parser = day)]
        until: Option<NaiveDate>,
    },
    /// One review: when it is due and why then, of which kind, what it covers, what was recorded, what comes next.
    #[command(after_help = "Example:\n  sscd review show northwind\n  sscd review show REV-2027-K7QMXA3B")]
    Show {
        /// Its id, or the key of its User.
        review: String,
    },
    /// Record what took place.
    #[command(after_help = "Example:\n  sscd review record northwind --step booked --on 2027-01-18 \
        --reason \"agreed with the User CIO\" --by priya.nair\n  \
        sscd review record northwind --step type --type full --reason \"a mixed portfolio\" --by priya.nair")]
    Record {
        #[arg(long, value_enum)]
        step: Recorded,
        /// The day: of `booked` the first of the fieldwork, of `fieldwork` the last, of `response-due` the last one for
        /// the User.
        #[arg(long, value_name = "DATE", value_parser = day)]
        on: Option<NaiveDate>,
        /// Of `finding`: what was found, for the SSC's agenda. No name of the User.
        #[arg(long, value_name = "TEXT")]
        text: Option<String>,
        /// Of `type`: the kind of assessment.
        #[arg(long = "type", value_enum, value_name = "KIND")]
        kind: Option<Assessed>,
        #[command(flatten)]
        about: About,
    },
    /// Set another day by which it is due; reminders follow it.
    #[command(after_help = "Example:\n  sscd review move northwind --to 2027-03-31 \
        --reason \"agreed by the SSC\" --by priya.nair")]
    Move {
        #[arg(long, value_name = "DATE", value_parser = day)]
        to: NaiveDate,
        #[command(flatten)]
        about: About,
    },
}

/// Which review, why, and on whose word.
#[derive(Debug, Args)]
pub struct About {
    /// Its id, or the key of its User.
    pub review: String,
    /// Why, for the record.
    #[arg(long, value_parser = reason)]
    pub reason: String,
    #[command(flatten)]
    pub by: By,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Recorded {
    Booked,
    /// The fieldwork ended; the next year counts from that day. Of a Self-Assessment the day that a person says.
    Fieldwork,
    Report,
    /// Something was found: it goes on the SSC's next agenda list.
    Finding,
    ResponseDue,
    Response,
    Remediation,
    Completed,
    /// A person says of which kind it is.
    Type,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Assessed {
    Full,
    Verification,
    /// A Self-Assessment.
    #[value(name = "self-assessment")]
    Own,
}

impl From<Assessed> for AssessmentKind {
    fn from(kind: Assessed) -> Self {
        match kind {
            Assessed::Full => Self::Full,
            Assessed::Verification => Self::Verification,
            Assessed::Own => Self::SelfAssessment,
        }
    }
}

impl Recorded {
    /// What is recorded, with the arguments that this step has.
    pub(super) fn what(
        self,
        on: Option<NaiveDate>,
        text: Option<String>,
        kind: Option<AssessmentKind>,
    ) -> anyhow::Result<Move> {
        ensure!(
            matches!(self, Self::Finding) == text.is_some(),
            "only `finding` has a --text, and it needs one"
        );
        ensure!(matches!(self, Self::Type) == kind.is_some(), "only `type` has a --type, and it needs one");
        if let Some(kind) = kind {
            return Ok(Move::Kind { kind });
        }
        let on = on.context("say the day: --on YYYY-MM-DD")?;
        Ok(match self {
            Self::Booked => Move::Booked { on },
            Self::Fieldwork => Move::Fieldwork { on },
            Self::Report => Move::Report { on },
            Self::Finding => Move::Finding { on, text: text.unwrap_or_default() },
            Self::ResponseDue => Move::ResponseDue { on },
            Self::Response => Move::Response { on },
            Self::Remediation => Move::Remediation { on },
            Self::Completed | Self::Type => Move::Completed { on },
        })
    }
}
