//! What tests do to the process; in a release build there is nothing here. From outside: with `SSCD_ABORT_AT=7` it aborts
//! at the seventh point that it passes, one just before and one just after each commit and each send; with
//! `SSCD_ABORT_ON=word` on reading a mail that holds the word. Under a wall clock that runs fast, it looks at that clock
//! again every `SSCD_LOOK_AGAIN_MS=5`. From inside: a rehearsal stops at such a point for ever, and begins anew.

#[cfg(debug_assertions)]
pub async fn point(what: &str) {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static LEFT: LazyLock<Option<AtomicU64>> =
        LazyLock::new(|| std::env::var("SSCD_ABORT_AT").ok()?.parse().ok().map(AtomicU64::new));
    if let Some(left) = &*LEFT
        && left.fetch_sub(1, Ordering::Relaxed) == 1
    {
        eprintln!("sscd: aborts {what}, as SSCD_ABORT_AT asks");
        std::process::abort();
    }
    if stop::is_here() {
        std::future::pending::<()>().await;
    }
}

/// From now on this thread's work stops for ever at the n-th point that it passes, or nowhere.
#[cfg(debug_assertions)]
pub fn stop_at(n: Option<u32>) {
    stop::N_LEFT.set(n);
}

/// At the how many-th point from here it stops.
#[cfg(debug_assertions)]
#[must_use]
pub fn stops_at() -> Option<u32> {
    stop::N_LEFT.get()
}

/// Comes back when this thread's work has stopped.
#[cfg(debug_assertions)]
pub async fn stopped() {
    std::future::poll_fn(stop::poll).await;
}

#[cfg(debug_assertions)]
mod stop {
    use std::cell::{Cell, RefCell};
    use std::task::{Context, Poll, Waker};

    thread_local! {
        pub static N_LEFT: Cell<Option<u32>> = const { Cell::new(None) };
        static WAITS: RefCell<Option<Waker>> = const { RefCell::new(None) };
    }

    pub fn is_here() -> bool {
        let left = N_LEFT.get().map(|n| n.saturating_sub(1));
        N_LEFT.set(left);
        if left == Some(0)
            && let Some(waits) = WAITS.take()
        {
            waits.wake();
        }
        left == Some(0)
    }

    pub fn poll(context: &mut Context<'_>) -> Poll<()> {
        if N_LEFT.get() == Some(0) {
            N_LEFT.set(None);
            return Poll::Ready(());
        }
        WAITS.set(Some(context.waker().clone()));
        Poll::Pending
    }
}

#[cfg(debug_assertions)]
pub fn mail(raw: &[u8]) {
    if let Some(word) = std::env::var_os("SSCD_ABORT_ON")
        && memchr::memmem::find(raw, word.as_encoded_bytes()).is_some()
    {
        eprintln!("sscd: aborts on a mail, as SSCD_ABORT_ON asks");
        std::process::abort();
    }
}

/// The longest single sleep, where it is not the usual one.
#[cfg(debug_assertions)]
pub fn look_again_after() -> Option<std::time::Duration> {
    use std::sync::LazyLock;

    static MS: LazyLock<Option<u64>> =
        LazyLock::new(|| std::env::var("SSCD_LOOK_AGAIN_MS").ok()?.parse().ok());
    MS.map(std::time::Duration::from_millis)
}

#[cfg(not(debug_assertions))]
#[inline]
pub async fn point(_: &str) {}

#[cfg(not(debug_assertions))]
pub fn stop_at(_: Option<u32>) {}

#[cfg(not(debug_assertions))]
#[must_use]
pub fn stops_at() -> Option<u32> {
    None
}

#[cfg(not(debug_assertions))]
pub async fn stopped() {
    std::future::pending().await
}

#[cfg(not(debug_assertions))]
#[inline]
pub fn mail(_: &[u8]) {}

#[cfg(not(debug_assertions))]
#[inline]
pub fn look_again_after() -> Option<std::time::Duration> {
    None
}
