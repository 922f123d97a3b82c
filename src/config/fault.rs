//! What is wrong with a configuration, said so that the person who wrote it can put it right: file, line, key, what
//! was found and what was expected. Everything that is wrong is told at once.

use std::fmt;

use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// As its reader knows it: a path, or the name of an environment variable.
    pub file: String,
    /// 1 is the first; `None` where the fault is not in a line (a missing file, the environment).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// `mailbox[0].port`; empty where the file as a whole is meant.
    pub key: String,
    pub found: String,
    pub expected: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": found {}; expected {}", self.found, self.expected)
    }
}

/// All that is wrong; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n"))]
pub struct ConfigError(pub Vec<Fault>);

impl From<Fault> for ConfigError {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}
