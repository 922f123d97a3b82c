//! Findings, and the verdicts that they come to.

use super::DkimResult::{Fail, Pass, PermError, TempError};
use super::*;

fn check(signatures: &[(&str, DkimResult)], expected: Verdict, reason: &str) {
    let signed = |(domain, result): &(&str, DkimResult)| Signed {
        domain: (*domain).into(),
        selector: "mail".into(),
        result: *result,
        why: "so it was found".into(),
        key: None,
    };
    let vouched = Vouched {
        at: DateTime::UNIX_EPOCH,
        from: Ok("power.test".into()),
        signatures: signatures.iter().map(signed).collect(),
    };
    let kept = serde_json::to_string(&vouched).unwrap();
    let vouch = serde_json::from_str::<Vouched>(&kept).unwrap().judge();
    assert_eq!(vouch.verdict, expected, "{signatures:?} {vouch:?}");
    assert!(vouch.reasons[0].contains(reason) && vouch.reasons[0].ends_with('.'), "{vouch:?}");
}

#[test]
fn a_signature_of_the_senders_own_organisation_decides() {
    check(&[("power.test", Pass)], Verdict::Verified, "power.test (mail): dkim=pass");
    check(&[("mail.power.test", Pass)], Verdict::Verified, "dkim=pass");
    check(&[("list.test", Fail), ("power.test", Fail), ("power.test", Pass)], Verdict::Verified, "pass");
    check(&[("power.test", Fail)], Verdict::Failed, "dkim=fail, so it was found");
    check(&[("power.test", PermError), ("power.test", Fail)], Verdict::Failed, "dkim=fail");
    check(&[("power.test", TempError)], Verdict::Unverified, "dkim=temperror");
    check(&[("power.test", PermError)], Verdict::Unverified, "dkim=permerror");
    check(&[], Verdict::Unverified, "no DKIM signature");
}

#[test]
fn a_strangers_signature_proves_nothing() {
    check(&[("list.test", Pass)], Verdict::Unverified, "those that it bears are of list.test (mail)");
    check(&[("list.test", Fail)], Verdict::Unverified, "No signature is of power.test's own");
    check(&[("", PermError)], Verdict::Unverified, "nobody that it names");
    check(&[("notpower.test", Pass)], Verdict::Unverified, "No signature");
}

#[test]
fn nothing_is_checked_where_nobody_can_be_verified() {
    let of = |raw: &str| as_signed(raw.as_bytes()).map(|(raw, from)| (raw.into_owned(), from));
    let lf = of("From MAILER 1\nFrom: ann@power.test\n\nHello\nthere").unwrap();
    assert_eq!(lf, (b"From: ann@power.test\r\n\r\nHello\r\nthere".to_vec(), "power.test".into()));
    assert!(of("Subject: x\n\n").unwrap_err().contains("no From address"));
    assert!(of("From: a@b.test\nFrom: c@d.test\n\n").unwrap_err().contains("2 From addresses"));
    let many = format!("From: a@b.test\n{}\n", "X: y\n".repeat(2_000));
    assert!(of(&many).unwrap_err().contains("too many header fields"));
}
