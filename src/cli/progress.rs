//! Bars for long work, on stderr, where that is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar over `n` steps; one that only turns where `n` is unknown.
#[must_use]
pub fn bar(what: &'static str, n: Option<u64>) -> ProgressBar {
    // Hides itself where stderr is no terminal.
    let bar = ProgressBar::with_draw_target(n, ProgressDrawTarget::stderr()).with_message(what);
    let style = match n {
        Some(_) => ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}"),
        None => ProgressStyle::with_template("{msg} {spinner} {elapsed}"),
    };
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
