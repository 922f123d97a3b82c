//! The post of a rehearsal, which takes letters, refuses them or is down, as it is told. In: letters; out: what left, with
//! everybody who was handed a copy. Invariant: nothing goes further than here.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use crate::ports::{Answer, Failure, Outgoing, Transport};

/// A letter as it left.
#[derive(Debug, Clone)]
pub struct Sent {
    pub message_id: String,
    pub to: Vec<String>,
    pub bytes: Vec<u8>,
}

#[derive(Debug, Default)]
pub struct Post(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    is_down: bool,
    /// Answers by address.
    refuses: BTreeMap<String, String>,
    sent: Vec<Sent>,
}

impl Post {
    pub fn down(&self) {
        self.with(|inner| inner.is_down = true);
    }

    /// Whoever is written to there is not known any more.
    pub fn refuse(&self, address: &str, answer: &str) {
        self.with(|inner| inner.refuses.insert(address.into(), answer.into()));
    }

    pub fn works(&self) {
        self.with(|inner| {
            inner.is_down = false;
            inner.refuses.clear();
        });
    }

    /// The letters that left since this was asked last.
    pub fn take(&self) -> Vec<Sent> {
        self.with(|inner| std::mem::take(&mut inner.sent))
    }

    fn with<T>(&self, what: impl FnOnce(&mut Inner) -> T) -> T {
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Inner {
    fn takes(&mut self, letter: Outgoing<'_>) -> Result<Answer, Failure> {
        if self.is_down {
            return Err(Failure::retry("the post is down"));
        }
        let to = letter.recipient.as_str().to_owned();
        if let Some(answer) = self.refuses.get(&to) {
            return Ok(Answer::Rejected { answer: answer.clone() });
        }
        match self.sent.iter_mut().find(|sent| sent.message_id == letter.message_id) {
            Some(sent) => sent.to.push(to),
            None => self.sent.push(Sent {
                message_id: letter.message_id.into(),
                to: vec![to],
                bytes: letter.bytes.to_vec(),
            }),
        }
        Ok(Answer::Accepted { answer: "250 taken".into() })
    }
}

#[async_trait]
impl Transport for Post {
    fn lanes(&self) -> usize {
        1
    }

    async fn send(&self, letter: Outgoing<'_>) -> Result<Answer, Failure> {
        self.with(|inner| inner.takes(letter))
    }
}
