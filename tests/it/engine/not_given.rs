//! Mail that cannot be had: what lies behind it comes all the same, and a person is told.

use sscd::domain::folder::FolderRole;
use sscd::engine::Collect;
use sscd::store::InboxFilter;

use super::{Office, idle};
use crate::servers::scripted::mailbox_of as odd;

#[tokio::test]
async fn one_that_is_removed_or_not_given_half_way_is_no_mail_and_holds_up_none() {
    let office = Office::new().await;
    // 1 is removed while its pieces come, and the server has 2 and gives the beginning alone.
    let mailbox = odd("* OK hello", |command| {
        let (uids, items) = command.strip_prefix("UID FETCH ")?.split_once(' ')?;
        let each = |said: fn(&str) -> String| {
            let named = if uids.contains([':', ',']) { vec!["1", "2", "3"] } else { vec![uids] };
            named.into_iter().map(said).collect::<String>()
        };
        let said = match items {
            "(UID)" => {
                each(|uid| if uid == "1" { String::new() } else { format!("* {uid} FETCH (UID {uid})\r\n") })
            }
            "(UID BODY.PEEK[])" => each(|uid| format!("* {uid} FETCH (UID {uid} BODY[] {{3}}\r\nok\n)\r\n")),
            _ if items.contains("BODY.PEEK[]<0.") => {
                each(|uid| format!("* {uid} FETCH (UID {uid} BODY[]<0> {{3}}\r\nno\n)\r\n"))
            }
            _ if items.contains("BODY.PEEK") => {
                each(|uid| format!("* {uid} FETCH (UID {uid} BODY[]<3> NIL)\r\n"))
            }
            _ => each(|uid| {
                let size = if uid == "3" { 3 } else { 5 << 20 };
                let date = "\"01-Nov-2026 09:00:00 +0000\"";
                format!("* {uid} FETCH (UID {uid} INTERNALDATE {date} RFC822.SIZE {size})\r\n")
            }),
        };
        Some(said + "TAG OK done\r\n")
    })
    .await;
    let engine = office.engine.clone();
    let (name, role) = ("office".to_owned(), FolderRole::Notices);
    idle(Collect { engine: engine.clone(), name, mailbox, role, start_from: None, must_reconcile: true })
        .await;
    let rows = engine.store.inbox_list(&InboxFilter::All, None, 10).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(engine.store.raw(rows[0].inbox).await.unwrap(), b"ok\n");
    let alarms = engine.store.alarms().await.unwrap();
    let alarms: Vec<(&str, &str)> =
        alarms.iter().map(|alarm| (alarm.key.as_str(), alarm.text.as_str())).collect();
    let [("unreadable office 2", text)] = alarms.as_slice() else { panic!("{alarms:?}") };
    assert!(text.contains("gives no bytes for it (NIL)"), "{text}");
}

#[tokio::test]
async fn one_that_is_listed_and_does_not_come_is_told() {
    let office = Office::new().await;
    let mailbox = odd("* OK hello", |command| {
        let (_, items) = command.strip_prefix("UID FETCH ")?.split_once(' ')?;
        let said = match items {
            "(UID)" => "* 1 FETCH (UID 7)\r\n",
            "(UID BODY.PEEK[])" => "",
            _ => "* 1 FETCH (UID 7 INTERNALDATE \"01-Nov-2026 09:00:00 +0000\" RFC822.SIZE 3)\r\n",
        };
        Some(format!("{said}TAG OK done\r\n"))
    })
    .await;
    let engine = office.engine.clone();
    let (name, role) = ("office".to_owned(), FolderRole::Notices);
    idle(Collect { engine: engine.clone(), name, mailbox, role, start_from: None, must_reconcile: true })
        .await;
    let alarms = engine.store.alarms().await.unwrap();
    assert_eq!(alarms.len(), 1);
    assert_eq!(alarms[0].key, "unreadable office 7");
    assert!(alarms[0].text.ends_with("it is listed, and nothing comes for it"), "{}", alarms[0].text);
}
