//! What a mail is: a notification, none, or for a person to say. In: a [`Message`] and who vouches for its sender;
//! out: a [`Reading`]. Invariant: the kind depends on the mail alone, and what is uncertain is said to be so.

use data_encoding::HEXLOWER;

use super::decision::decision;
use super::labels::split_label;
use super::prose::prose;
use super::subject_matter::{Matter, is_other, is_provisional, matter, names_a_form, speaks_of_users};
use super::thread::{answers_us, references};
use super::together::complete;
use super::values::text::plain_words;
use super::{
    ArchitectureProvided, FieldName, Fields, Kind, Notification, Reading, Source, notifications, own_text,
    robot,
};
use crate::domain::id::{Address, Named};
use crate::domain::message::{
    Attachment, Message, Problem, Sender, SignKind, TextPart, Vouch, is_banner, is_forward_subject,
    marked_by_label,
};
use crate::domain::policy::Policy;

/// Required fields beside the party name that make a mail a notification (INTEROP.md 2.3).
const N_REQUIRED: usize = 3;
/// Fields from which on a mail that is none may be one that went wrong.
const N_SUSPECT: usize = 2;
/// Addresses that a mail names for answers and that are kept.
const REPLY_TO: usize = 5;
/// Words below which a mail has nothing to say but its attachment.
const N_SHORT: usize = 40;

/// Bytes of text in which words about the matter are looked for.
const MAX_TEXT: usize = 64 * 1024;

/// Reads what a mail says.
#[must_use]
pub fn read_notification(message: &Message, vouch: Vouch, policy: &Policy) -> Reading {
    let mut found = notifications(&message.texts, &policy.user_roles);
    for notification in &mut found {
        check_attachment(notification, message);
    }
    let own = own_words(message);
    let attached = attached_words(message);
    let (kind, mut reasons) = kind(message, &found, &own, &attached);
    if kind == Kind::Uncertain && !found.iter().any(|one| answered(one).is_some()) {
        reasons.extend(add_prose(&mut found, message, &own, policy));
    }
    let keeps = matches!(kind, Kind::Notification | Kind::FollowUp | Kind::Uncertain);
    if kind == Kind::FollowUp {
        // What is missing is for the case to say.
        for notification in &mut found {
            notification.missing.clear();
        }
    }
    let author = message.author();
    let marked = message
        .marking
        .as_ref()
        .map(|(mark, _)| *mark)
        .max(marked_by_label(&own))
        .max(marked_by_label(&attached));
    Reading {
        kind,
        reasons,
        sender: Sender {
            address: author.map(|named| named.address.clone()),
            name: author.and_then(|named| named.name.clone()),
            reply_to: reply_to(message, author),
            vouch,
        },
        classification: marked
            .map_or(policy.classification_floor, |mark| mark.max(policy.classification_floor)),
        subject: message.subject.clone(),
        message_id: message.message_id.clone(),
        thread: message.thread.clone(),
        tags: message.tags.clone(),
        references: references(&message.subject),
        signs: message.signs.clone(),
        bounce: message.bounce.clone(),
        answers: if kind == Kind::CalendarReply { message.calendar_answers.clone() } else { Vec::new() },
        decision: decision(&own).filter(|_| kind == Kind::Decision),
        attachments: message.attachments.clone(),
        notifications: if keeps { found } else { Vec::new() },
        content_key: HEXLOWER.encode(&message.content_key),
        problems: message.problems.clone(),
    }
}

/// Addresses for answers that are not the author's own, a few of them.
fn reply_to(message: &Message, author: Option<&Named>) -> Vec<Address> {
    let is_own = |to: &Address| author.is_some_and(|author| author.address.same(to));
    let elsewhere = message.reply_to.iter().map(|named| &named.address).filter(|to| !is_own(to));
    elsewhere.take(REPLY_TO).cloned().collect()
}

/// "Attached", and nothing is but the form itself.
fn check_attachment(notification: &mut Notification, message: &Message) {
    let Some(field) = &notification.fields.architecture_provided else { return };
    let is_form = |attachment: &Attachment| matches!(&field.source, Source::Mail { document: Some(name), .. } if *name == attachment.name);
    if field.value == ArchitectureProvided::Attached && message.attachments.iter().all(is_form) {
        notification.problems.push(Problem {
            field: "architecture_provided".into(),
            found: "Attached, and the mail has no attachment".into(),
            expected: "the architecture as an attachment, or Via secure form or To follow".into(),
        });
    }
}

/// What the writer says, without quotation: of the plain text if there is one.
fn own_words(message: &Message) -> String {
    let of = |html: bool| {
        let texts = message.texts.iter().filter(|text| text.is_html == html && text.document.is_none());
        texts.map(|text| own_text(&text.text)).collect::<Vec<_>>().join("\n")
    };
    let plain = of(false);
    let mut own = if plain.trim().is_empty() { of(true) } else { plain };
    own.truncate(own.floor_char_boundary(MAX_TEXT));
    own
}

/// What the attached documents say.
fn attached_words(message: &Message) -> String {
    let texts = message.texts.iter().filter(|text| text.document.is_some());
    let mut words = texts.map(|text| own_text(&text.text)).collect::<Vec<_>>().join("\n");
    words.truncate(words.floor_char_boundary(MAX_TEXT));
    words
}

fn kind(message: &Message, found: &[Notification], own: &str, attached: &str) -> (Kind, Vec<String>) {
    let one = |kind, reason: String| (kind, vec![reason]);
    let sign = |kind| message.signs.iter().find(|sign| sign.kind == kind);
    if message.bounce.is_some() {
        return one(Kind::Bounce, "it reports on the delivery of a letter".into());
    }
    let report = message.signs.iter().find(|sign| sign.because.contains("multipart/report"));
    if let Some(report) = report {
        return one(Kind::AutoReply, robot::report(report));
    }
    if let Some(method @ ("REPLY" | "COUNTER" | "REFRESH" | "DECLINECOUNTER")) =
        message.calendar_method.as_deref()
    {
        return one(Kind::CalendarReply, format!("it carries a calendar's answer ({method})"));
    }
    if let Some(own) = sign(SignKind::Own) {
        return one(Kind::NotANotification, format!("it is our own mail, come back: {}", own.because));
    }
    if let Some(n) = found.iter().filter_map(answered).max() {
        let mut reasons =
            vec![format!("its own lines name the User and answer {n} more of the required fields")];
        if is_provisional(&message.subject, own) || is_provisional("", attached) {
            reasons.push("but its words call that a draft, an example or withdrawn".into());
            return (Kind::Uncertain, reasons);
        }
        if let Some(claimed) = claimed(found) {
            reasons.push(claimed);
            return (Kind::Uncertain, reasons);
        }
        if found.len() > 1 {
            reasons.push(format!("it notifies {} systems", found.len()));
        }
        return (Kind::Notification, reasons);
    }
    if let Some((kind, reason)) = robot::outlook_class(message) {
        return one(kind, reason);
    }
    let automatic = |reason: String| {
        let deputies = robot::deputies(message, own);
        (Kind::AutoReply, std::iter::once(reason).chain(deputies).collect())
    };
    if let Some(sign) = sign(SignKind::Automatic) {
        return automatic(format!("a program wrote it ({})", sign.because));
    }
    let subject = robot::automatic_subject(&message.subject).filter(|_| stated(found) < N_SUSPECT);
    if let Some(subject) = subject {
        return automatic(format!("its subject is that of an automatic reply ({subject})"));
    }
    if let Some(sign) = sign(SignKind::Bulk) {
        return if stated(found) > N_SUSPECT {
            one(
                Kind::Uncertain,
                format!("it came in bulk ({}), and yet {} fields were read", sign.because, stated(found)),
            )
        } else {
            one(Kind::NotANotification, format!("it came through a list or in bulk ({})", sign.because))
        };
    }
    human(message, found, own, attached)
}

/// Why it is for a person, where a mail within says what is read.
fn claimed(found: &[Notification]) -> Option<String> {
    let sender = found.iter().find_map(|one| one.claimed_sender.as_ref())?;
    Some(format!(
        "but a mail within it says so, which names {sender} as its sender, and nobody vouches for that"
    ))
}

/// Adds what the sentences of a notice state to what its labels do; how many fields that gave, in words.
fn add_prose(found: &mut Vec<Notification>, message: &Message, own: &str, policy: &Policy) -> Option<String> {
    let words = if own.trim().is_empty() { attached_words(message) } else { own.to_owned() };
    if matter(&message.subject, &words) != Matter::Notice
        || is_provisional(&message.subject, own)
        || found.len() > 1
    {
        return None;
    }
    let prose = prose(&message.texts, &policy.user_roles)?;
    let n = prose.fields.n_stated();
    *found = vec![found.pop().map_or_else(|| prose.clone(), |labelled| complete(&labelled, &prose))];
    Some(format!("its sentences state {n} of the fields; a person has to confirm them"))
}

/// How many required fields it answers beside the name, where that makes it a notification.
fn answered(notification: &Notification) -> Option<usize> {
    let fields = &notification.fields;
    let beside = fields.n_required_answered().saturating_sub(1);
    (fields.user_party_name.is_some() && beside >= N_REQUIRED).then_some(beside)
}

fn stated(found: &[Notification]) -> usize {
    found.iter().map(|notification| notification.fields.n_stated()).max().unwrap_or(0)
}

/// How many fields are stated that hardly any other mail states.
pub(super) fn n_telling(fields: &Fields) -> usize {
    FieldName::ALL.into_iter().filter(|field| fields.has(*field) && is_telling(*field)).count()
}

fn is_telling(field: FieldName) -> bool {
    use FieldName as F;
    ![
        F::UserPartyName,
        F::PartyId,
        F::Contact,
        F::SystemLabel,
        F::IntendedStart,
        F::ActualStart,
        F::Purpose,
        F::ConfidentialityObjection,
    ]
    .contains(&field)
}

/// How many fields the problems are about.
fn n_fields(problems: &[Problem]) -> usize {
    let mut fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
    fields.sort_unstable();
    fields.dedup();
    fields.len()
}

fn human(message: &Message, found: &[Notification], own: &str, attached: &str) -> (Kind, Vec<String>) {
    if decision(own).is_some() {
        return (
            Kind::Decision,
            vec!["it states a decision of the SSC in the form that was asked for".into()],
        );
    }
    if let Some(reason) = answers_us(message) {
        let n = stated(found);
        let says = if n > 0 {
            format!("its own lines answer {n} {}", if n == 1 { "field" } else { "fields" })
        } else {
            "it answers no field by its label".into()
        };
        let claimed = claimed(found);
        let kind = if claimed.is_some() { Kind::Uncertain } else { Kind::FollowUp };
        return (kind, [reason, says].into_iter().chain(claimed).collect());
    }
    let mut doubts = Vec::new();
    let mut matter = matter(&message.subject, own);
    // What is attached to a mail about something else is about that, too.
    let is_other_matter = is_other(&message.subject, own);
    if matter == Matter::Other && !is_other_matter && !attached.is_empty() {
        matter = super::subject_matter::matter("", attached);
    }
    let n = stated(found);
    let n_tried = found.iter().map(|one| one.fields.n_stated() + n_fields(&one.problems)).max().unwrap_or(0);
    // Every order and ticket names a company, a contact and a status; a notice says more.
    let n_telling = found.iter().map(|one| n_telling(&one.fields)).max().unwrap_or(0);
    let is_topic = matter == Matter::Topic || is_other_matter;
    let of_trade = !is_topic && (matter != Matter::Other || speaks_of_users(own));
    let least = if of_trade { 0 } else { 1 + usize::from(is_topic) };
    if n_telling >= least && (n >= N_SUSPECT || n_tried > N_SUSPECT) {
        doubts.push(format!("{n} fields were read, too few to be sure that it is a notification"));
    } else if n_labels(own, of_trade).max(n_labels(attached, of_trade)) > N_REQUIRED {
        doubts.push("it carries the form, and hardly a field is answered".into());
    }
    match matter {
        Matter::Notice => doubts.push("it reads like a notice in prose".into()),
        Matter::Mentioned => doubts.push("it mentions a second User System".into()),
        Matter::Topic | Matter::Other => {}
    }
    let concerns = matter != Matter::Other;
    doubts.extend(unreadable(message, own, concerns));
    if doubts.is_empty() {
        let reason = match matter {
            Matter::Topic => "it speaks about second User Systems as a topic, and notifies none",
            _ => "it says nothing about a second User System",
        };
        return (Kind::NotANotification, vec![reason.into()]);
    }
    (Kind::Uncertain, doubts)
}

/// What could hold a notification that was not read: attachments, forwarded mail, sealed mail.
fn unreadable(message: &Message, own: &str, concerns: bool) -> Vec<String> {
    let mut doubts = Vec::new();
    let other = is_other(&message.subject, own);
    let short = plain_words(own).len() < N_SHORT;
    for attachment in message.attachments.iter().filter(|attachment| !attachment.is_read) {
        if is_sealed(attachment) && plain_words(own).is_empty() {
            doubts.push(format!(
                "its text is signed or encrypted in a way that is not read ({})",
                attachment.name
            ));
        } else if is_document(attachment) && !other && (concerns || short || names_a_form(&attachment.name)) {
            doubts.push(format!("its attachment may hold a notification ({})", attachment.name));
        }
    }
    let carries_banner = |text: &TextPart| text.document.is_none() && text.text.lines().any(is_banner);
    let forwarded = is_forward_subject(&message.subject)
        || message.texts.iter().any(carries_banner)
        || message.attachments.iter().any(|attachment| attachment.media_type == "message/rfc822");
    let mut all = message.texts.iter().map(|text| text.text.as_str()).collect::<Vec<_>>().join("\n");
    all.truncate(all.floor_char_boundary(MAX_TEXT));
    let speaks = matches!(matter(&message.subject, &all), Matter::Notice | Matter::Mentioned);
    if forwarded && (speaks || n_labels(&all, true) >= N_SUSPECT) {
        doubts.push("it forwards somebody else's mail that may be a notification".into());
    }
    doubts
}

/// Labels anywhere in the text, quoted or not: those of a notice alone, or any.
fn n_labels(text: &str, any: bool) -> usize {
    let lines = text.lines().map(|line| line.trim_start_matches(['>', ' ']));
    let fields = lines.filter_map(|line| split_label(line, None).map(|(named, _)| named.field));
    let mut found: Vec<_> = fields.filter(|field| any || is_telling(*field)).collect();
    found.sort_unstable();
    found.dedup();
    found.len()
}

/// S/MIME and PGP (RFC 8551, RFC 3156).
fn is_sealed(attachment: &Attachment) -> bool {
    let kind = attachment.media_type.to_lowercase();
    let name = attachment.name.to_lowercase();
    ["application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"]
        .contains(&kind.as_str())
        || [".p7m", "encrypted.asc", ".pgp", ".gpg", ".rpmsg"].iter().any(|end| name.ends_with(end))
}

fn is_document(attachment: &Attachment) -> bool {
    let kind = attachment.media_type.to_lowercase();
    let name = attachment.name.to_lowercase();
    let ends = [
        ".docx",
        ".doc",
        ".docm",
        ".xlsx",
        ".xls",
        ".xlsm",
        ".pdf",
        ".odt",
        ".ods",
        ".rtf",
        ".msg",
        ".eml",
        ".zip",
        "winmail.dat",
    ];
    ends.iter().any(|end| name.ends_with(end))
        || [
            "wordprocessingml",
            "spreadsheetml",
            "msword",
            "ms-excel",
            "application/pdf",
            "ms-tnef",
            "message/rfc822",
        ]
        .iter()
        .any(|part| kind.contains(part))
}
