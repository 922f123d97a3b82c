//! The record: inbox, journal, register, timer, outbox, in SQLite (the embedded default) or PostgreSQL, one SQL
//! text for both. In: rows; out: rows. It decides nothing; whatever a decision changes goes down in one [`Commit`].

mod rows;

pub use rows::*;
