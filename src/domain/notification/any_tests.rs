//! What holds for any text whatever: reading never fails, and what was read can be pointed at and read again.

use proptest::prelude::*;

use super::tests::read;
use super::values;
use super::*;
use crate::domain::policy::Policy;

/// Every value stands where it says, and its words alone give it again.
fn check_sources(text: &str) {
    for notification in read(text) {
        let fields = notification.fields;
        macro_rules! each {
            ($($field:ident => $again:expr),* $(,)?) => {$(
                if let Some(Field { value, source: Source::Mail { line, words, .. } }) = &fields.$field {
                    let from: Vec<&str> = text.split_inclusive('\n').skip(*line as usize - 1).collect();
                    let from = from.concat();
                    let first = from.lines().next().unwrap_or_default();
                    let at = from.find(words.as_str());
                    assert!(at.is_some_and(|at| at <= first.len()), "{} {words:?} in {text:?}", stringify!($field));
                    let again = $again;
                    assert_eq!(again(words).value.as_ref(), Some(value), "{} {words:?} in {text:?}", stringify!($field));
                }
            )*};
        }
        let roles = Policy::default().user_roles;
        each! {
            user_party_name => values::text::read_party,
            party_id => values::text::read,
            user_roles => |words: &String| values::roles::read(words, &roles),
            contact => |words: &String| values::contact::read(words),
            system_ordinal => values::ordinal::read,
            system_label => values::text::read_label,
            employment_stage => values::stage::read,
            intended_start => values::date::read,
            actual_start => values::date::read,
            reason_not_notified_before => values::text::read,
            confidentiality_objection => values::text::read_objection,
            disclosure_withheld => |words: &String| values::withheld::read(words),
            id_arrangement => values::arrangement::read,
            user_ids => |words: &String| values::ids::read(words),
            architecture_provided => values::architecture::read,
            provision => values::provision::read,
            srp_name => values::text::read_name,
            previously_assessed => |words: &String| values::assessed::read(words),
            customer_segment => values::segment::read,
            purpose => values::text::read_purpose,
            separated_from_first => values::assessed::read_separated,
            meter_count_expected => |words: &String| values::meters::read(words),
        }
    }
}

fn line() -> impl Strategy<Value = String> {
    let labels: Vec<&'static str> = labels::TABLE
        .iter()
        .map(|label| label.label)
        .chain([
            "Name",
            "Email",
            "Tel",
            "Contact name",
            "Domestic meters",
            "Assessment date",
            "Reason for withholding",
            "Note",
        ])
        .collect();
    let values: Vec<&'static str> = labels::TABLE
        .iter()
        .map(|label| label.example)
        .chain([
            "withheld, commercially sensitive",
            "live since 3 May 2026",
            "SRP (Meterlink)",
            "n/a",
            "TBC",
            "",
            "no",
            "- Bluebird",
            "- one\n- two",
            "\u{2022} Northwind Ltd\n\u{2022} Southwind plc",
            "Northwind Ltd; Southwind Ltd",
            "Northwind Ltd,\nSouthwind Ltd and Eastwind plc",
            "Northwind\n   Southwind",
            "Confidential",
            "twenty-first",
            "not in use",
            "\u{e9}t\u{e9} 2027",
        ])
        .collect();
    let value = prop_oneof![4 => proptest::sample::select(values), 1 => Just("\u{1f600} ...")];
    let any = prop_oneof![any::<String>(), "[ -~\t|>-]{0,40}"];
    let sep =
        proptest::sample::select(vec![": ", ":", "\t", " = ", "? ", " - ", " | ", ":\n", ":\n   ", "\t\t"]);
    let lead = proptest::sample::select(vec!["", "", "", "- ", "1. ", "  ", "> ", "| ", "\t"]);
    prop_oneof![
        6 => (lead, proptest::sample::select(labels), sep, value.clone()).prop_map(|(l, a, s, v)| format!("{l}{a}{s}{v}")),
        1 => value.prop_map(|v| format!("   {v}")),
        1 => any,
        1 => Just(String::new()),
        1 => Just("On Mon, 2 Nov 2026, SECAS wrote:".to_owned()),
    ]
}

proptest! {
    #[test]
    fn what_was_read_can_be_pointed_at_and_read_again(lines in proptest::collection::vec(line(), 0..20)) {
        check_sources(&lines.join("\n"));
        check_sources(&lines.join("\r\n"));
    }

    #[test]
    fn reading_never_panics(text in any::<String>()) {
        let _ = read(&text);
        check_sources(&format!("Contact: {text}\nUser IDs: {text}\nStart date: {text}\nMeters: {text}\nProvided by: {text}\nAssessed before: {text}"));
    }
}

/// No reader looks at everything again for each line: ten times the text is not a hundred times the work.
#[test]
fn long_texts_are_read_in_one_go() {
    for text in [
        "User Party name: a\n",
        "User IDs: 90-B3-D5-1F-30-01-00-00\n",
        "90-B3-D5-1F-30-01-00-00 ",
        "Contact: a@b.test\n",
        "\t",
        "| a ",
        "a\tb\n",
        "From: a\n",
        "(",
        "Roles: Gas Supplier Gas Supplier\n",
        "User: a Ltd; a\n",
        "a Ltd, a and ",
        "User System number: 2\nStage: Testing\nStart: May 2027\n",
        ": ",
    ] {
        let text = text.repeat(40_000 / text.len());
        let _ = read(&text);
        for label in ["User IDs", "Contact", "Purpose", "Users", "Ordinal"] {
            let _ = read(&format!("{label}: {text}"));
        }
    }
}
