//! Values as people write them, and what is read from each.

use super::*;
use crate::domain::notification::EmploymentStage::{AlreadyInUse, Developing, Intending, Procuring, Testing};
use crate::domain::notification::WithheldItem::{Architecture, Ids, Other, Srp};
use crate::domain::notification::{
    ArchitectureProvided as A, CustomerSegment as C, IdArrangement as I, Ordinal, Provision as P,
    YesNoUnknown,
};
use crate::domain::policy::Policy;

fn check_ids(words: &str, expected: &[&str], n_problems: usize) {
    let read = ids::read(words);
    assert_eq!(read.value.unwrap_or_default(), expected, "{words:?}");
    assert_eq!(read.problems.len(), n_problems, "{words:?}: {:?}", read.problems);
}

#[test]
fn user_ids_are_read_in_all_spellings_and_a_bad_one_spoils_no_other() {
    let one = "90-B3-D5-1F-30-01-00-00";
    let two = "90-B3-D5-1F-30-01-00-0A";
    for words in [
        "90-B3-D5-1F-30-01-00-00",
        "90b3d51f30010000",
        "90:b3:d5:1f:30:01:00:00",
        "90 B3 D5 1F 30 01 00 00",
        " 90-b3-D5-1f-30-01-00-00. ",
        "0x90B3D51F30010000",
        "90B3-D51F-3001-0000",
        "ID 1: 90-B3-D5-1F-30-01-00-00",
        "90-B3-D5-1F-\n  30-01-00-00",
        "90\u{2011}B3\u{2011}D5\u{2011}1F\u{2011}30\u{2011}01\u{2011}00\u{2011}00",
        "90-B3-D5-1F-30-01-00-00 (Import Supplier)",
        "1. 90-B3-D5-1F-30-01-00-00",
        "90-B3-D5-1F-30-01-00-00, 90:B3:D5:1F:30:01:00:00",
    ] {
        check_ids(words, &[one], 0);
    }
    check_ids("90-B3-D5-1F-30-01-00-00 and 90B3D51F3001000A", &[one, two], 0);
    check_ids("- 90-B3-D5-1F-30-01-00-00\n- 90 b3 d5 1f 30 01 00 0a", &[one, two], 0);
    check_ids("90 B3 D5 1F 30 01 00 00 90 B3 D5 1F 30 01 00 0A", &[one, two], 0);
    check_ids("90-B3-D5-1F-30-01-00; 90B3D51F3001000A", &[two], 1);
    check_ids("90-B3-D5-1F-30-01-00-0G", &[], 1);
    check_ids("90-B3-D5-1F-30-01-00-00-00", &[], 1);
    check_ids("90B3D51F3001000", &[], 1);
    check_ids("to be allocated", &[], 1);
    check_ids("TBC", &[], 1);
    check_ids("n/a", &[], 0);
    check_ids("90-B3-D5-1F-30-01-00-00 to 90-B3-D5-1F-30-01-00-0A", &[one, two], 1);
}

fn check<T: PartialEq + std::fmt::Debug>(
    read: fn(&str) -> Read<T>,
    words: &str,
    expected: impl Into<Option<T>>,
) {
    let expected = expected.into();
    let found = read(words);
    assert_eq!(found.value, expected, "{words:?}: {:?}", found.problems);
}

#[test]
fn an_ordinal_is_two_or_more() {
    for words in ["second", "2nd", "2", "Second User System", "Two", "our second (2nd)", "System 2"] {
        check(ordinal::read, words, Some(Ordinal::Exactly(2)));
    }
    check(ordinal::read, "Third", Some(Ordinal::Exactly(3)));
    check(ordinal::read, "12th", Some(Ordinal::Exactly(12)));
    check(ordinal::read, "twenty-first", Some(Ordinal::Exactly(21)));
    check(ordinal::read, "twenty second", Some(Ordinal::Exactly(22)));
    check(ordinal::read, "our eleventh User System", Some(Ordinal::Exactly(11)));
    check(ordinal::read, "thirtieth", Some(Ordinal::Exactly(30)));
    for words in ["additional", "a further one", "second or subsequent"] {
        let read = ordinal::read(words);
        assert_eq!((read.value, read.problems.len()), (Some(Ordinal::AtLeast { at_least: 2 }), 1), "{words}");
    }
    for words in ["first", "1", "not our second", "second or third", "second and third", "0", "TBC", "new"] {
        check(ordinal::read, words, None);
    }
}

#[test]
fn a_stage_is_never_read_from_what_is_denied() {
    for (words, stage) in [
        ("Intending", Intending),
        ("We intend to employ it", Intending),
        ("planned", Intending),
        ("Intending to use", Intending),
        ("planned go-live", Intending),
        ("Procuring", Procuring),
        ("In procurement, contract award expected in May", Procuring),
        ("Developing", Developing),
        ("in development; go-live planned for March 2027", Developing),
        ("Build", Developing),
        ("Testing", Testing),
        ("Testing - not yet in use", Testing),
        ("SIT", Testing),
        ("AlreadyInUse", AlreadyInUse),
        ("Already in use", AlreadyInUse),
        ("Live since 3 May 2026", AlreadyInUse),
        ("In live use", AlreadyInUse),
        ("employed since June 2026", AlreadyInUse),
        ("already utilised", AlreadyInUse),
        ("[ ] Intending [x] Procuring [ ] Testing", Procuring),
        ("Not yet in use, still developing", Developing),
        ("intend to utilise", Intending),
        ("Not in use yet\nbut in test", Testing),
    ] {
        check(stage::read, words, Some(stage));
    }
    for words in [
        "not in use",
        "no longer in use",
        "considering whether to employ it",
        "not testing",
        "it is not, and will not be, in use",
        "Intending / Procuring / Developing / Testing / AlreadyInUse",
        "we may use it",
        "unclear",
        "never used",
        "testing and in use",
        "In use, but not, as yet, rolled out",
        "In use,\nbut not, as yet, rolled out",
    ] {
        check(stage::read, words, None);
    }
}

#[test]
fn choices() {
    for (words, value) in [
        ("SingleExisting", I::SingleExisting),
        ("Single (existing)", I::SingleExisting),
        ("the same ID as today", I::SingleExisting),
        ("SingleNew", I::SingleNew),
        ("a single new ID", I::SingleNew),
        ("Multiple", I::Multiple),
        ("two new IDs", I::Multiple),
        ("more than one", I::Multiple),
        ("Undecided", I::Undecided),
        ("not yet decided", I::Undecided),
        ("TBC", I::Undecided),
    ] {
        check(arrangement::read, words, Some(value));
    }
    for words in ["single", "single or multiple", "not multiple", "SingleExisting / SingleNew"] {
        check(arrangement::read, words, None);
    }
    for (words, value, name) in [
        ("In-house", P::InHouse, None),
        ("InHouse", P::InHouse, None),
        ("built by ourselves", P::InHouse, None),
        ("Shared Service Provider (Meterlink)", P::SharedResourceProvider, Some("Meterlink")),
        ("SharedResourceProvider (Meterlink)", P::SharedResourceProvider, Some("Meterlink")),
        ("SRP - Meterlink Ltd", P::SharedResourceProvider, Some("Meterlink Ltd")),
        ("Meterlink (Shared Resource Provider)", P::SharedResourceProvider, Some("Meterlink")),
        ("Shared Resource Provider: Grid & Grain Ltd.", P::SharedResourceProvider, Some("Grid & Grain Ltd")),
        ("a Shared Service Provider", P::SharedResourceProvider, None),
        ("SRP (name withheld)", P::SharedResourceProvider, None),
        ("SRP (TBC)", P::SharedResourceProvider, None),
        ("Other third party", P::OtherThirdParty, None),
        ("an external vendor", P::OtherThirdParty, None),
        ("Undecided", P::Undecided, None),
        ("Not in-house, third party", P::OtherThirdParty, None),
    ] {
        check(provision::read, words, Some(value));
        assert_eq!(provision::provider_name(words), name, "{words}");
    }
    check(provision::read, "In-house (Leeds and York)", Some(P::InHouse));
    for words in [
        "not in-house",
        "in-house or third party",
        "Meterlink",
        "no longer by an SRP",
        "In-house / Meterlink",
        "Meterlink / In-house",
        "In-house and Meterlink",
        "In-house/Meterlink",
    ] {
        check(provision::read, words, None);
    }
    for (words, value) in [
        ("Attached", A::Attached),
        ("see attachment", A::Attached),
        ("ViaSecureForm", A::ViaSecureForm),
        ("via your secure form", A::ViaSecureForm),
        ("To follow", A::ToFollow),
        ("will be sent by secure form", A::ToFollow),
        ("Withheld", A::Withheld),
        ("we decline to disclose it", A::Withheld),
        ("None", A::None),
        ("not provided", A::None),
        ("not attached, will follow", A::ToFollow),
    ] {
        check(architecture::read, words, Some(value));
    }
    check(architecture::read, "not attached", None);
    for (words, value) in [
        ("Domestic", C::Domestic),
        ("Non-domestic", C::NonDomestic),
        ("NonDomestic only", C::NonDomestic),
        ("Both", C::Both),
        ("domestic and non-domestic", C::Both),
        ("not a supplier", C::NotSupplier),
        ("I&C", C::NonDomestic),
        ("SMEs", C::NonDomestic),
    ] {
        check(segment::read, words, Some(value));
    }
    check(segment::read, "not domestic", None);
}

#[test]
fn an_assessment_is_claimed_with_its_date_and_reference() {
    let read = |words: &str| {
        assessed::read(words).value.map(|v| (v.answer, v.date.map(|d| d.date.to_string()), v.reference))
    };
    let yes = YesNoUnknown::Yes;
    assert_eq!(
        read("Yes, 12 March 2026, ref UCIO-2026-07"),
        Some((yes, Some("2026-03-12".into()), Some("UCIO-2026-07".into())))
    );
    assert_eq!(read("Yes"), Some((yes, None, None)));
    assert_eq!(read("Yes (report MLK/14)"), Some((yes, None, Some("MLK/14".into()))));
    assert_eq!(
        read("Assessed in March 2026 as part of Meterlink's own"),
        Some((yes, Some("2026-03-01".into()), None))
    );
    for no in ["No", "no - new build", "never", "not previously assessed", "It has not been assessed"] {
        assert_eq!(read(no), Some((YesNoUnknown::No, None, None)), "{no}");
    }
    for unknown in ["Unknown", "not known", "we do not know", "TBC"] {
        assert_eq!(read(unknown), Some((YesNoUnknown::Unknown, None, None)), "{unknown}");
    }
    for none in ["Yes/No", "due in March 2027", "to be assessed"] {
        assert_eq!(read(none), None, "{none}");
    }
    check(assessed::read_separated, "Fully separated", Some(YesNoUnknown::Yes));
    check(assessed::read_separated, "not separated", Some(YesNoUnknown::No));
    check(assessed::read_separated, "partly separated", None);
}

#[test]
fn roles_are_those_of_the_list() {
    let known = Policy::default().user_roles;
    let read = |words: &str| {
        let read = roles::read(words, &known);
        (read.value.unwrap_or_default().into_iter().collect::<Vec<_>>().join("+"), read.problems.len())
    };
    assert_eq!(read("Import Supplier, Gas Supplier"), ("Gas Supplier+Import Supplier".into(), 0));
    assert_eq!(read("import and export suppliers"), ("Export Supplier+Import Supplier".into(), 0));
    assert_eq!(read("IS, ES & GS"), ("Export Supplier+Gas Supplier+Import Supplier".into(), 0));
    assert_eq!(read("- Gas Transporter\n- Other User"), ("Gas Transporter+Other User".into(), 0));
    assert_eq!(read("Gas Supplier, Wizard"), ("Gas Supplier".into(), 1));
    assert_eq!(read("Gas Supplier, not Import Supplier"), ("Gas Supplier".into(), 1));
    assert_eq!(read("Supplier"), (String::new(), 1));
    assert_eq!(read("Registered Supplier Agents"), ("Registered Supplier Agent".into(), 0));
    assert_eq!(read("Electricity Distributor role"), ("Electricity Distributor".into(), 0));
}

#[test]
fn meters_need_their_segment() {
    let read = |words: &str| meters::read(words).value.map(|count| (count.domestic, count.non_domestic));
    assert_eq!(read("12,000 domestic and 300 non-domestic"), Some((Some(12_000), Some(300))));
    assert_eq!(read("domestic: 12 000; non-domestic: 0"), Some((Some(12_000), Some(0))));
    assert_eq!(read("about 12k domestic"), Some((Some(12_000), None)));
    assert_eq!(read("1.2 million domestic"), Some((Some(1_200_000), None)));
    assert_eq!(read("Domestic meters: 12,000\nNon-domestic meters: 300"), Some((Some(12_000), Some(300))));
    for none in
        ["12,000", "10,000-12,000 domestic", "12.000 domestic", "domestic", "between 1 and 2 domestic"]
    {
        assert_eq!(read(none), None, "{none}");
    }
}

#[test]
fn a_contact_is_one_line_or_several() {
    let all = "Ann Reed|ann.reed@power.test|020 7946 0123";
    for words in [
        "Ann Reed, ann.reed@power.test, 020 7946 0123",
        "Ann Reed <ann.reed@power.test> 020 7946 0123",
        "Ann Reed, Head of Metering, ann.reed@power.test / 020 7946 0123",
        "Ann Reed\nann.reed@power.test\n020 7946 0123",
        "Ann Reed (email: ann.reed@power.test, tel: 020 7946 0123)",
        "Contact name: Ann Reed\nContact email: ann.reed@power.test\nContact telephone: 020 7946 0123",
        "Ann Reed\nEmail: ann.reed@power.test\nTel: 020 7946 0123",
        "Ann Reed - ann.reed@power.test - 020 7946 0123",
        "Name: Ann Reed\nPurpose: a\nEmail: ann.reed@power.test\nTel: 020 7946 0123",
        "Ann Reed ann.reed@power.test 020 7946 0123",
    ] {
        let c = contact::read(words).value.unwrap();
        let found = [c.name, c.email, c.telephone].map(Option::unwrap_or_default).join("|");
        assert_eq!(found, all, "{words}");
    }
    assert_eq!(contact::read("Ann Reed").problems.len(), 1);
    assert!(contact::read("n/a").value.is_none());
    assert!(contact::read("TBC").value.is_none());
}

#[test]
fn withheld_is_said_in_many_ways() {
    let read = |words: &str| {
        withheld::read(words)
            .value
            .map(|w| (w.items.into_iter().collect::<Vec<_>>(), w.reason.unwrap_or_default()))
    };
    assert_eq!(read("User IDs, commercially sensitive"), Some((vec![Ids], "commercially sensitive".into())));
    assert_eq!(
        read("We decline to disclose the IDs, commercially sensitive"),
        Some((vec![Ids], "commercially sensitive".into()))
    );
    assert_eq!(read("IDs and architecture"), Some((vec![Ids, Architecture], String::new())));
    assert_eq!(
        read("User IDs: withheld, commercially sensitive"),
        Some((vec![Ids], "commercially sensitive".into()))
    );
    assert_eq!(read("SRP (as it is not yet announced)"), Some((vec![Srp], "it is not yet announced".into())));
    assert_eq!(read("yes"), Some((vec![Other], String::new())));
    assert_eq!(
        read("User IDs: Not provided on security grounds"),
        Some((vec![Ids], "security grounds".into()))
    );
    assert_eq!(read("Architecture: Confidential, under NDA"), Some((vec![Architecture], "under NDA".into())));
    for plain in [
        "Not provided on security grounds",
        "not provided for security reasons",
        "we would rather not say",
        "Refused",
        "confidential",
        "Commercial in confidence",
    ] {
        assert!(withheld::says_withheld(plain), "{plain}");
    }
    for open in ["attached, confidential", "not provided", "Confidential data portal", "not withheld"] {
        assert!(!withheld::says_withheld(open), "{open}");
    }
    for none in ["none", "No", "nothing is withheld", "n/a", ""] {
        assert_eq!(read(none), None, "{none}");
    }
}

#[test]
fn no_objection_is_none() {
    for none in
        ["No", "None", "No objection", "we do not object", "no objections to the SSC being informed", "n/a"]
    {
        check(text::read_objection, none, None);
    }
    check(
        text::read_objection,
        "Yes: the acquisition is not public",
        Some("Yes: the acquisition is not public".to_owned()),
    );
}

#[test]
fn a_date_is_no_purpose() {
    for date in ["1 March 2027", "Q2 2027", "01/03/2027"] {
        let read = text::read_purpose(date);
        assert_eq!((read.value, read.problems.len()), (None, 1), "{date}");
    }
    let migration = "migration by 30 June 2027";
    assert_eq!(text::read_purpose(migration).value.as_deref(), Some(migration));
}
