//! Users in a spreadsheet: faults by line and column, and many of them.

use std::fs;
use std::path::Path;

use sscd::config::Config;

use super::{examine, sample};

#[test]
fn a_broken_csv_names_its_line_and_column() {
    let header = "key,name,party_id,category,roles,domains,contact.name,contact.email,senior_contact.name,\
                  senior_contact.email,premises.domestic,valid_from";
    let row = "heath,Heath Power,HEA,Small Supplier,Gas Supplier;Import Supplier,heath.test,Ann,ann@heath.test,Bob,\
               bob@heath.test,1200,2020-01-01";
    let check = |text: String, line, key: &str, found: &str, expected: &str| {
        let folder = sample();
        fs::remove_file(folder.path().join("directory/users.toml")).unwrap();
        fs::write(folder.path().join("directory/users.csv"), &text).unwrap();
        let people = folder.path().join("directory/people.toml");
        let no_parties = fs::read_to_string(&people).unwrap();
        let no_parties = no_parties.lines().filter(|line| !line.starts_with("party ="));
        fs::write(&people, no_parties.collect::<Vec<_>>().join("\n")).unwrap();
        let faults = examine(folder.path(), &[]);
        let [fault] = faults.as_slice() else { panic!("{text}: {faults:#?}") };
        assert_eq!((fault.line, fault.key.as_str()), (Some(line), key), "{fault}");
        assert!(fault.found.contains(found) && fault.expected.contains(expected), "{fault}");
    };
    let file = |row: &str| format!("{header}\n{row}\n");
    check(file(row).replace("party_id", "party_di"), 1, "party_di", "party_di", "party_id (the nearest)");
    check(file(&format!("{row},more")), 2, "", "13 cells", "12");
    check(file(&row.replace("1200", "many")), 2, "user[0].premises.domestic", "\"many\"", "a whole number");
    check(file(&row.replace("HEA", "")), 2, "user[0].party_id", "nothing", "this key");
    check(file(&row.replace(";Import", ";Inport")), 2, "user[0].roles", "Inport Supplier", "Import Supplier");
    check(file(&row.replace("ann@", "ann")), 2, "user[0].contact.email", "annheath.test", "local@domain");
    check(
        format!(
            "{}{row}\n",
            file(&row.replace("heath,Heath", "h2,H2").replace("HEA", "H2"))
                .replace("heath.test,Ann", "h2.test,Ann")
        )
        .replacen("Small Supplier", "Tiny Supplier", 1),
        2,
        "user[0].category",
        "Tiny Supplier",
        "Small Supplier",
    );
}

#[test]
fn twenty_thousand_users_are_read_from_csv() {
    let folder = sample();
    let header = "key,name,party_id,category,roles,user_ids,domains,contact.name,contact.email,\
                  senior_contact.name,senior_contact.email,premises.domestic,valid_from\n";
    let rows = (0..20_000).map(|n| {
        format!(
            "u{n},User Number {n} Ltd,P{n},Small Supplier,Gas Supplier;Import Supplier,90-B3-D5-1F-31-{:02X}-{:02X}-00,\
             u{n}.test,Ann,ann@u{n}.test,Bob,bob@u{n}.test,{n},2020-01-01\n",
            n / 256,
            n % 256
        )
    });
    fs::remove_file(folder.path().join("directory/users.toml")).unwrap();
    fs::write(folder.path().join("directory/users.csv"), header.to_owned() + &rows.collect::<String>())
        .unwrap();
    let people = folder.path().join("directory/people.toml");
    let no_parties = fs::read_to_string(&people).unwrap();
    let no_parties = no_parties.lines().filter(|line| !line.starts_with("party ="));
    fs::write(&people, no_parties.collect::<Vec<_>>().join("\n")).unwrap();
    let examined = Config::examine(Some(&folder.path().join("sscd.toml")), Path::new(""), &[]);
    let (_, snapshot) = examined.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(snapshot.directory.users().len(), 20_000);
    let found = snapshot.directory.users_by_name("user number 19999").next().unwrap();
    assert_eq!((found.party_id.as_str(), found.premises.domestic), ("P19999", 19_999));
}
