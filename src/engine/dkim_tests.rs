//! Mails that are really signed, and what was done to them afterwards.

use std::process::Command;

use data_encoding::BASE64;
use mail_auth::common::crypto::{Ed25519Key, RsaKey, Sha256, SigningKey};
use mail_auth::common::headers::HeaderWriter as _;
use mail_auth::dkim::{Canonicalization, DkimSigner};
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::*;
use crate::domain::message::Verdict;
use crate::domain::message::Verdict::{Failed, Unverified, Verified};

const MAIL: &str = "From: Hannah Okafor <security@northwind.test>\r\nTo: secas@sec.test\r\nSubject: Second User System\r\n\
    Date: Mon, 02 Nov 2026 09:14:05 +0000\r\n\r\nUser System number: second\r\nIntended start: 1 March 2027\r\n";
const FIELDS_SIGNED: [&str; 4] = ["From", "To", "Subject", "Date"];
const NAME: &str = "mail._domainkey.northwind.test.";

/// A key, and the text that stands for it in the DNS.
fn ed25519() -> (Ed25519Key, String) {
    let key = Ed25519Key::from_pkcs8_der(&Ed25519Key::generate_pkcs8().unwrap()).unwrap();
    let text = format!("v=DKIM1; k=ed25519; p={}", BASE64.encode(&key.public_key()));
    (key, text)
}

fn openssl(arguments: &[&str]) -> Vec<u8> {
    let made = Command::new("openssl").args(arguments).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    made.stdout
}

fn signed_as<K: SigningKey>(mail: &str, domain: &str, key: K) -> String {
    let signer = DkimSigner::from_key(key).domain(domain).selector("mail").headers(FIELDS_SIGNED);
    signer.sign(mail.as_bytes()).unwrap().to_header() + mail
}

fn found(raw: &str, at: &str, keys: &[(&str, &str)]) -> Vouched {
    let keys = keys.iter().map(|(name, text)| ((*name).to_owned(), Asked::Texts(vec![(*text).to_owned()])));
    examine(raw.as_bytes(), at.parse().unwrap(), &keys.collect())
}

#[track_caller]
fn check(raw: &str, key: &str, expected: Verdict, reason: &str) {
    let found = found(raw, "2026-11-02T09:14:07Z", &[(NAME, key)]);
    let vouch = found.judge();
    assert_eq!(vouch.verdict, expected, "{found:#?}");
    assert!(vouch.reasons[0].contains(reason), "{vouch:?}");
}

#[test]
fn a_mail_as_it_was_signed_passes_and_keeps_the_key() {
    let (key, text) = ed25519();
    let mail = signed_as(MAIL, "northwind.test", key);
    assert_eq!(keys_wanted(mail.as_bytes()), [NAME]);
    check(&mail, &text, Verified, "northwind.test (mail): dkim=pass");
    let found = found(&mail, "2026-11-02T09:14:07Z", &[(NAME, &text)]);
    assert_eq!(found.signatures[0].key.as_ref(), Some(&text));
    // As a Maildir keeps it, and with what servers on the way put above it.
    check(&mail.replace("\r\n", "\n"), &text, Verified, "dkim=pass");
    check(
        &format!("Received: from a by b; Mon, 02 Nov 2026 09:14:06 +0000\r\n{mail}"),
        &text,
        Verified,
        "pass",
    );
}

#[test]
fn rsa_of_2048_bits_passes_in_both_canonical_forms_and_a_weak_key_never() {
    let der =
        openssl(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-outform", "DER"]);
    let key = || RsaKey::<Sha256>::from_key_der(PrivateKeyDer::try_from(der.as_slice()).unwrap()).unwrap();
    let text = format!("v=DKIM1; h=sha256; p={}", BASE64.encode(&key().public_key()));
    for form in [Canonicalization::Relaxed, Canonicalization::Simple] {
        let signer =
            DkimSigner::from_key(key()).domain("northwind.test").selector("mail").headers(FIELDS_SIGNED);
        let signer = signer.header_canonicalization(form).body_canonicalization(form);
        let mail = signer.sign(MAIL.as_bytes()).unwrap().to_header() + MAIL;
        check(&mail, &text, Verified, "dkim=pass");
        check(&mail.replace("2027", "2028"), &text, Failed, "its text is not the one that was signed");
    }
    let mail = signed_as(MAIL, "northwind.test", key());
    let weak = openssl(&["genrsa", "768"]);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("weak"), weak).unwrap();
    let path = folder.path().join("weak").display().to_string();
    let weak = BASE64.encode(&openssl(&["rsa", "-in", &path, "-pubout", "-outform", "DER"]));
    check(&mail, &format!("v=DKIM1; p={weak}"), Unverified, "fewer than 1,024 bits");
    check(&mail.replace("rsa-sha256", "rsa-sha1"), &text, Unverified, "SHA-1");
}

#[test]
fn what_was_changed_afterwards_fails() {
    let (key, text) = ed25519();
    let mail = signed_as(MAIL, "northwind.test", key);
    check(&mail.replace("second", "third"), &text, Failed, "its text is not the one that was signed");
    check(&mail.replace("Second User System", "Other"), &text, Failed, "its header fields are not those");
    check(&mail.replace("security@northwind", "boss@northwind"), &text, Failed, "header fields");
    check(&mail, &ed25519().1, Failed, "or by another key");
    // A replay under a second From is nobody's.
    let second = format!("From: boss@attacker.example\r\n{mail}");
    check(&second, &text, Unverified, "2 From addresses");
    let other = mail.replace("Hannah Okafor <security@northwind.test>", "security@attacker.example");
    check(&other, &text, Unverified, "No signature is of attacker.example's own organisation");
}

#[test]
fn a_strangers_signature_proves_nothing_of_the_sender() {
    let (key, text) = ed25519();
    let mail = signed_as(MAIL, "list.example", key);
    let found = found(&mail, "2026-11-02T09:14:07Z", &[("mail._domainkey.list.example.", &text)]);
    assert_eq!(found.signatures[0].result, DkimResult::Pass);
    assert_eq!(found.judge().verdict, Unverified, "{found:?}");
}

#[test]
fn a_signature_for_a_part_or_for_another_time_proves_nothing() {
    let signer =
        |key| DkimSigner::from_key(key).domain("northwind.test").selector("mail").headers(FIELDS_SIGNED);
    let (key, text) = ed25519();
    let part = signer(key).body_length(true).sign(MAIL.as_bytes()).unwrap().to_header() + MAIL;
    assert!(part.contains("l="), "{part}");
    let longer = format!("{part}Architecture: see https://attacker.example\r\n");
    for mail in [part, longer] {
        let found = found(&mail, "2026-11-02T09:14:07Z", &[(NAME, &text)]);
        assert_eq!(found.judge().verdict, Unverified, "{found:?}");
        assert!(found.signatures[0].why.contains("(l=)"), "{found:?}");
    }
    let (key, text) = ed25519();
    let mail = signer(key).expiration(60).sign(MAIL.as_bytes()).unwrap().to_header() + MAIL;
    let at = |at| found(&mail, at, &[(NAME, &text)]).judge();
    assert_eq!(at("2020-01-01T00:00:00Z").verdict, Verified);
    let late = at("2099-01-01T00:00:00Z");
    assert!(late.verdict == Unverified && late.reasons[0].contains("(x=)"), "{late:?}");
    let (key, text) = ed25519();
    let signer = DkimSigner::from_key(key).domain("northwind.test").selector("mail").headers(["Subject"]);
    let mail = signer.sign(MAIL.as_bytes()).unwrap().to_header() + MAIL;
    check(&mail, &text, Unverified, "does not cover From");
}

#[test]
fn a_key_that_is_none_or_not_for_this_proves_nothing() {
    let (key, text) = ed25519();
    let mail = signed_as(MAIL, "northwind.test", key);
    check(&mail, "v=spf1 -all", Unverified, "no key stands at mail._domainkey.northwind.test");
    check(&mail, "v=DKIM1; p=", Unverified, "its key was withdrawn");
    check(&mail, "v=DKIM1; k=ed25519; p=!!", Unverified, "its key does not read");
    for (more, why) in [("t=y", "trial"), ("s=tlsrpt", "not for mail"), ("h=sha1", "not for SHA-256")] {
        check(&mail, &format!("{text}; {more}"), Unverified, why);
    }
    check(&mail, &format!("{text}; t=s; s=email:x; h=sha1:sha256"), Verified, "dkim=pass");
    let none = found(&mail, "2026-11-02T09:14:07Z", &[]).judge();
    assert!(
        none.verdict == Unverified && none.reasons[0].contains("dkim=permerror, no key stands"),
        "{none:?}"
    );
    let failed = HashMap::from([(NAME.to_owned(), Asked::Failed("no answer in 10 s".into()))]);
    let failed = examine(mail.as_bytes(), DateTime::UNIX_EPOCH, &failed).judge();
    assert!(failed.verdict == Unverified && failed.reasons[0].contains("dkim=temperror"), "{failed:?}");
}

#[test]
fn five_signatures_are_looked_at_and_one_by_one() {
    let (key, text) = ed25519();
    let mail = signed_as(MAIL, "northwind.test", key);
    let field = mail.strip_suffix(MAIL).unwrap();
    let strangers = |n: usize| {
        let of = |i| field.replace("d=northwind.test", &format!("d=stranger-{i}.example"));
        (0..n).map(of).collect::<String>()
    };
    assert_eq!(keys_wanted((strangers(9) + &mail).as_bytes()).len(), 5);
    check(&(strangers(4) + &mail), &text, Verified, "dkim=pass");
    check(&(strangers(5) + &mail), &text, Unverified, "No signature is of northwind.test's own");
}
