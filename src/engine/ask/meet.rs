//! What people ask of a review meeting. In: the case and what is asked; out: work for the decider, or why not.

use super::{Asking, Prepared};
use crate::domain::case::{Asked, Meet, Reference};
use crate::domain::letter::Facts;
use crate::engine::Engine;
use crate::store::{LetterFilter, LetterState};

impl Engine {
    pub(super) async fn meet(
        &self,
        reference: Reference,
        what: &Meet,
        asking: &Asking,
    ) -> anyhow::Result<Prepared> {
        let done = what.done(reference);
        let drafts = if *what == Meet::Invite { self.invitations(reference).await? } else { Vec::new() };
        let asked =
            if drafts.is_empty() { Asked::Meet(Box::new(what.clone())) } else { Asked::Invite { drafts } };
        self.of_case(reference, asked, done, asking).await
    }

    /// That invitations were drafted again and did not leave, if so it is.
    pub(super) async fn left_to_invite(&self, reference: Reference) -> anyhow::Result<Option<String>> {
        let left = self.invitations(reference).await?;
        let numbers: Vec<String> = left.iter().map(|(letter, _)| letter.0.to_string()).collect();
        Ok((!left.is_empty()).then(|| {
            format!(
                "the facts had changed, so not all invitations left: letter {n} is drafted again, see `sscd outbox show` \
                 and say `sscd meeting invite {reference}` once more",
                n = numbers.join(", ")
            )
        }))
    }

    /// The drafts of its invitations, those for Alternates left out: they came later, and for another reason.
    async fn invitations(
        &self,
        reference: Reference,
    ) -> anyhow::Result<Vec<(crate::domain::id::LetterId, Facts)>> {
        let mut found = Vec::new();
        for letter in self.store.letters(&LetterFilter::Of(reference.subject()), None, i64::MAX).await? {
            let LetterState::Draft { facts, .. } = &letter.state else { continue };
            let facts: Facts = serde_json::from_slice(facts)?;
            if let Facts::Invitation(invitation) | Facts::UserInvitation(invitation) = &facts
                && invitation.alternate.is_none()
            {
                found.push((letter.letter, facts));
            }
        }
        found.sort_by_key(|(letter, _)| *letter);
        Ok(found)
    }
}
