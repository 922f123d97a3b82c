//! The only door for words into a calendar. In: what people wrote; out: text that cannot become a line, a parameter
//! or a property of its own, whatever the printer behind it escapes (it escapes values of properties, nothing else).

use serde::{Deserialize, Serialize};

const NAME_CHARS: usize = 120;
const LINE_CHARS: usize = 300;
const TEXT_CHARS: usize = 8_000;
const LINK_OCTETS: usize = 1_000;

/// Characters that end a line, hide, or turn the text around them.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{200e}' | '\u{200f}' | '\u{061c}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn one_line(text: &str, max: usize) -> String {
    let parts = text.split(is_harmful).map(str::trim).filter(|part| !part.is_empty());
    let line: String = parts.collect::<Vec<_>>().join(" ").chars().take(max).collect();
    line.trim().into()
}

/// The value of a parameter (RFC 5545 3.2), which knows no escape: no `"`, and neither `^` nor `\`, which some
/// readers take for one (RFC 6868).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parameter(String);

impl Parameter {
    pub fn of(text: &str) -> Self {
        let turned = |c: char| match c {
            '"' => '\'',
            '\\' => '/',
            '^' => ' ',
            c => c,
        };
        Self(one_line(&text.chars().map(turned).collect::<String>(), NAME_CHARS))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A value of type TEXT on one line: a summary, a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words(String);

impl Words {
    pub fn line(text: &str) -> Self {
        Self(one_line(text, LINE_CHARS))
    }

    /// A line without what would be escaped: ical.js, and so Thunderbird, shows the escapes of an X- property.
    pub fn title(text: &str) -> Self {
        Self(one_line(&text.replace([',', ';', '\\'], ""), LINE_CHARS))
    }

    /// Lines stay lines, as `\n` (RFC 5545 3.3.11).
    pub fn lines(text: &str) -> Self {
        let kept: String = text.chars().take(TEXT_CHARS).collect();
        let clean = |line: &str| {
            let clean: String = line.chars().map(|c| if is_harmful(c) { ' ' } else { c }).collect();
            clean.trim_end().to_owned()
        };
        let lines: Vec<String> = kept.split('\n').map(clean).collect();
        Self(lines.join("\n").trim().into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An address of a page in plain ASCII without spaces, as it can stand in a property that nothing escapes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Link(String);

impl Link {
    /// # Errors
    /// When it is no `https://` address of at most 1,000 printable ASCII characters.
    pub fn parse(text: &str) -> Result<Self, BadLink> {
        let is_plain = |b: u8| b.is_ascii_graphic() && !matches!(b, b'"' | b'\\' | b'<' | b'>' | b'^' | b'`');
        let rest = text.strip_prefix("https://").unwrap_or_default();
        if rest.is_empty() || text.len() > LINK_OCTETS || !text.bytes().all(is_plain) {
            return Err(BadLink { found: text.chars().take(200).collect() });
        }
        Ok(Self(text.into()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("found {found:?} as the address of a page; expected https:// and printable ASCII without spaces")]
pub struct BadLink {
    pub found: String,
}

impl TryFrom<String> for Link {
    type Error = BadLink;
    fn try_from(text: String) -> Result<Self, BadLink> {
        Self::parse(&text)
    }
}

impl From<Link> for String {
    fn from(link: Link) -> Self {
        link.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_comes_through_the_door_that_ends_a_line_or_a_quotation() {
        assert_eq!(Parameter::of("Ann\r\nATTENDEE:x").as_str(), "Ann ATTENDEE:x");
        assert_eq!(Parameter::of(r#""Ann" \ ^n"#).as_str(), "'Ann' /  n");
        assert_eq!(Parameter::of(&"x".repeat(300)).as_str().len(), NAME_CHARS);
        assert_eq!(Words::line(" a\u{2028}b\u{0}\r\n c ").as_str(), "a b c");
        assert_eq!(Words::title("SSC, due; \r\n").as_str(), "SSC due");
        assert_eq!(Words::lines("\n a\r\n\n\tb\u{202e} \n").as_str(), "a\n\n b");
    }

    #[test]
    fn a_link_is_https_and_ascii() {
        assert!(Link::parse("https://sec.test/join?a=1;b,c#d").is_ok());
        for bad in
            ["", "https://", "http://sec.test", "https://a b", "https://a\r\nX:", "https://\u{e9}.test"]
        {
            assert!(Link::parse(bad).is_err(), "{bad:?}");
        }
    }
}
