//! The clock, and the ways out: IMAP, SMTP, Maildir. The only modules that touch the network or read the time.
