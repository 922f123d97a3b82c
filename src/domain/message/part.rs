//! The MIME skeleton of a mail (RFC 2046). In: bytes; out: its parts, depth first, each with headers and the bounds
//! of its body. Invariant: one linear pass without recursion, and nothing beyond [`super::limit`] is kept.

use mail_parser::ContentType;
use memchr::{memchr, memmem};

use super::header::{Headers, one_line};
use super::limit;

/// A part, numbered by its place in [`Parts::list`]: depth first, the mail itself 0, an attached message and all in
/// it counted too.
#[derive(Debug)]
pub(super) struct Part<'x> {
    pub headers: Headers<'x>,
    content: Option<ContentType<'static>>,
    /// Raw, with its transfer encoding.
    pub body: &'x [u8],
    start: usize,
    pub kind: Kind,
    /// It belongs to an attached message: carried, not said, by this mail.
    pub is_attached: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A multipart whose parts follow.
    Multipart,
    /// A message whose parts follow, all of them `is_attached`.
    Message,
    Leaf,
    /// A multipart in which no part was found: what it holds is read as text.
    Broken,
}

#[derive(Debug, Default)]
pub(super) struct Parts<'x> {
    pub list: Vec<Part<'x>>,
    /// There were more parts, or deeper ones, than are read.
    pub over: Option<&'static str>,
}

/// What a part can hold other parts as: a multipart with its boundary, or a message that lies open.
enum Container {
    Multipart(Vec<u8>),
    Message,
}

/// A container that is not yet closed.
struct Open {
    index: usize,
    /// None for an attached message, which ends where its container goes on.
    boundary: Option<Vec<u8>>,
    /// Parts without Content-Type are messages (RFC 2046 5.1.5).
    is_digest: bool,
}

/// A boundary line: `level` is the container that it belongs to.
struct Delimiter {
    start: usize,
    end: usize,
    level: usize,
    closes: bool,
}

pub(super) fn split(raw: &[u8]) -> Parts<'_> {
    let mut parts = Parts::default();
    let mut open: Vec<Open> = Vec::new();
    let lines = memmem::Finder::new(b"\n--");
    let mut at = 0;
    loop {
        if parts.list.len() >= limit::PARTS {
            parts.over = Some("more parts than are read");
            break;
        }
        let max = if parts.list.is_empty() { limit::HEADERS } else { limit::PART_HEADERS };
        let (headers, body) = Headers::read(raw, at, max, |line| delimiter(line, &open).is_some());
        let content = headers.first("Content-Type").and_then(|header| header.content());
        let is_attached = open.iter().any(|open| open.boundary.is_none());
        let is_digest = open.last().is_some_and(|open| open.is_digest);
        let rest = raw.get(body..).unwrap_or_default();
        let part = Part { headers, content, body: rest, start: body, kind: Kind::Leaf, is_attached };
        let container = part.container(is_digest);
        let index = parts.list.len();
        parts.list.push(part);
        match container {
            Some(_) if open.len() >= limit::DEPTH => parts.over = Some("parts nested deeper than is read"),
            Some(Container::Message) => {
                set(&mut parts, index, |part| part.kind = Kind::Message);
                open.push(Open { index, boundary: None, is_digest: false });
                at = body;
                continue;
            }
            Some(Container::Multipart(boundary)) => {
                set(&mut parts, index, |part| part.kind = Kind::Broken);
                let is_digest = parts.list.last().is_some_and(|part| part.is("multipart", "digest"));
                open.push(Open { index, boundary: Some(boundary), is_digest });
            }
            None if parts.list.last().is_some_and(|part| part.says("multipart")) => {
                set(&mut parts, index, |part| part.kind = Kind::Broken);
            }
            None => {}
        }
        let Some(next) = close(raw, body, index, &mut parts, &mut open, &lines) else { break };
        at = next;
    }
    parts
}

/// Finds where the part at `from` ends, closes what ends with it, and returns the place of the next part.
fn close<'x>(
    raw: &'x [u8],
    mut from: usize,
    leaf: usize,
    parts: &mut Parts<'x>,
    open: &mut Vec<Open>,
    lines: &memmem::Finder<'_>,
) -> Option<usize> {
    let mut ending = Some(leaf);
    loop {
        let found = next_delimiter(raw, from, open, lines)?;
        let end = raw.get(..found.start).unwrap_or_default();
        let end = end.strip_suffix(b"\n").map_or(end, |end| end.strip_suffix(b"\r").unwrap_or(end)).len();
        let owner = open.get(found.level).map(|open| open.index);
        let over = open.drain(found.level + 1..).map(|open| open.index).chain(ending.take());
        for index in over.filter(|index| Some(*index) != owner) {
            set(parts, index, |part| {
                part.body = raw.get(part.start..end).unwrap_or_default();
            });
        }
        if !found.closes {
            if let Some(owner) = owner {
                set(parts, owner, |part| part.kind = Kind::Multipart);
            }
            // Boundary lines that follow each other are one: between them is no part, not even an empty one.
            let mut at = found.end;
            while let Some(line) = line_at(raw, at)
                && delimiter(line, open) == Some((found.level, false))
            {
                at += line.len();
            }
            return Some(at);
        }
        ending = open.pop().map(|open| open.index);
        from = found.end;
    }
}

fn set<'x>(parts: &mut Parts<'x>, index: usize, change: impl FnOnce(&mut Part<'x>)) {
    if let Some(part) = parts.list.get_mut(index) {
        change(part);
    }
}

fn next_delimiter(raw: &[u8], from: usize, open: &[Open], lines: &memmem::Finder<'_>) -> Option<Delimiter> {
    if open.is_empty() {
        return None;
    }
    let mut start = from;
    loop {
        let rest = raw.get(start..)?;
        if let Some(line) = line_at(raw, start)
            && let Some((level, closes)) = delimiter(line, open)
        {
            return Some(Delimiter { start, end: start + line.len(), level, closes });
        }
        start += lines.find(rest)? + 1;
    }
}

/// The line at a place, if it can be a boundary line.
fn line_at(raw: &[u8], at: usize) -> Option<&[u8]> {
    let rest = raw.get(at..).filter(|rest| rest.starts_with(b"--"))?;
    rest.get(..memchr(b'\n', rest).map_or(rest.len(), |n| n + 1))
}

/// Whose boundary line this is, innermost first, and whether it closes (RFC 2046 5.1.1).
fn delimiter(line: &[u8], open: &[Open]) -> Option<(usize, bool)> {
    let line = line.strip_prefix(b"--")?;
    open.iter().enumerate().rev().find_map(|(level, open)| {
        let rest = line.strip_prefix(open.boundary.as_deref()?)?;
        match rest.strip_prefix(b"--") {
            Some(rest) if rest.trim_ascii().is_empty() => Some((level, true)),
            _ => rest.trim_ascii().is_empty().then_some((level, false)),
        }
    })
}

impl Part<'_> {
    fn container(&self, in_digest: bool) -> Option<Container> {
        let boundary = |content: &ContentType<'_>| {
            content.attribute("boundary").map(|b| b.trim_end().as_bytes().to_vec()).filter(|b| !b.is_empty())
        };
        match &self.content {
            Some(content) if content.c_type == "multipart" => boundary(content).map(Container::Multipart),
            Some(_) if self.is("message", "rfc822") || self.is("message", "global") => {
                (self.encoding() == Encoding::Identity).then_some(Container::Message)
            }
            None if in_digest => Some(Container::Message),
            _ => None,
        }
    }

    fn says(&self, media: &str) -> bool {
        self.content.as_ref().is_some_and(|content| content.c_type == media)
    }

    pub fn is(&self, media: &str, subtype: &str) -> bool {
        self.content.as_ref().is_some_and(|content| {
            content.c_type == media && content.c_subtype.as_deref().is_some_and(|s| s == subtype)
        })
    }

    /// `text/plain` where nothing or nonsense is said (RFC 2045 5.2).
    pub fn media_type(&self) -> String {
        let said =
            self.content.as_ref().and_then(|c| Some(format!("{}/{}", c.c_type, c.c_subtype.as_ref()?)));
        let unsaid = if self.kind == Kind::Message { "message/rfc822" } else { "text/plain" };
        said.unwrap_or_else(|| unsaid.into())
    }

    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.content.as_ref()?.attribute(name)
    }

    pub fn encoding(&self) -> Encoding {
        let Some(header) = self.headers.first("Content-Transfer-Encoding") else { return Encoding::Identity };
        let value = header.raw();
        let token = value.split([';', ' ', '\t', '(']).next().unwrap_or_default();
        match token.to_ascii_lowercase().as_str() {
            "base64" => Encoding::Base64,
            "quoted-printable" => Encoding::QuotedPrintable,
            _ => Encoding::Identity,
        }
    }

    /// A transfer encoding that nobody has defined; the body is then taken as it stands.
    pub fn unknown_encoding(&self) -> Option<String> {
        let value = one_line(&self.headers.first("Content-Transfer-Encoding")?.raw()).to_ascii_lowercase();
        let is_known = ["7bit", "8bit", "binary", "base64", "quoted-printable"]
            .iter()
            .any(|known| value.starts_with(known));
        (!is_known && !value.is_empty()).then(|| value.chars().take(40).collect())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    Base64,
    QuotedPrintable,
}

#[cfg(test)]
#[path = "part_tests.rs"]
mod tests;
