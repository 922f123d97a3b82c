//! A name server of a few lines on loopback, and what its answers come to.

use std::net::SocketAddr;

use mail_auth::hickory_resolver::config::{ConnectionConfig, NameServerConfig};
use tokio::net::UdpSocket;

use super::*;

fn octet(n: usize) -> u8 {
    u8::try_from(n).unwrap()
}

/// An answer to a question for texts: RFC 1035 4.1, with the code that the name asks for.
fn answer(question: &[u8]) -> Option<Vec<u8>> {
    let name_end = 12 + question[12..].iter().position(|octet| *octet == 0).unwrap();
    let asked = &question[12..name_end + 5];
    let label = asked[1..=usize::from(asked[0])].to_ascii_lowercase();
    let (code, texts): (u8, &[&str]) = match label.as_slice() {
        b"mail" => (0, &["v=DKIM1; ", "p=abc"]),
        b"none" => (3, &[]),
        b"empty" => (0, &[]),
        b"broken" => (2, &[]),
        _ => return None,
    };
    let mut said =
        vec![question[0], question[1], 0x81, 0x80 | code, 0, 1, 0, u8::from(!texts.is_empty()), 0, 0, 0, 0];
    said.extend(asked);
    if !texts.is_empty() {
        let data: Vec<u8> = texts
            .iter()
            .flat_map(|text| [[octet(text.len())].as_slice(), text.as_bytes()].concat())
            .collect();
        said.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, octet(data.len())]);
        said.extend(data);
    }
    Some(said)
}

async fn server() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let at = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut question = [0; 1_500];
        while let Ok((n, from)) = socket.recv_from(&mut question).await {
            if let Some(said) = answer(&question[..n]) {
                socket.send_to(&said, from).await.unwrap();
            }
        }
    });
    at
}

#[tokio::test]
async fn texts_are_joined_none_is_no_failure_and_silence_is() {
    let at = server().await;
    let mut connection = ConnectionConfig::udp();
    connection.port = at.port();
    let config = ResolverConfig::from_parts(
        None,
        vec![],
        vec![NameServerConfig::new(at.ip(), true, vec![connection])],
    );
    let mut options = ResolverOpts::default();
    (options.timeout, options.attempts) = (Duration::from_millis(200), 1);
    let dns = Dns(OnceLock::from(build(config, options).unwrap()));
    let texts = async |selector: &str| dns.texts(&format!("{selector}._domainkey.northwind.test.")).await;
    assert_eq!(texts("mail").await.unwrap(), ["v=DKIM1; p=abc"]);
    assert_eq!(texts("none").await.unwrap(), Vec::<String>::new());
    assert_eq!(texts("empty").await.unwrap(), Vec::<String>::new());
    assert!(matches!(texts("broken").await, Err(Failure::Retry { .. })));
    assert!(matches!(texts("silent").await, Err(Failure::Retry { .. })));
    assert_eq!(dns.texts("no..name").await.unwrap(), Vec::<String>::new());
}
