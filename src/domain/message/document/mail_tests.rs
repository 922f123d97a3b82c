//! What is told of documents that mean harm, and of those that cannot be read.

use super::super::attachment::file_name;
use super::super::decode::transfer;
use super::super::part::split;
use super::{Content, Documents, File, Unreadable, remark, unreadable};

/// All that a file and the files within it say and are told of, or why the last of them was not read.
pub(super) fn read(name: &str, media_type: &str, octets: &[u8]) -> Option<Result<Content, Unreadable>> {
    let mut documents = Documents::default();
    let is_read = documents.take(&File { name, media_type, octets });
    let texts = documents.texts.into_iter().map(|(_, text)| text).collect();
    let told = documents.problems.into_iter();
    if is_read {
        let remarks = told.map(|problem| remark(problem.found, problem.expected)).collect();
        return Some(Ok(Content { texts, remarks, ..Content::default() }));
    }
    told.last().map(|problem| Err(unreadable(problem.found, problem.expected)))
}

macro_rules! mail {
    ($name:literal) => {
        include_bytes!(concat!("../../../../tests/mail/", $name, ".eml")).as_slice()
    };
}

fn of_mail(mail: &[u8]) -> Result<Content, Unreadable> {
    let parts = split(mail);
    let (name, part) = parts.list.iter().find_map(|part| Some((file_name(part)?, part))).unwrap();
    read(&name, &part.media_type(), &transfer(part.body, part.encoding(), usize::MAX)).unwrap()
}

#[test]
fn what_could_not_be_read_is_told() {
    let check = |mail: &[u8], found: &str| match of_mail(mail) {
        Ok(content) => panic!("{found}: {content:?}"),
        Err(unreadable) => {
            assert!(unreadable.found.contains(found), "{} and not {found}", unreadable.found);
            assert!(!unreadable.expected.is_empty());
        }
    };
    check(mail!("odd/pdf-scanned"), "a picture of a page");
    check(mail!("odd/pdf-locked"), "locked with a password");
    check(mail!("odd/smime-encrypted"), "encrypted");
    check(mail!("odd/pgp-encrypted"), "encrypted");
    check(mail!("hostile/pdf-bomb"), "far more than a form");
    check(mail!("hostile/winmail-dat-that-lies"), "damaged");
    check(mail!("hostile/outlook-message-that-loops"), "message file");
}

#[test]
fn what_was_read_and_is_odd_is_told() {
    let check = |mail: &[u8], text: &str, expected: &[&str]| {
        let content = of_mail(mail).unwrap_or_else(|unreadable| panic!("{unreadable:?}"));
        assert!(content.texts.concat().contains(text), "{:?}", content.texts);
        let found: Vec<&str> = content.remarks.iter().map(|remark| remark.found.as_str()).collect();
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found} and not {expected}");
        }
    };
    let danger = ["JavaScript in a PDF", "would open or send", "files within a PDF"];
    check(mail!("hostile/pdf-with-javascript"), "Caf\u{e9} Energy Ltd", &danger);
    check(mail!("hostile/pdf-with-hidden-text"), "Thank you for the meeting", &["do not show"]);
    check(mail!("hostile/pdf-loops"), "Second User System", &["more pages or letters"]);
    check(mail!("good/smime-signed-opaque"), "Strathblane Energy plc", &["signature was not checked"]);
    check(
        mail!("good/smime-signed-opaque-in-pieces"),
        "Strathblane Energy plc",
        &["signature was not checked"],
    );
    check(mail!("good/winmail-dat"), "Contact: Tom\u{e1}s Hale", &[]);
    check(mail!("good/winmail-dat-with-a-pdf"), "Tyne Vale Energy Ltd", &[]);
    check(mail!("odd/outlook-message-attached"), "Mercia Domestic", &[]);
    check(mail!("odd/mail-attached-as-a-file"), "Mercia Domestic", &[]);
}

#[test]
fn files_within_files_have_an_end() {
    let unreadable = of_mail(mail!("hostile/signed-within-signed")).unwrap_err();
    assert!(unreadable.found.contains("more or larger documents"), "{}", unreadable.found);
}

#[test]
fn a_signature_is_no_document() {
    for (name, media_type) in [
        ("smime.p7s", "application/pkcs7-signature"),
        ("signature.asc", "application/pgp-signature"),
        ("0x1.asc", "application/pgp-keys"),
        ("plan.png", "image/png"),
    ] {
        assert!(read(name, media_type, b"-----BEGIN PGP SIGNATURE-----").is_none(), "{name}");
    }
}
