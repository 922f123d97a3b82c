//! Who vouches for the sender (RFC 8601, INTEROP.md 5). In: a mail and the authserv-ids that count; out: a verdict
//! with its reasons. Invariant: what a sender could have written himself verifies nobody.
//!
//! One field counts: the topmost Authentication-Results of a configured server that stands above the first foreign
//! Received (see [`super::received`]). Where the mail entered, the field may stand above the entry's own Received or
//! right below it, because Postfix puts what its milters add below its own line; the next Received ends the search.
//! Our servers must remove what claims to be theirs from incoming mail (RFC 8601 5): nothing that a reader can see
//! tells a forged field in that place from a genuine one.

use super::alignment::same_organisation;
use super::auth_results::{self, AuthResults, Finding};
use super::header::Headers;
use super::read::skip_preface;
use super::received::{Hop, hop};
use super::{Verdict, Vouch, limit};

/// Judges the sender of a mail by what our own server found when it came in. `raw` may be the mail or its headers.
#[must_use]
pub fn vouch(raw: &[u8], authserv_ids: &[String]) -> Vouch {
    let raw = skip_preface(raw.get(..limit::MAIL).unwrap_or(raw));
    let (headers, _) = Headers::read(raw, 0, limit::HEADERS, |_| false);
    let from = match author_domain(&headers) {
        Ok(domain) => domain,
        Err(reason) => return unverified(reason),
    };
    if authserv_ids.is_empty() {
        return unverified("No server is configured whose Authentication-Results count.".into());
    }
    match own_results(&headers, authserv_ids) {
        Ok(results) => judge(&results, &from),
        Err(reason) => unverified(reason),
    }
}

/// The servers that speak in the Authentication-Results of a mail, topmost first, whether they count or not.
#[must_use]
pub fn authserv_ids(raw: &[u8]) -> Vec<String> {
    let raw = skip_preface(raw.get(..limit::MAIL).unwrap_or(raw));
    let (headers, _) = Headers::read(raw, 0, limit::HEADERS, |_| false);
    headers.all("Authentication-Results").map(|one| auth_results::read(&one.raw()).authserv_id).collect()
}

fn unverified(reason: String) -> Vouch {
    Vouch { verdict: Verdict::Unverified, reasons: vec![reason] }
}

/// The domain of the one From address: with several, nobody knows for whom the results speak.
pub(super) fn author_domain(headers: &Headers<'_>) -> Result<String, String> {
    let (good, bad) = headers.addresses("From");
    match (good.as_slice(), headers.all("From").count()) {
        ([one], 1) if bad.is_empty() => Ok(one.address.domain().to_owned()),
        ([], _) => Err("The mail has no From address that could be verified.".into()),
        (more, n_fields) => Err(format!(
            "The mail names {} From addresses in {n_fields} From field(s); exactly one can be verified.",
            more.len() + bad.len()
        )),
    }
}

/// The one field that counts, or why there is none.
fn own_results(headers: &Headers<'_>, authserv_ids: &[String]) -> Result<AuthResults, String> {
    let mut entered = false;
    let mut others = Vec::new();
    for header in headers.iter() {
        if header.name.eq_ignore_ascii_case("Received") {
            match hop(&header.raw(), authserv_ids) {
                Hop::Foreign => break,
                _ if entered => break,
                Hop::Entry => entered = true,
                Hop::Inner => {}
            }
        } else if header.name.eq_ignore_ascii_case("Authentication-Results") {
            let results = auth_results::read(&header.raw());
            if authserv_ids.iter().any(|id| id.eq_ignore_ascii_case(&results.authserv_id)) {
                return Ok(results);
            }
            others.push(results.authserv_id);
        }
    }
    let ours = authserv_ids.join(" or ");
    let mut reason =
        format!("No Authentication-Results of {ours} stands above the first foreign Received line");
    if let Some(other) = others.first() {
        let other: String = other.chars().filter(|c| !c.is_control()).take(100).collect();
        let other = if other.is_empty() { "a server that gives no name".to_owned() } else { other };
        reason = format!("{reason}; the one of {other} does not count");
    }
    Err(reason + ".")
}

/// The rule of INTEROP.md 5.
fn judge(results: &AuthResults, from: &str) -> Vouch {
    let server = &results.authserv_id;
    let of = |method: &'static str| results.findings.iter().filter(move |finding| finding.method == method);
    let aligned = |finding: &Finding| signer(finding).is_some_and(|domain| same_organisation(domain, from));
    let any = |method, result: &str| of(method).any(|finding| finding.result == result && aligned(finding));
    // A domain without a DMARC policy (`none`) leaves the decision to DKIM and SPF.
    let dmarc: Vec<_> = of("dmarc").filter(|finding| finding.result != "none").collect();
    let say = |verdict, reason: String| Vouch { verdict, reasons: vec![format!("{server} says {reason}.")] };

    if dmarc.iter().any(|finding| finding.result == "fail") {
        return say(Verdict::Failed, format!("dmarc=fail for {from}"));
    }
    let is_about_from =
        |finding: &&Finding| finding.domain("header.from").is_none_or(|of| same_organisation(of, from));
    if !dmarc.is_empty() && dmarc.iter().all(|finding| finding.result == "pass" && is_about_from(finding)) {
        return say(Verdict::Verified, format!("dmarc=pass for {from}"));
    }
    if any("dkim", "pass") {
        return say(Verdict::Verified, format!("dkim=pass for a signature of {from}'s own organisation"));
    }
    if dmarc.is_empty() && !any("spf", "pass") {
        for method in ["dkim", "spf"] {
            if any(method, "fail") {
                let reason = format!(
                    "{method}=fail for {from}, nothing of that organisation passed, and it has no DMARC result"
                );
                return say(Verdict::Failed, reason);
            }
        }
    }
    let found: Vec<_> = results.findings.iter().take(10).map(describe).collect();
    let found = if found.is_empty() { "nothing was checked".to_owned() } else { found.join(", ") };
    let reason = format!("{found}: neither dmarc=pass nor dkim=pass of {from}'s organisation");
    say(Verdict::Unverified, reason)
}

/// The domain that a finding speaks for.
fn signer(finding: &Finding) -> Option<&str> {
    match finding.method.as_str() {
        "dkim" => finding.domain("header.d").or_else(|| finding.domain("header.i")),
        "spf" => finding.domain("smtp.mailfrom").or_else(|| finding.domain("smtp.helo")),
        _ => None,
    }
}

fn describe(finding: &Finding) -> String {
    let clean = |text: &str| text.chars().filter(|c| !c.is_control()).take(100).collect::<String>();
    let of = signer(finding).map(|domain| format!(" of {}", clean(domain))).unwrap_or_default();
    format!("{}={}{of}", clean(&finding.method), clean(&finding.result))
}

#[cfg(test)]
#[path = "vouch_tests.rs"]
mod tests;
