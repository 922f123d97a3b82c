//! What came of one line of a conversation, as a story. In: a play after the line; out: what was decided, sent, held and
//! refused, each with its time. Invariant: each thing is told once.

use chrono::{DateTime, Utc};

use super::play::{Play, told};
use crate::domain::workday::london;
use crate::store::Recorded;

/// Something that happened, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    pub at: DateTime<Utc>,
    pub what: String,
}

/// Told by the letters themselves.
const OF_LETTERS: [&str; 4] = ["LetterMade", "LetterAccepted", "LetterReleased", "LetterSuperseded"];

impl Play {
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.office.rehearsal.now()
    }

    /// What came since this was asked last; no later line need expect it.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub async fn came(&mut self) -> Result<Vec<Came>, String> {
        let now = self.now();
        let store = self.engine().store.clone();
        let recorded = store.journal_all(self.told_until, i64::MAX).await.map_err(told)?;
        self.told_until = recorded.last().map_or(self.told_until, |last| last.seq);
        let is_one = |a: &Recorded, b: &Recorded| {
            a.entry.subject == b.entry.subject && a.entry.cause == b.entry.cause && a.entry.at == b.entry.at
        };
        let mut all: Vec<Came> = recorded.chunk_by(is_one).filter_map(decided).collect();
        for (letter, sent) in &self.news.letters {
            let settled = letter.deliveries.iter().filter_map(|delivery| delivery.settled_at).max();
            let (n, kind, of) = (letter.letter.0, letter.kind.replace('_', " "), &letter.subject.0);
            let what = format!("sent: letter {n}, {kind} of {of} to {}", sent.to.join(", "));
            all.push(Came { at: settled.unwrap_or(now), what });
        }
        for draft in &self.news.drafts {
            let (to, because) = self.held(draft).await?;
            let (n, kind, of) = (draft.letter.0, draft.kind.replace('_', " "), &draft.subject.0);
            let what = format!("held: letter {n}, {kind} of {of} to {to}: {because}");
            all.push(Came { at: draft.made_at, what });
        }
        let refused = self.news.refusals.iter().map(|because| format!("refused: {because}"));
        let alarms = self.news.alarms.iter().map(|text| format!("alarm: {text}"));
        all.extend(refused.chain(alarms).map(|what| Came { at: now, what }));
        all.sort_by_key(|came| came.at);
        Ok(all)
    }

    /// What no line expects is of no more interest.
    pub fn go_on(&mut self) {
        self.news.letters.clear();
        self.news.drafts.clear();
        self.news.refusals.clear();
        self.news.alarms.clear();
    }
}

/// The facts of one decision, but for those about letters.
fn decided(decision: &[Recorded]) -> Option<Came> {
    let entry = &decision.first()?.entry;
    let kinds = decision.iter().map(|one| one.entry.kind.as_str());
    let kinds: Vec<String> = kinds.filter(|kind| !OF_LETTERS.contains(kind)).map(words).collect();
    (!kinds.is_empty())
        .then(|| Came { at: entry.at, what: format!("decided: {}: {}", entry.subject.0, kinds.join(", ")) })
}

/// `CaseLogged` as `case logged`.
fn words(kind: &str) -> String {
    let mut out = String::new();
    for c in kind.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

impl Came {
    /// In one line, by the clock in London.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{}  {}", london(self.at).format("%a %-d %b %Y, %H:%M"), self.what)
    }
}
