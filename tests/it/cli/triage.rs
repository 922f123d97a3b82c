//! A person looks at mail, says what it holds, and has it read again.

use std::fs;

use super::office::Office;

/// A mail of an office that nobody vouches for.
fn mail(id: &str, text: &str) -> Vec<u8> {
    let head = format!(
        "From: Hannah Okafor <security@northwind.test>\r\nTo: secas@sec.test\r\nSubject: Second User System\r\n\
         Message-ID: <{id}@northwind.test>\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\n\r\n"
    );
    (head + &text.replace('\n', "\r\n")).into_bytes()
}

const OF_TWO: &str = "User Party name: Northwind Energy Supply Ltd\n\
    We intend to employ a second User System, \x1b[2JTwinpeak, and from next summer Outage Insight.\n\
    > System name: Quoted\n";

const OF_ONE: &str = "User Party name: Northwind Energy Supply Ltd\nUser Roles: Shared Metering Agent\n\
    System name: Loss Detector\nUser System number: 2\nIntended start: May 2027\nProvided by: In-house\n";

/// An office with these mails, and no daemon.
fn office(mails: &[&str]) -> Office {
    let office = Office::new();
    let daemon = office.daemon();
    for (at, text) in mails.iter().enumerate() {
        office.drop_mail(&at.to_string(), &mail(&format!("t{at}"), text));
        office.mails(at + 1);
    }
    drop(daemon);
    office
}

#[test]
fn what_was_read_is_marked_in_the_text() {
    let office = office(&[&(OF_TWO.to_owned() + &"more\n".repeat(80))]);
    let shown = office.says(&["inbox", "show", "1"]);
    for line in [
        "  * User Party name: Northwind Energy Supply Ltd <- User Party name",
        "  * We intend to employ a second User System, \\u{1b}[2JTwinpeak, and from next summer Outage Insight. <- Stage of \
         employment, User System number",
        "  | > System name: Quoted",
        "  and more: see all of it with `sscd inbox show 1 --all`",
    ] {
        assert!(shown.lines().any(|one| one == line), "{line} in {shown}");
    }
    assert!(!shown.contains('\u{1b}'), "{shown}");
    let all = office.says(&["inbox", "show", "1", "--all"]);
    assert_eq!(all.lines().filter(|line| line.trim() == "more").count(), 80);
}

#[test]
fn a_mail_becomes_several_cases_with_what_a_person_entered() {
    fn split<'a>(set: &[&'a str]) -> Vec<&'a str> {
        [&["inbox", "split", "1"], set, &["--by", "grace.mbeki"]].concat()
    }
    let office = office(&[OF_TWO]);
    let wrong = office.fails(1, &split(&["--set", "1.system_label=Twinpeak", "--set", "2.name=x"]));
    assert!(wrong.contains("system 2: name: found \"name\", expected one of user_party_name"), "{wrong}");
    let value =
        office.fails(1, &["inbox", "accept", "1", "--set", "intended_start=soon", "--by", "grace.mbeki"]);
    assert!(value.contains("intended_start: found \"soon\", expected "), "{value}");
    let set = ["--set", "1.system_label=Twinpeak", "--set", "2.system_label=Outage Insight"];
    let done = office.says(&split(&set));
    assert_eq!(done.trim(), "mail 1 is SUS-2026-0001, SUS-2026-0002");
    for (reference, name) in [("SUS-2026-0001", "Twinpeak"), ("SUS-2026-0002", "Outage Insight")] {
        let story = office.says(&["case", "show", reference]);
        let at = story
            .find(&format!("Your name for the system: {name}"))
            .unwrap_or_else(|| panic!("{name} in {story}"));
        let below = story[at..].lines().nth(1).unwrap_or_default();
        assert_eq!(below.trim(), "entered by grace.mbeki, not read");
        assert!(story.contains("part 0, line 1: \"Northwind Energy Supply Ltd\""), "{story}");
    }
    let again = office.fails(1, &split(&set));
    assert!(again.contains("mail 1 is parted already: it opened SUS-2026-0001, SUS-2026-0002"), "{again}");
}

#[test]
fn stored_mail_is_read_again_and_applied_only_when_asked() {
    let office = office(&[OF_ONE, "Lunch on Friday?\n"]);
    let nothing = office.says(&["reread"]);
    assert_eq!(nothing, "2 mails read again, 0 otherwise than before.\n");
    let config = office.path("sscd.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("\"Other User\",", "\"Other User\", \"Shared Metering Agent\","))
        .unwrap();

    let listed = office.says(&["reread", "--since", "2026-01-01", "--dry-run"]);
    for part in [
        "mail 1, ",
        "  User Roles affected: nothing -> Shared Metering Agent (part 0, line 2: \"Shared Metering Agent\")",
        "2 mails read again, 1 otherwise than before; nothing was changed: add --apply --by PERSON to apply it.",
    ] {
        assert!(listed.contains(part), "{part} in {listed}");
    }
    let later = office.says(&["reread", "--since", "2099-01-01"]);
    assert!(later.starts_with("0 mails read again"), "{later}");
    let data = office.json(&["reread", "--mail", "1"]);
    let names: Vec<_> = data["differences"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert!(names.contains(&&"user_roles".into()) && names.contains(&&"missing".into()), "{data}");
    assert!(data["applied"].is_null() && data["cases"][0] == "SUS-2026-0001", "{data}");
    office.fails(2, &["reread", "--apply"]);
    office.fails(1, &["reread", "--apply", "--by", "rohan.desai"]);

    let daemon = office.daemon();
    let n_letters = office.json(&["outbox", "list"]).as_array().unwrap().len();
    let applied = office.says(&["reread", "--apply", "--by", "priya.nair"]);
    for part in ["applied: mail 1 was read again; it is: case SUS-2026-0001", "1 applied, 0 refused."] {
        assert!(applied.contains(part), "{part} in {applied}");
    }
    let again = office.says(&["reread", "--apply", "--by", "priya.nair"]);
    assert_eq!(again, "2 mails read again, 0 otherwise than before.\n");
    drop(daemon);
    let story = office.says(&["case", "show", "SUS-2026-0001"]);
    assert!(
        story.contains("mail 1 was read again by sscd ")
            && story.contains("better read: User Roles affected"),
        "{story}"
    );
    assert!(story.contains("User Roles affected: Shared Metering Agent"), "{story}");
    let letters = office.json(&["outbox", "list"]);
    let fresh = &letters.as_array().unwrap()[..letters.as_array().unwrap().len() - n_letters];
    assert!(
        fresh.iter().all(|letter| letter["kind"] == "receipt" && letter["state"] == "draft"),
        "{letters}"
    );
}
