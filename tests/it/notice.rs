//! Notifications without end: each complete, and of a system that nobody else notifies.

use data_encoding::BASE64;

/// Users of the sample directory: name, party and registered contact.
pub const NOTIFIERS: [(&str, &str, &str); 6] = [
    ("Northwind Energy Supply Ltd", "NWES", "security@northwind.test"),
    ("Harbourlight Power plc", "HBLP", "smart.security@harbourlight.test"),
    ("Castlegate Gas & Power Ltd", "CGGP", "compliance@castlegate.test"),
    ("Meadowbank Energy Co-operative Ltd", "MDBK", "it.security@meadowbank.test"),
    ("Fenland Green Electricity Ltd", "FNLD", "infosec@fenland.test"),
    ("Brightmeter Data Services Ltd", "BMDS", "ciso.office@brightmeter.test"),
];

/// What Exchange gives by IMAP in place of a mail that it cannot convert (FIELD.md 11).
pub const EXCHANGE_STUB: &str = "From: Microsoft Exchange Server\r\nTo: secas@sec.test\r\n\
    Subject: Retrieval using the IMAP4 protocol failed for the following message: 1204\r\n\r\n\
    The server couldn't retrieve the following message:\r\n\r\nSubject: \"Second User System\"\r\n";

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

/// A notice with an attachment, `n_bytes` long as a whole.
pub fn large(n: usize, n_bytes: usize) -> Vec<u8> {
    let text = notice(n);
    let (head, body) = text.split_once("Content-Type: text/plain").unwrap();
    let line = format!("{}\r\n", BASE64.encode(&[0xA5; 57]));
    let mut mail = format!(
        "{head}Content-Type: multipart/mixed; boundary=\"--=test\"\r\n\r\n----=test\r\nContent-Type: text/plain{body}\r\n\
         ----=test\r\nContent-Type: application/pdf; name=\"architecture.pdf\"\r\n\
         Content-Disposition: attachment; filename=\"architecture.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    );
    while mail.len() < n_bytes {
        mail.push_str(&line);
    }
    mail.push_str("----=test--\r\n");
    mail.into_bytes()
}
