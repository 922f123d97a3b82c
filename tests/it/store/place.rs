//! Where a test keeps its record: a temporary folder.

use std::future::Future;

use sscd::store::{Options, Store};
use tempfile::TempDir;

pub struct Place {
    pub url: String,
    pub folder: TempDir,
}

impl Place {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("record.db").display());
        Self { url, folder }
    }

    pub async fn open(&self) -> Store {
        Store::open(&self.url, &Options { n_readers: 2, read_only: false }).await.unwrap()
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
