//! The office that a conversation is held with: the real engine on a real record, a real Maildir, a clock whose hands
//! the test turns, and a post that does as it is told.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, TimeDelta, Utc};
use sscd::adapters::maildir::{self, Maildir};
use sscd::config::{Config, build_world, write_sample};
use sscd::domain::case::{Event, next, waits};
use sscd::domain::desk;
use sscd::domain::folder::FolderRole;
use sscd::domain::id::SubjectId;
use sscd::domain::review::{self, ReviewId};
use sscd::domain::world::World;
use sscd::engine::{
    Alarms, Collect, Deliver, Engine, Idle, Probe, Read, Service, Wake, fold, fold_desk, fold_review,
};
use sscd::ports::Clock;
use sscd::store::{Entry, Options, RegisterFilter, RegisterRow, Store, Verified};
use tempfile::TempDir;

use super::post::Post;
use crate::journal::new_parts;
use sscd::rehearse::Hands;

/// A service that failed looks again after this, as in the daemon.
const BACK_OFF: TimeDelta = TimeDelta::minutes(5);
/// A conversation whose services never come to rest.
const TOO_MANY: usize = 10_000;

pub struct Office {
    folder: TempDir,
    pub engine: Arc<Engine>,
    pub clock: Arc<Hands>,
    pub post: Arc<Post>,
    services: Vec<(Box<dyn Service>, DateTime<Utc>)>,
    n_mails: usize,
    kind: Kind,
}

/// What the first line of a conversation says of the office.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// The server takes a tagged sender.
    pub is_tagged: bool,
    /// It writes digests, agenda lists and the like by itself.
    pub has_desk: bool,
    /// It follows annual reviews.
    pub has_reviews: bool,
}

impl Kind {
    fn environment(self) -> Vec<(String, String)> {
        let mut all = vec![("SSCD_OFFICE__TAGGED_ADDRESSES".into(), self.is_tagged.to_string())];
        if !self.has_desk {
            all.push(("SSCD_DESK__DIGEST".into(), String::new()));
            all.push(("SSCD_DESK__LETTERS".into(), "false".into()));
        }
        all.push(("SSCD_REVIEWS__ENABLED".into(), self.has_reviews.to_string()));
        all
    }
}

/// The office that is shipped, or one that is almost that; read once.
fn world(kind: Kind) -> Arc<World> {
    static WORLDS: [OnceLock<Arc<World>>; 8] = [const { OnceLock::new() }; 8];
    let read = || {
        let folder = tempfile::tempdir().unwrap();
        write_sample(folder.path()).unwrap();
        Arc::new(read_world(folder.path(), kind))
    };
    let Kind { is_tagged, has_desk, has_reviews } = kind;
    let at = usize::from(is_tagged) + 2 * usize::from(has_desk) + 4 * usize::from(has_reviews);
    WORLDS[at].get_or_init(read).clone()
}

/// From the files in a folder.
fn read_world(folder: &Path, kind: Kind) -> World {
    let config = Config::load(Some(&folder.join("sscd.toml")), Path::new(""), &kind.environment()).unwrap();
    fs::create_dir_all(&config.state.folder).unwrap();
    build_world(&config).unwrap()
}

async fn engine(folder: &Path, clock: &Arc<Hands>, world: Arc<World>) -> Arc<Engine> {
    let url = format!("sqlite://{}", folder.join("sscd.db").display());
    let store = Store::open(&url, &Options { n_readers: 1, read_only: false }).await.unwrap();
    let alarms = Alarms::new(store.clone(), clock.clone(), Vec::new());
    Engine::start(store, world, clock.clone(), alarms, "conversation".into()).await.unwrap()
}

/// The folders of the office's mailbox.
const FOLDERS: [(&str, FolderRole); 3] =
    [("mail", FolderRole::Notices), ("junk", FolderRole::Junk), ("sent", FolderRole::Sent)];

fn services(engine: &Arc<Engine>, folder: &Path, post: &Arc<Post>) -> Vec<(Box<dyn Service>, DateTime<Utc>)> {
    let collect = |(name, role): (&str, FolderRole)| -> Box<dyn Service> {
        Box::new(Collect {
            engine: engine.clone(),
            name: name.into(),
            mailbox: Maildir::new(folder.join(name)),
            role,
            start_from: None,
            must_reconcile: true,
        })
    };
    // The real program reads what is suspected.
    let probe = Probe::new(env!("CARGO_BIN_EXE_sscd").into(), None);
    let services: [Box<dyn Service>; 3] = [
        Box::new(Read::new(engine.clone(), probe)),
        Box::new(Wake { engine: engine.clone() }),
        Box::new(Deliver::new(engine.clone(), post.clone())),
    ];
    FOLDERS
        .map(collect)
        .into_iter()
        .chain(services)
        .map(|service| (service, DateTime::<Utc>::MIN_UTC))
        .collect()
}

impl Office {
    pub async fn open(at: DateTime<Utc>, kind: Kind) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, _) in FOLDERS {
            maildir::create(&folder.path().join(name)).unwrap();
        }
        let (clock, post) = (Arc::new(Hands::at(at)), Arc::new(Post::default()));
        let engine = engine(folder.path(), &clock, world(kind)).await;
        let services = services(&engine, folder.path(), &post);
        Self { folder, engine, clock, post, services, n_mails: 0, kind }
    }

    /// The program ends and starts again on the same record.
    pub async fn restart(&mut self) {
        self.engine.store.close().await;
        self.engine = engine(self.folder.path(), &self.clock, self.engine.world()).await;
        self.services = services(&self.engine, self.folder.path(), &self.post);
    }

    /// The directory knows no last assessment of any other User; then it is edited.
    pub async fn assessed(&mut self, users: &[&str], lines: &[String]) -> Result<(), String> {
        let path = self.files().join("directory/users.toml");
        let text = fs::read_to_string(&path).unwrap();
        let mut is_kept = true;
        let mut kept = String::new();
        for line in text.lines() {
            if let Some(key) = line.strip_prefix("key = ") {
                is_kept = users.contains(&key.trim_matches('"'));
            }
            if is_kept || !line.starts_with("last_assessment") {
                kept += line;
                kept.push('\n');
            }
        }
        fs::write(&path, kept).unwrap();
        self.edit("users.toml", lines).await
    }

    /// The files that people edit, a copy of the sample.
    fn files(&self) -> PathBuf {
        let folder = self.folder.path().join("files");
        if !folder.exists() {
            fs::create_dir(&folder).unwrap();
            write_sample(&folder).unwrap();
        }
        folder
    }

    /// A file of the directory is edited, `old => new` in each line with `\n` for a line's end, and taken up.
    pub async fn edit(&mut self, file: &str, lines: &[String]) -> Result<(), String> {
        let folder = self.files();
        let path = folder.join("directory").join(file);
        let mut text = fs::read_to_string(&path).map_err(|error| format!("{file}: {error}"))?;
        for line in lines {
            let (old, new) = line.split_once(" => ").ok_or("lines `old => new` in the block")?;
            let (old, new) = (old.replace("\\n", "\n"), new.replace("\\n", "\n"));
            if !text.contains(&old) {
                return Err(format!("{file} does not say {old:?}"));
            }
            text = text.replacen(&old, &new, 1);
        }
        fs::write(&path, text).unwrap();
        let world = World { keys: self.engine.world().keys.clone(), ..read_world(&folder, self.kind) };
        self.engine.adopt(world).await.map_err(|error| format!("{error:#}"))?;
        self.settle().await.map(drop)
    }

    /// Counts on, so that no two mails are the same.
    pub fn next_mail(&mut self) -> usize {
        self.n_mails += 1;
        self.n_mails
    }

    /// A mail is laid into these folders and worked.
    pub async fn receive(&mut self, raw: &str, folders: &[&str]) -> Result<(), String> {
        let n = self.next_mail();
        for folder in folders {
            fs::write(self.folder.path().join(format!("{folder}/new/{n:04}.scenario")), raw).unwrap();
        }
        self.settle().await.map(drop)
    }

    /// Every service runs until it is idle; the next instant at which one wants to look again.
    pub async fn settle(&mut self) -> Result<Option<DateTime<Utc>>, String> {
        for _ in 0..TOO_MANY {
            let now = self.clock.now();
            let (mut is_busy, mut next) = (false, None::<DateTime<Utc>>);
            for (service, rests_until) in &mut self.services {
                let mut again = (*rests_until > now).then_some(*rests_until);
                if again.is_none() {
                    match service.run_once().await {
                        Ok(Idle::Never) => is_busy = true,
                        Ok(Idle::Until(at)) if at <= now => is_busy = true,
                        Ok(Idle::Until(at)) => again = Some(at),
                        Ok(Idle::UntilTold) => {}
                        Err(_) => {
                            *rests_until = now + BACK_OFF;
                            again = Some(*rests_until);
                        }
                    }
                }
                next = next.into_iter().chain(again).min();
            }
            if !is_busy {
                return Ok(next);
            }
        }
        Err("the services never come to rest".into())
    }

    /// Who rests after a failure looks again now.
    pub async fn look_again(&mut self) -> Result<(), String> {
        self.services.iter_mut().for_each(|(_, rests_until)| *rests_until = DateTime::<Utc>::MIN_UTC);
        self.settle().await.map(drop)
    }

    /// Time passes; whatever falls due on the way happens at its own time.
    pub async fn pass_until(&mut self, target: DateTime<Utc>) -> Result<(), String> {
        for _ in 0..TOO_MANY {
            match self.settle().await? {
                Some(next) if next <= target => self.turn_to(next),
                _ if self.clock.now() < target => self.turn_to(target),
                _ => return Ok(()),
            }
        }
        Err("something falls due again and again".into())
    }

    /// The chain is whole, and the register and timers are what the journal comes to.
    pub async fn check_record(&self) -> Result<(), String> {
        let store = &self.engine.store;
        if !matches!(store.verify().await.unwrap(), Verified::Whole { .. }) {
            return Err("the journal's chain is broken".into());
        }
        for recorded in store.journal_all(0, i64::MAX).await.unwrap() {
            new_parts(&recorded.entry.kind, recorded.entry.schema, &recorded.entry.body)?;
        }
        for row in store.register_list(&RegisterFilter::All, None, i64::MAX).await.unwrap() {
            let journal = store.journal(&row.subject).await.unwrap();
            let entries: Vec<_> = journal.into_iter().map(|recorded| recorded.entry).collect();
            if row.subject == SubjectId::desk() {
                self.check_desk(&row, &entries).await?;
                continue;
            }
            if ReviewId::of(&row.subject).is_some() {
                self.check_review(&row, &entries).await?;
                continue;
            }
            let case = fold(&entries)
                .map_err(|error| format!("{error:#}"))?
                .ok_or("a register row without a fact")?;
            if serde_json::to_vec(&case).unwrap() != row.body {
                return Err(format!("the register's {} is not what the journal comes to", row.subject.0));
            }
            let waits = waits(&case, &self.engine.world());
            let due: BTreeSet<_> = waits.iter().map(|wait| (wait.kind.name(), wait.due_at)).collect();
            let timers = store.timers(&row.subject).await.unwrap();
            let timers: BTreeSet<_> =
                timers.iter().map(|timer| (timer.kind.as_str(), timer.due_at)).collect();
            if timers != due {
                return Err(format!("the timers of {} are not its waits: {timers:?}", row.subject.0));
            }
        }
        Ok(())
    }

    /// The events of all cases that led to another status, each with the status.
    pub async fn moves(&self) -> BTreeSet<(String, &'static str)> {
        let mut moves = BTreeSet::new();
        let store = &self.engine.store;
        for row in store.register_list(&RegisterFilter::Kind("case".into()), None, i64::MAX).await.unwrap() {
            let mut stage = None;
            for recorded in store.journal(&row.subject).await.unwrap() {
                let event = Event::decode(recorded.entry.schema, &recorded.entry.body).unwrap();
                let to = next(stage, event.kind());
                if to != stage {
                    moves.extend(to.map(|to| (event.kind().to_string(), to.title())));
                }
                stage = to;
            }
        }
        moves
    }

    async fn check_desk(&self, row: &RegisterRow, entries: &[Entry]) -> Result<(), String> {
        let desk = fold_desk(entries).map_err(|error| format!("{error:#}"))?;
        if serde_json::to_vec(&desk).unwrap() != row.body {
            return Err("the register's Desk is not what the journal comes to".into());
        }
        let waits = desk::waits(&desk, &self.engine.world());
        let due: BTreeSet<_> = waits.iter().map(|wait| (wait.kind.name().to_owned(), wait.due_at)).collect();
        let timers = self.engine.store.timers(&row.subject).await.unwrap();
        let timers: BTreeSet<_> = timers.into_iter().map(|timer| (timer.kind, timer.due_at)).collect();
        if timers == due {
            Ok(())
        } else {
            Err(format!("the timers of the Desk are not its waits: {timers:?}"))
        }
    }

    async fn check_review(&self, row: &RegisterRow, entries: &[Entry]) -> Result<(), String> {
        let review =
            fold_review(entries).map_err(|error| format!("{error:#}"))?.ok_or("a row without a fact")?;
        if serde_json::to_vec(&review).unwrap() != row.body {
            return Err(format!("the register's {} is not what the journal comes to", row.subject.0));
        }
        let waits = review::waits(&review, &self.engine.world());
        let due: BTreeSet<_> = waits.iter().map(|wait| (wait.kind.name().to_owned(), wait.due_at)).collect();
        let timers = self.engine.store.timers(&row.subject).await.unwrap();
        let timers: BTreeSet<_> = timers.into_iter().map(|timer| (timer.kind, timer.due_at)).collect();
        if timers == due {
            Ok(())
        } else {
            Err(format!("the timers of {} are not its waits: {timers:?}", row.subject.0))
        }
    }

    fn turn_to(&self, at: DateTime<Utc>) {
        self.clock.advance(at - self.clock.now());
    }
}
