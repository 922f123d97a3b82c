//! `[mailbox.oauth]` and `[transport.oauth]`: a login with tokens that a provider gives in place of a password.
//! Invariant: the provider is asked over TLS, or on loopback; and every key belongs to the grant.

use std::path::PathBuf;
use std::time::Duration;

use hyper::Uri;
use serde::Deserialize;

use super::Reader;
use super::server::{Server, Tls, ca_file, is_loopback};
use crate::config::secret::Secret;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuth {
    /// The provider's token endpoint.
    pub server: Server,
    /// Path and query there.
    pub path: String,
    pub grant: Grant,
    pub client_id: String,
    pub client_secret: Option<Secret>,
    pub scope: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    ClientCredentials,
    RefreshToken(Secret),
}

/// The keys as they stand in a section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawOAuth {
    token_url: String,
    ca_file: Option<PathBuf>,
    grant: RawGrant,
    client_id: String,
    client_secret_file: Option<PathBuf>,
    scope: Option<String>,
    refresh_token_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawGrant {
    ClientCredentials,
    RefreshToken,
}

/// A provider that has not answered by then is asked again later.
const PATIENCE: Duration = Duration::from_secs(30);

impl RawOAuth {
    pub fn oauth(self, reader: &mut Reader<'_>, path: &str) -> Option<OAuth> {
        let key = |key: &str| format!("{path}.{key}");
        let found = [("client_id", Some(&self.client_id)), ("scope", self.scope.as_ref())];
        for (name, text) in found.into_iter().filter_map(|(name, text)| Some((name, text?))) {
            if text.trim().is_empty() {
                reader.fault(&key(name), format!("{text:?}"), "what the provider gave you");
            }
        }
        let client_secret = reader.secret(&key("client_secret"), None, self.client_secret_file.as_deref());
        let refresh_token = reader.secret(&key("refresh_token"), None, self.refresh_token_file.as_deref());
        let expected = match self.grant {
            RawGrant::ClientCredentials => [
                ("client_secret_file", self.client_secret_file.is_none(), "the file of the client secret"),
                (
                    "scope",
                    self.scope.is_none(),
                    "for Microsoft 365 \"https://outlook.office365.com/.default\"",
                ),
            ],
            RawGrant::RefreshToken => {
                let expected = "the file of the refresh token that the mailbox's owner got";
                [("refresh_token_file", self.refresh_token_file.is_none(), expected), ("", false, "")]
            }
        };
        for (name, _, expected) in expected.into_iter().filter(|(_, is_missing, _)| *is_missing) {
            reader.fault(&key(name), "nothing", expected);
        }
        let grant = match (self.grant, refresh_token) {
            (RawGrant::RefreshToken, token) => token.map(Grant::RefreshToken),
            (RawGrant::ClientCredentials, None) => Some(Grant::ClientCredentials),
            (RawGrant::ClientCredentials, Some(_)) => {
                let expected = "no such key where grant is \"client_credentials\"";
                reader.fault(&key("refresh_token_file"), "a value", expected);
                None
            }
        };
        let ca_file = ca_file(reader, path, self.ca_file);
        let Some((tls, host, port, url_path)) = endpoint(&self.token_url) else {
            let expected = "https://HOST/PATH of the provider's token endpoint (http on loopback only)";
            reader.fault(&key("token_url"), format!("{:?}", self.token_url), expected);
            return None;
        };
        let server = Server { host, port, tls, ca_file, login: None, patience: PATIENCE };
        let Self { client_id, scope, .. } = self;
        Some(OAuth { server, path: url_path, grant: grant?, client_id, client_secret, scope })
    }
}

/// Security, host, port and path.
fn endpoint(url: &str) -> Option<(Tls, String, u16, String)> {
    let url: Uri = url.parse().ok()?;
    let host = url.host()?.trim_matches(['[', ']']).to_owned();
    let (tls, usual) = match url.scheme_str()? {
        "https" => (Tls::Implicit, 443),
        "http" if is_loopback(&host) => (Tls::None, 80),
        _ => return None,
    };
    let has_user = url.authority()?.as_str().contains('@');
    (!host.is_empty() && !has_user).then(|| {
        (
            tls,
            host,
            url.port_u16().unwrap_or(usual),
            url.path_and_query().map_or("/".into(), ToString::to_string),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_url_is_secured_or_on_this_machine() {
        let check = |url: &str, expected: Option<(Tls, &str, u16, &str)>| {
            let expected =
                expected.map(|(tls, host, port, path)| (tls, host.to_owned(), port, path.to_owned()));
            assert_eq!(endpoint(url), expected, "{url}");
        };
        let https = Some((Tls::Implicit, "login.test", 443, "/t/oauth2/v2.0/token"));
        check("https://login.test/t/oauth2/v2.0/token", https);
        check("https://login.test:8443?a=b", Some((Tls::Implicit, "login.test", 8443, "/?a=b")));
        check("http://127.0.0.1:8080/token", Some((Tls::None, "127.0.0.1", 8080, "/token")));
        check("http://[::1]/token", Some((Tls::None, "::1", 80, "/token")));
        for wrong in [
            "http://login.test/token",
            "login.test/token",
            "https://ann@login.test/",
            "ftp://login.test/",
            "",
        ] {
            check(wrong, None);
        }
    }
}
