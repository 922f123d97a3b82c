//! What a test cannot have for real: the time. (Mailbox and Transport follow with their first adapter.)

use std::future::Future;
use std::pin::Pin;

use chrono::{DateTime, Utc};

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The one source of time. `adapters/clock.rs` reads the machine's; tests turn their own hands.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> DateTime<Utc>;
    /// Comes back at `at` or later.
    fn sleep_until(&self, at: DateTime<Utc>) -> BoxFuture<'_, ()>;
}
