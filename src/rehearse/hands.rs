//! A clock whose hands are turned: who waits is woken when they pass its time.

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use crate::ports::{BoxFuture, Clock};

#[derive(Debug)]
pub struct Hands(watch::Sender<DateTime<Utc>>);

impl Hands {
    /// Stands still at `at` until it is turned.
    #[must_use]
    pub fn at(at: DateTime<Utc>) -> Self {
        Self(watch::Sender::new(at))
    }

    pub fn advance(&self, by: TimeDelta) {
        self.0.send_modify(|now| *now += by);
    }

    /// Forward alone: an earlier time leaves it as it is.
    pub fn turn_to(&self, at: DateTime<Utc>) {
        self.0.send_modify(|now| *now = at.max(*now));
    }
}

impl Clock for Hands {
    fn now(&self) -> DateTime<Utc> {
        *self.0.borrow()
    }

    fn sleep_until(&self, at: DateTime<Utc>) -> BoxFuture<'_, ()> {
        let mut now = self.0.subscribe();
        Box::pin(async move {
            let _ = now.wait_for(|now| *now >= at).await;
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_sleeps_wakes_when_the_hands_pass_its_time() {
        let hands = Hands::at("2026-11-02T09:00:00Z".parse().unwrap());
        let mut sleep = hands.sleep_until(hands.now() + TimeDelta::hours(1));
        hands.advance(TimeDelta::minutes(59));
        assert!(futures_util::poll!(&mut sleep).is_pending());
        hands.turn_to("2026-11-02T10:00:00Z".parse().unwrap());
        sleep.await;
        hands.turn_to("2026-11-02T09:30:00Z".parse().unwrap());
        assert_eq!(hands.now().to_rfc3339(), "2026-11-02T10:00:00+00:00");
    }
}
