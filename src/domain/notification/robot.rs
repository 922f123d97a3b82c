//! Mail that no person wrote: receipts, complaints, absence notices. In: a message; out: which it is, in words for a
//! person. Invariant: a deputy that it names is shown and never written to.

use super::Kind;
use crate::domain::id::Address;
use crate::domain::message::{Message, Sign};

/// Other people whom an absence notice names and a person is shown.
const DEPUTIES: usize = 3;

/// What the subject of an automatic reply begins with; of every other mail an answer is awaited.
const SUBJECTS: [&str; 35] = [
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "automatic response",
    "auto response",
    "autoresponse",
    "out of office",
    "out-of-office",
    "out of the office",
    "[out of office",
    "ooo:",
    "ateb awtomatig",
    "allan o'r swyddfa",
    "abwesenheitsnotiz",
    "automatische antwort",
    "r\u{e9}ponse automatique",
    "message d'absence",
    "absence du bureau",
    "automatisch antwoord",
    "respuesta autom\u{e1}tica",
    "risposta automatica",
    "resposta autom\u{e1}tica",
    "autosvar",
    "automatisk svar",
    "automatyczna odpowied\u{17a}",
    "freagra uathoibr\u{ed}och",
    "please confirm your message",
    "read: ",
    "not read: ",
    "gelesen: ",
    "ungelesen: ",
    "lu : ",
    "non lu : ",
    "return receipt",
];

/// What a `multipart/report` is that reports on no delivery.
pub(super) fn report(sign: &Sign) -> String {
    let because = &sign.because;
    if because.contains("disposition-notification") {
        return format!(
            "it is a receipt: a program says what became of a letter at its reader's ({because})"
        );
    }
    if because.contains("feedback-report") {
        return format!("it is a complaint about a mail that a provider passes on ({because})");
    }
    format!("it is a receipt or a report by a program ({because})")
}

pub(super) fn automatic_subject(subject: &str) -> Option<String> {
    let lower = subject.trim().to_lowercase().replace('\u{2019}', "'").replace('\u{a0}', " ");
    // Notes: `AUTO: Ann Field is out of the office (returning 09/11/2026)`.
    let is_of_notes = lower.starts_with("auto:") && lower.contains("out of the office");
    let is_one = is_of_notes || SUBJECTS.iter().any(|words| lower.starts_with(words));
    is_one.then(|| subject.chars().take(80).collect())
}

/// Whom an absence notice names beside its author.
pub(super) fn deputies(message: &Message, own: &str) -> Option<String> {
    let known = |address: &Address| {
        let others = message.from.iter().chain(&message.sender).chain(&message.reply_to);
        others.chain(&message.to).chain(&message.cc).any(|named| named.address.same(address))
    };
    let words = own.split(|c: char| c.is_whitespace() || "<>()[],;:\"'|".contains(c));
    let mut found: Vec<Address> = Vec::new();
    for word in words.filter(|word| word.contains('@')) {
        let Ok(address) = Address::parse(word.trim_matches(['.', '!', '?'])) else { continue };
        if found.len() < DEPUTIES && !known(&address) && !found.iter().any(|other| other.same(&address)) {
            found.push(address);
        }
    }
    let named = found.iter().map(Address::as_str).collect::<Vec<_>>().join(", ");
    (!found.is_empty()).then(|| format!("it names {named}, to whom nothing is sent"))
}

/// What Outlook says in a `winmail.dat` that its mail is, where that is no ordinary one (MS-OXOCAL 2.2, MS-OXOMSG 2.2.3,
/// and how Microsoft Mail said it).
pub(super) fn outlook_class(message: &Message) -> Option<(Kind, String)> {
    let class = message.outlook_class.as_deref()?;
    let lower = class.to_lowercase();
    let ends = |end: &str| lower.ends_with(end);
    let is_answer = lower.contains("schedule.meeting.resp") || lower.contains("mtgresp");
    if is_answer {
        let said = match () {
            () if ends(".pos") || ends("respp") => "accepts",
            () if ends(".neg") || ends("respn") => "declines",
            () if ends(".tent") || ends("respa") => "tentatively accepts",
            () => "answers",
        };
        let subject: String = message.subject.chars().take(120).collect();
        let why = format!(
            "Outlook {said} a meeting in a winmail.dat, which holds no calendar ({class}; subject {subject:?})"
        );
        return Some((Kind::CalendarReply, why));
    }
    if lower.starts_with("report.") && ends(".ndr") || ends("non-delivery") {
        return Some((Kind::Bounce, format!("Outlook calls it a letter that came back ({class})")));
    }
    let is_receipt = lower.starts_with("report.") || ends("read receipt");
    let is_absence = lower.contains("rules.ooftemplate") || lower.contains("rules.replytemplate");
    let why = match (is_receipt, is_absence) {
        (true, _) => format!("it is a receipt of Outlook's ({class})"),
        (_, true) => format!("Outlook calls it an automatic reply ({class})"),
        _ => return None,
    };
    Some((Kind::AutoReply, why))
}
