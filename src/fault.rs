//! Where the crash test ends the process: with `SSCD_ABORT_AT=7` a debug build aborts at the seventh point that it
//! passes, one just before and one just after each commit and each send. In a release build there is nothing here.

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

#[cfg(not(debug_assertions))]
#[inline]
pub fn point(_: &str) {}
