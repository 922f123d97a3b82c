//! The poison table (FIELD.md) where mail really lies: 60 good mails with each kind of odd one between them in a real
//! Dovecot. Whatever the server makes of the odd ones, the good ones are answered at once and nothing is lost.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime};

use sscd::adapters::clock::SystemClock;
use sscd::ports::Clock as _;
use sscd::store::{Counts, InboxFilter, Outcome};

use super::{Office, message_id};
use crate::poison::odd::{AT_ONCE, Kind, N_GOOD, kinds};
use crate::servers::dovecot::OFFICE;

#[test]
fn sixty_good_mails_are_answered_whatever_lies_between_them_in_dovecot() {
    let office = Office::open();
    let mut daemon = office.start();
    let kinds = kinds();
    let (mut n_mails, mut served_in) = (0, Vec::new());
    let earlier = SystemTime::from(SystemClock.now()) - Duration::from_hours(1);
    for (kind, n) in kinds.iter().zip(0_u32..) {
        let began = Instant::now();
        let mails = kind.among_good(n as usize * N_GOOD);
        n_mails += mails.len();
        office.dovecot.lay_down_for(OFFICE, &mails, earlier + Duration::from_secs(n.into()));
        let is_settled = |counts: &Counts| {
            let is_waiting = counts.inbox.iter().any(|(outcome, n)| *outcome == Outcome::Waiting && *n > 0);
            counts.n_sightings == i64::try_from(n_mails).unwrap()
                && !is_waiting
                && counts.n_open_deliveries() == 0
        };
        // Counted one after the other, the sightings last: only the second time all are known to be there.
        let is_done = daemon.until(|_| is_settled(&office.counts()) && is_settled(&office.counts()));
        assert!(is_done, "{}: {:#?}\n{}", kind.name, office.counts(), daemon.said.join("\n"));
        served_in.push((kind.name, began.elapsed()));
    }
    for (name, took) in &served_in {
        eprintln!("{name:<32} {N_GOOD} good served in {took:.1?}");
        assert!(*took < AT_ONCE, "{name}: {took:?}");
    }
    drop(daemon);
    let good: Vec<String> = (0..kinds.len() * N_GOOD).map(message_id).collect();
    let answers = office.answers();
    assert_eq!(answers.n_copies, 0, "letters that came twice");
    let not_once: Vec<&String> =
        good.iter().filter(|id| answers.to.iter().filter(|to| to == id).count() != 1).collect();
    assert!(not_once.is_empty(), "not answered once: {not_once:?}");
    assert_odd_ones_are_kept(&office, &kinds);
}

/// Dovecot gives every line CR LF, and 0x80 for NUL; all else is to be here as it was laid down.
fn as_kept(mail: &[u8]) -> Vec<u8> {
    mail.iter().filter(|byte| **byte != b'\r').map(|byte| if *byte == 0 { 0x80 } else { *byte }).collect()
}

fn assert_odd_ones_are_kept(office: &Office, kinds: &[Kind]) {
    let mut kept: BTreeMap<Vec<u8>, Vec<Outcome>> = office.block(async {
        let store = office.store().await;
        let mut kept: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for row in store.inbox_list(&InboxFilter::All, None, 100_000).await.unwrap() {
            kept.entry(as_kept(&store.raw(row.inbox).await.unwrap())).or_default().push(row.outcome);
        }
        store.close().await;
        kept
    });
    let mut wrong = Vec::new();
    for kind in kinds {
        let found: Vec<Outcome> =
            kind.mails.iter().flat_map(|mail| kept.remove(&as_kept(mail)).unwrap_or_default()).collect();
        wrong.extend(kind.wrong(found.iter().map(|outcome| outcome.as_str()).collect()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
