//! Tokens from a provider in every mood, and what real servers say to them. The clock's hands are the test's.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use sscd::adapters::imap::Imap;
use sscd::adapters::link::Security;
use sscd::adapters::login::Login;
use sscd::adapters::oauth::{Client, Tokens};
use sscd::adapters::smtp::Smtp;
use sscd::domain::id::Address;
use sscd::ports::{Answer, Clock as _, Failure, Mailbox as _, Outgoing, Transport as _, Which};

use super::authority::Authority;
use super::dovecot::{Dovecot, OFFICE, mail};
use super::post::PostOffice;
use super::provider::{KEY, Mood, Provider, REFRESH_TOKEN, SECRET};
use super::scripted;
use sscd::rehearse::Hands;

const ELSEWHERE: &[u8] = b"of a provider that nobody trusts";
const A_WHILE: TimeDelta = TimeDelta::minutes(5);

fn tokens(client: Client) -> (Arc<Tokens>, Arc<Hands>) {
    let hands = Arc::new(Hands::at("2026-11-02T09:00:00Z".parse().unwrap()));
    (Arc::new(Tokens::new(client, hands.clone())), hands)
}

async fn many(tokens: &Arc<Tokens>) -> Vec<Result<(), Failure>> {
    let all = (0..10).map(|_| async { tokens.token().await.map(drop) });
    futures::future::join_all(all).await
}

/// The one sentence that ten connections get.
async fn sentence(tokens: &Arc<Tokens>) -> Failure {
    let failures: Vec<Failure> = many(tokens).await.into_iter().map(Result::unwrap_err).collect();
    assert!(failures.iter().all(|failure| *failure == failures[0]), "{failures:?}");
    let said = failures[0].to_string();
    assert!(!said.contains(SECRET) && !said.contains(REFRESH_TOKEN) && !said.contains("eyJ"), "{said}");
    failures[0].clone()
}

fn rejected(failure: &Failure) -> &str {
    let Failure::Rejected { why } = failure else { panic!("expected a Rejected, got {failure:?}") };
    why
}

#[tokio::test]
async fn a_token_is_renewed_at_80_percent_of_its_life_once_for_all_connections() {
    let provider = Provider::start().await;
    provider.lets_live(1000);
    let (tokens, hands) = tokens(provider.client());
    let began = hands.now();
    assert!(many(&tokens).await.iter().all(Result::is_ok));
    assert_eq!(tokens.keep_fresh().await, Ok(began + TimeDelta::seconds(800)));
    hands.advance(TimeDelta::seconds(799));
    assert!(many(&tokens).await.iter().all(Result::is_ok));
    assert_eq!(provider.n_asked(), 1);
    hands.advance(TimeDelta::seconds(1));
    assert!(many(&tokens).await.iter().all(Result::is_ok));
    assert_eq!(provider.n_asked(), 2);
    assert_eq!(tokens.keep_fresh().await, Ok(began + TimeDelta::seconds(1600)));
    let told = |name| provider.was_told(name).unwrap();
    assert_eq!((told("grant_type"), told("client_id")), ("client_credentials".into(), "the client".into()));
    assert_eq!(told("scope"), "https://outlook.office365.com/.default");
    assert!(!format!("{tokens:?}").contains(SECRET));
}

#[tokio::test]
async fn while_the_provider_fails_the_token_serves_as_long_as_it_lives() {
    let provider = Provider::start().await;
    provider.lets_live(1000);
    let (tokens, hands) = tokens(provider.client());
    tokens.token().await.unwrap();
    provider.is(Mood::Says(503, "text/html", "<h1>later</h1>"));
    hands.advance(TimeDelta::seconds(900));
    assert!(many(&tokens).await.iter().all(Result::is_ok));
    assert_eq!(provider.n_asked(), 2, "the attempt that failed stands for all");
    assert_eq!(tokens.keep_fresh().await, Ok(hands.now() + TimeDelta::seconds(1)), "nobody need know yet");
    hands.advance(TimeDelta::seconds(100));
    assert!(sentence(&tokens).await.to_string().contains("answers 503"));
    tokens.keep_fresh().await.unwrap_err();
    assert_eq!(provider.n_asked(), 3);
    provider.is(Mood::Good);
    hands.advance(TimeDelta::minutes(1));
    tokens.token().await.unwrap();

    // What only a person can set right is told at once.
    provider.is(Mood::Says(400, "application/json", r#"{"error":"invalid_client"}"#));
    hands.advance(TimeDelta::seconds(900));
    rejected(&tokens.keep_fresh().await.unwrap_err());
    assert!(many(&tokens).await.iter().all(Result::is_ok));
}

#[tokio::test]
async fn each_mood_is_a_sentence_few_requests_and_over_when_it_is_over() {
    let json = "application/json";
    let expired = r#"{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are expired. hunter2+secret"}"#;
    let moods = [
        (Mood::Says(401, json, expired), false, "says invalid_client: AADSTS7000222"),
        (
            Mood::Says(400, json, r#"{"error":"invalid_grant"}"#),
            false,
            "known cause: the refresh token has expired",
        ),
        (Mood::Says(500, "text/plain", "oh"), true, "answers 500 and gives no token"),
        (Mood::Says(429, json, "{}"), true, "answers 429"),
        (
            Mood::Says(200, "text/html", "<html>Sign in</html>"),
            false,
            "gives HTML, where an access token was expected",
        ),
        (Mood::Says(302, "text/html", ""), false, "sends us to \"https://elsewhere.test/\""),
        (Mood::Says(200, json, "\u{1}\u{2}{{"), false, "gives no JSON"),
        (Mood::Says(200, json, r#"{"token":"x"}"#), false, "gives JSON without an access_token"),
        (Mood::Blurts("\u{1}SSH-2.0-x\r\n\r\n"), true, "what it says is no HTTP"),
        (Mood::Blurts("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"acc"), true, "the line was closed"),
        (Mood::Blurts("HTTP/1.1 2"), true, "the line was closed"),
        (Mood::Hangs, true, "has not answered within"),
    ];
    for (mood, is_retry, words) in moods {
        let provider = Provider::start().await;
        let (tokens, hands) = tokens(provider.client());
        provider.is(mood.clone());
        for n in 1..4 {
            let failure = sentence(&tokens).await;
            assert_eq!(matches!(failure, Failure::Retry { .. }), is_retry, "{mood:?}: {failure}");
            assert!(failure.to_string().contains(words), "{mood:?}: {failure}");
            assert!(failure.to_string().contains(&format!("127.0.0.1:{}", provider.port)), "{failure}");
            assert_eq!(provider.n_asked(), n, "{mood:?}");
            hands.advance(if is_retry { TimeDelta::seconds(40) } else { A_WHILE });
        }
        provider.is(Mood::Good);
        assert!(many(&tokens).await.iter().all(Result::is_ok), "{mood:?}");
    }
}

#[tokio::test]
async fn attempts_that_fail_in_a_row_come_ever_more_slowly() {
    let provider = Provider::start().await;
    let (tokens, hands) = tokens(provider.client());
    provider.is(Mood::Says(500, "text/plain", ""));
    for _ in 0..600 {
        tokens.token().await.unwrap_err();
        hands.advance(TimeDelta::seconds(1));
    }
    // After 1, 3, 7, 15, 31 s, and then every 32 s.
    assert_eq!(provider.n_asked(), 6 + (600 - 32) / 32);
}

#[tokio::test]
async fn nobody_at_the_endpoint_and_a_certificate_of_another() {
    let authority = Authority::with_certificate_for("127.0.0.1");
    let stranger = Authority::with_certificate_for("127.0.0.1");
    let provider = Provider::secured(Some(&authority)).await;
    let mut client = provider.client();
    client.endpoint.peer.security = Security::Tls;
    client.endpoint.peer.ca_file = Some(authority.ca_file.clone());
    tokens(client.clone()).0.token().await.unwrap();
    client.endpoint.peer.ca_file = Some(stranger.ca_file.clone());
    let failure = tokens(client.clone()).0.token().await.unwrap_err();
    assert!(rejected(&failure).contains("cannot be trusted"), "{failure}");
    client.endpoint.peer.port = super::process::free_port();
    let failure = tokens(client).0.token().await.unwrap_err();
    assert!(matches!(&failure, Failure::Retry { why } if why.contains("cannot be reached")), "{failure}");
}

#[tokio::test]
async fn a_refresh_token_that_was_exchanged_is_on_disk_before_its_access_token_is_used() {
    let provider = Provider::start().await;
    provider.is(Mood::Rotates);
    let folder = tempfile::tempdir().unwrap();
    let client = provider.client_with_refresh_token(folder.path());
    let kept = || std::fs::read_to_string(folder.path().join("one.token")).unwrap_or_default();
    let (first, hands) = tokens(client.clone());
    first.token().await.unwrap();
    assert_eq!(provider.was_told("grant_type").unwrap(), "refresh_token");
    assert_eq!(provider.was_told("refresh_token").unwrap(), REFRESH_TOKEN);
    let second = kept();
    assert!(!second.is_empty() && second.trim() != REFRESH_TOKEN);
    hands.advance(TimeDelta::hours(1));
    first.token().await.unwrap();
    assert_eq!(provider.was_told("refresh_token").unwrap(), second.trim());
    // Another process goes on where this one ended.
    let third = kept();
    let (again, hands) = tokens(client.clone());
    again.token().await.unwrap();
    assert_eq!(provider.was_told("refresh_token").unwrap(), third.trim());

    // No room on the disk: what was got is neither used nor lost.
    std::fs::create_dir(folder.path().join("one.new")).unwrap();
    hands.advance(TimeDelta::hours(1));
    let (n_asked, fourth) = (provider.n_asked(), kept());
    let failure = sentence(&again).await;
    assert!(failure.to_string().contains("cannot be kept"), "{failure}");
    hands.advance(A_WHILE);
    sentence(&again).await;
    std::fs::remove_dir(folder.path().join("one.new")).unwrap();
    hands.advance(A_WHILE);
    again.token().await.unwrap();
    assert_eq!(provider.n_asked(), n_asked + 1, "one exchange, however long the disk was full");
    assert_ne!(kept(), fourth);
    tokens(client).0.token().await.unwrap();
}

#[tokio::test]
async fn a_caller_that_goes_away_takes_no_refresh_token_with_it() {
    let provider = Provider::start().await;
    provider.is(Mood::Rotates);
    let folder = tempfile::tempdir().unwrap();
    let (tokens, _) = tokens(provider.client_with_refresh_token(folder.path()));
    assert!(futures::poll!(Box::pin(tokens.token())).is_pending());
    tokens.token().await.unwrap();
    assert_eq!(provider.n_asked(), 1);
}

fn mailbox(dovecot: &Dovecot, tokens: &Arc<Tokens>) -> Imap {
    let mut account = dovecot.account();
    account.login = Login::with_tokens(OFFICE, tokens.clone());
    Imap::new(account)
}

async fn refused(dovecot: &Dovecot, tokens: &Arc<Tokens>) -> String {
    let failure = mailbox(dovecot, tokens).present().await.unwrap_err();
    assert!(!failure.to_string().contains("eyJ"), "{failure}");
    rejected(&failure).to_owned()
}

#[tokio::test]
async fn dovecot_takes_a_good_token_by_either_mechanism_and_no_other() {
    for mechanism in ["xoauth2", "oauthbearer"] {
        let dovecot = Dovecot::with(&format!("ssl = no\nauth_mechanisms = {mechanism}\n"));
        let provider = Provider::start().await;
        let (good, _) = tokens(provider.client());
        assert!(mailbox(&dovecot, &good).present().await.unwrap().locators.is_empty());
        assert_eq!(dovecot.n_logged(&format!("method={}", mechanism.to_uppercase())), 1);

        // Forged, for another mailbox, and over: another token is asked for once, and a queue of connections is no more.
        for wrong in [(ELSEWHERE, OFFICE, 3600), (KEY, "ann@power.test", 3600), (KEY, OFFICE, -5)] {
            let provider = Provider::start().await;
            provider.makes(&[wrong]);
            let (tokens, _) = tokens(provider.client());
            let why = refused(&dovecot, &tokens).await;
            assert!(why.contains("refuses the login of \"secas@sec.test\": [AUTHENTICATIONFAILED]"), "{why}");
            assert!(why.contains("(status "), "the challenge is told: {why}");
            assert_eq!(provider.n_asked(), 2);
            refused(&dovecot, &tokens).await;
            assert_eq!(provider.n_asked(), 2);
        }
        // What the provider took back is replaced.
        let provider = Provider::start().await;
        provider.makes(&[(KEY, OFFICE, -5), (KEY, OFFICE, 3600)]);
        mailbox(&dovecot, &tokens(provider.client()).0).present().await.unwrap();
        assert_eq!(provider.n_asked(), 2);
    }
}

#[tokio::test]
async fn an_idle_outlives_its_token_and_the_next_line_begins_with_another() {
    let dovecot = Dovecot::start();
    let provider = Provider::start().await;
    provider.makes(&[(KEY, OFFICE, 2), (KEY, OFFICE, 3600)]);
    let (tokens, _) = tokens(provider.client());
    let mut mailbox = mailbox(&dovecot, &tokens);
    mailbox.list(Which::After(0)).await.unwrap();
    mailbox.wait(Duration::from_secs(4)).await.unwrap();
    let (mailbox, dovecot) = tokio::task::spawn_blocking(move || {
        dovecot.deliver([mail(1).as_slice()]);
        (mailbox, dovecot)
    })
    .await
    .unwrap();
    let mut mailbox = mailbox;
    mailbox.wait(Duration::from_secs(20)).await.unwrap();
    assert_eq!(mailbox.list(Which::After(0)).await.unwrap().found.len(), 1);
    assert_eq!((provider.n_asked(), dovecot.n_logged("Login: user")), (1, 1), "on the line that it had");

    let mut another = self::mailbox(&dovecot, &tokens);
    assert_eq!(another.list(Which::After(0)).await.unwrap().found.len(), 1);
    assert_eq!(dovecot.n_logged("Token has expired"), 1);
    assert_eq!(provider.n_asked(), 2);
}

#[tokio::test]
async fn without_an_initial_response_and_with_the_usual_mistake() {
    // As Microsoft 365 answers where the service principal has another object id (as its users tell).
    let port = scripted::serve("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2] ready", |command| {
        let answer = match command {
            "AUTHENTICATE XOAUTH2" => "+ \r\n",
            // The line that shows the token has no tag.
            "" => "s1 OK AUTHENTICATE completed.\r\n",
            "EXAMINE \"INBOX\"" => "TAG BAD User is authenticated but not connected.\r\n",
            _ => return None,
        };
        Some(answer.into())
    });
    let provider = Provider::start().await;
    let dovecot = Dovecot::start();
    let mut account = dovecot.account();
    account.login = Login::with_tokens(OFFICE, tokens(provider.client()).0);
    account.peer.port = port.await;
    let failure = Imap::new(account).present().await.unwrap_err();
    assert!(rejected(&failure).contains("in place of the enterprise application's"), "{failure}");
}

async fn send(smtp: &Smtp) -> Result<Answer, Failure> {
    let [sender, recipient] = [OFFICE, "ann@power.test"].map(|address| Address::parse(address).unwrap());
    let bytes = b"Subject: x\r\n\r\nDear Ann,\r\n";
    smtp.send(Outgoing { sender: &sender, recipient: &recipient, message_id: "m@sec.test", bytes }).await
}

fn smtp(office: &PostOffice, provider: &Provider) -> Smtp {
    let mut post = office.post();
    post.login = Some(Login::with_tokens(OFFICE, tokens(provider.client()).0));
    Smtp::new(post)
}

#[tokio::test]
async fn letters_leave_by_a_good_token_and_by_no_other() {
    let key = std::str::from_utf8(KEY).unwrap();
    for mechanism in ["XOAUTH2", "OAUTHBEARER"] {
        let office = PostOffice::start(&["--token-key", key, "--mechanism", mechanism]);
        let provider = Provider::start().await;
        let good = smtp(&office, &provider);
        assert!(matches!(send(&good).await, Ok(Answer::Accepted { .. })));
        // A login that ended while the line was kept is made anew.
        office.fault("mail", 1, "530 5.7.57 Client not authenticated to send mail");
        assert!(matches!(send(&good).await, Ok(Answer::Accepted { .. })));
        let lines: Vec<u32> = office.taken().iter().map(|taken| taken.connection).collect();
        assert_eq!((lines, provider.n_asked()), (vec![1, 2], 1));
        assert!(office.taken().iter().all(|taken| taken.login));

        for wrong in [(ELSEWHERE, OFFICE, 3600), (KEY, "ann@power.test", 3600), (KEY, OFFICE, -5)] {
            let provider = Provider::start().await;
            provider.makes(&[wrong]);
            let smtp = smtp(&office, &provider);
            let failures = futures::future::join_all((0..20).map(|_| send(&smtp))).await;
            for failure in failures {
                let failure = failure.unwrap_err();
                let why = rejected(&failure);
                assert!(why.contains("refuses the login of \"secas@sec.test\": 535 5.7.8"), "{why}");
                assert!(why.contains("status 401") && !why.contains("eyJ"), "{why}");
            }
            assert_eq!(provider.n_asked(), 2);
        }
        let provider = Provider::start().await;
        provider.makes(&[(KEY, OFFICE, -5), (KEY, OFFICE, 3600)]);
        assert!(matches!(send(&smtp(&office, &provider)).await, Ok(Answer::Accepted { .. })));
    }
}

#[tokio::test]
async fn a_server_that_takes_no_token_is_named() {
    let provider = Provider::start().await;
    let office = PostOffice::start(&["--user", "u", "--password", "p"]);
    let failure = send(&smtp(&office, &provider)).await.unwrap_err();
    assert!(rejected(&failure).contains("neither XOAUTH2 nor OAUTHBEARER"), "{failure}");
    let dovecot = Dovecot::with("ssl = no\nauth_mechanisms = plain\n");
    let failure = mailbox(&dovecot, &tokens(provider.client()).0).present().await.unwrap_err();
    assert!(rejected(&failure).contains("neither XOAUTH2 nor OAUTHBEARER"), "{failure}");
    assert_eq!(provider.n_asked(), 0);
}
