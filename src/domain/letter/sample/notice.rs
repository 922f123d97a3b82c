//! Samples of what answers a mail: acknowledgements and receipts.

use super::super::super::message::{Classification, Problem};
use super::super::{Acknowledgement, Facts, Receipt, Step};
use super::{Sample, at, gap, on, read_as, stated};

/// Acknowledgements and receipts.
pub(super) fn samples() -> Vec<Sample> {
    let acknowledgement = |name, letter| Sample { name, facts: Facts::Acknowledgement(letter) };
    let receipt = |name, letter| Sample { name, facts: Facts::Receipt(letter) };
    vec![
        acknowledgement("complete", complete()),
        acknowledgement("incomplete", incomplete()),
        acknowledgement("already in use", in_use()),
        acknowledgement("withheld", withheld()),
        acknowledgement("red values", red_values()),
        acknowledgement("red", Acknowledgement { classification: Classification::Red, ..incomplete() }),
        acknowledgement("problems", problems()),
        acknowledgement("confirm", confirm()),
        acknowledgement(
            "confirm by telephone",
            Acknowledgement { sent_by: None, came: Some("by telephone".into()), ..confirm() },
        ),
        acknowledgement("confirm incomplete", Acknowledgement { confirm: true, ..incomplete() }),
        acknowledgement("hostile", hostile()),
        acknowledgement("nothing read", nothing_read()),
        receipt("gap filled", gap_filled()),
        receipt("still missing", still_missing()),
        receipt("nothing changed", Receipt { changed: Vec::new(), ..gap_filled() }),
        receipt("red", Receipt { classification: Classification::Red, ..still_missing() }),
        receipt("hostile", hostile_receipt()),
    ]
}

pub(super) fn complete() -> Acknowledgement {
    Acknowledgement {
        reference: "SUS-2026-0001".into(),
        user: "Northwind Energy Supply Ltd".into(),
        received_at: at("2026-06-04T09:15:00Z"),
        start_as_stated: Some("1 March 2027".into()),
        understood: vec![
            stated("User Party name", "Northwind Energy Supply Ltd"),
            stated("User Roles affected", "Import Supplier, Gas Supplier"),
            stated("Contact", "Ann Field, ann.field@northwind.test, 020 7946 0123"),
            read_as("User System number", "2nd", "the second"),
            stated("Your name for the system", "Engage portal"),
            read_as("Stage of employment", "we are procuring", "Procuring"),
            stated("Intended start", "1 March 2027"),
            read_as("Single or multiple User IDs", "one new ID", "SingleNew"),
            read_as("User IDs", "90b3d51f30010000", "90-B3-D5-1F-30-01-00-00"),
            read_as("Architecture", "diagram attached", "Attached"),
            stated("Provided by", "Shared Service Provider (Meterlink)"),
            stated("Assessed before", "Yes, November 2025, reference UA-2025-118"),
            stated("Customers served", "Domestic"),
            stated(
                "Purpose",
                "A separate engagement portal for customers who move to us\nfrom the acquisition of Eastwind, to be retired by 2029.",
            ),
        ],
        missing: Vec::new(),
        missing_due_on: None,
        withheld: Vec::new(),
        problems: Vec::new(),
        confirm: false,
        sent_by: None,
        came: None,
        next: vec![consideration(), decision()],
        classification: Classification::Amber,
    }
}

fn incomplete() -> Acknowledgement {
    let mut letter = complete();
    letter.understood.truncate(6);
    Acknowledgement {
        start_as_stated: None,
        missing: vec![gap("intended_start"), gap("user_ids"), gap("previously_assessed")],
        missing_due_on: Some(on(2026, 6, 18)),
        next: vec![
            Step {
                what: "The three missing details reach us.".into(),
                on: Some(on(2026, 6, 18)),
                by_five: true,
                why: "10 Working Days after Thursday 4 June 2026; the day of issue does not count.".into(),
            },
            consideration(),
            decision(),
        ],
        ..letter
    }
}

fn in_use() -> Acknowledgement {
    let mut letter = complete();
    letter.start_as_stated = Some("since 2 February 2026".into());
    letter
        .understood
        .retain(|field| !matches!(field.label.as_str(), "Intended start" | "Stage of employment"));
    letter.understood.push(read_as("Stage of employment", "live", "already in use"));
    letter.understood.push(stated("In use since", "since 2 February 2026"));
    letter.missing = vec![gap("reason_not_notified_before")];
    letter.missing_due_on = Some(on(2026, 6, 18));
    letter
}

fn withheld() -> Acknowledgement {
    let mut letter = complete();
    letter.understood.retain(|field| !matches!(field.label.as_str(), "User IDs" | "Architecture"));
    Acknowledgement { withheld: vec!["User IDs".into(), "Architecture".into()], ..letter }
}

fn red_values() -> Acknowledgement {
    let mut letter = complete();
    for field in &mut letter.understood {
        if matches!(field.label.as_str(), "Architecture" | "User IDs" | "Your name for the system") {
            field.words = None;
            field.understood = None;
        }
    }
    letter
}

fn problems() -> Acknowledgement {
    Acknowledgement {
        problems: vec![
            Problem {
                field: "user_ids".into(),
                found: "90-B3-D5-1F-30-01-00".into(),
                expected: "8 octets in hexadecimal, such as 90-B3-D5-1F-30-01-00-00".into(),
            },
            Problem {
                field: "system_ordinal".into(),
                found: "an additional system".into(),
                expected: "which User System it is: second, third, ...".into(),
            },
            Problem {
                field: "mail".into(),
                found: "an attachment named diagram.vsdx of 0 octets".into(),
                expected: "a file with content".into(),
            },
        ],
        ..complete()
    }
}

fn confirm() -> Acknowledgement {
    Acknowledgement {
        confirm: true,
        sent_by: Some("Jo Bright, jo.bright@meterlink.test".into()),
        ..complete()
    }
}

fn nothing_read() -> Acknowledgement {
    Acknowledgement {
        understood: vec![stated("User Party name", "Northwind Energy Supply Ltd")],
        next: vec![Step {
            what: "A person at SECAS reads your mail.".into(),
            on: None,
            by_five: false,
            why: String::new(),
        }],
        classification: Classification::Unmarked,
        ..incomplete()
    }
}

/// Whatever a stranger can put into a mail.
pub(super) fn hostile() -> Acknowledgement {
    let long = "x".repeat(300);
    Acknowledgement {
        user: "Evil \"Energy\"\r\nBcc: everybody@power.test\r\n\r\n<script>alert(1)</script>".into(),
        start_as_stated: Some("{{ 7 * 7 }}\u{202e}7202 hcraM\u{0}".into()),
        sent_by: Some(format!("<img src=x onerror=alert(1)> {long}@power.test")),
        confirm: true,
        understood: vec![
            stated("User Party name", "</td></table><h1>APPROVED</h1>"),
            stated("Purpose", &"many words, again and again; ".repeat(60)),
            stated("Contact", "شركة الطاقة الشمالية المحدودة"),
            stated("Your name for the system", &format!("{long}\u{2028}{long}")),
            stated("Provided by", "R&D \"Zoë\" Ångström's <b>Ltd</b> \u{2013} £5"),
            stated("User IDs", &"90-B3-D5-1F-30-01-00-00\n".repeat(40)),
        ],
        problems: vec![Problem {
            field: "mail".into(),
            found: long.clone(),
            expected: "a name\r\n.\r\nQUIT".into(),
        }],
        withheld: vec!["IDs\r\n\r\nYou are approved".into()],
        ..incomplete()
    }
}

fn gap_filled() -> Receipt {
    Receipt {
        reference: "SUS-2026-0001".into(),
        user: "Northwind Energy Supply Ltd".into(),
        received_at: at("2026-06-10T15:42:00Z"),
        changed: vec![
            stated("Intended start", "March 2027"),
            read_as("User IDs", "90b3d51f30010000", "90-B3-D5-1F-30-01-00-00"),
        ],
        missing: Vec::new(),
        missing_due_on: None,
        problems: Vec::new(),
        next: vec![consideration()],
        classification: Classification::Amber,
    }
}

fn still_missing() -> Receipt {
    Receipt {
        missing: vec![gap("previously_assessed")],
        missing_due_on: Some(on(2026, 6, 18)),
        problems: vec![Problem {
            field: "intended_start".into(),
            found: "31 June 2027".into(),
            expected: "a day that exists, such as 30 June 2027".into(),
        }],
        ..gap_filled()
    }
}

fn hostile_receipt() -> Receipt {
    Receipt { changed: hostile().understood, user: hostile().user, next: Vec::new(), ..still_missing() }
}

fn consideration() -> Step {
    Step {
        what: "The SSC considers the notification at its meeting.".into(),
        on: Some(on(2026, 6, 24)),
        by_five: false,
        why: "It is the first SSC meeting whose paper cut-off, 7 Working Days before it, has not passed."
            .into(),
    }
}

fn decision() -> Step {
    Step {
        what: "You receive the SSC's decision in a letter: either it waits for your next annual review, or an ad-hoc review is arranged."
            .into(),
        on: None,
        by_five: false,
        why: "It follows when the SSC has decided.".into(),
    }
}
