//! A provider's token endpoint on loopback, in every mood: it counts what it is asked, and its tokens (JWT, HS256) are
//! those that the test's Dovecot and SMTP server know.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, Mac};
use sscd::adapters::clock::SystemClock;
use sscd::adapters::link::{Peer, Security};
use sscd::adapters::oauth::{Client, Endpoint, Grant};
use sscd::ports::Clock as _;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto};

use super::authority::Authority;
pub use super::dovecot::KEY;
use super::dovecot::OFFICE;

pub const SECRET: &str = "hunter2+secret";
pub const REFRESH_TOKEN: &str = "refresh/hunter2";

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mood {
    Good,
    /// Good, and each refresh token is good for one use.
    Rotates,
    /// Status, type of content and body.
    Says(u16, &'static str, &'static str),
    /// Bytes that are no HTTP, or not the whole of an answer; then it closes.
    Blurts(&'static str),
    Hangs,
}

struct State {
    mood: Mood,
    /// What the next tokens are made of, the last for ever: key, user and seconds to their end.
    makes: Vec<(&'static [u8], &'static str, i64)>,
    expires_in: i64,
    refresh_token: String,
    asked: Vec<HashMap<String, String>>,
}

pub struct Provider {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl Provider {
    pub async fn start() -> Self {
        Self::secured(None).await
    }

    pub async fn secured(authority: Option<&Authority>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State {
            mood: Mood::Good,
            makes: vec![(KEY, OFFICE, 3600)],
            expires_in: 3600,
            refresh_token: REFRESH_TOKEN.into(),
            asked: Vec::new(),
        }));
        let (shared, acceptor) = (Arc::clone(&state), authority.map(acceptor));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (state, acceptor) = (Arc::clone(&shared), acceptor.clone());
                tokio::spawn(async move {
                    match acceptor {
                        Some(acceptor) => match acceptor.accept(stream).await {
                            Ok(stream) => answer(stream, &state).await,
                            Err(_) => None,
                        },
                        None => answer(stream, &state).await,
                    }
                });
            }
        });
        Self { port, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn is(&self, mood: Mood) {
        self.state().mood = mood;
    }

    pub fn makes(&self, tokens: &[(&'static [u8], &'static str, i64)]) {
        self.state().makes = tokens.to_vec();
    }

    pub fn lets_live(&self, seconds: i64) {
        self.state().expires_in = seconds;
    }

    pub fn n_asked(&self) -> usize {
        self.state().asked.len()
    }

    /// What it was told last under this name.
    pub fn was_told(&self, name: &str) -> Option<String> {
        self.state().asked.last().and_then(|form| form.get(name).cloned())
    }

    pub fn client(&self) -> Client {
        let peer = Peer {
            host: "127.0.0.1".into(),
            port: self.port,
            security: Security::Plain,
            ca_file: None,
            patience: Duration::from_millis(500),
        };
        Client {
            endpoint: Endpoint { peer, path: "/tenant/token?v=2".into() },
            id: "the client".into(),
            secret: Some(SECRET.into()),
            scope: Some("https://outlook.office365.com/.default".into()),
            grant: Grant::ClientCredentials,
        }
    }

    pub fn client_with_refresh_token(&self, folder: &Path) -> Client {
        let grant = Grant::RefreshToken { given: REFRESH_TOKEN.into(), kept: folder.join("one.token") };
        Client { grant, ..self.client() }
    }
}

fn acceptor(authority: &Authority) -> TlsAcceptor {
    let chain = CertificateDer::pem_file_iter(&authority.cert_file).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(&authority.key_file).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key);
    TlsAcceptor::from(Arc::new(config.unwrap()))
}

async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin, state: &Mutex<State>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let (mut line, mut n_bytes) = (String::new(), 0);
    let mut is_as_agreed = false;
    while line != "\r\n" {
        line.clear();
        stream.read_line(&mut line).await.ok().filter(|n| *n > 0)?;
        is_as_agreed |= line.starts_with("POST /tenant/token?v=2 HTTP/1.1");
        if let Some(length) = line.to_lowercase().strip_prefix("content-length:") {
            n_bytes = length.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; n_bytes];
    stream.read_exact(&mut body).await.ok()?;
    let form: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let is_known = is_as_agreed && form.get("client_secret").is_some_and(|secret| secret == SECRET);
    let said = {
        let mut state = state.lock().unwrap();
        let shown = form.get("refresh_token").cloned();
        state.asked.push(form);
        match state.mood.clone() {
            Mood::Says(status, kind, body) => http(status, kind, body),
            Mood::Blurts(bytes) => bytes.to_owned(),
            Mood::Hangs => String::new(),
            Mood::Good | Mood::Rotates if !is_known => http(401, JSON, r#"{"error":"invalid_client"}"#),
            Mood::Rotates if shown.as_ref() != Some(&state.refresh_token) => {
                http(400, JSON, r#"{"error":"invalid_grant"}"#)
            }
            Mood::Good => state.token(None),
            Mood::Rotates => {
                state.refresh_token = format!("{REFRESH_TOKEN}{}", state.asked.len());
                let another = state.refresh_token.clone();
                state.token(Some(&another))
            }
        }
    };
    if said.is_empty() {
        // Until the other side has had enough.
        return stream.read_line(&mut line).await.ok().map(drop);
    }
    stream.write_all(said.as_bytes()).await.ok()?;
    stream.flush().await.ok()?;
    stream.shutdown().await.ok()
}

const JSON: &str = "application/json; charset=utf-8";

fn http(status: u16, kind: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nLocation: https://elsewhere.test/\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

impl State {
    fn token(&mut self, refresh_token: Option<&str>) -> String {
        let (key, user, seconds) = if self.makes.len() > 1 { self.makes.remove(0) } else { self.makes[0] };
        let body = serde_json::json!({
            "token_type": "Bearer", "expires_in": self.expires_in, "access_token": token(key, user, seconds),
            "refresh_token": refresh_token,
        });
        http(200, JSON, &body.to_string())
    }
}

/// Dovecot takes no token that was made a moment from now: it is a minute old (2.3.19, 2026-11).
fn token(key: &[u8], user: &str, seconds: i64) -> String {
    let now = SystemClock.now().timestamp();
    let claims = serde_json::json!({"sub": user, "email": user, "iat": now - 60, "exp": now + seconds});
    let part = |json: &serde_json::Value| BASE64URL_NOPAD.encode(json.to_string().as_bytes());
    let signed = format!("{}.{}", part(&serde_json::json!({"alg": "HS256", "typ": "JWT"})), part(&claims));
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()))
}
