//! Mail in an envelope of its own: S/MIME (RFC 8551) and PGP (RFC 9580). In: octets or text; out: what was signed, or that
//! it is encrypted. Invariant: no signature is checked here and none is believed; nothing is decrypted.

use super::octets::Octets;
use super::{Content, Remark, Unreadable, remark, unreadable};

/// Elements within each other.
const DEPTH: usize = 32;
/// Elements before what was signed, and pieces of it.
const ELEMENTS: usize = 200_000;

// 1.2.840.113549.1.7.n, and that of RFC 5083.
const SIGNED: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
const ENVELOPED: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03";
const ENCRYPTED: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06";
const AUTH_ENVELOPED: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17";

const INSTEAD: &str =
    "the same mail without encryption, or by the way that SECAS has agreed for what is sensitive";

/// A PKCS #7 or CMS file (RFC 5652): what was signed becomes a file.
pub(super) fn read(octets: &[u8]) -> Result<Content, Unreadable> {
    match signed(octets) {
        Found::Signed(inner) => {
            let name = if inner.starts_with(b"%PDF-") { "signed.pdf" } else { "signed.eml" };
            let remark = remark(
                "a signed mail (S/MIME); its signature was not checked",
                "nothing; a person may check it",
            );
            Ok(Content { remarks: vec![remark], files: vec![(name.into(), inner)], ..Content::default() })
        }
        Found::Encrypted => Err(encrypted()),
        Found::Other => Err(unreadable(
            "a file of S/MIME that holds no signed text, or is damaged",
            "the same mail without S/MIME, or signed so that its text can be read",
        )),
    }
}

/// What is told of a file that only who has its key can read.
pub(super) fn encrypted() -> Unreadable {
    unreadable("something encrypted that could not be read", INSTEAD)
}

/// Is it an encrypted file of PGP, and no signature or key?
pub(super) fn is_pgp_message(octets: &[u8]) -> bool {
    octets.trim_ascii_start().starts_with(b"-----BEGIN PGP MESSAGE-----")
}

enum Found {
    Signed(Vec<u8>),
    Encrypted,
    Other,
}

fn signed(octets: &[u8]) -> Found {
    let mut rest = Ber { octets: Octets(octets), n: 0 };
    let Some(kind) = rest.enter(0x30).and_then(|()| rest.value(0x06)) else { return Found::Other };
    match kind {
        SIGNED => rest.content().map_or(Found::Other, Found::Signed),
        ENVELOPED | ENCRYPTED | AUTH_ENVELOPED => Found::Encrypted,
        _ => Found::Other,
    }
}

/// Elements of BER (X.690), definite or not, one after another.
struct Ber<'a> {
    octets: Octets<'a>,
    n: usize,
}

impl<'a> Ber<'a> {
    /// The tag and length of the next element; no length where its end is marked.
    fn head(&mut self) -> Option<(u8, Option<usize>)> {
        self.n += 1;
        if self.n > ELEMENTS {
            return None;
        }
        let tag = self.octets.u8()?;
        // No element on the way has a tag of more octets.
        let is_long = tag & 0x1f == 0x1f;
        let first = self.octets.u8().filter(|_| !is_long)?;
        let length = match first {
            0..=0x7f => Some(usize::from(first)),
            0x80 => None,
            0x81..=0x88 => {
                let mut length = 0_usize;
                for octet in self.octets.take(usize::from(first - 0x80))? {
                    length = length.checked_mul(256)?.checked_add(usize::from(*octet))?;
                }
                Some(length)
            }
            _ => return None,
        };
        Some((tag, length))
    }

    fn enter(&mut self, tag: u8) -> Option<()> {
        (self.head()?.0 == tag).then_some(())
    }

    fn value(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, length) = self.head()?;
        self.octets.take(length.filter(|_| found == tag)?)
    }

    fn skip(&mut self) -> Option<()> {
        let mut depth = 0;
        loop {
            match self.head()? {
                (0, Some(0)) if depth > 0 => depth -= 1,
                (_, Some(length)) => self.octets.skip(length)?,
                (_, None) if depth < DEPTH => depth += 1,
                (_, None) => return None,
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// RFC 5652 5.1: version, digest algorithms, and the content that was signed.
    fn content(&mut self) -> Option<Vec<u8>> {
        self.enter(0xa0)?;
        self.enter(0x30)?;
        self.skip()?;
        self.skip()?;
        self.enter(0x30)?;
        self.value(0x06)?;
        self.enter(0xa0)?;
        let mut content = Vec::new();
        let mut depth = 0;
        loop {
            match self.head() {
                Some((0x04, Some(length))) => content.extend_from_slice(self.octets.take(length)?),
                Some((0x24, _)) if depth < DEPTH => {
                    depth += 1;
                    continue;
                }
                // The marked end of a piece of pieces, or what follows the last of them.
                Some((0, Some(0))) if depth > 0 => depth -= 1,
                _ => break,
            }
            if depth == 0 {
                break;
            }
        }
        (!content.is_empty()).then_some(content)
    }
}

/// A text that was signed in the clear (RFC 9580 7), without armor; None where there is none.
pub(in crate::domain::message) fn clear(text: &str) -> Option<String> {
    if !text.contains("-----BEGIN PGP SIGNED MESSAGE-----") {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut lines = text.split_inclusive('\n');
    while let Some(line) = lines.next() {
        match line.trim_end() {
            "-----BEGIN PGP SIGNED MESSAGE-----" => {
                // `Hash: SHA512` and its like, up to a blank line.
                lines.by_ref().take_while(|line| !line.trim().is_empty()).for_each(drop);
            }
            "-----BEGIN PGP SIGNATURE-----" => {
                lines
                    .by_ref()
                    .take_while(|line| line.trim_end() != "-----END PGP SIGNATURE-----")
                    .for_each(drop);
            }
            _ => out.push_str(line.strip_prefix("- ").filter(|line| line.starts_with('-')).unwrap_or(line)),
        }
    }
    Some(out)
}

/// Is it encrypted text?
pub(in crate::domain::message) fn is_encrypted(text: &str) -> bool {
    text.lines().any(|line| line.trim_end() == "-----BEGIN PGP MESSAGE-----")
}

/// What is said of text that was signed or encrypted by PGP within the text.
pub(in crate::domain::message) fn told(is_signed: bool) -> Remark {
    if is_signed {
        remark("a text signed by PGP; its signature was not checked", "nothing; a person may check it")
    } else {
        let Unreadable { found, expected } = encrypted();
        Remark { found, expected }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_signed_in_the_clear_is_read_without_its_armor() {
        let text = "Hello\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nUser: A\n- - one\n- -----\n-----BEGIN PGP SIGNATURE-----\n\n\
            iQ==\n-----END PGP SIGNATURE-----\nBye\n";
        assert_eq!(clear(text).as_deref(), Some("Hello\nUser: A\n- one\n-----\nBye\n"));
        assert_eq!(clear("User: A\n- - one\n"), None);
        assert!(
            is_encrypted("x\n-----BEGIN PGP MESSAGE-----\n")
                && !is_encrypted("> -----BEGIN PGP MESSAGE-----")
        );
    }

    #[test]
    fn what_was_signed_is_found_in_either_form() {
        let octets = |hex: &str| data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
        let inner = |pieces: &str| {
            format!("06092a864886f70d010702a080308002010131003080060 92a864886f70d010701a080{pieces}")
                .replace(' ', "")
        };
        for pieces in ["0403414243", "248004014104024243000000000000", "24050403414243"] {
            let file = octets(&format!("3080{}", inner(pieces)));
            let Ok(content) = read(&file) else { panic!("{pieces}") };
            assert_eq!(content.files, [("signed.eml".to_owned(), b"ABC".to_vec())]);
        }
        let sealed = read(&octets("301306092a864886f70d010703a006300402010030")).unwrap_err();
        assert!(sealed.found.contains("encrypted"));
        for bad in ["", "30", "3080", "308006092a864886f70d010702", "3089ffffffffffffffffff", "3080060 9"] {
            assert!(
                read(bad.as_bytes()).is_err()
                    && read(&data_encoding::HEXLOWER.decode(bad.as_bytes()).unwrap_or_default()).is_err()
            );
        }
    }
}
