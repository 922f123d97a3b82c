//! Someone must be told beside a letter, because mail may be what is broken: an entry in the alarm list, an error line
//! in the log, and a configured command that receives it (DESIGN.md 7, Alarm).

use std::collections::HashMap;
use std::process::Stdio;
use std::sync::Arc;

use tokio::sync::Mutex;

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
    /// What stands, with its text, once the list was read: this process alone writes it.
    standing: Arc<Mutex<Option<HashMap<String, String>>>>,
}

impl Alarms {
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, command: Vec<String>) -> Self {
        Self { store, clock, command: Arc::new(command), standing: Arc::default() }
    }

    /// Raises `key`, or changes its text while it stands. The command runs once for each time that it is raised.
    pub async fn raise(&self, key: &str, text: &str) {
        let stood = self.known(|standing| standing.insert(key.into(), text.into())).await.flatten();
        tracing::error!(alarm = key, "{text}");
        let is_new = match self.store.raise(key, text, self.clock.now()).await {
            Ok(is_new) => is_new,
            Err(error) => {
                tracing::error!(alarm = key, error = %error, "the alarm list cannot be written");
                stood.is_none()
            }
        };
        if is_new && let Err(error) = self.call(key, text).await {
            tracing::error!(alarm = key, error = format!("{error:#}"), "the alarm command failed");
        }
    }

    /// Raises `key` unless it stands with this very text.
    pub async fn raise_if_new(&self, key: &str, text: &str) {
        let stands = self.known(|standing| standing.get(key).is_some_and(|known| known == text)).await;
        if stands != Some(true) {
            self.raise(key, text).await;
        }
    }

    /// True while this alarm stands, whatever it says.
    pub async fn stands(&self, key: &str) -> bool {
        self.known(|standing| standing.contains_key(key)).await.unwrap_or(true)
    }

    /// True while any alarm stands.
    pub async fn any(&self) -> bool {
        self.known(|standing| !standing.is_empty()).await.unwrap_or(true)
    }

    /// Costs nothing where it does not stand.
    pub async fn clear(&self, key: &str) {
        if self.known(|standing| standing.remove(key).is_none()).await == Some(true) {
            return;
        }
        if let Err(error) = self.store.clear(key, self.clock.now()).await {
            tracing::error!(alarm = key, error = %error, "the alarm list cannot be written");
        }
    }

    /// Clears those of which `is_over` says so.
    pub async fn clear_where(&self, is_over: impl Fn(&str) -> bool) {
        let over = |standing: &mut HashMap<String, String>| {
            standing.keys().filter(|key| is_over(key)).cloned().collect::<Vec<_>>()
        };
        for key in self.known(over).await.unwrap_or_default() {
            self.clear(&key).await;
        }
    }

    /// Looks at what stands; `None` where the list cannot be read.
    async fn known<T>(&self, look: impl FnOnce(&mut HashMap<String, String>) -> T) -> Option<T> {
        let mut standing = self.standing.lock().await;
        if standing.is_none() {
            let alarms = self.store.alarms().await.ok()?;
            *standing = Some(alarms.into_iter().map(|alarm| (alarm.key, alarm.text)).collect());
        }
        standing.as_mut().map(look)
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
