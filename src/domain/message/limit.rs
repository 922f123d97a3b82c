//! How much of one mail is read. What lies beyond is passed over with a [`Problem`](super::Problem), never an error:
//! a mail has to be far from anything that a person writes before it meets one of these.

/// Octets of a mail.
pub(super) const MAIL: usize = 64 << 20;
/// Header fields of the mail itself.
pub(super) const HEADERS: usize = 2_000;
/// Header fields of one part.
pub(super) const PART_HEADERS: usize = 100;
/// Octets of one header field, its folds included.
pub(super) const FIELD: usize = 256 << 10;
/// MIME parts, containers included.
pub(super) const PARTS: usize = 1_000;
/// Containers within containers.
pub(super) const DEPTH: usize = 50;
/// Octets of all text that a person would read, decoded.
pub(super) const TEXT: usize = 2 << 20;
/// Octets of one line of text.
pub(super) const LINE: usize = 64 << 10;
/// Message-IDs of a thread; a mail keeps the last ones.
pub(super) const THREAD: usize = 100;
/// Characters of a Message-ID or of a name (RFC 5322 2.1.1: no line is longer).
pub(super) const ID: usize = 998;
