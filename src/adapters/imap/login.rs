//! Who we are, said to an IMAP server: AUTHENTICATE with a password or a token, or LOGIN. Invariant: a refusal carries
//! the server's words, and never what was shown to it.

use std::sync::Arc;

use data_encoding::BASE64;

use super::Account;
use super::open::{Able, quoted};
use super::talk::{Talk, Trouble, is_passing};
use crate::adapters::login::Proof;
use crate::adapters::oauth::{Mechanism, Tokens, explained, refusal};
use crate::ports::Failure;

pub(super) async fn log_in(account: &Account, talk: &mut Talk, able: &Able) -> Result<(), Failure> {
    match &account.login.proof {
        Proof::Password(password) => with_password(account, talk, able, password).await,
        Proof::Tokens(tokens) => with_token(account, talk, able, tokens).await,
    }
}

async fn with_password(
    account: &Account,
    talk: &mut Talk,
    able: &Able,
    password: &str,
) -> Result<(), Failure> {
    let Account { peer, login, .. } = account;
    let answer = if able.to("AUTH=PLAIN") {
        let plain = BASE64.encode(format!("\0{}\0{password}", login.user).as_bytes());
        match authenticate(talk, able, "PLAIN", &plain).await {
            Ok(None) => Ok(()),
            Ok(Some(_)) => Err(Trouble::Unreadable),
            Err(trouble) => Err(trouble),
        }
    } else if !able.to("LOGINDISABLED") {
        let (Some(user), Some(password)) = (quoted(&login.user), quoted(password)) else {
            return Err(Failure::rejected(format!(
                "the IMAP server {peer} knows LOGIN only, which cannot carry a user or password with characters beyond ASCII"
            )));
        };
        talk.exchange(&format!("LOGIN {user} {password}"), |_| ()).await
    } else {
        return Err(Failure::rejected(format!(
            "the IMAP server {peer} takes neither AUTHENTICATE PLAIN nor LOGIN on this line"
        )));
    };
    answer.map_err(|trouble| match trouble {
        Trouble::Refused(why) => refused(account, &explained(&why), "check user and password"),
        trouble => account.lost(trouble),
    })
}

async fn with_token(
    account: &Account,
    talk: &mut Talk,
    able: &Able,
    tokens: &Arc<Tokens>,
) -> Result<(), Failure> {
    let Account { peer, login, .. } = account;
    let offers = |name: &str| able.to(&format!("AUTH={name}"));
    let mechanism = Mechanism::among(offers).ok_or_else(|| {
        Failure::rejected(format!(
            "the IMAP server {peer} offers neither XOAUTH2 nor OAUTHBEARER on this line; does it want a password?"
        ))
    })?;
    let mut token = tokens.token().await?;
    loop {
        let first = mechanism.first(&login.user, peer, &token);
        let answer = authenticate(talk, able, mechanism.name(), &first).await;
        let why = match answer {
            Ok(None) => return Ok(()),
            Ok(Some((tag, challenge))) => {
                talk.say_bare(mechanism.last()).await.map_err(|error| account.lost(error))?;
                match talk.hear_out(&tag, |_| ()).await {
                    Ok(()) => return Ok(()),
                    Err(Trouble::Refused(why)) => refusal(&why, &challenge, &token),
                    Err(trouble) => return Err(account.lost(trouble)),
                }
            }
            Err(Trouble::Refused(why)) => refusal(&why, "", &token),
            Err(trouble) => return Err(account.lost(trouble)),
        };
        if is_passing(&why) {
            return Err(refused(account, &why, ""));
        }
        // The provider may have taken it back before its time.
        match tokens.instead_of(token).await? {
            Some(another) => token = another,
            None => return Err(refused(account, &why, "check user, scope and the permissions of client_id")),
        }
    }
}

/// Says the first word of a mechanism. `None` when the server is content, else the command's tag and what it asks.
async fn authenticate(
    talk: &mut Talk,
    able: &Able,
    mechanism: &str,
    first: &str,
) -> Result<Option<(String, String)>, Trouble> {
    let tag = if able.to("SASL-IR") {
        talk.say(&format!("AUTHENTICATE {mechanism} {first}")).await?
    } else {
        let tag = talk.say(&format!("AUTHENTICATE {mechanism}")).await?;
        talk.hear_more(&tag).await?;
        talk.say_bare(first).await?;
        tag
    };
    Ok(talk.hear_more(&tag).await?.map(|asked| (tag, asked)))
}

fn refused(account: &Account, why: &str, advice: &str) -> Failure {
    let Account { peer, login, .. } = account;
    if is_passing(why) {
        return Failure::retry(format!("the IMAP server {peer} cannot log us in now: {why}"));
    }
    Failure::rejected(format!(
        "the IMAP server {peer} refuses the login of {:?}: {why}; {advice}",
        login.user
    ))
}
