//! Being told when something in a few folders changes. In: folders; out: a wake-up, remembered until somebody waits for
//! it. Network file systems tell nothing of what others write: whoever waits also looks by himself, now and then.

use std::path::Path;
use std::sync::Arc;

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

const WRITTEN: EventKind = EventKind::Access(AccessKind::Close(AccessMode::Write));

#[derive(Debug)]
pub struct Watch {
    changed: Arc<Notify>,
    _watcher: RecommendedWatcher,
}

impl Watch {
    /// # Errors
    /// When one of the folders cannot be watched.
    pub fn over(folders: impl IntoIterator<Item = impl AsRef<Path>>) -> notify::Result<Self> {
        let changed = Arc::new(Notify::new());
        let teller = Arc::clone(&changed);
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // Our own looking is an event too, and would wake us for ever.
            if !event.is_ok_and(|event| event.kind.is_access() && event.kind != WRITTEN) {
                teller.notify_one();
            }
        })?;
        for folder in folders {
            watcher.watch(folder.as_ref(), RecursiveMode::NonRecursive)?;
        }
        Ok(Self { changed, _watcher: watcher })
    }

    /// Comes back when something has changed since the last time.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }
}
