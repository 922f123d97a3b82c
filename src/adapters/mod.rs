//! The clock, and the ways in and out: IMAP, SMTP, Maildir, the DNS, tokens to log in with. The only modules that touch
//! the network or read the time; they know nothing of the record or of the engine.

pub mod clock;
pub mod dns;
pub mod folder;
pub mod imap;
pub mod link;
pub mod login;
pub mod maildir;
pub mod oauth;
pub mod smtp;
pub mod tls;
pub mod watch;
