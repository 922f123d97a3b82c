//! From a host name to an open folder: TLS, login, EXAMINE. In: the account; out: a conversation in which commands
//! about mails may be said. Invariant: no password is said on a line that is not secured as the account wants it.

use async_imap::imap_proto::{Capability, Response, ResponseCode, Status};

use super::login::log_in;
use super::name::encoded;
use super::talk::{Talk, Trouble, is_passing, words};
use super::{Account, Opened};
use crate::adapters::link::{Link, Security, Way};
use crate::adapters::oauth::explained;
use crate::ports::Failure;

pub(super) async fn open(account: &Account) -> Result<Opened, Failure> {
    let (mut talk, able) = enter(account, &mut Way::default()).await?;
    let epoch = examine(account, &mut talk, &account.folder).await?;
    Ok(Opened { talk, epoch, has_idle: able.to("IDLE") })
}

/// As far as the login.
pub(super) async fn enter(account: &Account, way: &mut Way) -> Result<(Talk, Able), Failure> {
    let peer = &account.peer;
    let mut talk = Talk::over(Link::dial_noting(peer, way).await?, peer.patience);
    let mut able = greeted(&mut talk).await.map_err(|trouble| account.lost(trouble))?;
    if peer.security == Security::StartTls {
        talk = secure(account, talk, &able, way).await?;
        able = Able::default();
    }
    if able.0.is_empty() {
        able = ask(&mut talk).await.map_err(|trouble| account.lost(trouble))?;
    }
    log_in(account, &mut talk, &able).await?;
    way.has_logged_in = true;
    // What a server can do for a stranger may be less than what it can do for a user.
    able = ask(&mut talk).await.map_err(|trouble| account.lost(trouble))?;
    Ok((talk, able))
}

/// What the server says it can do, in upper case; `AUTH=PLAIN` for a mechanism.
#[derive(Debug, Default)]
pub(super) struct Able(Vec<String>);

impl Able {
    pub(super) fn to(&self, capability: &str) -> bool {
        self.0.iter().any(|known| known == capability)
    }

    fn take(&mut self, capabilities: &[Capability<'_>]) {
        let name = |capability: &Capability<'_>| match capability {
            Capability::Imap4rev1 => "IMAP4REV1".to_owned(),
            Capability::Auth(mechanism) => format!("AUTH={}", mechanism.to_ascii_uppercase()),
            Capability::Atom(atom) => atom.to_ascii_uppercase(),
        };
        self.0.extend(capabilities.iter().map(name));
    }
}

async fn greeted(talk: &mut Talk) -> Result<Able, Trouble> {
    talk.hear(|response| match response {
        Response::Data { status: Status::Ok, outcome } => {
            let mut able = Able::default();
            if let Some(ResponseCode::Capabilities(capabilities)) = &outcome.code {
                able.take(capabilities);
            }
            Ok(able)
        }
        Response::Data { status: Status::PreAuth, .. } => {
            // RFC 9051 11.3: somebody in between may say so to keep TLS and login from happening.
            Err(Trouble::Refused("it lets us in before we say who we are (PREAUTH)".into()))
        }
        Response::Data { outcome, .. } => Err(Trouble::Lost(words(outcome))),
        _ => Err(Trouble::Unreadable),
    })
    .await?
}

async fn ask(talk: &mut Talk) -> Result<Able, Trouble> {
    let mut able = Able::default();
    let take = |response: &Response<'_>| {
        if let Response::Capabilities(capabilities) = response {
            able.take(capabilities);
        }
    };
    talk.exchange("CAPABILITY", take).await?;
    Ok(able)
}

async fn secure(account: &Account, mut talk: Talk, able: &Able, way: &mut Way) -> Result<Talk, Failure> {
    let peer = &account.peer;
    let able = if able.0.is_empty() {
        &ask(&mut talk).await.map_err(|trouble| account.lost(trouble))?
    } else {
        able
    };
    if !able.to("STARTTLS") {
        return Err(Failure::rejected(format!(
            "the IMAP server {peer} does not offer STARTTLS, so no password was sent; somebody may be in between. Ask its operator, or use security \"tls\" with its port (mostly 993)"
        )));
    }
    talk.exchange("STARTTLS", |_| ()).await.map_err(|trouble| match trouble {
        Trouble::Refused(why) => Failure::rejected(format!(
            "the IMAP server {peer} offers STARTTLS and refuses it, so no password was sent: {why}"
        )),
        trouble => account.lost(trouble),
    })?;
    // Whatever it said in the clear about its abilities is forgotten with the old conversation (RFC 3501 6.2.1).
    Ok(Talk::over(talk.into_link().secure(peer, way).await?, peer.patience))
}

pub(super) fn quoted(text: &str) -> Option<String> {
    let is_plain = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    is_plain.then(|| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// EXAMINE and not SELECT: in this conversation the server itself refuses to change anything (RFC 3501 6.3.2).
pub(super) async fn examine(account: &Account, talk: &mut Talk, folder: &str) -> Result<i64, Failure> {
    let name = quoted(&encoded(folder))
        .ok_or_else(|| Failure::rejected(format!("{folder:?} is no name for a folder")))?;
    let mut epoch = None;
    let take = |response: &Response<'_>| {
        if let Response::Data { outcome, .. } | Response::Done { outcome, .. } = response
            && let Some(ResponseCode::UidValidity(validity)) = outcome.code
        {
            epoch = Some(i64::from(validity));
        }
    };
    talk.exchange(&format!("EXAMINE {name}"), take).await.map_err(|trouble| match trouble {
        Trouble::Refused(why) if is_passing(&why) => account.later(Trouble::Refused(why)),
        Trouble::Refused(why) => Failure::rejected(format!(
            "the IMAP server {} does not open the folder {folder:?}: {}",
            account.peer,
            explained(&why)
        )),
        trouble => account.lost(trouble),
    })?;
    // What stood there at the opening is for the first look, and is no news.
    talk.has_news = false;
    epoch.ok_or_else(|| {
        Failure::rejected(format!(
            "the IMAP server {} gives no UIDVALIDITY for the folder {folder:?}: its mails have no lasting names",
            account.peer
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_stays_one_string() {
        assert_eq!(quoted(r#"a"b\c"#).as_deref(), Some(r#""a\"b\\c""#));
        assert_eq!(quoted("a\r\nb"), None);
        assert_eq!(quoted("pässword"), None);
    }
}
