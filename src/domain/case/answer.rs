//! Whom we answer (DOMAIN.md 4): the table there and nothing else. In: a reading and the directory; out: who gets a
//! letter, whether it leaves at once, and why. Invariant: never an address that is merely claimed.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::directory::{Directory, Standing, User, UserMatch};
use crate::domain::id::Address;
use crate::domain::message::{Sender, Sign, SignKind, Verdict};
use crate::domain::notification::{Fields, Kind, Reading};

/// What the table says of one mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// A letter leaves at once; otherwise, if at all, after a person released it.
    #[serde(rename = "answer")]
    pub at_once: bool,
    #[serde(rename = "answer_to")]
    pub to: AnswerTo,
    #[serde(rename = "answer_reasons")]
    pub reasons: Vec<String>,
    /// The reader is asked to confirm that the notification is its own.
    #[serde(skip)]
    pub confirm: bool,
    /// The sender writes for the User: its mail may change what is stated.
    #[serde(skip)]
    pub is_own_word: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerTo {
    Sender,
    RegisteredContact,
    Nobody,
}

impl Answer {
    /// Its letter waits for a person's release.
    pub fn hold(&mut self, because: &str) {
        self.at_once = false;
        self.reasons.push(because.into());
    }

    fn nobody(reason: impl Into<String>) -> Self {
        Self {
            at_once: false,
            to: AnswerTo::Nobody,
            reasons: vec![reason.into()],
            confirm: false,
            is_own_word: false,
        }
    }

    /// For what a person of SECAS entered: the registered contact, at once, asked to confirm.
    #[must_use]
    pub fn entered_by_person(user: Option<&User>) -> Self {
        match user {
            Some(_) => Self {
                at_once: true,
                to: AnswerTo::RegisteredContact,
                reasons: vec![
                    "the notice did not come by mail: the registered contact is asked to confirm".into(),
                ],
                confirm: true,
                is_own_word: true,
            },
            None => Self::nobody("the User is not in the directory: a person names whom to write to"),
        }
    }
}

/// The answer to a mail as a whole: to its first notification, for they share their sender. `on` is the day of
/// receipt in Europe/London.
#[must_use]
pub fn answer(reading: &Reading, directory: &Directory, on: NaiveDate) -> Answer {
    match reading.kind {
        Kind::Notification => {
            let Some(first) = reading.notifications.first() else {
                return Answer::nobody("it states nothing");
            };
            let (user, because) = named_user(&first.fields, directory, on);
            let mut answer = answer_to_user(&reading.sender, &reading.signs, user, directory, on);
            answer.reasons.push(because);
            answer
        }
        Kind::FollowUp if !reading.notifications.is_empty() => {
            let stands = reading.sender.address.as_ref().map(|address| directory.standing_of(address, on));
            let user = stands.and_then(|stands| stands.users.first().copied());
            answer_to_user(&reading.sender, &reading.signs, user, directory, on)
        }
        Kind::FollowUp => Answer::nobody("a reply that states no field: a person reads it"),
        Kind::Uncertain => {
            Answer::nobody("it is not certain that this is a notification: a person looks first")
        }
        Kind::Decision => Answer::nobody("a decision is entered by a person"),
        Kind::NotANotification | Kind::AutoReply | Kind::Bounce | Kind::CalendarReply => {
            Answer::nobody("it is no notification")
        }
    }
}

/// The User that a notification names, and how we know or why not.
#[must_use]
pub fn named_user<'a>(
    fields: &Fields,
    directory: &'a Directory,
    on: NaiveDate,
) -> (Option<&'a User>, String) {
    let name = fields.user_party_name.as_ref().map(|field| field.value.as_str());
    let party_id = fields.party_id.as_ref().map(|field| field.value.as_str());
    let ids = fields.user_ids.as_ref().map(|field| field.value.as_slice()).unwrap_or_default();
    match directory.match_user(name, party_id, ids, on) {
        UserMatch::Found(user, because) => (Some(user), because),
        UserMatch::Conflict(because) => (None, because),
        UserMatch::None => (None, "no User of the directory has this name, Party ID or User ID".into()),
    }
}

/// The table of DOMAIN.md 4, row by row.
#[must_use]
pub fn answer_to_user(
    sender: &Sender,
    signs: &[Sign],
    user: Option<&User>,
    directory: &Directory,
    on: NaiveDate,
) -> Answer {
    if let Some(sign) = signs.iter().find(|sign| sign.kind == SignKind::Own) {
        return Answer::nobody(format!("it is our own mail, come back ({})", sign.because));
    }
    let Some(user) = user else {
        return Answer::nobody("the User that it names is not certain: a person names whom to write to");
    };
    let Some(address) = &sender.address else {
        return after_triage("it has no single sender", user);
    };
    let stands = directory.standing_of(address, on);
    if !directory.registered_to(address, user, on) {
        return match stands.standing {
            Standing::SrpOnBehalf | Standing::Consultant => {
                after_triage("its sender's domain is registered to a provider or consultant", user)
            }
            Standing::User => after_triage("its sender's domain is registered to another User", user),
            Standing::SscMember | Standing::Unknown => {
                Answer::nobody("its sender's domain is registered to nobody: a person names whom to write to")
            }
        };
    }
    let theirs = format!("its sender's domain is registered to {}", user.name);
    match sender.vouch.verdict {
        Verdict::Verified => at_once_to_own(address, signs, user, theirs),
        Verdict::Unverified => Answer {
            at_once: true,
            to: AnswerTo::RegisteredContact,
            reasons: vec![
                theirs,
                "nobody vouches for the sender: the registered contact is asked to confirm".into(),
            ],
            confirm: true,
            is_own_word: false,
        },
        Verdict::Failed => {
            let mut answer = after_triage("the sender's authentication failed", user);
            answer.reasons.insert(0, theirs);
            answer
        }
    }
}

fn at_once_to_own(address: &Address, signs: &[Sign], user: &User, theirs: String) -> Answer {
    let robot = signs.iter().find(|sign| matches!(sign.kind, SignKind::Automatic | SignKind::Bulk));
    let (to, reason) = match robot {
        Some(sign) => (
            AnswerTo::RegisteredContact,
            format!("it was sent by a program or a list ({}): not answered there", sign.because),
        ),
        None if user.contact.email.same(address) => {
            (AnswerTo::Sender, "verified: the registered contact".to_string())
        }
        None => (AnswerTo::Sender, "verified: to the sender, the registered contact in copy".to_string()),
    };
    Answer { at_once: true, to, reasons: vec![theirs, reason], confirm: false, is_own_word: true }
}

fn after_triage(reason: &str, user: &User) -> Answer {
    Answer {
        at_once: false,
        to: AnswerTo::RegisteredContact,
        reasons: vec![
            reason.to_string(),
            format!("after a person looked, the registered contact of {} is asked to confirm", user.name),
        ],
        confirm: true,
        is_own_word: false,
    }
}
