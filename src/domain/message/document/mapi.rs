//! A message as Outlook keeps it (MS-OXPROPS), whether in a `winmail.dat` or a `.msg`. In: properties; out: what it says.
//! Invariant: who it is from is a claim like any other word of it.

use super::{Content, rtf};
use crate::domain::message::decode;
use crate::domain::message::html::render;

pub(super) const CLASS: u16 = 0x001a;
pub(super) const SUBJECT: u16 = 0x0037;
pub(super) const SENDER_NAME: u16 = 0x0c1a;
pub(super) const SENDER_ADDRESS: u16 = 0x0c1f;
pub(super) const SENDER_SMTP: u16 = 0x5d01;
pub(super) const BODY: u16 = 0x1000;
pub(super) const RTF: u16 = 0x1009;
pub(super) const HTML: u16 = 0x1013;
pub(super) const FILE_DATA: u16 = 0x3701;
pub(super) const FILE_NAME: u16 = 0x3707;
pub(super) const SHORT_FILE_NAME: u16 = 0x3704;
pub(super) const DISPLAY_NAME: u16 = 0x3001;
pub(super) const CODE_PAGE: u16 = 0x3ffd;
pub(super) const INTERNET_CODE_PAGE: u16 = 0x3fde;

/// Files of one message.
pub(super) const FILES: usize = 50;

/// A value as it is kept.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// In 8-bit text, whose code page another property names.
    Narrow(Vec<u8>),
    /// In UTF-16.
    Wide(Vec<u8>),
    Octets(Vec<u8>),
    Number(u32),
    /// Of a kind that says nothing here.
    Other,
}

#[derive(Debug, Default)]
pub(super) struct Properties(pub Vec<(u16, Value)>);

impl Properties {
    pub fn get(&self, id: u16) -> Option<&Value> {
        self.0.iter().find(|(known, _)| *known == id).map(|(_, value)| value)
    }

    pub fn octets(&self, id: u16) -> Option<&[u8]> {
        match self.get(id)? {
            Value::Octets(octets) | Value::Narrow(octets) | Value::Wide(octets) => Some(octets),
            Value::Number(_) | Value::Other => None,
        }
    }

    pub fn text(&self, id: u16) -> Option<String> {
        let text = match self.get(id)? {
            Value::Wide(octets) => wide(octets),
            Value::Narrow(octets) | Value::Octets(octets) => self.narrow(octets),
            Value::Number(_) | Value::Other => return None,
        };
        let text = text.trim_end_matches('\0').to_owned();
        (!text.trim().is_empty()).then_some(text)
    }

    fn narrow(&self, octets: &[u8]) -> String {
        let page = [INTERNET_CODE_PAGE, CODE_PAGE].iter().find_map(|id| match self.get(*id) {
            Some(Value::Number(page)) => Some(*page),
            _ => None,
        });
        let octets = octets.strip_suffix(b"\0").unwrap_or(octets);
        decode::text(octets, page.and_then(charset).as_deref()).text
    }

    /// The text of the body, the plain one first; of the others only where that is missing.
    pub fn body(&self) -> Option<String> {
        let plain = self.text(BODY).map(|text| text.replace("\r\n", "\n").replace('\r', "\n"));
        let html = || self.text(HTML).map(|html| render(&html));
        let rich = || rtf::unpack(self.octets(RTF)?).map(|rich| rtf::text(&rich));
        plain.or_else(html).or_else(rich).filter(|text| !text.trim().is_empty())
    }

    /// The name of a file.
    pub fn file_name(&self) -> Option<String> {
        [FILE_NAME, SHORT_FILE_NAME, DISPLAY_NAME].iter().find_map(|id| self.text(*id))
    }

    /// What a message says of itself and in its body.
    pub fn say(&self, content: &mut Content) {
        let name = self.text(SENDER_NAME);
        let address = [SENDER_SMTP, SENDER_ADDRESS].iter().find_map(|id| self.text(*id));
        let from = match (name, address) {
            (Some(name), Some(address)) if name != address => Some(format!("{name} <{address}>")),
            (name, address) => name.or(address),
        };
        content.sender = content.sender.take().or_else(|| Some(one_line(&from?)));
        content.texts.extend(self.body());
    }
}

pub(super) fn wide(octets: &[u8]) -> String {
    let units: Vec<u16> = octets.as_chunks().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
    String::from_utf16_lossy(&units)
}

/// The name of a Windows code page.
pub(super) fn charset(page: u32) -> Option<String> {
    match page {
        65001 => Some("utf-8".into()),
        1200 => Some("utf-16le".into()),
        20127 => Some("us-ascii".into()),
        28591..=28605 => Some(format!("iso-8859-{}", page - 28590)),
        874 | 1250..=1258 => Some(format!("windows-{page}")),
        932 => Some("shift_jis".into()),
        936 => Some("gbk".into()),
        949 => Some("euc-kr".into()),
        950 => Some("big5".into()),
        _ => None,
    }
}

pub(in crate::domain::message) fn one_line(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
