//! Senders that we verify ourselves: keys come from a DNS that the test writes, and that may be silent.

use std::collections::HashMap;
use std::fs;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::TimeDelta;
use data_encoding::BASE64;
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter as _;
use mail_auth::dkim::DkimSigner;
use sscd::domain::id::InboxId;
use sscd::domain::message::{DkimResult, Verdict, Vouch as Judged};
use sscd::domain::notification::Reading;
use sscd::engine::{Idle, Service as _, Vouch};
use sscd::ports::{Failure, Resolver};
use sscd::store::{InboxRow, LetterFilter, Outcome};

use super::Office;

/// A DNS of a few names; one that says nothing is down.
#[derive(Default)]
struct Zone {
    texts: Mutex<Option<HashMap<String, String>>>,
    n_asked: Mutex<usize>,
}

impl Zone {
    fn with(name: &str, text: &str) -> Arc<Self> {
        let zone = Arc::new(Self::default());
        *zone.texts.lock().unwrap() = Some(HashMap::from([(name.to_owned(), text.to_owned())]));
        zone
    }

    fn n_asked(&self) -> usize {
        *self.n_asked.lock().unwrap()
    }
}

#[async_trait]
impl Resolver for Zone {
    async fn texts(&self, name: &str) -> Result<Vec<String>, Failure> {
        *self.n_asked.lock().unwrap() += 1;
        let texts = self.texts.lock().unwrap();
        let texts = texts.as_ref().ok_or_else(|| Failure::retry("no answer in 10 s"))?;
        Ok(texts.get(name).cloned().into_iter().collect())
    }
}

const NAME: &str = "mail._domainkey.northwind.test.";

/// An office that verifies by itself, with a notice that is really signed, and the text of its key.
async fn office() -> (Office, String) {
    let office = Office::new().await;
    office.edit("sscd.toml", "authserv_ids = [\"mx.sec.test\"]", "verify_dkim = true");
    office.adopt().await;
    let notice = fs::read_to_string("tests/mail/good/form-complete.eml").unwrap();
    let (_, notice) = notice.split_once("\nFrom: ").unwrap();
    let notice = format!("From: {notice}").replace("\r\n", "\n").replace('\n', "\r\n");
    let key = Ed25519Key::from_pkcs8_der(&Ed25519Key::generate_pkcs8().unwrap()).unwrap();
    let text = format!("v=DKIM1; k=ed25519; p={}", BASE64.encode(&key.public_key()));
    let signer = DkimSigner::from_key(key).domain("northwind.test").selector("mail");
    let signer = signer.headers(["From", "To", "Subject", "Date", "Message-ID"]);
    let whole = signer.sign(notice.as_bytes()).unwrap().to_header() + &notice;
    fs::write(office.path("mail/new/signed.eml"), whole.replace("\r\n", "\n")).unwrap();
    office.collect().await;
    (office, text)
}

async fn row(office: &Office) -> InboxRow {
    office.engine.store.inbox_row(InboxId(1)).await.unwrap().unwrap()
}

fn judged(row: &InboxRow) -> Judged {
    serde_json::from_slice::<Reading>(row.reading.as_ref().unwrap()).unwrap().sender.vouch
}

async fn until_idle(vouch: &mut Vouch) -> Idle {
    loop {
        let idle = vouch.run_once().await.unwrap();
        if idle != Idle::Never {
            return idle;
        }
    }
}

#[tokio::test]
async fn a_mail_is_read_once_its_signature_was_checked_and_keeps_what_was_found() {
    let (office, text) = office().await;
    office.read().await;
    assert_eq!(row(&office).await.outcome, Outcome::Waiting, "nobody has asked for its key");
    let zone = Zone::with(NAME, &text);
    let mut vouch = Vouch::new(office.engine.clone(), zone.clone());
    assert_eq!(until_idle(&mut vouch).await, Idle::UntilTold);
    office.read().await;
    let row = row(&office).await;
    assert_eq!((row.outcome, judged(&row).verdict), (Outcome::Case, Verdict::Verified), "{row:?}");
    let vouched = row.vouched.unwrap();
    assert_eq!(vouched.signatures[0].key.as_ref(), Some(&text));
    // What is kept is kept: another answer of the DNS changes nothing, and it is not asked again.
    assert_eq!(until_idle(&mut vouch).await, Idle::UntilTold);
    assert_eq!(zone.n_asked(), 1);
    let mut other = vouched.clone();
    other.signatures.clear();
    office.engine.store.vouch(&[(InboxId(1), other)]).await.unwrap();
    assert_eq!(office.engine.store.inbox_row(InboxId(1)).await.unwrap().unwrap().vouched, Some(vouched));
    let letters = office.engine.store.letters(&LetterFilter::All, None, 9).await.unwrap();
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert!(letter.deliveries.iter().any(|one| one.recipient.as_str().ends_with("@northwind.test")));
}

#[tokio::test]
async fn a_dns_that_is_silent_holds_a_mail_for_a_quarter_of_an_hour_and_no_longer() {
    let (office, _) = office().await;
    let zone = Arc::new(Zone::default());
    let mut vouch = Vouch::new(office.engine.clone(), zone.clone());
    let begun = office.engine.clock.now();
    let mut waits = Vec::new();
    while let Idle::Until(at) = until_idle(&mut vouch).await {
        office.read().await;
        assert_eq!(row(&office).await.outcome, Outcome::Waiting);
        waits.push((at - begun).num_seconds());
        office.pass(at - office.engine.clock.now());
    }
    assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 900]);
    assert_eq!(zone.n_asked(), 10);
    office.read().await;
    let row = row(&office).await;
    let judged = judged(&row);
    assert_eq!((row.outcome, judged.verdict), (Outcome::Case, Verdict::Unverified));
    assert!(judged.reasons[0].contains("was not to be had: no answer in 10 s"), "{judged:?}");
    assert_eq!(row.vouched.unwrap().signatures[0].result, DkimResult::TempError);
}

#[tokio::test]
async fn a_dns_that_comes_back_is_asked_again_also_by_the_next_daemon() {
    let (mut office, text) = office().await;
    let mut vouch = Vouch::new(office.engine.clone(), Arc::new(Zone::default()));
    assert!(matches!(until_idle(&mut vouch).await, Idle::Until(_)));
    drop(vouch);
    office.restart().await;
    office.pass(TimeDelta::seconds(7));
    let mut vouch = Vouch::new(office.engine.clone(), Zone::with(NAME, &text));
    assert_eq!(until_idle(&mut vouch).await, Idle::UntilTold);
    office.read().await;
    assert_eq!(judged(&row(&office).await).verdict, Verdict::Verified);
}

#[tokio::test]
async fn nobody_is_asked_where_our_own_server_judges() {
    let office = Office::new().await;
    office.drop_mail("form-complete.eml");
    office.collect().await;
    let zone = Arc::new(Zone::default());
    let mut vouch = Vouch::new(office.engine.clone(), zone.clone());
    assert_eq!(until_idle(&mut vouch).await, Idle::UntilTold);
    office.read().await;
    let row = row(&office).await;
    assert_eq!((row.outcome, row.vouched.clone(), zone.n_asked()), (Outcome::Case, None, 0));
    assert_eq!(judged(&row).verdict, Verdict::Verified);
}
