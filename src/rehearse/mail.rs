//! The mail of a conversation. In: what a line says; out: raw mails as a server of the office hands them over, and what a
//! letter says.

use mail_parser::{Message, MessageParser};

use crate::domain::id::Address;
use crate::domain::world::Office;

/// Subject and text as a person reads them, runs of blanks and line breaks as one blank.
pub fn plain(bytes: &[u8]) -> Result<String, String> {
    let message = parsed(bytes)?;
    let text = message.body_text(0).ok_or("a letter without a text")?;
    let all = format!("{} {text}", message.subject().unwrap_or_default());
    Ok(all.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn parsed(letter: &[u8]) -> Result<Message<'_>, String> {
    MessageParser::default().parse(letter).ok_or_else(|| "a letter that is no mail".into())
}

/// Who wrote, and what is odd about it.
pub struct Envelope<'a> {
    /// Whose server hands it over.
    pub office: &'a Office,
    pub from: &'a str,
    pub to: &'a str,
    pub n: usize,
    /// Further header lines.
    pub headers: String,
}

/// The server whose word counts; without one, nobody vouches for anybody.
pub fn authserv(office: &Office) -> &str {
    office.authserv_ids.first().map_or("mx.nowhere.test", String::as_str)
}

/// A mail in text; its server vouches for its sender.
pub fn mail(envelope: &Envelope<'_>, subject: &str, body: &str) -> String {
    let Envelope { office, from, to, n, headers } = envelope;
    let (ours, server) = (&office.mailbox.address, authserv(office));
    let domain = from.split('@').nth(1).unwrap_or("nowhere.test");
    format!(
        "Return-Path: <{from}>\n\
         Delivered-To: {ours}\n\
         Authentication-Results: {server}; dmarc=pass header.from={domain}\n\
         From: {from}\n\
         To: SECAS <{to}>\n\
         Subject: {subject}\n\
         Date: Mon, 02 Nov 2026 09:14:07 +0000\n\
         Message-ID: <{n}.scenario@{domain}>\n\
         {headers}MIME-Version: 1.0\n\
         Content-Type: text/plain; charset=\"utf-8\"\n\
         Content-Transfer-Encoding: 8bit\n\n\
         {body}\n"
    )
}

/// A reply as a person's program writes it: the answer above, our letter marked below.
pub fn reply(office: &Office, letter: &[u8], from: &str, n: usize, body: &str) -> Result<String, String> {
    let message = parsed(letter)?;
    let to = message.reply_to().and_then(|to| to.first()?.address()).ok_or("a letter without a Reply-To")?;
    let id = message.message_id().ok_or("a letter without a Message-ID")?;
    let text = message.body_text(0).ok_or("a letter without a text")?;
    let ours = &office.mailbox.address;
    let quoted: String = text.lines().flat_map(|line| ["> ", line, "\n"]).collect();
    let headers = format!("In-Reply-To: <{id}>\nReferences: <{id}>\n");
    let body = format!("{body}\n\nOn Mon, 2 Nov 2026 at 09:14, SECAS <{ours}> wrote:\n{quoted}");
    let subject = format!("Re: {}", message.subject().unwrap_or_default());
    Ok(mail(&Envelope { office, from, to, n, headers }, &subject, &body))
}

/// What a request for a decision gives the Chair to answer with.
pub fn token(letter: &[u8]) -> Option<String> {
    let message = MessageParser::default().parse(letter)?;
    let text = message.body_text(0)?;
    text.lines().find_map(|line| Some(line.strip_prefix("Decision token: ")?.trim().to_owned()))
}

/// A non-delivery report (RFC 3464) to the address on the outside of our letter, perhaps with what the letter's own
/// header said of its Message-ID.
pub fn bounce(
    office: &Office,
    envelope_sender: &Address,
    recipient: &Address,
    message_id: Option<&str>,
    n: usize,
) -> String {
    let from = &office.mailbox.address;
    let header = message_id.map_or_else(String::new, |id| {
        format!("--B\nContent-Type: text/rfc822-headers\n\nFrom: {from}\nMessage-ID: <{id}>\n\n")
    });
    format!(
        "Return-Path: <>\n\
         Delivered-To: {envelope_sender}\n\
         From: MAILER-DAEMON@{domain}\n\
         To: {envelope_sender}\n\
         Subject: Undelivered Mail Returned to Sender\n\
         Auto-Submitted: auto-replied\n\
         Message-ID: <{n}.scenario@{domain}>\n\
         MIME-Version: 1.0\n\
         Content-Type: multipart/report; boundary=\"B\"; report-type=delivery-status\n\n\
         --B\nContent-Type: text/plain\n\nIt could not be delivered.\n\n\
         --B\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; mx.{domain}\n\n\
         Final-Recipient: rfc822; {recipient}\nAction: failed\nStatus: 5.1.1\n\
         Diagnostic-Code: smtp; 550 5.1.1 unknown user\n\n{header}--B--\n",
        domain = recipient.domain(),
    )
}

/// The same mail, as `how` says that it came this time.
pub fn changed(raw: &str, how: &str, n: usize) -> Result<String, String> {
    let raw = raw.replace("\r\n", "\n");
    let (head, body) = raw.split_once("\n\n").ok_or("a mail without an end of its header")?;
    let lines = head.lines();
    let without = |name: &str| {
        let mut is_in = false;
        let keep = |line: &&str| {
            let is_more = line.starts_with([' ', '\t']);
            is_in = if is_more { is_in } else { line.to_lowercase().starts_with(&format!("{name}:")) };
            !is_in
        };
        lines.clone().filter(keep).collect::<Vec<_>>().join("\n")
    };
    let head = match how {
        "through a second alias" => {
            format!("Delivered-To: smki@sec.test\nReceived: from alias.sec.test by mx.sec.test\n{head}")
        }
        "sent again" => format!("{}\nMessage-ID: <{n}.again@scenario.test>", without("message-id")),
        "vouched for by nobody" => without("authentication-results"),
        "its authentication failed" => head.replace("=pass", "=fail"),
        "by a program" => format!("Auto-Submitted: auto-generated\n{head}"),
        "through a list" => format!("List-Id: <notices.example>\nPrecedence: list\n{head}"),
        // A bounce that is none yet: its server still tries.
        "delayed" => head.to_owned(),
        _ => {
            return Err(format!("found {how:?}, expected how a mail came, as `changed` in mail.rs knows it"));
        }
    };
    let delayed = body.replace("Action: failed\nStatus: 5.1.1", "Action: delayed\nStatus: 4.4.1");
    Ok(format!("{head}\n\n{}", if how == "delayed" { &delayed } else { body }))
}
