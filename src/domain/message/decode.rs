//! From a part's raw body to octets (RFC 2045 6) and from octets to text. Both are lenient: what a sender broke is
//! passed over, and the rest is read. Invariant: no more than `max` octets are made; lines end with LF alone.

use std::borrow::Cow;

use mail_parser::decoders::charsets::map::charset_decoder;
use memchr::{memchr, memchr2};

use super::limit;
use super::part::Encoding;

/// Undoes the transfer encoding, `max` octets at most.
///
/// mail-parser's decoders give nothing at all where one octet is wrong; these go on behind it, as mail programs do.
pub(super) fn transfer(body: &[u8], encoding: Encoding, max: usize) -> Cow<'_, [u8]> {
    match encoding {
        Encoding::Identity => Cow::Borrowed(body.get(..max).unwrap_or(body)),
        Encoding::Base64 => {
            let mut octets = Vec::with_capacity((body.len() / 4 * 3).min(max));
            base64(body, |chunk| {
                let room = max - octets.len();
                octets.extend_from_slice(chunk.get(..room).unwrap_or(chunk));
                octets.len() < max
            });
            Cow::Owned(octets)
        }
        Encoding::QuotedPrintable => Cow::Owned(quoted_printable(body, max)),
    }
}

/// Hands out decoded octets in pieces, so that an attachment never stands in memory a second time; `take` says
/// whether it wants more.
pub(super) fn base64(body: &[u8], mut take: impl FnMut(&[u8]) -> bool) {
    let mut piece = Vec::with_capacity(8 << 10);
    let (mut bits, mut n_bits) = (0_u32, 0_u32);
    for byte in body {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            // Padding: the bits that are left are no octet, and another text may follow (RFC 4648 3.2).
            b'=' => {
                (bits, n_bits) = (0, 0);
                continue;
            }
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        n_bits += 6;
        if n_bits >= 8 {
            n_bits -= 8;
            piece.push((bits >> n_bits & 0xff) as u8);
            if piece.len() == piece.capacity() {
                if !take(&piece) {
                    return;
                }
                piece.clear();
            }
        }
    }
    take(&piece);
}

/// RFC 2045 6.7; an `=` that introduces nothing stands for itself.
fn quoted_printable(body: &[u8], max: usize) -> Vec<u8> {
    let mut octets = Vec::with_capacity(body.len().min(max));
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii_end();
        let mut rest = text;
        let mut is_soft = false;
        while let Some(n) = memchr(b'=', rest) {
            octets.extend_from_slice(rest.get(..n).unwrap_or_default());
            rest = rest.get(n + 1..).unwrap_or_default();
            match rest {
                [] => is_soft = true,
                [high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    octets.push(hex(*high) << 4 | hex(*low));
                    rest = after;
                }
                _ => octets.push(b'='),
            }
        }
        octets.extend_from_slice(rest);
        if !is_soft && line.ends_with(b"\n") {
            octets.push(b'\n');
        }
        if octets.len() >= max {
            octets.truncate(max);
            break;
        }
    }
    octets
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit.wrapping_sub(b'A').wrapping_add(10),
    }
}

/// Decoded text and what made it a guess.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::domain) struct Text {
    pub text: String,
    pub doubt: Option<String>,
}

/// Decodes text. Without a charset, or with one that is unknown or evidently wrong: UTF-8 where that fits, else
/// windows-1252, which contains Latin-1 and is what unlabelled 8-bit mail is in practice.
pub(in crate::domain) fn text(octets: &[u8], charset: Option<&str>) -> Text {
    let label = charset.map(|c| c.trim().trim_matches(['"', '\'']).to_ascii_lowercase()).unwrap_or_default();
    let utf_16 = octets.starts_with(b"\xff\xfe") || octets.starts_with(b"\xfe\xff");
    let decoder = match label.as_str() {
        "" if utf_16 => charset_decoder(b"utf-16"),
        "" | "us-ascii" | "ascii" | "utf-8" | "utf8" => None,
        label => charset_decoder(label.as_bytes()),
    };
    let unknown = decoder.is_none() && !["", "us-ascii", "ascii", "utf-8", "utf8"].contains(&label.as_str());
    let (text, guess) = match (decoder, std::str::from_utf8(octets)) {
        (Some(decode), _) => (Cow::Owned(decode(octets)), None),
        (None, Ok(text)) => (Cow::Borrowed(text), None),
        (None, Err(error)) if is_mostly_utf_8(octets, error.valid_up_to()) => {
            (String::from_utf8_lossy(octets), Some("text that is UTF-8 but for some octets"))
        }
        (None, Err(_)) => {
            (Cow::Owned(windows_1252(octets)), Some("8-bit text that is not UTF-8; read as windows-1252"))
        }
    };
    let doubt = if memchr(0, text.as_bytes()).is_some() {
        Some("NUL octets in the text".into())
    } else if unknown {
        Some(format!("the unknown charset {:?}", label.chars().take(40).collect::<String>()))
    } else {
        guess.map(String::from)
    };
    Text { text: lines(&text), doubt }
}

/// Broken here and there, but with more UTF-8 in it than chance would bring.
fn is_mostly_utf_8(octets: &[u8], valid: usize) -> bool {
    let bad = octets.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
    let good: usize =
        octets.utf8_chunks().map(|chunk| chunk.valid().chars().filter(|c| !c.is_ascii()).count()).sum();
    // A text that was cut in the middle of a character is broken once, at its end.
    good > bad || octets.len() - valid < 4 && octets.len() >= limit::TEXT
}

pub(super) fn windows_1252(octets: &[u8]) -> String {
    charset_decoder(b"windows-1252")
        .map_or_else(|| String::from_utf8_lossy(octets).into_owned(), |decode| decode(octets))
}

/// LF alone, no byte order mark, no NUL (no database and no reader takes one).
fn lines(text: &str) -> String {
    let text = text.trim_start_matches('\u{feff}');
    if memchr2(b'\r', 0, text.as_bytes()).is_none() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(n) = memchr2(b'\r', 0, rest.as_bytes()) {
        let (before, after) = rest.split_at_checked(n).unwrap_or((rest, ""));
        out.push_str(before);
        if after.starts_with('\0') {
            out.push('\u{fffd}');
        } else if !after.starts_with("\r\n") {
            out.push('\n');
        }
        rest = after.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transfer_encodings_are_undone_as_far_as_they_go() {
        let check = |body: &str, encoding, expected: &str| {
            let octets = transfer(body.as_bytes(), encoding, 100);
            assert_eq!(String::from_utf8_lossy(&octets), expected, "{body:?}");
        };
        check("SGVsbG8=", Encoding::Base64, "Hello");
        check("SGVs\r\n bG8=\r\n", Encoding::Base64, "Hello");
        check("SGV*sbG8", Encoding::Base64, "Hello");
        check("SGk=SGk=", Encoding::Base64, "HiHi");
        check("S", Encoding::Base64, "");
        check("caf=C3=A9 =\r\nau lait  \r\nfin", Encoding::QuotedPrintable, "café au lait\nfin");
        check("a=b =ZZ =", Encoding::QuotedPrintable, "a=b =ZZ ");
        check("=3d=3D", Encoding::QuotedPrintable, "==");
        check("as it is =3D", Encoding::Identity, "as it is =3D");
    }

    #[test]
    fn no_more_is_decoded_than_asked_for() {
        for (body, encoding) in [
            ("QUFB".repeat(9_000), Encoding::Base64),
            ("=41".repeat(9_000), Encoding::QuotedPrintable),
            ("A".repeat(9_000), Encoding::Identity),
        ] {
            assert_eq!(*transfer(body.as_bytes(), encoding, 7), *b"AAAAAAA", "{encoding:?}");
        }
    }

    #[test]
    fn text_is_read_in_the_charset_that_fits() {
        let check = |octets: &[u8], charset: Option<&str>, expected: &str, doubt: bool| {
            let read = text(octets, charset);
            assert_eq!(
                (read.text.as_str(), read.doubt.is_some()),
                (expected, doubt),
                "{octets:?} {charset:?}"
            );
        };
        check("£1".as_bytes(), None, "£1", false);
        check("£1".as_bytes(), Some("US-ASCII"), "£1", false);
        check(b"\xa31", None, "£1", true);
        check(b"\x80 \x93x\x94", Some("us-ascii"), "€ “x”", true);
        check(b"\xa31", Some("iso-8859-1"), "£1", false);
        check(b"\xa31", Some("\"utf-8\""), "£1", true);
        check(b"\xc2\xa31 \xc2\xa32 \xff", Some("utf-8"), "£1 £2 \u{fffd}", true);
        check("£1".as_bytes(), Some("x-unknown"), "£1", true);
        check(b"\xa31", Some("klingon"), "£1", true);
        check(b"\xcf\xf0\xe8", Some("windows-1251"), "При", false);
        check(b"\xff\xfea\0b\0", None, "ab", false);
        check(b"\xef\xbb\xbfa\r\nb\rc\0", None, "a\nb\nc\u{fffd}", true);
        check(b"", Some("utf-16"), "", false);
    }
}
