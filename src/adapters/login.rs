//! Who we are to a server, and what we show for it: a password, or tokens that a provider gives. Invariant: neither is
//! shown by `Debug`.

use std::fmt;
use std::sync::Arc;

use super::oauth::Tokens;

#[derive(Clone)]
pub struct Login {
    pub user: String,
    pub proof: Proof,
}

#[derive(Clone)]
pub enum Proof {
    Password(String),
    /// One for all connections of the account.
    Tokens(Arc<Tokens>),
}

impl Login {
    #[must_use]
    pub fn with_password(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user: user.into(), proof: Proof::Password(password.into()) }
    }

    #[must_use]
    pub fn with_tokens(user: impl Into<String>, tokens: Arc<Tokens>) -> Self {
        Self { user: user.into(), proof: Proof::Tokens(tokens) }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("user", &self.user).finish_non_exhaustive()
    }
}
