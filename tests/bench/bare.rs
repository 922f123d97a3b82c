//! The bare limits of this machine: what each end of the path does when it is alone.

use std::path::Path;
use std::time::Instant;

use futures::StreamExt;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use sscd::domain::id::Address;
use sscd::ports::{Answer, Mailbox, Outgoing, Transport, Which, in_batches};

use super::dovecot::Dovecot;
use super::load::Place;
use super::per_second;
use super::sink::Sink;

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Mails a second: listed and fetched, and thrown away.
pub fn fetch(dovecot: &Dovecot) -> f64 {
    block(async {
        let mut mailbox = dovecot.mailbox();
        // Dovecot builds its index at the first look.
        mailbox.present().await.unwrap();
        let start = Instant::now();
        let listing = mailbox.list(Which::After(0)).await.unwrap();
        for batch in in_batches(&listing.found) {
            if !batch[0].is_large() {
                assert_eq!(mailbox.fetch(listing.epoch, batch).await.unwrap().len(), batch.len());
            }
        }
        per_second(listing.found.len(), start.elapsed())
    })
}

/// Letters a second on four connections, each as large as a letter that was sent.
pub fn smtp(sink: &Sink, letter: &[u8], n: usize) -> f64 {
    block(async {
        let post = sink.smtp(4);
        let address = Address::parse("security@u0.test").unwrap();
        let send = || async {
            let outgoing =
                Outgoing { sender: &address, recipient: &address, message_id: "b@sec.test", bytes: letter };
            let answer = post.send(outgoing).await.unwrap();
            assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?}");
        };
        let start = Instant::now();
        let letters = futures::stream::iter(0..n).map(|_| send()).buffer_unordered(4);
        letters.for_each(|()| async {}).await;
        per_second(n, start.elapsed())
    })
}

/// A letter that was sent.
pub fn letter(place: &Place) -> Vec<u8> {
    block(async {
        let mut db = connect(&place.path("state/sscd.db")).await;
        let letter = "SELECT bytes FROM letter ORDER BY letter_id DESC LIMIT 1";
        sqlx::query_scalar(letter).fetch_one(&mut db).await.unwrap()
    })
}

async fn connect(path: &Path) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite://{}?mode=rwc", path.display())).await.unwrap()
}

/// As the daemon's own writer has them.
const SETTINGS: &str = "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
    PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000; \
    PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864";

/// Mails in a group of each step, as the daemon has them when many wait.
const STEPS: [(usize, &str); 4] = [
    (100, include_str!("bare/1-take-in.sql")),
    (128, include_str!("bare/2-begin-reading.sql")),
    (64, include_str!("bare/3-decide.sql")),
    (64, concat!(include_str!("bare/4-claim.sql"), include_str!("bare/5-settle.sql"))),
];

/// Mails a second: the rows of the record that was made, written again into an empty one, in the same groups and just
/// as durable, with nothing else to do.
pub fn sqlite(place: &Place, first: usize, n: usize) -> f64 {
    block(async {
        let mut db = connect(&place.path("bare.db")).await;
        let migration = include_str!("../../migrations/sqlite/0001_record.sql");
        let made = place.path("state/sscd.db").display().to_string();
        let rows = place.path("rows.db").display().to_string();
        run(&mut db, SETTINGS).await;
        run(&mut db, migration).await;
        let lay_out = include_str!("bare/0-lay-out.sql");
        let words = [
            (":made", made),
            (":rows", rows),
            (":first", first.to_string()),
            (":last", (first + n).to_string()),
        ];
        run(&mut db, &words.iter().fold(lay_out.to_owned(), |sql, (word, value)| sql.replace(word, value)))
            .await;
        let start = Instant::now();
        for (size, step) in STEPS {
            for from in (0..n).step_by(size) {
                let to = n.min(from + size);
                // Each table holds as many rows for one mail as for the next.
                let step = step.replace(":from", &from.to_string()).replace(":to", &to.to_string());
                run(&mut db, &format!("BEGIN IMMEDIATE; {step} COMMIT;")).await;
            }
        }
        let took = start.elapsed();
        let accepted = "SELECT count(*) FROM delivery WHERE state = 'accepted'";
        let n_accepted: i64 = sqlx::query_scalar(accepted).fetch_one(&mut db).await.unwrap();
        assert_eq!(n_accepted, i64::try_from(n).unwrap());
        per_second(n, took)
    })
}

async fn run(db: &mut SqliteConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(db).await.unwrap();
}
