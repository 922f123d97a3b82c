//! The mail that Exchange writes in place of one that it cannot convert for IMAP. In: raw bytes; out: is this it?
//! Exchange 2010 to Exchange Online, seen 2026-11: no `Received`, as no server passed it on, so none of it is believed
//! of mail that came from outside.

/// Longer mail says more than that it is not there.
const MAX: usize = 16 * 1024;

const SUBJECT: &str = "subject: retrieval using the imap4 protocol failed for the following message";

/// Does this stand in for a mail that the server could not give?
#[must_use]
pub fn is_stub(raw: &[u8]) -> bool {
    if raw.len() > MAX {
        return false;
    }
    let text = String::from_utf8_lossy(raw).to_lowercase();
    let mut fields = text.lines().take_while(|line| !line.trim().is_empty());
    let is_received =
        text.lines().take_while(|line| !line.trim().is_empty()).any(|line| line.starts_with("received:"));
    !is_received && fields.any(|line| line.starts_with(SUBJECT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_no_server_passed_on_stands_in_for_a_mail() {
        let stub = "From: \"Microsoft Exchange Server\"\r\nTo: secas@sec.test\r\n\
            Subject: Retrieval using the IMAP4 protocol failed for the following message: 1204\r\n\r\n\
            The server couldn't retrieve the following message:\r\n\r\nSubject: \"Second User System\"\r\n";
        assert!(is_stub(stub.as_bytes()));
        assert!(!is_stub(format!("Received: from mail.evil.test\r\n{stub}").as_bytes()));
        assert!(!is_stub(format!("From: ann@power.test\r\n\r\n{stub}").as_bytes()));
        assert!(!is_stub(stub.replace("Retrieval", "Re: Retrieval").as_bytes()));
    }
}
