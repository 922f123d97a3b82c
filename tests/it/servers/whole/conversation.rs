//! A conversation of eleven mails through the real servers, as people and programs have it: a notice with gaps, an absence
//! that Pigeonhole tells, an answer in Word, a correction, a bounce as Postfix writes it, a forged withdrawal, a
//! consultant's forward, the User's word for it, and a decision. The story of the case is printed.

use std::process::Command;

use data_encoding::BASE64_MIME;
use mail_parser::MessageParser;
use rustix::process::Signal;
use serde_json::Value;
use sscd::domain::notification::form::form_word;

use super::{Office, alarms};
use crate::daemon::Daemon;
use crate::form::{changed, fill_control};
use crate::notice::notice;
use crate::servers::dovecot::{Dovecot, OFFICE};
use crate::servers::post::{PostOffice, Taken};
use crate::servers::process::{PlainUser, free_port};

const CONTACT: &str = "security@northwind.test";
const CLIENT: &str = "it.security@meadowbank.test";
const CASE: &str = "SUS-2026-0001";

fn mail(from: &str, id: &str, more: &str, text: &str) -> String {
    let domain = from.rsplit('@').next().unwrap();
    format!(
        "Authentication-Results: mx.sec.test; dmarc=pass header.from={domain}\r\nFrom: <{from}>\r\nTo: SECAS <{OFFICE}>\r\n\
         Message-ID: <{id}@{domain}>\r\nMIME-Version: 1.0\r\n{more}\r\n{}\r\n",
        text.replace('\n', "\r\n")
    )
}

struct Talk<'a> {
    office: &'a Office,
    daemon: Daemon<'a>,
    reference: String,
}

impl Talk<'_> {
    /// What a command prints for people.
    fn say(&self, words: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sscd"));
        command.arg("--config").arg(self.office.place.path("sscd.toml")).args(words);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn story(&self) -> String {
        self.say(&["case", "show", &self.reference])
    }

    /// Comes back when the post has taken `n` letters.
    fn letters(&mut self, n: usize) -> Vec<Taken> {
        let office = self.office;
        assert!(self.daemon.until(|_| office.post.taken().len() >= n), "{}", self.daemon.said.join("\n"));
        office.post.taken()
    }

    /// Comes back when the daemon has decided about `n` mails, and gives the latest, newest first.
    fn mails(&mut self, n: u64) -> Vec<Value> {
        let office = self.office;
        let decided = |status: &Value| {
            let inbox = status["counts"]["inbox"].as_object().unwrap();
            let settled = inbox.iter().filter(|(outcome, _)| *outcome != "waiting");
            settled.map(|(_, n)| n.as_u64().unwrap()).sum::<u64>()
        };
        assert!(self.daemon.until(|_| decided(&office.status()) >= n), "{}", self.daemon.said.join("\n"));
        office.place.ask(&["inbox", "list"]).0.as_array().unwrap().clone()
    }

    fn message_id(&self, taken: &Taken) -> String {
        let bytes = self.office.post.bytes(taken);
        MessageParser::default().parse(&bytes).unwrap().message_id().unwrap().to_owned()
    }
}

#[test]
fn ten_mails_and_a_decision_through_real_servers() {
    let smtp_port = free_port();
    let dovecot = Dovecot::with(&format!(
        "ssl = no\nsubmission_host = 127.0.0.1:{smtp_port}\nprotocol lmtp {{\nmail_plugins = sieve\n}}\n"
    ));
    let post = PostOffice::on(smtp_port, &["--lmtp", &format!("127.0.0.1:{}", dovecot.lmtp_port)]);
    let script = dovecot.maildir(CONTACT).with_file_name(".dovecot.sieve");
    std::fs::write(&script, "require \"vacation\";\nvacation \"I am away until Monday.\";\n").unwrap();
    PlainUser::own(&script);
    let office = Office::between(dovecot, post);
    let daemon = office.start();
    let mut talk = Talk { office: &office, daemon, reference: CASE.into() };
    a_notice_its_answers_and_a_bounce(&mut talk);
    a_forgery_and_a_forward(&mut talk);
    a_decision(talk);
}

fn a_notice_its_answers_and_a_bounce(talk: &mut Talk<'_>) {
    let office = talk.office;
    // 1: a notice with two gaps, and 2: its acknowledgement, which asks for both.
    let gaps = ["Architecture", "Assessed before"];
    let whole = notice(0);
    let is_kept = |line: &&str| !gaps.iter().any(|gap| line.starts_with(gap));
    let first: String = whole.split_inclusive('\n').filter(is_kept).collect();
    assert!(first.len() < whole.len(), "{whole}");
    office.dovecot.deliver_from(CONTACT, &[OFFICE], [first.as_bytes()]);
    let acknowledgement = talk.letters(1).remove(0);
    let acknowledgement = talk.message_id(&acknowledgement);

    // 3: a colleague writes by hand, and 4: Pigeonhole answers the mailbox.
    let by_hand = format!(
        "From: SECAS <{OFFICE}>\r\nTo: <{CONTACT}>\r\nSubject: [{CASE}] the diagram\r\nMessage-ID: <hand@sec.test>\r\n\r\nHello.\r\n"
    );
    office.dovecot.deliver_from(OFFICE, &[CONTACT], [by_hand.as_bytes()]);
    let newest = talk.mails(2);
    assert_eq!(newest[0]["outcome"], "case", "{newest:#?}");
    assert_eq!(talk.letters(2).len(), 2, "nobody answers an absence");

    // 5: an answer as Outlook writes it, above what it quotes, in a Word form with one of the two answers.
    let filled = |xml: &str| {
        let xml = fill_control(xml, "previously_assessed", "No");
        fill_control(&xml, "provision", "InHouse")
    };
    let form = BASE64_MIME.encode(&changed(&form_word().unwrap(), "word/document.xml", filled));
    let outlook = mail(
        CONTACT,
        "outlook",
        &format!(
            "X-Mailer: Microsoft Outlook 16.0\r\nSubject: RE: [{CASE}] your notification\r\nIn-Reply-To: <{acknowledgement}>\r\n\
             Content-Type: multipart/mixed; boundary=b\r\n"
        ),
        &format!(
            "--b\nContent-Type: text/plain\n\nPlease see the form.\n\nHannah\n\n\
             ________________________________\nFrom: SECAS <{OFFICE}>\nSent: 02 November 2026 09:20\nTo: Hannah Okafor\n\
             Subject: [{CASE}] your notification\n\nPreviously assessed: Yes\n--b\n\
             Content-Type: application/octet-stream; name=form.docx\nContent-Disposition: attachment; filename=form.docx\n\
             Content-Transfer-Encoding: base64\n\n{form}\n--b--"
        ),
    );
    office.dovecot.deliver_from(CONTACT, &[OFFICE], [outlook.as_bytes()]);
    let receipt = talk.letters(3).pop().unwrap();

    // 6: a correction, with the answer that is left, between quoted lines.
    let correction = mail(
        CONTACT,
        "correction",
        &format!("Subject: Re: [{CASE}] your notification\r\nIn-Reply-To: <{acknowledgement}>\r\n"),
        "> Architecture?\nArchitecture: To follow\n> Purpose: billing\nPurpose: a portal for new customers\n\nOn Mon, SECAS wrote:\n> Purpose: x",
    );
    office.dovecot.deliver_from(CONTACT, &[OFFICE], [correction.as_bytes()]);
    talk.mails(4);

    // 7: the receipt of before bounces, in the words of a real Postfix.
    let bounce = include_str!("../../../mail/odd/bounce-of-postfix.eml")
        .replace("bounces+bafybeigdyrztbb@sec.test", &receipt.sender)
        .replace("no.such.user@fenland.test", CONTACT)
        .replace("sus-2026-0007.2.0.mfrggzdfmztwq2lk@sec.test", &talk.message_id(&receipt));
    office.dovecot.deliver_from("", &[OFFICE], [bounce.replace('\n', "\r\n").as_bytes()]);
    talk.mails(5);
}

fn a_forgery_and_a_forward(talk: &mut Talk<'_>) {
    let office = talk.office;
    // 8: a withdrawal from a domain that only looks like theirs changes nothing.
    let forged = mail(
        "security@n0rthwind.test",
        "forged",
        &format!("Subject: Re: [{CASE}] your notification\r\n"),
        "We withdraw our notification SUS-2026-0001.",
    );
    office.dovecot.deliver_from("security@n0rthwind.test", &[OFFICE], [forged.as_bytes()]);
    let newest = talk.mails(6);
    assert_eq!(newest[0]["outcome"], "triage", "{newest:#?}");

    // 9: a consultant forwards a client's notice: a person takes it, and the User is asked.
    let client = notice(3);
    let (_, client) = client.split_once("\r\n\r\n").or_else(|| client.split_once("\n\n")).unwrap();
    let forwarded = mail(
        "clara@aldous-finch.test",
        "forward",
        "Subject: Fwd: Second User System\r\n",
        &format!(
            "For our client.\n\n---------- Forwarded message ---------\nFrom: Siobhan Keane <{CLIENT}>\nDate: Fri, 30 Oct 2026\n\
             Subject: Second User System\nTo: Clara Aldous <clara@aldous-finch.test>\n\n{}",
            client.replace("\r\n", "\n")
        ),
    );
    office.dovecot.deliver_from("clara@aldous-finch.test", &[OFFICE], [forwarded.as_bytes()]);
    let newest = talk.mails(7);
    assert_eq!(newest[0]["outcome"], "triage", "{newest:#?}");
    let id = newest[0]["id"].to_string();
    let shown = talk.say(&["inbox", "show", &id]);
    assert!(
        shown.contains(&format!("names Siobhan Keane <{CLIENT}> as its sender; not verified")),
        "{shown}"
    );
    talk.say(&["inbox", "accept", &id, "--by", "priya.nair"]);

    // 10: the User's word for it.
    let confirmed = mail(
        CLIENT,
        "word",
        "Subject: Re: [SUS-2026-0002] please confirm\r\n",
        "Yes, we confirm this notification.",
    );
    office.dovecot.deliver_from(CLIENT, &[OFFICE], [confirmed.as_bytes()]);
    talk.mails(8);
}

fn a_decision(mut talk: Talk<'_>) {
    let office = talk.office;
    // 11: the decision, and its letter, which a person releases.
    let decided = talk.say(&[
        "case",
        "decide",
        CASE,
        "--outcome",
        "await-annual-review",
        "--minute",
        "SSC-2026-24/3",
        "--by",
        "priya.nair",
    ]);
    assert!(decided.contains("its letters are drafts"), "{decided}");
    let story = talk.story();
    println!("{story}");
    for told in [
        "asked in letter 1 for Architecture, Assessed before by ",
        "mail 2 filed: a program wrote it",
        "mail 3 supplied Assessed before; Architecture still missing",
        "mail 4 supplied Architecture, Purpose; nothing still missing",
        "letter 2 came back from security@northwind.test",
        "Purpose: a portal for new customers",
        "decision 1 of the SSC on ",
    ] {
        assert!(story.contains(told), "{told}");
    }
    assert!(!story.contains("withdrawn"), "{story}");
    talk.reference = "SUS-2026-0002".into();
    let story = talk.story();
    println!("{story}");
    assert!(
        story.contains(&format!("names Siobhan Keane <{CLIENT}> as its sender; not verified")),
        "{story}"
    );
    assert!(story.contains("a person must answer mail 8"), "{story}");
    let alarms = alarms(&office.status()).join("\n");
    assert!(alarms.contains("somebody did not get letter 2"), "{alarms}");
    assert_eq!(talk.daemon.end(Signal::TERM).code(), Some(0));
}
