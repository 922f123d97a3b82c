//! One batch is decided while the one before it is being committed: it stands on that one, and falls with it.

use std::fs;

use sscd::domain::case::{Asked, Move, Refusal, Signal};
use sscd::domain::folder::FolderRole;
use sscd::domain::id::{InboxId, Key, SubjectId};
use sscd::domain::route::{ReadMail, Target};
use sscd::engine::{CaseWork, Work, read_mail, rebuild};
use sscd::store::{RegisterFilter, Verified};

use super::{Office, noon};

fn mail(office: &Office, inbox: InboxId, raw: &str) -> Work {
    let reading = read_mail(raw.as_bytes(), &office.engine.world());
    let sha256 = String::new();
    let (received_at, role) = (noon(), FolderRole::Notices);
    Work::Mail(Box::new(ReadMail {
        inbox,
        received_at,
        role,
        sha256,
        reading,
        perhaps_answered: false,
        is_read_again: false,
    }))
}

/// The same notification in two mails, each with its inbox row.
async fn twice(office: &Office) -> (Work, Work) {
    let first = fs::read_to_string("tests/mail/good/form-complete.eml").unwrap();
    let second = first.replace("Message-ID: <", "Message-ID: <again.").replace("Dear", "Hello again, dear");
    fs::write(office.path("mail/new/1"), &first).unwrap();
    office.collect().await;
    fs::write(office.path("mail/new/2"), &second).unwrap();
    office.collect().await;
    (mail(office, InboxId(1), &first), mail(office, InboxId(2), &second))
}

/// Something that was handled before: no commit can hold it again.
fn handled_before() -> Work {
    Work::Case(Box::new(CaseWork {
        target: Target::Case(SubjectId("SUS-2026-0001".into())),
        cause: "mail:1:0".into(),
        actor: "daemon".into(),
        signal: Signal::Asked {
            by: Key("priya.nair".into()),
            what: Asked::Move { what: Move::Hold, reason: "a test".into() },
        },
        inbox: Vec::new(),
        deliveries: Vec::new(),
    }))
}

/// The journal is whole, and the register is what it comes to.
async fn is_sound(office: &Office) {
    let store = &office.engine.store;
    assert!(matches!(store.verify().await.unwrap(), Verified::Whole { .. }));
    let before = store.register_list(&RegisterFilter::All, None, 100).await.unwrap();
    let term = store.seize("a test", noon(), std::time::Duration::from_mins(1)).await.unwrap();
    rebuild(store, term, &office.engine.world(), |_| ()).await.unwrap();
    let after = store.register_list(&RegisterFilter::All, None, 100).await.unwrap();
    let body = |rows: Vec<sscd::store::RegisterRow>| -> Vec<_> {
        rows.into_iter().map(|row| (row.subject, row.version, String::from_utf8(row.body).unwrap())).collect()
    };
    assert_eq!(body(before), body(after));
}

#[tokio::test]
async fn a_batch_knows_what_the_one_before_it_will_have_written() {
    let office = Office::new().await;
    let (first, second) = twice(&office).await;
    let (first, second) = tokio::join!(office.engine.handle(vec![first]), office.engine.handle(vec![second]));
    assert_eq!(first.unwrap(), second.unwrap());
    assert_eq!(office.engine.store.register_list(&RegisterFilter::All, None, 9).await.unwrap().len(), 1);
    is_sound(&office).await;
}

#[tokio::test]
async fn a_batch_that_fails_takes_what_was_decided_on_it_along_and_nothing_else() {
    let office = Office::new().await;
    let (first, second) = twice(&office).await;
    office.engine.handle(vec![first]).await.unwrap();
    let (failed, second) =
        tokio::join!(office.engine.handle(vec![handled_before()]), office.engine.handle(vec![second]));
    let [Err(Refusal { .. })] = failed.unwrap().as_slice() else { panic!("it was handled before") };
    let [Ok(subjects)] = &second.unwrap()[..] else { panic!("the second mail is as good as the first") };
    assert_eq!(subjects, &[SubjectId("SUS-2026-0001".into())]);
    is_sound(&office).await;
}
