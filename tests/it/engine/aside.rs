//! Mail that was set aside is an alarm until a person has dealt with it.

use sscd::domain::id::InboxId;
use sscd::engine::Ask;
use sscd::store::{Commit, InboxDone, Outcome};

use super::Office;

#[tokio::test]
async fn the_alarm_of_a_mail_set_aside_ends_when_a_person_has_dealt_with_it() {
    let mut office = Office::new().await;
    office.drop_mail("form-complete.eml");
    office.collect().await;
    // As after two ends of the program: `poison.rs` shows the real way there.
    let store = office.engine.store.clone();
    let term = store.seize("a test", super::noon(), std::time::Duration::from_mins(1)).await.unwrap();
    let done = InboxDone::bare(InboxId(1), Outcome::SetAside, "its reader fell".into());
    store.commit(term, Commit { at: super::noon(), inbox: vec![done], ..Commit::default() }).await.unwrap();
    office.engine.review_alarms().await.unwrap();
    let alarms = office.alarms().await;
    assert_eq!(alarms, ["set_aside: set aside for a person: mail 1 (its reader fell)"]);
    assert!(!office.is_well());
    let dismiss = Ask::Dismiss { inbox: InboxId(1), reason: "it was a test".into() };
    office.ask(dismiss).await.unwrap();
    assert!(office.is_well());
}
