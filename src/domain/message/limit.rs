//! How much of one mail is read. What lies beyond is passed over with a [`Problem`](super::Problem), never an error:
//! a mail has to be far from anything that a person writes before it meets one of these.

/// Octets of a mail.
pub(super) const MAIL: usize = 64 << 20;
/// Header fields of the mail itself.
pub(super) const HEADERS: usize = 2_000;
/// Header fields of one part.
pub(super) const PART_HEADERS: usize = 100;
/// Octets of one header field, its folds included; about what Postfix lets through.
pub(super) const FIELD: usize = 100 << 10;
/// Octets of a Content-Type or Content-Disposition field.
pub(super) const CONTENT_FIELD: usize = 8 << 10;
/// Fields of one name that are read where the standard allows one.
pub(super) const SAME_NAME: usize = 10;
/// Problems and signs that are told of one mail: the first ones say it all.
pub(super) const TOLD: usize = 50;
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
/// Octets of an attached document.
pub(super) const DOCUMENT: usize = 25 << 20;
/// Documents of one mail that are read.
pub(super) const DOCUMENTS: usize = 8;
/// Documents within documents.
pub(super) const WITHIN: usize = 3;
