//! A mail of a case that a better reader reads otherwise. In: what was read then and now; out: the fact, and a draft where
//! the User was told other gaps. Invariant: no letter leaves by itself, and the verdict about the sender is the old one.

use super::answer::{Answer, AnswerTo};
use super::decide::Drafting;
use super::letters::receipt;
use super::{Case, Event, LetterNote, Mail, Refusal};
use crate::domain::id::InboxId;
use crate::domain::message::Classification;
use crate::domain::notification::Notification;

/// One notification of a mail, as it was read and as it is read now.
#[derive(Debug, Clone)]
pub struct ReadAgain {
    pub inbox: InboxId,
    /// The program that reads it now, by its version.
    pub reader: String,
    pub before: Notification,
    pub after: Notification,
    pub classification: Classification,
    /// Whether it is the User's own word, and whom a letter about it would go to: a person releases it.
    pub answer: Answer,
}

impl ReadAgain {
    /// The mail as the case knows it.
    ///
    /// # Errors
    /// Why the case takes nothing over.
    pub fn mail_of<'a>(&self, case: &'a Case) -> Result<&'a Mail, Refusal> {
        let (n, reference) = (self.inbox.0, case.reference);
        let nothing = |because: String| Refusal::new(format!("{reference} takes nothing over: {because}"));
        if case.stage.is_over() {
            return Err(nothing(format!("it is {}", case.stage.title().to_lowercase())));
        }
        let at = case.mails.iter().position(|mail| mail.inbox == self.inbox);
        let found = at.and_then(|at| Some((at, case.mails.get(at)?)));
        let (at, mail) = found.ok_or_else(|| nothing(format!("mail {n} is none of its mails")))?;
        // The mail that opened the case is its notification, whoever vouches for it; any other must be the User's word.
        if at > 0 && !self.answer.is_own_word {
            return Err(nothing(format!("mail {n} is not certainly the User's own word")));
        }
        Ok(mail)
    }
}

impl Drafting<'_> {
    pub(super) fn read_again(&mut self, case: &Case, again: &ReadAgain) -> Result<(), Refusal> {
        let (n, mail) = (again.inbox.0, again.mail_of(case)?.clone());
        let known = &case.notification;
        let mut better = known.fields.better(&again.before.fields, &again.after.fields);
        better.fields.user_party_name =
            better.fields.user_party_name.filter(|name| self.is_called(&name.value));
        let mut fields = known.fields.clone();
        let changed: Vec<String> = fields.take_over(&better.fields).into_iter().map(String::from).collect();
        fields.forget(&better.unread);
        let missing = fields.missing();
        let follows = known.problems == again.before.problems;
        let problems = if follows { &again.after.problems } else { &known.problems }.clone();
        let classification = case.classification.max(again.classification);
        let touched: Vec<String> = changed.iter().chain(&better.unread).cloned().collect();
        let has_other_gaps = missing != known.missing;
        if touched.is_empty() && problems == known.problems && classification == case.classification {
            return Ok(());
        }
        self.happened(Event::ReadAgain {
            inbox: again.inbox,
            reader: again.reader.clone(),
            fields: Box::new(better.fields),
            changed,
            unread: better.unread,
            missing,
            problems,
            classification,
        })?;
        self.take_further(&touched)?;
        self.review_roster()?;
        // A draft of the acknowledgement is made anew when it is released.
        let waits = |note: &LetterNote| note.kind == "acknowledgement" && note.held.is_some();
        if !has_other_gaps || again.answer.to == AnswerTo::Nobody || case.letters.values().any(waits) {
            return Ok(());
        }
        let updated = self.case()?;
        let facts = receipt(updated, &mail, &touched, updated.classification);
        let mut answer = Answer { reasons: Vec::new(), ..again.answer.clone() };
        answer.hold(&format!(
            "mail {n} was read again, and other information is missing than the User was told"
        ));
        self.answer_with(facts, &answer, Some(&mail), None)
    }
}
