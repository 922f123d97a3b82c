//! Access tokens of one account (RFC 6749 4.4 and 6): got, renewed at 80 % of their life, one renewal at a time for all
//! its connections. In: who we are to the provider; out: a token, or a sentence. Invariant: no secret and no token is in
//! a log, an error or a `Debug`, and a refresh token that was exchanged is on disk before the access token that came
//! with it is used.

mod answer;
mod cause;
mod endpoint;
mod kept;
mod sasl;

use std::fmt;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

use crate::ports::{Clock, Failure};

pub use cause::explained;
pub use endpoint::Endpoint;
pub use sasl::{Mechanism, refusal};

/// Who we are to a provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Client {
    pub endpoint: Endpoint,
    pub id: String,
    pub secret: Option<String>,
    pub scope: Option<String>,
    pub grant: Grant,
}

#[derive(Clone, PartialEq, Eq)]
pub enum Grant {
    /// For ourselves.
    ClientCredentials,
    /// For a person who agreed once. `kept` is where a later token is kept that was given in exchange.
    RefreshToken { given: String, kept: PathBuf },
}

#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    text: String,
    got_at: DateTime<Utc>,
    lives: TimeDelta,
}

impl Token {
    fn new(text: impl Into<String>, got_at: DateTime<Utc>, lives: TimeDelta) -> Self {
        Self { text: text.into(), got_at, lives }
    }

    fn text(&self) -> &str {
        &self.text
    }

    fn hide(&self, words: &str) -> String {
        words.replace(&self.text, "***")
    }

    fn renew_at(&self) -> DateTime<Utc> {
        self.got_at + self.lives * 4 / 5
    }

    /// A clock that was set back says nothing of a token's age.
    fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        (self.got_at..self.renew_at()).contains(&now)
    }

    fn is_alive(&self, now: DateTime<Utc>) -> bool {
        (self.got_at..self.got_at + self.lives).contains(&now)
    }
}

/// The tokens of one account.
pub struct Tokens {
    client: Client,
    clock: Arc<dyn Clock>,
    /// Held while the provider is asked.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    /// To be used once the refresh token that came with it is on disk.
    unkept: Option<(Token, String)>,
    failed: Option<Failed>,
    /// When a token was last given back because a server refused it.
    replaced_at: Option<DateTime<Utc>>,
}

/// An attempt that failed stands for every connection, so that many of them are one request.
struct Failed {
    failure: Failure,
    at: DateTime<Utc>,
    n_in_a_row: u32,
}

/// Where a person must act, the provider is asked no more often; a service tries again after five minutes.
const LONG_REST: TimeDelta = TimeDelta::minutes(4);

impl Failed {
    fn stands_until(&self) -> DateTime<Utc> {
        self.at
            + match self.failure {
                Failure::Rejected { .. } => LONG_REST,
                Failure::Retry { .. } => TimeDelta::seconds(1 << self.n_in_a_row.min(5)),
            }
    }

    fn stands(&self, now: DateTime<Utc>) -> bool {
        (self.at..self.stands_until()).contains(&now)
    }
}

impl Tokens {
    #[must_use]
    pub fn new(client: Client, clock: Arc<dyn Clock>) -> Self {
        Self { client, clock, state: Mutex::default() }
    }

    /// A token to log in with. Where it is due for renewal and the provider fails, it serves as long as it lives.
    ///
    /// # Errors
    /// When there is none: in the provider's own words.
    pub async fn token(self: &Arc<Self>) -> Result<Token, Failure> {
        let this = Arc::clone(self);
        undisturbed(async move { this.current(&mut *this.state.lock().await).await }).await
    }

    /// Renews the token where that is due, and says when to come again. A provider that is down is no failure as long
    /// as the token lives.
    ///
    /// # Errors
    /// When there is no token, or a person must act before it ends.
    pub async fn keep_fresh(self: &Arc<Self>) -> Result<DateTime<Utc>, Failure> {
        let this = Arc::clone(self);
        undisturbed(async move {
            let state = &mut *this.state.lock().await;
            let fresh = this.fresh(state).await;
            let is_alive = state.token.as_ref().is_some_and(|token| token.is_alive(this.clock.now()));
            match (fresh, &state.failed) {
                (Err(Failure::Retry { why }), Some(failed)) if is_alive => {
                    tracing::warn!(why, "a token is not renewed yet, and serves on");
                    Ok(failed.stands_until())
                }
                (fresh, _) => fresh.map(|token| token.renew_at()),
            }
        })
        .await
    }

    /// What to show to a server that refused this token: another, which is asked for once in a while only; `None`
    /// where that would not help.
    ///
    /// # Errors
    /// As [`Tokens::token`].
    pub async fn instead_of(self: &Arc<Self>, refused: Token) -> Result<Option<Token>, Failure> {
        let this = Arc::clone(self);
        undisturbed(async move {
            let state = &mut *this.state.lock().await;
            let now = this.clock.now();
            if state.token.as_ref() == Some(&refused) {
                if state.replaced_at.is_some_and(|at| (at..at + LONG_REST).contains(&now)) {
                    return Ok(None);
                }
                state.replaced_at = Some(now);
                state.token = None;
            }
            this.current(state).await.map(Some)
        })
        .await
    }

    async fn current(&self, state: &mut State) -> Result<Token, Failure> {
        let fresh = self.fresh(state).await;
        let now = self.clock.now();
        fresh.or_else(|failure| state.token.clone().filter(|token| token.is_alive(now)).ok_or(failure))
    }

    async fn fresh(&self, state: &mut State) -> Result<Token, Failure> {
        let now = self.clock.now();
        if let Some(token) = state.token.as_ref().filter(|token| token.is_fresh(now)) {
            return Ok(token.clone());
        }
        if let Some(failed) = state.failed.as_ref().filter(|failed| failed.stands(now)) {
            return Err(failed.failure.clone());
        }
        match self.exchange(state).await {
            Ok(token) => {
                state.failed = None;
                state.token = Some(token.clone());
                Ok(token)
            }
            Err(failure) => {
                let n_in_a_row = state.failed.take().map_or(0, |failed| failed.n_in_a_row.saturating_add(1));
                state.failed = Some(Failed { failure: failure.clone(), at: self.clock.now(), n_in_a_row });
                Err(failure)
            }
        }
    }

    async fn exchange(&self, state: &mut State) -> Result<Token, Failure> {
        if let Some((token, refresh_token)) = state.unkept.take() {
            return self.keep(state, token, refresh_token);
        }
        let Client { endpoint, secret, .. } = &self.client;
        let _alone = self.alone()?;
        let shown = self.refresh_token()?;
        let answer = endpoint.ask(self.form(shown.as_deref())).await?;
        let granted = answer::read(&answer).map_err(|failure| {
            // It may say back to us what we said.
            let hidden = [secret, &shown].into_iter().flatten();
            let why = hidden.fold(failure.to_string(), |why, secret| why.replace(secret, "***"));
            match failure {
                Failure::Retry { .. } => Failure::retry(format!("{endpoint} {why}")),
                Failure::Rejected { .. } => Failure::rejected(format!("{endpoint} {why}")),
            }
        })?;
        let token = Token::new(granted.access_token, self.clock.now(), granted.lives);
        match granted.refresh_token.filter(|another| shown.as_ref() != Some(another)) {
            Some(refresh_token) => self.keep(state, token, refresh_token),
            None => Ok(token),
        }
    }

    /// A refresh token may serve once only: one process at a time shows it, and only where the next can be kept.
    fn alone(&self) -> Result<Option<File>, Failure> {
        let Grant::RefreshToken { kept, .. } = &self.client.grant else { return Ok(None) };
        kept::lock(kept).map(Some).map_err(|error| {
            Failure::retry(if error.kind() == io::ErrorKind::WouldBlock {
                "another sscd is asking for an access token; try again".into()
            } else {
                let kept = kept.display();
                format!("a new refresh token cannot be kept in {kept}, so the provider is not asked: {error}")
            })
        })
    }

    /// The last that the provider gave.
    fn refresh_token(&self) -> Result<Option<String>, Failure> {
        let Grant::RefreshToken { given, kept } = &self.client.grant else { return Ok(None) };
        match kept::read(kept) {
            Ok(exchanged) => Ok(Some(exchanged.unwrap_or_else(|| given.clone()))),
            Err(error) => {
                let why = format!("the refresh token in {} cannot be read: {error}", kept.display());
                Err(Failure::rejected(why))
            }
        }
    }

    fn form(&self, refresh_token: Option<&str>) -> String {
        let Client { id, secret, scope, .. } = &self.client;
        let grant_type = if refresh_token.is_some() { "refresh_token" } else { "client_credentials" };
        let more = [
            ("client_secret", secret.as_deref()),
            ("scope", scope.as_deref()),
            ("refresh_token", refresh_token),
        ];
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", grant_type).append_pair("client_id", id);
        form.extend_pairs(more.into_iter().filter_map(|(key, value)| Some((key, value?))));
        form.finish()
    }

    fn keep(&self, state: &mut State, token: Token, refresh_token: String) -> Result<Token, Failure> {
        let Grant::RefreshToken { kept, .. } = &self.client.grant else { return Ok(token) };
        match kept::keep(kept, &refresh_token) {
            Ok(()) => Ok(token),
            Err(error) => {
                // The one before may be worth nothing by now: this one is all we have.
                state.unkept = Some((token, refresh_token));
                let why = format!("the new refresh token cannot be kept in {}: {error}", kept.display());
                Err(Failure::retry(why))
            }
        }
    }
}

/// In a task of its own: a caller that goes away must not take along a refresh token that was just exchanged.
async fn undisturbed<T: Send + 'static>(
    work: impl Future<Output = Result<T, Failure>> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::spawn(work).await;
    done.unwrap_or_else(|error| Err(Failure::retry(format!("no access token was asked for: {error}"))))
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token(***, renewed at {})", self.renew_at())
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("endpoint", &self.client.endpoint).finish_non_exhaustive()
    }
}
