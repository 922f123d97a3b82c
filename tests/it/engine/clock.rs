//! A clock that was hours ahead and is set right.

use chrono::TimeDelta;
use sscd::engine::fold;
use sscd::store::{DeliveryState, RegisterFilter};

use super::Office;

#[tokio::test]
async fn nobody_waits_for_the_hours_that_the_clock_was_ahead_and_the_record_stays_its_journal() {
    let mut office = Office::new().await;
    office.pass(TimeDelta::hours(5));
    office.drop_mail("form-complete.eml");
    office.collect().await;
    office.read().await;
    office.pass(TimeDelta::hours(-5));
    office.deliver().await;
    assert_eq!(office.letter(1).await.deliveries[0].state, DeliveryState::Accepted);

    office.restart().await;
    office.drop_mail("incomplete.eml");
    office.collect().await;
    office.read().await;
    office.deliver().await;
    assert_eq!(office.letter(2).await.deliveries[0].state, DeliveryState::Accepted);

    let store = &office.engine.store;
    let register = store.register_list(&RegisterFilter::All, None, 10).await.unwrap();
    assert_eq!(register.len(), 2);
    for row in register {
        let journal = store.journal(&row.subject).await.unwrap();
        let entries: Vec<_> = journal.into_iter().map(|recorded| recorded.entry).collect();
        let case = fold(&entries).unwrap().unwrap();
        assert_eq!(
            serde_json::to_vec(&case).unwrap(),
            row.body,
            "a replay dates its events as they were decided"
        );
    }
}
