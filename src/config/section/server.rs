//! A server to log in to: where it is, how the connection is kept private, and who we are there. Invariant: without
//! TLS only on loopback.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use super::Reader;
use super::oauth::{OAuth, RawOAuth};
use crate::config::secret::Secret;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    /// PEM; trusted instead of the system's authorities.
    pub ca_file: Option<PathBuf>,
    pub login: Option<Login>,
    /// The longest silence of the server while an answer is due.
    pub patience: Duration,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// From the first octet on.
    #[default]
    Implicit,
    /// After a STARTTLS that must succeed.
    Starttls,
    /// Not at all: on loopback only.
    None,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    pub user: String,
    pub proof: Proof,
}

/// What we show for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    Password(Secret),
    OAuth(Box<OAuth>),
}

/// The keys of a server as they stand in a section.
#[derive(Debug, Default)]
pub struct Raw {
    pub host: Option<String>,
    pub port: Option<u16>,
    pub tls: Option<Tls>,
    pub ca_file: Option<PathBuf>,
    pub user: Option<String>,
    pub password: Option<Secret>,
    pub password_file: Option<PathBuf>,
    pub oauth: Option<RawOAuth>,
    pub silence_seconds: Option<u64>,
}

impl Raw {
    pub fn is_stated(&self) -> [(&'static str, bool); 9] {
        [
            ("host", self.host.is_some()),
            ("port", self.port.is_some()),
            ("tls", self.tls.is_some()),
            ("ca_file", self.ca_file.is_some()),
            ("user", self.user.is_some()),
            ("password", self.password.is_some()),
            ("password_file", self.password_file.is_some()),
            ("oauth", self.oauth.is_some()),
            ("silence_seconds", self.silence_seconds.is_some()),
        ]
    }

    /// `ports` by TLS: implicit, STARTTLS, none.
    pub fn server(self, reader: &mut Reader<'_>, path: &str, ports: [u16; 3]) -> Option<Server> {
        let tls = self.tls.unwrap_or_default();
        let default_port = match (tls, ports) {
            (Tls::Implicit, [port, _, _]) | (Tls::Starttls, [_, port, _]) | (Tls::None, [_, _, port]) => port,
        };
        let host = self.host.unwrap_or_default();
        if !is_host(&host) {
            reader.fault(&format!("{path}.host"), format!("{host:?}"), "the name or address of the server");
            return None;
        }
        if tls == Tls::None && !is_loopback(&host) {
            let expected = "implicit or starttls: without TLS only on loopback (localhost, 127.0.0.1, ::1)";
            reader.fault(&format!("{path}.tls"), format!("none, and the host {host}"), expected);
        }
        if self.port == Some(0) {
            reader.fault(&format!("{path}.port"), "0", "a port from 1 to 65535");
        }
        let ca_file = ca_file(reader, path, self.ca_file);
        let has_password = self.password.is_some() || self.password_file.is_some();
        if has_password && self.oauth.is_some() {
            reader.fault(&format!("{path}.oauth"), "a password beside it", "a password or oauth, not both");
        }
        let given = has_password || self.oauth.is_some();
        let password =
            reader.secret(&format!("{path}.password"), self.password, self.password_file.as_deref());
        let oauth = self.oauth.and_then(|raw| raw.oauth(reader, &format!("{path}.oauth")));
        if given != self.user.is_some() {
            let (key, found) = if given { ("user", "a password or oauth") } else { ("password", "a user") };
            reader.fault(
                &format!("{path}.{key}"),
                format!("nothing beside {found}"),
                "both of them, or neither",
            );
        }
        let silence = self.silence_seconds.unwrap_or(60);
        if !(1..=600).contains(&silence) {
            reader.fault(&format!("{path}.silence_seconds"), silence.to_string(), "1 to 600 seconds");
        }
        let proof = oauth.map(|oauth| Proof::OAuth(Box::new(oauth))).or(password.map(Proof::Password));
        let login = self.user.zip(proof).map(|(user, proof)| Login { user, proof });
        Some(Server {
            host,
            port: self.port.unwrap_or(default_port),
            tls,
            ca_file,
            login,
            patience: Duration::from_secs(silence),
        })
    }
}

fn is_host(host: &str) -> bool {
    !host.is_empty() && host.chars().all(|c| c.is_alphanumeric() || "-._:".contains(c))
}

pub(super) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Where it stands, and whether there is somebody in it to trust.
pub(super) fn ca_file(reader: &mut Reader<'_>, path: &str, file: Option<PathBuf>) -> Option<PathBuf> {
    let file = reader.path(&file?);
    if let Err((found, expected)) = certificates(&file) {
        reader.fault(&format!("{path}.ca_file"), found, expected);
    }
    Some(file)
}

fn certificates(path: &std::path::Path) -> Result<(), (String, String)> {
    let expected = || "a PEM file with one certificate or more".to_owned();
    let read = CertificateDer::pem_file_iter(path).map(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(Ok(certificates)) if !certificates.is_empty() => Ok(()),
        Ok(Ok(_)) => Err((format!("no certificate in {}", path.display()), expected())),
        Ok(Err(error)) | Err(error) => Err((format!("{} ({error})", path.display()), expected())),
    }
}
