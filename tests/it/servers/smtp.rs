//! The SMTP adapter against a server that fails at each step of a letter.

use std::time::Duration;

use sscd::adapters::link::Security;
use sscd::adapters::login::Login;
use sscd::adapters::smtp::{Post, Smtp};
use sscd::domain::id::Address;
use sscd::ports::{Answer, Failure, Outgoing, Transport};

use super::authority::Authority;
use super::post::{PASSWORD, PostOffice, USER, login};
use super::process::free_port;

const LETTER: &[u8] =
    b"From: SECAS <secas@sec.test>\r\nSubject: Received\r\n\r\nDear Ann,\r\n.\r\n..two dots\r\n";

async fn send_as(smtp: &Smtp, message_id: &str, bytes: &[u8]) -> Result<Answer, Failure> {
    let sender = Address::parse("bounces+babc@sec.test").unwrap();
    let recipient = Address::parse("ann+a=b@power.test").unwrap();
    smtp.send(Outgoing { sender: &sender, recipient: &recipient, message_id, bytes }).await
}

async fn send(smtp: &Smtp) -> Result<Answer, Failure> {
    send_as(smtp, "m1@sec.test", LETTER).await
}

fn accepted(answer: Result<Answer, Failure>) -> String {
    let Ok(Answer::Accepted { answer }) = answer else { panic!("{answer:?}") };
    answer
}

#[tokio::test]
async fn letters_leave_byte_for_byte_on_one_line_that_is_kept() {
    let office = PostOffice::start(&["--dsn", "yes"]);
    let smtp = Smtp::new(office.post());
    for _ in 0..3 {
        assert!(accepted(send(&smtp).await).starts_with("250 2.0.0 Ok: queued as"));
    }
    let taken = office.taken();
    assert_eq!(taken.len(), 3);
    assert!(taken.iter().all(|taken| taken.connection == 1));
    assert_eq!(office.bytes(&taken[2]), LETTER);
    assert_eq!(taken[0].sender, "bounces+babc@sec.test");
    assert_eq!(taken[0].recipients, ["ann+a=b@power.test"]);
    let asked =
        ["RET=HDRS", "ENVID=m1@sec.test", "NOTIFY=FAILURE,DELAY", "ORCPT=rfc822;ann+2Ba+3Db@power.test"];
    assert_eq!(taken[0].dsn, asked);

    let eight_bit = "Subject: x\r\n\r\nEntwürfe\r\n".as_bytes();
    accepted(send_as(&smtp, "m2@sec.test", eight_bit).await);
    assert_eq!(office.bytes(&office.taken()[3]), eight_bit);
}

#[tokio::test]
async fn a_post_that_takes_no_tagged_sender_is_told_with_the_key_that_helps() {
    let office = PostOffice::start(&["--sender", "bounces@sec.test"]);
    let smtp = Smtp::new(office.post());
    let Err(Failure::Rejected { why }) = send(&smtp).await else { panic!("it takes none of our letters") };
    assert!(why.contains("553 5.7.1 <bounces+babc@sec.test>: Sender address rejected"), "{why}");
    assert!(why.ends_with("set office.tagged_addresses = false"), "{why}");
    assert!(office.taken().is_empty());

    // Postfix says it at the recipient; elsewhere it may mean this letter alone.
    let office = PostOffice::start(&[]);
    let smtp = Smtp::new(office.post());
    for (stage, reply) in [
        ("rcpt", "553 5.7.1 <bounces+babc@sec.test>: Sender address rejected"),
        ("after", "554 5.2.252 SendAsDenied"),
    ] {
        office.fault(stage, 1, reply);
        let Ok(Answer::Rejected { answer }) = send(&smtp).await else { panic!("{stage}") };
        assert!(answer.starts_with(reply) && answer.contains("office.tagged_addresses"), "{answer}");
    }
}

#[tokio::test]
async fn each_refusal_is_told_in_the_servers_words_and_the_line_goes_on() {
    for pipelining in [None, Some("yes"), Some("eager"), Some("naive")] {
        let words: Vec<&str> = pipelining.into_iter().flat_map(|how| ["--pipelining", how]).collect();
        let office = PostOffice::start(&words);
        let smtp = Smtp::new(office.post());
        for stage in ["mail", "rcpt", "data", "after"] {
            office.fault(stage, 1, "550 5.7.1 not for you");
            let answer = Answer::Rejected { answer: "550 5.7.1 not for you".into() };
            assert_eq!(send(&smtp).await, Ok(answer), "{words:?} {stage}");
            office.fault(stage, 1, "452 4.3.1 full");
            let answer = Answer::Retry { answer: "452 4.3.1 full".into(), perhaps_sent: false };
            assert_eq!(send(&smtp).await, Ok(answer), "{words:?} {stage}");
            assert!(accepted(send(&smtp).await).starts_with("250 2.0.0 Ok: queued as"));
        }
        let taken = office.taken();
        assert_eq!(taken.len(), 4);
        assert!(taken.iter().all(|taken| taken.connection == 1));
        assert!(taken.iter().all(|taken| taken.together != words.is_empty()), "{words:?}");
    }
}

#[tokio::test]
async fn a_line_that_breaks_after_the_final_dot_is_perhaps_sent_and_before_it_is_not() {
    let office = PostOffice::start(&[]);
    let smtp = Smtp::new(office.post());
    office.fault("drop", 1, "now");
    let answer = send(&smtp).await;
    assert!(matches!(answer, Ok(Answer::Retry { perhaps_sent: true, .. })), "{answer:?}");
    assert_eq!(office.taken().len(), 1);
    accepted(send(&smtp).await);

    // Slower than we are patient: the same.
    let mut post = office.post();
    post.peer.patience = Duration::from_millis(300);
    let hasty = Smtp::new(post);
    office.fault("slow", 1, "2");
    let answer = send(&hasty).await;
    assert!(matches!(answer, Ok(Answer::Retry { perhaps_sent: true, .. })), "{answer:?}");
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_not_taken_for_that_to_the_next_letter() {
    for pipelining in [None, Some("yes")] {
        let words: Vec<&str> = pipelining.into_iter().flat_map(|how| ["--pipelining", how]).collect();
        let office = PostOffice::start(&words);
        let mut post = office.post();
        post.peer.patience = Duration::from_secs(1);
        let smtp = Smtp::new(post);
        office.fault("slow", 1, "1.5");
        let answer = send(&smtp).await;
        assert!(matches!(answer, Ok(Answer::Retry { perhaps_sent: true, .. })), "{answer:?}");
        assert!(accepted(send(&smtp).await).starts_with("250 2.0.0 Ok: queued as"), "{words:?}");
        assert!(office.taken().iter().any(|taken| taken.connection == 2), "{words:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_down_or_came_back_is_no_fault_of_the_letter() {
    let port = free_port();
    let office = PostOffice::on(port, &[]);
    let smtp = Smtp::new(office.post());
    accepted(send(&smtp).await);
    drop(office);
    // Started anew behind our back: the kept line is dead and replaced without a word.
    let office = PostOffice::on(port, &[]);
    accepted(send(&smtp).await);
    assert_eq!(office.taken().len(), 1);
    drop(office);
    let failure = send(&smtp).await.unwrap_err();
    assert!(matches!(failure, Failure::Retry { .. }), "{failure}");
}

#[tokio::test]
async fn a_queue_of_letters_is_one_login_that_fails_and_not_many() {
    let office = PostOffice::start(&["--user", USER, "--password", PASSWORD]);
    let proxy = super::proxy::Proxy::to(office.port).await;
    let mut post = office.post();
    post.peer.port = proxy.port;
    post.n_connections = 3;
    post.login = Some(Login::with_password(USER, "hunter2"));
    let smtp = Smtp::new(post);
    let answers = futures::future::join_all((0..50).map(|_| send(&smtp))).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(Failure::Rejected { .. }))));
    assert_eq!(proxy.n_connections(), 1);
}

#[tokio::test]
async fn login_and_tls_as_asked_for_or_nothing() {
    let authority = Authority::with_certificate_for("127.0.0.1");
    let stranger = Authority::with_certificate_for("127.0.0.1");
    for (words, security) in [("tls", Security::Tls), ("starttls", Security::StartTls)] {
        let office = PostOffice::secured(words, &authority);
        let with = |ca_file: &std::path::Path| {
            let mut post = office.post();
            post.peer.security = security;
            post.peer.ca_file = Some(ca_file.to_owned());
            Smtp::new(post)
        };
        accepted(send(&with(&authority.ca_file)).await);
        let failure = send(&with(&stranger.ca_file)).await.unwrap_err();
        assert!(
            matches!(&failure, Failure::Rejected { why } if why.contains("cannot be trusted")),
            "{failure}"
        );
    }
}

#[tokio::test]
async fn nothing_is_sent_without_starttls_and_a_wrong_login_is_named() {
    let office = PostOffice::start(&["--user", USER, "--password", PASSWORD]);
    let why = |post: Post| async move {
        match send(&Smtp::new(post)).await {
            Err(Failure::Rejected { why }) => why,
            other => panic!("{other:?}"),
        }
    };
    let mut post = office.post();
    post.peer.security = Security::StartTls;
    assert!(why(post).await.contains("does not offer STARTTLS"));

    let mut post = office.post();
    post.login = Some(Login::with_password(USER, "hunter2"));
    let refused = why(post).await;
    assert!(refused.contains("refuses the login of \"secas\"") && !refused.contains("hunter2"), "{refused}");
    assert!(why(office.post()).await.contains("another login"));

    let mut post = office.post();
    post.login = Some(login());
    accepted(send(&Smtp::new(post)).await);
    assert!(office.taken()[0].login);
}

#[tokio::test]
async fn lanes_are_lines_and_no_more() {
    let office = PostOffice::start(&[]);
    let mut post = office.post();
    post.n_connections = 3;
    let smtp = Smtp::new(post);
    let letters = (0..30).map(|_| send(&smtp));
    for answer in futures::future::join_all(letters).await {
        accepted(answer);
    }
    let connections: std::collections::BTreeSet<u32> =
        office.taken().iter().map(|taken| taken.connection).collect();
    assert!((1..=3).contains(&connections.len()), "{connections:?}");
}
