//! `.msg`: a message as Outlook saves it (MS-OXMSG). In: its octets; out: its body, and its attachments as files.
//! Invariant: each stream is read once and all together within a room, so no chain of sectors costs more than it holds.

use std::io::{Cursor, Read};

use cfb::CompoundFile;

use super::mapi::{self, FILES, Properties, Value};
use super::octets::Octets;
use super::{Content, Unreadable, remark, unreadable};

/// Octets of a message, and of all that is read of it.
const MAX: usize = 48 << 20;
/// Streams and storages at one place.
const ENTRIES: usize = 5_000;
/// Messages within messages.
const DEPTH: usize = 3;

const INSTEAD: &str = "the message forwarded as a mail, or its text";

struct Store<'a> {
    file: CompoundFile<Cursor<&'a [u8]>>,
    room: u64,
}

pub(super) fn read(octets: &[u8]) -> Result<Content, Unreadable> {
    if octets.len() > MAX {
        return Err(unreadable("a message file of more than is read", INSTEAD));
    }
    let Ok(file) = CompoundFile::open(Cursor::new(octets)) else {
        return Err(unreadable("a message file that is damaged or none", INSTEAD));
    };
    let mut store = Store { file, room: octets.len() as u64 };
    let mut content = Content::default();
    store.message("/", &mut content, 0);
    if content.texts.is_empty() && content.files.is_empty() {
        return Err(unreadable("a message file without text", INSTEAD));
    }
    Ok(content)
}

impl Store<'_> {
    fn message(&mut self, path: &str, content: &mut Content, depth: usize) {
        // MS-OXMSG 2.4: a header of 32 octets at the top, of 24 in a message within.
        let properties = self.properties(path, if depth == 0 { 32 } else { 24 });
        properties.say(content);
        for attachment in self.storages(path) {
            if content.files.len() >= FILES {
                content.remarks.push(remark("more files in a message file than are read", INSTEAD));
                break;
            }
            let about = self.properties(&attachment, 8);
            let inner = format!("{attachment}/__substg1.0_3701000D");
            if self.file.is_storage(&inner) {
                if depth < DEPTH {
                    self.message(&inner, content, depth + 1);
                } else {
                    content.remarks.push(remark("messages within messages deeper than is read", INSTEAD));
                }
            } else if let Some(data) = about.octets(mapi::FILE_DATA) {
                let name = about.file_name().unwrap_or_else(|| "unnamed".into());
                content.files.push((mapi::one_line(&name), data.to_vec()));
            }
        }
    }

    fn storages(&self, path: &str) -> Vec<String> {
        let Ok(entries) = self.file.read_storage(path) else { return Vec::new() };
        let attachments =
            entries.take(ENTRIES).filter(|entry| entry.is_storage() && entry.name().starts_with("__attach_"));
        let path = path.trim_end_matches('/');
        attachments.map(|entry| format!("{path}/{}", entry.name())).collect()
    }

    fn properties(&mut self, path: &str, header: usize) -> Properties {
        let mut properties = Properties::default();
        let Ok(entries) = self.file.read_storage(path) else { return properties };
        let names: Vec<String> = entries
            .take(ENTRIES)
            .filter(cfb::Entry::is_stream)
            .map(|entry| entry.name().to_owned())
            .collect();
        for name in names {
            let at = format!("{}/{name}", path.trim_end_matches('/'));
            if name == "__properties_version1.0" {
                let octets = self.stream(&at).unwrap_or_default();
                properties.0.extend(fixed(octets.get(header..).unwrap_or_default()));
            } else if let Some((id, kind)) = name.strip_prefix("__substg1.0_").and_then(tag)
                && is_wanted(id)
                && let Some(octets) = self.stream(&at)
            {
                let value = match kind {
                    0x1e => Value::Narrow(octets),
                    0x1f => Value::Wide(octets),
                    _ => Value::Octets(octets),
                };
                properties.0.push((id, value));
            }
        }
        properties
    }

    fn stream(&mut self, path: &str) -> Option<Vec<u8>> {
        let stream = self.file.open_stream(path).ok()?;
        let mut octets = Vec::new();
        stream.take(self.room).read_to_end(&mut octets).ok()?;
        self.room -= octets.len() as u64;
        Some(octets)
    }
}

/// `1000001F` is the body in UTF-16.
fn tag(name: &str) -> Option<(u16, u16)> {
    let (id, kind) = name.split_at_checked(4)?;
    Some((u16::from_str_radix(id, 16).ok()?, u16::from_str_radix(kind, 16).ok()?))
}

/// Numbers stand in rows of 16 octets (MS-OXMSG 2.4.2).
fn fixed(octets: &[u8]) -> Vec<(u16, Value)> {
    let rows = octets.as_chunks::<16>().0.iter().take(ENTRIES);
    let number = |row: &[u8; 16]| {
        let mut row = Octets(row);
        let (kind, id) = (row.u16()?, row.u16()?);
        row.skip(4)?;
        Some((id, Value::Number(row.u32().filter(|_| kind == 3)?)))
    };
    rows.filter_map(number).filter(|(id, _)| is_wanted(*id)).collect()
}

fn is_wanted(id: u16) -> bool {
    use mapi::{
        BODY, CODE_PAGE, DISPLAY_NAME, FILE_DATA, FILE_NAME, HTML, INTERNET_CODE_PAGE, RTF, SENDER_ADDRESS,
        SENDER_NAME, SENDER_SMTP, SHORT_FILE_NAME, SUBJECT,
    };
    [
        BODY,
        CODE_PAGE,
        DISPLAY_NAME,
        FILE_DATA,
        FILE_NAME,
        HTML,
        INTERNET_CODE_PAGE,
        RTF,
        SENDER_ADDRESS,
        SENDER_NAME,
        SENDER_SMTP,
        SHORT_FILE_NAME,
        SUBJECT,
    ]
    .contains(&id)
}
