//! The engine on a real record, a real Maildir and a real folder of letters, under a clock whose hands the test turns:
//! each service is run until it is idle.

mod apart;
mod aside;
mod beside;
mod budget;
mod called_back;
mod cancelled;
mod clock;
mod desk;
mod disturbed;
mod not_given;
mod outbox;
mod over;
mod panics;
mod reload;
mod restore;
mod vouch;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sscd::adapters::folder::Folder;
use sscd::adapters::maildir::{self, Maildir};
use sscd::config::{Config, build_world, write_sample};
use sscd::domain::folder::FolderRole;
use sscd::domain::id::{Key, LetterId};
use sscd::engine::{Alarms, Ask, Asking, Collect, Deliver, Engine, Idle, Probe, Read, Service, Wake};
use sscd::ports::{Clock, Transport};
use sscd::store::{Letter, LetterFilter, Options, Store};

use super::daemon::without_desk;
use sscd::rehearse::Hands;

/// An office with one Maildir, and its engine between two starts of the daemon.
pub struct Office {
    folder: tempfile::TempDir,
    pub clock: Arc<Hands>,
    pub engine: Arc<Engine>,
    n_asked: usize,
}

pub fn noon() -> DateTime<Utc> {
    "2026-11-02T12:00:00Z".parse().unwrap()
}

impl Office {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = write_sample(folder.path()).unwrap();
        fs::write(&path, without_desk(&fs::read_to_string(&path).unwrap())).unwrap();
        maildir::create(&folder.path().join("mail")).unwrap();
        fs::create_dir(folder.path().join("state")).unwrap();
        let clock = Arc::new(Hands::at(noon()));
        let engine = start(folder.path(), &clock).await;
        Self { folder, clock, engine, n_asked: 0 }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Drops one of the good mails.
    pub fn drop_mail(&self, good: &str) {
        fs::copy(Path::new("tests/mail/good").join(good), self.path("mail/new").join(good)).unwrap();
    }

    pub async fn collect(&self) {
        self.collect_from("shared", "mail").await;
    }

    pub async fn collect_from(&self, name: &str, folder: &str) {
        self.collect_as(FolderRole::Notices, name, folder).await;
    }

    pub async fn collect_as(&self, role: FolderRole, name: &str, folder: &str) {
        let mailbox = Maildir::new(self.path(folder));
        let (engine, name) = (self.engine.clone(), name.to_owned());
        idle(Collect { engine, name, mailbox, role, start_from: None, must_reconcile: true }).await;
    }

    /// The real program reads what is large or suspected.
    pub fn probe(&self, config: &str) -> Probe {
        Probe::new(env!("CARGO_BIN_EXE_sscd").into(), Some(self.path(config)))
    }

    pub async fn read(&self) {
        idle(Read::new(self.engine.clone(), self.probe("sscd.toml"))).await;
    }

    pub async fn wake(&self) {
        idle(Wake { engine: self.engine.clone() }).await;
    }

    /// A person edits one of the files.
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(file)).unwrap();
        assert!(text.contains(from), "{file} has no {from:?}");
        fs::write(self.path(file), text.replacen(from, to, 1)).unwrap();
    }

    /// The files as they are now come into force.
    pub async fn adopt(&self) -> Vec<String> {
        let config = Config::load(Some(&self.path("sscd.toml")), Path::new(""), &[]).unwrap();
        let changes = Box::pin(self.engine.adopt(build_world(&config).unwrap())).await.unwrap();
        changes.iter().map(ToString::to_string).collect()
    }

    /// A daemon that ended, and the next one.
    pub async fn restart(&mut self) {
        self.engine.store.close().await;
        self.engine = start(self.folder.path(), &self.clock).await;
    }

    pub async fn deliver(&self) {
        self.deliver_by(Arc::new(Folder::open(self.path("letters")).unwrap())).await;
    }

    pub async fn deliver_by(&self, transport: Arc<dyn Transport>) {
        idle(Deliver::new(self.engine.clone(), transport)).await;
    }

    pub async fn ask(&mut self, ask: Ask) -> Result<String, String> {
        self.n_asked += 1;
        let id = format!("command {}", self.n_asked);
        let asking = Asking { by: Key("priya.nair".into()), id, login: None, ask };
        self.engine.ask(asking).await.unwrap().map_err(|refusal| refusal.because)
    }

    pub fn pass(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    pub async fn letter(&self, id: i64) -> Letter {
        self.engine.store.letter(LetterId(id)).await.unwrap().unwrap()
    }

    pub async fn n_letters(&self, filter: LetterFilter) -> usize {
        self.engine.store.letters(&filter, None, 1_000).await.unwrap().len()
    }

    /// What a pager asks: true while no alarm stands.
    pub fn is_well(&self) -> bool {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sscd"));
        let output = command.args(["status", "--config"]).arg(self.path("sscd.toml")).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.success(), !said.contains("ALARM"), "{said}");
        output.status.success()
    }

    /// The alarms that stand.
    pub async fn alarms(&self) -> Vec<String> {
        let alarms = self.engine.store.alarms().await.unwrap();
        alarms.into_iter().map(|alarm| format!("{}: {}", alarm.key, alarm.text)).collect()
    }
}

fn url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("state/sscd.db").display())
}

async fn start(folder: &Path, clock: &Arc<Hands>) -> Arc<Engine> {
    let config = Config::load(Some(&folder.join("sscd.toml")), Path::new(""), &[]).unwrap();
    let world = Arc::new(build_world(&config).unwrap());
    let store = Store::open(&url(folder), &Options::default()).await.unwrap();
    let clock: Arc<dyn Clock> = clock.clone();
    let alarms = Alarms::new(store.clone(), clock.clone(), Vec::new());
    Engine::start(store, world, clock, alarms, "a test".into()).await.unwrap()
}

/// Runs a service as long as it has something to do.
async fn idle(mut service: impl Service) {
    while service.run_once().await.unwrap() == Idle::Never {}
}
