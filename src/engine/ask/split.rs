//! A person parts a mail that speaks of several systems. In: the mail and what the person read in it of each; out: one
//! case for each, as one piece of work, or why not.

use std::collections::BTreeMap;

use super::{Asking, Prepared};
use crate::domain::case::{Case, Notified, Reference, Refusal, Same, same_system};
use crate::domain::directory::normal_name;
use crate::domain::id::InboxId;
use crate::domain::notification::{Fields, Notification, Reading};
use crate::engine::read::read_mail;
use crate::engine::work::Split;
use crate::engine::{Engine, Work};
use crate::store::{InboxDone, InboxRow, Outcome};

/// More systems in one mail are a list, and not notifications.
const MOST: usize = 20;

impl Engine {
    /// A field `2.system_label` is of the second system, `user_party_name` of each.
    pub(super) async fn split(
        &self,
        inbox: InboxId,
        into: Option<usize>,
        set: &BTreeMap<String, String>,
        asking: &Asking,
    ) -> anyhow::Result<Prepared> {
        let (row, standing) = match self.row_to_split(inbox).await? {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let reading = read_mail(&self.store.raw(inbox).await?, &self.world());
        let parts = match self.parts(&row, standing.as_ref(), &reading, into, set, asking) {
            Ok(parts) => parts,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let related_to = standing.as_ref().map(|case| case.reference);
        let notified = |notification| Notified { related_to, ..self.notified(&row, &reading, notification) };
        let first = usize::from(standing.is_some());
        let parts = parts.into_iter().enumerate().skip(first).map(|(at, part)| (at + 1, notified(part)));
        let why = format!("split by {}", asking.by.0);
        let done = InboxDone { subjects: row.subjects.clone(), ..InboxDone::again(&row, Outcome::Case, why) };
        let split =
            Split { inbox, cause: asking.cause(), actor: String::new(), parts: parts.collect(), done };
        Ok(Ok((Work::Split(Box::new(split)), format!("mail {} is {{case}}", inbox.0))))
    }

    /// The mail, and the case that it opened, where it did: that is the first system.
    async fn row_to_split(
        &self,
        inbox: InboxId,
    ) -> anyhow::Result<Result<(InboxRow, Option<Case>), Refusal>> {
        let row = match self.store.inbox_row(inbox).await? {
            Some(row) if matches!(row.outcome, Outcome::Case | Outcome::Triage) => row,
            _ => return Ok(self.open_row(inbox).await?.map(|row| (row, None))),
        };
        let mut opened = Vec::new();
        for found in self.store.registers(&row.subjects).await?.into_iter().filter(|row| row.kind == "case") {
            let case: Case = serde_json::from_slice(&found.body)?;
            if case.mails.first().is_some_and(|mail| mail.inbox == inbox) {
                opened.push(case);
            }
        }
        Ok(match opened.len() {
            0 => self.open_row(inbox).await?.map(|row| (row, None)),
            1 => Ok((row, opened.pop())),
            _ => {
                let names =
                    opened.iter().map(|case| case.reference.to_string()).collect::<Vec<_>>().join(", ");
                Err(Refusal::new(format!("mail {} is parted already: it opened {names}", inbox.0)))
            }
        })
    }

    fn parts(
        &self,
        row: &InboxRow,
        standing: Option<&Case>,
        reading: &Reading,
        into: Option<usize>,
        set: &BTreeMap<String, String>,
        asking: &Asking,
    ) -> Result<Vec<Notification>, Refusal> {
        let mut entered: Vec<(Option<usize>, &str, &str)> = Vec::new();
        for (name, text) in set {
            let (at, field) = match name.split_once('.') {
                Some((at, field)) => (Some(number(at, name)?), field),
                None => (None, name.as_str()),
            };
            entered.push((at, field, text));
        }
        let named = entered.iter().filter_map(|(at, ..)| *at).max().unwrap_or(0);
        let n = into.unwrap_or(0).max(named).max(reading.notifications.len());
        if !(2..=MOST).contains(&n) {
            return Err(Refusal::new(format!(
                "mail {} would be parted into {n}, expected 2 to {MOST} systems: say what is of which, as \
                 --set 1.system_label=\"...\" --set 2.system_label=\"...\", or how many they are, as --into 2",
                row.inbox.0
            )));
        }
        let mut parts: Vec<Notification> = Vec::new();
        for at in 1..=n {
            let part = match (standing.filter(|_| at == 1), reading.notifications.get(at - 1)) {
                (Some(case), _) => {
                    if entered.iter().any(|(of, ..)| *of == Some(1)) {
                        return Err(stands(case.reference));
                    }
                    parts.push(case.notification.clone());
                    continue;
                }
                (None, Some(read)) => read.clone(),
                (None, None) => reading.notifications.first().map(of_the_user).unwrap_or_default(),
            };
            let own = entered.iter().filter(|(of, ..)| of.is_none_or(|of| of == at));
            let own = own.map(|(_, field, text)| (*field, *text));
            let part = self.entered(part, own, &asking.by);
            let part = part.map_err(|refusal| Refusal::new(format!("system {at}: {}", refusal.because)))?;
            if let Some(other) = parts.iter().position(|other| is_same(&other.fields, &part.fields)) {
                return Err(Refusal::new(format!(
                    "systems {} and {at} read as the same: tell them apart, as --set {at}.system_label=\"...\"",
                    other + 1
                )));
            }
            parts.push(part);
        }
        Ok(parts)
    }
}

fn number(at: &str, name: &str) -> Result<usize, Refusal> {
    let found = at.parse().ok().filter(|at| (1..=MOST).contains(at));
    found.ok_or_else(|| {
        Refusal::new(format!(
            "found {name:?}, expected the number of a system and a field, as 2.system_label"
        ))
    })
}

fn stands(reference: Reference) -> Refusal {
    Refusal::new(format!(
        "the first system is {reference}, which stands: enter what is of the others, as --set 2.system_label=\"...\""
    ))
}

/// What a notification says of its User, and not of a system.
fn of_the_user(read: &Notification) -> Notification {
    let Fields { user_party_name, party_id, user_roles, contact, .. } = read.fields.clone();
    let fields = Fields { user_party_name, party_id, user_roles, contact, ..Fields::default() };
    Notification { fields, ..Notification::default() }
}

fn is_same(one: &Fields, other: &Fields) -> bool {
    let name = |fields: &Fields| fields.user_party_name.as_ref().map(|name| normal_name(&name.value));
    name(one) == name(other) && same_system(one, other) == Same::Yes
}
