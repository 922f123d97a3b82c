//! A reader's complaint in the words of the person who wrote the file. In: serde's message; out: what was found, what
//! was expected, and for an unknown word the nearest right one.

/// Serde's message, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub enum Complaint {
    UnknownKey {
        key: String,
        expected: String,
    },
    MissingKey {
        key: String,
    },
    /// `found` is `None` where the message does not say it: then it is what the file has at that place.
    Value {
        found: Option<String>,
        expected: String,
    },
}

/// chrono's whole vocabulary for what is no date.
const NO_DATE: [&str; 5] = [
    "input contains invalid characters",
    "premature end of input",
    "input is out of range",
    "trailing input",
    "no possible date and time matching input",
];

pub fn explain(message: &str) -> Complaint {
    let message = message.trim();
    if let Some((key, expected)) = split(message, "unknown field `", "`, ") {
        let expected = one_of(key, expected);
        return Complaint::UnknownKey { key: key.into(), expected };
    }
    if let Some((key, _)) = split(message, "missing field `", "`") {
        return Complaint::MissingKey { key: key.into() };
    }
    if let Some((word, expected)) = split(message, "unknown variant `", "`, ") {
        return Complaint::Value { found: Some(format!("{word:?}")), expected: one_of(word, expected) };
    }
    for kind in ["invalid type: ", "invalid value: ", "invalid length "] {
        if let Some((found, expected)) = split(message, kind, ", expected ") {
            return Complaint::Value { found: Some(plain_found(found)), expected: plain_expected(expected) };
        }
    }
    if NO_DATE.contains(&message) {
        return Complaint::Value { found: None, expected: "a date as YYYY-MM-DD".into() };
    }
    match message.split_once("; expected ") {
        Some((found, expected)) => Complaint::Value { found: Some(found.into()), expected: expected.into() },
        None => Complaint::Value { found: None, expected: format!("another value ({message})") },
    }
}

/// The right one of `words` for `found`, when it is near enough to be a slip of the hand.
pub fn nearest<'a>(found: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = |word: &&str| strsim::damerau_levenshtein(&found.to_lowercase(), &word.to_lowercase());
    words.into_iter().min_by_key(near).filter(|word| near(word) <= 1 + found.len() / 4)
}

fn split<'a>(message: &'a str, before: &str, between: &str) -> Option<(&'a str, &'a str)> {
    message.strip_prefix(before)?.split_once(between)
}

/// "expected one of `a`, `b`", or "there are no fields".
fn one_of(found: &str, expected: &str) -> String {
    let words: Vec<_> = expected.split('`').skip(1).step_by(2).collect();
    let all = words.join(", ");
    match nearest(found, words.iter().copied()) {
        Some(word) if words.len() > 1 => format!("{word} (the nearest); all are {all}"),
        _ if words.is_empty() => "nothing here".into(),
        _ => all,
    }
}

fn plain_found(found: &str) -> String {
    match found {
        "map" => "a table".into(),
        "sequence" => "a list".into(),
        other => other.trim_start_matches("string ").replace('`', ""),
    }
}

fn plain_expected(expected: &str) -> String {
    match expected {
        "u8" => "a whole number from 0 to 255".into(),
        "u16" => "a whole number from 0 to 65535".into(),
        "u32" | "u64" | "usize" => "a whole number, 0 or more".into(),
        "a string" | "str" | "string" => "text in quotes".into(),
        "a sequence" => "a list in brackets".into(),
        "a boolean" => "true or false".into(),
        "a formatted date string" => "a date as YYYY-MM-DD".into(),
        other if other.starts_with("struct ") => "a table".into(),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_is_put_plainly() {
        let value = |found: Option<&str>, expected: &str| Complaint::Value {
            found: found.map(String::from),
            expected: expected.into(),
        };
        let unknown = "unknown field `prot`, expected one of `host`, `port`, `tls`";
        let expected = "port (the nearest); all are host, port, tls".to_owned();
        assert_eq!(explain(unknown), Complaint::UnknownKey { key: "prot".into(), expected });
        assert_eq!(explain("missing field `name`"), Complaint::MissingKey { key: "name".into() });
        let expected = "a whole number from 0 to 65535";
        assert_eq!(explain("invalid type: string \"x\", expected u16"), value(Some("\"x\""), expected));
        assert_eq!(
            explain("invalid value: integer `70000`, expected u16"),
            value(Some("integer 70000"), expected)
        );
        assert_eq!(explain("trailing input"), value(None, "a date as YYYY-MM-DD"));
        let address = "\"x\" is no email address; expected local@domain";
        assert_eq!(explain(address), value(Some("\"x\" is no email address"), "local@domain"));
        assert_eq!(explain("unknown variant `zzz`, expected `a` or `b`"), value(Some("\"zzz\""), "a, b"));
    }
}
