//! Forecast equals fate: what is foretold of a record with cases in many states is what the engine then sends, letter by
//! letter and date by date, under a clock that knows nothing of what is waited for.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sscd::domain::workday::london_date;
use sscd::domain::world::World;
use sscd::engine::Probe;
use sscd::rehearse::{Ends, MOST_STEPS, Play, Rehearsal, Setting, Tray, forecast, read_script};

/// Of the first day: complete, with gaps, withheld, in use, objected to, on hold, decided in several ways, in triage.
const DAY_0: &str = "\
> now 2026-11-02 09:30, with the desk
> mail good/form-complete.eml
> mail good/incomplete.eml
> mail good/already-in-use.eml
> mail good/ids-withheld.eml
> mail good/form-complete.eml, sent again
    Aurora portal => Borealis portal
> mail good/form-complete.eml, sent again
    Aurora portal => Cassiopeia portal
    Assessed before: No => Dear all
> mail good/form-complete.eml, vouched for by nobody
    Aurora portal => Draco portal
    <11.0c11@northwind.test> => <12.0c11@northwind.test>
> mail good/form-complete.eml, sent again
    Aurora portal => Eridanus portal
    1 March 2027 => 4 January 2027
> priya.nair holds SUS-2026-0004: they telephoned
> priya.nair decides SUS-2026-0005 assessment-required, minute SSC-2026-23/2, type Full, due 2026-12-11
> priya.nair decides SUS-2026-0003 await-annual-review, minute SSC-2026-23/3
> mail from a.person@elsewhere.test
    Subject: Second User System

    We shall employ a second User System next year. What must we do?
> advance 1 day
";

const UNTIL: &str = "2027-01-15";

/// When, what, to whom, of what.
type Fate = (NaiveDate, String, Vec<String>, String);

fn trays() -> Vec<Tray> {
    vec![Tray::new("mail".into(), sscd::domain::folder::FolderRole::Notices)]
}

fn probe() -> Probe {
    Probe::new(env!("CARGO_BIN_EXE_sscd").into(), None)
}

async fn on_copy(play: &Play, file: &Path, world: &Arc<World>) -> Rehearsal {
    play.engine().store.backup(file, None).await.unwrap();
    Rehearsal::begin(file.to_path_buf(), world.clone(), play.now(), trays(), probe()).await.unwrap()
}

#[tokio::test]
async fn what_is_foretold_comes() {
    let mails = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail");
    let setting = Arc::new(Setting::new(None, Vec::new(), mails, probe()).unwrap());
    let steps = read_script(DAY_0).unwrap();
    let mut play = Play::begin(&steps, &setting, Ends::Never).await.unwrap();
    for step in steps.iter().skip(1) {
        play.step(step).await.unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let (world, until) = (play.engine().world(), UNTIL.parse::<NaiveDate>().unwrap());
    let end: DateTime<Utc> = until.and_hms_opt(23, 0, 0).unwrap().and_utc();

    let mut told = on_copy(&play, &folder.path().join("forecast.db"), &world).await;
    let foretold = forecast(&mut told, end, MOST_STEPS).await.unwrap();
    assert_eq!((&foretold.alarms, foretold.ended_at), (&Vec::new(), None));
    let of = |at, kind: &str, to: &[String], subject: &str| -> Fate {
        (london_date(at), kind.to_owned(), to.to_vec(), subject.to_owned())
    };
    let mut foretold: Vec<Fate> =
        foretold.letters.iter().map(|one| of(one.at, &one.kind, &one.to, &one.subject.0)).collect();

    let mut lived = on_copy(&play, &folder.path().join("fate.db"), &world).await;
    let mut came: Vec<Fate> = Vec::new();
    while lived.now() < end {
        lived.settle().await.unwrap();
        for sent in lived.post.take() {
            let letter = lived.engine.store.by_message_id(&sent.message_id).await.unwrap().unwrap();
            let to: Vec<String> = letter.deliveries.iter().map(|one| one.recipient.to_string()).collect();
            came.push(of(lived.now(), &letter.kind, &to, &letter.subject.0));
        }
        lived.clock.advance(TimeDelta::hours(1));
    }
    foretold.sort();
    came.sort();
    let kinds: std::collections::BTreeSet<_> = came.iter().map(|(_, kind, _, _)| kind.as_str()).collect();
    for kind in ["digest", "deadline_note", "decision_request", "note", "paper_notice", "start_question"] {
        assert!(kinds.contains(kind), "no {kind} among {kinds:?}");
    }
    for (foretold, came) in foretold.iter().zip(&came) {
        assert_eq!(foretold, came);
    }
    assert_eq!(foretold.len(), came.len());
}

#[tokio::test]
async fn a_forecast_that_takes_too_long_says_where_it_was_given_up() {
    let mails = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail");
    let setting = Arc::new(Setting::new(None, Vec::new(), mails, probe()).unwrap());
    let steps = read_script("> now 2026-11-02 09:30, with the desk").unwrap();
    let play = Play::begin(&steps, &setting, Ends::Never).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let world = play.engine().world();
    let mut told = on_copy(&play, &folder.path().join("forecast.db"), &world).await;
    let end = "2027-01-15T23:00:00Z".parse().unwrap();
    let found = forecast(&mut told, end, 3).await.unwrap();
    assert_eq!(found.ended_at, Some(told.now()));
    assert!(found.ended_at < Some("2026-11-05T00:00:00Z".parse().unwrap()), "{found:?}");
}
