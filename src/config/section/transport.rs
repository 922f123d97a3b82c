//! `[transport]`: where letters go, to a folder of letters or to an SMTP server.

use std::path::PathBuf;

use serde::Deserialize;

use super::Reader;
use super::oauth::RawOAuth;
use super::server::{Raw, Server, Tls};
use crate::config::secret::Secret;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    /// Letters are laid down in a Maildir.
    Folder {
        path: PathBuf,
    },
    Smtp(Smtp),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Smtp {
    pub server: Server,
    /// How many are kept open; providers allow few (Exchange Online: 3).
    pub connections: u32,
    /// What we call ourselves in EHLO; the machine's name where it is absent.
    pub hello: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTransport {
    #[serde(default)]
    kind: Kind,
    path: Option<PathBuf>,
    host: Option<String>,
    port: Option<u16>,
    tls: Option<Tls>,
    ca_file: Option<PathBuf>,
    user: Option<String>,
    password: Option<Secret>,
    password_file: Option<PathBuf>,
    oauth: Option<RawOAuth>,
    silence_seconds: Option<u64>,
    connections: Option<u32>,
    hello: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    Folder,
    Smtp,
}

pub fn transport(reader: &mut Reader<'_>) -> Option<Transport> {
    let raw = reader.section::<RawTransport>("transport")?;
    let server = Raw {
        host: raw.host,
        port: raw.port,
        tls: raw.tls,
        ca_file: raw.ca_file,
        user: raw.user,
        password: raw.password,
        password_file: raw.password_file,
        oauth: raw.oauth,
        silence_seconds: raw.silence_seconds,
    };
    match raw.kind {
        Kind::Folder => {
            let more = [("connections", raw.connections.is_some()), ("hello", raw.hello.is_some())];
            for (key, stated) in server.is_stated().into_iter().chain(more) {
                if stated {
                    let path = format!("transport.{key}");
                    reader.fault(
                        &path,
                        "a value",
                        "no such key where kind is \"folder\" (did you mean kind = \"smtp\"?)",
                    );
                }
            }
            let path = raw.path.unwrap_or_else(|| "letters".into());
            Some(Transport::Folder { path: reader.path(&path) })
        }
        Kind::Smtp => {
            if raw.path.is_some() {
                reader.fault("transport.path", "a value", "no such key where kind is \"smtp\"");
            }
            let connections = raw.connections.unwrap_or(3);
            if !(1..=32).contains(&connections) {
                reader.fault("transport.connections", connections.to_string(), "1 to 32 connections");
            }
            if let Some(hello) = raw.hello.as_ref().filter(|name| !name.chars().all(is_of_a_host)) {
                reader.fault("transport.hello", format!("{hello:?}"), "a host name such as sscd.sec.test");
            }
            let server = server.server(reader, "transport", [465, 587, 25])?;
            Some(Transport::Smtp(Smtp { server, connections, hello: raw.hello }))
        }
    }
}

fn is_of_a_host(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-.[]:".contains(c)
}
