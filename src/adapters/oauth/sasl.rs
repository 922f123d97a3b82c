//! How a token is shown to a server: XOAUTH2 (Google's and Microsoft's) and OAUTHBEARER (RFC 7628). In: user and token;
//! out: the words of the conversation, and why a server refused. Invariant: a server's words are passed on without the
//! token, should it repeat it.

use data_encoding::BASE64;
use serde::Deserialize;

use super::Token;
use super::answer::one_line;
use super::cause::explained;
use crate::adapters::link::Peer;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mechanism {
    XOAuth2,
    OAuthBearer,
}

impl Mechanism {
    /// Microsoft 365 knows only XOAUTH2, Google both.
    #[must_use]
    pub fn among(is_offered: impl Fn(&str) -> bool) -> Option<Self> {
        [Self::XOAuth2, Self::OAuthBearer].into_iter().find(|mechanism| is_offered(mechanism.name()))
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::XOAuth2 => "XOAUTH2",
            Self::OAuthBearer => "OAUTHBEARER",
        }
    }

    /// What is said first, in base64.
    #[must_use]
    pub fn first(self, user: &str, peer: &Peer, token: &Token) -> String {
        let token = token.text();
        let words = match self {
            Self::XOAuth2 => format!("user={user}\x01auth=Bearer {token}\x01\x01"),
            Self::OAuthBearer => {
                let user = user.replace('=', "=3D").replace(',', "=2C");
                let Peer { host, port, .. } = peer;
                format!("n,a={user},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01")
            }
        };
        BASE64.encode(words.as_bytes())
    }

    /// What a server that says why it refuses wants to hear before it ends (RFC 7628 3.2.3).
    #[must_use]
    pub fn last(self) -> &'static str {
        match self {
            Self::XOAuth2 => "",
            Self::OAuthBearer => "AQ==",
        }
    }
}

#[derive(Default, Deserialize)]
struct Challenge {
    status: Option<String>,
    scope: Option<String>,
    error_description: Option<String>,
}

/// A server's refusal: its last words, what its challenge said, and what is mostly behind it.
#[must_use]
pub fn refusal(words: &str, challenge: &str, token: &Token) -> String {
    let json = BASE64.decode(challenge.trim().as_bytes()).unwrap_or_default();
    let Challenge { status, scope, error_description } = serde_json::from_slice(&json).unwrap_or_default();
    let scope = scope.filter(|scope| !scope.is_empty()).map(|scope| format!("it wants the scope {scope}"));
    let status = status.map(|status| format!("status {status}"));
    let said: Vec<String> = [status, error_description, scope].into_iter().flatten().collect();
    let said = if said.is_empty() { String::new() } else { format!(" ({})", said.join(", ")) };
    explained(&token.hide(&one_line(&format!("{}{said}", words.trim()))))
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, Utc};

    use super::*;
    use crate::adapters::link::Security;

    fn token() -> Token {
        Token::new(
            "vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg==",
            chrono::DateTime::<Utc>::MIN_UTC,
            TimeDelta::hours(1),
        )
    }

    #[test]
    fn a_token_is_shown_as_the_providers_show_it() {
        let peer = Peer {
            host: "server.example.com".into(),
            port: 143,
            security: Security::Tls,
            ca_file: None,
            patience: std::time::Duration::from_secs(1),
        };
        // From Google's page on XOAUTH2, and from RFC 7628 4.1 with its line of a comma and a user.
        let first = Mechanism::XOAuth2.first("someuser@example.com", &peer, &token());
        let expected = "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB2RjlkZnQ0cW1UYzJOdmIzUmxja0JoZEhSaGRtbHpkR0V1WTI5dENnPT0BAQ==";
        assert_eq!(first, expected);
        let first = Mechanism::OAuthBearer.first("user@example.com", &peer, &token());
        let expected = "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2c9PQEB";
        assert_eq!(first, expected);
    }

    #[test]
    fn a_refusal_says_what_the_challenge_said_and_never_the_token() {
        let challenge =
            BASE64.encode(br#"{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}"#);
        let said = refusal("no: vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg== is bad", &challenge, &token());
        assert_eq!(said, "no: *** is bad (status 401, it wants the scope https://mail.google.com/)");
        assert_eq!(refusal("no", "%%%", &token()), "no");
    }
}
