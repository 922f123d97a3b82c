//! Directories, and whom they know.

use chrono::NaiveDate;

use super::*;
use crate::domain::id::Address;
use crate::domain::policy::Policy;
use crate::domain::workday::{WorkingDays, local};

pub(super) fn on() -> NaiveDate {
    "2026-06-01".parse().unwrap()
}

pub(super) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn user(key: &str, name: &str, party_id: &str, group: Option<&str>) -> User {
    let contact = |who: &str| Contact {
        name: format!("{who} of {name}"),
        email: address(&format!("{who}@{key}.test")),
        telephone: None,
    };
    User {
        key: Key(key.into()),
        name: name.into(),
        aliases: vec![],
        party_id: party_id.into(),
        category: PartyCategory::SmallSupplier,
        roles: vec!["Gas Supplier".into()],
        premises: Premises::default(),
        user_ids: vec![],
        domains: vec![format!("{key}.test")],
        group: group.map(String::from),
        contact: contact("security"),
        senior_contact: contact("director"),
        user_cio: None,
        last_assessment: None,
        valid_from: "2019-01-01".parse().unwrap(),
        valid_until: None,
    }
}

fn person(key: &str, role: Role) -> Person {
    Person {
        key: Key(key.into()),
        name: key.into(),
        emails: vec![address(&format!("{key}@northwind.test"))],
        role,
        acts: vec![],
        party: None,
        alternate_for: None,
        login: None,
        valid_from: "2026-01-01".parse().unwrap(),
        valid_until: Some("2026-12-31".parse().unwrap()),
    }
}

pub(super) fn tables() -> Tables {
    let mut northwind = user("northwind", "Northwind Energy Ltd", "NWE", Some("wind"));
    northwind.aliases = vec!["Old Wind plc".into()];
    northwind.user_ids = vec!["90-B3-D5-1F-30-01-00-00".into()];
    let southwind = user("southwind", "Southwind Gas & Sons Limited", "SWG", Some("wind"));
    let mut heath = user("heath", "Heath Power", "HEA", None);
    heath.user_ids = vec!["90-B3-D5-1F-30-02-00-00".into()];
    heath.domains.push("metering.group.test".into());
    let provider = |key: &str, kind| Provider {
        key: Key(key.into()),
        name: key.into(),
        aliases: vec![],
        kind,
        domains: vec![format!("{key}.test")],
        systems: vec![],
        valid_from: "2019-01-01".parse().unwrap(),
        valid_until: None,
    };
    let secas = Person { acts: vec![Act::Triage], login: Some("sam".into()), ..person("sam", Role::Secas) };
    Tables {
        users: vec![northwind, southwind, heath],
        providers: vec![
            provider("meterlink", ProviderKind::SharedResourceProvider),
            provider("advice", ProviderKind::Consultant),
        ],
        people: vec![secas, person("carol", Role::SscChair), person("mo", Role::SscMember)],
        meetings: ["2026-06-23", "2026-06-09", "2026-07-14"]
            .map(|on| Meeting { body: Body::Ssc, on: on.parse().unwrap() })
            .into(),
    }
}

fn directory() -> Directory {
    Directory::new(tables(), &Policy::default().user_roles).unwrap()
}

#[test]
fn a_user_is_known_by_party_id_name_and_user_id_and_contradictions_are_conflicts() {
    let ids = |n: u8| vec![format!("90-B3-D5-1F-30-0{n}-00-00")];
    let check = |name, party_id, user_ids: &[String], expected: Result<&str, &str>| {
        let directory = directory();
        let found = match directory.match_user(name, party_id, user_ids, on()) {
            UserMatch::Found(user, because) => {
                assert!(because.contains(&user.name), "{because}");
                Ok(user.key.0.clone())
            }
            UserMatch::Conflict(_) => Err("conflict"),
            UserMatch::None => Err("none"),
        };
        assert_eq!(found.as_deref().map_err(|e| *e), expected, "{name:?} {party_id:?} {user_ids:?}");
    };
    check(Some("NORTHWIND ENERGY LIMITED"), Some("nwe"), &ids(1), Ok("northwind"));
    check(Some("Old Wind"), None, &[], Ok("northwind"));
    check(Some("Southwind Gas and Sons"), None, &[], Ok("southwind"));
    check(Some("A trading name"), Some("NWE"), &[], Ok("northwind"));
    check(Some("Northwind Energy"), Some("07654321"), &[], Ok("northwind"));
    check(None, None, &ids(2), Ok("heath"));
    check(Some("Southwind Gas & Sons"), None, &ids(1), Ok("southwind"));
    check(Some("Northwind Energy"), Some("NWE"), &ids(9), Ok("northwind"));
    check(Some("Heath Power"), Some("NWE"), &[], Err("conflict"));
    check(Some("Heath Power"), None, &ids(1), Err("conflict"));
    check(Some("Northwind"), None, &[], Err("none"));
    check(None, None, &[], Err("none"));
}

#[test]
fn a_domain_stands_for_its_firm_and_its_subdomains_but_not_for_its_parent() {
    let directory = directory();
    let check = |text, expected| assert_eq!(directory.standing(&address(text), on()), expected, "{text}");
    check("ann@northwind.test", Standing::User);
    check("ann@mail.Northwind.test", Standing::User);
    check("ann@metering.group.test", Standing::User);
    check("ann@group.test", Standing::Unknown);
    check("ann@x.metering.group.test", Standing::Unknown);
    check("ann@northwind.test.evil.example", Standing::Unknown);
    check("ann@n0rthwind.test", Standing::Unknown);
    check("ops@meterlink.test", Standing::SrpOnBehalf);
    check("ops@advice.test", Standing::Consultant);
    check("MO@northwind.test", Standing::SscMember);
    let member = directory.standing_of(&address("mo@northwind.test"), on());
    assert_eq!(member.users.len(), 1, "the employer is still told");
    let before = "2018-12-31".parse().unwrap();
    assert_eq!(directory.standing(&address("ann@northwind.test"), before), Standing::Unknown);
}

#[test]
fn a_group_speaks_for_its_users() {
    let directory = directory();
    let northwind = directory.user(&Key("northwind".into())).unwrap();
    assert!(directory.registered_to(&address("a@southwind.test"), northwind, on()));
    assert!(!directory.registered_to(&address("a@heath.test"), northwind, on()));
}

#[test]
fn only_a_person_in_office_whose_row_says_so_may_act() {
    let directory = directory();
    let sam = directory.person_by_login("sam").unwrap();
    let why_not = |key: &str, act, on: &str| {
        let person = directory.person(&Key(key.into())).unwrap();
        directory.may(person, act, on.parse().unwrap()).unwrap_err()
    };
    assert_eq!(directory.may(sam, Act::Triage, on()), Ok(()));
    assert!(why_not("sam", Act::Release, "2026-06-01").contains("\"release\""));
    assert!(why_not("sam", Act::Triage, "2027-01-01").contains("2026-12-31"));
    assert!(why_not("carol", Act::Decide, "2026-06-01").contains("only SECAS"));
}

#[test]
fn the_next_meeting_is_the_first_whose_cut_off_has_not_passed() {
    let days = WorkingDays::from_gov_uk(include_str!("../../../config/bank-holidays.json")).unwrap();
    let next = |on: &str, hour, minute| {
        let at = local(on.parse().unwrap(), chrono::NaiveTime::from_hms_opt(hour, minute, 0).unwrap());
        directory().next_ssc_meeting(&days, 7, at).map(|(on, _)| on.to_string())
    };
    assert_eq!(next("2026-05-29", 17, 0).as_deref(), Some("2026-06-09"));
    assert_eq!(next("2026-05-29", 17, 1).as_deref(), Some("2026-06-23"));
    assert_eq!(next("2026-07-14", 9, 0), None);
    assert_eq!(directory().n_meetings_left(Body::Ssc, "2026-06-23".parse().unwrap()), 2);
}

#[test]
fn what_contradicts_itself_is_refused_all_at_once() {
    let mut tables = tables();
    tables.users[1].party_id = "nwe".into();
    tables.users[1].aliases = vec!["Heath Power Ltd".into()];
    tables.users[2].domains = vec!["northwind.test".into(), "co.uk".into()];
    tables.users[2].roles = vec!["Gas Suplier".into()];
    tables.users[2].user_ids = vec!["90-b3-d5-1f-30-02-00-00".into()];
    tables.providers[0].key = Key("heath".into());
    tables.people[2].acts = vec![Act::Triage];
    tables.people[2].party = Some(Key("nobody".into()));
    tables.people.push(Person { key: Key("deputy".into()), ..person("mo", Role::SscAlternate) });
    tables.people.push(person("second", Role::SscChair));
    tables.meetings.push(tables.meetings[0].clone());
    let wrong = Directory::new(tables, &Policy::default().user_roles).unwrap_err();
    let mut places: Vec<_> = wrong.iter().map(|wrong| (wrong.row, wrong.key.as_str())).collect();
    places.sort_unstable();
    let expected = [
        (Row::User(1), "party_id"),
        (Row::User(2), "domains"),
        (Row::User(2), "domains"),
        (Row::User(2), "name"),
        (Row::User(2), "roles"),
        (Row::User(2), "user_ids"),
        (Row::Provider(0), "key"),
        (Row::Person(2), "acts"),
        (Row::Person(2), "party"),
        (Row::Person(3), "alternate_for"),
        (Row::Person(3), "emails"),
        (Row::Person(4), "role"),
        (Row::Meeting(3), "on"),
    ];
    assert_eq!(places, expected, "{wrong:#?}");
}
