//! A mail under suspicion is read by a process of its own first. In: its bytes; out: whether reading them ends a
//! process, which is then no guess: the daemon lives and the reader does not (DECISIONS.md).

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context;
use rustix::process::{Pid, Resource, Rlimit, Signal, prlimit};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// The command that reads one mail from its standard input.
#[derive(Debug, Clone)]
pub struct Probe {
    program: OsString,
    arguments: Vec<OsString>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Probed {
    Read,
    /// Reading it ended the process, as the words say.
    Ended(String),
}

/// Reading any mail takes a fraction of this, in time and in bytes.
const PATIENCE: Duration = Duration::from_mins(1);
const MEMORY: u64 = 2 << 30;
/// A reader that was killed and did not fall by itself is given so many more chances.
const CHANCES: usize = 3;

impl Probe {
    #[must_use]
    pub fn new(program: OsString, arguments: Vec<OsString>) -> Self {
        Self { program, arguments }
    }

    /// Lets a process of its own read it.
    ///
    /// # Errors
    /// When no process can be started, or it was told to stop: nothing is known then.
    pub(super) async fn read(&self, raw: &[u8]) -> anyhow::Result<Probed> {
        for _ in 0..CHANCES {
            let Some(status) = self.once(raw).await? else {
                let why = format!("reading it takes longer than {} s", PATIENCE.as_secs());
                return Ok(Probed::Ended(why));
            };
            let Some(signal) = status.signal() else { return Ok(Probed::Read) };
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

    /// How the process ended; `None` when it had to be ended because it took too long.
    async fn once(&self, raw: &[u8]) -> anyhow::Result<Option<ExitStatus>> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
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
        let stdin = child.stdin.take();
        let fed = async {
            if let Some(mut stdin) = stdin {
                // It may end before it has heard all: how it ended tells why.
                let _ = stdin.write_all(raw).await;
            }
            child.wait().await
        };
        match tokio::time::timeout(PATIENCE, fed).await {
            Ok(status) => Ok(Some(status.context("wait for the reader of a mail")?)),
            Err(_) => Ok(None),
        }
    }
}
