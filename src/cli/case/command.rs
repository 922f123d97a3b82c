//! What can be said of cases: the commands of `sscd case` and their words.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Subcommand, ValueEnum};

use super::decide::Decide;
use crate::cli::argument::{Meeting, day, instant, meeting, pair, reference};
use crate::cli::ask::{About, By};
use crate::domain::case::{Channel, Ground, Reference, Referral, Step};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// All cases, or those that a change concerns.
    #[command(after_help = "Example:\n  sscd case list --json | jq '.[].reference'\n  \
        sscd case list --touched-by 2026-12-09")]
    List {
        /// Only those on which this bears: the key of a User, provider or person, the day of a meeting, policy.KEY, or
        /// `last` for what the last reload changed.
        #[arg(long, value_name = "KEY")]
        touched_by: Option<String>,
    },
    /// The whole story: what came, what was read and where, what was decided and why, what is waited for.
    #[command(after_help = "Example:\n  sscd case show SUS-2026-0001")]
    Show {
        #[arg(value_parser = reference)]
        reference: Reference,
    },
    /// Log a notice that did not come by mail.
    #[command(after_help = "Example:\n  sscd case open --channel telephone --received 2026-11-02T09:30:00Z \
        --set user_party_name=\"Northwind Energy Supply Ltd\" --by priya.nair")]
    Open {
        /// How it came.
        #[arg(long, value_enum)]
        channel: Way,
        /// When it came (RFC 3339).
        #[arg(long, value_name = "INSTANT", value_parser = instant)]
        received: DateTime<Utc>,
        /// What it said, by field as in `sscd read`; may be repeated.
        #[arg(long, value_name = "FIELD=VALUE", value_parser = pair)]
        set: Vec<(String, String)>,
        #[command(flatten)]
        by: By,
    },
    /// You have answered the User.
    #[command(
        after_help = "Example:\n  sscd case answered SUS-2026-0001 --reason \"by telephone\" --by priya.nair"
    )]
    Answered(About),
    /// Let automatic letters about a case wait: from now on they are drafts, until it is resumed.
    #[command(
        after_help = "Example:\n  sscd case hold SUS-2026-0001 --reason \"the User merges\" --by priya.nair"
    )]
    Hold(About),
    /// Let automatic letters go on; drafts that were made in between wait for `sscd outbox release`.
    #[command(after_help = "Example:\n  sscd case resume SUS-2026-0001 --reason \"merged\" --by priya.nair")]
    Resume(About),
    /// The User took its notification back: the case is over, and the record stays.
    #[command(after_help = "Example:\n  sscd case withdraw SUS-2026-0001 \
        --reason \"the project was stopped\" --by priya.nair")]
    Withdraw(About),
    /// Another case stands in the place of this one, which is over.
    #[command(after_help = "Example:\n  sscd case supersede SUS-2026-0001 --with SUS-2026-0004 \
        --reason \"notified anew\" --by priya.nair")]
    Supersede {
        /// The case that goes on.
        #[arg(long, value_name = "CASE", value_parser = reference)]
        with: Reference,
        #[command(flatten)]
        about: About,
    },
    /// A case that was over goes before the SSC after all.
    #[command(
        after_help = "Example:\n  sscd case reopen SUS-2026-0001 --reason \"it goes on\" --by priya.nair"
    )]
    Reopen(About),
    /// On the Chair's word: put a case before another meeting of the SSC, whatever the cut-off of papers, or out of cycle.
    /// The User is not told why.
    #[command(after_help = "Example:\n  sscd case table SUS-2026-0001 --meeting 2026-12-09 \
        --reason \"the start is near\" --by priya.nair")]
    Table {
        /// The day of a meeting in meetings.toml, or out-of-cycle.
        #[arg(long, value_name = "DATE|out-of-cycle", value_parser = meeting)]
        meeting: Meeting,
        #[command(flatten)]
        about: About,
    },
    Decide(Decide),
    /// Draft the paper for the SSC: who notifies is a pseudonym, and neither IDs nor architecture are in it.
    #[command(after_help = "Example:\n  sscd case paper SUS-2026-0001 --by priya.nair\n  \
        sscd outbox release 12 --to papers@sec-panel.test --by priya.nair")]
    Paper {
        #[arg(value_parser = reference)]
        reference: Reference,
        #[command(flatten)]
        by: By,
    },
    /// Write the evidence of a case to a folder: its mails, letters with their proof of delivery, history and hashes.
    #[command(after_help = "Example:\n  sscd case pack SUS-2026-0001 --into SUS-2026-0001\n  \
        cd SUS-2026-0001 && sha256sum -c SHA256SUMS")]
    Pack {
        #[arg(value_parser = reference)]
        reference: Reference,
        /// A folder that is not there yet.
        #[arg(long, value_name = "FOLDER")]
        into: PathBuf,
    },
    /// The SSC is informed although the User would rather it were not: drafts about the case may be released.
    #[command(after_help = "Example:\n  sscd case inform SUS-2026-0001 \
        --reason \"the User agreed by telephone\" --by priya.nair")]
    Inform(About),
    /// Record what followed a decision.
    #[command(after_help = "Example:\n  sscd case record SUS-2026-0001 --step booked --on 2027-01-18 \
        --reason \"agreed with the User CIO\" --by priya.nair")]
    Record {
        /// What took place.
        #[arg(long, value_enum)]
        step: Taken,
        /// The day: of `booked` the first, of `held` the last, of `response-due` the last one for the User.
        #[arg(long, value_name = "DATE", value_parser = day)]
        on: NaiveDate,
        #[command(flatten)]
        about: About,
    },
    /// Let nothing happen until a day, on which the case goes before the SSC again.
    #[command(after_help = "Example:\n  sscd case stay SUS-2026-0001 --until 2027-03-01 \
        --reason \"the merger is pending\" --by priya.nair")]
    Stay {
        #[arg(long, value_name = "DATE", value_parser = day)]
        until: NaiveDate,
        #[command(flatten)]
        about: About,
    },
    /// Record a step of the ladder that people take: E4, E5 or E6 (DOMAIN.md 5). Nothing is sent to a User.
    #[command(after_help = "Example:\n  sscd case refer SUS-2026-0001 --considered finding \
        --minute SSC-2027-03/4 --reason \"report of the review\" --by priya.nair\n  \
        sscd case refer SUS-2026-0001 --panel 2027-04-09 --minute SSC-2027-04/2 --reason \"sent by letter\" \
        --by priya.nair")]
    Refer(Refer),
    /// Leave the ladder, at any step.
    #[command(after_help = "Example:\n  sscd case deescalate SUS-2026-0001 \
        --reason \"the SSC is content\" --by priya.nair")]
    Deescalate(About),
    /// What followed the SSC's decision is done: the case is over.
    #[command(after_help = "Example:\n  sscd case close SUS-2026-0001 \
        --reason \"covered by the annual review\" --by priya.nair")]
    Close(About),
}

#[derive(Debug, Args)]
pub struct Refer {
    #[command(flatten)]
    pub step: Referred,
    /// Where the minutes of SSC or Panel have it.
    #[arg(long, value_name = "TEXT")]
    pub minute: String,
    #[command(flatten)]
    pub about: About,
}

/// Which step.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Referred {
    /// E4: the SSC considers that actual or potential non-compliance has occurred, on this ground.
    #[arg(long, value_enum, value_name = "GROUND")]
    considered: Option<OnGround>,
    /// E5: referred to the Panel, for its meeting of that day.
    #[arg(long, value_name = "DATE", value_parser = day)]
    panel: Option<NaiveDate>,
    /// E6: the Panel determined.
    #[arg(long)]
    determined: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum OnGround {
    /// What the User owes is overdue, after E3.
    Overdue,
    /// A review found something.
    Finding,
}

impl From<Referred> for Referral {
    fn from(step: Referred) -> Self {
        match (step.considered, step.panel) {
            (Some(OnGround::Overdue), _) => Self::Considered { ground: Ground::Overdue },
            (Some(OnGround::Finding), _) => Self::Considered { ground: Ground::Finding },
            (None, Some(meeting_on)) => Self::Panel { meeting_on },
            (None, None) => Self::Determined,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Way {
    Telephone,
    Letter,
    SecureForm,
}

impl From<Way> for Channel {
    fn from(way: Way) -> Self {
        match way {
            Way::Telephone => Self::Telephone,
            Way::Letter => Self::Letter,
            Way::SecureForm => Self::SecureForm,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Taken {
    /// A review or its fieldwork was agreed.
    Booked,
    /// A review or its fieldwork took place.
    Held,
    /// The report came.
    Report,
    /// The SSC set a day for the User's response; a letter that says so is drafted.
    ResponseDue,
    /// The response came.
    Response,
    /// Remediation began.
    Remediation,
    /// What the SSC asked the User for has come otherwise than by mail.
    Information,
}

impl From<Taken> for Step {
    fn from(taken: Taken) -> Self {
        match taken {
            Taken::Booked => Self::Booked,
            Taken::Held => Self::Held,
            Taken::Report => Self::Report,
            Taken::ResponseDue => Self::ResponseDue,
            Taken::Response => Self::Response,
            Taken::Remediation => Self::Remediation,
            Taken::Information => Self::Information,
        }
    }
}
