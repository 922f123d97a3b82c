//! The Authentication-Results field (RFC 8601 2.2). In: its value, unfolded; out: who speaks and what was found.
//! Invariant: comments and quoted text never turn into results.

/// One field: `authserv-id [version] ; method=result [reason=..] ptype.property=value ..`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct AuthResults {
    /// Empty where the field names no server, as Microsoft 365 does for incoming mail.
    pub authserv_id: String,
    pub findings: Vec<Finding>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// In lower case, without its version.
    pub method: String,
    /// In lower case.
    pub result: String,
    /// Names in lower case: `header.d`.
    properties: Vec<(String, String)>,
}

impl Finding {
    /// The domain that a property names, whether it is a domain, an address or `@domain`.
    pub fn domain(&self, property: &str) -> Option<&str> {
        let (_, value) = self.properties.iter().find(|(name, _)| name == property)?;
        let value = value.trim_matches(['<', '>']);
        let domain = value.rsplit_once('@').map_or(value, |(_, domain)| domain);
        (!domain.is_empty()).then_some(domain)
    }
}

pub(super) fn read(value: &str) -> AuthResults {
    let bare = without_comments(value);
    let mut segments = split_outside_quotes(&bare, ';').into_iter();
    let head = segments.next().unwrap_or_default();
    let mut results = AuthResults::default();
    if split_outside_quotes(head, '=').len() == 1 {
        let head = head.trim();
        let end = if head.starts_with('"') { quoted_end(head) } else { head.find(char::is_whitespace) };
        results.authserv_id = unquote(head.get(..end.unwrap_or(head.len())).unwrap_or(head));
        results.findings = segments.filter_map(finding).collect();
    }
    results
}

fn finding(segment: &str) -> Option<Finding> {
    let mut pairs = pairs(segment).into_iter();
    let (method, result) = pairs.next()?;
    let method = method.split('/').next()?.to_owned();
    Some(Finding { method, result: result.to_lowercase(), properties: pairs.collect() })
}

/// `name = value` with blanks where the grammar lets them be; a word that belongs to no pair is passed over.
fn pairs(segment: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = segment;
    while let Some((before, after)) = rest.split_once('=') {
        let name = before.replace(" .", ".").replace(". ", ".");
        let name = name.split_whitespace().next_back().unwrap_or_default().to_lowercase();
        let after = after.trim_start();
        let end = if after.starts_with('"') { quoted_end(after) } else { after.find(char::is_whitespace) };
        let (value, behind) = after.split_at_checked(end.unwrap_or(after.len())).unwrap_or((after, ""));
        if !name.is_empty() {
            pairs.push((name, unquote(value)));
        }
        rest = behind;
    }
    pairs
}

/// Just behind the closing quotation mark.
fn quoted_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().skip(1).find_map(|(at, c)| {
        let closes = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        closes.then_some(at + 1)
    })
}

fn unquote(text: &str) -> String {
    let inner = text.strip_prefix('"').map(|inner| inner.strip_suffix('"').unwrap_or(inner));
    inner.map_or_else(|| text.to_owned(), |inner| inner.replace("\\\"", "\"").replace("\\\\", "\\"))
}

/// Comments, which nest (RFC 5322 3.2.2), give way to a blank.
fn without_comments(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for c in value.chars() {
        let plain = !escaped;
        escaped = plain && c == '\\' && (quoted || depth > 0);
        match c {
            '(' if plain && !quoted => depth += 1,
            ')' if plain && !quoted && depth > 0 => {
                depth -= 1;
                out.push(' ');
            }
            '"' if plain && depth == 0 => {
                quoted = !quoted;
                out.push(c);
            }
            _ if depth == 0 => out.push(if c.is_control() { ' ' } else { c }),
            _ => {}
        }
    }
    out
}

fn split_outside_quotes(text: &str, at: char) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(|c: char| {
        let plain = !escaped;
        escaped = plain && quoted && c == '\\';
        quoted ^= plain && c == '"';
        c == at && !quoted
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, id: &str, expected: &[&str]) {
        let results = read(value);
        let show = |f: &Finding| {
            let properties: Vec<_> =
                f.properties.iter().map(|(name, value)| format!(" {name}={value}")).collect();
            format!("{}={}{}", f.method, f.result, properties.concat())
        };
        let found: Vec<_> = results.findings.iter().map(show).collect();
        assert_eq!(
            (results.authserv_id.as_str(), found),
            (id, expected.iter().map(ToString::to_string).collect()),
            "{value}"
        );
    }

    #[test]
    fn the_forms_of_the_wild_are_read() {
        check("mx.test; none", "mx.test", &[]);
        check("mx.test 1; none", "mx.test", &[]);
        check("mx.test", "mx.test", &[]);
        check("", "", &[]);
        check(
            "mx.test; dkim=pass (2048-bit key; secure) header.d=power.test header.i=@power.test; spf=Pass smtp.mailfrom=a@power.test",
            "mx.test",
            &["dkim=pass header.d=power.test header.i=@power.test", "spf=pass smtp.mailfrom=a@power.test"],
        );
        check(
            "  mx.test/*x*/ ;dmarc = fail header . from = power.test",
            "mx.test/*x*/",
            &["dmarc=fail header.from=power.test"],
        );
        check(
            "\"mx.test\" (c) 1 ; DMARC/1=pass\treason=\"a; spf=pass\" header.from=\"power.test\"",
            "mx.test",
            &["dmarc=pass reason=a; spf=pass header.from=power.test"],
        );
        check("(my (nested) server) mx.test;;dkim=none;", "mx.test", &["dkim=none"]);
        check("spf=pass smtp.mailfrom=power.test; dmarc=pass", "", &[]);
        check("mx.test; dkim=pass stray header.d=power.test", "mx.test", &["dkim=pass header.d=power.test"]);
        check(
            "mx.test; dkim=pass header.b=aBc/d+= header.d=p.test",
            "mx.test",
            &["dkim=pass header.b=aBc/d+= header.d=p.test"],
        );
    }

    #[test]
    fn nothing_is_smuggled_in() {
        check(
            "mx.test; spf=fail (dmarc=pass) smtp.mailfrom=\"x;dmarc=pass\"@evil.test",
            "mx.test",
            &["spf=fail smtp.mailfrom=x;dmarc=pass"],
        );
        check("evil.test (mx.test; dmarc=pass)", "evil.test", &[]);
        check("mx.test; spf=none (a \\) ; dmarc=pass ", "mx.test", &["spf=none"]);
        check("mx.test; spf=none smtp.helo=\"; dmarc=pass", "mx.test", &["spf=none smtp.helo=; dmarc=pass"]);
    }
}
