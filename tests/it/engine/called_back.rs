//! A letter that was leaving when its case was withdrawn or put on hold: the record says so, and it is not tried again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::TimeDelta;
use sscd::domain::case::{Move, Reference};
use sscd::domain::id::{Key, LetterId};
use sscd::engine::{Ask, Asking, Engine};
use sscd::ports::{Answer, Clock as _, Failure, Outgoing, Transport};
use sscd::store::DeliveryState;

use super::Office;

/// The case is withdrawn, or so, while its letter is handed over, which then comes to this.
struct Interrupted {
    engine: Arc<Engine>,
    what: Move,
    answer: Answer,
    n_sent: AtomicUsize,
    said: Mutex<String>,
}

fn moved(what: Move) -> Ask {
    let reference = Reference { year: 2026, number: 1 };
    Ask::Move { reference, what, reason: "the project was stopped".into() }
}

#[async_trait]
impl Transport for Interrupted {
    fn lanes(&self) -> usize {
        1
    }

    async fn send(&self, _: Outgoing<'_>) -> Result<Answer, Failure> {
        self.n_sent.fetch_add(1, Ordering::Relaxed);
        let by = Key("priya.nair".into());
        let asking = Asking { by, id: "a command".into(), login: None, ask: moved(self.what.clone()) };
        *self.said.lock().unwrap() = self.engine.ask(asking).await.unwrap().unwrap();
        Ok(self.answer.clone())
    }
}

async fn acknowledged() -> Office {
    let office = Office::new().await;
    office.drop_mail("form-complete.eml");
    office.collect().await;
    office.read().await;
    office
}

async fn interrupted(office: &Office, what: Move, answer: Answer) {
    let (engine, n_sent, said) = (office.engine.clone(), AtomicUsize::new(0), Mutex::default());
    let post = Arc::new(Interrupted { engine, what, answer, n_sent, said });
    office.deliver_by(post.clone()).await;
    let said = post.said.lock().unwrap().clone();
    assert!(said.ends_with("; letter 1 was leaving for security@northwind.test already"), "{said}");
    office.pass(TimeDelta::hours(2));
    office.deliver_by(post.clone()).await;
    assert_eq!(post.n_sent.load(Ordering::Relaxed), 1);
}

async fn since_logged(office: &Office) -> Vec<String> {
    let journal = office.engine.store.journal(&Reference { year: 2026, number: 1 }.subject()).await.unwrap();
    journal.into_iter().skip(2).map(|recorded| recorded.entry.kind).collect()
}

#[tokio::test]
async fn what_was_leaving_and_came_to_nothing_is_not_tried_again() {
    for answer in [
        Answer::Retry { answer: "451 later".into(), perhaps_sent: false },
        Answer::Rejected { answer: "550 no".into() },
    ] {
        let office = acknowledged().await;
        interrupted(&office, Move::Withdraw, answer).await;
        let delivery = office.letter(1).await.deliveries.remove(0);
        assert_eq!(delivery.state, DeliveryState::Cancelled);
        let said = delivery.answer.unwrap();
        assert!(said.starts_with("called back while it was leaving, and not tried again: "), "{said}");
        assert_eq!(since_logged(&office).await, ["Withdrawn", "LetterCalledBack", "LetterFailed"]);
        assert_eq!(office.alarms().await, [""; 0], "nobody has to look after it");
    }
}

#[tokio::test]
async fn of_a_case_on_hold_a_person_looks_whether_it_is_sent_again() {
    let mut office = acknowledged().await;
    interrupted(&office, Move::Hold, Answer::Retry { answer: "451 later".into(), perhaps_sent: false }).await;
    assert_eq!(office.letter(1).await.deliveries[0].state, DeliveryState::Expired);
    assert_eq!(since_logged(&office).await, ["PutOnHold", "LetterCalledBack", "LetterFailed"]);
    assert!(office.alarms().await[0].contains("did not get letter 1"), "{:?}", office.alarms().await);
    office.ask(moved(Move::Resume)).await.unwrap();
    let retry = Ask::Retry { letter: LetterId(1), reason: "they spoke".into() };
    office.ask(retry).await.unwrap();
    office.deliver().await;
    assert_eq!(office.letter(1).await.deliveries[0].state, DeliveryState::Accepted);
}

#[tokio::test]
async fn what_was_leaving_and_arrived_is_recorded_as_that() {
    let office = acknowledged().await;
    interrupted(&office, Move::Withdraw, Answer::Accepted { answer: "250 taken".into() }).await;
    assert_eq!(office.letter(1).await.deliveries[0].state, DeliveryState::Accepted);
    assert_eq!(
        since_logged(&office).await,
        ["Withdrawn", "LetterCalledBack", "LetterAccepted", "Acknowledged"]
    );
}

#[tokio::test]
async fn what_was_leaving_when_the_daemon_ended_is_not_sent_by_the_next() {
    let mut office = acknowledged().await;
    let claimed = office.engine.store.claim("a daemon that dies", 9, office.clock.now()).await.unwrap();
    assert_eq!(claimed.len(), 1);
    office.ask(moved(Move::Withdraw)).await.unwrap();
    office.restart().await;
    office.pass(TimeDelta::minutes(2));
    office.deliver().await;
    let delivery = office.letter(1).await.deliveries.remove(0);
    assert_eq!((delivery.state, delivery.possible_duplicate), (DeliveryState::Cancelled, true));
    assert!(
        !office.path("letters/new").exists()
            || std::fs::read_dir(office.path("letters/new")).unwrap().count() == 0
    );
}
