//! A decision that a person enters. In: what the SSC decided; out: work for the decider, and afterwards the day that it
//! took.

use super::{Ask, Asking, Prepared};
use crate::domain::case::{Asked, Case, Reference};
use crate::domain::outcome::Said;
use crate::engine::Engine;

/// Where the sentence says the day, which the decider finds.
const DAY: &str = "{day}";

impl Engine {
    pub(super) async fn decide(
        &self,
        reference: Reference,
        said: &Said,
        asking: &Asking,
    ) -> anyhow::Result<Prepared> {
        let outcome = said.outcome.title().to_lowercase();
        let done = format!(
            "{reference} is decided as of {DAY}: {outcome}; its letters are drafts, see `sscd outbox list`"
        );
        self.of_case(reference, Asked::Decide { said: Box::new(said.clone()) }, done, asking).await
    }

    pub(super) async fn with_its_day(&self, ask: &Ask, said: String) -> anyhow::Result<String> {
        let Ask::Decide { reference, .. } = ask else { return Ok(said) };
        let Some(row) = self.store.registers(&[reference.subject()]).await?.pop() else { return Ok(said) };
        let case: Case = serde_json::from_slice(&row.body)?;
        let day = case.ruling().map(|ruling| ruling.decided_on.format("%-d %B %Y").to_string());
        Ok(said.replace(DAY, &day.unwrap_or_default()))
    }
}
