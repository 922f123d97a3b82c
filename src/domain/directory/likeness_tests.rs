//! Senders that could be mistaken for somebody of the directory.

use super::super::tests::{address, on, tables};
use super::*;
use crate::domain::message::{Verdict, Vouch};

fn notes(name: &str, from: &str, reply_to: &[&str]) -> Vec<String> {
    let directory = Directory::index(tables());
    let sender = Sender {
        address: Some(address(from)),
        name: Some(name.into()),
        reply_to: reply_to.iter().map(|to| address(to)).collect(),
        vouch: Vouch { verdict: Verdict::Verified, reasons: vec![] },
    };
    directory.mistakable(&sender, &address("secas@secas-office.test"), on())
}

/// One note for each of `expected`, which holds it.
fn check(name: &str, from: &str, reply_to: &[&str], expected: &[&str]) {
    let found = notes(name, from, reply_to);
    let is_right = found.len() == expected.len()
        && found.iter().zip(expected).all(|(found, expected)| found.contains(expected));
    assert!(is_right, "{name} {from} {reply_to:?}: {found:#?}");
}

#[test]
fn a_domain_that_looks_like_a_known_one_is_shown_beside_it() {
    let whole = |from: &str, how: &str| check("", from, &[], &[how]);
    whole("a@northwlnd.test", "northwlnd.test, whose domain is one letter away from northwind.test");
    whole("a@nortwhind.test", "one letter away from northwind.test, which is of Northwind Energy Ltd");
    whole("a@n0rthwind.test", "written with other letters and looks like northwind.test");
    whole("a@mail.n0rthwind.example", "looks like northwind.test");
    whole(
        "a@xn--nrthwind-zdg.test",
        "(shown as \"nοrthwind.test\"), whose domain is written with other letters",
    );
    whole(
        "a@nοrthwind.test",
        "nοrthwind.test (xn--nrthwind-zdg.test), whose domain is written with other letters",
    );
    whole("a@northwind.example", "bears under another ending the name of northwind.test");
    whole("a@northwind.test.post.example", "has within it the whole of northwind.test");
    whole("a@northwind-test.example", "has within it the whole of northwind.test");
    whole("a@secas-offlce.test", "which is of this office");
    whole("a@secas-office.example", "which is of this office");
}

#[test]
fn those_whom_we_know_and_those_who_are_like_nobody_are_not_noted() {
    for from in [
        "a@northwind.test",
        "a@mail.northwind.test",
        "a@southwind.test",
        "a@secas-office.test",
        "a@post.secas-office.test",
        "a@unrelated.test",
        // One letter away, and too short to tell.
        "a@heat.test",
    ] {
        check("Ann Other", from, &[], &[]);
    }
}

#[test]
fn a_name_that_is_somebody_elses_is_noted_beside_whose_it_is() {
    let far = "a@free-mail.example";
    check("security of Northwind Energy Ltd", far, &[], &["a contact of Northwind Energy Ltd"]);
    check("Energy Northwind Of, Security", far, &[], &["a contact of Northwind Energy Ltd"]);
    check("Νorthwind Εnergy", far, &[], &["as does Northwind Energy Ltd, who writes from northwind.test"]);
    check("Northwind Energy Limited", far, &[], &["who writes from northwind.test: not from a@free"]);
    check("Old Wind plc", "a@mail.northwind.test", &[], &[]);
    check("Ann (ann@northwind.test)", far, &[], &["shows ann@northwind.test, and it comes from a@free"]);
    check("Ann (ann@northwind.test)", "a@southwind.test", &[], &[]);
    check("Ann", far, &[], &[]);
}

#[test]
fn answers_that_would_go_elsewhere_are_noted() {
    let from = "a@northwind.test";
    check("", from, &["b@free-mail.example"], &["wants answers at b@free-mail.example"]);
    check("", from, &["b@northwlnd.test"], &["wants answers at b@northwlnd.test, of", "one letter away"]);
    check("", from, &["b@mail.northwind.test", "c@southwind.test"], &[]);
}
