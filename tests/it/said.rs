//! A letter as its reader reads it, by another parser than the one that wrote it. In: the bytes of a mail and for whom
//! its kind is written; out: what is wrong with what it says.

use mail_parser::{Message, MessageParser, MimeHeaders as _};
use scraper::Html;
use sscd::domain::letter::{Audience, unsayable};

/// What anybody sees: the subject, both bodies, and what a calendar shows.
pub struct Said(Vec<(&'static str, String)>);

impl Said {
    pub fn of(bytes: &[u8]) -> Self {
        let mail = MessageParser::default().parse(bytes).unwrap();
        let html = Html::parse_document(&mail.body_html(0).unwrap());
        let html: Vec<_> = html.root_element().text().collect();
        let mut parts = vec![
            ("subject", mail.subject().unwrap().to_owned()),
            ("text", mail.body_text(0).unwrap().into_owned()),
            ("html", html.join(" ")),
            ("html", html.concat()),
        ];
        parts.extend(shown_by_calendars(&mail).into_iter().map(|words| ("calendar", words)));
        Self(parts)
    }

    /// Everything in small letters, with single spaces.
    pub fn words(&self) -> String {
        let all: Vec<&str> = self.0.iter().flat_map(|(_, text)| text.split_whitespace()).collect();
        all.join(" ").to_lowercase()
    }

    /// What declares, implies or threatens an Event of Default; to a User also what compares or judges.
    pub fn unsayable(&self, audience: Audience) -> Option<String> {
        self.0.iter().find_map(|(part, text)| {
            let why = unsayable(audience, text)?;
            Some(format!("{part}: {why}"))
        })
    }
}

/// Who comes stands there with an address, which is no word of ours.
fn shown_by_calendars(mail: &Message<'_>) -> Vec<String> {
    let is_calendar = |part: &&mail_parser::MessagePart<'_>| {
        part.content_type().is_some_and(|kind| kind.subtype() == Some("calendar"))
    };
    let calendars = mail.parts.iter().filter(is_calendar);
    let text = calendars.map(|part| String::from_utf8(part.contents().to_vec()).unwrap());
    let unfolded: Vec<String> = text.map(|text| text.replace("\r\n ", "")).collect();
    let lines = unfolded.iter().flat_map(|text| text.lines());
    let shown = lines.filter_map(|line| {
        let (name, words) = line.split_once(':')?;
        let name = name.split(';').next().unwrap_or_default();
        matches!(name, "SUMMARY" | "DESCRIPTION" | "LOCATION" | "COMMENT").then(|| words.replace("\\,", ","))
    });
    shown.collect()
}
