//! Mail that has broken peers (FIELD.md): each kind with what becomes of it. All are well enough to be stored, and none
//! may be in the way of the others.

use std::time::Duration;

use sscd::store::Outcome::{self, Case, Duplicate, NotANotification, Triage};

use super::good;
use crate::notice::notice;

pub struct Kind {
    pub name: &'static str,
    pub mails: Vec<Vec<u8>>,
    /// What becomes of them; of two copies either may be the first.
    pub outcomes: Vec<Outcome>,
}

pub const N_GOOD: usize = 60;
/// Longer than any kind takes on a busy machine, and far shorter than a queue that waits for the odd one.
pub const AT_ONCE: Duration = Duration::from_secs(20);

impl Kind {
    /// The odd ones among good ones from number `first` on.
    pub fn among_good(&self, first: usize) -> Vec<Vec<u8>> {
        let gap = N_GOOD / (self.mails.len() + 1);
        let mut mails: Vec<Vec<u8>> = (first..first + N_GOOD).map(|n| notice(n).into_bytes()).collect();
        for (n, odd) in self.mails.iter().enumerate().rev() {
            mails.insert((n + 1) * gap, odd.clone());
        }
        mails
    }

    /// What is wrong with what became of the odd ones.
    pub fn wrong(&self, mut found: Vec<&str>) -> Option<String> {
        let mut expected: Vec<&str> = self.outcomes.iter().map(|outcome| outcome.as_str()).collect();
        found.sort_unstable();
        expected.sort_unstable();
        (found != expected).then(|| format!("{}: {found:?}, expected {expected:?}", self.name))
    }
}

fn kind(name: &'static str, mails: Vec<impl Into<Vec<u8>>>, outcomes: &[Outcome]) -> Kind {
    assert_eq!(mails.len(), outcomes.len(), "{name}");
    Kind { name, mails: mails.into_iter().map(Into::into).collect(), outcomes: outcomes.to_vec() }
}

/// A good mail by another name, of another system.
fn other(name: &str) -> String {
    let good = good().replace("\r\n", "\n");
    good.replace("11.0c11@", &format!("{name}@")).replace("Aurora portal", &format!("System {name}"))
}

/// Headers of a person's mail, and then whatever comes.
fn mail(name: &str, rest: &str) -> String {
    format!(
        "From: Ann Field <ann@power.test>\r\nTo: secas@sec.test\r\nSubject: {name}\r\n\
         Date: Mon, 02 Nov 2026 09:14:07 +0000\r\nMessage-ID: <{name}@power.test>\r\nMIME-Version: 1.0\r\n{rest}"
    )
}

fn without(mail: &str, fields: &[&str]) -> String {
    let (head, body) = mail.split_once("\n\n").unwrap();
    let mut kept = Vec::new();
    let mut is_out = false;
    for line in head.lines() {
        if !line.starts_with([' ', '\t']) {
            is_out = fields.iter().any(|field| line.starts_with(field));
        }
        kept.extend((!is_out).then_some(line));
    }
    format!("{}\n\n{body}", kept.join("\n"))
}

fn with(mail: &str, field: &str) -> String {
    format!("{field}\n{mail}")
}

pub fn kinds() -> Vec<Kind> {
    [heads(), bodies(), shapes()].into_iter().flatten().collect()
}

const TEXT: &str = "Content-Type: text/plain; charset=utf-8\r\n\r\n";

/// What is odd about their headers.
fn heads() -> Vec<Kind> {
    let everybody = ["From:", "Sender:", "Return-Path:"];
    vec![
        kind(
            "no From",
            vec![without(&other("nofrom"), &everybody), without(&other("nofrom2"), &["From:"])],
            &[Case, Case],
        ),
        kind(
            "two Froms",
            vec![
                with(&other("twofroms"), "From: Eve <eve@evil.test>"),
                other("twofroms2").replace("From: ", "From: Eve <eve@evil.test>, "),
            ],
            &[Case, Case],
        ),
        kind(
            "8-bit headers",
            vec![
                other("utf8").replace("Hannah Okafor <", "Håna Ökafør ☃ <").into_bytes(),
                [b"X-Note: caf\xe9 \xff\xfe\n".as_slice(), other("latin1").as_bytes()].concat(),
                [b"Subject: \xc3\x28 \xe9\n".as_slice(), without(&other("broken"), &["Subject:"]).as_bytes()]
                    .concat(),
            ],
            &[Case, Case, Case],
        ),
        kind(
            "unknown charset",
            vec![
                other("charset").replace("\"utf-8\"", "\"klingon-8\""),
                other("lies").replace("\"utf-8\"", "\"utf-16\""),
            ],
            &[Case, Triage],
        ),
        kind(
            "NUL octets",
            vec![
                other("nul").replace("Stage", "\0Stage\0"),
                other("nulhead").replace("Subject:", "Subj\0ect:"),
            ],
            &[Case, Case],
        ),
    ]
}

/// What is odd about their size and their dates.
fn bodies() -> Vec<Kind> {
    vec![
        kind("10,000 nested parts", vec![nested(10_000), forwarded(10_000)], &[NotANotification, Triage]),
        kind(
            "1,000,000 headers",
            vec![mail("headers", &("X: y\r\n".repeat(1_000_000) + TEXT + "Hello.\r\n"))],
            &[NotANotification],
        ),
        kind(
            "a line of 5 MB",
            vec![
                mail("line", &format!("{TEXT}{}\r\n", "x".repeat(5 << 20))),
                mail("field", &format!("X: {}\r\n{TEXT}Hello.\r\n", "y ".repeat(5 << 19))),
            ],
            &[NotANotification, NotANotification],
        ),
        kind(
            "broken dates",
            vec![
                other("date").replace(
                    "Date: Mon, 02 Nov 2026 09:14:07 +0000",
                    "Date: Mon, 99 Foo 20266 99:99:99 +9999",
                ),
                other("nodate").replace("Date: Mon", "X-Date: Mon"),
                other("epoch").replace("Date: Mon, 02 Nov 2026", "Date: Thu, 01 Jan 1970"),
            ],
            &[Case, Case, Case],
        ),
        kind("empty", vec!["\r\n\r\n", "From: a@b.test\n"], &[NotANotification, NotANotification]),
        kind(
            "a link instead of a calendar",
            vec![mail(
                "Accepted: SSC ad-hoc review",
                &format!(
                    "{TEXT}https://outlook.office365.test/owa/?ItemID=AAMk&exvsurl=1&path=/calendar/item\r\n"
                ),
            )],
            &[NotANotification],
        ),
        kind(
            "the same Message-ID",
            vec![
                other("twice"),
                with(&other("twice"), "Received: by another.test; Mon, 02 Nov 2026 09:20:00 +0000"),
                other("twice").replace("System twice", "System of another content"),
            ],
            &[Case, Duplicate, Case],
        ),
        kind(
            "a base64 bomb",
            vec![
                mail(
                    "bomb",
                    &format!(
                        "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
                        "QUFB\r\n".repeat(1 << 20)
                    ),
                ),
                mail(
                    "junk",
                    &format!(
                        "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
                        "!=?*".repeat(1 << 18)
                    ),
                ),
            ],
            &[NotANotification, NotANotification],
        ),
    ]
}

/// What is odd about how they are put together.
fn shapes() -> Vec<Kind> {
    vec![
        kind(
            "an attachment alone",
            vec![
                attached("application/zip", "notification.zip"),
                attached("application/x-msdownload", "invoice.exe"),
            ],
            &[Triage, NotANotification],
        ),
        kind(
            "folded oddly",
            vec![
                other("folds").replace("Subject: ", "Subject:\n \n\t\n  "),
                other("tabs").replace("From: ", "From:\n\t").replace("To: SECAS", "To:SECAS\n\t"),
                other("colons")
                    .replace("MIME-Version: 1.0", "MIME-Version : 1.0\nno colon in this line\n: no name\nX:"),
            ],
            &[Case, Case, Case],
        ),
        kind(
            "line ends",
            vec![
                other("cr").replace('\n', "\r"),
                other("crlf").replace('\n', "\r\n"),
                other("crcrlf").replace('\n', "\r\r\n"),
            ],
            &[Case; 3],
        ),
        kind(
            "broken multiparts",
            vec![
                mail("unended", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello."),
                mail("unnamed", "Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nHello."),
                mail("hollow", "Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n\r\nHello."),
            ],
            &[NotANotification; 3],
        ),
        kind(
            "pages without end",
            vec![
                mail(
                    "attributes",
                    &format!("Content-Type: text/html\r\n\r\n<p {}>Hello", "a=b ".repeat(300_000)),
                ),
                mail(
                    "depth",
                    &format!("Content-Type: text/html\r\n\r\n{}Hello", "<table><tr><td>".repeat(100_000)),
                ),
            ],
            &[NotANotification; 2],
        ),
        kind(
            "a thousand recipients",
            vec![other("crowd").replace("To: SECAS", &format!("To: {} SECAS", "a@b.test, ".repeat(1_000)))],
            &[Case],
        ),
        kind(
            "no mail at all",
            vec![noise(100_000), vec![0; 100_000], b"\xff\xfe\x00".to_vec()],
            &[NotANotification; 3],
        ),
        kind(
            "commands to a terminal",
            vec![
                other("escapes")
                    .replace("Subject: ", "Subject: \u{1b}]0;x\u{7}\u{202e}")
                    .replace("System", "\u{1b}[2JSystem"),
            ],
            &[Case],
        ),
    ]
}

fn nested(depth: usize) -> String {
    let mut body = String::new();
    let part = |n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n");
    body.extend((0..depth).map(part));
    mail("nested", &(body + "\r\nHello.\r\n"))
}

fn forwarded(depth: usize) -> String {
    mail("forwarded", &("Content-Type: message/rfc822\r\n\r\n".repeat(depth) + "\r\nHello.\r\n"))
}

fn attached(media_type: &str, name: &str) -> String {
    let disposition = format!("Content-Disposition: attachment; filename={name}");
    mail(
        name,
        &format!(
            "Content-Type: {media_type}\r\n{disposition}\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsDBAoAAAAA\r\n"
        ),
    )
}

fn noise(n: usize) -> Vec<u8> {
    let mut dice = crate::dice::Dice(7);
    (0..n).map(|_| u8::try_from(dice.below(256)).unwrap()).collect()
}
