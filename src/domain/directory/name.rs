//! Names of firms as people write them, brought to one form. Two names are the same firm's only when these forms are
//! equal: nothing is guessed from likeness.

/// Lower case; `&` as "and"; stops and apostrophes gone, other punctuation a space; without a leading "the" and without
/// what says the legal form at the end (Ltd, Limited, plc, LLP).
#[must_use]
pub fn normal_name(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '.' | '\'' | '’' | '‘' | '"' => {}
            '&' => text.push_str(" and "),
            c if c.is_alphanumeric() => text.extend(c.to_lowercase()),
            _ => text.push(' '),
        }
    }
    let words: Vec<_> = text.split_whitespace().collect();
    let mut core = words.as_slice();
    if let [rest @ .., "public", "limited", "company"] = core {
        core = rest;
    }
    while let [rest @ .., "ltd" | "limited" | "plc" | "llp"] = core {
        core = rest;
    }
    if let ["the", rest @ ..] = core {
        core = rest;
    }
    if core.is_empty() { words.join(" ") } else { core.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::normal_name;

    #[test]
    fn one_firm_has_one_form() {
        for (a, b) in [
            ("Northwind Energy Ltd", "NORTHWIND ENERGY LIMITED"),
            ("Northwind Energy Ltd.", "northwind-energy, p.l.c."),
            ("Heath & Sons plc", "Heath and Sons"),
            ("The Heath’s Gas Company Public Limited Company", "Heaths Gas Company"),
            ("E.ON-like Power", "EON like  power LLP"),
        ] {
            assert_eq!(normal_name(a), normal_name(b));
        }
        for (a, b) in
            [("Northwind Energy", "Northwind"), ("Limited", ""), ("Northwind Gas", "Northwind Energy")]
        {
            assert_ne!(normal_name(a), normal_name(b));
        }
    }
}
