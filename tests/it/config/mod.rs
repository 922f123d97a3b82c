//! Broken configurations and directories: every one is refused with its file, line and key, with what was found there
//! and what is expected. Each is the shipped sample with one edit.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use sscd::config::{Config, Fault, write_sample};

/// An edit of the sample, and the one fault that it must give.
pub struct Case {
    pub file: &'static str,
    /// Text of the file, its first occurrence, and what is put in its place.
    edit: (&'static str, &'static str),
    /// The fault is on the first line with this.
    on: &'static str,
    pub key: &'static str,
    pub found: &'static str,
    pub expected: &'static str,
}

impl Case {
    /// The text with the edit, and the line of the fault.
    pub fn edited(&self, text: &str) -> (String, Option<usize>) {
        let (from, to) = self.edit;
        assert!(text.contains(from), "{}: the sample has no {from:?}", self.file);
        let text = text.replacen(from, &to.replace("IMAP", IMAP), 1);
        let line = text.lines().position(|line| line.contains(self.on)).map(|at| at + 1);
        (text, line)
    }
}

macro_rules! cases {
    ($($file:literal: $from:literal => $to:literal; $on:literal, $key:literal: $found:literal, $expected:literal)+) => {
        [$(Case { file: $file, edit: ($from, $to), on: $on, key: $key, found: $found, expected: $expected }),+]
    };
}

mod csv;
mod oauth;

const IMAP: &str = "kind = \"imap\"\nhost = \"imap.sec.test\"\nuser = \"u\"\npassword_file = \"secret\"\nstart_from = 2026-01-05";

fn examine(folder: &Path, environment: &[(String, String)]) -> Vec<Fault> {
    let faults = Config::examine(Some(&folder.join("sscd.toml")), Path::new(""), environment);
    faults.err().map(|error| error.0).unwrap_or_default()
}

fn sample() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_sample(folder.path()).unwrap();
    secret(folder.path(), "secret", 0o600);
    folder
}

fn secret(folder: &Path, name: &str, mode: u32) {
    fs::write(folder.join(name), "hunter2\n").unwrap();
    fs::set_permissions(folder.join(name), fs::Permissions::from_mode(mode)).unwrap();
}

/// What is wrong with the answer to a case.
fn check(case: &Case) -> Option<String> {
    let folder = sample();
    secret(folder.path(), "open", 0o644);
    let path = folder.path().join(case.file);
    let ((_, to), (text, line)) = (case.edit, case.edited(&fs::read_to_string(&path).unwrap()));
    fs::write(&path, &text).unwrap();
    let faults = examine(folder.path(), &[]);
    let all: Vec<_> = faults.iter().map(Fault::to_string).collect();
    let all = all.join("\n  ");
    let [fault] = faults.as_slice() else {
        return Some(format!("{to:?} gave {} faults:\n  {all}", faults.len()));
    };
    let good = line.is_some()
        && fault.line == line
        && fault.key == case.key
        && fault.file.ends_with(case.file)
        && fault.found.contains(case.found)
        && fault.expected.contains(case.expected)
        && !all.contains("hunter2");
    (!good).then(|| format!("{to:?}, expected at line {line:?}, gave\n  {all}"))
}

fn check_all(cases: &[Case]) {
    let wrong: Vec<_> = cases.iter().filter_map(check).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn the_sample_has_no_fault() {
    assert_eq!(examine(sample().path(), &[]), []);
}

#[test]
fn a_broken_sscd_toml_names_its_line_and_key() {
    check_all(broken_toml());
}

pub fn broken_toml() -> &'static [Case] {
    &cases! {
        "sscd.toml": "[log]" => "[log"; "[log", "": "[log", "TOML"
        "sscd.toml": "name = \"SECAS\"" => "name = SECAS"; "name = SECAS", "": "name = SECAS", "TOML"
        "sscd.toml": "[log]" => "[lgo]"; "[lgo]", "lgo": "unknown section \"lgo\"", "log (the nearest)"
        "sscd.toml": "level =" => "levle ="; "levle =", "log.levle": "unknown key", "level (the nearest)"
        "sscd.toml": "level = \"info\"" => "level = \"sscd=loud\""; "loud", "log.level": "sscd=loud", "debug"
        "sscd.toml": "level = \"info\"" => "level = \"bogus\""; "bogus", "log.level": "\"bogus\"", "error, warn, info"
        "sscd.toml": "level = \"info\"" => "level = \"inof,sscd=debug\""; "inof", "log.level": "with \"inof\"", "info (the nearest)"
        "sscd.toml": "format = \"text\"" => "format = \"xml\""; "xml", "log.format": "\"xml\"", "text, json"
        "sscd.toml": "address = \"secas@sec.test\"" => "address = \"secas\""; "address = \"secas\"", "office.address": "\"secas\"", "local@domain"
        "sscd.toml": "address = \"secas@sec.test\"" => ""; "[office]", "office.address": "nothing", "this key"
        "sscd.toml": "address = \"secas@sec.test\"" => "address = \"secas+x@sec.test\""; "+x", "office.address": "secas+x@", "without a tag"
        "sscd.toml": "calendar_a_day = 1 " => "calendar_a_day = 0 "; "calendar_a_day", "reviews.calendar_a_day": "0", "a number from 1 to 20"
        "sscd.toml": "authserv_ids = [\"mx.sec.test\"]" => "authserv_ids = \"mx.sec.test\""; "authserv_ids = ", "office.authserv_ids": "mx.sec.test", "a list"
        "sscd.toml": "authserv_ids = [\"mx.sec.test\"]" => "authserv_ids = [\"mx; x\"]"; "mx; x", "office.authserv_ids": "mx; x", "first word"
        "sscd.toml": "authserv_ids = [" => "verify_dkim = true\nauthserv_ids = ["; "verify_dkim = true", "office.verify_dkim": "true, beside authserv_ids", "either"
        "sscd.toml": "[[mailbox]]" => "[mailbox]"; "[mailbox]", "mailbox": "none", "[[mailbox]]"
        "sscd.toml": "kind = \"maildir\"" => "kind = \"mailbox\""; "kind = \"mailbox\"", "mailbox[0].kind": "\"mailbox\"", "maildir"
        "sscd.toml": "path = \"mail\" " => "port = 993\npath = \"mail\" "; "port = 993", "mailbox[0].port": "a value", "no such key"
        "sscd.toml": "path = \"mail\" " => ""; "[[mailbox]]", "mailbox[0].path": "nothing", "the folder of the Maildir"
        "sscd.toml": "path = \"mail\" " => "role = \"spam\"\npath = \"mail\" "; "role = ", "mailbox[0].role": "\"spam\"", "notices, junk, sent"
        "sscd.toml": "path = \"mail\" " => "sent_folders = [\"Sent\"]\npath = \"mail\" "; "sent_folders", "mailbox[0].sent_folders": "a value", "no such key"
        "sscd.toml": "[transport]" => "[[mailbox]] # b\nname = \"b\"\nIMAP\nrole = \"junk\"\n[transport]"; "role = \"junk\"", "mailbox[1].role": "a value", "junk_folders"
        "sscd.toml": "[transport]" => "[[mailbox]] # b\nname = \"b\"\nIMAP\njunk_folders = [\"inbox\"]\n[transport]"; "[\"inbox\"]", "mailbox[1].junk_folders": "\"inbox\" twice", "one role"
        "sscd.toml": "[office]" => "[office]\ntagged_addresses = \"no\""; "tagged_addresses = \"no\"", "office.tagged_addresses": "\"no\"", "true or false"
        "sscd.toml": "path = \"letters\"" => "path = \"mail\""; "# folder only", "transport.path": "the mailbox \"shared\"", "no mailbox of ours"
        "sscd.toml": "[transport]" => "[[mailbox]]\nname = \"Shared\"\nIMAP\n[transport]"; "\"Shared\"", "mailbox[1].name": "\"Shared\" twice", "a name of its own"
        "sscd.toml": "[transport]" => "[[mailbox]] # b\nname = \"b\"\nIMAP\nport = 70000\n[transport]"; "70000", "mailbox[1].port": "70000", "65535"
        "sscd.toml": "[transport]" => "[[mailbox]] # b\nname = \"b\"\nIMAP\ntls = \"none\"\n[transport]"; "tls = \"none\"", "mailbox[1].tls": "imap.sec.test", "loopback"
        "sscd.toml": "[transport]" => "[[mailbox]] # b\nname = \"b\"\nIMAP\nca_file = \"secret\"\n[transport]"; "ca_file = \"secret\"", "mailbox[1].ca_file": "no certificate", "PEM"
        "sscd.toml": "[transport]" => "[[mailbox]] # b\nname = \"b\"\nIMAP\npoll_after_seconds = 0\n[transport]"; "seconds = 0", "mailbox[1].poll_after_seconds": "0", "1 to 60"
        "sscd.toml": "[transport]" => "[[mailbox]] # b\nname = \"b\"\nIMAP\npassword = \"hunter2\"\n[transport]"; "password_file = \"secret\"", "mailbox[1].password_file": "both", "not both"
        "sscd.toml": "[transport]" => "[[mailbox]] # b\nname = \"b\"\nkind = \"imap\"\nhost = \"h\"\nuser = \"u\"\npassword = 12345\nstart_from = \"2026-01-05\"\n[transport]"; "12345", "mailbox[1].password": "not shown", "text in quotes"
        "sscd.toml": "[transport]" => "[[mailbox]] # b\nname = \"b\"\nkind = \"imap\"\nhost = \"h\"\nuser = \"u\"\npassword = \"hunter2\"\nstart_from = \"2026-01-05\"\n[transport]"; "hunter2", "mailbox[1].password": "which others can read", "chmod 600"
        "sscd.toml": "[transport]" => "[[mailbox]] # b\nname = \"b\"\nkind = \"imap\"\nhost = \"h\"\nuser = \"u\"\npassword_file = \"open\"\nstart_from = \"2026-01-05\"\n[transport]"; "\"open\"", "mailbox[1].password_file": "mode 0644", "chmod 600"
        "sscd.toml": "[transport]" => "[[mailbox]] # b\nname = \"b\"\nkind = \"imap\"\nhost = \"h\"\nuser = \"u\"\npassword_file = \"gone\"\nstart_from = \"2026-01-05\"\n[transport]"; "\"gone\"", "mailbox[1].password_file": "No such file", "can read"
        "sscd.toml": "[transport]" => "[[mailbox]] # b\nname = \"b\"\nkind = \"imap\"\nhost = \"h\"\nuser = \"u\"\npassword_file = \"secret\"\n[transport]"; "[[mailbox]] # b", "mailbox[1].start_from": "nothing", "YYYY-MM-DD"
        "sscd.toml": "[transport]" => "[[mailbox]] # b\nname = \"b\"\nkind = \"imap\"\nhost = \"h\"\nstart_from = \"2026-01-05\"\n[transport]"; "[[mailbox]] # b", "mailbox[1].user": "nothing", "password_file"
        "sscd.toml": "[transport]" => "[[mailbox]] # b\nname = \"b\"\nkind = \"imap\"\nhost = \"h\"\nuser = \"u\"\npassword_file = \"secret\"\nstart_from = \"5/1/26\"\n[transport]"; "5/1/26", "mailbox[1].start_from": "5/1/26", "YYYY-MM-DD"
        "sscd.toml": "kind = \"folder\"" => "kind = \"smtp\"\nhost = \"h\""; "# folder only", "transport.path": "a value", "no such key"
        "sscd.toml": "kind = \"folder\"" => "host = \"h\""; "host = \"h\"", "transport.host": "a value", "kind = \"smtp\""
        "sscd.toml": "command = []" => "command = [\"page\"]"; "[\"page\"]", "alarm.command": "\"page\"", "whole path"
        "sscd.toml": "triage_after = 2" => "triage_after = 0"; "triage_after = 0", "policy.triage_after": "0", "1 to 60 Working Days"
        "sscd.toml": "triage_after = 2" => "triage_after = \"two\""; "\"two\"", "policy.triage_after": "\"two\"", "a whole number"
        "sscd.toml": "triage_after = 2" => "triage_after = -2"; "-2", "policy.triage_after": "-2", "a whole number"
        "sscd.toml": "= \"amber\"" => "= \"Amber\""; "Amber", "policy.classification_floor": "\"Amber\"", "amber (the nearest)"
        "sscd.toml": "folder = \"state\"" => "database = \"mysql://x\""; "mysql", "state.database": "another scheme", "postgres://"
        "sscd.toml": "to_domain = { hour = " => "to_domain = { hour = 10"; "to_domain", "budget.to_domain": " an hour and ", "no fewer"
        "sscd.toml": "answers_to_address = " => "answers_to_address = 5 #"; "answers_to_address", "budget.answers_to_address": "5", "a table"
        "sscd.toml": "holidays = \"bank-holidays.json\"" => "templates = \"nowhere\""; "nowhere", "files.templates": "nowhere", "a folder"
    }
}

#[test]
fn a_broken_directory_names_its_line_and_key() {
    check_all(broken_directory());
}

pub fn broken_directory() -> &'static [Case] {
    &cases! {
        "directory/users.toml": "# " => "Dear all\n# "; "Dear all", "": "\"Dear all\"", "TOML, as [table] or [[table]]"
        "directory/users.toml": "[[user]]" => "[[users]]"; "[[users]]", "users": "unknown table", "[[user]] (the nearest)"
        "directory/users.toml": "party_id = \"NWES\"" => "party_di = \"NWES\"\nparty_id = \"NWES\""; "party_di", "user[0].party_di": "unknown key", "party_id (the nearest)"
        "directory/users.toml": "party_id = \"NWES\"" => ""; "[[user]]", "user[0].party_id": "nothing", "this key"
        "directory/users.toml": "party_id = \"NWBG\"" => "party_id = \"nwes\""; "\"nwes\"", "user[1].party_id": "northwind has too", "of its own"
        "directory/users.toml": "category = \"Large Supplier\"" => "category = \"Big Supplier\""; "Big Supplier", "user[0].category": "\"Big Supplier\"", "Large Supplier"
        "directory/users.toml": "roles = [\"Import Supplier\", \"Gas Supplier\"]" => "roles = [\"Import Suplier\"]"; "Import Suplier", "user[0].roles": "Import Suplier", "Import Supplier"
        "directory/users.toml": "1_840_000" => "\"many\""; "many", "user[0].premises.domestic": "\"many\"", "a whole number"
        "directory/users.toml": "90-B3-D5-1F-30-01-00-00" => "90:B3:D5:1F:30:01:00:00"; "90:B3", "user[0].user_ids": "90:B3", "EUI-64"
        "directory/users.toml": "domains = [\"harbourlight.test\"]" => "domains = [\"northwind.test\"] # here"; "# here", "user[2].domains": "northwind's too", "one group"
        "directory/users.toml": "security@northwind.test" => "security at northwind.test"; "security at", "user[0].contact.email": "security at northwind.test", "local@domain"
        "directory/users.toml": "fieldwork_end = 2026-02-13" => "fieldwork_end = \"13/02/2026\""; "13/02/2026", "user[0].last_assessment.fieldwork_end": "13/02/2026", "YYYY-MM-DD"
        "directory/users.toml": "cycle_year = 1" => "cycle_year = 4"; "cycle_year = 4", "user[0].last_assessment.cycle_year": "4", "1, 2 or 3"
        "directory/users.toml": "user_cio = \"ines.moreau\"" => "user_cio = \"priya.nair\""; "priya.nair", "user[0].user_cio": "priya.nair", "role user_cio"
        "directory/users.toml": "name = \"Harbourlight Power plc\"" => "name = \"Zephyr Home Energy\""; "name = \"Zephyr", "user[2].name": "northwind's too", "no other User"
        "directory/users.toml": "valid_until = 2022-01-31" => "valid_until = 2012-01-31"; "2012-01-31", "user[12].valid_until": "2012-01-31", "a later day"
        "directory/providers.toml": "kind = \"consultant\"" => "kind = \"advisor\""; "advisor", "provider[2].kind": "\"advisor\"", "consultant"
        "directory/providers.toml": "key = \"cobalt\"" => "key = \"northwind\""; "key = \"northwind\"", "provider[1].key": "twice", "of its own"
        "directory/people.toml": "role = \"ssc_chair\"" => "role = \"ssc_member\" # here"; "# here", "person[0].role": "no ssc_chair", "ssc_chair"
        "directory/people.toml": "alternate_for = \"rohan.desai\"" => "alternate_for = \"nobody\""; "\"nobody\"", "person[2].alternate_for": "nobody", "ssc_member"
        "directory/people.toml": "party = \"harbourlight\"" => "party = \"harbour\""; "\"harbour\"", "person[3].party": "harbour", "User or provider"
        "directory/people.toml": "login = \"owen\"" => "login = \"priya\" # here"; "# here", "person[22].login": "priya.nair's too", "one person"
        "directory/people.toml": "acts = [\"triage\"]" => "acts = [\"triagge\"]"; "triagge", "person[23].acts[0]": "triagge", "triage (the nearest)"
        "directory/meetings.toml": "on = 2026-01-14" => "on = 2026-01-18"; "2026-01-18", "meeting[0].on": "Sun 18 Jan 2026", "a Working Day"
        "directory/meetings.toml": "on = 2027-12-22" => "on = 2029-12-19"; "2029-12-19", "meeting[71].on": "19 Dec 2029", "to 2028-12-31"
        "directory/meetings.toml": "on = 2026-01-28" => "on = 2026-01-14 # here"; "# here", "meeting[2].on": "twice", "one meeting"
        "directory/meetings.toml": "body = \"Panel\"" => "body = \"Pannel\""; "Pannel", "meeting[1].body": "\"Pannel\"", "Panel (the nearest)"
        "bank-holidays.json": "\"2028-12-26\"" => "\"26/12/2028\""; "26/12/2028", "england-and-wales.events[139].date": "26/12/2028", "YYYY-MM-DD"
        "bank-holidays.json": "\"date\": \"2028-12-26\", " => ""; "{\"title\": \"Boxing Day\", \"notes\"", "england-and-wales.events": "missing field `date`", "events"
    }
}

#[test]
fn check_says_what_the_daemon_will_do_or_what_is_wrong() {
    let folder = sample();
    let sscd_check = |json: bool| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sscd"));
        command.env_clear().arg("check").arg("--config").arg(folder.path().join("sscd.toml"));
        let output = command.args(json.then_some("--json")).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, said) = sscd_check(false);
    assert_eq!(code, Some(0), "{said}");
    for word in ["sscd.toml is sound", "reads", "secas@sec.test", "papers until", "known until", "priya.nair"]
    {
        assert!(said.contains(word), "{word}: {said}");
    }
    let (_, said) = sscd_check(true);
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&said["sound"], &said["directory"]["n_users"]), (&true.into(), &13.into()));

    fs::write(
        folder.path().join("directory/meetings.toml"),
        "[[meeting]]\nbody = \"SSC\"\non = 2026-01-18\n",
    )
    .unwrap();
    let (code, said) = sscd_check(false);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("meetings.toml:3: meeting[0].on") && said.contains("a Working Day"), "{said}");
    let (code, said) = sscd_check(true);
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &said["sound"], &said["faults"][0]["line"]), (Some(1), &false.into(), &3.into()));
    assert!(!folder.path().join("state").exists(), "check writes nothing");

    fs::write(folder.path().join("directory/meetings.toml"), "# Meetings\nDear all\n").unwrap();
    let (_, said) = sscd_check(false);
    assert!(
        said.contains("meetings.toml:2: this line\n    found     \"Dear all\"\n    expected  TOML"),
        "{said}"
    );
}

#[test]
fn everything_wrong_is_told_at_once() {
    let folder = sample();
    let edit = |file: &str, from: &str, to: &str| {
        let path = folder.path().join(file);
        let text = fs::read_to_string(&path).unwrap().replacen(from, to, 1);
        fs::write(path, text).unwrap();
    };
    edit("sscd.toml", "address = \"secas@sec.test\"", "address = 1\nbuonces = 2");
    edit("sscd.toml", "paper_cut_off = 7", "paper_cut_off = 70\nx = 1");
    edit("directory/users.toml", "party_id = \"NWES\"", "party_id = 1");
    edit("directory/people.toml", "role = \"secas\"", "role = \"sceas\"");
    edit("bank-holidays.json", "2028-12-26", "2028-12-25");
    let faults = examine(folder.path(), &[]);
    let keys: Vec<_> = faults.iter().map(|fault| fault.key.as_str()).collect();
    let expected = [
        "office.address",
        "office.buonces",
        "policy.paper_cut_off",
        "policy.x",
        "england-and-wales.events[139].date",
        "user[0].party_id",
        "person[21].role",
    ];
    assert_eq!(keys, expected, "{faults:#?}");
}

#[test]
fn variables_go_before_the_file_and_are_named_when_wrong() {
    let variables = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    };
    let folder = sample();
    let path = folder.path().join("sscd.toml");
    let load = |pairs: &[(&str, &str)]| Config::load(Some(&path), Path::new(""), &variables(pairs));
    let config = load(&[
        ("SSCD_CONFIG", "elsewhere"),
        ("SSCD_LOG__LEVEL", "debug"),
        ("SSCD_POLICY__TRIAGE_AFTER", "3"),
        ("SSCD_OFFICE__NAME", "12"),
        ("SSCD_OFFICE__AUTHSERV_IDS", "[\"a.test\", \"b.test\"]"),
        ("SSCD_STATE__DATABASE", "postgres://sscd:hunter2@localhost/sscd"),
        ("SSCD_MAILBOX__0__PATH", "elsewhere"),
    ])
    .unwrap();
    assert_eq!((config.log.level.as_str(), config.policy.triage_after), ("debug", 3));
    assert_eq!(config.office.mailbox.name.as_deref(), Some("12"), "text stays text");
    assert_eq!(config.office.authserv_ids, ["a.test", "b.test"]);
    assert_eq!(config.database_url().reveal(), "postgres://sscd:hunter2@localhost/sscd");
    assert!(!format!("{config:?}").contains("hunter2"));

    let check = |name: &str, value: &str, key: &str, found: &str, expected: &str| {
        let faults = load(&[(name, value)]).unwrap_err().0;
        let [fault] = faults.as_slice() else { panic!("{name}: {faults:#?}") };
        assert_eq!((fault.file.as_str(), fault.line), (format!("environment {name}").as_str(), None));
        assert_eq!(fault.key, key);
        assert!(fault.found.contains(found) && fault.expected.contains(expected), "{fault}");
    };
    check("SSCD_LOG__LEVLE", "debug", "log.levle", "unknown key", "level (the nearest)");
    check("SSCD_LOG__LEVEL", "bogus", "log.level", "\"bogus\"", "error, warn, info");
    check("SSCD_LOG__LEVEL", "wran", "log.level", "\"wran\"", "warn (the nearest)");
    for level in ["WARN", "off", "info,sscd=debug", "sscd::engine=trace, error", "[collect]=debug,info"] {
        assert_eq!(load(&[("SSCD_LOG__LEVEL", level)]).unwrap().log.level, level);
    }
    check("SSCD_POLICY__TRIAGE_AFTER", "two", "policy.triage_after", "\"two\"", "a whole number");
    check("SSCD_POLICY__TRIAGE_AFTER", "0", "policy.triage_after", "0", "1 to 60");
    check("SSCD_LGO__LEVEL", "info", "lgo", "unknown section", "log (the nearest)");
    check("SSCD_STATE__DATABASE", "hunter2", "state.database", "another scheme", "sqlite:");
}

#[test]
fn a_file_that_is_missing_is_named() {
    let folder = sample();
    fs::remove_file(folder.path().join("directory/people.toml")).unwrap();
    fs::remove_file(folder.path().join("bank-holidays.json")).unwrap();
    let faults = examine(folder.path(), &[]);
    let files: Vec<_> = faults.iter().map(|fault| fault.file.rsplit('/').next().unwrap()).collect();
    assert_eq!(files, ["people.toml", "bank-holidays.json"]);
    let nowhere = Config::load(Some(&folder.path().join("nowhere.toml")), Path::new(""), &[]).unwrap_err();
    assert!(nowhere.to_string().contains("nowhere.toml: found No such file"), "{nowhere}");
}

/// A key that the program knows and the sample does not show would be known to nobody else.
#[test]
fn the_shipped_file_shows_every_key() {
    let shipped = include_str!("../../../config/sscd.toml");
    let imap = "[[mailbox]]\nzzz = 1\n";
    for section in ["office", "state", "mailbox", "transport", "log", "alarm", "policy", "budget", "files"] {
        let folder = sample();
        let header = format!("[{section}]\n");
        let text = match section {
            "mailbox" => shipped.replacen("[[mailbox]]\n", imap, 1),
            _ => shipped.replacen(&header, &format!("{header}zzz = 1\n"), 1),
        };
        fs::write(folder.path().join("sscd.toml"), text).unwrap();
        let faults = examine(folder.path(), &[]);
        let fault = faults.iter().find(|fault| fault.key.contains(".zzz")).unwrap();
        for key in fault.expected.split(", ") {
            let forms = [format!("{key} ="), format!("[{section}.{key}]")];
            let shows = |line: &str| forms.iter().any(|form| line.trim_start_matches("# ").starts_with(form));
            assert!(shipped.lines().any(shows), "config/sscd.toml does not show {section}.{key}");
        }
    }
}

/// What is commented out is right too.
#[test]
fn the_commented_imap_and_smtp_of_the_shipped_file_are_sound() {
    let folder = sample();
    let shipped = include_str!("../../../config/sscd.toml");
    let text = shipped.replace("kind = \"folder\"", "kind = \"smtp\"").replace("path = \"letters\"", "");
    let uncommented = text.lines().map(|line| match line.strip_prefix("# ") {
        Some(key)
            // What goes without, or not beside another.
            if ["ca_file", "password =", "sscd/imap", "refresh_token_file", "[transport.", "database", "templates ="]
                .iter()
                .any(|other| key.contains(other)) =>
        {
            ""
        }
        Some(key) if key.starts_with('[') || key.split(' ').nth(1) == Some("=") => key,
        _ => line,
    });
    let text = uncommented.collect::<Vec<_>>().join("\n");
    let text = ["oauth", "smtp"]
        .iter()
        .fold(text, |text, name| text.replace(&format!("/run/credentials/sscd/{name}"), "secret"));
    fs::write(folder.path().join("sscd.toml"), &text).unwrap();
    let config = Config::load(Some(&folder.path().join("sscd.toml")), Path::new(""), &[]);
    let config = config.unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert!(format!("{:?}", config.mailboxes[1]).contains("grant: ClientCredentials"));
    assert!(matches!(config.transport, sscd::config::Transport::Smtp(smtp) if smtp.server.port == 465));
}
