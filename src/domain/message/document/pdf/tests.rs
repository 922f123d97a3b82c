//! What is read of a PDF, and what is not believed of one.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::super::{Content, Unreadable};
use super::read;

fn zip(octets: &[u8]) -> Vec<u8> {
    let mut zip = ZlibEncoder::new(Vec::new(), Compression::best());
    zip.write_all(octets).unwrap();
    zip.finish().unwrap()
}

/// A document of one page, with what its root and its page say, and more objects.
fn document(root: &str, content: &[u8], more: &str) -> Vec<u8> {
    let packed = zip(content);
    let head = format!(
        "%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R {root}>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]>>endobj\n\
         3 0 obj<</Type/Page/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>/XObject<</X 6 0 R>>>>>>endobj\n\
         5 0 obj<</Type/Font/BaseFont/Helvetica/Encoding<</Differences[1/eacute/fi]>>>>endobj\n{more}\n\
         4 0 obj<</Filter/FlateDecode/Length {}>>stream\n",
        packed.len()
    );
    [head.as_bytes(), &packed, b"\nendstream endobj trailer<</Root 1 0 R>>"].concat()
}

fn of(document: &[u8]) -> Content {
    read(document).unwrap_or_else(|Unreadable { found, .. }| panic!("{found}"))
}

#[test]
fn a_page_is_read_from_top_to_bottom_and_left_to_right() {
    let content = b"BT /F1 10 Tf 300 700 Td (Northwind) Tj -250 0 Td (User Party name) Tj 0 -15 Td [(Party) -600 (ID)] TJ 250 0 Td (NWES) Tj ET \
        BT /F1 10 Tf 1 0 0 1 50 800 Tm (Caf\\001 of\\002ce) Tj 3 Tr (hidden) Tj ET";
    let read = of(&document("", content, ""));
    assert_eq!(
        read.texts,
        ["Caf\u{e9} offce\n\nUser Party name\tNorthwind\nParty ID\tNWES\n".replace("offce", "office")]
    );
    assert!(read.remarks[0].found.contains("do not show"));
}

#[test]
fn a_form_answers_by_its_labels() {
    let form = "/AcroForm<</Fields[10 0 R 11 0 R 12 0 R 13 0 R 14 0 R 15 0 R]>>";
    let more = "10 0 obj<</FT/Tx/T(UserPartyName)/V<FEFF00430061006600E9>>>endobj 11 0 obj<</FT/Tx/T(x)/TU(Party ID)/V( )>>endobj\n\
        12 0 obj<</FT/Btn/T(a)/TU(Separated)/V/Yes>>endobj 13 0 obj<</FT/Btn/T(b)/TU(Tested)/V/Off>>endobj\n\
        14 0 obj<</FT/Btn/Ff 32768/T(stage)/V/1/Opt[(Intending)(Procuring)]/Kids[20 0 R 21 0 R]>>endobj\n\
        20 0 obj<</Parent 14 0 R/AS/Off>>endobj 21 0 obj<</Parent 14 0 R/AS/1>>endobj\n\
        15 0 obj<</T(Roles)/Kids[22 0 R 23 0 R 24 0 R]>>endobj 22 0 obj<</FT/Btn/T(Import Supplier)/V/On>>endobj\n\
        23 0 obj<</FT/Btn/T(Export Supplier)>>endobj 24 0 obj<</FT/Btn/T(Gas Supplier)/V/On>>endobj";
    let read = of(&document(form, b"BT /F1 10 Tf (What the page says) Tj ET", more));
    let expected = "User Party Name\tCaf\u{e9}\nSeparated\tYes\nstage\tProcuring\nRoles\tImport Supplier, Gas Supplier\n";
    assert_eq!(read.texts, [expected]);
}

#[test]
fn what_no_one_can_read_is_told() {
    let check = |octets: &[u8], part: &str| {
        let Err(Unreadable { found, .. }) = read(octets) else { panic!("{part}") };
        assert!(found.contains(part), "{found} and not {part}");
    };
    check(b"Hello", "is none");
    check(&document("", b"/X Do", "6 0 obj<</Subtype/Image>>endobj"), "a picture");
    check(&document("", b"", ""), "without any text");
    check(&document("/AcroForm<</XFA 7 0 R>>", b"", ""), "XFA");
    check(b"%PDF-1.7 1 0 obj<</Type/Catalog>>endobj trailer<</Root 1 0 R/Encrypt 2 0 R>>", "locked");
    check(
        &document("", b"BT /F1 10 Tf <0003000400050006> Tj ET", "5 0 obj<</Type/Font/Subtype/Type0>>endobj"),
        "which letters",
    );
}

#[test]
fn what_unpacks_to_too_much_is_not_unpacked() {
    let check = |octets: &[u8]| {
        let Err(Unreadable { found, .. }) = read(octets) else { panic!("it was read") };
        assert!(found.contains("far more"), "{found}");
    };
    check(&document("", &b"(A) Tj ".repeat(8 << 20), ""));
    let inner = zip(&zip(&vec![b' '; 64 << 20]));
    let twice = format!("4 0 obj<</Filter[/FlateDecode/FlateDecode]/Length {}>>stream\n", inner.len());
    let page = b"%PDF-1.7 1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Kids[3 0 R]>>endobj 3 0 obj<</Contents 4 0 R>>endobj ";
    check(&[page.as_slice(), twice.as_bytes(), &inner, b"\nendstream"].concat());
    check(&document("", b"", &"1 0 obj".repeat(60_000)));
    check(&document("", b"", &format!("9 0 obj[{}]", "0 ".repeat(500_000))));
    // One page, ten thousand times the same content.
    let again =
        format!("3 0 obj<</Contents[{}]/Resources<</Font<</F1 5 0 R>>>>>>endobj", "4 0 R ".repeat(2_000));
    check(&document("", &b"BT /F1 10 Tf (Hello) Tj ET ".repeat(2_000), &again));
}

#[test]
fn loops_come_to_an_end() {
    let form = "/AcroForm<</Fields[7 0 R]>>";
    let more = "6 0 obj<</Subtype/Form/Resources<</XObject<</X 6 0 R>>>>/Length 20>>stream\n/X Do /X Do /X Do /X Do\nendstream endobj \
        7 0 obj<</T(a)/Kids[7 0 R 8 0 R]>>endobj 8 0 obj<</T(b)/Kids[7 0 R]/V 9 0 R>>endobj 9 0 obj 9 0 R endobj";
    let read = of(&document(form, b"/X Do BT /F1 10 Tf (Hello) Tj ET /X Do", more));
    assert_eq!(read.texts, ["Hello\n"]);
    let pages =
        "2 0 obj<</Type/Pages/Kids[2 0 R 3 0 R 3 0 R]>>endobj 5 0 obj<</Type/Font/Encoding 5 0 R>>endobj";
    assert_eq!(of(&document("", b"BT /F1 10 Tf (Hello) Tj ET", pages)).texts, ["Hello\n"]);
}

/// Ten times the file is not a hundred times the work.
#[test]
fn long_documents_are_read_in_one_go() {
    for piece in [
        "stream\n",
        "endstream ",
        "1 0 obj<</Length 9999999>>stream\n",
        "(",
        "<<",
        "9 0 obj ",
        "% ",
        "trailer<<",
        "obj",
        "/#41",
        "<41",
    ] {
        let octets = [b"%PDF-1.7\n".as_slice(), &piece.as_bytes().repeat((4 << 20) / piece.len())].concat();
        let _ = read(&octets);
        let content = piece.repeat((1 << 20) / piece.len());
        let _ = read(&document("", format!("BT /F1 9 Tf {content} (a) Tj").as_bytes(), ""));
    }
}
