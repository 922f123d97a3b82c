//! What people ask for. In: who asks, what for, and the id of the command; out: a sentence that says what was done, or
//! a refusal. Invariant: whoever changes anything is in the directory with a role in force that permits the act.

mod meet;
mod outbox;
mod who;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::read::read_mail;
use super::{CaseWork, Engine, Handled, Work};
use crate::domain::case::answer::{Answer, AnswerTo, answer_to_user};
use crate::domain::case::{Asked, Channel, Mail, Meet, Move, Reference, Refusal, Signal, Spoke, Stage};
use crate::domain::desk;
use crate::domain::directory::{Act, Standing};
use crate::domain::id::{Address, InboxId, Key, LetterId, SubjectId};
use crate::domain::notification::{Notification, Reading, enter};
use crate::domain::outcome::Said;
use crate::domain::route::{PERHAPS_ANSWERED, Target, entered_by_person};
use crate::domain::workday::london_date;
use crate::store::{InboxDone, InboxRow, Outcome, RegisterRow};

pub(super) use who::actor;
pub use who::permitted;

/// A request of a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Asking {
    pub by: Key,
    /// The command's own id: the same command twice happens once.
    pub id: String,
    /// The operating-system user who sent it, as the socket saw it; never believed from the request.
    #[serde(skip)]
    pub login: Option<String>,
    pub ask: Ask,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// This mail is a notification; `set` are fields that the person read in it.
    Accept {
        inbox: InboxId,
        set: BTreeMap<String, String>,
    },
    Dismiss {
        inbox: InboxId,
        reason: String,
    },
    Link {
        inbox: InboxId,
        reference: Reference,
    },
    /// A notice that did not come by mail.
    Open {
        channel: Channel,
        received_at: DateTime<Utc>,
        set: BTreeMap<String, String>,
    },
    Move {
        reference: Reference,
        what: Move,
        reason: String,
    },
    /// What the SSC decided.
    Decide {
        reference: Reference,
        said: Box<Said>,
    },
    /// Something about the meeting of its ad-hoc review.
    Meet {
        reference: Reference,
        what: Box<Meet>,
    },
    /// A draft of the paper for the SSC.
    Paper {
        reference: Reference,
    },
    Release {
        letter: LetterId,
        to: Vec<Address>,
    },
    Discard {
        letter: LetterId,
        reason: String,
    },
    Retry {
        letter: LetterId,
        reason: String,
    },
}

impl Ask {
    fn act(&self) -> Act {
        match self {
            Self::Accept { .. } | Self::Dismiss { .. } | Self::Link { .. } | Self::Open { .. } => Act::Triage,
            Self::Move { what, .. } => what.act(),
            Self::Decide { .. } => Act::Decide,
            Self::Meet { .. }
            | Self::Paper { .. }
            | Self::Release { .. }
            | Self::Discard { .. }
            | Self::Retry { .. } => Act::Release,
        }
    }
}

type Prepared = Result<(Work, String), Refusal>;

impl Engine {
    /// Does what a person asks, or says why not.
    ///
    /// # Errors
    /// When the record cannot be read or written now.
    pub async fn ask(&self, asking: Asking) -> anyhow::Result<Result<String, Refusal>> {
        let world = self.world();
        if let Err(refusal) = permitted(&world, &asking.by, asking.ask.act(), self.clock.now()) {
            return Ok(Err(refusal));
        }
        let prepared = match &asking.ask {
            Ask::Accept { inbox, set } => self.accept(*inbox, set, &asking).await?,
            Ask::Dismiss { inbox, reason } => self.dismiss(*inbox, reason, &asking).await?,
            Ask::Link { inbox, reference } => self.link(*inbox, *reference, &asking).await?,
            Ask::Open { channel, received_at, set } => self.open(*channel, *received_at, set, &asking),
            Ask::Move { reference, what, reason } => {
                self.move_case(*reference, what.clone(), reason.clone(), &asking).await?
            }
            Ask::Decide { reference, said } => {
                let outcome = said.outcome.title().to_lowercase();
                let done = format!(
                    "{reference} is decided: {outcome}; its letters are drafts, see `sscd outbox list`"
                );
                self.of_case(*reference, Asked::Decide { said: said.clone() }, done, &asking).await?
            }
            Ask::Meet { reference, what } => self.meet(*reference, what, &asking).await?,
            Ask::Paper { reference } => {
                let done = format!("the paper on {reference} is a draft, see `sscd outbox list`");
                self.of_case(*reference, Asked::Paper, done, &asking).await?
            }
            Ask::Release { letter, to } => self.release(*letter, to, &asking).await?,
            Ask::Discard { letter, reason } => self.discard(*letter, reason, &asking).await?,
            Ask::Retry { letter, reason } => self.retry(*letter, reason, &asking).await?,
        };
        let (work, said) = match prepared {
            Ok(prepared) => prepared,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let work = work.by(actor(&world, &asking.by, asking.login.as_deref()));
        let handled: Option<Handled> = match &work {
            Work::Case(case) if case.target == Target::Case(SubjectId::desk()) => {
                self.handle_settled(work).await?.pop()
            }
            _ => self.handle(vec![work]).await?.pop(),
        };
        self.review_alarms().await?;
        Ok(match handled {
            Some(Ok(subjects)) => {
                let said = self.not_sent(&asking.ask, &subjects).await?.unwrap_or(said);
                let names = subjects.iter().map(|subject| subject.0.as_str()).collect::<Vec<_>>().join(", ");
                Ok(said.replace("{case}", &names))
            }
            Some(Err(refusal)) => Err(refusal),
            None => Err(Refusal::new("nothing was done")),
        })
    }

    async fn accept(
        &self,
        inbox: InboxId,
        set: &BTreeMap<String, String>,
        asking: &Asking,
    ) -> anyhow::Result<Prepared> {
        let row = match self.open_row(inbox).await? {
            Ok(row) => row,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let world = self.world();
        let reading = read_mail(&self.store.raw(inbox).await?, &world);
        let notification = reading.notifications.first().cloned().unwrap_or_default();
        let notification = match self.entered(notification, set, &asking.by) {
            Ok(notification) => notification,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let mail = self.mail_of(&row, &reading);
        let on = london_date(row.received_at);
        let mut signal = entered_by_person(
            Channel::Email,
            row.received_at,
            Some(mail),
            notification,
            Some(&reading),
            &world,
        );
        let user = signal.user.as_ref().and_then(|key| world.directory.user(key));
        let table = answer_to_user(&reading.sender, &reading.signs, user, &world.directory, on);
        // A person has looked, which is all that "after triage" waits for.
        signal.answer = Answer { at_once: table.to != AnswerTo::Nobody, ..table };
        if self.restored().covers(inbox) {
            signal.answer.hold(PERHAPS_ANSWERED);
        }
        let done = InboxDone::again(&row, Outcome::Case, format!("accepted by {}", asking.by.0));
        let mut work = case_work(Target::NewCase, Signal::Notified(Box::new(signal)), asking);
        if let Work::Case(work) = &mut work {
            work.inbox = vec![done];
        }
        Ok(Ok((work, format!("mail {} is {{case}}", inbox.0))))
    }

    async fn dismiss(&self, inbox: InboxId, reason: &str, asking: &Asking) -> anyhow::Result<Prepared> {
        let row = match self.open_row(inbox).await? {
            Ok(row) => row,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let reason = reason.to_string();
        let why = format!("dismissed by {}: {reason}", asking.by.0);
        let done = InboxDone::again(&row, Outcome::NotANotification, why);
        let work = Work::Desk {
            cause: cause(asking),
            actor: String::new(),
            signal: desk::Signal::Noted(desk::Event::MailDismissed { inbox, reason }),
            inbox: vec![done],
            deliveries: Vec::new(),
        };
        Ok(Ok((work, format!("mail {} is no notification", inbox.0))))
    }

    async fn link(&self, inbox: InboxId, reference: Reference, asking: &Asking) -> anyhow::Result<Prepared> {
        let row = match self.open_row(inbox).await? {
            Ok(row) => row,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Some(refusal) = self.no_case(reference).await? {
            return Ok(Err(refusal));
        }
        let reading = read_mail(&self.store.raw(inbox).await?, &self.world());
        let why = format!("linked by {}", asking.by.0);
        let spoke = Spoke { mail: self.mail_of(&row, &reading), why: why.clone(), answering: None };
        let mut work = case_work(Target::Case(reference.subject()), Signal::Spoke(Box::new(spoke)), asking);
        if let Work::Case(work) = &mut work {
            work.inbox = vec![InboxDone::again(&row, Outcome::Case, why)];
        }
        Ok(Ok((work, format!("mail {} is filed to {reference}", inbox.0))))
    }

    fn open(
        &self,
        channel: Channel,
        received_at: DateTime<Utc>,
        set: &BTreeMap<String, String>,
        asking: &Asking,
    ) -> Prepared {
        if received_at > self.clock.now() {
            return Err(Refusal::new(
                "--received lies in the future: give the instant at which the notice came",
            ));
        }
        let notification = self.entered(Notification::default(), set, &asking.by)?;
        let signal = entered_by_person(channel, received_at, None, notification, None, &self.world());
        Ok((case_work(Target::NewCase, Signal::Notified(Box::new(signal)), asking), "opened {case}".into()))
    }

    async fn move_case(
        &self,
        reference: Reference,
        what: Move,
        reason: String,
        asking: &Asking,
    ) -> anyhow::Result<Prepared> {
        if let Move::Supersede { by } = what
            && let Some(refusal) = self.no_successor(reference, by).await?
        {
            return Ok(Err(refusal));
        }
        let done = what.done(reference);
        self.of_case(reference, Asked::Move { what, reason }, done, asking).await
    }

    /// What is asked of one case, and what is said where it is done.
    async fn of_case(
        &self,
        reference: Reference,
        what: Asked,
        done: String,
        asking: &Asking,
    ) -> anyhow::Result<Prepared> {
        if let Some(refusal) = self.no_case(reference).await? {
            return Ok(Err(refusal));
        }
        Ok(Ok((case_work(Target::Case(reference.subject()), asked(asking, what), asking), done)))
    }

    /// Why this case cannot stand in the place of that one, if it cannot.
    async fn no_successor(&self, of: Reference, by: Reference) -> anyhow::Result<Option<Refusal>> {
        if let Some(refusal) = self.no_case(by).await? {
            return Ok(Some(refusal));
        }
        let rows = self.store.registers(&[of.subject(), by.subject()]).await?;
        let row = |reference: Reference| rows.iter().find(|row| row.subject == reference.subject());
        let is_over = |row: &RegisterRow| Stage::ALL.iter().any(|s| s.is_over() && s.name() == row.stage);
        Ok(match (row(of), row(by)) {
            (_, Some(other)) if is_over(other) => {
                Some(Refusal::new(format!("{by} is over itself: reopen it first (sscd case reopen)")))
            }
            (Some(one), Some(other)) if one.user != other.user => {
                Some(Refusal::new(format!("{by} is a case of another User than {of}")))
            }
            _ => None,
        })
    }

    /// That there is no such case, if there is none.
    async fn no_case(&self, reference: Reference) -> anyhow::Result<Option<Refusal>> {
        let found = self.store.registers(&[reference.subject()]).await?;
        let refusal = || Refusal::new(format!("there is no case {reference}: see `sscd case list`"));
        Ok(found.is_empty().then(refusal))
    }

    /// The row of a mail that is open for people.
    async fn open_row(&self, inbox: InboxId) -> anyhow::Result<Result<InboxRow, Refusal>> {
        let Some(row) = self.store.inbox_row(inbox).await? else {
            return Ok(Err(Refusal::new(format!("there is no mail {}: see `sscd inbox list`", inbox.0))));
        };
        Ok(match row.outcome {
            Outcome::Triage | Outcome::NotANotification | Outcome::SetAside => Ok(row),
            Outcome::Waiting => Err(Refusal::new(format!("mail {} is not read yet", inbox.0))),
            Outcome::Older => Err(Refusal::new(format!(
                "mail {} is older than start_from: only its hash was kept",
                inbox.0
            ))),
            Outcome::Duplicate | Outcome::Case => {
                let subjects =
                    row.subjects.iter().map(|subject| subject.0.as_str()).collect::<Vec<_>>().join(", ");
                Err(Refusal::new(format!("mail {} is done: it belongs to {subjects}", inbox.0)))
            }
        })
    }

    fn entered(
        &self,
        mut notification: Notification,
        set: &BTreeMap<String, String>,
        by: &Key,
    ) -> Result<Notification, Refusal> {
        let world = self.world();
        for (name, text) in set {
            enter(&mut notification.fields, name, text, by, &world.policy.user_roles).map_err(|problem| {
                Refusal::new(format!(
                    "{}: found {:?}, expected {}",
                    problem.field, problem.found, problem.expected
                ))
            })?;
        }
        if notification.fields.user_party_name.is_none() {
            return Err(Refusal::new("the User is not stated: add --set user_party_name=\"...\""));
        }
        notification.missing = notification.fields.missing();
        Ok(notification)
    }

    fn mail_of(&self, row: &InboxRow, reading: &Reading) -> Mail {
        let on = london_date(row.received_at);
        let address = reading.sender.address.as_ref();
        Mail {
            inbox: row.inbox,
            received_at: row.received_at,
            sha256: data_encoding::HEXLOWER.encode(&row.raw_sha256),
            message_id: reading.message_id.clone(),
            sender: reading.sender.clone(),
            standing: address
                .map_or(Standing::Unknown, |address| self.world().directory.standing(address, on)),
        }
    }
}

fn cause(asking: &Asking) -> String {
    format!("operator:{}", asking.id)
}

fn asked(asking: &Asking, what: Asked) -> Signal {
    Signal::Asked { by: asking.by.clone(), what }
}

fn case_work(target: Target, signal: Signal, asking: &Asking) -> Work {
    Work::Case(Box::new(CaseWork {
        target,
        cause: cause(asking),
        actor: String::new(),
        signal,
        inbox: Vec::new(),
        deliveries: Vec::new(),
    }))
}
