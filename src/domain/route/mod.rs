//! Which subjects a mail speaks to. In: a reading and what was looked up for it; out: a signal for each subject, or
//! why a person must look, or why nobody need. Pure: the engine brings along what must be known.

mod bounced;
mod decided;
mod invited;
mod of_no_case;
mod sent;

use chrono::{DateTime, Utc};

use super::case::answer::{Answer, AnswerTo, answer_to_user, named_user};
use super::case::{Case, Channel, Mail, Notified, Reference, Same, Signal, Spoke, Who};
use super::directory::{Standing, User};
use super::folder::FolderRole;
use super::id::{Address, InboxId, Key, LetterId, SubjectId};
use super::message::{SignKind, Verdict};
use super::notification::{Fields, Kind, Notification, Reading};
use super::workday::london_date;
use super::world::World;

use bounced::bounced;
pub use bounced::returned_ids;
use decided::decided;
use invited::invited;
use of_no_case::{answers_desk, for_a_person};
use sent::sent;

/// One mail, read.
#[derive(Debug, Clone)]
pub struct ReadMail {
    pub inbox: InboxId,
    pub received_at: DateTime<Utc>,
    /// What the folder is for in which it lies.
    pub role: FolderRole,
    /// Lower-case hex of the raw bytes' SHA-256.
    pub sha256: String,
    pub reading: Reading,
    /// It may have been answered from a record that is lost ([`PERHAPS_ANSWERED`]).
    pub perhaps_answered: bool,
    /// It was read before, and a better reader reads it otherwise.
    pub is_read_again: bool,
}

impl ReadMail {
    /// By which copies of a mail are known. What we sent ourselves and the same as it came back are two mails.
    #[must_use]
    pub fn content_key(&self) -> String {
        let key = &self.reading.content_key;
        if self.role == FolderRole::Sent { format!("sent {key}") } else { key.clone() }
    }
}

/// Why the letters for a mail in a junk folder wait for a person.
pub const IN_JUNK: &str = "it lies in a junk folder: a person looks first";

/// Why the letters for a mail wait for a person after a restore.
pub const PERHAPS_ANSWERED: &str =
    "this mail may have been answered before the record was restored from a backup";

/// Why the letters for a mail wait for a person that was read again.
pub const READ_AGAIN: &str = "the mail is an old one that was read again: a person looks first";

/// Why a person looks at a mail from which the SSC is not to be informed.
pub const OBJECTED: &str =
    "the User would rather the SSC were not informed: nothing goes there before you decide";

/// What was looked up for a mail.
pub trait Lookup {
    /// An earlier mail with the same content key.
    fn earlier_copy(&self, content_key: &str) -> Option<(InboxId, Vec<SubjectId>)>;
    /// The cases of a User.
    fn cases_of(&self, user: &Key) -> Vec<&Case>;
    fn case(&self, subject: &SubjectId) -> Option<&Case>;
    /// The case whose thread a Message-ID belongs to.
    fn thread(&self, message_id: &str) -> Option<SubjectId>;
    /// The delivery that a genuine bounce tag names.
    fn bounced(&self, tag: &str) -> Option<(SubjectId, LetterId, Address)>;
    /// The case that a genuine reply tag names.
    fn replied(&self, tag: &str) -> Option<SubjectId>;
    /// The request that a genuine token of a decision names, and to whom it went.
    fn decided(&self, token: &str) -> Option<(SubjectId, LetterId, Address)>;
    /// The case whose invitation a genuine token of an ORGANIZER names, and to whom it went.
    fn invited(&self, tag: &str) -> Option<(SubjectId, Address)>;
    /// The letter of ours that has this Message-ID, and to whom it went.
    fn letter(&self, message_id: &str) -> Option<(SubjectId, LetterId, Vec<Address>)>;
}

/// Where a mail goes.
#[derive(Debug)]
pub enum Route {
    Duplicate {
        of: InboxId,
        subjects: Vec<SubjectId>,
    },
    /// Nobody need look.
    NotOurs {
        reason: String,
    },
    /// A person must look.
    Triage {
        reason: String,
        /// The annual review whose letter it answers.
        review: Option<SubjectId>,
    },
    /// It moves subjects; with `triage`, a person looks as well.
    Signals {
        signals: Vec<(Target, Signal)>,
        triage: Option<String>,
        reason: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    NewCase,
    Case(SubjectId),
}

/// A User that the directory does not know is kept apart by the name that it gave itself.
#[must_use]
pub fn user_key(user: Option<&User>, name: Option<&str>) -> Option<Key> {
    let unknown = || Some(Key(format!("?{}", super::directory::normal_name(name?))));
    user.map(|user| user.key.clone()).or_else(unknown)
}

#[must_use]
pub fn route(mail: &ReadMail, lookup: &impl Lookup, world: &World) -> Route {
    let mut route = judged(mail, lookup, world);
    let is_junk = mail.role == FolderRole::Junk;
    let held =
        [(mail.perhaps_answered, PERHAPS_ANSWERED), (is_junk, IN_JUNK), (mail.is_read_again, READ_AGAIN)];
    for because in held.into_iter().filter_map(|(is_held, because)| is_held.then_some(because)) {
        hold(&mut route, because);
    }
    match route {
        Route::NotOurs { reason } if is_junk => {
            Route::NotOurs { reason: format!("in a junk folder: {reason}") }
        }
        // A filter's word against a stranger's counts, against somebody's whom we know it does not.
        Route::Triage { reason, .. }
            if is_junk && mail.reading.kind != Kind::Bounce && is_stranger(mail, world) =>
        {
            Route::NotOurs { reason: format!("in a junk folder, from nobody in the directory: {reason}") }
        }
        route => route,
    }
}

fn hold(route: &mut Route, because: &str) {
    let Route::Signals { signals, .. } = route else { return };
    for (_, signal) in signals {
        if let Signal::Notified(notified) = signal {
            notified.answer.hold(because);
        }
    }
}

fn is_stranger(mail: &ReadMail, world: &World) -> bool {
    evidence(mail, world).standing == Standing::Unknown
}

fn judged(mail: &ReadMail, lookup: &impl Lookup, world: &World) -> Route {
    let reading = &mail.reading;
    if let Some((of, subjects)) = lookup.earlier_copy(&mail.content_key())
        && of != mail.inbox
    {
        return Route::Duplicate { of, subjects };
    }
    if mail.role == FolderRole::Sent {
        return sent(mail, lookup, world);
    }
    if let Some(sign) = reading.signs.iter().find(|sign| sign.kind == SignKind::Own) {
        return Route::NotOurs { reason: format!("our own mail, come back ({})", sign.because) };
    }
    let because = reading.reasons.join("; ");
    match reading.kind {
        Kind::Notification => notified(mail, lookup, world),
        Kind::FollowUp => followed_up(mail, lookup, world),
        Kind::Bounce => bounced(mail, lookup, world),
        Kind::Decision => decided(mail, lookup, world),
        Kind::CalendarReply => invited(mail, lookup, world),
        Kind::Uncertain => match thread(mail, lookup, world) {
            Some(case) => spoke(mail, case, world, true, because),
            None => for_a_person(mail, lookup, because),
        },
        Kind::AutoReply | Kind::NotANotification => match thread(mail, lookup, world) {
            Some(case) => {
                let is_person = reading.kind == Kind::NotANotification && reading.signs.is_empty();
                spoke(mail, case, world, is_person, because)
            }
            None => Route::NotOurs { reason: because },
        },
    }
}

fn evidence(mail: &ReadMail, world: &World) -> Mail {
    let on = london_date(mail.received_at);
    let standing = mail.reading.sender.address.as_ref();
    Mail {
        inbox: mail.inbox,
        received_at: mail.received_at,
        sha256: mail.sha256.clone(),
        message_id: mail.reading.message_id.clone(),
        sender: mail.reading.sender.clone(),
        standing: standing.map_or(Standing::Unknown, |address| world.directory.standing(address, on)),
    }
}

/// The case whose conversation this mail is part of: by thread, by our own tag, then by the reference in the subject
/// if the sender is of the same organisation (FIELD.md 19) or one of us.
fn thread<'a>(mail: &ReadMail, lookup: &'a impl Lookup, world: &World) -> Option<&'a Case> {
    let reading = &mail.reading;
    let is_theirs = |case: &Case| {
        let Some(sender) = &reading.sender.address else { return false };
        let first = case.mails.first().and_then(|first| first.sender.address.as_ref());
        let user = case.user.as_ref().and_then(|user| world.directory.user(user));
        first.is_some_and(|first| first.domain() == sender.domain())
            || user.is_some_and(|user| {
                world.directory.registered_to(sender, user, london_date(mail.received_at))
            })
    };
    let by_thread = || reading.thread.iter().rev().find_map(|id| lookup.thread(id));
    let by_tag = || {
        let invited = |tag| lookup.invited(tag).map(|(subject, _)| subject);
        reading.tags.iter().find_map(|tag| lookup.replied(tag).or_else(|| invited(tag)))
    };
    let by_reference = || {
        let subjects =
            reading.references.iter().filter_map(|text| Reference::parse(text)).map(Reference::subject);
        let mut known = subjects.filter(|subject| {
            lookup.case(subject).is_some_and(|case| mail.role == FolderRole::Sent || is_theirs(case))
        });
        known.next()
    };
    let subject = by_thread().or_else(by_tag).or_else(by_reference)?;
    lookup.case(&subject)
}

fn notified(mail: &ReadMail, lookup: &impl Lookup, world: &World) -> Route {
    let in_thread = thread(mail, lookup, world);
    let signals: Vec<_> = mail
        .reading
        .notifications
        .iter()
        .map(|notification| one_notification(mail, notification, in_thread, lookup, world))
        .collect();
    let reason = mail.reading.reasons.join("; ");
    let needs_person = signals.iter().find_map(|(target, signal)| match (target, signal) {
        (_, Signal::Notified(notified))
            if notified.notification.fields.confidentiality_objection.is_some() =>
        {
            Some(OBJECTED.into())
        }
        (Target::Case(case), Signal::Notified(notified)) if !notified.answer.is_own_word => {
            Some(format!("it speaks of {} and is not certainly the User's own word", case.0))
        }
        _ => None,
    });
    Route::Signals { signals, triage: needs_person, reason }
}

fn one_notification(
    mail: &ReadMail,
    notification: &Notification,
    in_thread: Option<&Case>,
    lookup: &impl Lookup,
    world: &World,
) -> (Target, Signal) {
    let on = london_date(mail.received_at);
    let (user, because) = named_user(&notification.fields, &world.directory, on);
    let name = notification.fields.user_party_name.as_ref().map(|field| field.value.as_str());
    let key = user_key(user, name);
    let cases = key.as_ref().map(|key| lookup.cases_of(key)).unwrap_or_default();
    let against = |case: &Case| case.against(&notification.fields);
    let same = cases.iter().find(|case| against(case) == Same::Yes);
    let possibly = cases.iter().filter(|case| against(case) == Same::Possibly).map(|case| case.reference);
    let target = same.map_or(Target::NewCase, |case| Target::Case(case.reference.subject()));
    let mut answer = answer_to_user(&mail.reading.sender, &mail.reading.signs, user, &world.directory, on);
    if !answer.at_once {
        answer.reasons.extend(world.mistakable(&mail.reading.sender, on));
    }
    let signal = Notified {
        channel: Channel::Email,
        received_at: mail.received_at,
        mail: Some(evidence(mail, world)),
        user: user.map(|user| user.key.clone()),
        user_because: because,
        notification: notification.clone(),
        classification: mail.reading.classification,
        attachments: mail.reading.attachments.clone(),
        answer,
        possibly_same_as: possibly.collect(),
        related_to: in_thread.map(|case| case.reference),
    };
    (target, Signal::Notified(Box::new(signal)))
}

/// A reply in our thread: fields from the User's own verified word fill the gaps, anything else a person answers.
fn followed_up(mail: &ReadMail, lookup: &impl Lookup, world: &World) -> Route {
    let Some(case) = thread(mail, lookup, world) else {
        let reason = if answers_desk(mail, lookup) {
            "it answers a letter about more than one case"
        } else {
            "it answers something, and no case could be found that it speaks to"
        };
        return for_a_person(mail, lookup, reason.into());
    };
    if case.stage.is_over() {
        let (reference, stage) = (case.reference, case.stage.title().to_lowercase());
        let why =
            format!("it speaks to {reference}, which is {stage}: a person looks whether it is reopened");
        return spoke(mail, case, world, true, why);
    }
    let because = mail.reading.reasons.join("; ");
    let on = london_date(mail.received_at);
    let user = case.user.as_ref().and_then(|key| world.directory.user(key));
    let answer = answer_to_user(&mail.reading.sender, &mail.reading.signs, user, &world.directory, on);
    let [notification] = mail.reading.notifications.as_slice() else {
        return spoke(mail, case, world, true, because);
    };
    let is_verified = mail.reading.sender.vouch.verdict == Verdict::Verified && answer.to != AnswerTo::Nobody;
    if !(is_verified && answer.is_own_word) {
        let why =
            "a reply with fields from somebody who is not certainly the User: a person looks".to_string();
        return spoke(mail, case, world, true, why);
    }
    let signal = Notified {
        channel: Channel::Email,
        received_at: mail.received_at,
        mail: Some(evidence(mail, world)),
        user: case.user.clone(),
        user_because: case.user_because.clone(),
        notification: notification.clone(),
        classification: mail.reading.classification,
        attachments: mail.reading.attachments.clone(),
        answer,
        possibly_same_as: Vec::new(),
        related_to: None,
    };
    let objection =
        |fields: &Fields| fields.confidentiality_objection.as_ref().map(|field| field.value.clone());
    let objects = objection(&notification.fields);
    let is_new = objects.is_some() && objects != objection(&case.notification.fields);
    let target = Target::Case(case.reference.subject());
    Route::Signals {
        signals: vec![(target, Signal::Notified(Box::new(signal)))],
        triage: is_new.then(|| OBJECTED.into()),
        reason: because,
    }
}

fn spoke(mail: &ReadMail, case: &Case, world: &World, needs_person: bool, why: String) -> Route {
    let answering = match (mail.role, needs_person) {
        (FolderRole::Sent, _) => Some(Who::Colleague),
        (_, needs_person) => needs_person.then_some(Who::Person),
    };
    let spoke = Spoke { mail: evidence(mail, world), why: why.clone(), answering };
    Route::Signals {
        signals: vec![(Target::Case(case.reference.subject()), Signal::Spoke(Box::new(spoke)))],
        triage: needs_person.then(|| why.clone()),
        reason: why,
    }
}

/// The signal of a case that a person opens for what did not come by mail.
#[must_use]
pub fn entered_by_person(
    channel: Channel,
    received_at: DateTime<Utc>,
    mail: Option<Mail>,
    notification: Notification,
    reading: Option<&Reading>,
    world: &World,
) -> Notified {
    let on = london_date(received_at);
    let (user, user_because) = named_user(&notification.fields, &world.directory, on);
    Notified {
        channel,
        received_at,
        mail,
        user: user.map(|user| user.key.clone()),
        user_because,
        classification: reading.map_or(world.policy.classification_floor, |reading| reading.classification),
        attachments: reading.map(|reading| reading.attachments.clone()).unwrap_or_default(),
        answer: Answer::entered_by_person(user),
        notification,
        possibly_same_as: Vec::new(),
        related_to: None,
    }
}
