//! What the decider is given: mail that was read, signals, what became of deliveries. In: nothing; out: values, each
//! with the cause that makes it happen once.

use crate::domain::case::{Notified, ReadAgain, Refusal, Signal};
use crate::domain::change::Change;
use crate::domain::desk;
use crate::domain::id::{InboxId, SubjectId};
use crate::domain::review;
use crate::domain::route::{ReadMail, Target};
use crate::store::{DeliveryMove, InForce, InboxDone, StoredReading};

/// Something for the decider, with its cause: the same cause never moves a subject twice.
#[derive(Debug, Clone)]
pub enum Work {
    Mail(Box<ReadMail>),
    /// A signal for one case, with what else goes down beside it.
    Case(Box<CaseWork>),
    /// A person parts a mail into several cases.
    Split(Box<Split>),
    /// A person has a stored mail read by a better reader.
    Reread(Box<Reread>),
    /// A signal for the Desk, with what else goes down beside it.
    Desk {
        cause: String,
        actor: String,
        signal: desk::Signal,
        inbox: Vec<InboxDone>,
        deliveries: Vec<DeliveryMove>,
    },
    /// A signal for one annual review.
    Review {
        subject: SubjectId,
        cause: String,
        actor: String,
        signal: review::Signal,
    },
    /// Another World comes into force; `from` is none before the first start.
    World {
        from: Option<String>,
        to: String,
        changes: Vec<Change>,
    },
    /// These cases go by the World in force, as far as `to`.
    Revisit {
        subjects: Vec<SubjectId>,
        moves: Vec<desk::Move>,
        from: InForce,
        to: InForce,
    },
    /// The post is to try again later; no subject moves.
    Deliveries(Vec<DeliveryMove>),
    /// A mail that cannot be worked is kept, in sight and out of the way.
    Aside {
        inbox: InboxId,
        reason: String,
    },
}

#[derive(Debug, Clone)]
pub struct CaseWork {
    pub target: Target,
    pub cause: String,
    /// `daemon`, or the key of the person who acted.
    pub actor: String,
    pub signal: Signal,
    pub inbox: Vec<InboxDone>,
    pub deliveries: Vec<DeliveryMove>,
}

/// The cases that one mail opens, as a person says.
#[derive(Debug, Clone)]
pub struct Split {
    pub inbox: InboxId,
    pub cause: String,
    pub actor: String,
    /// What each says, by its number in the mail, 1 for the first.
    pub parts: Vec<(usize, Notified)>,
    /// `subjects` are those that it spoke to before.
    pub done: InboxDone,
}

/// A mail that is read otherwise than it was.
#[derive(Debug, Clone)]
pub struct Reread {
    pub cause: String,
    pub actor: String,
    /// It waits for a person and speaks to no case: it is decided as if it came now, and letters wait for a person.
    pub anew: Option<Box<ReadMail>>,
    pub cases: Vec<(SubjectId, ReadAgain)>,
    /// Where a person must look at it now.
    pub done: Option<InboxDone>,
    pub reading: StoredReading,
    pub note: desk::Event,
}

impl Work {
    /// The same work, done by a person.
    pub(super) fn by(mut self, person: String) -> Self {
        match &mut self {
            Self::Case(work) => work.actor = person,
            Self::Split(split) => split.actor = person,
            Self::Reread(reread) => reread.actor = person,
            Self::Desk { actor, .. } | Self::Review { actor, .. } => *actor = person,
            Self::Mail(_)
            | Self::World { .. }
            | Self::Revisit { .. }
            | Self::Deliveries(_)
            | Self::Aside { .. } => {}
        }
        self
    }
}

/// Who acts where no person does.
pub(super) const DAEMON: &str = "daemon";

/// What became of a piece of work: the subjects that it moved.
pub type Handled = Result<Vec<SubjectId>, Refusal>;
