//! `sscd` watches the SECAS mailbox for notifications of a second or subsequent User System (SECMP0057).
//!
//! ```text
//!   mailbox (IMAP, Maildir)                                   SMTP, Maildir
//!      | collect                                             deliver ^
//!      v                                                             |
//!    inbox -- read --> Message > triage > Notification > Signal    outbox
//!    timer -- wake ------------------------------------> Signal      ^
//!    operator (socket, command) -----------------------> Signal      |
//!                                                          v         |
//!                            decide(subject, signal, now, world): events + letters
//!                                                          |
//!        one transaction: journal, register, timer, outbox, and the inbox row done
//! ```
//!
//! Reading order: [`domain`] (the rules, pure), [`ports`] (what a test cannot have for real), [`store`] (the
//! record), [`engine`] (the one path and the one loop), [`adapters`] (clock, IMAP, SMTP, Maildir), [`control`] (the
//! socket), [`cli`].

pub mod adapters;
pub mod cli;
pub mod config;
pub mod control;
pub mod domain;
pub mod engine;
pub mod fault;
pub mod ports;
pub mod rehearse;
pub mod store;
pub mod telemetry;
