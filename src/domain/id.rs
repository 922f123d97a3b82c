//! The small names that everything else is known by. In: text or numbers from outside; out: values that are safe
//! to print in a header, a log line or a query.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A row of the inbox: one mail, however often it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InboxId(pub i64);

/// A letter of the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LetterId(pub i64);

/// What has a history: a case is known by its reference (`SUS-2026-0001`), the Desk by `desk`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SubjectId(pub String);

impl SubjectId {
    /// The office itself: what people do about mail that belongs to no case.
    #[must_use]
    pub fn desk() -> Self {
        Self("desk".into())
    }
}

/// A User, provider or person of the directory, by the key that its file gives it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(pub String);

/// An email address (RFC 5321 addr-spec) with its domain in lower case and without control characters, spaces or
/// angle brackets: the only door through which an address reaches a header or an envelope.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(String);

impl Address {
    /// Reads `local@domain`, as far as letters can be sent there: atoms parted by dots (RFC 5321 4.1.2).
    ///
    /// # Errors
    /// When there is no `@`, a side is empty or too long, or a character has no place in an address.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        let bad = || BadAddress { found: text.chars().take(200).collect() };
        let (local, domain) = text.trim().rsplit_once('@').ok_or_else(bad)?;
        let is_atom = |atom: &str| {
            let of_atom = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
            !atom.is_empty() && atom.chars().all(of_atom)
        };
        let is_label = |label: &str| {
            let is_edge = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            is_atom(label)
                && label.len() <= 63
                && is_edge(label.chars().next())
                && is_edge(label.chars().next_back())
        };
        if local.len() > 64 || !local.split('.').all(is_atom) {
            return Err(bad());
        }
        if domain.len() > 253 || !domain.split('.').all(is_label) {
            return Err(bad());
        }
        Ok(Self(format!("{local}@{}", domain.to_lowercase())))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`, with its tag.
    #[must_use]
    pub fn local(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// What stands after the `@`, in lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The tag of a plus address: `TOKEN` of `secas+TOKEN@`.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.local().split_once('+').map(|(_, tag)| tag)
    }

    /// The same mailbox with another tag (RFC 5233).
    #[must_use]
    pub fn tagged(&self, tag: &str) -> Self {
        let Self(plain) = self.untagged();
        Self(plain.replacen('@', &format!("+{tag}@"), 1))
    }

    /// The same mailbox without a tag.
    #[must_use]
    pub fn untagged(&self) -> Self {
        let base = self.local().split('+').next().unwrap_or_default();
        Self(format!("{base}@{}", self.domain()))
    }

    /// Equal as mail servers compare in practice: without regard to case.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Address {
    type Error = BadAddress;
    fn try_from(text: String) -> Result<Self, BadAddress> {
        Self::parse(&text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.0
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{found:?} is no email address; expected local@domain")]
pub struct BadAddress {
    pub found: String,
}

/// An address with the name that goes with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub address: Address,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_line_and_has_two_sides() {
        assert_eq!(Address::parse(" Ann@Power.TEST ").unwrap().as_str(), "Ann@power.test");
        for bad in ["ann", "@power.test", "ann@", "ann@a\r\nBcc: x@y.test", "a b@power.test", "<a@b.test>"] {
            assert!(Address::parse(bad).is_err(), "{bad:?}");
        }
        // No letter could be written to these.
        for bad in [
            "a@b@power.test",
            ".a@power.test",
            "a..b@power.test",
            "a@power..test",
            "a@-power.test",
            "a@power.",
        ] {
            assert!(Address::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_tag_is_put_on_and_read_back() {
        let plain = Address::parse("secas@sec.test").unwrap();
        assert_eq!(plain.tagged("abc").as_str(), "secas+abc@sec.test");
        assert_eq!(plain.tagged("abc").tag(), Some("abc"));
        assert_eq!(plain.tagged("abc").tagged("d").as_str(), "secas+d@sec.test");
    }
}
