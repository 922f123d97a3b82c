//! Certificates, STARTTLS and passwords: what is right works, and what is wrong is a sentence, an alarm and silence.

use super::{Office, alarms};
use crate::daemon::Daemon;
use crate::servers::authority::Authority;
use crate::servers::dovecot::{ALIAS, Dovecot};
use crate::servers::post::PostOffice;

fn path(path: &std::path::Path) -> &str {
    path.to_str().unwrap()
}

/// Comes back when an alarm with these words stands; nothing must have been collected by `mailbox` then.
fn refused(office: &Office, daemon: &mut Daemon<'_>, words: &str) {
    assert!(daemon.until(|daemon| daemon.has_said(words)), "{}", daemon.said.join("\n"));
    assert!(daemon.until(|_| alarms(&office.status()).iter().any(|alarm| alarm.contains(words))));
    let (status, code) = office.place.ask(&["status"]);
    assert_eq!(code, Some(1), "an alarm stands: {status:#}");
    assert!(daemon.has_said("retry.after_s=300"), "slowly: {}", daemon.said.join("\n"));
}

#[test]
fn tls_with_a_private_authority_both_ways() {
    let authority = Authority::with_certificate_for("127.0.0.1");
    let dovecot = Dovecot::with_tls(&authority);
    let (cert, key) = (path(&authority.cert_file).to_owned(), path(&authority.key_file).to_owned());
    let post = PostOffice::delivering_to(&dovecot, &["--security", "tls", "--cert", &cert, "--key", &key]);
    let office = Office::between(dovecot, post);
    let ca = format!("tls = 'implicit'\nca_file = '{}'", path(&authority.ca_file));
    let mailbox = format!("{ca}\nport = {}", office.dovecot.tls_port);
    office.connect(&[&mailbox], &ca);
    let mut daemon = office.start();
    office.deliver(0..3);
    office.settle(&mut daemon, 3);
    office.assert_answered(0..3);
    office.close(daemon, 3);
    assert!(office.dovecot.n_logged("TLS") > 0, "Dovecot logs a login over TLS");
}

#[test]
fn a_certificate_that_cannot_be_trusted_is_a_sentence_and_nothing_is_collected() {
    let authority = Authority::with_certificate_for("127.0.0.1");
    let stranger = Authority::with_certificate_for("127.0.0.1");
    let of_another = Authority::with_certificate_for("other.test");
    let cases = [
        (&authority, &stranger.ca_file, "the certificate of 127.0.0.1:"),
        (&of_another, &of_another.ca_file, "not valid for name"),
    ];
    for (server, ca_file, words) in cases {
        let office = Office::with(Dovecot::with_tls(server));
        let mailbox =
            format!("tls = 'implicit'\nca_file = '{}'\nport = {}", path(ca_file), office.dovecot.tls_port);
        office.connect(&[&mailbox], "");
        office.deliver(0..1);
        let mut daemon = office.start();
        refused(&office, &mut daemon, words);
        assert!(daemon.has_said("cannot be trusted"), "{}", daemon.said.join("\n"));
        let status = office.status();
        assert_eq!(status["counts"]["n_sightings"], 0, "{status:#}");
        assert_eq!(office.dovecot.n_logged("Login: user"), 0, "no login was sent");
    }
}

#[test]
fn a_post_whose_certificate_cannot_be_trusted_keeps_the_letters_waiting() {
    let authority = Authority::with_certificate_for("127.0.0.1");
    let stranger = Authority::with_certificate_for("127.0.0.1");
    let dovecot = Dovecot::start();
    let (cert, key) = (path(&authority.cert_file).to_owned(), path(&authority.key_file).to_owned());
    let post = PostOffice::delivering_to(&dovecot, &["--security", "tls", "--cert", &cert, "--key", &key]);
    let office = Office::between(dovecot, post);
    office.connect(&[""], &format!("tls = 'implicit'\nca_file = '{}'", path(&stranger.ca_file)));
    office.deliver(0..2);
    let mut daemon = office.start();
    refused(&office, &mut daemon, "cannot be trusted");
    drop(daemon);
    assert_eq!(office.n_letters(), 0);
    // The right authority, and what waited leaves.
    office.connect(&[""], &format!("tls = 'implicit'\nca_file = '{}'", path(&authority.ca_file)));
    let mut daemon = office.start();
    office.settle(&mut daemon, 2);
    office.assert_answered(0..2);
    let status = office.close(daemon, 2);
    assert!(alarms(&status).is_empty(), "what was set right is no alarm any more: {status:#}");
}

#[test]
fn without_starttls_no_login_is_sent() {
    let office = Office::open();
    office.connect(&["tls = 'starttls'"], "tls = 'starttls'");
    office.deliver(0..1);
    let mut daemon = office.start();
    refused(&office, &mut daemon, "does not offer STARTTLS, so no password was sent");
    drop(daemon);
    assert_eq!(office.status()["counts"]["n_sightings"], 0);
    assert_eq!(office.dovecot.n_logged("auth attempts"), 1, "it came and went");
    assert_eq!(office.dovecot.n_logged("no auth attempts"), 1, "and said nothing of itself");

    office.connect(&[""], "tls = 'starttls'");
    let mut daemon = office.start();
    refused(&office, &mut daemon, "does not offer STARTTLS, so neither password nor letter was sent");
    assert!(office.post.taken().is_empty());
}

#[test]
fn a_wrong_password_is_tried_once_and_the_other_mailbox_goes_on() {
    let office = Office::open();
    office.place.keep_secret("wrong", "hunter2");
    let wrong = format!("name = 'wrong'\nuser = '{ALIAS}'\npassword_file = 'wrong'");
    office.connect(&["", &wrong], "");
    let mut daemon = office.start();
    refused(&office, &mut daemon, "refuses the login of \"ssc@sec.test\"");
    for n in 0..6 {
        office.deliver([n]);
        office.settle(&mut daemon, n + 1);
    }
    assert_eq!(office.dovecot.n_logged("Password mismatch"), 1, "one attempt while six mails were answered");
    assert_eq!(daemon.n_said("service failed"), 1, "{}", daemon.said.join("\n"));
    assert!(!daemon.has_said("hunter2"));
    office.assert_answered(0..6);
    drop(daemon);

    // Set right under another name, it is no alarm any more.
    office.connect(
        &[
            "",
            &wrong.replace("'wrong'\nuser", "'right'\nuser").replace("file = 'wrong'", "file = 'password'"),
        ],
        "",
    );
    let mut daemon = office.start();
    office.dovecot.deliver_to(&[ALIAS], [crate::notice::notice(6).as_bytes()]);
    office.settle(&mut daemon, 7);
    let status = office.close(daemon, 7);
    assert!(alarms(&status).is_empty(), "{status:#}");
}

#[test]
fn a_wrong_password_of_the_post_is_tried_once_and_nothing_is_lost() {
    use crate::servers::post::{PASSWORD, USER};
    let dovecot = Dovecot::start();
    let post = PostOffice::delivering_to(&dovecot, &["--user", USER, "--password", PASSWORD]);
    let office = Office::between(dovecot, post);
    office.place.keep_secret("wrong", "hunter2");
    office.place.keep_secret("right", PASSWORD);
    let login = |file: &str| format!("user = '{USER}'\npassword_file = '{file}'");
    office.connect(&[""], &login("wrong"));
    office.deliver(0..4);
    let mut daemon = office.start();
    refused(&office, &mut daemon, "refuses the login of \"secas\"");
    assert_eq!(daemon.n_said("service failed"), 1, "{}", daemon.said.join("\n"));
    drop(daemon);
    office.connect(&[""], &login("right"));
    let mut daemon = office.start();
    office.settle(&mut daemon, 4);
    office.assert_answered(0..4);
    assert!(office.post.taken().iter().all(|taken| taken.login));
    office.close(daemon, 4);
}
