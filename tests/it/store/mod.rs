//! The record on both engines: each test runs on SQLite and on a PostgreSQL of its own.

mod commit;
mod intake;
mod place;
mod sample;
