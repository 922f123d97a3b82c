//! The daemon alone writes. Changing commands send what a person asks over `run/sscd.sock` in the state folder (0600);
//! where no daemon runs they take the same lock and do it themselves. One request and one answer a connection, each a
//! line of JSON.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

use crate::domain::case::Refusal;
use crate::engine::{Asking, Engine};

/// The lock on a state folder: whoever holds it decides. It is let go with the process, however that ends.
#[derive(Debug)]
pub struct Locked {
    _file: File,
}

/// Makes the state folder and its `run` folder, for their owner alone.
///
/// # Errors
/// When a folder cannot be made.
pub fn make_state_folder(state: &Path) -> anyhow::Result<()> {
    let run = state.join("run");
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&run)
        .with_context(|| format!("make the state folder {}", run.display()))
}

impl Locked {
    /// # Errors
    /// With a sentence when another process holds the lock.
    pub fn take(state: &Path) -> anyhow::Result<Self> {
        make_state_folder(state)?;
        let path = state.join("run/sscd.lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .with_context(|| format!("open the lock {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => bail!(
                "another sscd works on the state folder {}: stop it first, or give this one a folder of its own \
                 (state.folder)",
                state.display()
            ),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("lock {}", path.display())),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    Done(String),
    Refused(String),
    Failed(String),
}

/// What came of a request.
pub type Asked = Result<String, Refusal>;

const MAX_REQUEST: u64 = 1 << 20;
const PATIENCE: Duration = Duration::from_secs(30);

/// Serves requests until `shutdown`.
///
/// # Errors
/// When the socket cannot be made.
pub async fn serve(engine: Arc<Engine>, state: PathBuf, shutdown: CancellationToken) -> anyhow::Result<()> {
    let path = socket(&state);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("remove the old socket {}", path.display()));
        }
        _ => {}
    }
    let listener = UnixListener::bind(&path).with_context(|| format!("listen on {}", path.display()))?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted.context("accept a control connection")?.0,
            () = shutdown.cancelled() => break,
        };
        let engine = engine.clone();
        tokio::spawn(async move {
            match tokio::time::timeout(PATIENCE, answer(&engine, stream)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(error = format!("{error:#}"), "a control request failed"),
                Err(_) => tracing::warn!("a control request took too long"),
            }
        });
    }
    std::fs::remove_file(&path).with_context(|| format!("remove the socket {}", path.display()))
}

async fn answer(engine: &Engine, mut stream: UnixStream) -> anyhow::Result<()> {
    let uid = stream.peer_cred()?.uid();
    let (reader, mut writer) = stream.split();
    let mut line = String::new();
    BufReader::new(reader.take(MAX_REQUEST)).read_line(&mut line).await?;
    let reply = match serde_json::from_str::<Asking>(&line) {
        Ok(asking) => match engine.ask(Asking { login: Some(login(uid)), ..asking }).await {
            Ok(Ok(said)) => Reply::Done(said),
            Ok(Err(refusal)) => Reply::Refused(refusal.because),
            Err(error) => Reply::Failed(format!("{error:#}")),
        },
        Err(error) => Reply::Failed(format!("the request does not read: {error}")),
    };
    let mut bytes = serde_json::to_vec(&reply)?;
    bytes.push(b'\n');
    writer.write_all(&bytes).await?;
    Ok(())
}

/// Sends a request to the daemon of `state`; `None` where none runs.
///
/// # Errors
/// When the daemon failed on it.
pub async fn send(state: &Path, asking: &Asking) -> anyhow::Result<Option<Asked>> {
    let Ok(mut stream) = UnixStream::connect(socket(state)).await else { return Ok(None) };
    let mut bytes = serde_json::to_vec(asking)?;
    bytes.push(b'\n');
    stream.write_all(&bytes).await.context("ask the daemon")?;
    let mut line = String::new();
    let mut reader = BufReader::new(stream);
    tokio::time::timeout(PATIENCE, reader.read_line(&mut line))
        .await
        .context("the daemon gave no answer")??;
    match serde_json::from_str(&line)
        .context("the daemon stopped before it answered; look before you ask again")?
    {
        Reply::Done(said) => Ok(Some(Ok(said))),
        Reply::Refused(because) => Ok(Some(Err(Refusal { because }))),
        Reply::Failed(error) => bail!("{error}"),
    }
}

fn socket(state: &Path) -> PathBuf {
    state.join("run/sscd.sock")
}

/// The operating-system user behind a uid, by name where it has one.
#[must_use]
pub fn login(uid: u32) -> String {
    let user = uzers::get_user_by_uid(uid);
    user.map_or_else(|| format!("uid {uid}"), |user| user.name().to_string_lossy().into_owned())
}
