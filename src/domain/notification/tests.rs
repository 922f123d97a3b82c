//! Whole texts, in many hands, and what is read from them.

use super::*;
use crate::domain::message::TextPart;
use crate::domain::policy::Policy;

fn part(text: &str) -> TextPart {
    TextPart { text: text.into(), ..TextPart::default() }
}

pub(super) fn read(text: &str) -> Vec<Notification> {
    notifications(&[part(text)], &Policy::default().user_roles)
}

/// The fields as one compact line of JSON, values alone.
fn values_of(notification: &Notification) -> String {
    let serde_json::Value::Object(fields) = serde_json::to_value(&notification.fields).unwrap() else {
        panic!()
    };
    let plain = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    fields
        .iter()
        .map(|(name, field)| format!("{name}={}", plain(&field["value"])))
        .collect::<Vec<_>>()
        .join("; ")
}

fn check(text: &str, expected: &[&str]) {
    let found: Vec<String> = read(text).iter().map(values_of).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn pairs_are_found_in_any_order_wrapped_numbered_and_bulleted() {
    check(
        "Dear SECAS,\n\nPlease find our notice below.\n\n\
         1. Name of User Party: Northwind Energy\n   Retail Ltd\n\
         2) Employment stage = Testing\n\
         - Purpose: a different engagement portal for our\nnon-domestic customers\n\
         * User IDs:\n   - 90-B3-D5-1F-30-01-00-00\n   - 90b3d51f3001000a\n\
         Which date do you go live?\n\
         Planned go-live date?  Q3 2027\n\n\
         Kind regards\nAnn\n",
        &["employment_stage=Testing; intended_start={\"date\":\"2027-07-01\",\"precision\":\"quarter\"}; \
           purpose=a different engagement portal for our non-domestic customers; \
           user_ids=[\"90-B3-D5-1F-30-01-00-00\",\"90-B3-D5-1F-30-01-00-0A\"]; \
           user_party_name=Northwind Energy Retail Ltd"],
    );
}

#[test]
fn rows_of_cells_are_pairs() {
    check(
        "User Party name\tNorthwind\nStage\tTesting\n\nPurpose\tmigration\tsee note",
        &["employment_stage=Testing; purpose=migration; user_party_name=Northwind"],
    );
    check(
        "| User Party name | Northwind |\n|---|---|\n| Stage | Testing |",
        &["employment_stage=Testing; user_party_name=Northwind"],
    );
    check(
        "1\tUser Party name:\tNorthwind\n2\tProvided by:\tShared Resource Provider",
        &["provision=SharedResourceProvider; user_party_name=Northwind"],
    );
    check("Provided by\tVendor\nPurpose\tBackground", &["provision=OtherThirdParty; purpose=Background"]);
    check("Customer segment\tNon-domestic\tNon-domestic", &["customer_segment=NonDomestic"]);
    check(
        "Company\tSouthwind\nUser System name\tPlatform",
        &["system_label=Platform; user_party_name=Southwind"],
    );
    check("User Party name\tNorthwind\tParty ID\tNWER", &["party_id=NWER; user_party_name=Northwind"]);
    check(
        "User Party name\tStage\tStart date\nNorthwind\tTesting\tMarch 2027",
        &[
            "employment_stage=Testing; intended_start={\"date\":\"2027-03-01\",\"precision\":\"month\"}; user_party_name=Northwind",
        ],
    );
}

#[test]
fn one_mail_may_notify_several_systems() {
    check(
        "User Party name: Northwind\nContact: Ann Reed, ann@power.test\n\n\
         System 1\nSystem name: A\nStage: Testing\nStart date: March 2027\n\n\
         System 2\nSystem name: B\nStage: Procuring\nStart date: May 2027\n",
        &[
            "contact={\"email\":\"ann@power.test\",\"name\":\"Ann Reed\",\"telephone\":null}; employment_stage=Testing; intended_start={\"date\":\"2027-03-01\",\"precision\":\"month\"}; system_label=A; user_party_name=Northwind",
            "contact={\"email\":\"ann@power.test\",\"name\":\"Ann Reed\",\"telephone\":null}; employment_stage=Procuring; intended_start={\"date\":\"2027-05-01\",\"precision\":\"month\"}; system_label=B; user_party_name=Northwind",
        ],
    );
    check(
        "\tSystem A\tSystem B\nUser Party name\tNorthwind\tSouthwind\nStage\tTesting\tProcuring\nProvided by\tIn-house\tIn-house\nRemarks\tx\ty",
        &[
            "employment_stage=Testing; provision=InHouse; user_party_name=Northwind",
            "employment_stage=Procuring; provision=InHouse; user_party_name=Southwind",
        ],
    );
    check(
        "User Party name\tStage\tOrdinal\nNorthwind\tTesting\tsecond\nSouthwind\tProcuring\tthird",
        &[
            "employment_stage=Testing; system_ordinal=2; user_party_name=Northwind",
            "employment_stage=Procuring; system_ordinal=3; user_party_name=Southwind",
        ],
    );
}

#[test]
fn one_value_may_fill_two_fields() {
    check(
        "Provided by: Shared Service Provider (Meterlink)",
        &["provision=SharedResourceProvider; srp_name=Meterlink"],
    );
    check(
        "Shared Resource Provider: Meterlink Ltd",
        &["provision=SharedResourceProvider; srp_name=Meterlink Ltd"],
    );
    check(
        "Stage: live since 3 May 2026",
        &["actual_start={\"date\":\"2026-05-03\",\"precision\":\"day\"}; employment_stage=AlreadyInUse"],
    );
    check(
        "In use since: 3 May 2026",
        &["actual_start={\"date\":\"2026-05-03\",\"precision\":\"day\"}; employment_stage=AlreadyInUse"],
    );
    check(
        "Start date: in use since 3 May 2026",
        &["actual_start={\"date\":\"2026-05-03\",\"precision\":\"day\"}; employment_stage=AlreadyInUse"],
    );
}

#[test]
fn withheld_is_not_missing() {
    let one = |text: &str| read(text).remove(0);
    let ids = one("User Party name: N\nUser IDs: withheld (commercially sensitive)\nArchitecture: withheld");
    assert_eq!(ids.withheld, [WithheldItem::Ids, WithheldItem::Architecture]);
    assert!(
        !ids.missing.contains(&"user_ids".into()) && !ids.missing.contains(&"architecture_provided".into())
    );
    let contact = one("User Party name: N\nContact: withheld");
    assert!(contact.fields.contact.is_none() && !contact.missing.contains(&"contact".into()), "{contact:?}");
    assert_eq!(contact.withheld, [WithheldItem::Other]);
}

#[test]
fn the_contact_in_separate_lines_is_one_field() {
    check(
        "Contact details\nName: Ann Reed\nEmail: ann@power.test\nTel: 020 7946 0123\n\nKind regards\nBob\nEmail: bob@power.test",
        &["contact={\"email\":\"ann@power.test\",\"name\":\"Ann Reed\",\"telephone\":\"020 7946 0123\"}"],
    );
    check("Kind regards\nBob\nEmail: bob@power.test\nTel: 020 7946 0123", &[]);
}

#[test]
fn what_is_quoted_is_not_read() {
    check(
        "Stage: Testing\n\n> Purpose: migration\nOn Mon, 2 Nov 2026, SECAS wrote:\n> User Party name: N",
        &["employment_stage=Testing"],
    );
    check(
        "Thanks.\n\nFrom: SECAS\nSent: Monday\nTo: Ann\nSubject: x\n\nUser Party name: N\nStage: Testing",
        &[],
    );
}

#[test]
fn what_is_missing_depends_on_the_rest() {
    let missing = |text: &str| read(text).remove(0).missing.join(" ");
    let all = "user_party_name user_roles contact system_ordinal employment_stage intended_start id_arrangement user_ids architecture_provided provision previously_assessed";
    assert_eq!(missing("Purpose: migration"), all);
    assert_eq!(
        missing(
            "User Party name: N\nRoles: Gas Supplier\nStage: in use\nProvided by: SRP\nID arrangement: undecided\nArchitecture: to follow"
        ),
        "contact system_ordinal actual_start reason_not_notified_before srp_name previously_assessed customer_segment"
    );
}

/// The problems, each with its field.
fn told(one: &Notification) -> Vec<String> {
    one.problems.iter().map(|problem| format!("{}: {}", problem.field, problem.found)).collect()
}

/// The names, or the words of the problem where there is no name.
fn check_names(text: &str, expected: &[&str]) {
    let found: Vec<String> = read(&format!("{text}\n\nStage: Testing\n"))
        .into_iter()
        .map(|one| match one.fields.user_party_name {
            Some(name) => name.value,
            None => told(&one).join("; "),
        })
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn several_users_are_several_notifications_where_their_names_are_certain() {
    let both = &["Northwind Ltd", "Southwind plc"];
    for text in [
        "User Party names: Northwind Ltd\nSouthwind plc",
        "User Party name: Northwind Ltd\nSouthwind plc",
        "User Party names: Northwind Ltd\n                  Southwind plc",
        "User Party name: Northwind Ltd\n                  Southwind plc",
        "Users:\n- Northwind Ltd\n- Southwind plc",
        "Users:\n* Northwind Ltd\n* Southwind plc",
        "Users:\n\u{2022} Northwind Ltd\n\u{2022} Southwind plc",
        "Users:\n1. Northwind Ltd\n2. Southwind plc",
        "Users:\n   - Northwind Ltd\n   - Southwind plc",
        "User: Northwind Ltd and Southwind plc",
        "User: Northwind Ltd, and Southwind plc",
        "User: Northwind Ltd & Southwind plc",
        "User: Northwind Ltd, Southwind plc",
        "User: Northwind Ltd; Southwind plc",
        "User: Northwind Ltd,\nSouthwind plc",
        "User: Northwind Ltd and\nSouthwind plc",
        "User: Northwind Ltd; and\nSouthwind plc",
        "| Users | Northwind Ltd; Southwind plc |",
    ] {
        check_names(text, both);
    }
    let three = "Users:\n- Northwind\n- Southwind Energy\n- Eastwind";
    check_names(three, &["Northwind", "Southwind Energy", "Eastwind"]);
    check_names("User: Northwind; Southwind", &["Northwind", "Southwind"]);
    check_names("User Party names: Northwind\nSouthwind", &["Northwind", "Southwind"]);
}

#[test]
fn what_may_be_one_name_or_two_is_for_a_person() {
    for (text, words) in [
        ("Users: Northwind and Southwind", "Northwind and Southwind"),
        ("Users: Northwind, Southwind Ltd", "Northwind, Southwind Ltd"),
        ("User: Northwind Ltd and Southwind", "Northwind Ltd and Southwind"),
        ("User: Northwind Ltd; Southwind", "Northwind Ltd; Southwind"),
        ("User: Northwind,\nSouthwind", "Northwind, Southwind"),
        ("User: Northwind\n   Southwind", "Northwind Southwind"),
        ("User: Northwind\nSouthwind Ltd", "Northwind Southwind Ltd"),
        ("User: Northwind Ltd (N) and Southwind Ltd (S)", "Northwind Ltd (N) and Southwind Ltd (S)"),
    ] {
        check_names(text, &[&format!("user_party_name: {words}")]);
    }
    for one in [
        "Smith and Sons Ltd",
        "Marks, Spencer Ltd",
        "Castlegate Gas & Power Ltd",
        "Northwind Ltd (trading as Southwind Ltd)",
        "Rowan and Hale",
        "Northwind Ltd, Leeds",
    ] {
        check_names(&format!("User: {one}"), &[one]);
    }
    check_names("User: Northwind Energy\n   Retail Ltd", &["Northwind Energy Retail Ltd"]);
    check_names("User: Northwind Ltd\nPart of Northwind Group plc", &["Northwind Ltd"]);
    check_names("User: Northwind Ltd\nThis notice is ours.", &["Northwind Ltd"]);
    check_names("Users: Northwind Ltd", &["Northwind Ltd"]);
}

#[test]
fn several_users_share_all_but_what_is_of_one() {
    let found = read(
        "Users: Northwind Ltd; Southwind Ltd\nParty ID: NWER\nUser IDs: 90-B3-D5-1F-30-01-00-00\nStage: Testing",
    );
    assert_eq!(found.len(), 2);
    for one in found {
        assert!(one.fields.party_id.is_none() && one.fields.user_ids.is_none(), "{one:?}");
        let told: Vec<&str> = one.problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(told, ["party_id", "user_ids"]);
        assert_eq!(one.fields.employment_stage.map(|stage| stage.value), Some(EmploymentStage::Testing));
    }
}

#[test]
fn bullets_are_no_words() {
    for bullet in ["-", "*", "\u{2022}", "\u{2013}"] {
        check(&format!("Your name for the system:\n{bullet} Bluebird\n"), &["system_label=Bluebird"]);
        check(
            &format!("Purpose:\n{bullet} a portal\n{bullet} for non-domestic supply\n"),
            &["purpose=a portal; for non-domestic supply"],
        );
    }
    check("Purpose:\n1. a portal\n2. migration\n", &["purpose=a portal; migration"]);
    check(
        "Purpose: for two ends:\n- a portal\n- migration\n",
        &["purpose=for two ends: a portal; migration"],
    );
    check(
        "Contact:\n- Ann Reed\n- ann@power.test\n",
        &["contact={\"email\":\"ann@power.test\",\"name\":\"Ann Reed\",\"telephone\":null}"],
    );
    check(
        "Shared Resource Provider:\n- Meterlink\n",
        &["provision=SharedResourceProvider; srp_name=Meterlink"],
    );
    check("User Party name:\n- Northwind Ltd\n", &["user_party_name=Northwind Ltd"]);
    check("Your name for the system: Bluebird - two\n", &["system_label=Bluebird - two"]);
}

#[test]
fn what_is_required_and_said_not_to_apply_is_a_problem() {
    let told = |text: &str| told(&read(text).remove(0));
    assert_eq!(told("User: N\nAssessed before: N/A"), ["previously_assessed: N/A"]);
    assert_eq!(told("User: N\nRoles: Gas Supplier\nCustomers served: N/A"), ["customer_segment: N/A"]);
    assert_eq!(told("User: N\nRoles: Other User\nCustomers served: N/A"), [""; 0]);
    assert_eq!(told("User: N\nStage: in use\nIntended start: N/A"), [""; 0]);
    assert_eq!(told("User: N\nAssessed before:"), [""; 0]);
}

#[test]
fn an_arrangement_withheld_beside_stated_ids_contradicts_itself() {
    let one = read("User: N\nID arrangement: withheld\nUser IDs: 90-B3-D5-1F-30-01-00-00").remove(0);
    let told: Vec<&str> = one.problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(told, ["id_arrangement"]);
    assert!(one.fields.user_ids.is_some());
}

#[test]
fn two_ordinals_are_none() {
    let one = read("User: N\nYour name for the system: Alpha and Beta\nUser System number: second and third");
    let told: Vec<&str> =
        one.iter().flat_map(|n| &n.problems).map(|problem| problem.field.as_str()).collect();
    assert_eq!(told, ["system_ordinal"]);
}

#[test]
fn of_a_list_below_a_label_nothing_is_lost() {
    let one = read("User: N\nYour name for the system:\n- Alpha\n- Beta\nStage: Testing").remove(0);
    assert_eq!(told(&one), ["system_label: - Alpha - Beta"]);
    let one = read("User: N\nInformation withheld:\n- User IDs\n- architecture\nStage: Testing").remove(0);
    assert_eq!(one.withheld, [WithheldItem::Ids, WithheldItem::Architecture]);
}
