//! Whether two domains are of one organisation (RFC 7489 3.1 and 3.2, relaxed). In: two domain names; out: yes or
//! no, by the public suffix list.

/// The same registered domain, or the very same name.
#[must_use]
pub fn same_organisation(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|name| name.trim_end_matches('.').to_ascii_lowercase());
    if one.is_empty() || one == other {
        return !one.is_empty();
    }
    match (psl::domain_str(&one), psl::domain_str(&other)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registered_domain_decides() {
        let check =
            |one, other, expected| assert_eq!(same_organisation(one, other), expected, "{one} {other}");
        check("power.test", "Power.TEST.", true);
        check("mail.power.test", "news.power.test", true);
        check("power.example.co.uk", "mail.example.co.uk", true);
        check("one.co.uk", "two.co.uk", false);
        check("co.uk", "one.co.uk", false);
        check("co.uk", "co.uk", true);
        check("power.test", "notpower.test", false);
        check("one.github.io", "two.github.io", false);
        check("", "", false);
        check("mx", "mx", true);
        check("mx", "my", false);
    }
}
