//! What can be said of a review meeting: the commands of `sscd meeting` and their words. Times are London's.

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};

use crate::cli::argument::{Wall, address, day, reason, reference, wall};
use crate::cli::ask::{About, By};
use crate::domain::case::Reference;
use crate::domain::id::Address;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// The meeting: when, where, who is invited and what they answered, and which other times were proposed.
    #[command(after_help = "Example:\n  sscd meeting show SUS-2026-0001")]
    Show {
        #[arg(value_parser = reference)]
        reference: Reference,
    },
    /// Who comes, person by person, and whether that is a quorum. With a person and an answer: record what reached you by
    /// telephone, or what nobody vouched for.
    #[command(
        after_help = "Example:\n  sscd meeting attendance SUS-2026-0001 --json | jq '.[].people[]'\n  \
        sscd meeting attendance SUS-2026-0001 ingrid.solheim declined --reason \"rang on Monday\" --by priya.nair"
    )]
    Attendance {
        #[arg(value_parser = reference)]
        reference: Reference,
        /// Who answered: a key of the directory, or an address that was invited.
        #[arg(value_name = "PERSON", requires_all = ["answer", "reason", "by"])]
        person: Option<String>,
        /// What they answered.
        #[arg(value_name = "ANSWER")]
        answer: Option<Said>,
        /// How you know, for the record.
        #[arg(long, requires = "person", value_parser = reason)]
        reason: Option<String>,
        /// Who enters it: the key of a person in the directory whose role permits it.
        #[arg(long, value_name = "PERSON", requires = "person")]
        by: Option<String>,
    },
    /// Propose a time, in the place of the one that is proposed already; invitations are drafted.
    #[command(after_help = "Example:\n  sscd meeting propose SUS-2026-0001 --start \"2026-12-15 10:00\" \
        --place \"Room 4\" --reason \"the Chair is away before\" --by priya.nair")]
    Propose {
        #[command(flatten)]
        time: Time,
        /// How long it lasts.
        #[arg(long, default_value_t = 120, value_name = "N")]
        minutes: u32,
        #[command(flatten)]
        about: About,
    },
    /// Release the drafted invitations: one leaves for each of the invited.
    #[command(after_help = "Example:\n  sscd meeting invite SUS-2026-0001 --by priya.nair")]
    Invite {
        #[arg(value_parser = reference)]
        reference: Reference,
        #[command(flatten)]
        by: By,
    },
    /// Hold it at another time or place; everybody who is invited is told and asked anew.
    #[command(after_help = "Example:\n  sscd meeting move SUS-2026-0001 --start \"2026-12-16 14:00\" \
        --reason \"the User asked for it\" --by priya.nair")]
    Move {
        #[command(flatten)]
        time: Time,
        /// How long it lasts; without it as long as before.
        #[arg(long, value_name = "N")]
        minutes: Option<u32>,
        #[command(flatten)]
        about: About,
    },
    /// It does not take place; everybody who was invited is told. The case waits for another time.
    #[command(
        after_help = "Example:\n  sscd meeting cancel SUS-2026-0001 --reason \"no quorum\" --by priya.nair"
    )]
    Cancel(About),
    /// Invite one more: a person of the directory, or somebody of the User.
    #[command(after_help = "Example:\n  sscd meeting add SUS-2026-0001 --person marcus.tull \
        --reason \"for Ingrid Solheim\" --by priya.nair\n  \
        sscd meeting add SUS-2026-0001 --address engineer@northwind.test --name \"Sam Okoro\" \
        --reason \"knows the system\" --by priya.nair")]
    Add {
        #[command(flatten)]
        who: Added,
        /// The name that goes with the address.
        #[arg(long, value_name = "NAME", requires = "address")]
        name: Option<String>,
        #[command(flatten)]
        about: About,
    },
    /// Take an invitation back; that person is told, and the others get the list as it is then.
    #[command(after_help = "Example:\n  sscd meeting remove SUS-2026-0001 \
        --address ingrid.solheim@harbourlight.test --reason \"has an interest\" --by priya.nair")]
    Remove {
        #[arg(long, value_name = "ADDRESS", value_parser = address)]
        address: Address,
        #[command(flatten)]
        about: About,
    },
    /// Another time that somebody proposed is not taken up: they are told, with your reason.
    #[command(after_help = "Example:\n  sscd meeting decline SUS-2026-0001 \
        --address ingrid.solheim@harbourlight.test --reason \"The Chair cannot come then.\" --by priya.nair")]
    Decline {
        #[arg(value_parser = reference)]
        reference: Reference,
        /// Who proposed it.
        #[arg(long, value_name = "ADDRESS", value_parser = address)]
        address: Address,
        /// Why: they read it as you write it, so name no User to a member.
        #[arg(long, value_parser = reason)]
        reason: String,
        #[command(flatten)]
        by: By,
    },
    /// Record that it took place, and who was there.
    #[command(after_help = "Example:\n  sscd meeting held SUS-2026-0001 --on 2026-12-15 \
        --present elspeth.marlowe --present ingrid.solheim --reason \"as minuted\" --by priya.nair")]
    Held {
        /// Its last day.
        #[arg(long, value_name = "DATE", value_parser = day)]
        on: NaiveDate,
        /// Somebody who was there: a key of the directory, or an address that was invited; may be repeated.
        #[arg(long, value_name = "WHO")]
        present: Vec<String>,
        #[command(flatten)]
        about: About,
    },
}

/// What somebody said of an invitation.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Said {
    Accepted,
    Tentative,
    Declined,
}

#[derive(Debug, Args)]
pub struct Time {
    /// When it begins, by the clock in London.
    #[arg(long, value_name = "DATE TIME", value_parser = wall)]
    pub start: Wall,
    /// Where; the entry in calendars shows it.
    #[arg(long, value_name = "TEXT")]
    pub place: Option<String>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Added {
    /// The key of a person in the directory.
    #[arg(long, value_name = "KEY")]
    pub person: Option<String>,
    /// Somebody of the User.
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub address: Option<Address>,
}
