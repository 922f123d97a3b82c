//! Arguments in, exit code out.

use std::process::ExitCode;

/// Reading and writing mail is a great many small texts.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    sscd::cli::main()
}
