//! Arguments in, exit code out.

use std::process::ExitCode;

use nix::sys::prctl::set_thp_disable;

/// Reading and writing mail is a great many small texts.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Pages of 2 MB take a third more memory and, as each must be cleared first, time. Where it is refused they stay.
    let _ = set_thp_disable(true);
    sscd::cli::main()
}
