//! The tests that stand outside the crate, as one binary.

mod hands;
mod letter;
