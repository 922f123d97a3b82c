//! The trace of a mail (RFC 5321 4.4), as far as it tells our own servers from foreign ones. In: a Received field
//! and the names of our servers; out: which kind of hop it was.
//!
//! What can be known without a list of hosts: our authserv-ids are names of our servers or of our domain
//! (RFC 8601 2.5), so a host of the same organisational domain is ours; names without a dot and private addresses
//! never cross the internet. A field is only as true as its writer, but each of our servers writes above
//! what it was given. So, from the top: hops among our own servers, then the one entry at which a server of ours took
//! the mail from a foreign one. Whatever Received stands below the entry is foreign, even if it bears our name.

use std::net::IpAddr;

use super::alignment::same_organisation;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hop {
    /// From one of our servers to another.
    Inner,
    /// From a foreign server to one of ours.
    Entry,
    Foreign,
}

pub(super) fn hop(received: &str, authserv_ids: &[String]) -> Hop {
    // Nearly all servers fold this field, most before `by` (RFC 5322 2.2.3).
    let received = received.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let (from, by) = clauses(&received);
    let ours =
        |host: &str| authserv_ids.iter().any(|id| host == id.to_lowercase() || same_organisation(host, id));
    match by.split_whitespace().next().unwrap_or_default() {
        by if ours(by) => {
            if is_inner(from, &ours) {
                Hop::Inner
            } else {
                Hop::Entry
            }
        }
        by if is_local_name(by) && is_inner(from, &ours) => Hop::Inner,
        _ => Hop::Foreign,
    }
}

/// What stands after `from` and after `by`, comments included.
fn clauses(received: &str) -> (&str, &str) {
    let text = received.trim_start();
    if let Some(by) = text.strip_prefix("by ") {
        return ("", by);
    }
    let text = text.strip_prefix("from ").unwrap_or(text);
    // A comment may hold the word, as in `(authenticated by ann)`: the clause is the one outside of brackets.
    let mut depth = 0_usize;
    let found = text.match_indices(['(', ')', ' ']).find_map(|(at, what)| {
        match what {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => return text.get(at..).filter(|rest| depth == 0 && rest.starts_with(" by ")).map(|_| at),
        }
        None
    });
    found.and_then(|at| Some((text.get(..at)?, text.get(at + " by ".len()..)?))).unwrap_or((text, ""))
}

/// A program of our own host, or a server of ours whose name our server saw for itself: a name that was only said
/// in HELO, which Exim writes `helo=`, proves nothing, nor does one beside `unknown`.
fn is_inner(from: &str, ours: &impl Fn(&str) -> bool) -> bool {
    let words =
        from.split(|c: char| c.is_whitespace() || "()[],;".contains(c)).filter(|word| !word.is_empty());
    let (mut names_ours, mut public) = (false, false);
    for word in words {
        if let Ok(address) = word.trim_start_matches("ipv6:").parse::<IpAddr>() {
            public |= !is_private(address);
        } else if word == "unknown" {
            return false;
        } else if word.contains('=') || word.contains('@') || is_local_name(word) {
            // A remark, or a name that says nothing by itself.
        } else if word.contains('.') {
            if !ours(word) {
                return false;
            }
            names_ours = true;
        }
    }
    names_ours || !public
}

fn is_local_name(host: &str) -> bool {
    let inner = [".local", ".localdomain", ".internal", ".lan"];
    !host.is_empty() && (!host.contains(['.', ':', '[']) || inner.iter().any(|end| host.ends_with(end)))
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hops_are_told_apart() {
        let ids = ["mx.sec.test".to_owned()];
        let check = |received: &str, expected| assert_eq!(hop(received, &ids), expected, "{received}");
        check(
            "from mail.power.test (mail.power.test [198.51.100.7]) by MX.sec.test (Postfix) with ESMTPS id 1; date",
            Hop::Entry,
        );
        check("from mx.sec.test (mx.sec.test [203.0.113.5]) by imap.sec.test with LMTP id 2", Hop::Inner);
        check("from localhost (localhost [127.0.0.1]) by mx.sec.test with ESMTP", Hop::Inner);
        check("from mx.sec.test by dovecot-0 with LMTP", Hop::Inner);
        check("by mx.sec.test (Postfix, from userid 0)", Hop::Inner);
        check(
            "from laptop ([198.51.100.8]) (authenticated by ann) by mail.power.test with ESMTPSA",
            Hop::Foreign,
        );
        check("from a.power.test by b.power.test", Hop::Foreign);
        check("from a.power.test by relay with SMTP", Hop::Foreign);
        check("nonsense", Hop::Foreign);
        check("", Hop::Foreign);
        // Who only says to be ours, is not.
        check("from mx.sec.test (unknown [198.51.100.9]) by mx.sec.test", Hop::Entry);
        check("from mx.sec.test (host.evil.test [198.51.100.9]) by mx.sec.test", Hop::Entry);
        check("from [198.51.100.9] (helo=mx.sec.test) by mx.sec.test with esmtp", Hop::Entry);
        check("from localhost ([198.51.100.9]) by mx.sec.test", Hop::Entry);
        check("from x by mx.sec.test.evil.test", Hop::Foreign);
    }
}
