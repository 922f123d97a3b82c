//! Notifications without end: each complete, and of a system that nobody else notifies.

/// Users of the sample directory: name, party and registered contact.
pub const NOTIFIERS: [(&str, &str, &str); 6] = [
    ("Northwind Energy Supply Ltd", "NWES", "security@northwind.test"),
    ("Harbourlight Power plc", "HBLP", "smart.security@harbourlight.test"),
    ("Castlegate Gas & Power Ltd", "CGGP", "compliance@castlegate.test"),
    ("Meadowbank Energy Co-operative Ltd", "MDBK", "it.security@meadowbank.test"),
    ("Fenland Green Electricity Ltd", "FNLD", "infosec@fenland.test"),
    ("Brightmeter Data Services Ltd", "BMDS", "ciso.office@brightmeter.test"),
];

/// The n-th, from the registered contact of the n-th User.
pub fn notice(n: usize) -> String {
    let (name, party_id, contact) = NOTIFIERS[n % NOTIFIERS.len()];
    let domain = contact.split('@').nth(1).unwrap();
    include_str!("../mail/good/form-complete.eml")
        .replace("<11.0c11@northwind.test>", &format!("<{}>", message_id(n)))
        .replace("security@northwind.test", contact)
        .replace("=northwind.test", &format!("={domain}"))
        .replace("Northwind Energy Supply Ltd", name)
        .replace("NWES", party_id)
        .replace("90-B3-D5-1F-30-03-00-00", "90-B3-D5-1F-30-99-00-00")
        .replace("Aurora portal", &format!("Aurora portal {n}"))
}

pub fn message_id(n: usize) -> String {
    let domain = NOTIFIERS[n % NOTIFIERS.len()].2.split('@').nth(1).unwrap();
    format!("notice.{n}@{domain}")
}
