//! What is mostly behind a provider's or a server's refusal. In: its words; out: the cause that people met most often,
//! and what to do.

/// Where the first stands in the words, the second is to be done. The order matters: the more exact stand first.
const KNOWN: [(&str, &str); 27] = [
    // Microsoft Entra ID (learn.microsoft.com/entra/identity-platform/reference-error-codes).
    ("AADSTS7000215", "the client secret is wrong; often its ID was copied in place of its value"),
    (
        "AADSTS7000222",
        "the client secret has expired; make a new one and put its value into client_secret_file",
    ),
    ("AADSTS7000218", "the provider wants a client secret; name it in client_secret_file"),
    (
        "AADSTS700016",
        "no application with this client_id in this tenant; compare client_id and the tenant in token_url",
    ),
    ("AADSTS7000112", "the application is disabled in its tenant"),
    ("AADSTS900023", "the tenant in token_url is none"),
    ("AADSTS90002", "the tenant in token_url is unknown"),
    (
        "AADSTS500011",
        "the resource of the scope is unknown there; for Microsoft 365 it is https://outlook.office365.com/.default",
    ),
    ("AADSTS1002012", "client_credentials want a scope that ends in /.default"),
    ("AADSTS70011", "the scope is wrong; for Microsoft 365 it is https://outlook.office365.com/.default"),
    ("AADSTS65001", "an administrator has not consented to the application's permissions"),
    ("AADSTS700082", "the refresh token was not used for too long; authorise anew"),
    ("AADSTS50173", "the refresh token ended with a change of the password; authorise anew"),
    ("AADSTS70008", "the refresh token has expired; authorise anew"),
    ("AADSTS53003", "a rule of Conditional Access blocks the application"),
    // Servers of Microsoft 365.
    (
        "User is authenticated but not connected",
        "the token is good and does not open this mailbox: the service principal was registered in Exchange with the \
         object id of the app registration in place of the enterprise application's, or has no FullAccess to the \
         mailbox, or user is not the mailbox's own address",
    ),
    (
        "5.7.139",
        "SMTP AUTH is switched off for the mailbox or the tenant, or basic authentication is; \
         Set-CASMailbox -SmtpClientAuthenticationDisabled $false",
    ),
    ("5.7.60", "the service principal may not send as this mailbox (SendAs)"),
    (
        "AUTHENTICATE failed",
        "mostly IMAP.AccessAsApp or its administrator's consent is missing, the service principal is not registered in \
         Exchange (with the enterprise application's object id), or IMAP is switched off for the mailbox",
    ),
    (
        "5.7.3 Authentication unsuccessful",
        "mostly SMTP.SendAsApp or its administrator's consent is missing, or SMTP AUTH is switched off for the mailbox",
    ),
    // Google, and what every provider says (RFC 6749 5.2).
    (
        "invalid_grant",
        "the refresh token has expired, was withdrawn or belongs to another client; authorise anew. Google ends it after \
         7 days while the consent screen stands in testing, after 6 months without use, and with a new password",
    ),
    ("invalid_client", "client_id and client_secret_file do not belong together"),
    (
        "unauthorized_client",
        "the application may not use this grant, or an administrator has not consented to it",
    ),
    ("invalid_scope", "the provider does not know the scope"),
    ("unsupported_grant_type", "the provider does not know this grant; compare grant and token_url"),
    (
        "Invalid credentials (Failure)",
        "mostly the token is for another account than user, or lacks the scope https://mail.google.com/",
    ),
    (
        "5.7.8 Username and Password not accepted",
        "mostly the token is for another account than user, or lacks the scope https://mail.google.com/",
    ),
];

/// The words, and what is mostly behind them.
#[must_use]
pub fn explained(words: &str) -> String {
    match KNOWN.iter().find(|(known, _)| words.contains(known)) {
        Some((_, cause)) => format!("{}; known cause: {cause}", words.trim_end_matches('.')),
        None => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_exact_cause_goes_first_and_the_unknown_stays_as_it_is() {
        let check = |words: &str, expected: &str| {
            let said = explained(words);
            assert!(said.starts_with(words.trim_end_matches('.')) && said.contains(expected), "{said}");
        };
        check("invalid_client: AADSTS7000215: Invalid client secret provided.", "its ID was copied");
        check(
            "invalid_client: AADSTS7000222: The provided client secret keys are expired.",
            "make a new one",
        );
        check("User is authenticated but not connected.", "the enterprise application's");
        check(
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled",
            "Set-CASMailbox",
        );
        check("invalid_grant: Token has been expired or revoked.", "7 days");
        assert_eq!(explained("the moon is full."), "the moon is full.");
    }
}
