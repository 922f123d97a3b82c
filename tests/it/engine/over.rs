//! A wait that is over although it is waited for no more: something before it in the same batch was faster.

use chrono::TimeDelta;
use sscd::domain::case::{self, Reference};
use sscd::domain::desk;
use sscd::domain::id::SubjectId;
use sscd::domain::route::Target;
use sscd::engine::{CaseWork, Work};

use super::Office;

fn of_case(subject: SubjectId, n: usize) -> Work {
    Work::Case(Box::new(CaseWork {
        cause: format!("wait {n}"),
        target: Target::Case(subject),
        actor: "daemon".into(),
        signal: case::Signal::WaitOver { wait: case::WaitKind::PutBeforeSsc },
        inbox: Vec::new(),
        deliveries: Vec::new(),
    }))
}

fn of_desk(n: usize) -> Work {
    Work::Desk {
        cause: format!("wait {n}"),
        actor: "daemon".into(),
        signal: desk::Signal::WaitOver { wait: desk::WaitKind::Digest },
        inbox: Vec::new(),
        deliveries: Vec::new(),
    }
}

#[tokio::test]
async fn a_wait_that_is_there_no_more_is_quietly_over() {
    let office = Office::new().await;
    office.edit("sscd.toml", "digest = \"\"", "digest = \"0 30 8 * * Mon-Fri\"");
    office.adopt().await;
    office.wake().await;
    office.drop_mail("form-complete.eml");
    office.collect().await;
    office.read().await;
    office.pass(TimeDelta::days(1));
    let (engine, desk) = (&office.engine, SubjectId::desk());
    let subject = Reference { year: 2026, number: 1 }.subject();
    for work in [[of_case(subject.clone(), 1), of_case(subject.clone(), 2)], [of_desk(1), of_desk(2)]] {
        let of = if matches!(work[0], Work::Desk { .. }) { &desk } else { &subject };
        let n_before = engine.store.journal(of).await.unwrap().len();
        let done = engine.handle(work.to_vec()).await.unwrap();
        assert!(done.iter().all(Result::is_ok), "{done:?}");
        let journal = engine.store.journal(of).await.unwrap();
        let causes: Vec<&str> = journal[n_before..].iter().map(|one| one.entry.cause.as_str()).collect();
        assert!(!causes.is_empty() && causes.iter().all(|cause| *cause == "wait 1"), "{causes:?}");
        let now = engine.clock.now();
        assert!(engine.store.timers(of).await.unwrap().iter().all(|timer| timer.due_at > now));
    }
}
