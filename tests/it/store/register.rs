//! Register and timers.

use sscd::domain::id::Key;
use sscd::store::*;

use super::place::{Place, block};
use super::sample::*;

fn caches(registers: Vec<RegisterRow>, timers: Vec<(sscd::domain::id::SubjectId, Vec<TimerRow>)>) -> Commit {
    Commit { at: at(1), registers, timers, ..Commit::default() }
}

pub fn timers_are_replaced_whole(place: &Place) {
    block(async {
        let store = place.open().await;
        let term = lead(&store).await;
        assert_eq!(store.next_due().await.unwrap(), None);
        let first = vec![timers(1, &[30, 10, 20]), timers(2, &[15])];
        store.commit(term, caches(vec![], first)).await.unwrap();
        assert_eq!(store.next_due().await.unwrap(), Some(at(10)));
        let due = store.due_timers(at(15), 9).await.unwrap();
        assert_eq!(due.iter().map(|t| t.timer.due_at).collect::<Vec<_>>(), [at(10), at(15)]);
        assert_eq!((&due[0].subject, due[0].timer.ordinal), (&subject(1), 1));
        assert_eq!(store.due_timers(at(99), 3).await.unwrap().len(), 3);
        store.commit(term, caches(vec![], vec![timers(1, &[40])])).await.unwrap();
        assert_eq!(store.timers(&subject(1)).await.unwrap(), timers(1, &[40]).1);
        store.commit(term, caches(vec![], vec![timers(1, &[]), timers(2, &[])])).await.unwrap();
        assert_eq!(store.next_due().await.unwrap(), None);
    });
}

pub fn subjects_are_found_by_user_and_kind(place: &Place) {
    block(async {
        let store = place.open().await;
        let term = lead(&store).await;
        store.commit(term, caches((1..=6).map(|n| register(n, 1)).collect(), vec![])).await.unwrap();
        let logged = RegisterRow { stage: "logged".into(), user: None, ..register(4, 2) };
        store.commit(term, caches(vec![logged.clone()], vec![])).await.unwrap();
        let users = [Key("user-1".into()), Key("user-0".into()), Key("nobody".into())];
        let found = store.register_of_users(&users).await.unwrap();
        let names: Vec<_> = found.iter().map(|row| row.subject.clone()).collect();
        assert_eq!(names, [subject(3), subject(6), subject(1)]);
        let cases = RegisterFilter::Kind("case".into());
        assert_eq!(store.register_list(&cases, Some(&subject(3)), 1).await.unwrap(), [logged]);
        let page = store.register_list(&RegisterFilter::All, Some(&subject(4)), 1).await.unwrap();
        assert_eq!(page, [register(5, 1)]);
        let desks = RegisterFilter::Kind("desk".into());
        assert_eq!(store.register_list(&desks, None, 9).await.unwrap(), []);
    });
}

pub fn the_caches_are_written_anew(place: &Place) {
    block(async {
        let store = place.open().await;
        let term = lead(&store).await;
        store.commit(term, caches(vec![register(1, 1)], vec![timers(1, &[10])])).await.unwrap();
        store.replace_register(term, &[register(2, 4)], &[timers(2, &[20, 30])]).await.unwrap();
        let all = store.register_list(&RegisterFilter::All, None, 9).await.unwrap();
        assert_eq!(all, [register(2, 4)]);
        assert_eq!(store.due_timers(at(99), 9).await.unwrap().len(), 2);
    });
}
