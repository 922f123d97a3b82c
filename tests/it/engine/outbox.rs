//! Letters that nobody takes in their time.

use std::sync::Arc;

use chrono::TimeDelta;
use sscd::adapters::maildir;
use sscd::adapters::smtp::Smtp;
use sscd::domain::folder::FolderRole;
use sscd::domain::id::LetterId;
use sscd::engine::Ask;
use sscd::ports::Clock as _;
use sscd::store::{DeliveryState, LetterFilter, LetterState};

use super::Office;
use crate::servers::post::PostOffice;

fn retry() -> Ask {
    Ask::Retry { letter: LetterId(1), reason: "the server is back".into() }
}

#[tokio::test]
async fn a_letter_that_waited_too_long_is_not_sent_and_a_person_sends_it_again() {
    let mut office = Office::new().await;
    office.drop_mail("form-complete.eml");
    office.collect().await;
    office.read().await;
    // Five days without a daemon: the letter would come as a surprise by now.
    office.pass(TimeDelta::hours(120));
    office.deliver().await;
    let delivery = office.letter(1).await.deliveries.remove(0);
    assert_eq!((delivery.state, delivery.n_attempts), (DeliveryState::Expired, 0));
    let said = delivery.answer.unwrap();
    assert!(said.contains("not accepted in its time"), "{said}");
    let case = office.engine.store.journal(&delivery.subject).await.unwrap();
    assert_eq!(case.last().unwrap().entry.kind, "LetterFailed", "it came back as a signal");
    assert_eq!(office.n_letters(LetterFilter::Failed).await, 1);
    let alarms = office.alarms().await;
    assert!(
        alarms.len() == 1 && alarms[0].starts_with("undelivered: somebody did not get letter 1"),
        "{alarms:?}"
    );

    // Taken up again, and once more nobody comes for it in time.
    office.ask(retry()).await.unwrap();
    assert_eq!(office.alarms().await, [""; 0], "a person has taken it up");
    office.pass(TimeDelta::hours(120));
    office.deliver().await;
    assert_eq!(office.letter(1).await.deliveries[0].state, DeliveryState::Expired);
    assert_eq!(office.alarms().await.len(), 1);

    office.ask(retry()).await.unwrap();
    office.pass(TimeDelta::hours(119));
    office.deliver().await;
    assert_eq!(office.letter(1).await.deliveries[0].state, DeliveryState::Accepted);
    assert_eq!(office.alarms().await, [""; 0]);
    let refused = office.ask(retry()).await.unwrap_err();
    assert!(refused.contains("no delivery that failed"), "{refused}");
}

#[tokio::test]
async fn a_letter_that_was_under_way_at_a_crash_and_lies_in_sent_is_not_sent_again() {
    let mut office = Office::new().await;
    for mail in ["form-complete.eml", "ids-withheld.eml"] {
        office.drop_mail(mail);
    }
    office.collect().await;
    office.read().await;
    let store = &office.engine.store;
    assert_eq!(store.claim("a daemon that dies", 9, office.clock.now()).await.unwrap().len(), 2);
    // The server had taken the first, and keeps what it sends.
    let LetterState::Sealed { bytes } = office.letter(1).await.state else { panic!("a draft") };
    maildir::create(&office.path("sent")).unwrap();
    std::fs::write(office.path("sent/new/1"), bytes).unwrap();
    office.collect_as(FolderRole::Sent, "sent", "sent").await;
    office.read().await;
    office.restart().await;
    office.deliver().await;
    assert_eq!(
        office.letter(1).await.deliveries[0].state,
        DeliveryState::Queued,
        "the folder is swept first"
    );
    office.pass(TimeDelta::minutes(1));
    office.deliver().await;
    let mut answers = Vec::new();
    for letter in [1, 2] {
        let delivery = office.letter(letter).await.deliveries.remove(0);
        assert_eq!((delivery.state, delivery.possible_duplicate), (DeliveryState::Accepted, true));
        answers.push(delivery.answer.unwrap());
    }
    assert!(answers[0].starts_with("seen in the Sent folder"), "{answers:?}");
    assert!(answers[1].starts_with("laid down as"), "{answers:?}");
    assert_eq!(std::fs::read_dir(office.path("letters/new")).unwrap().count(), 1);
}

#[tokio::test]
async fn the_alarm_of_a_refused_letter_ends_when_it_is_accepted_or_given_up() {
    let mut office = Office::new().await;
    for mail in ["form-complete.eml", "ids-withheld.eml"] {
        office.drop_mail(mail);
        office.collect().await;
    }
    office.read().await;
    let post = PostOffice::start(&[]);
    let transport = Arc::new(Smtp::new(post.post()));
    assert!(office.is_well());
    post.fault("rcpt", 2, "550 5.1.1 no such user");
    office.deliver_by(transport.clone()).await;
    assert_eq!(office.n_letters(LetterFilter::Failed).await, 2);
    assert!(!office.is_well());

    office.ask(retry()).await.unwrap();
    office.deliver_by(transport.clone()).await;
    assert_eq!(office.letter(1).await.deliveries[0].state, DeliveryState::Accepted);
    assert!(office.alarms().await[0].contains("did not get letter 2:"), "{:?}", office.alarms().await);
    assert!(!office.is_well(), "the other still stands");

    let discard = || Ask::Discard { letter: LetterId(2), reason: "answered by telephone".into() };
    office.ask(discard()).await.unwrap();
    let given_up = office.letter(2).await.deliveries.remove(0);
    assert_eq!(given_up.state, DeliveryState::Cancelled);
    assert_eq!(given_up.answer.unwrap(), "given up by priya.nair: answered by telephone");
    assert!(office.is_well());
    office.deliver_by(transport).await;
    assert_eq!(post.taken().len(), 1, "what is given up does not leave");
    assert!(office.ask(discard()).await.is_err(), "once");
}

#[tokio::test]
async fn a_letter_whose_answer_was_not_heard_is_sent_again_and_flagged() {
    let office = Office::new().await;
    office.drop_mail("form-complete.eml");
    office.collect().await;
    office.read().await;
    let post = PostOffice::start(&[]);
    let transport = Arc::new(Smtp::new(post.post()));
    post.fault("drop", 1, "now");
    office.deliver_by(transport.clone()).await;
    office.pass(TimeDelta::minutes(1));
    office.deliver_by(transport).await;
    let delivery = office.letter(1).await.deliveries.remove(0);
    assert_eq!((delivery.state, delivery.n_attempts), (DeliveryState::Accepted, 2));
    assert!(delivery.possible_duplicate);
    assert_eq!(post.taken().len(), 2);
}

#[tokio::test]
async fn a_letter_whose_claim_was_never_heard_of_is_sent_a_minute_later() {
    let office = Office::new().await;
    office.drop_mail("form-complete.eml");
    office.collect().await;
    office.read().await;
    // The claim stands in the record, and its answer was lost on the way.
    let claimed = office.engine.store.claim("a test", 10, office.clock.now()).await.unwrap();
    assert_eq!(claimed.len(), 1);
    office.deliver().await;
    assert_eq!(office.letter(1).await.deliveries[0].state, DeliveryState::Queued);
    office.pass(TimeDelta::minutes(1));
    office.deliver().await;
    let letter = office.letter(1).await;
    assert!(letter.deliveries.iter().all(|one| one.state == DeliveryState::Accepted), "{letter:?}");
    assert!(letter.deliveries.iter().all(|one| one.possible_duplicate && one.n_attempts == 2));
}
