//! Senders, and who vouches for them.

use super::Verdict::{Failed, Unverified, Verified};
use super::*;

fn check(headers: &str, expected: Verdict, reason: &str) {
    for raw in
        [format!("{headers}\n\nbody"), format!("{headers}\n\nbody").replace('\n', "\r\n"), headers.to_owned()]
    {
        let vouch = vouch(raw.as_bytes(), &["mx.sec.test".into(), "sec.test".into()]);
        assert_eq!(vouch.verdict, expected, "{raw}\n{:?}", vouch.reasons);
        assert!(
            vouch.reasons.iter().any(|r| r.contains(reason) && r.ends_with('.')),
            "{reason}: {:?}",
            vouch.reasons
        );
    }
}

fn check_results(results: &str, expected: Verdict, reason: &str) {
    check(&format!("Authentication-Results: {results}\nFrom: Ann <ann@power.test>"), expected, reason);
}

const FROM: &str = "From: ann@power.test";
const PASS: &str = "Authentication-Results: mx.sec.test; dmarc=pass header.from=power.test";
const ENTRY: &str =
    "Received: from mail.power.test (mail.power.test [198.51.100.7])\n by mx.sec.test with ESMTPS";
const INNER: &str = "Received: from mx.sec.test by imap.sec.test with LMTP";
const FOREIGN: &str = "Received: from laptop by mail.power.test with ESMTPSA";

#[test]
fn the_rule() {
    check_results("mx.sec.test; dmarc=pass header.from=power.test", Verified, "dmarc=pass for power.test");
    check_results(
        "MX.SEC.TEST 1;\n dmarc=pass (p=reject; dis=none)\n header.from=power.test",
        Verified,
        "dmarc=pass",
    );
    check_results("mx.sec.test; dkim=pass header.d=power.test", Verified, "dkim=pass");
    check_results("mx.sec.test; dkim=pass header.d=mail.power.test", Verified, "dkim=pass");
    check_results("mx.sec.test; dkim=pass header.i=@power.test", Verified, "dkim=pass");
    check_results(
        "mx.sec.test; dkim=pass header.d=other.test; dkim=pass header.d=power.test",
        Verified,
        "dkim=pass",
    );
    check_results("mx.sec.test; dmarc=none; dkim=pass header.d=power.test", Verified, "dkim=pass");
    check_results("mx.sec.test; dmarc=temperror; dkim=pass header.d=power.test", Verified, "dkim=pass");

    check_results(
        "mx.sec.test; dmarc=fail header.from=power.test; dkim=pass header.d=power.test",
        Failed,
        "dmarc=fail",
    );
    check_results("mx.sec.test; dkim=fail header.d=power.test", Failed, "dkim=fail");
    check_results("mx.sec.test; spf=fail smtp.mailfrom=x@power.test", Failed, "spf=fail");
    check_results(
        "mx.sec.test; dmarc=none; spf=fail smtp.mailfrom=power.test; dkim=none",
        Failed,
        "spf=fail",
    );

    check_results("mx.sec.test; none", Unverified, "nothing was checked");
    check_results("mx.sec.test; dkim=pass", Unverified, "neither");
    check_results("mx.sec.test; dkim=pass header.d=other.test", Unverified, "dkim=pass of other.test");
    check_results("mx.sec.test; dkim=pass header.d=notpower.test", Unverified, "neither");
    check_results("mx.sec.test; spf=pass smtp.mailfrom=ann@power.test", Unverified, "neither");
    check_results(
        "mx.sec.test; spf=pass smtp.mailfrom=power.test; dkim=fail header.d=power.test",
        Unverified,
        "neither",
    );
    check_results(
        "mx.sec.test; dkim=fail header.d=other.test; spf=fail smtp.mailfrom=other.test",
        Unverified,
        "neither",
    );
    check_results("mx.sec.test; spf=softfail smtp.mailfrom=power.test", Unverified, "neither");
    check_results("mx.sec.test; dmarc=temperror; dkim=fail header.d=power.test", Unverified, "neither");
    check_results("mx.sec.test; dmarc=bestguesspass", Unverified, "neither");
    check_results("mx.sec.test; dmarc=pass header.from=other.test", Unverified, "neither");
    check_results("mx.sec.test; dmarc=pass; dmarc=permerror", Unverified, "neither");
    check_results("mx.sec.test; arc=pass header.d=power.test", Unverified, "neither");
}

#[test]
fn only_our_own_server_counts() {
    check_results("evil.test; dmarc=pass", Unverified, "the one of evil.test does not count");
    check_results("spf=pass smtp.mailfrom=power.test; dmarc=pass", Unverified, "gives no name");
    check_results("mx.sec.test.evil.test; dmarc=pass", Unverified, "does not count");
    check_results("evil.test (mx.sec.test; dmarc=pass)", Unverified, "does not count");
    check(FROM, Unverified, "No Authentication-Results of mx.sec.test or sec.test stands");
    check(&format!("ARC-{PASS}\n{FROM}"), Unverified, "No Authentication-Results");
    let vouch = vouch(format!("{PASS}\n{FROM}\n").as_bytes(), &[]);
    assert_eq!((vouch.verdict, vouch.reasons.len()), (Unverified, 1));
}

#[test]
fn only_the_topmost_counts_and_only_above_the_first_foreign_received() {
    let fail = PASS.replace("pass", "fail");
    let check =
        |lines: &[&str], expected, reason| check(&[lines, &[FROM]].concat().join("\n"), expected, reason);
    check(&[PASS, ENTRY, FOREIGN], Verified, "pass");
    check(&[INNER, PASS, ENTRY, FOREIGN], Verified, "pass");
    check(&[INNER, ENTRY, PASS, FOREIGN], Verified, "pass");
    check(&[PASS], Verified, "pass");
    check(&[&fail, ENTRY, PASS, FOREIGN], Failed, "fail");
    check(&[PASS, &fail], Verified, "pass");
    check(&["Authentication-Results: other.test; dmarc=fail", PASS, ENTRY], Verified, "pass");
    check(
        &["Authentication-Results: mx.sec.test; none", ENTRY, PASS, FOREIGN],
        Unverified,
        "nothing was checked",
    );
    check(&[INNER, ENTRY, FOREIGN, PASS], Unverified, "No Authentication-Results");
    check(&[FOREIGN, PASS], Unverified, "No Authentication-Results");
    // A sender that writes Received lines in our name below the entry gains nothing.
    check(&[ENTRY, INNER, PASS], Unverified, "No Authentication-Results");
    check(&[ENTRY, ENTRY, PASS], Unverified, "No Authentication-Results");
}

#[test]
fn several_authors_or_none_are_verified_by_nothing() {
    check(PASS, Unverified, "no From address");
    check(&format!("{PASS}\nFrom: ann"), Unverified, "no From address");
    check(&format!("{PASS}\n{FROM}, bob@power.test"), Unverified, "2 From addresses in 1");
    check(&format!("{PASS}\n{FROM}\n{FROM}"), Unverified, "2 From addresses in 2");
    check(&format!("{PASS}\n{FROM}\nFrom:"), Unverified, "in 2 From");
    check(&format!("{PASS}\nSender: ann@power.test"), Unverified, "no From address");
    check(&format!("{PASS}\nFrom: ann@power.test <x@evil.test>"), Unverified, "neither");
}
