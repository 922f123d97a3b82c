//! Whatever a document holds, reading it answers, and in the end.

use proptest::prelude::*;
use proptest::sample::Index;

use super::super::attachment::file_name;
use super::super::decode::transfer;
use super::super::part::split;
use super::mail_tests::read;

/// Real documents of real programs, and some that mean harm.
const MAILS: [&[u8]; 12] = [
    include_bytes!("../../../../tests/mail/good/pdf-form-filled.eml"),
    include_bytes!("../../../../tests/mail/good/pdf-printed-letter.eml"),
    include_bytes!("../../../../tests/mail/good/pdf-of-an-office-suite.eml"),
    include_bytes!("../../../../tests/mail/good/winmail-dat.eml"),
    include_bytes!("../../../../tests/mail/good/winmail-dat-with-a-pdf.eml"),
    include_bytes!("../../../../tests/mail/good/smime-signed-opaque.eml"),
    include_bytes!("../../../../tests/mail/good/smime-signed-opaque-in-pieces.eml"),
    include_bytes!("../../../../tests/mail/odd/outlook-message-attached.eml"),
    include_bytes!("../../../../tests/mail/odd/mail-attached-as-a-file.eml"),
    include_bytes!("../../../../tests/mail/hostile/pdf-loops.eml"),
    include_bytes!("../../../../tests/mail/hostile/pdf-with-javascript.eml"),
    include_bytes!("../../../../tests/mail/hostile/outlook-message-that-loops.eml"),
];

const PIECES: [&[u8]; 16] = [
    b"<<",
    b">>",
    b"[",
    b"]",
    b"(",
    b")",
    b"1 0 R",
    b"1 0 obj",
    b"endobj",
    b"stream\n",
    b"endstream",
    b"\xff\xff\xff\xff",
    b"\0\0\0\0",
    b"\xfe\xff\xff\xff",
    b"{\\",
    b"\x30\x80",
];

fn documents() -> Vec<(String, Vec<u8>)> {
    let of_mail = |mail: &&[u8]| {
        let parts = split(mail);
        let named = parts.list.iter().filter_map(|part| Some((file_name(part)?, part)));
        named
            .map(|(name, part)| (name, transfer(part.body, part.encoding(), usize::MAX).into_owned()))
            .collect::<Vec<_>>()
    };
    MAILS.iter().flat_map(of_mail).collect()
}

fn answers(name: &str, octets: &[u8]) {
    if let Some(Ok(content)) = read(name, "", octets) {
        let n: usize = content.texts.iter().map(String::len).sum();
        assert!(n <= 40 << 20, "{name} says {n} octets");
    }
}

#[test]
fn each_of_them_is_of_a_kind_that_is_read() {
    let documents = documents();
    assert_eq!(documents.len(), MAILS.len());
    for (name, octets) in documents {
        assert!(read(&name, "", &octets).is_some(), "{name}");
    }
}

proptest! {
    #[test]
    fn reading_answers_for_any_octets(octets in proptest::collection::vec(any::<u8>(), 0..3_000)) {
        for (name, start) in [("a.pdf", b"%PDF-1.7\n".as_slice()), ("winmail.dat", b"\x78\x9f\x3e\x22\x01\x00"), ("a.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
            ("a.p7m", b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"), ("a.eml", b"Subject: a\n"), ("a.rtf", b"{\\rtf1 ")] {
            answers(name, &octets);
            answers(name, &[start, &octets].concat());
        }
    }

    #[test]
    fn reading_answers_for_documents_that_were_torn_and_mended(
        at in any::<Index>(),
        cuts in proptest::collection::vec((any::<Index>(), 0..40_usize, prop_oneof![
            prop::sample::select(PIECES.to_vec()).prop_map(<[u8]>::to_vec),
            proptest::collection::vec(any::<u8>(), 0..4),
        ]), 0..12),
    ) {
        let documents = documents();
        let (name, mut octets) = documents[at.index(documents.len())].clone();
        for (at, length, piece) in cuts {
            let start = at.index(octets.len() + 1);
            let end = (start + length / 4).min(octets.len());
            octets.splice(start..end, piece);
        }
        answers(&name, &octets);
    }
}
