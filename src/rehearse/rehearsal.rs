//! The office under a turned clock. In: a record, a World, mailboxes and the hour at which it begins; out: the engine after
//! every service came to rest, again and again. Invariant: what falls due on the way happens at its own time.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use super::keys::NoKeys;
use super::{Hands, Post, Tray};
use crate::domain::case::Refusal;
use crate::domain::world::World;
use crate::engine::{
    Alarms, Asking, Bell, Collect, Deliver, Engine, Idle, Probe, Read, Service, Vouch, Wake,
};
use crate::ports::Clock as _;
use crate::store::{Options, Store};

/// A service that failed looks again after this, as in the daemon.
const BACK_OFF: TimeDelta = TimeDelta::minutes(5);
/// More rounds than any work needs.
const TOO_MANY: usize = 10_000;

/// Whether the program ends while a conversation is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    Never,
    AfterEachLine,
    /// Besides, before and after commits and sends that the seed chooses: in a build with debug assertions.
    Anywhere {
        seed: u32,
    },
}

pub struct Rehearsal {
    pub engine: Arc<Engine>,
    pub clock: Arc<Hands>,
    pub post: Arc<Post>,
    pub trays: Vec<Tray>,
    record: PathBuf,
    probe: Probe,
    services: Vec<AtWork>,
    ends: Ends,
    /// How often it ended in the middle.
    n_ends: u32,
}

/// A service, with what the daemon's loop knows of it.
struct AtWork {
    service: Box<dyn Service>,
    told: watch::Receiver<u64>,
    /// After a failure, until then.
    rests_until: DateTime<Utc>,
    /// What it said last.
    idle: Idle,
}

/// What comes of it; nothing when the program ended before.
async fn unless_it_ends<T>(work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        done = work => Some(done),
        () = crate::fault::stopped() => None,
    }
}

async fn engine(record: &Path, clock: &Arc<Hands>, world: Arc<World>) -> anyhow::Result<Arc<Engine>> {
    let path = record.to_str().with_context(|| format!("{} is no path in UTF-8", record.display()))?;
    let options = Options { n_readers: 1, read_only: false };
    let store = Store::open(&format!("sqlite://{path}"), &options).await.context("open the record")?;
    let alarms = Alarms::new(store.clone(), clock.clone(), Vec::new());
    Engine::start(store, world, clock.clone(), alarms, "rehearsal".into()).await
}

impl Rehearsal {
    /// On the record in this file, which is made where there is none; nobody else may use it meanwhile.
    ///
    /// # Errors
    /// When it cannot be opened, or written.
    pub async fn begin(
        record: PathBuf,
        world: Arc<World>,
        at: DateTime<Utc>,
        trays: Vec<Tray>,
        probe: Probe,
    ) -> anyhow::Result<Self> {
        crate::fault::stop_at(None);
        let (clock, post) = (Arc::new(Hands::at(at)), Arc::new(Post::default()));
        let engine = engine(&record, &clock, world).await?;
        for tray in &trays {
            if let Some(cursor) = engine.store.cursor(&tray.name).await? {
                tray.begins_after(&cursor);
            }
        }
        let (services, ends, n_ends) = (Vec::new(), Ends::Never, 0);
        let mut rehearsal = Self { engine, clock, post, trays, record, probe, services, ends, n_ends };
        rehearsal.start().await?;
        Ok(rehearsal)
    }

    /// From now on the program ends like this.
    pub fn end(&mut self, ends: Ends) {
        self.ends = ends;
        self.plan();
    }

    /// Chooses where it ends next: soon, and at other places each time.
    fn plan(&self) {
        if let Ends::Anywhere { seed } = self.ends {
            crate::fault::stop_at(Some(1 + (seed + self.n_ends * 17) % 61));
        }
    }

    async fn start(&mut self) -> anyhow::Result<()> {
        let engine = &self.engine;
        engine.watches(self.trays.iter().map(|tray| tray.name.clone())).await?;
        let at_work = |service: Box<dyn Service>, bell: &Bell| AtWork {
            service,
            told: bell.listen(),
            rests_until: DateTime::<Utc>::MIN_UTC,
            idle: Idle::Never,
        };
        let collect = |tray: &Tray| {
            let collect = Collect {
                engine: engine.clone(),
                name: tray.name.clone(),
                mailbox: tray.clone(),
                role: tray.role,
                start_from: None,
                must_reconcile: true,
            };
            at_work(Box::new(collect), &engine.told.collect)
        };
        let others = [
            at_work(Box::new(Vouch::new(engine.clone(), Arc::new(NoKeys))), &engine.told.read),
            at_work(Box::new(Read::new(engine.clone(), self.probe.clone())), &engine.told.read),
            at_work(Box::new(Wake { engine: engine.clone() }), &engine.told.wake),
            at_work(Box::new(Deliver::new(engine.clone(), self.post.clone())), &engine.told.deliver),
        ];
        self.services = self.trays.iter().map(collect).chain(others).collect();
        Ok(())
    }

    /// The program ends and starts again on the same record.
    ///
    /// # Errors
    /// When the record cannot be opened, or written.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.restart_with(self.engine.world()).await
    }

    async fn restart_with(&mut self, world: Arc<World>) -> anyhow::Result<()> {
        let stops_at = crate::fault::stops_at();
        crate::fault::stop_at(None);
        self.services.clear();
        self.engine.store.close().await;
        self.engine = engine(&self.record, &self.clock, world).await?;
        self.start().await?;
        crate::fault::stop_at(stops_at);
        Ok(())
    }

    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// It ended in the middle of something, and starts again.
    async fn begin_anew(&mut self, world: Arc<World>) -> anyhow::Result<()> {
        self.n_ends += 1;
        self.restart_with(world).await?;
        self.plan();
        Ok(())
    }

    /// What somebody asks of the program; whoever finds that it ended looks whether it was done, and asks again if not.
    ///
    /// # Errors
    /// When the record cannot be read or written.
    pub async fn ask(&mut self, asking: Asking) -> anyhow::Result<Result<String, Refusal>> {
        let (seq, cause) = (self.engine.store.head().await?.seq, asking.cause());
        loop {
            if let Some(said) = unless_it_ends(Box::pin(self.engine.ask(asking.clone()))).await {
                return said;
            }
            self.begin_anew(self.engine.world()).await?;
            let recorded = self.engine.store.journal_all(seq, i64::MAX).await?;
            let is_of_it = |of: &str| {
                of.strip_prefix(&cause).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
            };
            if recorded.iter().any(|one| is_of_it(&one.entry.cause)) {
                return Ok(Ok(String::new()));
            }
        }
    }

    /// Takes up another World, and works on with it.
    ///
    /// # Errors
    /// When the record cannot be read or written.
    pub async fn adopt(&mut self, world: Arc<World>) -> anyhow::Result<()> {
        match unless_it_ends(Box::pin(self.engine.adopt(world.clone()))).await {
            Some(adopted) => drop(adopted?),
            None => self.begin_anew(world).await?,
        }
        self.settle().await.map(drop)
    }

    /// Every service runs until it is idle; the next instant at which one wants to look again.
    ///
    /// # Errors
    /// When that never comes.
    pub async fn settle(&mut self) -> anyhow::Result<Option<DateTime<Utc>>> {
        loop {
            match unless_it_ends(Box::pin(self.work())).await {
                Some(next) => return next,
                None => self.begin_anew(self.engine.world()).await?,
            }
        }
    }

    async fn work(&mut self) -> anyhow::Result<Option<DateTime<Utc>>> {
        // Whoever waits for nothing looks all the same: somebody may have laid a mail there, or turned the clock.
        self.services.iter_mut().for_each(|at| at.idle = Idle::Never);
        let mut busy = String::new();
        for _ in 0..TOO_MANY {
            let now = self.clock.now();
            for at in &mut self.services {
                if at.idle != Idle::Never && !at.told.has_changed()? {
                    continue;
                }
                at.told.borrow_and_update();
                if at.rests_until > now {
                    at.idle = Idle::Until(at.rests_until);
                    continue;
                }
                at.idle = match at.service.run_once().await {
                    Ok(Idle::Until(until)) if until <= now => Idle::Never,
                    Ok(idle) => idle,
                    Err(error) => {
                        let (service, error) = (at.service.name(), format!("{error:#}"));
                        tracing::warn!(service, error, "service failed");
                        at.rests_until = now + BACK_OFF;
                        Idle::Until(at.rests_until)
                    }
                };
                if at.idle == Idle::Never {
                    busy = at.service.name();
                }
            }
            let has_more = |at: &AtWork| at.idle == Idle::Never || at.told.has_changed().unwrap_or(true);
            if !self.services.iter().any(has_more) {
                let until = |at: &AtWork| if let Idle::Until(until) = at.idle { Some(until) } else { None };
                return Ok(self.services.iter().filter_map(until).min());
            }
        }
        let due = self.engine.store.due_timers(self.clock.now(), 5).await?;
        let due: Vec<_> = due.iter().map(|one| (&one.subject.0, &one.timer.kind, one.timer.due_at)).collect();
        anyhow::bail!("{busy} never comes to rest, with {due:?} due")
    }

    /// Who rests after a failure looks again now.
    ///
    /// # Errors
    /// As [`Self::settle`].
    pub async fn look_again(&mut self) -> anyhow::Result<()> {
        self.services.iter_mut().for_each(|at| at.rests_until = DateTime::<Utc>::MIN_UTC);
        self.settle().await.map(drop)
    }

    /// Time passes; whatever falls due on the way happens at its own time.
    ///
    /// # Errors
    /// As [`Self::settle`], and when something falls due again and again.
    pub async fn pass_until(&mut self, target: DateTime<Utc>) -> anyhow::Result<()> {
        for _ in 0..TOO_MANY {
            match self.settle().await? {
                Some(next) if next <= target => self.clock.turn_to(next),
                _ if self.clock.now() < target => self.clock.turn_to(target),
                _ => return Ok(()),
            }
        }
        anyhow::bail!("something falls due again and again")
    }
}
