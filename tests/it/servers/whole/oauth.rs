//! The whole daemon on tokens: good ones serve mailbox and post alike, and a provider in a bad mood is a sentence, an
//! alarm, few requests, and over when it is over.

use super::{Office, alarms};
use crate::servers::dovecot::{Dovecot, OFFICE};
use crate::servers::post::PostOffice;
use crate::servers::provider::{KEY, Mood, Provider, REFRESH_TOKEN, SECRET};

const EXPIRED: &str = r#"{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys for app 'x' are expired."}"#;

/// An office that shows tokens to its mailbox and its post, and the provider that gives them.
fn office(more: &str) -> (Office, Provider) {
    let dovecot = Dovecot::start();
    let post = PostOffice::delivering_to(&dovecot, &["--token-key", std::str::from_utf8(KEY).unwrap()]);
    let office = Office::between(dovecot, post);
    let provider = office.block(Provider::start());
    office.place.keep_secret("secret", SECRET);
    office.place.keep_secret("refresh", REFRESH_TOKEN);
    let oauth = format!(
        "[oauth]\ntoken_url = 'http://127.0.0.1:{}/tenant/token?v=2'\nclient_id = 'x'\n\
         client_secret_file = 'secret'\nscope = 'https://outlook.office365.com/.default'\n{more}",
        provider.port
    );
    office.connect(&[&oauth], &format!("user = '{OFFICE}'\n{oauth}"));
    (office, provider)
}

#[test]
fn one_token_serves_mailbox_and_post() {
    let (office, provider) = office("grant = 'client_credentials'");
    let mut daemon = office.start();
    office.deliver(0..5);
    office.settle(&mut daemon, 5);
    office.assert_answered(0..5);
    assert_eq!(provider.n_asked(), 1);
    assert_eq!(office.dovecot.n_logged("method=XOAUTH2"), 1);
    assert!(office.post.taken().iter().all(|taken| taken.login));
    assert!(!daemon.has_said(SECRET) && !daemon.has_said("eyJ"), "{}", daemon.said.join("\n"));
    office.close(daemon, 5);
}

#[test]
fn a_refresh_token_that_is_exchanged_at_each_start_is_found_at_the_next() {
    let (office, provider) = office("grant = 'refresh_token'\nrefresh_token_file = 'refresh'");
    provider.is(Mood::Rotates);
    for n in 0..3 {
        let mut daemon = office.start();
        office.deliver([n]);
        office.settle(&mut daemon, n + 1);
        office.close(daemon, n + 1);
        assert_eq!(provider.n_asked(), n + 1);
    }
    let mut kept: Vec<_> = std::fs::read_dir(office.place.path("state/oauth"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    kept.sort();
    let ends: Vec<_> = kept.iter().filter_map(|path| path.extension()).collect();
    assert_eq!(ends, ["lock", "token"], "no draft is left");
}

#[test]
fn an_expired_secret_is_one_request_an_alarm_and_over_when_it_is_renewed() {
    let (office, provider) = office("grant = 'client_credentials'");
    provider.is(Mood::Says(401, "application/json", EXPIRED));
    office.deliver(0..2);
    let mut daemon = office.start();
    let words = "known cause: the client secret has expired; make a new one";
    assert!(daemon.until(|_| alarms(&office.status()).len() == 2), "{}", daemon.said.join("\n"));
    let (status, code) = office.place.ask(&["status"]);
    assert!(alarms(&status).iter().all(|alarm| alarm.contains(words)), "{status:#}");
    assert_eq!(code, Some(1));
    assert_eq!(provider.n_asked(), 1, "mailbox and account failed by one request");
    assert!(
        daemon.until(|daemon| daemon.n_said("retry.after_s=300") == 2),
        "slowly: {}",
        daemon.said.join("\n")
    );
    assert!(!daemon.has_said(SECRET));
    assert_eq!(daemon.end(rustix::process::Signal::TERM).code(), Some(0));

    provider.is(Mood::Good);
    let mut daemon = office.start();
    office.settle(&mut daemon, 2);
    office.assert_answered(0..2);
    let status = office.close(daemon, 2);
    assert!(alarms(&status).is_empty(), "what was set right is no alarm any more: {status:#}");
}

#[test]
fn a_provider_that_is_down_is_asked_ever_more_slowly_and_all_goes_on_when_it_is_back() {
    let (office, provider) = office("grant = 'client_credentials'");
    provider.is(Mood::Says(503, "text/html", "<h1>later</h1>"));
    office.deliver(0..2);
    let mut daemon = office.start();
    assert!(daemon.until(|_| alarms(&office.status()).len() == 2), "{}", daemon.said.join("\n"));
    let n_asked = provider.n_asked();
    assert!((1..=3).contains(&n_asked), "asked {n_asked} times");
    assert!(alarms(&office.status()).iter().all(|alarm| alarm.contains("answers 503 and gives no token")));
    provider.is(Mood::Good);
    office.settle(&mut daemon, 2);
    office.assert_answered(0..2);
    assert!(daemon.until(|_| alarms(&office.status()).is_empty()), "{:#}", office.status());
    assert!(provider.n_asked() <= n_asked + 2, "asked {} times", provider.n_asked());
    office.close(daemon, 2);
}

#[test]
fn a_token_of_another_mailbox_is_refused_and_few_are_asked_for() {
    let (office, provider) = office("grant = 'client_credentials'");
    provider.makes(&[(KEY, "ann@power.test", 3600)]);
    let mut daemon = office.start();
    assert!(daemon.until(|_| !alarms(&office.status()).is_empty()), "{}", daemon.said.join("\n"));
    let status = office.status();
    assert!(alarms(&status)[0].contains("refuses the login of \"secas@sec.test\""), "{status:#}");
    assert!(daemon.until(|daemon| daemon.has_said("check user, scope and the permissions of client_id")));
    assert_eq!((provider.n_asked(), office.dovecot.n_logged("oauth2 failed")), (2, 2));
    assert!(!daemon.has_said("eyJ"), "{}", daemon.said.join("\n"));
}
