//! Postfix's `smtp-sink`: takes every letter and forgets it.

use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Duration;

use sscd::adapters::link::{Peer, Security};
use sscd::adapters::smtp::{Post, Smtp};

use super::process::{as_plain_user, free_port};

pub struct Sink {
    server: Child,
    pub port: u16,
}

impl Sink {
    pub fn start() -> Self {
        let port = free_port();
        let mut command = as_plain_user("/usr/sbin/smtp-sink");
        command.arg(format!("127.0.0.1:{port}")).arg("1000");
        let server = command.stdin(Stdio::null()).spawn().expect("smtp-sink of the package postfix");
        // It says nothing when it is ready.
        for _ in 0..500 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                break;
            }
            #[expect(clippy::disallowed_methods, reason = "a port that opens rings no bell")]
            std::thread::sleep(Duration::from_millis(10));
        }
        Self { server, port }
    }

    pub fn smtp(&self, n_connections: usize) -> Smtp {
        Smtp::new(Post {
            peer: Peer {
                host: "127.0.0.1".into(),
                port: self.port,
                security: Security::Plain,
                ca_file: None,
                patience: Duration::from_secs(20),
            },
            login: None,
            hello: "bench.sec.test".into(),
            n_connections,
            ask_after: Duration::from_secs(30),
        })
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}
