//! What colleagues do in the same mailbox, before and while it is collected; and that the daemon itself does nothing
//! in it.

use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::{Office, alarms};
use crate::notice::{NOTIFIERS, message_id, notice};
use crate::servers::dovecot::OFFICE;
use crate::servers::process::PlainUser;
use crate::servers::proxy::{Line, Proxy};

fn inbox(office: &Office, words: &[&str]) {
    let words: Vec<&str> = words
        .iter()
        .flat_map(|word| if *word == "INBOX" { vec!["mailbox", "INBOX", "uid"] } else { vec![*word] })
        .collect();
    office.dovecot.doveadm(&words);
}

#[test]
fn read_flagged_moved_and_deleted_before_and_while_it_is_collected() {
    let office = Office::open();
    let proxy = office.block(Proxy::to(office.dovecot.imap_port));
    office.connect(&[&format!("port = {}\nfolders = ['INBOX', 'Done']", proxy.port)], "");
    office.dovecot.doveadm(&["mailbox", "create", "-u", OFFICE, "Done"]);
    office.lay_down(0..220);
    // UID n + 1 is notice n. Before: read, flagged, moved to a folder that is watched too, and deleted.
    inbox(&office, &["flags", "add", "-u", OFFICE, "\\Seen", "INBOX", "1"]);
    inbox(&office, &["flags", "add", "-u", OFFICE, "\\Flagged", "INBOX", "2"]);
    inbox(&office, &["move", "-u", OFFICE, "Done", "INBOX", "3"]);
    inbox(&office, &["expunge", "-u", OFFICE, "INBOX", "4"]);
    // While: the listing and the first batch of bodies have come, the third is not yet asked for.
    proxy.set(Line::HoldAfter(200_000));
    let mut daemon = office.start();
    assert!(
        daemon.until(|daemon| daemon.has_said("took mail in mailbox=\"shared/INBOX\"")),
        "{}",
        daemon.said.join("\n")
    );
    inbox(&office, &["flags", "add", "-u", OFFICE, "\\Seen", "INBOX", "217"]);
    inbox(&office, &["flags", "add", "-u", OFFICE, "\\Flagged", "INBOX", "218"]);
    inbox(&office, &["move", "-u", OFFICE, "Done", "INBOX", "219"]);
    inbox(&office, &["expunge", "-u", OFFICE, "INBOX", "220"]);
    proxy.set(Line::Good);
    office.settle(&mut daemon, 218);
    office.assert_answered((0..219).filter(|n| *n != 3));
    // A colleague moves one that was answered to the watched folder, and back.
    inbox(&office, &["move", "-u", OFFICE, "Done", "INBOX", "5"]);
    assert!(daemon.until(|_| office.counts().n_sightings >= 219), "{}", daemon.said.join("\n"));
    office.deliver([220]);
    office.settle(&mut daemon, 219);
    office.assert_answered((0..221).filter(|n| ![3, 219].contains(n)));
    // Nothing but what the colleagues did: two read, two flagged, three moved.
    assert_eq!(office.n_in_folder(&["seen"]), 2);
    assert_eq!(office.n_in_folder(&["flagged"]), 2);
    assert_eq!(office.n_in_folder(&["answered"]), 0);
    assert_eq!(office.n_in_folder(&["all"]), 220 - 2 - 3 + 1);
    let status = office.close(daemon, 219);
    assert!(alarms(&status).is_empty(), "{status:#}");
    assert_eq!(status["mailboxes"][0]["n_found_missing"], 0, "{status:#}");
}

#[test]
fn what_a_colleague_answered_in_sent_is_known_to_its_case_and_a_notice_in_junk_waits_for_a_person() {
    let office = Office::open();
    for folder in ["Junk", "Sent"] {
        office.dovecot.doveadm(&["mailbox", "create", "-u", OFFICE, folder]);
    }
    office.connect(&["junk_folders = ['Junk']\nsent_folders = ['Sent']"], "");
    let append = |folder: &str, mail: &[u8]| {
        let file = office.dovecot.path("appended.eml");
        std::fs::write(&file, mail).unwrap();
        PlainUser::own(&file);
        office.dovecot.doveadm(&["save", "-u", OFFICE, "-m", folder, file.to_str().unwrap()]);
    };
    let mut daemon = office.start();
    office.deliver([0]);
    office.settle(&mut daemon, 1);
    let answer = format!(
        "From: SECAS <{OFFICE}>\r\nTo: {}\r\nSubject: Re: your notice\r\nMessage-ID: <by.hand@sec.test>\r\n\
         In-Reply-To: <{}>\r\nDate: Mon, 2 Nov 2026 09:30:00 +0000\r\n\r\nI will call you.\r\n",
        NOTIFIERS[0].2,
        message_id(0)
    );
    append("Sent", answer.as_bytes());
    append("Sent", &office.post.bytes(&office.post.taken()[0]));
    append("Junk", notice(1).as_bytes());
    let outcomes = |n: [i64; 2]| json!({"case": n[0], "not_a_notification": n[1]});
    assert!(
        daemon.until(|_| office.status()["counts"]["inbox"] == outcomes([3, 1])),
        "{:#}",
        office.status()
    );
    let (case, _) = office.place.ask(&["case", "show", "SUS-2026-0001"]);
    assert!(case["case"]["answering"]["why"].as_str().unwrap().starts_with("a colleague wrote"), "{case:#}");
    let rows = office.place.ask(&["inbox", "list"]).0.to_string();
    assert!(rows.contains("our own letter, as it was sent"), "{rows}");
    let (drafts, _) = office.place.ask(&["outbox", "list", "--drafts"]);
    assert!(drafts.to_string().contains("it lies in a junk folder"), "{drafts:#}");
    // Released, it leaves like any other; and nothing was changed in either folder.
    let (_, code) = office.place.ask(&["outbox", "release", "2", "--by", "priya.nair"]);
    assert_eq!(code, Some(0));
    office.settle(&mut daemon, 2);
    for (folder, n) in [("Junk", 1), ("Sent", 2)] {
        let found = office.dovecot.doveadm(&["search", "-u", OFFICE, "mailbox", folder, "unseen"]);
        assert_eq!(found.lines().count(), n, "{folder}");
    }
    office.close(daemon, 2);
}

#[test]
fn a_mail_that_the_server_cannot_give_holds_up_no_other_and_is_found_later() {
    let office = Office::open();
    office.lay_down(0..5);
    let new = office.dovecot.maildir(OFFICE).join("new");
    let mut files: Vec<_> = std::fs::read_dir(new).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mode = |mode| std::fs::set_permissions(&files[2], PermissionsExt::from_mode(mode)).unwrap();
    mode(0o000);
    let mut daemon = office.start();
    office.settle(&mut daemon, 4);
    office.assert_answered([0, 1, 3, 4]);
    assert!(
        daemon.until(|_| alarms(&office.status()).iter().any(|alarm| alarm.contains("cannot be fetched")))
    );
    office.deliver([5]);
    office.settle(&mut daemon, 5);
    // Set right, a new connection compares everything and finds it.
    mode(0o600);
    office.dovecot.doveadm(&["kick", OFFICE]);
    office.settle(&mut daemon, 6);
    assert!(daemon.has_said("reconciliation found mail that was passed over"), "{}", daemon.said.join("\n"));
    office.assert_answered(0..6);
    let status = office.close(daemon, 6);
    assert_eq!(status["mailboxes"][0]["n_found_missing"], 1, "{status:#}");
    assert!(alarms(&status).is_empty(), "{status:#}");
}
