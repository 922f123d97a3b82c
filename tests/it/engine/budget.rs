//! Letters that are over budget: held in sight, alarmed of, released by a person; and what is counted is what the
//! record says.

use std::fs;

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use sscd::domain::budget::Budget;
use sscd::domain::id::LetterId;
use sscd::engine::{Ask, Read, Service};
use sscd::ports::Clock;
use sscd::store::{LetterFilter, LetterState};

use super::Office;
use crate::notice::{NOTIFIERS, notice};

impl Office {
    /// The n-th notice of this User comes.
    async fn notify(&self, user: usize, n: usize) {
        let name = format!("{user}.{n}");
        fs::write(self.path("mail/new").join(name), notice(n * NOTIFIERS.len() + user)).unwrap();
        self.collect().await;
    }

    async fn assert_counted_as_recorded(&self, what: &str) {
        let now = self.clock.now();
        let (mut kept, mut loaded) = (self.engine.budget(), Budget::default());
        for (to, at) in self.engine.store.left_since(Budget::since(now)).await.unwrap() {
            loaded.spend(&to, at);
        }
        kept.forget_before(now);
        loaded.forget_before(now);
        assert_eq!(kept, loaded, "{what}");
    }
}

fn release(letter: i64) -> Ask {
    Ask::Release { letter: LetterId(letter), to: Vec::new() }
}

#[tokio::test]
async fn the_sixth_letter_in_an_hour_waits_for_a_person_and_the_alarm_for_it() {
    let mut office = Office::new().await;
    for n in 0..7 {
        office.notify(0, n).await;
    }
    office.read().await;
    let because = "budget spent: at most 5 letters in an hour to one address (budget.answers_to_address)";
    for letter in 6..=7 {
        let LetterState::Draft { because: found, .. } = office.letter(letter).await.state else { panic!() };
        assert_eq!(found, because);
    }
    assert_eq!(office.n_letters(LetterFilter::Drafts).await, 2);
    let alarms = office.alarms().await;
    assert_eq!(alarms.len(), 1, "{alarms:?}");
    assert!(alarms[0].starts_with("budget: letters are held because a budget is spent (at most 5 letters"));
    assert!(!office.is_well());
    // Another User is answered, and a restart changes nothing.
    office.restart().await;
    office.notify(1, 0).await;
    office.notify(0, 8).await;
    office.read().await;
    assert_eq!(office.n_letters(LetterFilter::Drafts).await, 3);

    // A person's release leaves at once, and counts: the hour of the sixth is not over with that of the five.
    office.ask(release(6)).await.unwrap();
    assert!(matches!(office.letter(6).await.state, LetterState::Sealed { .. }));
    office.pass(TimeDelta::minutes(61));
    for n in 9..15 {
        office.notify(0, n).await;
    }
    office.read().await;
    assert_eq!(office.n_letters(LetterFilter::Drafts).await, 3);
    for letter in office.engine.store.letters(&LetterFilter::Drafts, None, 10).await.unwrap() {
        assert!(!office.is_well());
        let reason = "one is enough".into();
        office.ask(Ask::Discard { letter: letter.letter, reason }).await.unwrap();
    }
    assert_eq!(office.alarms().await, [""; 0]);
    assert!(office.is_well());
}

/// What happens to an office.
#[derive(Debug, Clone)]
enum Turn {
    Notices {
        user: usize,
        n: usize,
    },
    Minutes(i64),
    /// A person releases the longest held letter.
    Release,
    /// Another process takes the lead: a batch comes to nothing. Then this one starts anew.
    Overtaken {
        user: usize,
    },
    Restart,
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        5 => (0..NOTIFIERS.len(), 1..8_usize).prop_map(|(user, n)| Turn::Notices { user, n }),
        3 => prop_oneof![0..70_i64, 600..1500_i64].prop_map(Turn::Minutes),
        2 => Just(Turn::Release),
        1 => (0..NOTIFIERS.len()).prop_map(|user| Turn::Overtaken { user }),
        1 => Just(Turn::Restart),
    ]
}

async fn play(turns: &[Turn]) {
    let mut office = Office::new().await;
    let mut n_notices = 0;
    for turn in turns {
        match turn {
            Turn::Notices { user, n } => {
                for _ in 0..*n {
                    n_notices += 1;
                    office.notify(*user, n_notices).await;
                }
                office.read().await;
            }
            Turn::Minutes(minutes) => office.pass(TimeDelta::minutes(*minutes)),
            Turn::Release => {
                let drafts = office.engine.store.letters(&LetterFilter::Drafts, None, 1_000).await.unwrap();
                if let Some(draft) = drafts.last() {
                    office.ask(release(draft.letter.0)).await.unwrap();
                }
            }
            Turn::Overtaken { user } => {
                n_notices += 1;
                office.notify(*user, n_notices).await;
                let lease = std::time::Duration::from_mins(1);
                office.engine.store.seize("another", office.clock.now(), lease).await.unwrap();
                let mut read = Read::new(office.engine.clone(), office.probe("sscd.toml"));
                read.run_once().await.unwrap_err();
                office.assert_counted_as_recorded("after a batch that came to nothing").await;
                office.restart().await;
            }
            Turn::Restart => office.restart().await,
        }
        office.assert_counted_as_recorded(&format!("{turn:?}")).await;
    }
}

#[test]
fn what_is_counted_is_what_the_record_says() {
    let config = Config {
        cases: 8,
        rng_seed: RngSeed::Fixed(20_261_124),
        failure_persistence: None,
        ..Config::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let turns = proptest::collection::vec(turn(), 1..14);
    let run = |turns: Vec<Turn>| {
        runtime.block_on(play(&turns));
        Ok(())
    };
    TestRunner::new(config).run(&turns, run).unwrap();
}
