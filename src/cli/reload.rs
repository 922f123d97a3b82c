//! The running daemon goes by its files as they are now. In: files that were edited, or SIGHUP; out: a World that is
//! whole and sound, put in force; or an alarm that says what is wrong, and the old one. Invariant: nothing is ever half
//! applied, and what cannot change while the daemon runs is compared and said.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use tokio::sync::watch;

use super::run::{is_reloaded, is_reloading};
use super::wiring::Watch;
use crate::config::{Config, ConfigError, environment};
use crate::engine::{Engine, Idle, Service};
use crate::ports::Clock;

/// The alarm that stands while the files are refused.
pub const ALARM: &str = "configuration";
/// An editor writes several times: files count when they stood still for so long.
const SETTLE: Duration = Duration::from_millis(300);
/// A file behind more links than this is none.
const MAX_LINKS: usize = 8;
/// As many changes are said one by one.
const SAID: usize = 20;

pub struct Reload {
    engine: Arc<Engine>,
    path: PathBuf,
    started: Config,
    /// The configuration whose files are looked at: the last that could be read.
    looked_at: Config,
    seen: Option<Stamp>,
    settling: Option<Stamp>,
    /// What is wrong with the files.
    refused: Option<String>,
    /// Sections that were said to wait for the next start.
    waiting: Vec<&'static str>,
    asked: watch::Receiver<u64>,
    watch: Option<Watch>,
}

/// The files of a configuration, each by what changes when it is written, exchanged or taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp(Vec<(PathBuf, Option<[i64; 7]>)>);

impl Stamp {
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let stamp = |path: PathBuf| {
            let marks = fs::metadata(&path).ok().map(|file| {
                let (device, inode) = (file.dev().cast_signed(), file.ino().cast_signed());
                let (written, changed) = (file.mtime_nsec(), file.ctime_nsec());
                [device, inode, file.size().cast_signed(), file.mtime(), written, file.ctime(), changed]
            });
            (path, marks)
        };
        Self(config.sources().into_iter().map(stamp).collect())
    }
}

impl Reload {
    /// `seen` was taken before the World in force was read. `None` where the configuration is the built-in one.
    #[must_use]
    pub fn new(engine: Arc<Engine>, config: &Config, seen: Stamp) -> Option<Self> {
        let asked = engine.told.reload.listen();
        Some(Self {
            engine,
            path: config.path.clone()?,
            started: config.clone(),
            looked_at: config.clone(),
            seen: Some(seen),
            settling: None,
            refused: None,
            waiting: Vec::new(),
            asked,
            watch: None,
        })
    }

    /// Anew each time: a folder that was exchanged is another one under the same name.
    fn watch(&mut self) {
        match Watch::over(folders(&self.looked_at)) {
            Ok(watch) => self.watch = Some(watch),
            Err(error) => {
                self.watch = None;
                tracing::warn!(%error, "cannot watch the configuration; it is looked at once a minute");
            }
        }
    }

    async fn load(&mut self, seen: Stamp) -> anyhow::Result<()> {
        let path = self.path.clone();
        let examined = tokio::task::spawn_blocking(move || {
            let environment = environment();
            let whole = Config::examine(Some(&path), Path::new(""), &environment);
            let load = || Config::load(Some(&path), Path::new(""), &environment).ok();
            let partly = whole.is_err().then(load).flatten();
            (whole, partly)
        });
        let (whole, partly) = examined.await.context("read the configuration")?;
        let looked_at = match whole {
            Ok((config, snapshot)) => {
                let world = snapshot.world(&config, self.engine.world().keys.clone());
                let is_new = world.sha256 != self.engine.world().sha256;
                let changes =
                    Box::pin(self.engine.adopt(world)).await.context("put the changed files in force")?;
                self.engine.alarms.clear(ALARM).await;
                if self.refused.take().is_some() {
                    tracing::info!("the configuration is sound again");
                }
                changes.iter().take(SAID).for_each(|change| tracing::info!("changed: {change}"));
                if changes.len() > SAID {
                    tracing::info!("and {} more; `sscd journal export` has them all", changes.len() - SAID);
                }
                if is_new {
                    tracing::info!(change.n = changes.len(), "the changed files are in force");
                }
                self.compare(&config);
                Some(config)
            }
            Err(error) => {
                self.refuse(&error).await;
                partly
            }
        };
        self.seen = Some(seen);
        if let Some(looked_at) = looked_at {
            if looked_at.files != self.looked_at.files {
                // Other files, which nobody has looked at before they were read.
                self.seen = None;
            }
            self.looked_at = looked_at;
        }
        Ok(())
    }

    async fn refuse(&mut self, ConfigError(faults): &ConfigError) {
        let [first, more @ ..] = faults.as_slice() else { return };
        let n_more = match more.len() {
            0 => String::new(),
            n => format!(" (and {n} more: see `sscd check`)"),
        };
        let text =
            format!("what was edited is refused, and what was read before stays in force: {first}{n_more}");
        if self.refused.as_ref() != Some(&text) {
            faults.iter().take(SAID).for_each(|fault| tracing::error!("refused: {fault}"));
            self.engine.alarms.raise_if_new(ALARM, &text).await;
            self.refused = Some(text);
        }
    }

    /// Says which sections wait for the next start.
    fn compare(&mut self, config: &Config) {
        let started = &self.started;
        let sections = [
            ("[state]", started.state != config.state),
            ("[[mailbox]]", started.mailboxes != config.mailboxes),
            ("[transport]", started.transport != config.transport),
            ("[log]", started.log != config.log),
            ("[alarm]", started.alarm != config.alarm),
        ];
        let waiting: Vec<_> =
            sections.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect();
        if self.waiting != waiting {
            self.waiting = waiting;
            for name in &self.waiting {
                tracing::warn!(
                    "{name} was changed in {}: it takes effect at the next start",
                    self.path.display()
                );
            }
        }
    }
}

#[async_trait]
impl Service for Reload {
    fn name(&self) -> String {
        "reload".into()
    }

    async fn run_once(&mut self) -> anyhow::Result<Idle> {
        let is_asked = self.asked.has_changed().unwrap_or(false);
        self.asked.borrow_and_update();
        self.watch();
        let stamp = Stamp::of(&self.looked_at);
        if is_asked {
            is_reloading();
            let loaded = Box::pin(self.load(stamp)).await;
            is_reloaded();
            loaded?;
        } else if self.refused.is_none() && self.seen.as_ref() == Some(&stamp) {
            self.settling = None;
        } else if self.settling.as_ref() == Some(&stamp) {
            self.settling = None;
            Box::pin(self.load(stamp)).await?;
        } else {
            self.settling = Some(stamp);
            return Ok(Idle::Until(self.engine.clock.now() + SETTLE));
        }
        Ok(if self.seen.is_some() { Idle::UntilTold } else { Idle::Never })
    }

    async fn rest(&mut self, at_most: Duration, clock: &dyn Clock) -> anyhow::Result<()> {
        let changed = async {
            match &self.watch {
                Some(watch) => watch.changed().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = changed => clock.sleep_until(clock.now() + SETTLE).await,
            () = clock.sleep_until(clock.now() + at_most) => {}
        }
        Ok(())
    }
}

/// Every folder in which a name on the way to one of the files can come, go or be exchanged.
fn folders(config: &Config) -> BTreeSet<PathBuf> {
    let mut folders = BTreeSet::new();
    let files = &config.files;
    let named = [Some(&files.directory), files.templates.as_ref()].into_iter().flatten().cloned();
    for mut path in config.sources().into_iter().chain(named) {
        for _ in 0..MAX_LINKS {
            let Some(parent) = path.parent().map(Path::to_path_buf) else { break };
            let parent = if parent.as_os_str().is_empty() { PathBuf::from(".") } else { parent };
            // A folder that is gone comes again where it was.
            folders.extend(parent.ancestors().find(|folder| folder.is_dir()).map(Path::to_path_buf));
            let Ok(target) = fs::read_link(&path) else { break };
            path = parent.join(target);
        }
    }
    let named = [Some(&files.directory), files.templates.as_ref()].into_iter().flatten();
    folders.extend(named.filter(|folder| folder.is_dir()).cloned());
    folders
}
