//! The corpus taken apart: its mails, and what is attached to them.

use std::fs;

use data_encoding::BASE64;
use mail_parser::{MessageParser, MimeHeaders};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    Mail,
    Office,
    Pdf,
    Tnef,
    Calendar,
}

impl Reader {
    fn reads(self, octets: &[u8]) -> bool {
        let starts = |magic: &[&[u8]]| magic.iter().any(|magic| octets.starts_with(magic));
        match self {
            Self::Mail => false,
            Self::Office => starts(&[b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf"]),
            Self::Pdf => starts(&[b"%PDF"]),
            Self::Tnef => starts(&[b"\x78\x9f\x3e\x22"]),
            Self::Calendar => starts(&[b"BEGIN:VCALENDAR"]),
        }
    }

    /// The mail that brings it.
    pub fn mail(self, octets: &[u8]) -> Vec<u8> {
        let kind = match self {
            Self::Mail => return octets.to_vec(),
            Self::Office if octets.starts_with(b"{\\rtf") => "application/rtf; name=form.rtf",
            Self::Office if octets.starts_with(b"\xd0") => "application/octet-stream; name=form.msg",
            // What it holds says which of them it is.
            Self::Office => "application/octet-stream; name=form.docx",
            Self::Pdf => "application/pdf; name=form.pdf",
            Self::Tnef => "application/ms-tnef; name=winmail.dat",
            Self::Calendar => "text/calendar; charset=utf-8; method=REPLY",
        };
        let mut lines = String::new();
        for line in BASE64.encode(octets).as_bytes().chunks(76) {
            lines.push_str(std::str::from_utf8(line).unwrap());
            lines.push_str("\r\n");
        }
        format!(
            "From: Ann Field <ann.field@power.test>\r\nTo: secas@sec.test\r\nSubject: Second User System\r\n\
             Message-ID: <fuzz@power.test>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
             --b\r\n\r\nPlease see attached.\r\n--b\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n\
             {lines}--b--\r\n"
        )
        .into_bytes()
    }
}

/// Every mail of the corpus.
pub fn mails() -> Vec<Vec<u8>> {
    let folders =
        ["good", "odd", "hostile"].map(|folder| fs::read_dir(format!("tests/mail/{folder}")).unwrap());
    let paths = folders.into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|ending| ending == "eml")).collect();
    paths.sort();
    paths.into_iter().map(|path| fs::read(path).unwrap()).collect()
}

/// What the reader reads of the corpus, smallest first: of the large ones, few cases go a long way.
pub fn seeds(reader: Reader) -> Vec<Vec<u8>> {
    let mails = mails();
    if reader == Reader::Mail {
        return mails;
    }
    let mut seeds = Vec::new();
    for mail in &mails {
        let Some(mail) = MessageParser::default().parse(mail) else { continue };
        let of_calendar = |part: &mail_parser::MessagePart<'_>| {
            part.content_type().is_some_and(|kind| kind.subtype() == Some("calendar"))
        };
        let parts = mail.parts.iter().filter(|part| part.is_binary() || part.is_text() && of_calendar(part));
        seeds.extend(parts.map(|part| part.contents().to_vec()).filter(|octets| reader.reads(octets)));
    }
    seeds.sort_by_key(Vec::len);
    seeds.dedup();
    seeds
}
