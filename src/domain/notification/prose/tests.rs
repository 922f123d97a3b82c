//! Tests of what is read of sentences, and of what is not.

use serde_json::Value;

use super::prose;
use crate::domain::message::TextPart;

/// The values that are read, by field.
fn read(text: &str) -> Vec<(String, String)> {
    let text = TextPart { part: 1, is_html: false, text: text.into(), document: None };
    let roles = ["Import Supplier", "Gas Supplier"].map(String::from);
    let Some(found) = prose(&[text], &roles) else { return Vec::new() };
    let Ok(Value::Object(fields)) = serde_json::to_value(&found.fields) else { return Vec::new() };
    fields.into_iter().map(|(name, field)| (name, field["value"].to_string().replace('"', ""))).collect()
}

fn check(text: &str, expected: &[(&str, &str)]) {
    let found = read(text);
    let found: Vec<(&str, &str)> =
        found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn a_notice_in_sentences_states_what_it_says() {
    let second = ("system_ordinal", "2");
    check(
        "Power Ltd intends to employ a second User System.",
        &[("employment_stage", "Intending"), second, ("user_party_name", "Power Ltd")],
    );
    check("Please treat this email as our notification of a second User System.", &[second]);
    check(
        "We are procuring our second User System, \"Heron\", which is separate from the first.",
        &[
            ("employment_stage", "Procuring"),
            ("separated_from_first", "Yes"),
            ("system_label", "Heron"),
            second,
        ],
    );
    check(
        "We hereby notify you of our second User System. It was assessed on 3 May 2026 and it shares nothing with our \
         first.",
        &[
            ("previously_assessed", "{answer:Yes,date:{date:2026-05-03,precision:day},reference:null}"),
            second,
        ],
    );
}

#[test]
fn what_is_asked_doubted_denied_or_of_others_states_nothing() {
    for text in [
        "Do we have to notify you of our second User System?",
        "We are considering whether to employ a second User System from 1 March 2027.",
        "We do not intend to employ a second User System. We went live on 1 March 2024 in-house.",
        "We hereby give notice that we no longer use a second User System.",
        "Northwind Ltd, our competitor, is procuring a second User System.",
        "Users who intend to employ a second User System notify the SSC.",
        "Suppose that we intend to employ a second User System.",
        "We intend to employ a second User System and a third User System.",
        "We intend to employ our first User System on 1 March 2027.",
        "If we decide to, we will employ a second User System on 1 March 2027.",
    ] {
        check(text, &[]);
    }
}

/// All that each says beside the notice is of somebody or something else.
#[test]
fn what_is_said_of_something_else_is_not_taken() {
    for text in [
        "The purpose of this letter is to notify you.",
        "GridShare Ltd (Party ID GRID) is a supplier of meters.",
        "Our first User System is built in-house.",
        "Our first User System uses the User ID 90-B3-D5-1F-30-44-00-00.",
        "We asked our in-house counsel.",
        "Our staff were assessed on 3 May 2026.",
        "We named Ravi Shah for questions.",
        "Castle Ltd (known as Keep) is a friend.",
        "Our provider's contact is Max Lund, max.lund@gridshare.test.",
        "GridShare Ltd's own system went live on 5 May 2024.",
        "Please do not disclose the architecture to anybody.",
        "The form is attached and describes the architecture.",
        "We object to the delay.",
        "A meeting on 3 May 2027 is agreed.",
    ] {
        check(&format!("We hereby notify you of our second User System. {text}"), &[("system_ordinal", "2")]);
    }
}

#[test]
fn a_label_is_read_by_itself() {
    check(
        "User Party name: Power Ltd\nWe intend to employ a second User System.",
        &[("employment_stage", "Intending"), ("system_ordinal", "2")],
    );
}

#[test]
fn an_intention_beside_an_earlier_stage_that_is_not_understood_is_none() {
    let second = ("system_ordinal", "2");
    check("We intend to employ a second User System. Development is over.", &[second]);
    check(
        "We intend to employ a second User System. We are testing it.",
        &[("employment_stage", "Testing"), second],
    );
    check(
        "We intend to employ a second User System. It went live in May 2026.",
        &[("actual_start", "{date:2026-05-01,precision:month}"), second],
    );
}

#[test]
fn two_answers_are_none() {
    check(
        "We will employ our second User System from 1 March 2027. We will employ it from 2 March 2027. We will use it \
         from 1 March 2027.",
        &[("employment_stage", "Intending"), ("system_ordinal", "2")],
    );
}
