//! The tests that stand outside the crate, as one binary.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so and ends"
)]

mod ahead;
mod answer;
mod calendar;
mod cli;
mod config;
mod corpus;
mod crash;
mod daemon;
mod dice;
mod disk;
mod dry_run;
mod due_date;
mod engine;
mod fast_clock;
mod fate;
mod feed;
mod forecast;
mod foreign;
mod form;
mod fuzz;
mod journal;
mod letter;
mod loops;
mod notice;
mod poison;
mod read;
mod readme;
mod reload;
mod said;
mod scenario;
mod servers;
mod store;
mod threat;
mod tidy;
mod watch;
mod workdays;
mod year;

/// The daemon's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
