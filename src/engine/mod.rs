//! The one path and the one loop. Whatever changes a subject is [`Work`] through [`Engine::handle`]: looked up,
//! decided, sealed and committed as one batch. Invariant: one decider, and everything it decides goes down together.

mod alarm;
mod ask;
mod batch;
mod beside;
mod collect;
mod concern;
mod deciding;
mod deliver;
mod desk;
mod dkim;
mod feed;
mod figures;
mod fold;
mod known;
mod parting;
mod probe;
mod read;
mod rebuild;
mod reload;
mod restored;
mod review;
mod seal;
mod service;
mod spending;
mod stage;
mod sweep;
mod vouch;
mod wake;
mod wanted;
mod work;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, RwLock};

use anyhow::Context;
use tokio::sync::Mutex;

pub use alarm::Alarms;
pub use ask::{Ask, Asking, permitted};
pub use collect::Collect;
pub use deliver::Deliver;
pub use feed::{Feed, feed};
pub use fold::{fold, fold_desk};
pub use probe::{Heard, Probe};
pub use read::{Read, read_mail};
pub use rebuild::rebuild;
pub use reload::moved;
pub use review::fold_review;
pub use service::{Bell, Idle, Service, Told, run};
pub use stage::Stages;
pub use vouch::Vouch;
pub use wake::Wake;
pub use work::{CaseWork, Handled, Work};

use crate::domain::world::World;
use crate::ports::Clock;
use crate::store::Engine as Database;
use crate::store::Store;
use batch::{Ahead, Decider};
use restored::Gate;
use spending::Spent;
use stage::Stage;

pub struct Engine {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub told: Told,
    pub alarms: Alarms,
    pub stages: Stages,
    /// This process, as the record names it.
    holder: String,
    world: RwLock<Arc<World>>,
    /// Locked before `decider`, and let go once that is.
    ahead: Mutex<Ahead>,
    /// Cases are left that the World in force was not carried to.
    must_revisit: AtomicBool,
    decider: Mutex<Decider>,
    gate: Gate,
    spent: Arc<Spent>,
}

/// How long the lease of a decider runs; it is renewed at a third of that.
const LEASE: std::time::Duration = std::time::Duration::from_mins(1);

impl Engine {
    /// Takes the lead over the record and picks up what a stopped daemon left in flight.
    ///
    /// # Errors
    /// When another daemon leads, or the record cannot be read.
    pub async fn start(
        store: Store,
        world: Arc<World>,
        clock: Arc<dyn Clock>,
        alarms: Alarms,
        holder: String,
    ) -> anyhow::Result<Arc<Self>> {
        let now = clock.now();
        // Our lock on the state folder proves that whoever led an embedded record before is gone.
        let term = match store.engine() {
            Database::Sqlite => store.seize(&holder, now, LEASE).await.map(Some),
            Database::Postgres => store.lead(&holder, now, LEASE).await,
        };
        let term = term.context("take the lead over the record")?;
        let term = term.context(
            "another sscd leads this record: stop it, or wait a minute if it has just been killed on another machine",
        )?;
        let rescued = store.rescue(now).await.context("take up what was under way")?;
        tracing::debug!(?rescued, "took up what a stopped daemon left");
        store.live(&holder, now, LEASE).await.context("say that this daemon lives")?;
        let decider = Decider::new(term, &store, now).await?;
        let gate = Gate::new(store.restored().await.context("read whether the record was restored")?);
        let spent = Arc::new(Spent::of(&store, now).await?);
        let told = Told::default();
        let engine = Arc::new(Self {
            store,
            clock,
            told,
            alarms,
            stages: Stages::default(),
            holder,
            world: RwLock::new(world),
            ahead: Mutex::new(Ahead::of(&decider)),
            must_revisit: AtomicBool::new(true),
            decider: Mutex::new(decider),
            gate,
            spent,
        });
        engine.take_up_world().await.context("note what the files say now")?;
        Ok(engine)
    }

    /// The snapshot in force.
    #[must_use]
    pub fn world(&self) -> Arc<World> {
        self.world.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    async fn during<T>(&self, stage: Stage, work: impl Future<Output = T>) -> T {
        self.stages.during(stage, self.clock.as_ref(), work).await
    }

    /// Keeps the lead, and what this daemon has claimed; takes up what others had claimed that live no more.
    ///
    /// # Errors
    /// When another daemon has taken the lead.
    pub async fn keep_lead(&self) -> anyhow::Result<()> {
        let now = self.clock.now();
        let mut decider = self.decider.lock().await;
        if now < decider.renew_at {
            return Ok(());
        }
        let term = self.store.lead(&self.holder, now, LEASE).await?;
        decider.term = term.context("another sscd has taken the lead over this record")?;
        decider.renew_at = now + LEASE / 3;
        drop(decider);
        self.store.live(&self.holder, now, LEASE).await?;
        // Nobody but us works on an embedded record.
        if self.store.engine() == Database::Postgres && self.store.requeue(now).await? > 0 {
            self.told.deliver.tell();
        }
        Ok(())
    }
}
