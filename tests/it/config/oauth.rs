//! What can be wrong in `[mailbox.oauth]` and `[transport.oauth]`, and what is right.

use std::fs;
use std::path::Path;

use sscd::config::{Config, Grant, MailboxKind, Proof, Transport};

use super::{Case, check_all, sample};

const LOGIN: &str = "token_url = 'https://login.test/t'\nclient_id = 'c'\nclient_secret_file = 'secret'";
const IMAP: &str = "kind = 'imap'\nhost = 'h'\nuser = 'u'\nstart_from = 2026-01-05";
const CREDENTIALS: &str = "grant = 'client_credentials'\nscope = 's'";

/// An edit of a good mailbox, and the one fault that it must give.
fn case([from, to, on, key, found, expected]: [&'static str; 6]) -> Case {
    let good =
        "[[mailbox]] # second\nname = 'b'\nIMAP\n[mailbox.oauth] # of b\nLOGIN\nCREDENTIALS\n[transport]";
    let good = good.replace("IMAP", IMAP).replace("LOGIN", LOGIN).replace("CREDENTIALS", CREDENTIALS);
    assert!(good.contains(from), "{from}");
    let edited: &'static str = good.replace(from, to).leak();
    Case { file: "sscd.toml", edit: ("[transport]", edited), on, key, found, expected }
}

macro_rules! cases {
    ($($from:literal => $to:literal; $on:literal, $key:literal: $found:literal, $expected:literal)+) => {
        [$(case([$from, $to, $on, concat!("mailbox[1].", $key), $found, $expected])),+]
    };
}

#[test]
fn a_broken_table_names_its_line_and_key() {
    check_all(&cases! {
        "https://login.test/t" => "http://login.test/t"; "'http:", "oauth.token_url": "http://login.test/t", "https://"
        "https://login.test/t" => "login.test"; "'login.test'", "oauth.token_url": "login.test", "https://"
        "scope" => "scoop = 1\nscope"; "scoop", "oauth.scoop": "unknown key", "scope (the nearest)"
        "client_id = 'c'" => "client_id = ' '"; "client_id = ' '", "oauth.client_id": "\" \"", "gave you"
        "client_id = 'c'\n" => ""; "# of b", "oauth.client_id": "nothing", "this key"
        "client_credentials" => "password"; "grant = 'password'", "oauth.grant": "\"password\"", "client_credentials"
        "client_secret_file = 'secret'\n" => ""; "# of b", "oauth.client_secret_file": "nothing", "client secret"
        "'secret'" => "'gone'"; "'gone'", "oauth.client_secret_file": "No such file", "can read"
        "'secret'" => "'open'"; "'open'", "oauth.client_secret_file": "mode 0644", "chmod 600"
        "grant" => "client_secret = 'hunter2'\ngrant"; "hunter2", "oauth.client_secret": "unknown key", "client_secret_file"
        "\nscope = 's'" => ""; "# of b", "oauth.scope": "nothing", "/.default"
        "scope" => "ca_file = 'secret'\nscope"; "ca_file = 'secret'", "oauth.ca_file": "no certificate", "PEM"
        "scope" => "refresh_token_file = 'secret'\nscope"; "refresh_token_file = 'secret'", "oauth.refresh_token_file": "a value", "no such key"
        "client_credentials" => "refresh_token"; "# of b", "oauth.refresh_token_file": "nothing", "refresh token"
        "user = 'u'\n" => ""; "# second", "user": "nothing beside a password or oauth", "both of them"
        "user = 'u'" => "user = 'u'\npassword_file = 'secret'"; "# of b", "oauth": "a password beside it", "not both"
        "kind = 'imap'\nhost = 'h'\nuser = 'u'\nstart_from = 2026-01-05" => "kind = 'maildir'\npath = 'm'"; "# of b", "oauth": "a value", "no such key"
    });
}

#[test]
fn the_shipped_file_shows_every_key_of_the_table() {
    let folder = sample();
    let path = folder.path().join("sscd.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}\n[transport.oauth]\nzzz = 1\n")).unwrap();
    let faults = Config::load(Some(&path), Path::new(""), &[]).unwrap_err().0;
    let fault = faults.iter().find(|fault| fault.key == "transport.oauth.zzz").unwrap();
    for key in fault.expected.split(", ") {
        assert!(text.contains(&format!("# {key} = ")), "config/sscd.toml does not show {key}");
    }
}

#[test]
fn both_grants_are_read_and_shown_without_their_secrets() {
    let folder = sample();
    let path = folder.path().join("sscd.toml");
    let text = fs::read_to_string(&path).unwrap();
    let (head, tail) = text.split_once("[transport]").unwrap();
    let (_, tail) = tail.split_once("[log]").unwrap();
    let text = format!(
        "{head}[[mailbox]]\nname = 'b'\n{IMAP}\n[mailbox.oauth]\n{LOGIN}\n{CREDENTIALS}\n[transport]\nkind = 'smtp'\n\
         host = 'h'\nuser = 'u'\n[transport.oauth]\n{LOGIN}\ngrant = 'refresh_token'\nrefresh_token_file = 'secret'\n\
         [log]{tail}"
    );
    fs::write(&path, text).unwrap();
    let config = Config::load(Some(&path), Path::new(""), &[]).unwrap();
    let (MailboxKind::Imap(imap), Transport::Smtp(smtp)) = (&config.mailboxes[1].kind, &config.transport)
    else {
        panic!("{config:?}")
    };
    let grants = [&imap.server, &smtp.server].map(|server| match &server.login.as_ref().unwrap().proof {
        Proof::OAuth(oauth) => oauth.grant.clone(),
        Proof::Password(_) => panic!("{server:?}"),
    });
    assert!(matches!(grants, [Grant::ClientCredentials, Grant::RefreshToken(_)]), "{grants:?}");
    assert!(!format!("{config:?}").contains("hunter2"));
}
