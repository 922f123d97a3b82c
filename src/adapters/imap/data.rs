//! What an IMAP server says of mails, as plain values. In: attributes of a FETCH response; out: UIDs, sizes, dates,
//! bytes (RFC 3501 7.4.2), and UIDs as a set for the next command.

use async_imap::imap_proto::AttributeValue;
use chrono::{DateTime, Utc};

use crate::ports::Found;

/// UIDs as a set, runs joined: `4:9,12`.
pub(super) fn set<'a>(locators: impl Iterator<Item = &'a str>) -> String {
    let mut uids: Vec<u32> = locators.filter_map(|locator| locator.parse().ok()).collect();
    uids.sort_unstable();
    let runs = uids.chunk_by(|one, next| *next == one + 1);
    let names = runs.filter_map(|run| match run {
        [only] => Some(only.to_string()),
        [first, .., last] => Some(format!("{first}:{last}")),
        [] => None,
    });
    names.collect::<Vec<_>>().join(",")
}

pub(super) fn read_uid(attributes: &[AttributeValue<'_>]) -> Option<u32> {
    attributes.iter().find_map(|value| match value {
        AttributeValue::Uid(uid) => Some(*uid),
        _ => None,
    })
}

/// The server has the mail and gives no bytes for it.
pub(super) struct Nil;

/// `None` when the response is about something else: a flag that a colleague set.
pub(super) fn read_body<'a>(attributes: &'a [AttributeValue<'_>]) -> Option<Result<&'a [u8], Nil>> {
    attributes.iter().find_map(|value| match value {
        AttributeValue::BodySection { section: None, data, .. } => Some(data.as_deref().ok_or(Nil)),
        _ => None,
    })
}

pub(super) fn read_found(attributes: &[AttributeValue<'_>]) -> Option<Found> {
    let uid = read_uid(attributes)?;
    let n_bytes = attributes.iter().find_map(|value| match value {
        AttributeValue::Rfc822Size(size) => Some(u64::from(*size)),
        _ => None,
    })?;
    let received_at = attributes.iter().find_map(|value| match value {
        AttributeValue::InternalDate(date) => read_date(date),
        _ => None,
    });
    Some(Found {
        locator: uid.to_string(),
        position: uid.into(),
        n_bytes,
        received_at,
        lies_since: received_at,
    })
}

/// RFC 3501 9, date-time; the day may be padded with a space.
fn read_date(text: &str) -> Option<DateTime<Utc>> {
    let date = DateTime::parse_from_str(text.trim(), "%d-%b-%Y %H:%M:%S %z").ok()?;
    Some(date.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_become_runs() {
        assert_eq!(set(["7", "4", "5", "6", "12", "x"].into_iter()), "4:7,12");
        assert_eq!(set(["4294967295", "1"].into_iter()), "1,4294967295");
    }

    #[test]
    fn internal_dates_are_read_with_their_zone() {
        let read = |text| read_date(text).map(|at| at.to_rfc3339());
        assert_eq!(read("17-Jul-2026 02:44:25 -0700").as_deref(), Some("2026-07-17T09:44:25+00:00"));
        assert_eq!(read(" 1-Feb-2026 00:00:00 +0000").as_deref(), Some("2026-02-01T00:00:00+00:00"));
        assert_eq!(read("yesterday"), None);
    }
}
