//! Someone must be told beside a letter, because mail may be what is broken: an entry in the alarm list, an error line
//! in the log, and a configured command that receives it (DESIGN.md 7, Alarm).

use std::process::Stdio;
use std::sync::Arc;

use crate::ports::Clock;
use crate::store::Store;

/// The command may take this long.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

#[derive(Clone)]
pub struct Alarms {
    store: Store,
    clock: Arc<dyn Clock>,
    /// Program and arguments; the alarm, one sentence, is added as the last.
    command: Arc<Vec<String>>,
}

impl Alarms {
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, command: Vec<String>) -> Self {
        Self { store, clock, command: Arc::new(command) }
    }

    /// Raises `key`, or changes its text while it stands. The command runs once for each time that it is raised.
    pub async fn raise(&self, key: &str, text: &str) {
        tracing::error!(alarm = key, "{text}");
        let is_new = match self.store.raise(key, text, self.clock.now()).await {
            Ok(is_new) => is_new,
            Err(error) => {
                tracing::error!(alarm = key, error = %error, "the alarm list cannot be written");
                true
            }
        };
        if is_new && let Err(error) = self.call(key, text).await {
            tracing::error!(alarm = key, error = format!("{error:#}"), "the alarm command failed");
        }
    }

    pub async fn clear(&self, key: &str) {
        if let Err(error) = self.store.clear(key, self.clock.now()).await {
            tracing::error!(alarm = key, error = %error, "the alarm list cannot be written");
        }
    }

    async fn call(&self, key: &str, text: &str) -> anyhow::Result<()> {
        let [program, arguments @ ..] = self.command.as_slice() else { return Ok(()) };
        let mut child = tokio::process::Command::new(program)
            .args(arguments)
            .arg(text)
            .env("SSCD_ALARM", key)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let status = tokio::time::timeout(PATIENCE, child.wait()).await??;
        anyhow::ensure!(status.success(), "{program} ended with {status}");
        Ok(())
    }
}
