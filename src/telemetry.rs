//! Logs, to stderr: a message readable alone, fields dotted by entity, never an address, never mail text.

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Installs the log for the whole process; a second call changes nothing.
pub fn init(log: &Log) {
    let filter = log.level.parse::<EnvFilter>().unwrap_or_else(|_| EnvFilter::new("info"));
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let installed = match log.format {
        LogFormat::Text => builder.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    drop(installed);
}
