//! What people ask for. In: who asks, what for, and the id of the command; out: a sentence that says what was done, or
//! a refusal. Invariant: whoever changes anything is in the directory with a role in force that permits the act.

mod decide;
mod mail;
mod meet;
mod outbox;
mod reread;
mod review;
mod split;
mod who;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{CaseWork, Engine, Handled, Work};
use crate::domain::case::{Asked, Channel, Meet, Move, Reference, Refusal, Signal, Stage};
use crate::domain::directory::Act;
use crate::domain::id::{Address, InboxId, Key, LetterId, SubjectId};
use crate::domain::outcome::Said;
use crate::domain::review::Move as ReviewMove;
use crate::domain::route::Target;
use crate::store::RegisterRow;

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

impl Asking {
    /// What stands in the record as the cause of whatever comes of it.
    #[must_use]
    pub fn cause(&self) -> String {
        format!("operator:{}", self.id)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// This mail is a notification; `set` are fields that the person read in it.
    Accept {
        inbox: InboxId,
        set: BTreeMap<String, String>,
    },
    /// This mail speaks of several systems: a case for each. `set` names a field of one of them as `2.system_label`.
    Split {
        inbox: InboxId,
        into: Option<usize>,
        set: BTreeMap<String, String>,
    },
    /// A stored mail is read by the reader of today, and what that changes is applied.
    Reread {
        inbox: InboxId,
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
    /// Something about an annual review.
    Review {
        subject: SubjectId,
        what: ReviewMove,
        reason: String,
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
            Self::Accept { .. }
            | Self::Split { .. }
            | Self::Reread { .. }
            | Self::Dismiss { .. }
            | Self::Link { .. }
            | Self::Open { .. } => Act::Triage,
            Self::Move { what, .. } => what.act(),
            Self::Decide { .. } => Act::Decide,
            Self::Review { .. }
            | Self::Meet { .. }
            | Self::Paper { .. }
            | Self::Release { .. }
            | Self::Discard { .. }
            | Self::Retry { .. } => Act::Release,
        }
    }
}

/// It is judged on what lies in the outbox, and nothing may come there meanwhile.
fn is_on_the_outbox(ask: &Ask) -> bool {
    matches!(ask, Ask::Move { what, .. } if what.calls_back())
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
            Ask::Split { inbox, into, set } => self.split(*inbox, *into, set, &asking).await?,
            Ask::Reread { inbox } => self.reread(*inbox, &asking).await?,
            Ask::Dismiss { inbox, reason } => self.dismiss(*inbox, reason, &asking).await?,
            Ask::Link { inbox, reference } => self.link(*inbox, *reference, &asking).await?,
            Ask::Open { channel, received_at, set } => self.open(*channel, *received_at, set, &asking),
            Ask::Move { reference, what, reason } => {
                self.move_case(*reference, what.clone(), reason.clone(), &asking).await?
            }
            Ask::Decide { reference, said } => self.decide(*reference, said, &asking).await?,
            Ask::Review { subject, what, reason } => self.review(subject, what, reason, &asking).await?,
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
        let actor = actor(&world, &asking.by, asking.login.as_deref());
        let work = work.by(actor.clone());
        let handled: Option<Handled> = match &work {
            Work::Case(case)
                if case.target == Target::Case(SubjectId::desk()) || is_on_the_outbox(&asking.ask) =>
            {
                self.handle_settled(work).await?.pop()
            }
            _ => {
                let ended = self.ended_with(&asking).await?.into_iter().map(|work| work.by(actor.clone()));
                let done = self.handle(std::iter::once(work).chain(ended).collect()).await?;
                done.into_iter().next()
            }
        };
        self.review_alarms().await?;
        if let (Ask::Review { what: ReviewMove::Completed { .. }, .. }, Some(Ok(_))) = (&asking.ask, &handled)
        {
            self.revisit_reviews().await?;
        }
        Ok(match handled {
            Some(Ok(subjects)) => {
                let said = self.not_sent(&asking.ask, &subjects).await?.unwrap_or(said);
                let said = self.with_called_back(&asking, &subjects, said).await?;
                let said = self.with_its_day(&asking.ask, said).await?;
                let said = self.with_what_it_is(&asking.ask, said).await?;
                let names = subjects.iter().map(|subject| subject.0.as_str()).collect::<Vec<_>>().join(", ");
                Ok(said.replace("{case}", &names))
            }
            Some(Err(refusal)) => Err(refusal),
            None => Err(Refusal::new("nothing was done")),
        })
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
}

fn asked(asking: &Asking, what: Asked) -> Signal {
    Signal::Asked { by: asking.by.clone(), what }
}

fn case_work(target: Target, signal: Signal, asking: &Asking) -> Work {
    Work::Case(Box::new(CaseWork {
        target,
        cause: asking.cause(),
        actor: String::new(),
        signal,
        inbox: Vec::new(),
        deliveries: Vec::new(),
    }))
}
