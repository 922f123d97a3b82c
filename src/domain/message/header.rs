//! The header lines of a mail or of a part. In: bytes from the start of a header section; out: names and raw values
//! in their order, and where the body starts. Invariant: one pass, at most the limits of [`super::limit`], no copy.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use mail_parser::parsers::MessageStream;
use mail_parser::{Addr, HeaderValue};
use memchr::memchr;

use super::decode::windows_1252;
use super::limit;
use crate::domain::id::{Address, Named};

/// One header field: its value still folded, with its line end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header<'x> {
    pub name: &'x str,
    value: &'x [u8],
}

#[derive(Debug, Clone, Default)]
pub(super) struct Headers<'x> {
    fields: Vec<Header<'x>>,
    /// Fields beyond the limit, which were passed over.
    pub n_over: usize,
    /// A field was longer than the limit and is cut.
    pub cut: bool,
    /// The blank line before the body is missing.
    pub unended: bool,
}

impl<'x> Headers<'x> {
    /// Reads fields until the blank line, a line that can be no field, or a line that `ends` the part. Returns them
    /// and the place of the body.
    pub fn read(raw: &'x [u8], from: usize, max: usize, ends: impl Fn(&[u8]) -> bool) -> (Self, usize) {
        let mut headers = Self::default();
        let mut at = from;
        let mut field: Option<(&str, usize)> = None;
        loop {
            let rest = raw.get(at..).unwrap_or_default();
            let line = rest.get(..memchr(b'\n', rest).map_or(rest.len(), |n| n + 1)).unwrap_or_default();
            if matches!(line, [b' ' | b'\t', ..]) && field.is_some() {
                at += line.len();
                continue;
            }
            if let Some((name, start)) = field.take() {
                headers.push(name, raw.get(start..at).unwrap_or_default(), max);
            }
            let blank = line.trim_ascii().is_empty();
            if blank || ends(line) {
                return (headers, if blank { at + line.len() } else { at });
            }
            let Some(name) = field_name(line) else {
                headers.unended = at > from;
                return (headers, at);
            };
            field = Some((name, at + memchr(b':', line).map_or(0, |n| n + 1)));
            at += line.len();
        }
    }

    fn push(&mut self, name: &'x str, value: &'x [u8], max: usize) {
        if self.fields.len() >= max {
            self.n_over += 1;
            return;
        }
        self.cut |= value.len() > limit::FIELD;
        self.fields.push(Header { name, value: value.get(..limit::FIELD).unwrap_or(value) });
    }

    pub fn iter(&self) -> impl Iterator<Item = Header<'x>> + '_ {
        self.fields.iter().copied()
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Header<'x>> + 'a {
        self.iter().filter(move |header| header.name.eq_ignore_ascii_case(name))
    }

    pub fn first(&self, name: &str) -> Option<Header<'x>> {
        self.all(name).next()
    }

    /// The addresses of every field of that name, and what stood there that is none.
    pub fn addresses(&self, name: &str) -> (Vec<Named>, Vec<String>) {
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for header in self.all(name).take(limit::SAME_NAME) {
            header.addresses(&mut good, &mut bad);
        }
        (good, bad)
    }
}

impl<'x> Header<'x> {
    /// As it stands, without line ends (RFC 5322 2.2.3): for fields that are ASCII by their grammar.
    pub fn raw(&self) -> Cow<'x, str> {
        let value = self.value.trim_ascii();
        if memchr(b'\n', value).is_none() {
            return String::from_utf8_lossy(value);
        }
        let value: Vec<u8> = value.iter().copied().filter(|byte| !b"\r\n".contains(byte)).collect();
        Cow::Owned(String::from_utf8_lossy(&value).into_owned())
    }

    /// Encoded words decoded (RFC 2047), on one line.
    pub fn text(&self) -> String {
        let value = self.ready();
        match MessageStream::new(&value).parse_unstructured() {
            HeaderValue::Text(text) => one_line(&text),
            _ => String::new(),
        }
    }

    /// Message identifiers without angle brackets.
    pub fn ids(&self) -> Vec<String> {
        let value = self.ready();
        let ids = match MessageStream::new(&value).parse_id() {
            HeaderValue::Text(id) => vec![id],
            HeaderValue::TextList(ids) => ids,
            _ => Vec::new(),
        };
        let clean = |id: &Cow<'_, str>| -> String {
            id.chars().filter(|c| !c.is_control() && !c.is_whitespace()).take(limit::ID).collect()
        };
        ids.iter().map(clean).filter(|id| !id.is_empty()).collect()
    }

    pub fn date(&self) -> Option<DateTime<Utc>> {
        let value = self.ready();
        match MessageStream::new(&value).parse_date() {
            HeaderValue::DateTime(date) if date.is_valid() => {
                DateTime::from_timestamp(date.to_timestamp(), 0)
            }
            _ => None,
        }
    }

    /// Content-Type or Content-Disposition (RFC 2045 5.1, 2183, 2231).
    pub fn content(&self) -> Option<mail_parser::ContentType<'static>> {
        let value = self.value.get(..limit::CONTENT_FIELD).unwrap_or(self.value);
        let value = Self { name: self.name, value }.ready();
        match MessageStream::new(&value).parse_content_type().into_owned() {
            HeaderValue::ContentType(content) => Some(content),
            _ => None,
        }
    }

    fn addresses(&self, good: &mut Vec<Named>, bad: &mut Vec<String>) {
        let value = self.ready();
        let HeaderValue::Address(list) = MessageStream::new(&value).parse_address() else { return };
        for Addr { name, address } in list.iter() {
            let name = name.as_deref().map(one_line).filter(|name| !name.is_empty());
            match address.as_deref().map(Address::parse) {
                Some(Ok(address)) => good.push(Named { name, address }),
                Some(Err(error)) => bad.push(one_line(&error.found)),
                None => bad.extend(name),
            }
        }
    }

    /// What the parser wants: valid UTF-8 (RFC 6532), ended by a line end. Other 8-bit text is taken for
    /// windows-1252, which is what such senders write.
    fn ready(&self) -> Cow<'x, [u8]> {
        let mut value = match std::str::from_utf8(self.value) {
            Ok(_) => Cow::Borrowed(self.value),
            Err(_) => Cow::Owned(windows_1252(self.value).into_bytes()),
        };
        if value.last() != Some(&b'\n') {
            value.to_mut().push(b'\n');
        }
        value
    }

    /// Neither ASCII nor UTF-8, so that its reading is a guess.
    pub fn is_guessed(&self) -> bool {
        std::str::from_utf8(self.value).is_err()
    }
}

/// Printable ASCII before the colon (RFC 5322 2.2); spaces before the colon are obsolete and allowed (4.5).
fn field_name(line: &[u8]) -> Option<&str> {
    let name = line.get(..memchr(b':', line)?)?.trim_ascii_end();
    let printable = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    printable.then(|| std::str::from_utf8(name).ok()).flatten()
}

/// Text for one line of a list or a letter: no control characters, no runs of blanks at the ends, not endless.
pub(super) fn one_line(text: &str) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    text.trim().chars().map(clean).take(limit::ID).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &[u8]) -> (Headers<'_>, &[u8]) {
        let (headers, body) = Headers::read(raw, 0, 3, |line| line.starts_with(b"--end"));
        (headers, &raw[body..])
    }

    #[test]
    fn fields_end_at_the_blank_line_or_where_no_field_can_be() {
        let check = |raw: &str, expected: &[(&str, &str)], body: &str, unended: bool| {
            let (headers, rest) = read(raw.as_bytes());
            let found: Vec<_> = headers.iter().map(|h| (h.name, h.raw().into_owned())).collect();
            let found: Vec<_> = found.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(
                (found.as_slice(), rest, headers.unended),
                (expected, body.as_bytes(), unended),
                "{raw:?}"
            );
        };
        check("A: 1\r\nB : 2\r\n\r\nbody", &[("A", "1"), ("B", "2")], "body", false);
        check("A: 1\n folded\n\tagain\n\nbody", &[("A", "1 folded\tagain")], "body", false);
        check("A: 1\n \n B\n\nbody", &[("A", "1  B")], "body", false);
        check("A: 1\nno field here\n\nmore", &[("A", "1")], "no field here\n\nmore", true);
        check("A: 1\n--end: x\nbody", &[("A", "1")], "--end: x\nbody", false);
        check("A: 1", &[("A", "1")], "", false);
        check("\nA: 1\n", &[], "A: 1\n", false);
        check("just text\n", &[], "just text\n", false);
        check("", &[], "", false);
    }

    #[test]
    fn fields_beyond_the_limit_are_counted_and_passed_over() {
        let (headers, body) = read(b"A: 1\nB: 2\nC: 3\nD: 4\nE: 5\n\nbody");
        assert_eq!((headers.iter().count(), headers.n_over, body), (3, 2, &b"body"[..]));
    }

    #[test]
    fn text_is_decoded_whatever_the_sender_did_to_it() {
        let check = |raw: &[u8], expected: &str| {
            assert_eq!(read(raw).0.first("a").unwrap().text(), expected);
        };
        check(b"A: =?utf-8?B?wqMxMDA=?= =?iso-8859-1?Q?_=A3200?=\r\n", "\u{a3}100 \u{a3}200");
        check("A: £100\n".as_bytes(), "£100");
        check(b"A: \xa3100\n", "£100");
        check(b"A: nul\0here", "nul here");
        check(b"A: =?x-nowhere?Q?plain?=\n", "plain");
    }

    #[test]
    fn addresses_are_split_into_good_and_bad() {
        let check = |raw: &str, good: &[(&str, &str)], bad: &[&str]| {
            let (found, refused) = read(raw.as_bytes()).0.addresses("a");
            let found: Vec<_> =
                found.iter().map(|n| (n.name.as_deref().unwrap_or(""), n.address.as_str())).collect();
            assert_eq!(
                (found.as_slice(), refused),
                (good, bad.iter().map(ToString::to_string).collect()),
                "{raw}"
            );
        };
        check(
            "A: \"Doe, Ann\" <ann@Power.TEST>, bob@power.test\n",
            &[("Doe, Ann", "ann@power.test"), ("", "bob@power.test")],
            &[],
        );
        check("A: a@b.test\nA: c@d.test\n", &[("", "a@b.test"), ("", "c@d.test")], &[]);
        check("A: all: a@b.test, c@d.test;\n", &[("", "a@b.test"), ("", "c@d.test")], &[]);
        check("A: Ann <ann at power.test>\n", &[], &["ann at power.test"]);
        check("A: boss@power.test <x@evil.test>\n", &[("boss@power.test", "x@evil.test")], &[]);
        check("A: Undisclosed recipients:;\n", &[], &[]);
        check("A:\n", &[], &[]);
    }

    #[test]
    fn dates_and_ids_are_read_or_left() {
        let date = |raw: &str| read(raw.as_bytes()).0.first("a").unwrap().date().map(|d| d.timestamp());
        assert_eq!(date("A: Thu, 1 Jan 1970 01:00:00 +0100"), Some(0));
        assert_eq!(date("A: yesterday\n"), None);
        assert_eq!(date("A: 32 Foo 2026 99:99\n"), None);
        let ids = |raw: &str| read(raw.as_bytes()).0.first("a").unwrap().ids();
        assert_eq!(ids("A: <a@b.test>\r\n <c@d.test>\r\n"), ["a@b.test", "c@d.test"]);
        assert_eq!(ids("A: bare@b.test"), ["bare@b.test"]);
        assert_eq!(ids("A: \n"), Vec::<String>::new());
    }
}
