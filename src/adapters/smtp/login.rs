//! Who we are, said to an SMTP server (RFC 4954): AUTH with a password or a token. Invariant: a refusal carries the
//! server's words, and never what was shown to it.

use std::sync::Arc;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism as ByPassword};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::response::Response;

use super::line::{lost, said};
use crate::adapters::link::Peer;
use crate::adapters::login::{Login, Proof};
use crate::adapters::oauth::{Mechanism, Tokens, explained, refusal};
use crate::ports::Failure;

/// `offers`: what the server said to EHLO.
pub(super) async fn log_in(
    connection: &mut AsyncSmtpConnection,
    offers: &Response,
    peer: &Peer,
    login: &Login,
) -> Result<(), Failure> {
    match &login.proof {
        Proof::Password(password) => with_password(connection, peer, &login.user, password).await,
        Proof::Tokens(tokens) => with_token(connection, offers, peer, &login.user, tokens).await,
    }
}

async fn with_password(
    connection: &mut AsyncSmtpConnection,
    peer: &Peer,
    user: &str,
    password: &str,
) -> Result<(), Failure> {
    let credentials = Credentials::new(user.to_owned(), password.to_owned());
    let mechanisms = [ByPassword::Plain, ByPassword::Login];
    if connection.server_info().get_auth_mechanism(&mechanisms).is_none() {
        return Err(Failure::rejected(format!(
            "the SMTP server {peer} offers neither PLAIN nor LOGIN; does it want TLS first, or no login at all?"
        )));
    }
    match connection.auth(&mechanisms, &credentials).await {
        Ok(_) => Ok(()),
        Err(error) if is_refusal(&error) => {
            Err(refused(peer, user, &explained(&said(&error)), "check user and password"))
        }
        Err(error) => Err(lost(peer, &error)),
    }
}

/// lettre's own XOAUTH2 gives up where a server says why it refuses (0.11, 2026-11).
async fn with_token(
    connection: &mut AsyncSmtpConnection,
    offers: &Response,
    peer: &Peer,
    user: &str,
    tokens: &Arc<Tokens>,
) -> Result<(), Failure> {
    let offered = offers.message().find_map(|line| line.strip_prefix("AUTH "));
    let offers = |name: &str| offered.is_some_and(|names| names.split(' ').any(|one| one == name));
    let mechanism = Mechanism::among(offers).ok_or_else(|| {
        Failure::rejected(format!(
            "the SMTP server {peer} offers neither XOAUTH2 nor OAUTHBEARER; does it want TLS first, or a password?"
        ))
    })?;
    let mut token = tokens.token().await?;
    loop {
        let first = mechanism.first(user, peer, &token);
        let mut answer = connection.command(format!("AUTH {} {first}\r\n", mechanism.name())).await;
        let mut challenge = String::new();
        if let Ok(response) = &answer
            && response.has_code(334)
        {
            response.message().collect::<Vec<_>>().concat().clone_into(&mut challenge);
            answer = connection.command(format!("{}\r\n", mechanism.last())).await;
        }
        let error = match answer {
            Ok(_) => return Ok(()),
            Err(error) if is_refusal(&error) => error,
            Err(error) => return Err(lost(peer, &error)),
        };
        let why = refusal(&said(&error), &challenge, &token);
        // The provider may have taken it back before its time.
        match tokens.instead_of(token).await? {
            Some(another) => token = another,
            None => {
                return Err(refused(peer, user, &why, "check user, scope and the permissions of client_id"));
            }
        }
    }
}

fn is_refusal(error: &Error) -> bool {
    error.status().is_some() && error.is_permanent()
}

fn refused(peer: &Peer, user: &str, why: &str, advice: &str) -> Failure {
    Failure::rejected(format!("the SMTP server {peer} refuses the login of {user:?}: {why}; {advice}"))
}
