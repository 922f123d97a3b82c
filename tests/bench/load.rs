//! What the daemon is loaded with: a directory of many Users, and one complete notification of each, from its
//! registered contact.

use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use sscd::config::write_sample;

use super::dovecot::{OFFICE, PASSWORD};

/// The one budget that is not as shipped: the breaker over all letters.
pub const IN_ALL: &str = "{ hour = 1_000_000, day = 1_000_000 }";

/// Letters of the sample's annual reviews would be counted as acknowledgements, on Working Days alone.
const NO_DUE_DATES: &str = "calendar = false\n";

/// A line of the shipped configuration, as it is under load.
fn changed(line: &str) -> String {
    if line.starts_with("in_all = ") {
        format!("in_all = {IN_ALL}\n")
    } else if line.starts_with("calendar = true") {
        NO_DUE_DATES.into()
    } else {
        format!("{line}\n")
    }
}

/// A folder with a configuration of real servers.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// With these lines about mailbox and post, the port of each among them.
    pub fn new(mailbox: &str, post: &str, n_users: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_sample(folder.path()).unwrap();
        let place = Self { folder };
        let config = fs::read_to_string(place.path("sscd.toml")).unwrap();
        let mailbox = format!(
            "kind = \"imap\"\nhost = \"127.0.0.1\"\ntls = \"none\"\nuser = \"{OFFICE}\"\n\
             password = '{PASSWORD}'\nstart_from = 2026-01-01\n{mailbox}\n"
        );
        let transport =
            format!("kind = \"smtp\"\nhost = \"127.0.0.1\"\ntls = \"none\"\nconnections = 4\n{post}\n");
        let config = replace_section(&config, "[[mailbox]]", &format!("name = \"office\"\n{mailbox}"));
        let config = replace_section(&config, "[transport]", &transport);
        let config: String = config.lines().map(changed).collect();
        assert!(config.contains(IN_ALL), "the shipped file has the breaker over all letters");
        assert!(config.contains(NO_DUE_DATES), "the shipped file sends due dates to calendars");
        fs::write(place.path("sscd.toml"), config).unwrap();
        fs::set_permissions(place.path("sscd.toml"), fs::Permissions::from_mode(0o600)).unwrap();
        let file = place.path("directory/users.toml");
        let sample = fs::read_to_string(&file).unwrap();
        fs::write(file, sample + &users(n_users)).unwrap();
        place
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Puts other lines between a heading and the next one.
fn replace_section(text: &str, heading: &str, lines: &str) -> String {
    let (before, after) = text.split_once(&format!("\n{heading}")).unwrap();
    let rest = after.find("\n[").map_or("", |at| &after[at..]);
    format!("{before}\n{heading}\n{lines}{rest}")
}

fn users(n: usize) -> String {
    let mut toml = String::new();
    for n in 0..n {
        write!(
            toml,
            r#"
[[user]]
key = "u{n}"
name = "Power {n} Energy Ltd"
party_id = "P{n:06}"
category = "Small Supplier"
roles = ["Import Supplier", "Gas Supplier"]
premises = {{ domestic = {}, non_domestic = 0 }}
domains = ["u{n}.test"]
contact = {{ name = "Hannah Okafor", email = "security@u{n}.test" }}
senior_contact = {{ name = "Piers Lindqvist", email = "piers@u{n}.test" }}
valid_from = 2020-01-01
"#,
            1000 + n
        )
        .unwrap();
    }
    toml
}

/// One complete notification of each of these Users.
pub fn mails(numbers: Range<usize>) -> Vec<Vec<u8>> {
    let form = include_str!("../mail/good/form-complete.eml");
    numbers
        .map(|n| {
            form.replace("11.0c11@northwind.test", &format!("bench.{n}@u{n}.test"))
                .replace("Northwind Energy Supply Ltd", &format!("Power {n} Energy Ltd"))
                .replace("NWES", &format!("P{n:06}"))
                .replace("northwind.test", &format!("u{n}.test"))
                .replace("90-B3-D5-1F-30-03-00-00", &user_id(n))
                .into_bytes()
        })
        .collect()
}

fn user_id(n: usize) -> String {
    format!("90-B3-D5-1F-{:02X}-{:02X}-{:02X}-00", 0x40 + (n >> 16), (n >> 8) & 0xff, n & 0xff)
}

/// A mail of 40 MB that nobody needs.
pub fn large() -> Vec<u8> {
    let mut mail = b"From: post@u0.test\r\nTo: secas@sec.test\r\nSubject: a film\r\n\r\n".to_vec();
    let line = [[b'x'; 76].as_slice(), b"\r\n"].concat();
    mail.extend(line.iter().cycle().take(40 << 20));
    mail.extend(b"\r\n");
    mail
}
