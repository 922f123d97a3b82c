//! Packages made for tests, and what becomes of those that are none, broken or hostile.

use std::io::{Cursor, Write as _};

use memchr::memmem;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::kind::OLE;
use super::*;

/// A package of these parts.
pub(super) fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, text) in parts {
        writer.start_file(*name, packed).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A Word document with this body.
pub(super) fn word(body: &str) -> Vec<u8> {
    zipped(&[("word/document.xml", &word_xml(body))])
}

pub(super) fn word_xml(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><w:document xmlns:w=\"w\" xmlns:w14=\"w14\"><w:body>{body}</w:body></w:document>"
    )
}

fn taken(name: &str, octets: &[u8]) -> (bool, Vec<String>, Vec<String>) {
    let mut documents = Documents::default();
    let is_read = documents.take(&File { name, media_type: "", octets });
    let texts = documents.texts.into_iter().map(|(_, text)| text).collect();
    (is_read, texts, documents.problems.into_iter().map(|problem| problem.found).collect())
}

#[test]
fn a_file_is_what_it_holds_and_not_what_it_is_called() {
    let check = |name: &str, octets: &[u8], expected: &str| {
        let (is_read, texts, problems) = taken(name, octets);
        assert_eq!(
            (is_read, texts.as_slice(), problems.as_slice()),
            (false, &[][..], &[expected.to_owned()][..])
        );
    };
    let text = word("<w:p><w:r><w:t>Hello</w:t></w:r></w:p>");
    assert_eq!(taken("x.pdf", &text), (true, vec!["Hello\n".into()], vec![]));
    check("a.docx", b"%PDF-1.7", "a.docx: a PDF without any text");
    check("a.xlsx", b"PK\x03\x04", "a.xlsx: not the Excel workbook that its name or type says");
    let macros = zipped(&[("word/document.xml", ""), ("word/vbaProject.bin", "x")]);
    check("a.docm", &macros, "a.docm: a document with macros");
    check("a.xlsb", &zipped(&[("xl/workbook.bin", "")]), "a.xlsb: a binary Excel workbook");
    let elder =
        |entry: &str| [OLE, &entry.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat();
    check("a.docx", &elder("EncryptedPackage"), "a.docx: an encrypted document");
    check("a.doc", &elder("WordDocument"), "a.doc: a Word document in the old binary format");
    check("a", &elder("Workbook"), "a: a document in the old binary format");
    check("a.msg", &elder("__properties_version1.0"), "a.msg: a message file that is damaged or none");
    assert_eq!(taken("a.zip", &zipped(&[("readme.txt", "x")])), (false, vec![], vec![]));
    assert_eq!(taken("a.png", b"\x89PNG"), (false, vec![], vec![]));
}

fn refused(octets: &[u8]) -> String {
    super::word::read(octets).unwrap_err().found
}

#[test]
fn what_grows_without_measure_is_refused() {
    let bomb = word(&"<w:p/>".repeat(2 << 20));
    assert!(bomb.len() < 200_000);
    assert_eq!(refused(&bomb), "a document that unpacks to more than is read");
    let deep = format!("{}{}", "<w:p>".repeat(5_000), "</w:p>".repeat(5_000));
    assert_eq!(refused(&word(&deep)), "XML nested without measure");
    let many: Vec<String> = (0..2_100).map(|n| format!("word/{n}")).collect();
    let mut many: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), "")).collect();
    many.push(("word/document.xml", "<a/>"));
    assert_eq!(refused(&zipped(&many)), "a package of very many files");
}

#[test]
fn entities_are_refused_and_nothing_is_fetched() {
    let with = |head: &str, words: &str| {
        let xml =
            format!("{head}<w:document xmlns:w=\"w\"><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:document>");
        zipped(&[("word/document.xml", &xml)])
    };
    let own = "XML with entities of its own";
    assert_eq!(refused(&with("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/hostname\">]>", "&b;")), own);
    assert_eq!(refused(&with("<!DOCTYPE a>", "b")), own);
    assert_eq!(refused(&with("", "&b;")), own);
    assert_eq!(refused(&with("", "&#1114112;")), "XML that is broken");
    assert_eq!(refused(&with("", "a</w:x>")), "XML that is broken");
    let content = super::word::read(&with("", "A &amp; B &#163;1")).unwrap();
    assert_eq!(content.texts, ["A & B £1\n"]);
}

#[test]
fn a_package_that_says_two_things_is_refused() {
    // The second entry takes the name of the first, in its own header and in the directory.
    let mut twice = zipped(&[("word/document.xml", "<a/>"), ("word/documenu.xml", "<b/>")]);
    let places: Vec<usize> = memmem::find_iter(&twice, b"documenu").collect();
    assert_eq!(places.len(), 2);
    for place in places {
        twice[place..place + 8].copy_from_slice(b"document");
    }
    assert_eq!(refused(&twice), "a package that can be unpacked in two ways");
    let case = zipped(&[("word/document.xml", "<a/>"), ("word/Document.xml", "<b/>")]);
    assert_eq!(refused(&case), "a package that can be unpacked in two ways");
    let stray = zipped(&[("/../../word/document.xml", "<a/>"), ("C:\\word\\document.xml", "<b/>")]);
    assert_eq!(refused(&stray), "no text in the document");
}

#[test]
fn a_lying_size_changes_nothing() {
    let whole = word("<w:p><w:r><w:t>Hello</w:t></w:r></w:p>");
    let directory = memmem::find(&whole, b"PK\x01\x02").unwrap();
    for size in [0_u32, 1, 1 << 30] {
        let mut lying = whole.clone();
        lying[directory + 24..directory + 28].copy_from_slice(&size.to_le_bytes());
        match super::word::read(&lying) {
            Ok(content) => assert_eq!(content.texts, ["Hello\n"]),
            Err(why) => {
                assert!(why.found.contains("unpacked") || why.found.contains("broken"), "{}", why.found);
            }
        }
    }
}

#[test]
fn no_more_documents_are_read_than_the_mail_may_bring() {
    let mut documents = Documents::default();
    let octets = word("<w:p><w:r><w:t>Hello</w:t></w:r></w:p>");
    let read = (0..20).filter(|_| documents.take(&File { name: "a.docx", media_type: "", octets: &octets }));
    assert_eq!(read.count(), limit::DOCUMENTS);
    assert_eq!(documents.problems.len(), 20 - limit::DOCUMENTS);
}
