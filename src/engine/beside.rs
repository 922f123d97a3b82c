//! Work for the processor alone, beside the writer: reading mails, rendering letters. In: a closure; out: what it makes.
//! It gives way: every commit of the record waits for the one writer, and the writer for nobody but the disk.

use std::cell::Cell;

use tokio::task::JoinHandle;

thread_local! {
    static GIVES_WAY: Cell<bool> = const { Cell::new(false) };
}

/// How much it gives way (see nice(7)).
const NICE: i32 = 10;

/// Runs on a thread of its own, which stays nice.
pub(super) fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    tokio::task::spawn_blocking(move || {
        // On Linux a priority is a thread's. Where it cannot be had, the work is done all the same.
        if !GIVES_WAY.replace(true) {
            let _ = rustix::process::setpriority_process(None, NICE);
        }
        work()
    })
}
