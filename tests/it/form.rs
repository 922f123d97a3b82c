//! The published forms for Word and Excel, filled in as their programs do and mailed: each reads back complete.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails where it stands")]

use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

use data_encoding::BASE64_MIME;
use sscd::config::Config;
use sscd::domain::message::{Own, Verdict, Vouch, read_message};
use sscd::domain::notification::form::{form_sheet, form_word};
use sscd::domain::notification::labels::TABLE;
use sscd::domain::notification::{FieldName, Kind, Reading, read_notification};
use sscd::domain::token::Keys;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

fn mailed(name: &str, octets: &[u8]) -> Reading {
    let (config, snapshot) = Config::examine(None, Path::new(""), &[]).unwrap();
    let world = snapshot.world(&config, Keys { installation: "form".into(), keys: vec![[3; 32]] });
    let head = "From: Ann <ann@northwind-energy.test>\nSubject: Notification\nMIME-Version: 1.0\n\
                Content-Type: multipart/mixed; boundary=b\n\n--b\n\nPlease see attached.\n\n--b\n\
                Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n";
    let mail = format!(
        "{head}Content-Disposition: attachment; filename=\"{name}\"\n\n{}\n--b--\n",
        BASE64_MIME.encode(octets)
    );
    let message = read_message(mail.as_bytes(), &Own { office: &world.office, keys: &world.keys });
    read_notification(&message, Vouch { verdict: Verdict::Unverified, reasons: vec![] }, &world.policy)
}

/// The same package with one part changed.
pub fn changed(octets: &[u8], part: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(octets)).unwrap();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        writer.start_file(&*name, SimpleFileOptions::default()).unwrap();
        let text = if name == part { change(&text) } else { text };
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn check_complete(name: &str, octets: &[u8]) {
    let reading = mailed(name, octets);
    assert_eq!(reading.kind, Kind::Notification, "{:?}", reading.reasons);
    let [one] = reading.notifications.as_slice() else {
        panic!("{} notifications", reading.notifications.len())
    };
    for field in FieldName::ALL {
        assert!(one.fields.has(field), "{field:?}");
    }
    assert_eq!((one.missing.as_slice(), one.problems.as_slice()), (&[][..], &[][..]));
    for shown in one.fields.shown() {
        let place = shown.place.unwrap();
        assert!(place.starts_with(&format!("in {name}, line ")), "{place}");
    }
    assert_eq!(reading.problems, []);
}

/// As Word leaves a control that somebody wrote into.
pub fn fill_control(xml: &str, field: &str, words: &str) -> String {
    let tag = format!("<w:tag w:val=\"{field}\"/>");
    let at = xml.find(&tag).unwrap_or_else(|| panic!("no control {tag}"));
    let (before, rest) = xml.split_at(at);
    let rest = rest.replacen("<w:showingPlcHdr/>", "", 1).replacen("Click here and write", words, 1);
    format!("{before}{rest}")
}

fn fill_word(xml: &str) -> String {
    TABLE.iter().fold(xml.to_owned(), |xml, label| fill_control(&xml, label.field.as_str(), label.example))
}

#[test]
fn what_stays_empty_is_asked_for() {
    let some = |xml: &str| {
        let at = fill_word(xml).find("w:val=\"user_ids\"").unwrap();
        let rest = xml.find("w:val=\"user_ids\"").unwrap();
        format!("{}{}", fill_word(xml).get(..at).unwrap(), xml.get(rest..).unwrap())
    };
    let reading = mailed("form.docx", &changed(&form_word().unwrap(), "word/document.xml", some));
    let [one] = reading.notifications.as_slice() else {
        panic!("{} notifications", reading.notifications.len())
    };
    // The User IDs are withheld by a line above.
    let missing = ["architecture_provided", "provision", "previously_assessed", "customer_segment"];
    assert_eq!(one.missing, missing);
    assert_eq!((one.fields.n_stated(), one.problems.as_slice()), (13, &[][..]));
}

#[test]
fn the_form_for_word_reads_back_complete() {
    check_complete("form.docx", &changed(&form_word().unwrap(), "word/document.xml", fill_word));
}

/// As Excel leaves cells that somebody wrote into.
fn fill_sheet(xml: &str) -> String {
    let mut xml = xml.to_owned();
    let mut from = 0;
    for label in TABLE {
        let at = from
            + xml.get(from..).unwrap().find("<c r=\"B").unwrap_or_else(|| panic!("no cell for {label:?}"));
        let end = at + xml.get(at..).unwrap().find("/>").unwrap();
        let cell = format!(" t=\"inlineStr\"><is><t>{}</t></is></c>", label.example);
        xml.replace_range(end..end + 2, &cell);
        from = end + cell.len();
    }
    xml
}

#[test]
fn the_form_for_excel_reads_back_complete() {
    check_complete("form.xlsx", &changed(&form_sheet().unwrap(), "xl/worksheets/sheet1.xml", fill_sheet));
}

#[test]
fn a_form_that_nobody_filled_in_states_nothing() {
    // As LibreOffice saves it.
    let forgotten = |xml: &str| xml.replace("<w:showingPlcHdr/>", "");
    let saved = changed(&form_word().unwrap(), "word/document.xml", forgotten);
    let forms =
        [("form.docx", form_word().unwrap()), ("form.docx", saved), ("form.xlsx", form_sheet().unwrap())];
    for (name, octets) in forms {
        let reading = mailed(name, &octets);
        assert_eq!(reading.kind, Kind::Uncertain, "{name}: {:?}", reading.reasons);
        let stated: Vec<_> = reading.notifications.iter().flat_map(|one| one.fields.shown()).collect();
        assert_eq!(stated, [], "{name}");
    }
}

#[test]
fn a_form_is_the_same_each_time() {
    assert_eq!(form_word().unwrap(), form_word().unwrap());
    assert_eq!(form_sheet().unwrap(), form_sheet().unwrap());
}
