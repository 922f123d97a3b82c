//! Mails of the corpus with bytes flipped, cut out and spliced in: none ends the reader, none is lost, and no letter
//! goes to a stranger. `SSCD_SEED` plays another set.

use std::collections::{BTreeMap, BTreeSet};

use sscd::domain::folder::FolderRole;
use sscd::domain::message::Verdict;
use sscd::domain::notification::Reading;
use sscd::store::{Arrival, Content, InboxFilter, LetterFilter, Outcome};

use crate::dice::Dice;
use crate::engine::{Office, noon};
use crate::fuzz::{befall, mails};

/// Mails that are taken in and decided together.
const BATCH: usize = 500;

/// One of the mails after a few accidents.
fn mutated(corpus: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut mail = corpus[dice.below(corpus.len())].clone();
    let other = &corpus[dice.below(corpus.len())];
    befall(&mut mail, &[other], dice);
    mail
}

async fn play(n_mails: usize) {
    let seed = std::env::var("SSCD_SEED").map_or(20_261_102, |seed| seed.parse().unwrap());
    let mut dice = Dice(seed);
    let corpus = mails();
    let office = Office::new().await;
    let store = &office.engine.store;
    office.collect().await;
    let mut distinct = BTreeSet::new();
    for first in (0..n_mails).step_by(BATCH) {
        let arrivals = (first..n_mails.min(first + BATCH)).map(|n| {
            let mail = mutated(&corpus, &mut dice);
            distinct.insert(mail.clone());
            let role = FolderRole::Notices;
            Arrival { locator: n.to_string(), received_at: noon(), role, content: Content::Whole(mail) }
        });
        let arrivals: Vec<Arrival> = arrivals.collect();
        let cursor = store.cursor("shared").await.unwrap().unwrap();
        store.take_in(arrivals, &cursor, noon()).await.unwrap();
        office.read().await;
    }
    let rows = store.inbox_list(&InboxFilter::All, None, 100_000).await.unwrap();
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        *tally.entry(row.outcome.as_str()).or_default() += 1;
    }
    let letters = store.letters(&LetterFilter::All, None, 100_000).await.unwrap();
    eprintln!("SSCD_SEED={seed}: {n_mails} mails, {} letters, {tally:?}", letters.len());
    assert_eq!(rows.len(), distinct.len(), "every mail has its row");
    let undone: Vec<_> =
        rows.iter().filter(|row| [Outcome::Waiting, Outcome::SetAside].contains(&row.outcome)).collect();
    assert!(undone.is_empty(), "seed {seed}: {undone:?}");
    // Registered contacts, and senders for whom our own server vouches and who are registered to a User.
    let world = office.engine.world();
    let users = world.directory.users();
    let on = noon().date_naive();
    let readings =
        rows.iter().filter_map(|row| serde_json::from_slice::<Reading>(row.reading.as_deref()?).ok());
    let verified: BTreeSet<String> = readings
        .filter(|reading| reading.sender.vouch.verdict == Verdict::Verified)
        .filter_map(|reading| reading.sender.address)
        .filter(|address| users.iter().any(|user| world.directory.registered_to(address, user, on)))
        .map(|address| address.to_string())
        .collect();
    let is_known = |recipient: &str| {
        verified.contains(recipient) || users.iter().any(|user| user.contact.email.as_str() == recipient)
    };
    for delivery in letters.iter().flat_map(|letter| &letter.deliveries) {
        assert!(is_known(delivery.recipient.as_str()), "seed {seed}: a letter for {}", delivery.recipient);
    }
}

#[tokio::test]
async fn five_hundred_mutated_mails_harm_nobody() {
    play(500).await;
}

#[tokio::test]
#[ignore = "takes half a minute: `tests/run.sh --all` runs it"]
async fn ten_thousand_mutated_mails_harm_nobody() {
    play(10_000).await;
}
