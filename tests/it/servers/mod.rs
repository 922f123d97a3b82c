//! Tests against real servers on loopback, each with servers of its own: Dovecot, an SMTP server on aiosmtpd, a provider of tokens.
//! Ports are found free, state lies in temporary folders, and every process is ended by its id.

mod authority;
mod connect;
pub mod dovecot;
mod imap;
mod oauth;
mod odd_imap;
#[expect(dead_code, reason = "the soak needs more of it")]
pub mod post;
pub mod process;
pub mod provider;
mod proxy;
pub mod scripted;
mod smtp;
pub mod whole;
