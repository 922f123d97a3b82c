//! The next 90 days of the digest in a picture, and its tables as an `.xlsx`, read back by another library.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use calamine::{Data, DataType as _, Reader as _, Xlsx, open_workbook_from_rs};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use mail_parser::{MessageParser, MimeHeaders as _};
use sscd::domain::desk::{MOST, MOST_NOT_OURS};
use sscd::domain::letter::{Ahead, Digest, Envelope, Facts, Listed, Row, Templates, draw, render};

#[test]
fn the_pictures_are_small_and_the_same_each_time() {
    for (name, ahead) in Ahead::samples() {
        let once = draw(&ahead).unwrap();
        assert_eq!(once, draw(&ahead).unwrap(), "{name}");
        assert!(once.len() < 40_000, "{name} has {} octets", once.len());
        insta::assert_binary_snapshot!(&format!("{name}.png"), once);
    }
}

fn digest(sample: &str) -> Digest {
    let is_it = |facts: &Facts, name| facts.kind() == "digest" && name == sample;
    match Facts::samples().into_iter().find(|one| is_it(&one.facts, one.name)).unwrap().facts {
        Facts::Digest(digest) => *digest,
        other => panic!("{other:?}"),
    }
}

fn mail(digest: &Digest) -> Vec<u8> {
    let templates = Templates::new(&BTreeMap::new()).unwrap();
    render(&Facts::Digest(Box::new(digest.clone())), &Envelope::sample(), &templates).unwrap()
}

/// The parts of a mail by kind and bytes, each below the one that holds it.
fn kinds(mail: &[u8]) -> Vec<String> {
    let mail = MessageParser::default().parse(mail).unwrap();
    let kind = |part: &mail_parser::MessagePart<'_>| {
        let kind = part.content_type().unwrap();
        format!("{}/{}", kind.ctype(), kind.subtype().unwrap())
    };
    mail.parts.iter().map(kind).collect()
}

/// The last part.
fn tables(mail: &[u8]) -> Vec<u8> {
    let mail = MessageParser::default().parse(mail).unwrap();
    let part = mail.parts.last().unwrap();
    assert_eq!(part.attachment_name(), Some("digest-12.xlsx"));
    part.contents().to_vec()
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

#[test]
fn the_picture_stands_beside_the_page_that_names_it() {
    let full = mail(&digest("full"));
    let all = ["multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html"];
    assert_eq!(kinds(&full), [&all[..], &["image/png", XLSX]].concat());
    let read = MessageParser::default().parse(&full).unwrap();
    let picture = &read.parts[5];
    let id = picture.content_id().unwrap();
    assert!(read.body_html(0).unwrap().contains(&format!("src=\"cid:{id}\"")), "{id}");
    assert!(picture.content_disposition().unwrap().is_inline());
    assert!(picture.contents().starts_with(b"\x89PNG\r\n"));
    assert!(full.len() < 100_000 && full == mail(&digest("full")));
}

/// Nothing is lost where no picture is wanted.
#[test]
fn without_a_picture_the_words_are_the_same() {
    let with = digest("full");
    let mut without = Digest { has_tables: false, ..with.clone() };
    without.ahead.as_mut().unwrap().is_drawn = false;
    let (with, without) = (mail(&with), mail(&without));
    assert_eq!(kinds(&without), ["multipart/alternative", "text/plain", "text/html"]);
    let [with, without] = [&with, &without].map(|mail| MessageParser::default().parse(mail).unwrap());
    assert_eq!(with.body_text(0), without.body_text(0));
    let html = without.body_html(0).unwrap();
    assert!(!html.contains("<img") && html.contains("Week of 15 June 2026"));
}

/// Templates in somebody's own words that show no picture get none.
#[test]
fn a_picture_that_no_page_names_stays_away() {
    let file = "digest/html.html".to_owned();
    let page = Templates::new(&BTreeMap::new()).unwrap().sources()[&file]
        .replace("days(ahead, picture)", "days(ahead)");
    let templates = Templates::new(&BTreeMap::from([(file, page)])).unwrap();
    let digest = Digest { has_tables: false, ..digest("full") };
    let mail = render(&Facts::Digest(Box::new(digest)), &Envelope::sample(), &templates).unwrap();
    assert_eq!(kinds(&mail), ["multipart/alternative", "text/plain", "text/html"]);
}

/// As many as can be on each day, and every list as long as it can be.
#[test]
fn a_large_digest_is_small_without_its_picture() {
    let (_, ahead) = Ahead::samples().into_iter().find(|(name, _)| *name == "crowded").unwrap();
    let row = digest("full").due.rows[0].clone();
    let list = |n| Listed { rows: vec![row.clone(); n], n_more: 9_999 };
    let drawn = Digest {
        triage: list(MOST),
        drafts: list(MOST),
        failed: list(MOST),
        on_hold: list(MOST),
        answering: list(MOST),
        due: list(MOST),
        overdue: list(MOST),
        new_cases: list(MOST),
        alarms: list(MOST),
        not_ours: list(MOST_NOT_OURS),
        ahead: Some(ahead.clone()),
        ..digest("empty")
    };
    let plain = Digest { ahead: Some(Ahead { is_drawn: false, ..ahead }), ..drawn.clone() };
    let without = mail(&plain).len();
    let picture = mail(&drawn).len() - without;
    assert!(without < 100_000 && picture < 60_000, "{without} octets, and {picture} for the picture");
}

fn sheet(book: &mut Xlsx<Cursor<Vec<u8>>>, name: &str) -> Vec<Vec<Data>> {
    book.worksheet_range(name).unwrap().rows().map(<[Data]>::to_vec).collect()
}

fn words(row: &[Data]) -> Vec<&str> {
    row.iter().map(|cell| cell.get_string().unwrap_or_default()).collect()
}

fn at(year: i32, month: u32, day: u32, hour: u32, minute: u32) -> NaiveDateTime {
    let on = NaiveDate::from_ymd_opt(year, month, day).unwrap();
    on.and_time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap())
}

#[test]
fn the_tables_are_those_of_the_digest() {
    let digest = digest("full");
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(tables(&mail(&digest)))).unwrap();
    let names = [
        "Mail to be looked at",
        "Drafts",
        "Not delivered",
        "On hold",
        "To be answered",
        "Due",
        "Overdue",
        "New cases",
        "None of ours",
        "Alarms",
        "Next 90 days",
        "Reconciliation",
    ];
    assert_eq!(book.sheet_names(), names);
    let triage = sheet(&mut book, "Mail to be looked at");
    assert_eq!(words(&triage[0]), ["When (London)", "Which", "What"]);
    // 15:42 in UTC is a quarter to five in London's summer.
    assert_eq!(triage[1][0].as_datetime(), Some(at(2026, 6, 2, 16, 42)));
    assert_eq!(words(&triage[1])[1..], [&digest.triage.rows[0].name, &digest.triage.rows[0].what]);
    assert_eq!((triage.len(), words(&triage[3])), (4, vec!["", "... and 12 more", ""]));
    let ahead = sheet(&mut book, "Next 90 days");
    assert_eq!(ahead[1][0].as_datetime(), Some(at(2026, 6, 4, 0, 0)));
    assert_eq!(words(&ahead[1]), ["", "deadline of a User", "", "SUS-2026-0001"]);
    assert_eq!(ahead[1][2].as_f64(), Some(1.0));
    let compared = sheet(&mut book, "Reconciliation");
    assert_eq!(compared[1][2].as_datetime(), Some(at(2026, 6, 4, 3, 0)));
}

#[test]
fn no_cell_is_a_formula_and_every_head_stays() {
    let starts = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1+1", "=HYPERLINK(\"https://evil.test\")"];
    let row = |text: &&str| Row { at: None, name: (*text).into(), what: format!("{text}\r\n=2") };
    let listed = Listed { rows: starts.iter().map(row).collect(), n_more: 0 };
    let digest = Digest { not_ours: listed, has_tables: true, ..digest("empty") };
    let bytes = tables(&mail(&digest));
    assert_eq!(bytes, tables(&mail(&digest)));
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes.clone())).unwrap();
    let rows = sheet(&mut book, "None of ours");
    let read: Vec<&str> = rows[1..].iter().map(|row| words(row)[1]).collect();
    assert_eq!(read.iter().map(|text| text.trim()).collect::<Vec<_>>(), starts.map(str::trim));
    for name in book.sheet_names() {
        assert!(book.worksheet_formula(&name).unwrap().is_empty(), "{name}");
    }
    let mut files = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut read = |name: &str| {
        let mut text = String::new();
        files.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    for nth in 1..=12 {
        let sheet = read(&format!("xl/worksheets/sheet{nth}.xml"));
        assert!(sheet.contains("ySplit=\"1\"") && sheet.contains("state=\"frozen\""), "{nth}");
        assert!(!sheet.contains("<f>") && !sheet.contains("hyperlink"), "{nth}");
    }
    // The clock is ours.
    assert!(read("docProps/core.xml").contains(">2026-06-04T07:30:00Z</dcterms:created>"));
}
