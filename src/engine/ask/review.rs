//! What people record of annual reviews. In: the review and what is recorded; out: work for the decider, or why not.

use super::{Asking, Prepared};
use crate::domain::case::Refusal;
use crate::domain::id::SubjectId;
use crate::domain::review::{Move, Signal};
use crate::engine::{Engine, Work};

impl Engine {
    pub(super) async fn review(
        &self,
        subject: &SubjectId,
        what: &Move,
        reason: &str,
        asking: &Asking,
    ) -> anyhow::Result<Prepared> {
        let rows = self.store.registers(std::slice::from_ref(subject)).await?;
        if rows.is_empty() {
            return Ok(Err(Refusal::new(format!(
                "there is no review {}: see `sscd review list`",
                subject.0
            ))));
        }
        let work = Work::Review {
            subject: subject.clone(),
            cause: asking.cause(),
            actor: String::new(),
            signal: Signal::Asked((what.clone(), reason.to_owned())),
        };
        Ok(Ok((work, format!("{} is recorded", subject.0))))
    }
}
