//! `sscd run`: the daemon. The only module that knows all the concrete types: it puts them together, starts them, and
//! stops them.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::dry_run::dry_run;
use super::reload::{self, Reload, Stamp};
use super::wiring::{Renew, Wiring};
use super::{Common, look};
use crate::adapters::clock::SystemClock;
use crate::adapters::maildir::{self, Maildir};
use crate::config::{Config, MailboxKind, Secret, State, build_world, restore_keys};
use crate::control::{self, Locked};
use crate::engine::{
    Alarms, Collect, Deliver, Engine, Probe, Read, Service, Vouch, Wake, run as run_service,
};
use crate::ports::Clock;
use crate::store::{Options, Store};

/// Run the daemon in the foreground until SIGTERM or SIGINT.
///
/// It watches the configured mailboxes, keeps the record, answers, and stops within five seconds with nothing half
/// done. What is edited in its files is in force a moment later, at once on SIGHUP; what is broken is refused as a
/// whole, with an alarm. Logs go to stderr.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  sscd run --config /etc/sscd/sscd.toml")]
pub struct Args {
    /// Print what would be sent and held for the mail that stands in the mailboxes now, and end.
    ///
    /// It works on a copy of the record, also beside a running daemon: nothing is sent, no flag is set, and the state
    /// folder stays as it is.
    #[arg(long)]
    dry_run: bool,
}

pub async fn command(args: Args, common: &Common) -> anyhow::Result<ExitCode> {
    let config = common.load()?;
    crate::telemetry::init(&config.log);
    let shutdown = CancellationToken::new();
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let probe = probe(common.config.as_deref())?;
    if args.dry_run {
        return tokio::select! {
            done = dry_run(&config, probe, common.json) => done,
            _ = term.recv() => Ok(ExitCode::FAILURE),
            _ = int.recv() => Ok(ExitCode::FAILURE),
        };
    }
    let mut hangup = signal(SignalKind::hangup())?;
    let daemon = Daemon::start(&config, probe, shutdown.clone()).await?;
    systemd(&[sd_notify::NotifyState::Ready]);
    let watchdog = tokio::spawn(watchdog());
    loop {
        tokio::select! {
            _ = hangup.recv() => daemon.engine.told.reload.tell(),
            _ = term.recv() => break,
            _ = int.recv() => break,
            () = daemon.ended() => break,
        }
    }
    systemd(&[sd_notify::NotifyState::Stopping]);
    watchdog.abort();
    tracing::info!("stopping");
    daemon.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// The running parts of a daemon.
pub struct Daemon {
    pub engine: Arc<Engine>,
    tasks: TaskTracker,
    shutdown: CancellationToken,
    _lock: Locked,
}

/// The whole stop takes less than this (a service gives up on what it has in hand after four seconds).
const STOP: Duration = Duration::from_millis(4_800);

impl Daemon {
    /// Opens the record, takes the lead, and starts every service.
    ///
    /// # Errors
    /// When the configuration, the record or another daemon does not allow it.
    pub async fn start(config: &Config, probe: Probe, shutdown: CancellationToken) -> anyhow::Result<Self> {
        let lock = Locked::take(&config.state.folder)?;
        let seen = Stamp::of(config);
        let engine = open_engine(config).await?;
        engine.watches(look::mailboxes(config)).await?;
        let tasks = TaskTracker::new();
        let daemon = Self { engine, tasks, shutdown, _lock: lock };
        let told = daemon.engine.told.clone();
        let mut wiring = Wiring::new(config, daemon.engine.clock.clone());
        for mailbox in &config.mailboxes {
            if let MailboxKind::Maildir { path, .. } = &mailbox.kind {
                maildir::create(path).with_context(|| format!("make the Maildir {}", path.display()))?;
            }
        }
        for collect in collectors(config, &daemon.engine, &mut wiring)? {
            daemon.service(collect, &told.collect);
        }
        let vouch = Vouch::new(daemon.engine.clone(), Wiring::resolver());
        daemon.service(Box::new(vouch), &told.read);
        daemon.service(Box::new(Read::new(daemon.engine.clone(), probe)), &told.read);
        daemon.service(Box::new(Wake { engine: daemon.engine.clone() }), &told.wake);
        let transport = wiring.transport(&config.transport)?;
        daemon.service(Box::new(Deliver::new(daemon.engine.clone(), transport)), &told.deliver);
        let renewals: Vec<Renew> = wiring.renewals().collect();
        daemon.forget(config, &renewals).await?;
        for renew in renewals {
            daemon.service(Box::new(renew), &told.renew);
        }
        daemon.engine.alarms.clear(reload::ALARM).await;
        if let Some(reload) = Reload::new(daemon.engine.clone(), config, seen) {
            daemon.service(Box::new(reload), &told.reload);
        }
        let control =
            control::serve(daemon.engine.clone(), config.state.folder.clone(), daemon.shutdown.clone());
        let shutdown = daemon.shutdown.clone();
        daemon.tasks.spawn(async move {
            if let Err(error) = control.await {
                tracing::error!(error = format!("{error:#}"), "the control socket failed");
                shutdown.cancel();
            }
        });
        tracing::info!(mailbox.n = config.mailboxes.len(), "sscd runs");
        Ok(daemon)
    }

    /// A mailbox or an account that is no longer configured cannot come right by itself.
    async fn forget(&self, config: &Config, renewals: &[Renew]) -> anyhow::Result<()> {
        let mailboxes = look::mailboxes(config).into_iter().map(|name| format!("collect {name}"));
        let configured: Vec<String> = mailboxes.chain(renewals.iter().map(Service::name)).collect();
        for alarm in self.engine.store.alarms().await? {
            let is_of_one = ["collect ", "oauth "].iter().any(|kind| alarm.key.starts_with(kind));
            if is_of_one && !configured.contains(&alarm.key) {
                self.engine.alarms.clear(&alarm.key).await;
            }
        }
        Ok(())
    }

    fn service(&self, service: Box<dyn Service>, bell: &crate::engine::Bell) {
        let (clock, alarms) = (self.engine.clock.clone(), self.engine.alarms.clone());
        self.tasks.spawn(run_service(service, bell.listen(), clock, alarms, self.shutdown.clone()));
    }

    /// Comes back when a part has given up.
    pub async fn ended(&self) {
        self.shutdown.cancelled().await;
    }

    /// Softly at first: each part finishes what it has in hand; what is still under way after that is dropped, and its
    /// transaction with it.
    pub async fn stop(self) {
        self.shutdown.cancel();
        // It may be waiting for a slow server.
        self.engine.told.deliver.tell();
        self.tasks.close();
        if tokio::time::timeout(STOP, self.tasks.wait()).await.is_err() {
            tracing::warn!("stopped with something under way; it is taken up at the next start");
        }
        self.engine.store.close().await;
        self.engine.stages.log();
        tracing::info!("stopped");
    }
}

/// What takes mail in, one service for each folder.
pub fn collectors(
    config: &Config,
    engine: &Arc<Engine>,
    wiring: &mut Wiring,
) -> anyhow::Result<Vec<Box<dyn Service>>> {
    let mut collectors: Vec<Box<dyn Service>> = Vec::new();
    for mailbox in &config.mailboxes {
        let (engine, name) = (engine.clone(), mailbox.name.clone());
        match &mailbox.kind {
            MailboxKind::Maildir { path, role, start_from } => {
                let (mailbox, role, start_from) = (Maildir::new(path), *role, *start_from);
                let collect = Collect { engine, name, mailbox, role, start_from, must_reconcile: true };
                collectors.push(Box::new(collect));
            }
            MailboxKind::Imap(imap) => {
                for (folder, role) in imap.all_folders() {
                    let name = format!("{name}/{folder}");
                    let mailbox = wiring.imap(imap, folder)?;
                    let start_from = Some(imap.start_from);
                    let engine = engine.clone();
                    let collect = Collect { engine, name, mailbox, role, start_from, must_reconcile: true };
                    collectors.push(Box::new(collect));
                }
            }
        }
    }
    Ok(collectors)
}

/// How a mail is read by a process of its own: by `sscd read`, under the same configuration.
pub fn probe(config: Option<&Path>) -> anyhow::Result<Probe> {
    let program = std::env::current_exe().context("find this program")?;
    let config = config.map(std::path::absolute).transpose()?;
    Ok(Probe::new(program, config))
}

/// Opens the record and takes the lead over it.
pub async fn open_engine(config: &Config) -> anyhow::Result<Arc<Engine>> {
    let store = open_store(config).await?;
    take_keys(&store, &config.state).await?;
    let world = Arc::new(build_world(config)?);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let alarms = Alarms::new(store.clone(), clock.clone(), config.alarm.command.clone());
    Engine::start(store, world, clock, alarms, random_id()?).await
}

/// Puts the keys that a restored record has brought along into their folder. A crash in between repeats it.
async fn take_keys(store: &Store, state: &State) -> anyhow::Result<()> {
    let Some(keys) = store.keys_brought().await? else { return Ok(()) };
    if let Some(aside) = restore_keys(&state.keys(), &keys)? {
        tracing::warn!(
            file.path = %aside.display(),
            "the keys of the restored record are in force; those that were here are kept aside"
        );
    }
    store.keys_are_kept().await?;
    Ok(())
}

/// Opens the record of a configuration.
pub async fn open_store(config: &Config) -> anyhow::Result<Store> {
    control::make_state_folder(&config.state.folder)?;
    let url = database_url(&config.state)?;
    Store::open(url.reveal(), &Options::default()).await.context("open the record")
}

/// The address of the record, its path from the root on: a database is not found by a relative path.
pub fn database_url(state: &State) -> anyhow::Result<Secret> {
    let folder = std::path::absolute(&state.folder)?;
    Ok(State { folder, ..state.clone() }.database_url())
}

/// Random for each process: a host name would make two daemons on one host the same.
pub fn random_id() -> anyhow::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no random bytes: {error}"))?;
    Ok(data_encoding::HEXLOWER.encode(&bytes))
}

fn systemd(states: &[sd_notify::NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(false, states) {
        tracing::warn!(error = %error, "systemd could not be told");
    }
}

/// Tells systemd that the files are read again, and since when (`Type=notify-reload` wants both).
pub fn is_reloading() {
    match sd_notify::NotifyState::monotonic_usec_now() {
        Ok(since) => systemd(&[sd_notify::NotifyState::Reloading, since]),
        Err(error) => tracing::warn!(error = %error, "systemd could not be told"),
    }
}

pub fn is_reloaded() {
    systemd(&[sd_notify::NotifyState::Ready]);
}

/// Tells systemd at half the watchdog's time that the runtime still turns.
async fn watchdog() {
    let mut usec = 0;
    if !sd_notify::watchdog_enabled(false, &mut usec) {
        return;
    }
    let mut ticks = tokio::time::interval(Duration::from_micros(usec / 2));
    loop {
        ticks.tick().await;
        systemd(&[sd_notify::NotifyState::Watchdog]);
    }
}
