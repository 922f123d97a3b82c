//! Where a check keeps its record.

use std::future::Future;

use sqlx::Connection;
use sscd::store::{Engine, Options, Store};
use tempfile::TempDir;

use super::postgres::Server;

/// A place for one record; [`Place::fresh`] gives another one beside it.
pub struct Place {
    pub url: String,
    kind: Kind,
}

enum Kind {
    Sqlite { _folder: TempDir },
    Postgres { socket: String },
}

impl Place {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("record.db").display());
        Self { url, kind: Kind::Sqlite { _folder: folder } }
    }

    pub fn postgres(server: &Server) -> Self {
        Self::in_postgres(server.socket())
    }

    fn in_postgres(socket: &str) -> Self {
        let url = block(Server::new_database(socket));
        Self { url, kind: Kind::Postgres { socket: socket.to_owned() } }
    }

    pub fn fresh(&self) -> Self {
        match &self.kind {
            Kind::Sqlite { .. } => Self::sqlite(),
            Kind::Postgres { socket } => Self::in_postgres(socket),
        }
    }

    pub fn engine(&self) -> Engine {
        match self.kind {
            Kind::Sqlite { .. } => Engine::Sqlite,
            Kind::Postgres { .. } => Engine::Postgres,
        }
    }

    pub async fn open(&self) -> Store {
        Store::open(&self.url, &Options { n_readers: 2, read_only: false }).await.unwrap()
    }

    /// Runs a statement behind the store's back: what the database itself says to it.
    pub async fn run(&self, sql: &'static str) -> Result<u64, String> {
        sqlx::any::install_default_drivers();
        let mut conn = sqlx::AnyConnection::connect(&self.url).await.unwrap();
        let done = sqlx::query(sql).execute(&mut conn).await;
        conn.close().await.unwrap();
        done.map(|done| done.rows_affected()).map_err(|e| e.to_string())
    }
}

pub fn block<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}
