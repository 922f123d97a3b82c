//! The tests that stand outside the crate, as one binary.

mod answer;
mod corpus;
mod hands;
mod letter;
