//! The machine's clock: the only module that reads the time.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use crate::ports::{BoxFuture, Clock};

#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

/// The longest single sleep: the wall clock may be set while we sleep, so it is read again this often.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(30);

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the time")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn sleep_until(&self, at: DateTime<Utc>) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let look_again_after = crate::fault::look_again_after().unwrap_or(LOOK_AGAIN_AFTER);
            let (slept, at_most) = (Stopwatch::start(), left(at, self.now(), Duration::MAX));
            loop {
                let left = left(at, self.now(), at_most.saturating_sub(slept.elapsed()));
                if left.is_zero() {
                    break;
                }
                tokio::time::sleep(left.min(look_again_after)).await;
            }
        })
    }
}

/// A clock that was set back makes it no longer than `at_most`.
fn left(at: DateTime<Utc>, now: DateTime<Utc>, at_most: Duration) -> Duration {
    (at - now).to_std().unwrap_or_default().min(at_most)
}

/// How long something has lasted, whatever is done to the wall clock.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    #[must_use]
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_clock_that_is_set_makes_a_sleep_shorter_and_never_longer() {
        let now = DateTime::UNIX_EPOCH;
        let at = now + TimeDelta::seconds(8);
        let left = |now, at_most| left(at, now, Duration::from_secs(at_most)).as_secs();
        assert_eq!(left(now, 8), 8);
        assert_eq!(left(now - TimeDelta::hours(5), 3), 3, "set back");
        assert_eq!(left(now + TimeDelta::hours(5), 3), 0, "set forward");
    }
}
