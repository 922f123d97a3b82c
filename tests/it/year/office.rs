//! The office of a simulated year: the sample that is shipped with many more Users. In: nothing; out: a setting, and the
//! Users as they write to us.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use sscd::config::write_sample;
use sscd::engine::Probe;
use sscd::rehearse::Setting;
use tempfile::TempDir;

pub const N_USERS: usize = 200;
/// Beside those of the sample.
const N_MEMBERS: usize = 12;

/// Letters of the alphabet for a number: names that no two Users nearly share.
fn letters(n: usize) -> String {
    const SYLLABLES: [&str; 15] = [
        "bar", "den", "fol", "gim", "hax", "jor", "kel", "lum", "mop", "nev", "pas", "quo", "rit", "sug",
        "vyn",
    ];
    let name = format!("{}{}", SYLLABLES[n / 15 % 15], SYLLABLES[n % 15]);
    name[..1].to_uppercase() + &name[1..]
}

pub fn name(n: usize) -> String {
    format!("{} Energy Ltd", letters(n))
}

pub fn domain(n: usize) -> String {
    format!("{}.test", letters(n).to_lowercase())
}

/// The contact of a User.
pub fn contact(n: usize) -> String {
    format!("security@{}", domain(n))
}

pub fn setting() -> (TempDir, Arc<Setting>) {
    let folder = tempfile::tempdir().unwrap();
    let config = write_sample(folder.path()).unwrap();
    let users = folder.path().join("directory/users.toml");
    let mut text = fs::read_to_string(&users).unwrap();
    for n in 0..N_USERS {
        let (name, domain, high, low) = (name(n), domain(n), n / 256, n % 256);
        let year = 2026 - i32::from(n % 3 == 0);
        write!(
            text,
            "\n[[user]]\nkey = \"u{n}\"\nname = \"{name}\"\nparty_id = \"U{n:03}\"\ncategory = \"Small Supplier\"\n\
             roles = [\"Import Supplier\", \"Gas Supplier\"]\npremises = {{ domestic = 1000, non_domestic = 0 }}\n\
             user_ids = [\"90-B3-D5-1F-50-{high:02X}-{low:02X}-00\"]\ndomains = [\"{domain}\"]\n\
             contact = {{ name = \"Ann Field\", email = \"security@{domain}\", telephone = \"020 7946 0900\" }}\n\
             senior_contact = {{ name = \"Bo Hill\", email = \"bo.hill@{domain}\", telephone = \"020 7946 0901\" }}\n\
             user_cio = \"ines.moreau\"\n\
             last_assessment = {{ kind = \"Full\", fieldwork_end = {year}-0{}-15, cycle_year = 1, \
             status = \"Approved\", scheme = \"2020\" }}\nvalid_from = 2018-05-14\n",
            n % 9 + 1,
        )
        .unwrap();
    }
    fs::write(&users, text).unwrap();
    let people = folder.path().join("directory/people.toml");
    let mut text = fs::read_to_string(&people).unwrap();
    for n in 0..N_MEMBERS {
        let (name, domain) = (letters(n), domain(n));
        write!(
            text,
            "\n[[person]]\nkey = \"m{n}\"\nname = \"Mae {name}\"\nemails = [\"mae@{domain}\"]\n\
             role = \"ssc_member\"\nparty = \"u{n}\"\nvalid_from = 2025-04-01\n",
        )
        .unwrap();
    }
    fs::write(&people, text).unwrap();
    let mails = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail");
    let probe = Probe::new(env!("CARGO_BIN_EXE_sscd").into(), None);
    let setting = Arc::new(Setting::new(Some(&config), Vec::new(), mails, probe).unwrap());
    (folder, setting)
}
