//! DKIM signatures of one mail, checked against the keys that were found for them (RFC 6376). In: its bytes, the day of
//! receipt, the keys; out: what was found. It asks nobody: who fetches the keys is [`super::Vouch`].
//!
//! More is asked of a signature than the standard does, because it decides whom we answer: SHA-256, RSA of 1,024 bits
//! or Ed25519, From and the whole text signed, a key that is for mail and in earnest.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use mail_auth::AuthenticatedMessage;
use mail_auth::common::crypto::{Algorithm, HashAlgorithm};
use mail_auth::common::parse::TxtRecordParser as _;
use mail_auth::common::verify::{DomainKey, VerifySignature as _};
use mail_auth::dkim::Signature;

use crate::domain::message::{DkimResult, Signed, Vouched, as_signed};

/// Signatures of one mail that are looked at, topmost first.
const SIGNATURES: usize = 5;
/// Header fields that one signature may name.
const FIELDS: usize = 200;
/// Bits of an RSA key.
const WEAK_BELOW: usize = 1_024;

/// What came of asking for a key.
#[derive(Debug, Clone)]
pub(super) enum Asked {
    /// The texts that stand there; none where nothing does.
    Texts(Vec<String>),
    /// Nobody answered, as the words say.
    Failed(String),
}

/// The names in the DNS at which the keys of a mail's signatures would stand.
pub(super) fn keys_wanted(raw: &[u8]) -> Vec<String> {
    let Ok((raw, _)) = as_signed(raw) else { return Vec::new() };
    let Some(message) = AuthenticatedMessage::parse(&raw) else { return Vec::new() };
    let mut names = Vec::new();
    for one in message.dkim_headers.iter().take(SIGNATURES) {
        let name = key_name(&one.header);
        if name.is_ascii() && name.len() < 254 && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Checks a mail's signatures. `at` is when it was received: a signature that was in time then stays so.
pub(super) fn examine(raw: &[u8], at: DateTime<Utc>, keys: &HashMap<String, Asked>) -> Vouched {
    let none = |from| Vouched { at, from, signatures: Vec::new() };
    let (raw, from) = match as_signed(raw) {
        Ok((raw, from)) => (raw, from),
        Err(reason) => return none(Err(reason)),
    };
    let Some(message) = AuthenticatedMessage::parse(&raw) else { return none(Ok(from)) };
    let is_the_same = |address: &String| address.rsplit_once('@').is_some_and(|(_, of)| of == from);
    if !matches!(message.from.as_slice(), [one] if is_the_same(one)) {
        return none(Err(
            "Its From field can be read in more than one way, so nobody can be verified.".into()
        ));
    }
    let mut signatures = Vec::new();
    for one in message.dkim_headers.iter().take(SIGNATURES) {
        let signature = &one.header;
        let signed = |(result, why): (DkimResult, String), key| Signed {
            domain: signature.d.clone(),
            selector: signature.s.clone(),
            result,
            why,
            key,
        };
        if let Err(why) = worth_a_key(signature, at, &message) {
            signatures.push(signed(why, None));
            continue;
        }
        let name = key_name(signature);
        let found = match keys.get(&name) {
            Some(Asked::Texts(texts)) => texts.iter().find(|text| tag(text, "p").is_some()),
            Some(Asked::Failed(why)) => {
                signatures
                    .push(signed((DkimResult::TempError, format!("{name} was not to be had: {why}")), None));
                continue;
            }
            None => None,
        };
        let Some(text) = found else {
            signatures.push(signed((DkimResult::PermError, format!("no key stands at {name}")), None));
            continue;
        };
        let value = without_signature(one.value);
        let came_to = check(signature, text, || {
            message.signed_headers(&signature.h, one.name, &value).collect::<Vec<_>>()
        });
        signatures.push(signed(came_to, Some(text.clone())));
    }
    if message.has_dkim_errors && signatures.len() < SIGNATURES {
        let why = "a signature does not read, or covers only the beginning of the text (l=)".to_owned();
        let (domain, selector, key) = (String::new(), String::new(), None);
        signatures.push(Signed { domain, selector, result: DkimResult::PermError, why, key });
    }
    Vouched { at, from: Ok(from), signatures }
}

fn key_name(signature: &Signature) -> String {
    signature.domain_key().to_ascii_lowercase()
}

type Came = (DkimResult, String);

/// What keeps a signature from proving anything, whatever its key says.
fn worth_a_key(
    signature: &Signature,
    at: DateTime<Utc>,
    message: &AuthenticatedMessage<'_>,
) -> Result<(), Came> {
    let no = |why: &str| Err((DkimResult::PermError, why.to_owned()));
    let at = u64::try_from(at.timestamp()).unwrap_or_default();
    let names = |name: &str| signature.h.iter().any(|field| field.trim().eq_ignore_ascii_case(name));
    if signature.a == Algorithm::RsaSha1 {
        return no("it is signed with SHA-1, which is too weak");
    }
    if signature.l > 0 {
        return no("it covers only the beginning of the text (l=)");
    }
    if !names("from") || signature.h.len() > FIELDS {
        return no("it does not cover From");
    }
    if signature.x > 0 && (signature.x < at || signature.x < signature.t) {
        return no("it was over when the mail came (x=)");
    }
    let hash = HashAlgorithm::from(signature.a);
    let mut hashes = message.body_hashes.iter();
    let found = hashes.find(|(how, by, length, _)| *how == signature.cb && *by == hash && *length == 0);
    match found {
        Some((_, _, _, found)) if *found == signature.bh => Ok(()),
        _ => Err((DkimResult::Fail, "its text is not the one that was signed".into())),
    }
}

/// Checks one signature against the text of a key.
fn check<'x>(signature: &Signature, text: &str, fields: impl FnOnce() -> Vec<(&'x [u8], &'x [u8])>) -> Came {
    let no = |why: &str| (DkimResult::PermError, why.to_owned());
    if tag(text, "p").is_some_and(str::is_empty) {
        return no("its key was withdrawn");
    }
    let lists = |name: &str, word: &str| {
        tag(text, name).is_some_and(|list| list.split(':').any(|one| one.trim().eq_ignore_ascii_case(word)))
    };
    if tag(text, "h").is_some() && !lists("h", "sha256") {
        return no("its key is not for SHA-256");
    }
    if tag(text, "s").is_some() && !lists("s", "*") && !lists("s", "email") {
        return no("its key is not for mail");
    }
    if lists("t", "y") {
        return no("its key is marked as a trial (t=y)");
    }
    if !is_of_domain(signature, lists("t", "s")) {
        return no("it speaks for another domain than it signs for (i=)");
    }
    let Ok(key) = DomainKey::parse(text.as_bytes()) else { return no("its key does not read") };
    if key.p.public_key_bits() < WEAK_BELOW {
        return no("its key has fewer than 1,024 bits");
    }
    let fields = fields();
    match key.p.verify(&mut fields.into_iter(), &signature.b, signature.ch, signature.a) {
        Ok(()) => (DkimResult::Pass, "the signature holds".into()),
        Err(_) => {
            (DkimResult::Fail, "its header fields are not those that were signed, or by another key".into())
        }
    }
}

/// i= must be within d=, and be d= itself where the key says so (t=s).
fn is_of_domain(signature: &Signature, exactly: bool) -> bool {
    if signature.i.is_empty() {
        return true;
    }
    let of = signature.i.rsplit_once('@').map_or("", |(_, of)| of).to_ascii_lowercase();
    let domain = signature.d.to_ascii_lowercase();
    of == domain || (!exactly && of.ends_with(&format!(".{domain}")))
}

/// The value of a tag (RFC 6376 3.2).
fn tag<'x>(text: &'x str, name: &str) -> Option<&'x str> {
    text.split(';').find_map(|one| {
        let (found, value) = one.split_once('=')?;
        (found.trim() == name).then(|| value.trim())
    })
}

/// A DKIM-Signature field as it stood before it was signed: b= has no value, and no line ends it (RFC 6376 3.7).
fn without_signature(value: &[u8]) -> Vec<u8> {
    let mut tags = Vec::new();
    for one in value.split(|octet| *octet == b';') {
        let at = one.iter().position(|octet| *octet == b'=');
        match at.and_then(|at| one.split_at_checked(at + 1)) {
            Some((name, _))
                if name.trim_ascii_start().strip_suffix(b"=").map(<[u8]>::trim_ascii_end) == Some(b"b") =>
            {
                tags.push(name);
            }
            _ => tags.push(one),
        }
    }
    let mut text = tags.join(&b';');
    while text.last().is_some_and(|octet| matches!(octet, b'\r' | b'\n')) {
        text.pop();
    }
    text
}

#[cfg(test)]
#[path = "dkim_tests.rs"]
mod tests;
