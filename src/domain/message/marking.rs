//! The Panel Information Policy marking that a sender put (DOMAIN.md 6).
use super::header::Headers;
use super::{Classification, TextPart};
pub(super) fn read(
    _headers: &Headers<'_>,
    _subject: &str,
    _texts: &[TextPart],
) -> Option<(Classification, String)> {
    None
}
