//! From a host name to an open folder: TLS, login, EXAMINE. In: the account; out: a conversation in which commands
//! about mails may be said. Invariant: no password is said on a line that is not secured as the account wants it.

use std::fmt::Write as _;

use async_imap::imap_proto::{Capability, Response, ResponseCode, Status};
use data_encoding::BASE64;

use super::login::log_in;
use super::talk::{Talk, Trouble, words};
use super::{Account, Opened};
use crate::adapters::link::{Link, Security};
use crate::adapters::oauth::explained;
use crate::ports::Failure;

pub(super) async fn open(account: &Account) -> Result<Opened, Failure> {
    let peer = &account.peer;
    let mut talk = Talk::over(Link::dial(peer).await?);
    let mut able = greeted(&mut talk).await.map_err(|trouble| account.lost(trouble))?;
    if peer.security == Security::StartTls {
        talk = secure(account, talk, &able).await?;
        able = Able::default();
    }
    if able.0.is_empty() {
        able = ask(&mut talk).await.map_err(|trouble| account.lost(trouble))?;
    }
    log_in(account, &mut talk, &able).await?;
    // What a server can do for a stranger may be less than what it can do for a user.
    able = ask(&mut talk).await.map_err(|trouble| account.lost(trouble))?;
    let epoch = examine(account, &mut talk).await?;
    Ok(Opened { talk, epoch, has_idle: able.to("IDLE") })
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

async fn secure(account: &Account, mut talk: Talk, able: &Able) -> Result<Talk, Failure> {
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
    Ok(Talk::over(talk.into_link().secure(peer).await?))
}

pub(super) fn quoted(text: &str) -> Option<String> {
    let is_plain = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    is_plain.then(|| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// EXAMINE and not SELECT: in this conversation the server itself refuses to change anything (RFC 3501 6.3.2).
async fn examine(account: &Account, talk: &mut Talk) -> Result<i64, Failure> {
    let folder = encoded(&account.folder);
    let name = quoted(&folder)
        .ok_or_else(|| Failure::rejected(format!("{:?} is no name for a folder", account.folder)))?;
    let mut epoch = None;
    let take = |response: &Response<'_>| {
        if let Response::Data { outcome, .. } | Response::Done { outcome, .. } = response
            && let Some(ResponseCode::UidValidity(validity)) = outcome.code
        {
            epoch = Some(i64::from(validity));
        }
    };
    talk.exchange(&format!("EXAMINE {name}"), take).await.map_err(|trouble| match trouble {
        Trouble::Refused(why) => Failure::rejected(format!(
            "the IMAP server {} does not open the folder {:?}: {}",
            account.peer,
            account.folder,
            explained(&why)
        )),
        trouble => account.lost(trouble),
    })?;
    // What stood there at the opening is for the first look, and is no news.
    talk.has_news = false;
    epoch.ok_or_else(|| {
        Failure::rejected(format!(
            "the IMAP server {} gives no UIDVALIDITY for the folder {:?}: its mails have no lasting names",
            account.peer, account.folder
        ))
    })
}

/// A folder's name as IMAP writes it: modified UTF-7 (RFC 3501 5.1.3).
fn encoded(name: &str) -> String {
    let mut out = String::new();
    let mut beyond: Vec<u8> = Vec::new();
    for c in name.chars().map(Some).chain([None]) {
        match c {
            Some(c) if !(' '..='~').contains(&c) => {
                beyond.extend(c.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()));
            }
            c => {
                if !beyond.is_empty() {
                    let base64 = BASE64.encode(&beyond).trim_end_matches('=').replace('/', ",");
                    let _ = write!(out, "&{base64}-");
                    beyond.clear();
                }
                match c {
                    Some('&') => out.push_str("&-"),
                    Some(c) => out.push(c),
                    None => {}
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_names_are_written_as_the_rfc_writes_them() {
        let check = |name, expected| assert_eq!(encoded(name), expected);
        check("INBOX", "INBOX");
        check("Cats & Dogs", "Cats &- Dogs");
        check("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
        check("Entwürfe", "Entw&APw-rfe");
    }

    #[test]
    fn a_password_stays_one_string() {
        assert_eq!(quoted(r#"a"b\c"#).as_deref(), Some(r#""a\"b\\c""#));
        assert_eq!(quoted("a\r\nb"), None);
        assert_eq!(quoted("pässword"), None);
    }
}
