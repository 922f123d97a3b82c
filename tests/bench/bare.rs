//! The bare limits of this machine: what each end of the path does when it is alone.

use std::path::Path;
use std::time::{Duration, Instant};

use futures::StreamExt;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection, TypeInfo, ValueRef};
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

/// Rows in one statement, as the daemon has them.
const ROWS: usize = 192;

/// Mails a second: the rows of the record that was made, written again into an empty one, in the same groups and just
/// as durable, by a program that has their values at hand and nothing else to do.
pub fn sqlite(place: &Place, first: usize, n: usize) -> f64 {
    block(async {
        let mut made = connect(&place.path("rows.db")).await;
        let lay_out = include_str!("bare/0-lay-out.sql");
        let words = [
            (":made", place.path("state/sscd.db").display().to_string()),
            (":first", first.to_string()),
            (":last", (first + n).to_string()),
        ];
        run(&mut made, &words.iter().fold(lay_out.to_owned(), |sql, (word, value)| sql.replace(word, value)))
            .await;
        let mut db = connect(&place.path("bare.db")).await;
        let record = [
            include_str!("../../migrations/sqlite/0001_record.sql"),
            include_str!("../../migrations/sqlite/0003_folder_role.sql"),
            include_str!("../../migrations/sqlite/0005_vouched.sql"),
        ];
        for sql in [SETTINGS, record[0], record[1], record[2], LEADER] {
            run(&mut db, sql).await;
        }
        // What was just laid out is not to be written while time is taken.
        rustix::fs::sync();
        let mut took = Duration::ZERO;
        for (size, step) in STEPS {
            for from in (0..n).step_by(size) {
                let to = n.min(from + size);
                // Each table holds as many rows for one mail as for the next.
                let step = step.replace(":from", &from.to_string()).replace(":to", &to.to_string());
                let writes = writes(&mut made, &step).await;
                let start = Instant::now();
                run(&mut db, "BEGIN IMMEDIATE").await;
                for write in writes {
                    write.execute(&mut db).await;
                }
                run(&mut db, "COMMIT").await;
                took += start.elapsed();
            }
        }
        let accepted = "SELECT count(*) FROM delivery WHERE state = 'accepted'";
        let n_accepted: i64 = sqlx::query_scalar(accepted).fetch_one(&mut db).await.unwrap();
        assert_eq!(n_accepted, i64::try_from(n).unwrap());
        per_second(n, took)
    })
}

const LEADER: &str = "INSERT INTO lease (name, holder, term, until_ms) VALUES ('decider', 'bare', 1, 0); \
    INSERT INTO cursor (mailbox, epoch, position) VALUES ('bare', 0, 0)";

async fn run(db: &mut SqliteConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(db).await.unwrap();
}

enum Value {
    Null,
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// A statement, and the rows that stand for its `{rows}`.
struct Write {
    sql: String,
    rows: Vec<Vec<Value>>,
}

/// The writes of a step: a SELECT gives the rows of the statement behind it.
async fn writes(made: &mut SqliteConnection, step: &str) -> Vec<Write> {
    let mut writes = Vec::new();
    let mut rows = Vec::new();
    for sql in step.split(';').map(str::trim).filter(|sql| !sql.is_empty()) {
        if sql.starts_with("SELECT") {
            let found = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut *made).await.unwrap();
            rows = found.iter().map(values).collect();
            continue;
        }
        let mut left = std::mem::take(&mut rows).into_iter().peekable();
        loop {
            let rows: Vec<_> = left.by_ref().take(ROWS).collect();
            let one = |row: &Vec<Value>| format!("({})", vec!["?"; row.len()].join(", "));
            let marks: Vec<String> = rows.iter().map(one).collect();
            writes.push(Write { sql: sql.replace("{rows}", &marks.join(", ")), rows });
            if left.peek().is_none() {
                break;
            }
        }
    }
    writes
}

fn values(row: &SqliteRow) -> Vec<Value> {
    let value = |at| {
        let value = row.try_get_raw(at).unwrap();
        match value.type_info().name() {
            _ if value.is_null() => Value::Null,
            "INTEGER" => Value::Number(row.get_unchecked(at)),
            "BLOB" => Value::Bytes(row.get_unchecked(at)),
            _ => Value::Text(row.get_unchecked(at)),
        }
    };
    (0..row.len()).map(value).collect()
}

impl Write {
    async fn execute(self, db: &mut SqliteConnection) {
        let query = sqlx::query(AssertSqlSafe(self.sql));
        let bound = self.rows.into_iter().flatten().fold(query, |query, value| match value {
            Value::Null => query.bind(None::<i64>),
            Value::Number(number) => query.bind(number),
            Value::Text(text) => query.bind(text),
            Value::Bytes(bytes) => query.bind(bytes),
        });
        bound.execute(db).await.unwrap();
    }
}
