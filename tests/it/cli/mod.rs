//! The commands as a person runs them: the real binary, a real folder, a daemon that runs or does not.

mod office;
mod triage;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;

use office::Office;

fn good(name: &str) -> Vec<u8> {
    fs::read(Path::new("tests/mail/good").join(name)).unwrap()
}

/// A question that is not certainly a notification: a person must look.
fn uncertain() -> Vec<u8> {
    b"From: Hannah Okafor <security@northwind.test>\r\nTo: secas@sec.test\r\nSubject: Second User System\r\n\
      Message-ID: <q1@northwind.test>\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\n\r\n\
      We intend to use a second User System next year. \x1b[2JRegards\r\n"
        .to_vec()
}

#[test]
fn a_person_works_with_a_running_daemon() {
    let office = Office::new();
    let daemon = office.daemon();
    office.drop_mail("1", &good("incomplete.eml"));
    office.mails(1);

    let accepted = office.until("the acknowledgement", || {
        let letters = office.json(&["outbox", "list"]);
        letters.as_array().unwrap().iter().find_map(|letter| {
            (letter["deliveries"][0]["state"] == "accepted").then(|| letter["id"].to_string())
        })
    });
    assert!(office.says(&["outbox", "show", &accepted]).contains("SUS-2026-0001"));
    assert!(fs::read_dir(office.path("letters/new")).unwrap().count() > 0);

    let list = office.says(&["case", "list"]);
    assert!(list.contains("SUS-2026-0001"), "{list}");
    let story = office.says(&["case", "show", "sus-2026-0001"]);
    for part in
        ["What came", "verified", "What was read, and where", "line ", "missing: ", "acknowledged by letter"]
    {
        assert!(story.contains(part), "{part} in {story}");
    }
    assert!(story.contains("until "), "{story}");

    office.drop_mail("2", &uncertain());
    office.mails(2);
    let shown = office.says(&["inbox", "show", "2"]);
    assert!(!shown.contains('\u{1b}'), "{shown}");
    for part in [
        "dated       Mon 2 Nov 2026, 10:00, as its Date header claims",
        "Message-ID  <q1@northwind.test>",
        "verdict     unverified",
        "  * We intend to use a second User System next year. \\u{1b}[2JRegards",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    let nowhere = office.fails(1, &["inbox", "link", "2", "SUS-2026-9999", "--by", "priya.nair"]);
    assert!(nowhere.contains("there is no case SUS-2026-9999: see `sscd case list`"), "{nowhere}");
    let open = office.json(&["inbox", "list", "--needs-person"]);
    assert_eq!(open.as_array().map(Vec::len), Some(1), "{open}");

    let who = office.fails(1, &["inbox", "dismiss", "2", "--reason", "no", "--by", "nobody"]);
    assert!(who.contains("people.toml"), "{who}");
    let may = office.fails(1, &["inbox", "dismiss", "2", "--reason", "no", "--by", "rohan.desai"]);
    assert!(may.contains("refused"), "{may}");
    let what = office.fails(1, &["inbox", "accept", "2", "--set", "colour=red", "--by", "priya.nair"]);
    assert!(what.contains("colour"), "{what}");
    office.fails(2, &["inbox", "accept", "2", "--set", "colour", "--by", "priya.nair"]);
    office.fails(2, &["inbox", "dismiss", "2", "--by", "priya.nair"]);
    office.fails(2, &["inbox", "dismiss", "2", "--reason", " ", "--by", "priya.nair"]);

    let set = ["--set", "user_party_name=Calder Networks", "--set", "purpose=tests"];
    let done = office.says(&[&["inbox", "accept", "2", "--by", "priya.nair"], &set[..]].concat());
    assert!(done.contains("SUS-"), "{done}");
    let again = office.fails(1, &["inbox", "dismiss", "2", "--reason", "no", "--by", "priya.nair"]);
    assert!(again.contains("belongs to"), "{again}");
    // What was read of it is still known, and so is a copy that came another way.
    assert!(office.says(&["inbox", "show", "2"]).contains("security@northwind.test"));
    let copy = b"Received: from mx2.sec.test by mx.sec.test; Mon, 02 Nov 2026 10:00:01 +0000\r\n";
    office.drop_mail("3", &[&copy[..], &uncertain()].concat());
    assert_eq!(office.mails(3)[0]["outcome"], "duplicate");

    let received = ["--received", "2026-11-02T09:30:00Z"];
    let opened = [
        &["case", "open", "--channel", "telephone", "--by", "grace.mbeki"],
        &received[..],
        &["--set", "user_party_name=Nobody Knows Energy"],
    ];
    let opened = office.says(&opened.concat());
    let reference = opened.trim().strip_prefix("opened ").unwrap();
    assert!(office.says(&["case", "show", reference]).contains("by telephone, entered by a person"));

    let flagged = [
        &["case", "open", "--channel", "letter", "--by", "grace.mbeki"],
        &received[..],
        &["--set", "user_party_name=Castlegate Gas & Power Ltd", "--set", "separated_from_first=No"],
        &["--set", "meter_count_expected=1 domestic, 0 non-domestic"],
    ];
    let flagged = office.says(&flagged.concat());
    let story = office.says(&["case", "show", flagged.trim().strip_prefix("opened ").unwrap()]);
    for flag in ["to note: not separated", "to note: 1 domestic meters expected beside 250000"] {
        assert!(story.contains(flag), "{story}");
    }

    let drafts = office.json(&["outbox", "list", "--drafts"]);
    let draft = drafts[0]["id"].to_string();
    assert!(office.says(&["outbox", "show", &draft]).contains("draft"));
    office.fails(1, &["outbox", "release", &draft, "--to", "ann@calder.test", "--by", "grace.mbeki"]);
    let released =
        office.says(&["outbox", "release", &draft, "--to", "ann@calder.test", "--by", "priya.nair"]);
    assert!(released.trim().ends_with("was released"), "{released}");
    office.until("the released letter", || {
        let shown = office.json(&["outbox", "show", &draft]);
        (shown["letter"]["deliveries"][0]["state"] == "accepted").then_some(())
    });
    office.fails(1, &["outbox", "discard", &draft, "--reason", "late", "--by", "priya.nair"]);
    office.fails(1, &["outbox", "retry", &draft, "--reason", "late", "--by", "priya.nair"]);

    assert!(office.says(&["journal", "verify"]).contains("is whole"));
    let lines = office.says(&["journal", "export", "--case", reference]);
    assert!(lines.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{lines}");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let unheard = office.command().args(["journal", "export"]).stdout(writer).output().unwrap();
    assert!(unheard.status.success() && unheard.stderr.is_empty(), "{unheard:?}");
    assert!(office.says(&["backup", office.path("hot.db").to_str().unwrap()]).contains("is whole"));
    let busy = office.fails(1, &["rebuild"]);
    assert!(busy.contains("another sscd"), "{busy}");
    office.says(&["status"]);
    drop(daemon);
}

#[test]
fn a_feed_appears_whole_and_has_the_same_bytes_again() {
    let office = Office::new();
    let daemon = office.daemon();
    office.until("the reviews", || office.json(&["review", "list"])["reviews"].get(0).map(drop));
    drop(daemon);
    let file = office.path("priya.ics");
    let write = ["feed", "--for", "priya.nair", "--out", file.to_str().unwrap()];
    assert!(office.says(&write).contains("entries for Priya Nair are in"));
    let first = fs::read(&file).unwrap();
    assert!(first.starts_with(b"BEGIN:VCALENDAR\r\n") && first.ends_with(b"END:VCALENDAR\r\n"));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let names =
        || fs::read_dir(office.path("")).unwrap().map(|one| one.unwrap().file_name()).collect::<Vec<_>>();
    let there = names();
    office.says(&write);
    assert_eq!((fs::read(&file).unwrap(), names().len()), (first.clone(), there.len()));
    assert_eq!(office.says(&["feed", "--for", "priya.nair"]).into_bytes(), first);
    let nobody = office.fails(1, &["feed", "--for", "nobody"]);
    assert!(nobody.contains("expected the key of a person in people.toml"), "{nobody}");
    let nowhere = office.path("none/priya.ics");
    let nowhere = office.fails(1, &["feed", "--for", "priya.nair", "--out", nowhere.to_str().unwrap()]);
    assert!(nowhere.contains("none/priya.ics"), "{nowhere}");
}

#[test]
fn a_record_is_backed_up_rebuilt_and_restored_without_a_daemon() {
    let office = Office::new();
    for words in [
        &["case", "list"][..],
        &["rebuild"],
        &["inbox", "dismiss", "1", "--reason", "x", "--by", "priya.nair"],
    ] {
        let none = office.fails(1, words);
        assert!(none.contains("start `sscd run` first"), "{none}");
    }
    assert!(!office.path("state").exists(), "a mistyped folder is not made");
    let daemon = office.daemon();
    office.drop_mail("1", &good("form-complete.eml"));
    office.mails(1);
    office.until("the acknowledgement", || {
        let status = office.json(&["status"]);
        (status["counts"]["deliveries"]["accepted"].as_i64()? > 0).then_some(())
    });
    drop(daemon);

    let before = office.json(&["case", "show", "SUS-2026-0001"]);
    assert!(office.says(&["rebuild"]).contains("1 case anew"));
    assert_eq!(office.json(&["case", "show", "SUS-2026-0001"]), before);

    // A letter that nobody takes away: no daemon runs.
    let set =
        ["--set", "user_party_name=Northwind Energy Supply Ltd", "--set", "system_label=Borealis portal"];
    let open =
        ["case", "open", "--channel", "letter", "--received", "2026-11-02T09:30:00Z", "--by", "priya.nair"];
    office.says(&[&open[..], &set[..]].concat());
    if let Some(draft) = office.json(&["outbox", "list", "--drafts"])[0]["id"].as_i64() {
        let draft = draft.to_string();
        office.says(&["outbox", "release", &draft, "--to", "ann@northwind.test", "--by", "priya.nair"]);
    }
    assert!(office.json(&["status"])["counts"]["deliveries"]["queued"].as_i64().unwrap() > 0);

    let backup = office.path("copy.db");
    let backup = backup.to_str().unwrap();
    assert!(office.says(&["backup", backup]).contains("is whole"));
    let twice = office.fails(1, &["backup", backup]);
    assert!(twice.contains("is there already"), "{twice}");

    let torn = office.path("torn.db");
    fs::write(&torn, &fs::read(backup).unwrap()[..8_192]).unwrap();
    office.fails(1, &["restore", torn.to_str().unwrap(), "--by", "priya.nair"]);
    office.fails(2, &["restore", backup]);
    let names = || -> std::collections::BTreeSet<_> {
        fs::read_dir(office.path("state")).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    };
    let before = names();
    for (who, why) in [("owen.hartley", "may not operate the daemon"), ("nobody", "people.toml")] {
        let refused = office.fails(1, &["restore", backup, "--by", who]);
        assert!(refused.contains(why), "{refused}");
    }
    assert_eq!(names(), before, "nothing was done");
    assert!(office.says(&["journal", "verify"]).contains("is whole"), "the old record still stands");

    // Whoever loses the keys cannot tell its own bounces from forged ones.
    let keys = office.path("state/keys/signing.toml");
    let signed_with = fs::read_to_string(&keys).unwrap();
    fs::remove_file(&keys).unwrap();
    let output = office.run(&["restore", backup, "--by", "priya.nair", "--json"]);
    let (restored, log) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(log.contains("priya.nair") && log.contains("in place of the record"), "{log}");
    let restored: Value = serde_json::from_str(&restored).unwrap();
    assert_eq!(restored["by"], "priya.nair");
    let events = office.says(&["journal", "export"]);
    let events: Vec<Value> = events.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<&Value> = events.iter().filter(|event| event["kind"] == "RecordRestored").collect();
    assert_eq!(told.len(), 1, "{events:?}");
    assert!(told[0]["actor"].as_str().unwrap().starts_with("priya.nair"), "{told:?}");
    assert!(told[0]["body"].as_str().unwrap().contains(restored["backup"]["head"].as_str().unwrap()));
    assert_eq!(fs::read_to_string(&keys).unwrap(), signed_with);
    let n_held = restored["n_letters_held"].as_i64().unwrap();
    assert!(n_held > 0, "{restored}");
    assert!(Path::new(restored["old_record"].as_str().unwrap()).exists());
    let status = office.run(&["status", "--json"]);
    assert_eq!(status.status.code(), Some(1), "an alarm stands");
    let status: Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(status["counts"]["deliveries"]["queued"], Value::Null, "{status}");
    assert_eq!(status["mailboxes"][0]["swept_at"], Value::Null);

    let held = office.json(&["outbox", "list", "--failed"]);
    let letter = held[0]["id"].to_string();
    let said = office.says(&["outbox", "retry", &letter, "--reason", "it never left", "--by", "priya.nair"]);
    assert!(said.contains("will be sent again"), "{said}");

    let daemon = office.daemon();
    office.until("the letter that was held", || {
        let shown = office.json(&["outbox", "show", &letter]);
        (shown["letter"]["deliveries"][0]["state"] == "accepted").then_some(())
    });
    assert_eq!(office.mails(1).len(), 1, "nothing is taken in twice");
    assert_eq!(office.json(&["case", "list"]).as_array().map(Vec::len), Some(2));
    drop(daemon);
}

#[test]
fn a_story_shows_the_evidence_of_each_mail_and_what_came_with_it() {
    let office = Office::new();
    let daemon = office.daemon();
    let first = good("form-complete.eml");
    office.drop_mail("1", &first);
    office.mails(1);
    let text = String::from_utf8(first).unwrap();
    let again = text.replace("11.0c11@", "11.0c12@");
    office.drop_mail("2", again.as_bytes());
    office.mails(2);
    let parts = "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\
                 Our diagram is attached.\r\n--b\r\nContent-Type: application/pdf\r\n\
                 Content-Disposition: attachment; filename=\"aurora\u{1b}.pdf\"\r\n\r\nnot opened\r\n--b--\r\n";
    let (head, _) = text.split_once("MIME-Version").unwrap();
    let head = head.replace("11.0c11@", "11.0c13@").replace("Subject: ", "Subject: SUS-2026-0001 ");
    office.drop_mail("3", format!("{head}{parts}").as_bytes());
    office.mails(3);

    let story = office.says(&["case", "show", "SUS-2026-0001"]);
    for part in [
        "mail 1 from security@northwind.test",
        "received",
        "dated       Mon 2 Nov 2026, 09:14, as its Date header claims",
        "Message-ID  <11.0c13@northwind.test>",
        "verdict     verified: ",
        "mail 2 says the same again; nothing still missing",
        "attachment  \"aurora",
        "application/pdf, 10 bytes, SHA-256 ",
    ] {
        assert!(story.contains(part), "{part} in {story}");
    }
    assert!(!story.contains('\u{1b}'), "{story}");
    let told = office.json(&["case", "show", "SUS-2026-0001"]);
    let mails = told["mails"].as_array().unwrap();
    assert_eq!(mails.iter().map(|mail| mail["inbox"].as_i64().unwrap()).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(mails[0]["dated_at"], "2026-11-02T09:14:07Z");
    assert_eq!(mails[0]["attachments"].as_array().map(Vec::len), Some(0));
    let attachment = &mails[2]["attachments"][0];
    assert_eq!((&attachment["type"], &attachment["size"]), (&"application/pdf".into(), &10.into()), "{told}");
    assert_eq!(attachment["sha256"].as_str().map(str::len), Some(64));
    assert!(office.says(&["inbox", "show", "3"]).contains("Our diagram is attached."));
    assert_eq!(office.json(&["inbox", "show", "3"])["evidence"]["attachments"][0], *attachment);
    drop(daemon);
}

#[test]
fn a_withdrawal_says_what_does_not_leave_and_an_answer_is_entered_with_a_reason() {
    let office = Office::new();
    drop(office.daemon());
    let open = ["case", "open", "--channel", "letter", "--received", "2026-11-02T09:30:00Z"];
    let set = ["--set", "user_party_name=Northwind Energy Supply Ltd", "--by", "priya.nair"];
    let opened = office.says(&[&open[..], &set[..]].concat());
    let case = opened.trim().strip_prefix("opened ").unwrap();
    let attendance = ["meeting", "attendance", case, "ingrid.solheim", "declined", "--by", "priya.nair"];
    assert!(office.fails(2, &attendance).contains("--reason"));
    let why = ["--reason", "rang on Monday"];
    let refused = office.fails(1, &[&attendance[..], &why].concat());
    assert!(refused.contains(&format!("nobody is invited to a review of {case}")), "{refused}");

    for draft in office.json(&["outbox", "list", "--drafts"]).as_array().unwrap() {
        office.says(&["outbox", "release", &draft["id"].to_string(), "--by", "priya.nair"]);
    }
    let said = office.says(&["case", "withdraw", case, "--reason", "it was stopped", "--by", "priya.nair"]);
    assert!(said.contains("letter 1, which was queued, does not leave"), "{said}");
    assert!(office.says(&["outbox", "show", "1"]).contains("called back: the case is withdrawn"));
    assert!(office.says(&["case", "show", case]).contains("letter 1 called back for "));
}
