//! The IMAP adapter against a server that says what no good one does.

use std::time::Duration;

use sscd::ports::{Body, Mailbox, PIECE, Piece, Which};

use super::imap::{all, rejected, retried};
use super::scripted::{impatient, mailbox_of as odd};

#[tokio::test]
async fn a_date_that_is_none_costs_the_date_and_not_the_mail() {
    let mut mailbox = odd("* OK hello", |command| {
        let items = command.strip_prefix("UID FETCH ")?.split_once(' ')?.1;
        let said = match items {
            "(UID)" => "UID 1",
            "(UID BODY.PEEK[])" => "UID 1 BODY[] {3}\r\nok\n",
            _ => "UID 1 INTERNALDATE NIL RFC822.SIZE 3",
        };
        Some(format!("* 1 FETCH ({said})\r\nTAG OK done\r\n"))
    })
    .await;
    let (epoch, found) = all(&mut mailbox).await;
    assert_eq!(found[0].received_at, None);
    let fetched = mailbox.fetch(epoch, &found).await.unwrap();
    assert_eq!(fetched[0].body, Body::Whole(b"ok\n".to_vec()));
}

#[tokio::test]
async fn a_large_mail_ends_where_it_ends_and_not_where_the_server_gives_nothing() {
    // 1 and 2 have a piece and then none: 1 was removed in between. The server will not give 3, and says goodbye at 4.
    let mut mailbox = odd("* OK hello", |command| {
        let (uid, items) = command.strip_prefix("UID FETCH ")?.split_once(' ')?;
        let said = match items {
            "(UID)" if uid == "1" => String::new(),
            "(UID)" => format!("* {uid} FETCH (UID {uid})\r\n"),
            _ if uid == "3" => return Some("TAG NO [SERVERBUG] not today\r\n".into()),
            _ if uid == "4" => return Some("* BYE it is too much\r\n".into()),
            items if items.contains("<0.") => {
                format!("* 9 FETCH (UID 9 BODY[]<0> {{1}}\r\nx)\r\n* {uid} FETCH (UID {uid} BODY[]<0> {{3}}\r\nok\n)\r\n")
            }
            _ => format!("* {uid} FETCH (UID {uid} BODY[]<1048576> NIL)\r\n"),
        };
        Some(said + "TAG OK done\r\n")
    })
    .await;
    let why = |piece| match piece {
        Piece::Unreadable { why } => why,
        piece => panic!("{piece:?}"),
    };
    for uid in ["1", "2"] {
        let first = mailbox.piece(7, uid, 0).await.unwrap();
        assert_eq!(first, Piece::Bytes(b"ok\n".to_vec()));
    }
    assert_eq!(mailbox.piece(7, "1", PIECE as u64).await.unwrap(), Piece::Gone);
    assert!(why(mailbox.piece(7, "2", PIECE as u64).await.unwrap()).contains("NIL"));
    assert!(why(mailbox.piece(7, "3", 0).await.unwrap()).contains("not today"));
    assert!(why(mailbox.piece(7, "4", 0).await.unwrap()).contains("too much"));
}

#[tokio::test]
async fn one_answer_that_is_no_imap_does_not_hold_up_the_others_and_is_not_quoted() {
    let mut mailbox = odd("* OK hello", |command| {
        let body = |uid: &str| match uid {
            "2" => "* 2 FETCH (UID 2 BODY[] \"SECRET\" %%%)\r\n".to_owned(),
            "3" => "* 3 FETCH (UID 3 BODY[] NIL)\r\n".to_owned(),
            uid => {
                format!("* {uid} FETCH (UID {uid} BODY[] {{3}}\r\nok\n)\r\n* 1 FETCH (FLAGS (\\Seen))\r\n")
            }
        };
        let date = |uid: &str| match uid {
            "2" => "* 2 FETCH (UID 2 INTERNALDATE ((\"SECRET\") RFC822.SIZE 3)\r\n".to_owned(),
            uid => format!(
                "* {uid} FETCH (UID {uid} INTERNALDATE \" 1-Nov-2026 09:00:00 +0000\" RFC822.SIZE 3)\r\n"
            ),
        };
        let words: Vec<&str> = command.split(' ').collect();
        let ["UID", "FETCH", set, items @ ..] = words.as_slice() else { return None };
        let uids = match *set {
            "1:*" | "1:3" => vec!["1", "2", "3"],
            uid => vec![uid],
        };
        let items = items.join(" ");
        let name = |uid: &str| format!("* {uid} FETCH (UID {uid})\r\n");
        let answer: String = match items.as_str() {
            "(UID)" => uids.iter().map(|uid| name(uid)).collect(),
            "(UID BODY.PEEK[])" => uids.iter().map(|uid| body(uid)).collect(),
            _ => uids.iter().map(|uid| date(uid)).collect(),
        };
        Some(answer + "TAG OK done\r\n")
    })
    .await;
    let (epoch, found) = all(&mut mailbox).await;
    assert_eq!(epoch, 7);
    let dated: Vec<bool> = found.iter().map(|found| found.received_at.is_some()).collect();
    assert_eq!(dated, [true, false, true]);
    let fetched = mailbox.fetch(epoch, &found).await.unwrap();
    let [first, second, third] = fetched.as_slice() else { panic!("{fetched:?}") };
    assert_eq!(first.body, Body::Whole(b"ok\n".to_vec()));
    let Body::Unreadable { why } = &second.body else { panic!("{second:?}") };
    assert!(!why.contains("SECRET"), "{why}");
    assert!(matches!(&third.body, Body::Unreadable { why } if why.contains("NIL")), "{third:?}");
}

#[tokio::test]
async fn what_a_server_says_at_the_door_decides_between_later_and_never() {
    let failure = |greeting, script| async move {
        odd(greeting, script).await.list(Which::After(0)).await.unwrap_err()
    };
    let later = failure("* BYE too busy", |_| None).await;
    assert!(retried(&later).contains("too busy"), "{later}");
    let later = failure("* OK hello", |command| {
        command.starts_with("LOGIN").then(|| "TAG NO [UNAVAILABLE] the directory sleeps\r\n".into())
    })
    .await;
    assert!(retried(&later).contains("the directory sleeps"), "{later}");
    let later = failure("* OK hello", |command| {
        command.starts_with("EXAMINE").then(|| "TAG NO [INUSE] somebody compacts it\r\n".into())
    })
    .await;
    assert!(retried(&later).contains("somebody compacts it"), "{later}");
    let never = failure("* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hello", |_| None).await;
    assert!(rejected(&never).contains("neither"), "{never}");
    let never = failure("* PREAUTH come in", |_| None).await;
    assert!(rejected(&never).contains("PREAUTH"), "{never}");
    let later =
        failure("* OK hello", |command| command.starts_with("NOOP").then(|| "* BYE going down\r\n".into()))
            .await;
    assert!(retried(&later).contains("going down"), "{later}");
}

#[tokio::test]
async fn a_server_that_only_says_that_it_is_there_is_left() {
    let mut mailbox = impatient("* OK hello", |command| {
        command.starts_with("UID FETCH").then(|| "* OK still here\r\n".repeat(8 << 20))
    })
    .await;
    let later = mailbox.list(Which::After(0)).await.unwrap_err();
    assert!(retried(&later).contains("only says that it is there"), "{later}");
}

#[tokio::test]
async fn what_came_while_some_mails_were_looked_at_ends_the_wait() {
    let mut mailbox = odd("* OK hello", |command| {
        match command {
            "CAPABILITY" => return Some("* CAPABILITY IMAP4rev1 IDLE\r\nTAG OK\r\n".into()),
            "IDLE" => return Some("* BYE nothing to wait for\r\n".into()),
            _ => {}
        }
        Some(match command.strip_prefix("UID FETCH ")?.split_once(' ')? {
            ("1", "(UID)") => "* 2 EXISTS\r\n* 1 FETCH (UID 1)\r\nTAG OK done\r\n".into(),
            (_, items) if items.contains("BODY") => "* 1 FETCH (UID 1 BODY[] NIL)\r\nTAG OK done\r\n".into(),
            _ => {
                let said = "UID 1 INTERNALDATE \" 1-Nov-2026 09:00:00 +0000\" RFC822.SIZE 3";
                format!("* 1 FETCH ({said})\r\nTAG OK done\r\n")
            }
        })
    })
    .await;
    let (epoch, found) = all(&mut mailbox).await;
    mailbox.fetch(epoch, &found).await.unwrap();
    mailbox.list(Which::These(&["1".into()])).await.unwrap();
    mailbox.wait(Duration::from_hours(1)).await.unwrap();
}
