//! What we found ourselves of a mail's DKIM signatures when it came (RFC 6376), and the verdict on its sender that this
//! comes to. In: findings, as they are kept with the mail; out: a verdict with its reasons. Invariant: judged from what
//! is kept alone, so that a mail which is read again never gets another verdict.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use memchr::memmem;
use serde::{Deserialize, Serialize};

use super::alignment::same_organisation;
use super::header::Headers;
use super::read::skip_preface;
use super::vouch::author_domain;
use super::{Verdict, Vouch, limit};

/// What was found of one mail. It is never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vouched {
    pub at: DateTime<Utc>,
    /// The domain of its one From address, or why nothing can be verified.
    pub from: Result<String, String>,
    /// Its signatures, topmost first; not all where it bears many.
    pub signatures: Vec<Signed>,
}

/// What was found of one signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// Who signed (d=); empty where the signature does not read.
    pub domain: String,
    /// Which of its keys (s=).
    pub selector: String,
    pub result: DkimResult,
    /// A clause without a stop.
    pub why: String,
    /// The text of the key that stood in the DNS then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// The words of RFC 8601 2.7.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DkimResult {
    Pass,
    /// The mail is not what was signed.
    Fail,
    /// The DNS did not answer while the mail could wait.
    TempError,
    /// It can never prove anything: no key, too weak, for a part of the mail only, over.
    PermError,
}

impl DkimResult {
    fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
        }
    }
}

impl Vouched {
    /// The verdict on the sender (INTEROP.md 5): only a signature of its own organisation proves anything.
    #[must_use]
    pub fn judge(&self) -> Vouch {
        let say = |verdict, reason: String| Vouch { verdict, reasons: vec![reason] };
        let from = match &self.from {
            Ok(from) => from,
            Err(reason) => return say(Verdict::Unverified, reason.clone()),
        };
        let of = |result: DkimResult| {
            let mut own = self.signatures.iter().filter(|signed| same_organisation(&signed.domain, from));
            own.find(|signed| signed.result == result)
        };
        if let Some(signed) = of(DkimResult::Pass) {
            let reason = format!("Our own check of the signature of {}: dkim=pass.", signed.name());
            return say(Verdict::Verified, reason);
        }
        let own = [DkimResult::Fail, DkimResult::TempError, DkimResult::PermError].into_iter().find_map(of);
        match own {
            Some(signed) => {
                let verdict = match signed.result {
                    DkimResult::Fail => Verdict::Failed,
                    _ => Verdict::Unverified,
                };
                let (name, result) = (signed.name(), signed.result.word());
                say(
                    verdict,
                    format!("Our own check of the signature of {name}: dkim={result}, {}.", signed.why),
                )
            }
            None if self.signatures.is_empty() => say(
                Verdict::Unverified,
                format!("It bears no DKIM signature, so nothing shows that {from} sent it."),
            ),
            None => {
                let others = self.signatures.iter().map(Signed::name).collect::<Vec<_>>().join(", ");
                let reason = format!(
                    "No signature is of {from}'s own organisation; those that it bears are of {others}."
                );
                say(Verdict::Unverified, reason)
            }
        }
    }
}

impl Signed {
    fn name(&self) -> String {
        let clean = |text: &str| text.chars().filter(|c| !c.is_control()).take(100).collect::<String>();
        if self.domain.is_empty() {
            return "nobody that it names".into();
        }
        format!("{} ({})", clean(&self.domain), clean(&self.selector))
    }
}

/// A mail as it was signed: what a mailbox puts before it is left off, and its lines end with CR LF again where the
/// mailbox keeps LF alone. With it the domain of its one From address.
///
/// # Errors
/// The reason, as a sentence, why no signature of it could prove who sent it.
pub fn as_signed(raw: &[u8]) -> Result<(Cow<'_, [u8]>, String), String> {
    if raw.len() > limit::MAIL {
        return Err("The mail is too large for its signatures to be checked.".into());
    }
    let raw = skip_preface(raw);
    let (headers, _) = Headers::read(raw, 0, limit::HEADERS, |_| false);
    if headers.iter().count() >= limit::HEADERS {
        return Err("The mail has too many header fields for its signatures to be checked.".into());
    }
    let from = author_domain(&headers)?;
    if memmem::find(raw, b"\r\n").is_some() {
        return Ok((Cow::Borrowed(raw), from));
    }
    let mut text = Vec::with_capacity(raw.len() + raw.len() / 40);
    for line in raw.split_inclusive(|octet| *octet == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(line) => text.extend([line, b"\r\n"].concat()),
            None => text.extend(line),
        }
    }
    Ok((Cow::Owned(text), from))
}

#[cfg(test)]
#[path = "dkim_tests.rs"]
mod tests;
