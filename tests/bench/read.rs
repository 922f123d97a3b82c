//! What reading costs, on one core and without a record: plain notifications, large attachments, and documents of the
//! largest size that is read. Beside each, from the same run, `mail-parser` alone on the same bytes.
//!
//! `cargo bench --bench read -- [--mails 20000] [--attachment-mb 25]`

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a benchmark that cannot go on says so and ends"
)]

#[expect(dead_code, reason = "the tests need more of it")]
#[path = "../it/notice.rs"]
mod notice;

use std::io::{Cursor, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use data_encoding::BASE64_MIME;
use mail_parser::MessageParser;
use sscd::config::Config;
use sscd::domain::notification::Kind;
use sscd::domain::notification::form::{form_sheet, form_word};
use sscd::domain::token::Keys;
use sscd::domain::world::World;
use sscd::engine::read_mail;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The daemon's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str, default: usize| {
        let at = words.iter().position(|word| word == name);
        at.map_or(default, |at| words.get(at + 1).and_then(|n| n.parse().ok()).expect("a number"))
    };
    let (config, snapshot) = Config::examine(None, Path::new(""), &[]).unwrap();
    let world = snapshot.world(&config, Keys { installation: "bench".into(), keys: vec![[3; 32]] });

    let (n, plain) = (number("--mails", 20_000), notice::notice(0).into_bytes());
    let took = time(n, || assert_eq!(read_mail(&plain, &world).kind, Kind::Notification));
    let bare = time(n, || assert!(MessageParser::default().parse(&plain).is_some()));
    println!(
        "plain notifications of {} octets: {:.0} a second, {:.1} times what mail-parser alone takes",
        plain.len(),
        n as f64 / took.as_secs_f64(),
        took.as_secs_f64() / bare.as_secs_f64()
    );

    let n_bytes = number("--attachment-mb", 25) * 1_000_000;
    large("an attachment", &notice::large(0, n_bytes), &world);
    let noise = noise(n_bytes);
    large("Word with a picture", &mailed("form.docx", &with_picture(&form_word().unwrap(), &noise)), &world);
    large(
        "Excel with a picture",
        &mailed("form.xlsx", &with_picture(&form_sheet().unwrap(), &noise)),
        &world,
    );
}

fn time(n: usize, mut what: impl FnMut()) -> Duration {
    let begun = Instant::now();
    (0..n).for_each(|_| what());
    begun.elapsed()
}

fn large(what: &str, mail: &[u8], world: &World) {
    let took = time(1, || drop(read_mail(mail, world)));
    let bare = time(1, || drop(MessageParser::default().parse(mail)));
    let megabytes = mail.len() as f64 / 1e6;
    println!(
        "{what}, in a mail of {megabytes:.0} MB: {:.2} s, {:.0} MB a second, {:.1} times what mail-parser alone takes",
        took.as_secs_f64(),
        megabytes / took.as_secs_f64(),
        took.as_secs_f64() / bare.as_secs_f64()
    );
}

fn mailed(name: &str, file: &[u8]) -> Vec<u8> {
    format!(
        "From: Ann <ann@northwind.test>\nSubject: Notification\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=b\n\n--b\n\nPlease see attached.\n\n--b\n\
         Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\
         Content-Disposition: attachment; filename=\"{name}\"\n\n{}\n--b--\n",
        BASE64_MIME.encode(file)
    )
    .into_bytes()
}

/// The document with a picture that does not pack.
fn with_picture(form: &[u8], picture: &[u8]) -> Vec<u8> {
    let mut package = ZipArchive::new(Cursor::new(form)).unwrap();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..package.len() {
        out.raw_copy_file(package.by_index(at).unwrap()).unwrap();
    }
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    out.start_file("word/media/image1.png", stored).unwrap();
    out.write_all(picture).unwrap();
    out.finish().unwrap().into_inner()
}

fn noise(n: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    std::iter::repeat_with(&mut next).flatten().take(n).collect()
}
