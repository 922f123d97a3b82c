//! Marks in all their forms, and colours that mark nothing.

use super::*;
use crate::domain::message::read::tests::with_own;
use crate::domain::message::read_message;

fn check(mail: &str, expected: Option<(Classification, &str)>) {
    let message = with_own(|own| read_message(mail.as_bytes(), own));
    let found = message.marking.as_ref().map(|(colour, words)| (*colour, words.as_str()));
    assert_eq!(found, expected, "{mail}");
}

#[test]
fn every_form_of_marking_is_seen() {
    use Classification::{Amber, Green, Red, White};
    let sentence = "classified as White in accordance with the Panel Information Policy";
    check(&format!("A: b\n\nHello\nThis document is {sentence}."), Some((White, sentence)));
    check(
        "A: b\n\n> This document is CLASSIFIED AS\n> **Red** in accordance\n> with the Panel Information Policy.",
        Some((Red, "CLASSIFIED AS > **Red** in accordance > with the Panel Information Policy")),
    );
    check("Subject: [AMBER] Notice\n\nx", Some((Amber, "[AMBER]")));
    check("Subject: Re: [SEC Red] Notice\n\nx", Some((Red, "[SEC Red]")));
    check("Subject: [TLP:GREEN] Notice\n\nx", Some((Green, "[TLP:GREEN]")));
    check("X-Classification: amber\n\nx", Some((Amber, "X-Classification: amber")));
    check("Sensitivity: Red\n\nx", Some((Red, "Sensitivity: Red")));
    check("A: b\n\n\nClassification: Amber\n\nDear all", Some((Amber, "Classification: Amber")));
    check("A: b\n\nGREEN\nDear all", Some((Green, "GREEN")));
    check(&format!("Subject: [Amber] x\n\nThis is {sentence}."), Some((Amber, "[Amber]")));
}

fn check_head(line: &str, expected: Option<Classification>) {
    let of =
        |mail: String| with_own(|own| read_message(mail.as_bytes(), own)).marking.map(|(colour, _)| colour);
    assert_eq!(of(format!("Subject: {line}\n\nDear all")), expected, "subject {line}");
    assert_eq!(of(format!("Subject: Re: {line}\n\nDear all")), expected, "subject Re: {line}");
    assert_eq!(of(format!("Subject: x\n\n\n{line}\n\nDear all")), expected, "first line {line}");
}

#[test]
fn a_mark_stands_at_the_head_in_many_forms() {
    use Classification::{Amber, Green, Red, White};
    for line in [
        "RED: x",
        "RED - second system",
        "Red \u{2013} second system",
        "TLP:RED x",
        "TLP: Red second system",
        "notice TLP:RED",
        "Classification: Red",
        "Classification: Red second system",
        "CLASSIFICATION: RED (named recipients only)",
        "(Red) x",
        "[RED] x",
        "[EXTERNAL] RED: x",
        "second system (Red)",
        "second system - RED",
        "second system - Red",
        "RED",
        "SEC RED",
        "SEC RED - x",
        "Marked Red",
        "**RED**",
        "This document is classified as Red",
        "This document is classified as Red.",
        "This document is classified as **Red** in accordance with our policy",
        "Amber: now Classification: Red",
    ] {
        check_head(line, Some(Red));
    }
    check_head("AMBER: x", Some(Amber));
    check_head("Marked Green", Some(Green));
    check_head("Classification: White", Some(White));
}

#[test]
fn a_label_marks_wherever_the_writer_puts_it() {
    use Classification::{Amber, Green, Red};
    for (own, expected) in [
        ("User: N\nClassification: Red\nStage: Testing", Some(Red)),
        ("12. SEC classification: RED (named recipients only)", Some(Red)),
        ("| Protective marking | Amber |", Some(Amber)),
        ("Classification\tGreen", Some(Green)),
        ("Classification:\nRed\n", Some(Red)),
        ("Classification: [ ] White [ ] Green [ ] Amber [x] Red", Some(Red)),
        ("Classification: Amber/Red", Some(Red)),
        ("Classification: White / Green / Amber / Red", None),
        ("Classification: not Red", None),
        ("Classification: to be confirmed\nRed Energy Ltd", None),
        ("Supplier: Red Energy Ltd", None),
        ("The red team: Ann", None),
        ("Provider: Red", None),
    ] {
        assert_eq!(marked_by_label(own), expected, "{own}");
    }
}

#[test]
fn a_colour_in_passing_marks_nothing() {
    check("Subject: Red Power Ltd\n\nWe are Green Energy, classified as amber risk.", None);
    check("Subject: [Green Power Ltd] notice\n\nx", None);
    check("Subject: [red or green]\n\nx", None);
    check("Sensitivity: Company-Confidential\n\nx", None);
    for line in [
        "the red team",
        "Red Energy Ltd",
        "Red Energy Ltd - second system",
        "credit",
        "Credit: second system",
        "Amber-listed sites",
        "White Label Supply: second system",
        "Our risk, marked red, is closed",
        "Items marked red team",
        "not classified as Red",
        "Notice of Red Energy (Green) Ltd",
        "Green, amber and red sites",
        "Redcar: second system",
    ] {
        check_head(line, None);
    }
    check("A: b\n\nDear all,\nRed\n", None);
    check("", None);
}
