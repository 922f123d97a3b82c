//! Other people's mails and documents, as packages bring them (`tests/run.sh --all` installs them in target/foreign): none
//! panics, hangs or costs more than it may, and how each is taken is said and held to.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sscd::domain::notification::Kind;

use crate::fuzz::Reader;
use crate::watch::Watch;

const MISSING: &str = "run `tests/run.sh --all`, which installs it (PyPI, npm, crates.io)";

/// A package that `tests/run.sh` unpacked.
fn installed(package: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/foreign");
    let found = entries(&root).into_iter().find(|path| name(path).starts_with(package));
    found.unwrap_or_else(|| panic!("{package} is not in {}: {MISSING}", root.display()))
}

/// The source of a crate that we are built with.
fn crate_source(package: &str) -> PathBuf {
    let home = std::env::var("CARGO_HOME").unwrap_or_else(|_| format!("{}/.cargo", env!("HOME")));
    let registries = entries(&Path::new(&home).join("registry/src"));
    let mut sources = registries.iter().flat_map(|registry| entries(registry));
    sources.find(|path| name(path).starts_with(package)).unwrap_or_else(|| panic!("no {package} in {home}"))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(folder).into_iter().flatten();
    let mut all: Vec<PathBuf> = read.map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for path in entries(folder) {
        if path.is_dir() {
            all.extend(files(&path, endings));
        } else if endings.iter().any(|ending| name(&path).ends_with(ending)) {
            all.push(path);
        }
    }
    all
}

/// How a corpus is taken: how many of each kind.
struct Taken {
    n: usize,
    kinds: BTreeMap<&'static str, Vec<String>>,
}

impl Taken {
    fn n(&self, kind: &str) -> usize {
        self.kinds.get(kind).map_or(0, Vec::len)
    }
}

fn take(corpus: &str, files: &[PathBuf], reader: Reader) -> Taken {
    assert!(!files.is_empty(), "{corpus} holds no file that is looked for: {MISSING}");
    let (mut watch, mut findings) = (Watch::new(), Vec::new());
    let mut taken = Taken { n: files.len(), kinds: BTreeMap::new() };
    for path in files {
        let octets = fs::read(path).unwrap();
        match watch.read(&format!("{corpus}-{}", name(path)), reader.mail(&octets)) {
            Ok(reading) => {
                let kind = match reading.kind {
                    Kind::Notification => "notification",
                    Kind::FollowUp => "follow-up",
                    Kind::Bounce => "bounce",
                    Kind::Decision => "decision",
                    Kind::CalendarReply => "calendar reply",
                    Kind::Uncertain => "uncertain",
                    Kind::AutoReply => "auto reply",
                    Kind::NotANotification => "not a notification",
                };
                taken.kinds.entry(kind).or_default().push(name(path));
            }
            Err(finding) => findings.push(finding),
        }
    }
    let counts: Vec<String> =
        taken.kinds.iter().map(|(kind, names)| format!("{} {kind}", names.len())).collect();
    eprintln!(
        "{corpus:<28} {:>5} files: {}; the slowest {:.1?}, the largest {} MiB",
        taken.n,
        counts.join(", "),
        watch.slowest,
        watch.largest >> 20
    );
    for kind in ["notification", "uncertain", "auto reply", "not a notification"] {
        let names = taken.kinds.get(kind).map(Vec::as_slice).unwrap_or_default();
        if (1..=30).contains(&names.len()) {
            eprintln!("{:<28}       {kind}: {}", "", names.join(" "));
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
    assert_eq!(taken.n("notification") + taken.n("decision"), 0, "{corpus} notifies nothing");
    taken
}

#[test]
#[ignore = "needs packages: `tests/run.sh --all` installs them and runs it"]
fn bounces_of_many_servers_are_known() {
    let taken =
        take("flufl.bounce", &files(&installed("flufl_bounce").join("tests/data"), &[".txt"]), Reader::Mail);
    // Of its 117, three are none: an absence notice, a challenge and a person's reply.
    assert!(taken.n("bounce") >= 102, "{} of {}", taken.n("bounce"), taken.n);
    let taken = take("baunsu", &files(&installed("baunsu").join("tests/emails"), &[".txt"]), Reader::Mail);
    assert_eq!((taken.n, taken.n("bounce"), taken.n("auto reply")), (15, 12, 2));
}

#[test]
#[ignore = "needs packages: `tests/run.sh --all` installs them and runs it"]
fn reports_of_complaints_are_automatic() {
    let arf = crate_source("mail-auth-0.").join("resources/arf");
    let taken = take("mail-auth, complaints", &files(&arf, &[".eml"]), Reader::Mail);
    assert_eq!(taken.n("auto reply"), taken.n);
    take(
        "mail-auth, others",
        &files(&crate_source("mail-auth-0.").join("resources"), &[".eml", ".txt"]),
        Reader::Mail,
    );
}

#[test]
#[ignore = "needs packages: `tests/run.sh --all` installs them and runs it"]
fn people_are_not_taken_for_programs() {
    let taken = take("talon", &files(&installed("talon").join("tests/fixtures"), &[".eml"]), Reader::Mail);
    assert_eq!(taken.n("bounce") + taken.n("auto reply") + taken.n("calendar reply"), 0);
    let eml = crate_source("mail-parser-0.").join("resources");
    let taken = take("mail-parser (Rust)", &files(&eml, &[".eml", "S", "F"]), Reader::Mail);
    assert_eq!(taken.n("bounce") + taken.n("auto reply"), 0);
    let mails = files(&installed("mail_parser").join("tests/mails"), &[""]);
    let taken = take("mail-parser (Python)", &mails, Reader::Mail);
    // Two are from no-reply addresses, one is a bounce.
    assert_eq!((taken.n("bounce"), taken.n("auto reply")), (1, 2));
}

#[test]
#[ignore = "needs packages: `tests/run.sh --all` installs them and runs it"]
fn documents_of_others_are_read_or_refused() {
    take("tnefparse", &files(&installed("tnefparse"), &[".tnef"]), Reader::Tnef);
    take("python-docx", &files(&installed("python_docx"), &[".docx"]), Reader::Office);
    take("pypdf", &files(&installed("pypdf"), &[".pdf"]), Reader::Pdf);
}

#[test]
#[ignore = "needs packages: `tests/run.sh --all` installs them and runs it"]
fn calendars_of_others_are_read_or_refused() {
    take("icalendar", &files(&installed("icalendar"), &[".ics"]), Reader::Calendar);
    take("calcard", &files(&crate_source("calcard-0.").join("resources/ical"), &[".ics"]), Reader::Calendar);
}
