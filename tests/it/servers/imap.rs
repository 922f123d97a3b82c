//! The IMAP adapter against Dovecot, and against lines that go bad.

use std::time::Duration;

use sscd::adapters::imap::Imap;
use sscd::adapters::link::Security;
use sscd::adapters::login::Login;
use sscd::ports::{Body, Failure, Fetched, Found, LARGE, Mailbox, PIECE, Piece, Which};

use super::authority::Authority;
use super::dovecot::{Dovecot, OFFICE, mail};
use super::proxy::{Line, Proxy};

const SOON: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_mins(5);

fn numbers(range: std::ops::Range<usize>) -> Vec<Vec<u8>> {
    range.map(mail).collect()
}

fn deliver(dovecot: &Dovecot, range: std::ops::Range<usize>) {
    dovecot.deliver(numbers(range).iter().map(Vec::as_slice));
}

fn subjects(fetched: &[Fetched]) -> Vec<String> {
    let subject = |fetched: &Fetched| {
        let Body::Whole(bytes) = &fetched.body else { panic!("{fetched:?}") };
        let text = String::from_utf8_lossy(bytes);
        text.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap().to_owned()
    };
    let mut subjects: Vec<String> = fetched.iter().map(subject).collect();
    subjects.sort();
    subjects
}

pub async fn all(mailbox: &mut Imap) -> (i64, Vec<Found>) {
    let listing = mailbox.list(Which::After(0)).await.unwrap();
    (listing.epoch, listing.found)
}

pub fn retried(failure: &Failure) -> &str {
    let Failure::Retry { why } = failure else { panic!("expected a Retry, got {failure:?}") };
    why
}

pub fn rejected(failure: &Failure) -> &str {
    let Failure::Rejected { why } = failure else { panic!("expected a Rejected, got {failure:?}") };
    why
}

#[tokio::test]
async fn a_thousand_waiting_mails_are_listed_and_fetched_and_nothing_changes_in_the_folder() {
    let dovecot = Dovecot::start();
    dovecot.lay_down(&numbers(0..1000));
    let mut mailbox = dovecot.mailbox();
    let (epoch, found) = all(&mut mailbox).await;
    assert_eq!(found.len(), 1000);
    assert!(found.is_sorted_by_key(|found| found.position));
    assert!(found.iter().all(|found| found.received_at.is_some() && found.n_bytes > 100));
    let mut n_fetched = 0;
    for batch in sscd::ports::in_batches(&found) {
        n_fetched += subjects(&mailbox.fetch(epoch, batch).await.unwrap()).len();
    }
    assert_eq!(n_fetched, 1000);

    let listing = mailbox.list(Which::After(found[989].position)).await.unwrap();
    assert_eq!(listing.found, found[990..]);
    assert!(mailbox.list(Which::After(found[999].position)).await.unwrap().found.is_empty());
    let these = [found[3].locator.clone(), "999999".into(), found[1].locator.clone()];
    let listing = mailbox.list(Which::These(&these)).await.unwrap();
    assert_eq!(listing.found, [found[1].clone(), found[3].clone()]);
    assert_eq!(mailbox.present().await.unwrap().locators.len(), 1000);

    let of = |flag| dovecot.doveadm(&["search", "-u", OFFICE, "mailbox", "INBOX", flag]).lines().count();
    assert_eq!((of("all"), of("unseen"), of("recent")), (1000, 1000, 1000));
}

#[tokio::test]
async fn a_mail_ends_the_idle_whether_it_comes_before_it_or_in_it() {
    let dovecot = Dovecot::start();
    let mut mailbox = dovecot.mailbox();
    assert!(all(&mut mailbox).await.1.is_empty());
    deliver(&dovecot, 0..1);
    mailbox.wait(LONG).await.unwrap();
    assert_eq!(all(&mut mailbox).await.1.len(), 1);

    // Nothing comes: the wait ends by itself, and the same line goes on.
    mailbox.wait(SOON).await.unwrap();
    let waiting = tokio::spawn(async move {
        mailbox.wait(LONG).await.unwrap();
        all(&mut mailbox).await.1.len()
    });
    let delivered = tokio::task::spawn_blocking(move || {
        deliver(&dovecot, 1..2);
        dovecot
    });
    let _dovecot = delivered.await.unwrap();
    assert_eq!(waiting.await.unwrap(), 2);
}

#[tokio::test]
async fn a_server_without_idle_is_polled() {
    let dovecot = Dovecot::with("ssl = no\nimap_capability = IMAP4rev1 SASL-IR UIDPLUS\n");
    let mut mailbox = dovecot.mailbox();
    assert!(all(&mut mailbox).await.1.is_empty());
    deliver(&dovecot, 0..1);
    mailbox.wait(LONG).await.unwrap();
    assert_eq!(all(&mut mailbox).await.1.len(), 1);
}

#[tokio::test]
async fn tls_holds_with_the_right_authority_and_name_only() {
    let authority = Authority::with_certificate_for("127.0.0.1");
    let dovecot = Dovecot::with_tls(&authority);
    let account = |security, ca_file: &std::path::Path| {
        let mut account = dovecot.account();
        account.peer.port = if security == Security::Tls { dovecot.tls_port } else { dovecot.imap_port };
        account.peer.security = security;
        account.peer.ca_file = Some(ca_file.to_owned());
        Imap::new(account)
    };
    let stranger = Authority::with_certificate_for("127.0.0.1");
    for security in [Security::Tls, Security::StartTls] {
        account(security, &authority.ca_file).list(Which::After(0)).await.unwrap();
        let failure = account(security, &stranger.ca_file).list(Which::After(0)).await.unwrap_err();
        assert!(rejected(&failure).contains("cannot be trusted"), "{failure}");
    }
    let mut named = dovecot.account();
    named.peer.security = Security::Tls;
    named.peer.ca_file = None;
    named.peer.port = dovecot.tls_port;
    let failure = Imap::new(named).list(Which::After(0)).await.unwrap_err();
    assert!(rejected(&failure).contains("ca_file"), "{failure}");

    let elsewhere = Authority::with_certificate_for("other.test");
    let dovecot = Dovecot::with_tls(&elsewhere);
    let mut account = dovecot.account();
    account.peer.port = dovecot.tls_port;
    account.peer.security = Security::Tls;
    account.peer.ca_file = Some(elsewhere.ca_file.clone());
    let failure = Imap::new(account).list(Which::After(0)).await.unwrap_err();
    assert!(rejected(&failure).contains("cannot be trusted"), "{failure}");
}

#[tokio::test]
async fn no_password_is_said_without_the_security_that_was_asked_for() {
    let dovecot = Dovecot::start();
    let mut account = dovecot.account();
    account.peer.security = Security::StartTls;
    let failure = Imap::new(account).list(Which::After(0)).await.unwrap_err();
    assert!(rejected(&failure).contains("does not offer STARTTLS"), "{failure}");

    let mut account = dovecot.account();
    account.peer.host = "192.0.2.1".into();
    let failure = Imap::new(account).list(Which::After(0)).await.unwrap_err();
    assert!(rejected(&failure).contains("in the clear"), "{failure}");

    let mut account = dovecot.account();
    account.peer.security = Security::Tls;
    let failure = Imap::new(account).list(Which::After(0)).await.unwrap_err();
    assert!(rejected(&failure).contains("starttls"), "{failure}");
}

#[tokio::test]
async fn a_wrong_password_and_a_wrong_folder_are_named() {
    let dovecot = Dovecot::start();
    let mut account = dovecot.account();
    account.login = Login::with_password(OFFICE, "hunter2");
    let failure = Imap::new(account).list(Which::After(0)).await.unwrap_err();
    assert!(rejected(&failure).contains("refuses the login of \"secas@sec.test\""), "{failure}");
    assert!(!failure.to_string().contains("hunter2"));

    let mut account = dovecot.account();
    account.folder = "Nötices".into();
    let failure = Imap::new(account).list(Which::After(0)).await.unwrap_err();
    assert!(rejected(&failure).contains("does not open the folder \"Nötices\""), "{failure}");
}

#[tokio::test]
async fn a_restart_in_mid_idle_is_a_retry_and_then_all_is_well() {
    let dovecot = Dovecot::start();
    deliver(&dovecot, 0..1);
    let mut mailbox = dovecot.mailbox();
    all(&mut mailbox).await;
    let waiting = tokio::spawn(async move { (mailbox.wait(LONG).await, mailbox) });
    let dovecot = tokio::task::spawn_blocking(move || {
        dovecot.stop();
        dovecot
    })
    .await
    .unwrap();
    let (waited, mut mailbox) = waiting.await.unwrap();
    retried(&waited.unwrap_err());
    retried(&mailbox.list(Which::After(0)).await.unwrap_err());
    dovecot.run();
    assert_eq!(all(&mut mailbox).await.1.len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_cut_short_is_never_taken_for_a_whole_one() {
    let dovecot = Dovecot::start();
    deliver(&dovecot, 0..60);
    let proxy = Proxy::to(dovecot.imap_port).await;
    let mut account = dovecot.account();
    account.peer.port = proxy.port;
    let mut mailbox = Imap::new(account.clone());
    let (epoch, found) = all(&mut mailbox).await;
    proxy.set(Line::CutAfter(12_000));
    retried(&mailbox.fetch(epoch, &found).await.unwrap_err());
    proxy.set(Line::CutAfter(2_000));
    retried(&mailbox.list(Which::After(0)).await.unwrap_err());
    retried(&mailbox.present().await.unwrap_err());
    proxy.set(Line::Good);
    assert_eq!(mailbox.fetch(epoch, &found).await.unwrap().len(), 60);
}

#[tokio::test]
async fn a_line_that_swallows_everything_is_found_out() {
    let dovecot = Dovecot::start();
    deliver(&dovecot, 0..3);
    let proxy = Proxy::to(dovecot.imap_port).await;
    let mut account = dovecot.account();
    account.peer.port = proxy.port;
    account.peer.patience = Duration::from_secs(1);
    let mut mailbox = Imap::new(account);
    let (epoch, found) = all(&mut mailbox).await;

    proxy.set(Line::BlackHole);
    assert!(retried(&mailbox.wait(SOON).await.unwrap_err()).contains("silent"));
    proxy.set(Line::Good);
    all(&mut mailbox).await;
    proxy.set(Line::BlackHole);
    assert!(retried(&mailbox.fetch(epoch, &found).await.unwrap_err()).contains("silent"));
    assert!(retried(&mailbox.list(Which::After(0)).await.unwrap_err()).contains("silent"));
    proxy.set(Line::Good);
    assert_eq!(mailbox.fetch(epoch, &found).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_new_uidvalidity_is_a_new_epoch_and_the_old_names_are_not_used_in_it() {
    let dovecot = Dovecot::start();
    deliver(&dovecot, 0..2);
    let (before, found) = all(&mut dovecot.mailbox()).await;
    dovecot.doveadm(&["mailbox", "update", "-u", OFFICE, "--uid-validity", "4711", "INBOX"]);
    let mut mailbox = dovecot.mailbox();
    assert!(retried(&mailbox.fetch(before, &found).await.unwrap_err()).contains("UIDVALIDITY"));
    let (after, found) = all(&mut mailbox).await;
    assert_eq!((after, found.len()), (4711, 2));
}

#[tokio::test]
async fn what_colleagues_do_to_mails_is_no_trouble() {
    let dovecot = Dovecot::start();
    deliver(&dovecot, 0..5);
    let mut mailbox = dovecot.mailbox();
    let (epoch, found) = all(&mut mailbox).await;
    let [read, flagged, moved, removed] = [0, 1, 2, 3].map(|at: usize| found[at].locator.as_str());
    dovecot.doveadm(&["flags", "add", "-u", OFFICE, "\\Seen", "mailbox", "INBOX", "uid", read]);
    dovecot.doveadm(&["flags", "add", "-u", OFFICE, "\\Flagged", "mailbox", "INBOX", "uid", flagged]);
    dovecot.doveadm(&["mailbox", "create", "-u", OFFICE, "Done"]);
    dovecot.doveadm(&["move", "-u", OFFICE, "Done", "mailbox", "INBOX", "uid", moved]);
    dovecot.doveadm(&["expunge", "-u", OFFICE, "mailbox", "INBOX", "uid", removed]);
    let fetched = mailbox.fetch(epoch, &found).await.unwrap();
    assert_eq!(subjects(&fetched), ["mail 0", "mail 1", "mail 4"]);
    assert_eq!(all(&mut mailbox).await.1.len(), 3);
    assert_eq!(mailbox.present().await.unwrap().locators.len(), 3);
    assert_eq!(mailbox.piece(epoch, removed, 0).await.unwrap(), Piece::Gone);
}

#[tokio::test]
async fn a_mail_of_forty_megabytes_comes_in_pieces_and_whole() {
    let dovecot = Dovecot::start();
    let mut large = mail(0);
    while large.len() < 40 << 20 {
        let line = format!("{:070}\r\n", large.len());
        large.extend_from_slice(line.as_bytes());
    }
    dovecot.deliver([large.as_slice()]);
    let mut mailbox = dovecot.mailbox();
    let (epoch, found) = all(&mut mailbox).await;
    assert!(found[0].is_large() && found[0].n_bytes > LARGE);
    let mut whole = Vec::new();
    loop {
        let piece = mailbox.piece(epoch, &found[0].locator, whole.len() as u64).await.unwrap();
        let Piece::Bytes(piece) = piece else { panic!("{piece:?}") };
        whole.extend_from_slice(&piece);
        assert!(piece.len() <= PIECE);
        if piece.len() < PIECE {
            break;
        }
    }
    // Dovecot puts its own lines on top.
    assert!(whole.ends_with(&large), "{} bytes of {}", whole.len(), large.len());
}
