//! Rich text. In: RTF, or RTF as Outlook packs it (MS-OXRTFCP); out: its text, and the HTML that Outlook wrapped in it
//! (MS-OXRTFEX) as a reader sees it. Invariant: one pass; pictures, objects, fonts and fields' instructions are passed
//! over.

use super::octets::Octets;
use super::{Content, Unreadable, unreadable};
use crate::domain::message::decode;
use crate::domain::message::html::render;

/// Groups within groups.
const DEPTH: usize = 200;
/// Octets that a text unpacks to.
const UNPACKED: usize = 8 << 20;

const BEGINNING: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \
\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\
\\b\\i\\u\\tab\\tx";

pub(super) fn read(octets: &[u8]) -> Result<Content, Unreadable> {
    if !octets.trim_ascii_start().starts_with(b"{\\rtf") {
        return Err(unreadable(
            "a file that is called rich text and is none",
            "a Word file, or the notification in the text of the mail",
        ));
    }
    let text = text(octets.get(..UNPACKED).unwrap_or(octets));
    Ok(Content { texts: vec![text], ..Content::default() })
}

/// Undoes the packing of MS-OXRTFCP; what is broken is read up to there.
pub(super) fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut octets = Octets(packed);
    octets.skip(4)?;
    let length = octets.length()?.min(UNPACKED);
    let kind = octets.number::<4>()?;
    octets.skip(4)?;
    match &kind {
        b"MELA" => return Some(octets.0.get(..length).unwrap_or(octets.0).to_vec()),
        b"LZFu" => {}
        _ => return None,
    }
    // The dictionary is the last 4096 octets of what was written, the beginning before it.
    let mut out = BEGINNING.to_vec();
    'all: while let Some(control) = octets.u8() {
        for bit in 0..8 {
            if out.len() - BEGINNING.len() >= length {
                break 'all;
            }
            if control >> bit & 1 == 0 {
                let Some(octet) = octets.u8() else { break 'all };
                out.push(octet);
                continue;
            }
            let Some(reference) = octets.number().map(u16::from_be_bytes) else { break 'all };
            let (place, n) = (usize::from(reference >> 4), usize::from(reference & 15) + 2);
            let back = (out.len() + 4096 - place) % 4096;
            if back == 0 {
                break 'all;
            }
            for _ in 0..n {
                let octet = out.len().checked_sub(back).and_then(|at| out.get(at)).copied();
                out.push(octet.unwrap_or(b' '));
            }
        }
    }
    out.drain(..BEGINNING.len());
    Some(out)
}

#[derive(Clone, Copy, Default)]
struct Group {
    /// Its words are no text.
    is_hidden: bool,
    /// They are the HTML that was wrapped.
    is_html: bool,
    /// They stand in place of HTML, for readers that know none.
    is_instead: bool,
    /// Characters after `\u` for readers that know none.
    n_instead: usize,
}

struct Reader<'a> {
    octets: &'a [u8],
    group: Group,
    outer: Vec<Group>,
    /// Groups deeper than are kept.
    n_deeper: usize,
    out: String,
    /// 8-bit text that waits for its end, as a letter may be more octets than one.
    narrow: Vec<u8>,
    page: Option<String>,
    is_html: bool,
    /// Characters still to be passed over after `\u`.
    n_skipped: usize,
    /// The first half of a letter of two.
    half: Option<u16>,
    /// `\*`: a group that may be passed over.
    is_optional: bool,
}

/// The text of RTF.
pub(super) fn text(rich: &[u8]) -> String {
    let mut reader = Reader {
        octets: rich,
        group: Group { n_instead: 1, ..Group::default() },
        outer: Vec::new(),
        n_deeper: 0,
        out: String::new(),
        narrow: Vec::new(),
        page: None,
        is_html: false,
        n_skipped: 0,
        half: None,
        is_optional: false,
    };
    while reader.step().is_some() {}
    reader.flush();
    if reader.is_html { render(&reader.out) } else { reader.out }
}

impl Reader<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.octets.split_first()?;
        self.octets = rest;
        Some(*first)
    }

    fn step(&mut self) -> Option<()> {
        match self.next()? {
            b'{' if self.outer.len() < DEPTH => self.outer.push(self.group),
            b'{' => self.n_deeper += 1,
            b'}' => {
                self.flush();
                match self.n_deeper.checked_sub(1) {
                    Some(less) => self.n_deeper = less,
                    None => self.group = self.outer.pop().unwrap_or(self.group),
                }
                (self.is_optional, self.n_skipped) = (false, 0);
            }
            b'\\' => self.control()?,
            b'\r' | b'\n' | b'\0' => {}
            octet => self.octet(octet),
        }
        Some(())
    }

    fn octet(&mut self, octet: u8) {
        if self.n_skipped > 0 {
            self.n_skipped -= 1;
        } else if self.is_text() {
            self.narrow.push(octet);
        }
    }

    fn is_text(&self) -> bool {
        !self.group.is_hidden && !self.group.is_instead
    }

    fn say(&mut self, text: &str) {
        self.flush();
        if self.is_text() {
            self.out.push_str(text);
        }
    }

    fn flush(&mut self) {
        if !self.narrow.is_empty() {
            let page = self.page.as_deref().or(Some("windows-1252"));
            self.out.push_str(&decode::text(&self.narrow, page).text);
            self.narrow.clear();
        }
    }

    fn control(&mut self) -> Option<()> {
        let first = self.octets.first().copied()?;
        if !first.is_ascii_alphabetic() {
            self.next();
            match first {
                b'\'' => {
                    let digits = self.octets.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
                    if let Some(octet) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                        self.octets = self.octets.get(2..).unwrap_or_default();
                        self.octet(octet);
                    }
                }
                b'~' => self.say(" "),
                b'_' => self.say("-"),
                b'*' => self.is_optional = true,
                b'\r' | b'\n' => self.line(),
                b'{' | b'}' | b'\\' => self.octet(first),
                _ => {}
            }
            return Some(());
        }
        let end =
            self.octets.iter().position(|octet| !octet.is_ascii_alphabetic()).unwrap_or(self.octets.len());
        let (word, rest) = self.octets.split_at_checked(end)?;
        let is_digit = |octet: &u8| octet.is_ascii_digit() || *octet == b'-';
        let end = rest.iter().take(12).position(|octet| !is_digit(octet)).unwrap_or(rest.len().min(12));
        let (number, rest) = rest.split_at_checked(end)?;
        self.octets = rest.strip_prefix(b" ").unwrap_or(rest);
        let number = std::str::from_utf8(number).ok().and_then(|number| number.parse::<i64>().ok());
        self.word(word, number);
        self.is_optional = false;
        Some(())
    }

    fn word(&mut self, word: &[u8], number: Option<i64>) {
        match word {
            b"par" | b"line" | b"row" | b"sect" | b"page" => self.line(),
            b"tab" | b"cell" if !self.is_html => self.say("\t"),
            b"tab" => self.say(" "),
            b"emdash" => self.say("\u{2014}"),
            b"endash" => self.say("\u{2013}"),
            b"bullet" => self.say("\u{2022}"),
            b"lquote" => self.say("\u{2018}"),
            b"rquote" => self.say("\u{2019}"),
            b"ldblquote" => self.say("\u{201c}"),
            b"rdblquote" => self.say("\u{201d}"),
            b"ansicpg" => {
                self.page = number.and_then(|page| u32::try_from(page).ok()).and_then(super::mapi::charset);
            }
            b"mac" => self.page = Some("macintosh".into()),
            b"uc" => self.group.n_instead = number.and_then(|n| usize::try_from(n).ok()).unwrap_or(1).min(16),
            b"u" => self.unicode(number.unwrap_or(0)),
            b"fromhtml" => self.is_html = number != Some(0),
            b"htmlrtf" => {
                self.flush();
                self.group.is_instead = number != Some(0);
            }
            b"htmltag" if self.is_optional => {
                self.flush();
                (self.group.is_html, self.group.is_hidden, self.group.is_instead) = (true, false, false);
            }
            b"bin" => {
                let length = number.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
                self.octets = self.octets.get(length..).unwrap_or_default();
            }
            b"v" | b"deleted" => self.group.is_hidden |= number != Some(0),
            b"fonttbl" | b"colortbl" | b"stylesheet" | b"info" | b"pict" | b"object" | b"header"
            | b"footer" | b"footnote" | b"fldinst" | b"listtext" | b"themedata" | b"datafield"
            | b"nonshppict" => self.group.is_hidden = true,
            _ if self.is_optional => self.group.is_hidden = true,
            _ => {}
        }
    }

    fn line(&mut self) {
        // In wrapped HTML the tags say where lines end.
        self.say("\n");
    }

    fn unicode(&mut self, number: i64) {
        let unit = u16::try_from(if number < 0 { number + 65_536 } else { number }).unwrap_or(0xfffd);
        self.n_skipped = self.group.n_instead;
        let units: Vec<u16> = self.half.take().into_iter().chain([unit]).collect();
        if (0xd800..0xdc00).contains(&unit) {
            self.half = Some(unit);
        } else {
            let text = String::from_utf16_lossy(&units).replace('\0', "");
            self.say(&text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_without_what_is_no_text() {
        let check = |rich: &str, expected: &str| assert_eq!(text(rich.as_bytes()), expected, "{rich}");
        check(
            "{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}{\\*\\generator x;}User: A\\'e9 \\b B\\b0\\par C}",
            "User: A\u{e9} B\nC",
        );
        check("{\\rtf1\\ansicpg1251 \\'cf\\'f0}", "\u{41f}\u{440}");
        check("{\\rtf1 \\u8364?x{\\uc2\\u8364ab}\\{}", "\u{20ac}x\u{20ac}{");
        check("{\\rtf1 a\\cell b\\cell\\row}", "a\tb\t\n");
        check("{\\rtf1 a{\\pict 00ff}{\\v hidden}\\bin3 {{{b}", "ab");
        check(&format!("{}x", "{".repeat(1000)), "x");
    }

    #[test]
    fn the_html_that_was_wrapped_is_read_as_html() {
        let rich = "{\\rtf1\\ansi\\fromhtml1{\\*\\htmltag64 <p>}\\htmlrtf {\\b \\htmlrtf0 User: A{\\*\\htmltag244 &amp;}\\htmlrtf }\\htmlrtf0 B\
            {\\*\\htmltag72 </p>}{\\*\\htmltag64 <p>}C{\\*\\htmltag72 </p>}}";
        assert_eq!(text(rich.as_bytes()), "User: A&B\nC\n");
    }

    #[test]
    fn packed_text_is_unpacked_as_the_examples_of_the_standard_are() {
        // MS-OXRTFCP 4.1 and 4.2.
        let octets = |hex: &str| data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
        let one = octets(
            "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0",
        );
        assert_eq!(unpack(&one).unwrap(), b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        let two = octets("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0");
        assert_eq!(unpack(&two).unwrap(), b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
        assert_eq!(unpack(b"short"), None);
    }
}
