//! A record that an older program wrote knows facts of the Desk and no state of it.

use sscd::domain::id::SubjectId;
use sscd::engine::rebuild;
use sscd::store::{RegisterFilter, Verified};

use super::{Office, noon};

#[tokio::test]
async fn the_desk_goes_on_where_only_its_facts_are_recorded() {
    let mut office = Office::new().await;
    office.edit("sscd.toml", "triage_after = 2", "triage_after = 3");
    office.adopt().await;
    // As it was before the Desk had a row.
    let minute = std::time::Duration::from_mins(1);
    let term = office.engine.store.seize("a test", noon(), minute).await.unwrap();
    office.engine.store.replace_register(term, &[], &[]).await.unwrap();
    office.restart().await;
    office.edit("sscd.toml", "digest = \"\"", "digest = \"0 30 8 * * Mon-Fri\"");
    office.adopt().await;
    office.wake().await;

    let (store, subject) = (&office.engine.store, SubjectId::desk());
    let journal = store.journal(&subject).await.unwrap();
    let kinds: Vec<String> = journal.into_iter().map(|recorded| recorded.entry.kind).collect();
    assert_eq!(kinds, ["WorldChanged", "WorldChanged", "DeskOpened"]);
    let desks = RegisterFilter::Kind("desk".into());
    let before = store.register_list(&desks, None, 9).await.unwrap();
    let timers = store.timers(&subject).await.unwrap();
    assert_eq!((before.len(), timers.len()), (1, 1), "{timers:?}");
    assert!(matches!(store.verify().await.unwrap(), Verified::Whole { .. }));

    let term = store.seize("a test", noon(), minute).await.unwrap();
    assert_eq!(rebuild(store, term, &office.engine.world(), |_| ()).await.unwrap(), 0);
    assert_eq!(store.register_list(&desks, None, 9).await.unwrap(), before);
    assert_eq!(store.timers(&subject).await.unwrap(), timers);
}
