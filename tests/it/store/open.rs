//! Opening, and what stands in the way.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use sscd::store::*;

use super::place::{Place, block};
use super::sample::*;

pub fn every_statement_fits(place: &Place) {
    block(async {
        let store = place.open().await;
        assert_eq!(store.integrity_check().await.unwrap(), Vec::<String>::new());
    });
}

pub fn every_connection_keeps_what_it_commits(place: &Place) {
    block(async {
        let store = place.open().await;
        let settings = store.settings().await.unwrap();
        let expected: &[(&str, &str)] = match place.engine() {
            Engine::Sqlite => &[("journal_mode", "wal"), ("synchronous", "full"), ("foreign_keys", "on")],
            Engine::Postgres => &[("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on")],
        };
        assert_eq!(settings.len(), 3 * expected.len());
        for setting in settings {
            assert!(expected.contains(&(setting.name, setting.value.as_str())), "{setting:?}");
        }
    });
}

fn path(place: &Place) -> &str {
    place.url.strip_prefix("sqlite://").unwrap()
}

async fn refusal(url: &str, read_only: bool) -> String {
    match Store::open(url, &Options { n_readers: 1, read_only }).await {
        Ok(_) => panic!("{url} was opened"),
        Err(StoreError::Stop(sentence)) => sentence,
        Err(e) => panic!("{url}: {e:?}"),
    }
}

#[test]
fn the_file_is_for_its_owner_alone() {
    let place = Place::sqlite();
    fs::write(path(&place), b"").unwrap();
    fs::set_permissions(path(&place), fs::Permissions::from_mode(0o644)).unwrap();
    block(async {
        let store = place.open().await;
        mails(&store, 1).await;
        for end in ["", "-wal", "-shm"] {
            let file = fs::metadata(format!("{}{end}", path(&place))).unwrap();
            assert_eq!(file.permissions().mode() & 0o777, 0o600, "{end}");
        }
    });
}

#[test]
fn what_cannot_be_opened_is_said_in_a_sentence() {
    block(async {
        let place = Place::sqlite();
        let said = refusal("mysql://localhost/x", false).await;
        assert!(said.contains("expected sqlite:///path or postgres://"), "{said}");
        let said = refusal("sqlite://state/record.db", false).await;
        assert!(said.contains("absolute path"), "{said}");
        let said = refusal(&place.url, true).await;
        assert!(said.contains("start `sscd run` first"), "{said}");
        let said = refusal(&format!("{}/not/there", place.url), false).await;
        assert!(said.contains("cannot be opened"), "{said}");
        fs::write(path(&place), "This is a letter and no database. ".repeat(99)).unwrap();
        let found = Store::open(&place.url, &Options::default()).await.unwrap_err();
        assert!(matches!(&found, StoreError::Corrupt(_)), "{found:?}");
    });
}

#[test]
fn a_record_that_a_newer_program_wrote_stays_shut() {
    block(async {
        let place = Place::sqlite();
        place.open().await.close().await;
        let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
            VALUES (99, 'later', 1, x'00', 0)";
        place.run(newer).await.unwrap();
        for read_only in [false, true] {
            let said = refusal(&place.url, read_only).await;
            assert!(said.contains("form 99") && said.contains("a newer sscd wrote it"), "{said}");
        }
    });
}

#[test]
fn a_command_that_only_looks_writes_nothing() {
    block(async {
        let place = Place::sqlite();
        let writer = place.open().await;
        mails(&writer, 3).await;
        let reader = Store::open(&place.url, &Options { n_readers: 1, read_only: true }).await.unwrap();
        assert_eq!(reader.waiting(9, None).await.unwrap().len(), 3);
        let refused = reader.raise("disk", "full", at(0)).await.unwrap_err();
        assert!(matches!(&refused, StoreError::Stop(_)), "{refused:?}");
    });
}

#[test]
fn a_backup_is_whole_and_overwrites_nothing() {
    block(async {
        let place = Place::sqlite();
        let store = place.open().await;
        mails(&store, 100).await;
        store.commit(lead(&store).await, together((1..=100).map(case))).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("100% copy.db");
        let verified = store.backup(&to, None).await.unwrap();
        assert_eq!(verified, store.verify().await.unwrap());
        assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
        assert_eq!(names, ["100% copy.db"]);
        let again = store.backup(&to, None).await.unwrap_err();
        assert!(again.to_string().contains("never overwrites"), "{again}");
        let url = format!("sqlite://{}", to.display()).replace('%', "%25");
        let copy = Store::open(&url, &Options::default()).await.unwrap();
        assert_eq!(copy.counts().await.unwrap().n_events, 100);
    });
}
