//! Tests against real servers on loopback, each with servers of its own: Dovecot, and an SMTP server on aiosmtpd.
//! Ports are found free, state lies in temporary folders, and every process is ended by its id.

mod authority;
pub mod dovecot;
mod imap;
pub mod post;
pub mod process;
mod proxy;
mod scripted;
mod smtp;
mod whole;
