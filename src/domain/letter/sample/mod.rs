//! Sample facts of every kind of letter: good, thin, withheld, Red, hostile. Templates must render them all before
//! they come into force, and the snapshot tests show what they look like.

mod ahead;
mod decision;
mod desk;
mod invitation;
mod ladder;
mod notice;
mod review;
mod ssc;

use chrono::{DateTime, NaiveDate, Utc};

use super::super::id::{Address, Named};
use super::super::notification::missing_line;
use super::{Envelope, Facts, Missing, Stated, Step};

/// Facts and the name by which a refusal and a snapshot call them.
#[derive(Debug, Clone)]
pub struct Sample {
    pub name: &'static str,
    pub facts: Facts,
}

impl Facts {
    /// Several samples of each kind.
    #[must_use]
    pub fn samples() -> Vec<Sample> {
        let mut samples = notice::samples();
        samples.extend(ssc::samples());
        samples.extend(decision::samples());
        samples.extend(ladder::samples());
        samples.extend(desk::samples());
        samples.extend(invitation::samples());
        samples.extend(review::samples());
        samples
    }
}

impl Envelope {
    /// The envelope that goes with the samples.
    #[must_use]
    pub fn sample() -> Self {
        let named = |name: &str, at: &str| Named { name: Some(name.into()), address: address(at) };
        Self {
            message_id: "sus-2026-0001.1.0.abcdefghijklmnop@secas.test".into(),
            dated_at: at("2026-06-04T09:15:01Z"),
            from: Named { name: Some("SECAS".into()), address: office() },
            reply_to: address("ssc+raaaaaaaabqbd2hbv7xs2dhy2w7i@secas.test"),
            to: vec![named("Ann Field", "ann.field@northwind.test")],
            cc: vec![named("Regulation, Northwind", "regulation@northwind.test")],
            in_reply_to: Some("4711.0815@northwind.test".into()),
            references: vec!["4711.0815@northwind.test".into()],
        }
    }
}

pub(super) fn office() -> Address {
    address("ssc@secas.test")
}

#[expect(
    clippy::expect_used,
    reason = "the addresses of the samples stand in this file, and a test reads them all"
)]
fn address(text: &str) -> Address {
    Address::parse(text).expect("a sample's address")
}

fn stated(label: &str, words: &str) -> Stated {
    Stated { label: label.into(), words: Some(words.into()), understood: None }
}

fn read_as(label: &str, words: &str, understood: &str) -> Stated {
    Stated { understood: Some(understood.into()), ..stated(label, words) }
}

fn gap(field: &str) -> Missing {
    let (label, expected, example) = missing_line(field).unwrap_or_default();
    Missing { label: label.into(), expected: expected.into(), example: example.into() }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_default()
}

fn on(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

fn step(what: &str, on: Option<NaiveDate>, by_five: bool, why: &str) -> Step {
    Step { what: what.into(), on, by_five, why: why.into() }
}
