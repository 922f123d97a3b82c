//! What tests do to the process from outside; in a release build there is nothing here. With `SSCD_ABORT_AT=7` it aborts
//! at the seventh point that it passes, one just before and one just after each commit and each send; with
//! `SSCD_ABORT_ON=word` on reading a mail that holds the word. Under a wall clock that runs fast, it looks at that clock
//! again every `SSCD_LOOK_AGAIN_MS=5`.

#[cfg(debug_assertions)]
pub fn point(what: &str) {
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
pub fn point(_: &str) {}

#[cfg(not(debug_assertions))]
#[inline]
pub fn mail(_: &[u8]) {}

#[cfg(not(debug_assertions))]
#[inline]
pub fn look_again_after() -> Option<std::time::Duration> {
    None
}
