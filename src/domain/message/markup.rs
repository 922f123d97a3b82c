//! HTML as tags and text, as a browser tells them apart (WHATWG HTML 13.2.5). In: HTML; out: its tokens, one by one.
//! Invariant: each octet is looked at a bounded number of times, whatever a hostile page does. Tokenizers that keep
//! the attributes of a tag compare each with all before it; this one keeps none and notes the two that matter.

use mail_parser::decoders::html::add_html_token;
use memchr::{memchr, memchr_iter, memmem};

use super::decode::windows_1252;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'x> {
    /// With its character references as they stand; see [`decode`].
    Text(&'x str),
    Start(Tag<'x>),
    End(&'x str),
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tag<'x> {
    /// As written.
    pub name: &'x str,
    /// It has the attribute `hidden`.
    pub is_hidden: bool,
    pub style: &'x str,
}

pub(super) struct Tokens<'x> {
    rest: &'x str,
}

pub(super) fn tokens(html: &str) -> Tokens<'_> {
    Tokens { rest: html }
}

impl<'x> Iterator for Tokens<'x> {
    type Item = Token<'x>;

    fn next(&mut self) -> Option<Token<'x>> {
        loop {
            match *self.rest.as_bytes() {
                [] => return None,
                [b'<', b'!' | b'?', ..] => self.skip_remark(),
                [b'<', b'/', c, ..] if !c.is_ascii_alphabetic() => self.skip_to_close(),
                [b'<', b'/', _, ..] => {
                    self.advance(2);
                    return self.tag().map(|tag| Token::End(tag.name));
                }
                [b'<', c, ..] if c.is_ascii_alphabetic() => {
                    self.advance(1);
                    return self.tag().map(Token::Start);
                }
                _ => {
                    // A lone `<` is text.
                    let end = memchr(b'<', self.rest.as_bytes().get(1..)?).map_or(self.rest.len(), |n| n + 1);
                    return Some(Token::Text(self.advance(end)));
                }
            }
        }
    }
}

impl<'x> Tokens<'x> {
    fn advance(&mut self, length: usize) -> &'x str {
        let (passed, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        passed
    }

    fn skip_to_close(&mut self) {
        let end = memchr(b'>', self.rest.as_bytes()).map_or(self.rest.len(), |n| n + 1);
        self.advance(end);
    }

    /// A comment, a doctype or what is treated like them.
    fn skip_remark(&mut self) {
        let Some(comment) = self.rest.strip_prefix("<!--") else { return self.skip_to_close() };
        let ends_at_once = ["->", ">"].iter().find(|end| comment.starts_with(**end)).map(|end| end.len());
        let end = ends_at_once.or_else(|| {
            let closes = |at: &usize| {
                let before = comment.get(..*at).unwrap_or_default();
                before.ends_with("--") || before.ends_with("--!")
            };
            memchr_iter(b'>', comment.as_bytes()).find(closes).map(|at| at + 1)
        });
        self.advance(end.map_or(self.rest.len(), |end| end + "<!--".len()));
    }

    /// Passes over the content of an element that holds no markup, up to its end tag.
    pub fn skip_raw(&mut self, name: &str) {
        for at in memmem::find_iter(self.rest.as_bytes(), b"</") {
            let after = self.rest.as_bytes().get(at + 2..).unwrap_or_default();
            let is_name =
                after.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()));
            let is_whole =
                after.get(name.len()).is_some_and(|c| c.is_ascii_whitespace() || b"/>".contains(c));
            if is_name && is_whole {
                self.advance(at);
                return;
            }
        }
        self.rest = "";
    }

    /// The tag whose name begins here; `None` where the page ends within it.
    fn tag(&mut self) -> Option<Tag<'x>> {
        let bytes = self.rest.as_bytes();
        let is_break = |c: &u8| c.is_ascii_whitespace() || b"/>".contains(c);
        let mut at = bytes.iter().position(is_break).unwrap_or(bytes.len());
        let mut tag = Tag { name: self.rest.get(..at)?, ..Tag::default() };
        loop {
            at = skip(bytes, at, |c| c.is_ascii_whitespace() || c == b'/');
            if bytes.get(at).is_none_or(|c| *c == b'>') {
                break;
            }
            let start = at;
            // The first character belongs to the name even if it is `=`.
            at = skip(bytes, at + 1, |c| !c.is_ascii_whitespace() && !b"/>=".contains(&c));
            let name = bytes.get(start..at).unwrap_or_default();
            tag.is_hidden |= name.eq_ignore_ascii_case(b"hidden");
            let next = skip(bytes, at, |c| c.is_ascii_whitespace());
            if bytes.get(next) != Some(&b'=') {
                continue;
            }
            at = skip(bytes, next + 1, |c| c.is_ascii_whitespace());
            let value = if let Some(quote @ (b'"' | b'\'')) = bytes.get(at) {
                let from = at + 1;
                let length = memchr(*quote, bytes.get(from..).unwrap_or_default());
                at = length.map_or(bytes.len(), |n| from + n + 1);
                from..length.map_or(bytes.len(), |n| from + n)
            } else {
                let from = at;
                at = skip(bytes, at, |c| !c.is_ascii_whitespace() && c != b'>');
                from..at
            };
            if name.eq_ignore_ascii_case(b"style") {
                tag.style = self.rest.get(value).unwrap_or_default();
            }
        }
        let is_ended = at < bytes.len();
        self.advance(at + 1);
        is_ended.then_some(tag)
    }
}

fn skip(bytes: &[u8], from: usize, passes: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().position(|c| !passes(*c)).unwrap_or(rest.len())
}

/// Character references that browsers take without their semicolon, as far as people forget it.
const BARE: [&str; 8] = ["nbsp", "amp", "lt", "gt", "quot", "pound", "copy", "reg"];

/// Writes text with its character references decoded.
pub(super) fn decode(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some((before, after)) = memchr(b'&', rest.as_bytes()).and_then(|at| rest.split_at_checked(at)) {
        out.push_str(before);
        let bytes = after.as_bytes();
        let end = skip(bytes, 1, |c| c.is_ascii_alphanumeric() || c == b'#').min(40);
        let name = after.get(1..end).unwrap_or_default();
        let is_closed = bytes.get(end) == Some(&b';');
        let code = name.strip_prefix('#').filter(|digits| !digits.is_empty());
        if !is_closed && code.is_none() && !BARE.contains(&name) {
            out.push('&');
            rest = after.get(1..).unwrap_or_default();
            continue;
        }
        match code.and_then(|digits| digits.parse::<u8>().ok()) {
            // Numbers that mean windows-1252 (HTML 13.2.5.80).
            Some(octet @ 128..=159) => out.push_str(&windows_1252(&[octet])),
            _ => add_html_token(out, format!("&{name};").as_bytes(), false),
        }
        rest = after.get(end + usize::from(is_closed)..).unwrap_or_default();
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_told_from_text_as_browsers_do() {
        let check = |html: &str, expected: &[&str]| {
            let show = |token| match token {
                Token::Text(text) => text.to_owned(),
                Token::Start(tag) => {
                    format!("<{}{}{}>", tag.name, if tag.is_hidden { " hidden" } else { "" }, tag.style)
                }
                Token::End(name) => format!("</{name}>"),
            };
            let found: Vec<_> = tokens(html).map(show).collect();
            assert_eq!(found, expected, "{html}");
        };
        check("a<B>c</b >d", &["a", "<B>", "c", "</b>", "d"]);
        check("<p style='a>b' hidden/>x", &["<p hiddena>b>", "x"]);
        check("<p style=a/b>x<br/>y", &["<pa/b>", "x", "<br>", "y"]);
        check("<p =\" x>y", &["<p>", "y"]);
        check("<p a=\"1\"style = \"s\" hidden=x>y", &["<p hiddens>", "y"]);
        check("<p data-hidden=hidden title='hidden'>y", &["<p>", "y"]);
        check("a < b <3 <> </> c", &["a ", "< b ", "<3 ", "<> ", " c"]);
        check(
            "a<!-- <b> --x> -->b<!-->c<!--->d<!x>e<?y>f</ g>h<!-- i --!>j",
            &["a", "b", "c", "d", "e", "f", "h", "j"],
        );
        check("a<!-- never", &["a"]);
        check("a<b c=\"never>", &["a"]);
        check("<", &["<"]);
        check("", &[]);
    }

    #[test]
    fn raw_content_ends_at_its_own_end_tag() {
        let check = |html: &str, expected: &str| {
            let mut tokens = tokens(html);
            tokens.skip_raw("script");
            assert_eq!(tokens.rest, expected, "{html}");
        };
        check("if (a</b/) </scripts> x</SCRIPT >y", "</SCRIPT >y");
        check("never </script", "");
    }

    #[test]
    fn character_references_are_decoded() {
        let check = |text: &str, expected: &str| {
            let mut out = String::new();
            decode(text, &mut out);
            assert_eq!(out, expected, "{text}");
        };
        check("a&amp;b&lt;&#163;&#xA3;&pound;&euro;&#128;&nbsp;x", "a&b<£££€€\u{a0}x");
        check("AT&T & co &; &# &unknown; &pound5 &nbsp", "AT&T & co &; &# &unknown; &pound5 \u{a0}");
        check("&#1114112;&#xD800;", "\u{fffd}\u{fffd}");
        check("é&é", "é&é");
    }
}
