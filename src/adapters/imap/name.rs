//! Names of folders as IMAP writes them: modified UTF-7 (RFC 3501 5.1.3). In: a name as people write it; out: the same
//! in printable ASCII, and back.

use std::fmt::Write as _;

use data_encoding::BASE64;

pub(super) fn encoded(name: &str) -> String {
    let mut out = String::new();
    let mut beyond: Vec<u8> = Vec::new();
    for c in name.chars().map(Some).chain([None]) {
        match c {
            Some(c) if !(' '..='~').contains(&c) => {
                beyond.extend(c.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()));
            }
            c => {
                if !beyond.is_empty() {
                    let base64 = BASE64.encode(&beyond).trim_end_matches('=').replace('/', ",");
                    let _ = write!(out, "&{base64}-");
                    beyond.clear();
                }
                match c {
                    Some('&') => out.push_str("&-"),
                    Some(c) => out.push(c),
                    None => {}
                }
            }
        }
    }
    out
}

/// A name that is not written by the rule stays as it is.
pub(super) fn decoded(name: &str) -> String {
    decode(name).unwrap_or_else(|| name.to_owned())
}

fn decode(name: &str) -> Option<String> {
    let mut pieces = name.split('&');
    let mut out = pieces.next()?.to_owned();
    for piece in pieces {
        let (beyond, plain) = piece.split_once('-')?;
        if beyond.is_empty() {
            out.push('&');
        } else {
            let mut base64 = beyond.replace(',', "/");
            base64.extend(std::iter::repeat_n('=', (4 - base64.len() % 4) % 4));
            let octets = BASE64.decode(base64.as_bytes()).ok()?;
            let (units, []) = octets.as_chunks::<2>() else { return None };
            let units: Vec<u16> = units.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
            out += &String::from_utf16(&units).ok()?;
        }
        out += plain;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_names_are_written_as_the_rfc_writes_them() {
        let check = |name, expected| {
            assert_eq!(encoded(name), expected);
            assert_eq!(decoded(expected), name);
        };
        check("INBOX", "INBOX");
        check("Cats & Dogs", "Cats &- Dogs");
        check("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
        check("Entwürfe", "Entw&APw-rfe");
        assert_eq!(decoded("R&D"), "R&D");
    }
}
