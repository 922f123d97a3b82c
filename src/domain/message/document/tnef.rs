//! `winmail.dat` (MS-OXTNEF): how Outlook and Exchange pack a mail for their own kind. In: its octets; out: the body, and
//! the attachments as files. Invariant: no length is believed beyond the octets that are there.

use super::mapi::{self, FILES, Properties, Value};
use super::octets::Octets;
use super::{Content, Unreadable, remark, unreadable};

const SIGNATURE: u32 = 0x223e_9f78;
/// Attributes and properties of one file.
const PROPERTIES: usize = 20_000;

const INSTEAD: &str = "the mail sent again as HTML or plain text, not as rich text";

pub(super) fn read(octets: &[u8]) -> Result<Content, Unreadable> {
    let mut rest = Octets(octets);
    if rest.u32() != Some(SIGNATURE) || rest.u16().is_none() {
        return Err(unreadable("a winmail.dat that is none", INSTEAD));
    }
    let mut content = Content::default();
    let mut message = Properties::default();
    let mut file: Option<(Properties, Option<String>, Option<Vec<u8>>)> = None;
    let mut room = PROPERTIES;
    let mut is_cut = false;
    while !rest.0.is_empty() {
        let Some((id, data)) = attribute(&mut rest) else {
            is_cut = true;
            break;
        };
        let Some(left) = room.checked_sub(1) else { break };
        room = left;
        match id {
            // attMessageClass, attOemCodepage, attSubject, attBody, attMsgProps
            0x8008 => message.0.push((mapi::CLASS, Value::Narrow(data.to_vec()))),
            0x9007 => message.0.extend(Octets(data).u32().map(|page| (mapi::CODE_PAGE, Value::Number(page)))),
            0x8004 => message.0.push((mapi::SUBJECT, Value::Narrow(data.to_vec()))),
            0x800c => message.0.push((mapi::BODY, Value::Narrow(data.to_vec()))),
            0x9003 => is_cut |= properties(data, &mut message, &mut room).is_none(),
            // attAttachRenddata begins an attachment; attAttachTitle, attAttachData, attAttachment
            0x9002 => {
                keep(file.take(), &mut content);
                file = Some(Default::default());
            }
            0x8010 => {
                let name =
                    Properties(vec![(mapi::FILE_NAME, Value::Narrow(data.to_vec()))]).text(mapi::FILE_NAME);
                file.get_or_insert_default().1 = name;
            }
            0x800f => file.get_or_insert_default().2 = Some(data.to_vec()),
            0x9005 => is_cut |= properties(data, &mut file.get_or_insert_default().0, &mut room).is_none(),
            _ => {}
        }
    }
    keep(file, &mut content);
    content.texts.extend(message.body());
    content.class = message.text(mapi::CLASS).map(|class| mapi::one_line(&class));
    if is_cut {
        content.remarks.push(remark("a winmail.dat that is damaged; it was read as far as it goes", INSTEAD));
        if content.texts.is_empty() && content.files.is_empty() {
            return Err(unreadable("a winmail.dat that is damaged", INSTEAD));
        }
    }
    Ok(content)
}

/// The number and data of the next attribute (MS-OXTNEF 2.1.3.1).
fn attribute<'a>(rest: &mut Octets<'a>) -> Option<(u16, &'a [u8])> {
    rest.skip(1)?;
    let id = rest.u16()?;
    rest.skip(2)?;
    let length = rest.length()?;
    let data = rest.take(length)?;
    // Some writers leave the last checksum out.
    rest.skip(rest.0.len().min(2))?;
    Some((id, data))
}

fn keep(file: Option<(Properties, Option<String>, Option<Vec<u8>>)>, content: &mut Content) {
    let Some((about, title, data)) = file else { return };
    let name = about.file_name().or(title).unwrap_or_else(|| "unnamed".into());
    let data = about.octets(mapi::FILE_DATA).map(<[u8]>::to_vec).or(data).unwrap_or_default();
    if data.is_empty() {
        return;
    }
    if content.files.len() >= FILES {
        return content.remarks.push(remark("more files in a winmail.dat than are read", INSTEAD));
    }
    // A message within a message is packed the same way, after the name of its interface.
    let inner = data.get(16..).filter(|inner| Octets(inner).u32() == Some(SIGNATURE)).map(<[u8]>::to_vec);
    let file = match inner {
        Some(inner) => (format!("{}.tnef", mapi::one_line(&name)), inner),
        None => (mapi::one_line(&name), data),
    };
    content.files.push(file);
}

/// A list of properties (MS-OXTNEF 2.1.3.4); None where it ends too soon.
fn properties(data: &[u8], into: &mut Properties, room: &mut usize) -> Option<()> {
    let mut rest = Octets(data);
    let n = rest.length()?;
    for _ in 0..n {
        *room = room.checked_sub(1)?;
        let (kind, id) = (rest.u16()?, rest.u16()?);
        if id >= 0x8000 {
            rest.skip(16)?;
            if rest.u32()? == 0 {
                rest.skip(4)?;
            } else {
                let length = rest.length()?;
                rest.skip(padded(length)?)?;
            }
        }
        let is_long = matches!(kind & 0x0fff, 0x1e | 0x1f | 0x0102 | 0x0d);
        let n_values = if is_long || kind & 0x1000 != 0 { rest.length()? } else { 1 };
        for _ in 0..n_values {
            *room = room.checked_sub(1)?;
            let value = value(kind & 0x0fff, &mut rest)?;
            if id < 0x8000 {
                into.0.push((id, value));
            }
        }
    }
    Some(())
}

fn value(kind: u16, rest: &mut Octets<'_>) -> Option<Value> {
    let mut long = || {
        let length = rest.length()?;
        let data = rest.take(length)?;
        rest.skip((padded(length)? - length).min(rest.0.len()))?;
        Some(data.to_vec())
    };
    match kind {
        0x1e => long().map(Value::Narrow),
        0x1f => long().map(Value::Wide),
        0x0102 | 0x0d => long().map(Value::Octets),
        0x02 | 0x03 | 0x04 | 0x0a | 0x0b => rest.u32().map(Value::Number),
        0x05 | 0x06 | 0x07 | 0x14 | 0x40 => rest.skip(8).map(|()| Value::Other),
        0x48 => rest.skip(16).map(|()| Value::Other),
        0x01 => Some(Value::Other),
        _ => None,
    }
}

fn padded(length: usize) -> Option<usize> {
    length.checked_next_multiple_of(4)
}
