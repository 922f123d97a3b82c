//! Whatever was committed, in whatever order and with whatever failures between, folds to what is read.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use sscd::store::*;

use super::place::{Place, block};
use super::sample::*;

/// One commit: for each subject the number of its new events and its timers; perhaps spoilt, perhaps reopened after.
#[derive(Debug, Clone)]
struct Step {
    subjects: BTreeMap<i64, (i64, Vec<i64>)>,
    is_spoilt: bool,
    reopen: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let subject = (1..4_i64, prop::collection::vec(0..1000_i64, 0..4));
    (
        prop::collection::btree_map(1..30_i64, subject, 0..20),
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.1),
    )
        .prop_map(|(subjects, is_spoilt, reopen)| Step { subjects, is_spoilt, reopen })
}

pub fn what_is_read_is_what_was_committed(place: &Place) {
    let cases = if place.engine() == Engine::Sqlite { 24 } else { 8 };
    let config =
        Config { cases, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..Config::default() };
    let steps = prop::collection::vec(step(), 1..12);
    let run = |steps: Vec<Step>| {
        block(play(&place.fresh(), steps));
        Ok(())
    };
    TestRunner::new(config).run(&steps, run).unwrap();
}

async fn play(place: &Place, steps: Vec<Step>) {
    let mut store = place.open().await;
    let mut folded: BTreeMap<i64, (i64, Vec<i64>)> = BTreeMap::new();
    let mut n_events = 0;
    for step in steps {
        let term = lead(&store).await;
        let mut commit = Commit { at: at(5), ..Commit::default() };
        let mut then = folded.clone();
        for (n, (n_new, due)) in step.subjects {
            let before = then.get(&n).map_or(0, |(version, _)| *version);
            commit.events.extend((1..=n_new).map(|i| entry(n, before + i, "{}")));
            commit.handled.push((subject(n), format!("cause {}", before + n_new)));
            commit.registers.push(register(n, before + n_new));
            commit.timers.push(timers(n, &due));
            then.insert(n, (before + n_new, due));
        }
        let n_new = i64::try_from(commit.events.len()).unwrap();
        if step.is_spoilt {
            commit.erasures.push(i64::MAX);
            assert!(matches!(store.commit(term, commit).await, Err(StoreError::Conflict(_))));
        } else {
            store.commit(term, commit).await.unwrap();
            folded = then;
            n_events += n_new;
        }
        if step.reopen {
            store.close().await;
            store = place.open().await;
        }
    }
    let registers = store.register_list(&RegisterFilter::All, None, 99).await.unwrap();
    let expected: Vec<_> = folded.iter().map(|(n, (version, _))| register(*n, *version)).collect();
    assert_eq!(registers, expected);
    for (n, (version, due)) in &folded {
        let mut expected = timers(*n, due).1;
        expected.sort_by_key(|timer| (timer.due_at, timer.ordinal));
        assert_eq!(store.timers(&subject(*n)).await.unwrap(), expected);
        let versions: Vec<_> =
            store.journal(&subject(*n)).await.unwrap().iter().map(|e| e.entry.version).collect();
        assert_eq!(versions, (1..=*version).collect::<Vec<_>>());
    }
    let Verified::Whole { n, .. } = store.verify().await.unwrap() else { panic!("the chain is broken") };
    assert_eq!(n, n_events);
    store.close().await;
}
