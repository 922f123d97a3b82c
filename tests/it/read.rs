//! `sscd read` as a program reads it: one JSON object a line for each mail of the corpus, with the names that are
//! promised, without a daemon, a record or a configuration.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use sscd::domain::notification::FieldName;

fn sscd(arguments: &[&str]) -> Output {
    let nowhere = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_sscd")).args(arguments).current_dir(nowhere.path()).output().unwrap()
}

fn mails() -> Vec<String> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mail"));
    let folders = ["good", "odd", "hostile"].map(|folder| std::fs::read_dir(root.join(folder)).unwrap());
    let paths = folders.into_iter().flatten().map(|entry| entry.unwrap().path());
    let mails = paths.filter(|path| path.extension().is_some_and(|ending| ending == "eml"));
    mails.map(|path| path.display().to_string()).collect()
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

/// The value as a word among those that may stand there.
fn word(value: &Value, words: &str) {
    let found = value.as_str().unwrap_or_else(|| panic!("{value} is no word"));
    assert!(words.split(' ').any(|word| word == found), "{found}, expected one of {words}");
}

fn date(value: &Value) {
    assert_eq!(keys(value), BTreeSet::from(["date", "precision"]));
    word(&value["precision"], "day week month quarter year");
}

fn check_field(name: &str, field: &Value) {
    let place = BTreeSet::from(["value", "part", "line", "words"]);
    let all = &place | &BTreeSet::from(["document", "is_prose"]);
    let found = keys(field);
    let is_placed = found.is_superset(&place) && found.is_subset(&all);
    assert!(is_placed || found == BTreeSet::from(["value"]), "{name}: {field}");
    let value = &field["value"];
    match name {
        "employment_stage" => word(value, "Intending Procuring Developing Testing AlreadyInUse"),
        "id_arrangement" => word(value, "SingleExisting SingleNew Multiple Undecided"),
        "architecture_provided" => word(value, "Attached ViaSecureForm ToFollow Withheld None"),
        "provision" => word(value, "InHouse SharedResourceProvider OtherThirdParty Undecided"),
        "customer_segment" => word(value, "Domestic NonDomestic Both NotSupplier"),
        "separated_from_first" => word(value, "Yes No Unknown"),
        "intended_start" | "actual_start" => date(value),
        "contact" => assert_eq!(keys(value), BTreeSet::from(["name", "email", "telephone"])),
        "meter_count_expected" => assert_eq!(keys(value), BTreeSet::from(["domestic", "non_domestic"])),
        "system_ordinal" => assert!(value.is_u64() || value["at_least"].is_u64(), "{value}"),
        "user_roles" | "user_ids" => assert!(value.is_array(), "{value}"),
        "disclosure_withheld" => assert_eq!(keys(value), BTreeSet::from(["items", "reason"])),
        "previously_assessed" => {
            assert_eq!(keys(value), BTreeSet::from(["answer", "date", "reference"]));
            word(&value["answer"], "Yes No Unknown");
            if !value["date"].is_null() {
                date(&value["date"]);
            }
        }
        _ => assert!(value.is_string(), "{name}: {value}"),
    }
}

fn check(read: &Value) {
    let promised =
        "kind reasons sender classification answer answer_to answer_reasons attachments notifications";
    assert!(keys(read).is_superset(&promised.split(' ').collect()), "{:?}", keys(read));
    word(
        &read["kind"],
        "notification not_a_notification uncertain auto_reply bounce calendar_reply decision follow_up",
    );
    word(&read["classification"], "white green amber red");
    word(&read["answer_to"], "sender registered_contact nobody");
    word(&read["sender"]["verdict"], "verified unverified failed");
    word(&read["sender"]["standing"], "User SrpOnBehalf Consultant SscMember Unknown");
    assert!(keys(&read["sender"]).is_superset(&BTreeSet::from(["address", "name"])));
    assert!(read["answer"].is_boolean() && read["reasons"].is_array() && read["answer_reasons"].is_array());
    for attachment in read["attachments"].as_array().unwrap() {
        assert_eq!(keys(attachment), BTreeSet::from(["name", "type", "size", "sha256"]));
    }
    let names: BTreeSet<String> = FieldName::ALL.iter().map(|field| field.as_str().to_string()).collect();
    for notification in read["notifications"].as_array().unwrap() {
        let mut parts = keys(notification);
        parts.remove("claimed_sender");
        assert_eq!(parts, BTreeSet::from(["fields", "missing", "withheld", "problems"]));
        for (name, field) in notification["fields"].as_object().unwrap() {
            assert!(names.contains(name), "{name}");
            check_field(name, field);
        }
        for missing in notification["missing"].as_array().unwrap() {
            assert!(names.contains(missing.as_str().unwrap()), "{missing}");
        }
        for withheld in notification["withheld"].as_array().unwrap() {
            word(withheld, "ids architecture srp other");
        }
        for problem in notification["problems"].as_array().unwrap() {
            assert_eq!(keys(problem), BTreeSet::from(["field", "found", "expected"]));
        }
    }
}

#[test]
fn every_mail_of_the_corpus_is_one_line_with_the_promised_names() {
    let mails = mails();
    let arguments: Vec<&str> =
        ["read", "--json"].into_iter().chain(mails.iter().map(String::as_str)).collect();
    let output = sscd(&arguments);
    assert!(output.status.success(), "{output:?}");
    let lines = String::from_utf8(output.stdout).unwrap();
    assert_eq!(lines.lines().count(), mails.len());
    for (mail, line) in mails.iter().zip(lines.lines()) {
        let read: Value = serde_json::from_str(line).unwrap();
        assert_eq!(read["file"], mail.as_str());
        check(&read);
    }
}

#[test]
fn options_go_before_or_after_and_a_file_that_is_not_there_does_not_hold_up_the_others() {
    let mail = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mail/good/incomplete.eml");
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/config/sscd.toml");
    let said = |arguments: &[&str]| serde_json::from_slice::<Value>(&sscd(arguments).stdout).unwrap();
    let plain = said(&["read", mail]);
    assert_eq!(plain["answer_to"], "sender");
    assert_eq!(said(&["--json", "--config", config, "read", mail]), plain);
    assert_eq!(said(&["read", mail, "--config", config, "--json"]), plain);
    let of_others = said(&["read", "--authserv-id", "mx.other.test", "--authserv-id", "mx.more.test", mail]);
    assert_eq!(of_others["sender"]["verdict"], "unverified");
    assert_eq!(of_others["answer_to"], "registered_contact");
    let output = sscd(&["read", "nowhere.eml", mail]);
    assert_eq!((output.status.code(), serde_json::from_slice(&output.stdout).ok()), (Some(1), Some(plain)));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nowhere.eml"));
}
