//! What must be so after the run. In: the record, what was sent, what lies at the other side; out: sentences about what
//! is not so, and the figures on stdout.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sscd::adapters::clock::SystemClock;
use sscd::config::{Config, build_world};
use sscd::domain::id::SubjectId;
use sscd::engine::rebuild;
use sscd::ports::Clock as _;
use sscd::store::{
    DeliveryState, InboxFilter, InboxRow, Letter, LetterFilter, LetterState, Options, Outcome,
    RegisterFilter, Store, Verified,
};

use super::dovecot::OFFICE;
use super::fault::{Around, Faults};
use super::load::Place;
use super::plot;
use super::run::{Run, is_expected, open};

const CONNECTIONS: usize = 4;

/// Collects what is not so.
#[derive(Default)]
struct Remarks(Vec<String>);

impl Remarks {
    fn expect(&mut self, is_so: bool, what: impl FnOnce() -> String) {
        if !is_so {
            self.0.push(what());
        }
    }
}

pub async fn check(place: &Place, around: &Around<'_>, run: &Run, faults: &Faults) -> Vec<String> {
    let mut remarks = Remarks::default();
    let store = open(place).await.unwrap();
    arrivals(&store, around, run, &mut remarks).await;
    let rows = store.inbox_list(&InboxFilter::All, None, i64::MAX).await.unwrap();
    let letters = store.letters(&LetterFilter::All, None, i64::MAX).await.unwrap();
    cases(&rows, &letters, run, &mut remarks);
    post(&store, &letters, around, run, faults, &mut remarks).await;
    let alarms = store.alarms().await.unwrap();
    remarks.expect(alarms.iter().all(is_expected), || format!("alarms still stand: {alarms:?}"));
    let verified = store.verify().await.unwrap();
    remarks.expect(matches!(verified, Verified::Whole { .. }), || format!("the journal: {verified:?}"));
    let dates: Vec<_> =
        store.journal_all(0, i64::MAX).await.unwrap().iter().map(|event| event.entry.at).collect();
    remarks.expect(dates.is_sorted(), || "the journal's clock went back".into());
    remarks.0.extend(store.integrity_check().await.unwrap());
    store.close().await;
    rebuilt(place, &mut remarks).await;
    println!(
        "{} faults, of which {} kills; it ended {} times by itself and was started again",
        faults.struck.len(),
        around.daemon.n_kills,
        around.daemon.n_ends
    );
    for flat in plot::flatness(run, faults) {
        println!("{flat}");
        remarks.expect(flat.is_flat(), || format!("not flat: {flat}"));
    }
    remarks.0
}

/// Mails there are mails here.
async fn arrivals(store: &Store, around: &Around<'_>, run: &Run, remarks: &mut Remarks) {
    let counts = store.counts().await.unwrap();
    let n_lying =
        around.dovecot.doveadm(&["search", "-u", OFFICE, "mailbox", "INBOX", "all"]).lines().count();
    let n_seen = usize::try_from(counts.n_sightings).unwrap();
    println!(
        "{} mails were delivered, {n_lying} lie in the mailbox, {n_seen} were seen; {:?}",
        run.n_delivered, counts.inbox
    );
    remarks
        .expect(n_lying == run.n_delivered && n_seen == n_lying, || "mails there are not mails here".into());
    for outcome in [Outcome::Waiting, Outcome::SetAside, Outcome::Older] {
        let n: i64 = counts.inbox.iter().filter(|(one, _)| *one == outcome).map(|(_, n)| n).sum();
        remarks.expect(n == 0, || format!("{n} mails ended as {outcome:?}"));
    }
}

/// Every notice is a case with one acknowledgement, every reply belongs to its case, no program was answered.
fn cases(rows: &[InboxRow], letters: &[Letter], run: &Run, remarks: &mut Remarks) {
    let sent = &run.stream.sent;
    let mut by_id: BTreeMap<&str, Vec<&InboxRow>> = BTreeMap::new();
    for row in rows {
        by_id.entry(row.message_id.as_deref().unwrap_or_default()).or_default().push(row);
    }
    let of = |id: &str| by_id.get(id).map_or(&[][..], Vec::as_slice);
    let mut acknowledgements: BTreeMap<&SubjectId, usize> = BTreeMap::new();
    let is_sealed = |letter: &&Letter| matches!(letter.state, LetterState::Sealed { .. });
    for letter in letters.iter().filter(is_sealed).filter(|letter| letter.kind == "acknowledgement") {
        *acknowledgements.entry(&letter.subject).or_default() += 1;
    }
    let (mut subjects, mut n_copies) = (BTreeMap::new(), 0);
    for notice in &sent.notices {
        let (copies, firsts): (Vec<&&InboxRow>, Vec<&&InboxRow>) =
            of(notice).iter().partition(|row| row.outcome == Outcome::Duplicate);
        n_copies += copies.len();
        let [first] = firsts.as_slice() else {
            remarks.0.push(format!("{notice} was decided {} times", firsts.len()));
            continue;
        };
        remarks.expect(copies.iter().all(|copy| copy.duplicate_of == Some(first.inbox)), || {
            format!("a copy of {notice} is not linked to it")
        });
        match first.subjects.as_slice() {
            [subject] if first.outcome == Outcome::Case && acknowledgements.get(subject) == Some(&1) => {
                subjects.insert(notice.as_str(), subject);
            }
            other => remarks.0.push(format!("{notice} is {:?} with {other:?}", first.outcome)),
        }
    }
    let distinct: BTreeSet<_> = subjects.values().collect();
    remarks.expect(distinct.len() == sent.notices.len(), || {
        format!("{} notices are {} cases", sent.notices.len(), distinct.len())
    });
    for (reply, notice) in &sent.replies {
        let is_filed = of(reply).iter().any(|row| {
            row.outcome == Outcome::Case && row.subjects.first() == subjects.get(notice.as_str()).copied()
        });
        remarks.expect(is_filed, || format!("{reply} is not in the case of {notice}"));
    }
    for robot in &sent.robots {
        let was_answered = of(robot).iter().any(|row| row.outcome == Outcome::Case);
        remarks.expect(!of(robot).is_empty() && !was_answered, || format!("{robot} came from a program"));
    }
    let most = acknowledgements.values().max();
    remarks.expect(most == Some(&1), || format!("a case has {most:?} acknowledgements"));
    println!(
        "{} notices are {} cases ({n_copies} copies linked), {} replies in theirs, {} mails of programs, {} odd ones, \
         {} sent again",
        sent.notices.len(),
        distinct.len(),
        sent.replies.len(),
        sent.robots.len(),
        sent.n_odd,
        sent.n_copies
    );
}

/// What was decided to be said lies at the other side, byte for byte; what lies there twice is counted and flagged.
async fn post(
    store: &Store,
    letters: &[Letter],
    around: &Around<'_>,
    run: &Run,
    faults: &Faults,
    remarks: &mut Remarks,
) {
    let there: BTreeSet<&str> = run.letters.keys().map(String::as_str).collect();
    let mut here = BTreeSet::new();
    let (mut n_drafts, mut n_repeated, mut n_unflagged) = (0, 0, 0);
    for letter in letters {
        // Whom to answer is for a person to say: of odd ones only, for each notice has its letter.
        if let LetterState::Draft { .. } = letter.state {
            n_drafts += 1;
            continue;
        }
        let is_accepted = letter.deliveries.iter().all(|delivery| delivery.state == DeliveryState::Accepted);
        remarks.expect(is_accepted && !letter.deliveries.is_empty(), || {
            format!("letter {} did not leave: {:?}", letter.letter.0, letter.deliveries)
        });
        here.insert(letter.message_id.as_str());
        let Some(copies) = run.letters.get(&letter.message_id) else { continue };
        let bytes = std::fs::read(around.post.folder().join(format!("{:06}.eml", copies.number))).unwrap();
        let state = store.letter(letter.letter).await.unwrap().unwrap().state;
        remarks.expect(state == LetterState::Sealed { bytes }, || {
            format!("letter {} is another", letter.letter.0)
        });
        let n_deliveries = i64::try_from(letter.deliveries.len()).unwrap();
        n_repeated += (copies.n_copies - n_deliveries).max(0);
        let is_flagged = letter.deliveries.iter().any(|delivery| delivery.possible_duplicate);
        n_unflagged += usize::from(copies.n_copies > n_deliveries && !is_flagged);
    }
    let bound = CONNECTIONS * 16 * faults.n_breaks();
    println!(
        "{} letters were to leave, {} lie at the other side, and {n_repeated} copies beside them (at most {bound} may); \
         {n_drafts} wait for a person",
        here.len(),
        there.len()
    );
    remarks.expect(here == there, || {
        let odd: Vec<_> = here.symmetric_difference(&there).take(5).collect();
        format!("letters here are not letters there: {odd:?}")
    });
    remarks.expect(usize::try_from(n_repeated).unwrap() <= bound, || format!("{n_repeated} copies"));
    remarks.expect(n_unflagged == 0, || format!("{n_unflagged} repeated letters are not flagged"));
}

/// Rebuilding changes nothing.
async fn rebuilt(place: &Place, remarks: &mut Remarks) {
    let url = format!("sqlite://{}", place.path("state/sscd.db").display());
    let store = Store::open(&url, &Options::default()).await.unwrap();
    let before = caches(&store).await;
    let term = store.seize("the soak", SystemClock.now(), Duration::from_mins(1)).await.unwrap();
    let config = Config::load(Some(&place.path("sscd.toml")), std::path::Path::new(""), &[]).unwrap();
    let n = rebuild(&store, term, &build_world(&config).unwrap(), |_| {}).await.unwrap();
    remarks.expect(caches(&store).await == before, || "rebuilding changes register or timers".into());
    println!("{n} subjects rebuilt");
    store.close().await;
}

async fn caches(store: &Store) -> Vec<String> {
    let mut all = Vec::new();
    for row in store.register_list(&RegisterFilter::All, None, i64::MAX).await.unwrap() {
        all.push(format!("{row:?} {:?}", store.timers(&row.subject).await.unwrap()));
    }
    all
}
