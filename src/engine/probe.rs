//! A mail that is large or under suspicion is read by a process of its own. In: its bytes; out: what they say, or that
//! reading them ends a process, which is then no guess: the daemon lives and the reader does not (DECISIONS.md).

use std::ffi::OsStr;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::Duration;

use anyhow::Context;
use data_encoding::HEXLOWER;
use rustix::process::{Pid, Resource, Rlimit, Signal, prlimit};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::read::read_mail;
use crate::domain::id::InboxId;
use crate::domain::notification::Reading;
use crate::domain::world::World;
use crate::store::Store;

/// `sscd read`, which reads one mail from its standard input and prints what is then [`Heard`].
#[derive(Debug, Clone)]
pub struct Probe {
    program: PathBuf,
    config: Option<PathBuf>,
}

/// What the other process prints: the mail, and under which files it was read.
#[derive(Debug, Serialize, Deserialize)]
pub struct Heard {
    world_sha256: String,
    reading: Reading,
}

impl Heard {
    #[must_use]
    pub fn of(raw: &[u8], world: &World) -> Self {
        Self { world_sha256: HEXLOWER.encode(&world.sha256), reading: read_mail(raw, world) }
    }
}

#[derive(Debug)]
pub(super) enum Probed {
    /// With the SHA-256 of the mail.
    Read { sha256: [u8; 32], reading: Box<Reading> },
    /// Nothing ended, and nothing was said under the files that are in force here.
    Unheard,
    /// Reading it ended the process, as the words say.
    Ended(String),
}

/// Reading any mail takes a fraction of this, in time and in bytes.
const PATIENCE: Duration = Duration::from_mins(1);
const MEMORY: u64 = 2 << 30;
/// A reader that was killed and did not fall by itself is given so many more chances.
const CHANCES: usize = 3;

impl Probe {
    /// The program and its configuration file, if it has one.
    #[must_use]
    pub fn new(program: PathBuf, config: Option<PathBuf>) -> Self {
        Self { program, config }
    }

    /// Lets a process of its own read it.
    ///
    /// # Errors
    /// When no process can be started, or it was told to stop: nothing is known then; and as [`Store::pieces`].
    pub(super) async fn read(&self, store: &Store, inbox: InboxId, world: &World) -> anyhow::Result<Probed> {
        for _ in 0..CHANCES {
            let Some((sha256, output)) = self.once(store, inbox).await? else {
                let why = format!("reading it takes longer than {} s", PATIENCE.as_secs());
                return Ok(Probed::Ended(why));
            };
            let Some(signal) = output.status.signal() else {
                let heard: Option<Heard> = serde_json::from_slice(&output.stdout).ok();
                let heard = heard.filter(|heard| heard.world_sha256 == HEXLOWER.encode(&world.sha256));
                let read = |heard: Heard| Probed::Read { sha256, reading: Box::new(heard.reading) };
                return Ok(heard.map_or(Probed::Unheard, read));
            };
            let is = |one: Signal| one.as_raw() == signal;
            // Whoever stops us stops our children too.
            anyhow::ensure!(
                !(is(Signal::TERM) || is(Signal::INT) || is(Signal::HUP)),
                "the reading of a mail was interrupted by signal {signal}"
            );
            if !is(Signal::KILL) {
                return Ok(Probed::Ended(format!("reading it ends the program with signal {signal}")));
            }
        }
        Ok(Probed::Ended(format!("its reader was killed {CHANCES} times")))
    }

    /// The mail's SHA-256 and what came of the process; `None` when it had to be ended because it took too long.
    async fn once(&self, store: &Store, inbox: InboxId) -> anyhow::Result<Option<([u8; 32], Output)>> {
        let mut pieces = store.pieces(inbox).await?;
        let sha256 = pieces.sha256();
        let mut child = Command::new(&self.program)
            .args(["read", "--for-daemon", "/dev/stdin"])
            .args(self.config.iter().flat_map(|file| [OsStr::new("--config"), file.as_os_str()]))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("start {} for a mail", self.program.display()))?;
        if let Some(pid) = child.id().and_then(|id| Pid::from_raw(id.cast_signed())) {
            let limit = |most: u64| Rlimit { current: Some(most), maximum: Some(most) };
            for (what, most) in [(Resource::As, MEMORY), (Resource::Cpu, PATIENCE.as_secs())] {
                prlimit(Some(pid), what, limit(most)).context("limit the reader of a mail")?;
            }
        }
        let mut stdin = child.stdin.take();
        let fed = async {
            while let Some(piece) = pieces.next().await? {
                // It may end before it has heard all: how it ended tells why.
                if let Some(pipe) = &mut stdin
                    && pipe.write_all(&piece).await.is_err()
                {
                    stdin = None;
                }
            }
            drop(stdin);
            anyhow::Ok(())
        };
        let ended = async { child.wait_with_output().await.context("wait for the reader of a mail") };
        match tokio::time::timeout(PATIENCE, async { tokio::try_join!(fed, ended) }).await {
            Ok(done) => done.map(|((), output)| Some((sha256, output))),
            Err(_) => Ok(None),
        }
    }
}
