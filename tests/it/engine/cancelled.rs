//! Nobody waits for a batch any more, at whatever point: it happened or it did not, and the next one goes on from there.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use sscd::engine::{Read, Service as _};
use sscd::store::{LetterFilter, Outcome};

use super::Office;
use crate::notice::notice;

/// A future is dropped after so many looks at it; `None` then.
async fn for_a_while<T>(n_looks: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut n_left = n_looks;
    poll_fn(|context| {
        if n_left == 0 {
            return Poll::Ready(None);
        }
        n_left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

#[tokio::test]
async fn a_batch_that_nobody_waits_for_any_more_does_not_disturb_the_next() {
    let office = Office::new().await;
    let (mut n, mut n_given_up) = (0_usize, 0);
    for n_looks in (1..=24).cycle().take(120) {
        for name in [n, n + 1] {
            std::fs::write(office.path(&format!("mail/new/{name}")), notice(name)).unwrap();
        }
        n += 2;
        office.collect().await;
        let mut read = Read::new(office.engine.clone(), office.probe("sscd.toml"));
        let done = for_a_while(n_looks, read.run_once()).await;
        drop(read);
        office.read().await;
        let inbox = office.engine.store.counts().await.unwrap().inbox;
        assert_eq!(inbox, [(Outcome::Case, i64::try_from(n).unwrap())], "after {n_looks} looks");
        assert_eq!(office.n_letters(LetterFilter::All).await, n, "after {n_looks} looks");
        n_given_up += usize::from(done.is_none());
    }
    assert!(n_given_up > 24, "given up {n_given_up} times");
}
