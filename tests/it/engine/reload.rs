//! Another World on a record of many cases: what moves, what stays, and what a sweep that was cut short comes to.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};
use sscd::domain::case::{Case, Channel, Event};
use sscd::domain::desk::{self, Move};
use sscd::domain::id::SubjectId;
use sscd::engine::{Ask, Idle, Service, Wake, fold};
use sscd::store::RegisterFilter;

use super::{Office, noon};

impl Office {
    async fn cases(&self) -> Vec<Case> {
        let rows = self
            .engine
            .store
            .register_list(&RegisterFilter::Kind("case".into()), None, i64::MAX)
            .await
            .unwrap();
        rows.iter().map(|row| serde_json::from_slice(&row.body).unwrap()).collect()
    }

    async fn case(&self) -> Case {
        self.cases().await.remove(0)
    }

    /// The Desk's facts about the files.
    async fn reloads(&self) -> (Vec<desk::Event>, Vec<Move>) {
        let (mut worlds, mut moves) = (Vec::new(), Vec::new());
        for recorded in self.engine.store.journal(&SubjectId::desk()).await.unwrap() {
            match serde_json::from_slice(&recorded.entry.body).unwrap() {
                desk::Event::CasesMoved { moves: more, .. } => moves.extend(more),
                event => worlds.push(event),
            }
        }
        (worlds, moves)
    }

    /// How many minutes after its beginning each case is put before the SSC.
    async fn patience(&self) -> BTreeSet<i64> {
        let mut minutes = BTreeSet::new();
        for case in self.cases().await {
            for timer in self.engine.store.timers(&case.reference.subject()).await.unwrap() {
                minutes.insert((timer.due_at - case.logged_at).num_minutes());
            }
        }
        minutes
    }

    async fn with_cases(n: usize) -> Self {
        let mut office = Self::new().await;
        for n in 0..n {
            let set = [("user_party_name".to_owned(), format!("Party {n} Ltd"))].into();
            let open = Ask::Open { channel: Channel::Telephone, received_at: noon(), set };
            office.ask(open).await.unwrap();
        }
        office
    }

    async fn with_a_mail() -> Self {
        let office = Self::new().await;
        office.drop_mail("incomplete.eml");
        office.collect().await;
        office.read().await;
        office.deliver().await;
        office
    }

    /// Takes a meeting out of the directory.
    fn cancel(&self, on: NaiveDate) {
        self.edit("directory/meetings.toml", &format!("[[meeting]]\nbody = \"SSC\"\non = {on}\n"), "");
    }
}

const PATIENCE: (&str, &str) = ("put_before_ssc_after_minutes = 60", "put_before_ssc_after_minutes = 30");

#[tokio::test]
async fn a_sweep_that_was_cut_short_goes_on_where_it_was() {
    let mut office = Office::with_cases(250).await;
    office.wake().await;
    assert_eq!(office.patience().await, [60].into());

    office.edit("sscd.toml", PATIENCE.0, PATIENCE.1);
    assert_eq!(office.adopt().await, ["policy put_before_ssc_after_minutes: 60 -> 30"]);
    assert_eq!(office.patience().await, [60].into(), "the swap alone moves nothing");
    office.restart().await;
    let mut wake = Wake { engine: office.engine.clone() };
    assert_eq!(wake.run_once().await.unwrap(), Idle::Never);
    assert_eq!(office.patience().await, [30, 60].into(), "a page at a time");
    office.restart().await;
    office.wake().await;
    assert_eq!(office.patience().await, [30].into());

    let (worlds, moves) = office.reloads().await;
    assert_eq!((worlds.len(), moves.len()), (1, 250), "{worlds:?}");
    let cases: BTreeSet<_> = moves.iter().map(|one| one.case).collect();
    assert_eq!(cases.len(), 250, "each once");
    assert!(
        moves[0].to_string().ends_with("put before the SSC: Mon 2 Nov 2026, 13:00 -> Mon 2 Nov 2026, 12:30")
    );
}

#[tokio::test]
async fn what_was_edited_while_nothing_ran_moves_at_the_next_start() {
    let mut office = Office::with_cases(3).await;
    office.edit("sscd.toml", PATIENCE.0, PATIENCE.1);
    office.restart().await;
    office.wake().await;
    assert_eq!(office.patience().await, [30].into());
    let (worlds, moves) = office.reloads().await;
    assert!(matches!(worlds.as_slice(), [desk::Event::WorldChanged { changes, .. }] if changes.is_empty()));
    assert_eq!(moves.len(), 3);
    office.restart().await;
    office.wake().await;
    assert_eq!(office.reloads().await.0.len(), 1, "the same files are no news");
}

#[tokio::test]
async fn a_meeting_that_is_cancelled_is_replaced_and_a_told_deadline_stays() {
    let office = Office::with_a_mail().await;
    let before = office.case().await;
    let (on, due) = (before.meeting_on.unwrap(), before.information_due.clone());
    assert!(due.is_some());
    office.cancel(on);
    office.edit("sscd.toml", "information_after = 10", "information_after = 5");
    let changes = office.adopt().await;
    assert_eq!(
        changes,
        ["policy information_after: 10 -> 5".to_owned(), format!("meeting {on}: SSC removed")]
    );
    office.wake().await;
    let after = office.case().await;
    assert!(after.meeting_on.unwrap() > on);
    assert!(
        after
            .meeting_why
            .starts_with(&format!("the SSC does not meet on {} any more", on.format("%-d %B %Y")))
    );
    assert_eq!(after.information_due, due, "it was told");
    let (_, moves) = office.reloads().await;
    let waits: Vec<&str> = moves.iter().map(|moved| moved.wait.as_str()).collect();
    assert_eq!(waits, ["ssc_meeting", "decision_request"]);

    let journal = office.engine.store.journal(&after.reference.subject()).await.unwrap();
    let entries: Vec<_> = journal.into_iter().map(|recorded| recorded.entry).collect();
    assert_eq!(fold(&entries).unwrap(), Some(after));
    let last = entries.last().unwrap();
    assert!(matches!(Event::decode(last.schema, &last.body), Ok(Event::PutBeforeSsc { .. })));
    assert!(last.cause.starts_with("reload:"));
}

#[tokio::test]
async fn a_case_that_has_no_meeting_left_waits_until_one_is_added() {
    let office = Office::with_a_mail().await;
    let all = std::fs::read_to_string(office.path("directory/meetings.toml")).unwrap();
    std::fs::write(office.path("directory/meetings.toml"), "").unwrap();
    office.adopt().await;
    office.wake().await;
    let deferred = office.case().await;
    assert!(deferred.pace.deferred_until("ssc_meeting").is_some(), "{:?}", deferred.pace);
    office.pass(TimeDelta::hours(1));
    std::fs::write(office.path("directory/meetings.toml"), all).unwrap();
    office.adopt().await;
    office.wake().await;
    let again = office.case().await;
    assert!(again.meeting_on.is_some());
    office.pass(TimeDelta::days(60));
    office.wake().await;
    assert!(office.case().await.meeting_on > again.meeting_on, "it waits as before");
}
