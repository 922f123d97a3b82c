//! Words that no letter may say, planted in templates and in what people write: each is refused, or read in the letter.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use sscd::domain::letter::{Audience, Envelope, Facts, Templates, folder_names, render};

use crate::letter::shipped;
use crate::said::Said;

/// One edit of a shipped template: these words stand at the head of its body.
fn planted(kind: &str, part: &str, words: &str) -> Result<Templates, String> {
    let path = format!("{}/templates/mail/{kind}/{part}", env!("CARGO_MANIFEST_DIR"));
    let source = std::fs::read_to_string(path).unwrap();
    let edited = source.replacen("{% block body %}", &format!("{{% block body %}}\n{words}\n"), 1);
    assert_ne!(source, edited, "{kind}/{part} has no body");
    Templates::new(&BTreeMap::from([(format!("{kind}/{part}"), edited)])).map_err(|bad| bad.to_string())
}

/// Plain ones and paraphrases.
const THREATS: [&str; 18] = [
    "You are in breach of the Smart Energy Code.",
    "{{ reference }} shows that the User has defaulted.",
    "This is an Event  of\nDefault.",
    "You have failed to comply with Section G.",
    "The SSC may impose sanctions.",
    "Silence will have consequences.",
    "You must comply or explain.",
    "The matter will be referred to the Panel.",
    "We would then refer this, as the SSC has asked us to, to the SEC Panel.",
    "It may lead to the suspension of your rights.",
    "Your rights will be suspended.",
    "Disciplinary steps may follow.",
    "Your non-compliance has been noted.",
    "The User is not compliant.",
    "You have not met all of your obligations.",
    "Action against you is possible.",
    "This is a final notice.",
    "It escalates to the Panel on Monday.",
];

#[test]
fn a_threat_is_read_in_a_letter_wherever_its_words_come_from() {
    let note = |line: &str| {
        let mut notes = Facts::samples().into_iter().map(|sample| sample.facts);
        let mut note = notes.find_map(|facts| if let Facts::Note(note) = facts { Some(note) } else { None });
        note.as_mut().unwrap().lines = vec![line.to_owned()];
        render(&Facts::Note(note.unwrap()), &Envelope::sample(), &shipped()).unwrap()
    };
    assert_eq!(Said::of(&note("The review is on Monday.")).unsayable(Audience::Office), None);
    for threat in THREATS {
        assert!(Said::of(&note(threat)).unsayable(Audience::Office).is_some(), "{threat}");
    }
}

#[test]
fn what_threatens_is_refused_in_whatever_words() {
    // Every kind in turn, and each part of a letter.
    let kinds: Vec<&str> = folder_names().collect();
    for n in 0..THREATS.len().max(kinds.len()) {
        let (threat, kind) = (THREATS[n % THREATS.len()], kinds[n % kinds.len()]);
        for part in ["text.txt", "html.html"] {
            let refusal = planted(kind, part, threat).map(|_| threat).unwrap_err();
            let is_named = refusal.contains(&format!("{kind}/{part}"));
            assert!(is_named && refusal.contains("which no letter may"), "{threat}: {refusal}");
        }
    }
    for hidden in [
        "in <b>de</b>fault, in <em>default</em>",
        "non&#8209;compliance",
        "in&nbsp;default",
        "a bre\u{ad}ach",
    ] {
        assert!(planted("decision", "html.html", hidden).is_err(), "{hidden}");
    }
}

#[test]
fn what_judges_is_refused_to_users_alone() {
    let judgements = [
        "Your notification is overdue.",
        "A retrospective notice was logged.",
        "You failed to tell us the date.",
        "You should have told us before.",
        "It came too late.",
    ];
    for judgement in judgements {
        for kind in ["acknowledgement", "receipt", "decision", "user_cio_advice", "start_question"] {
            let refusal = planted(kind, "text.txt", judgement).map(|_| judgement).unwrap_err();
            assert!(refusal.contains("which no letter to a User may"), "{judgement}: {refusal}");
        }
        for kind in ["new_cases", "decision_request", "paper", "note"] {
            planted(kind, "text.txt", judgement).unwrap();
        }
    }
}

#[test]
fn what_only_sounds_like_it_may_be_said() {
    for harmless in [
        "In the reference, the Panel Information Policy is named.",
        "Please plug it in. Default values are kept.",
        "We come back to it later.",
        "Nobody should suspect anything.",
    ] {
        planted("decision", "text.txt", harmless).unwrap();
    }
}
