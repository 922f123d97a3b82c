//! Is it the same system? (DESIGN.md 4.) Same User and equal label; where a label is missing, same ordinal and no
//! contradiction in User IDs or provider. A contradiction opens a new case, marked *possibly the same as*.

use super::Case;
use crate::domain::notification::{Field, Fields};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Same {
    Yes,
    No,
    /// Alike, but the User IDs or the provider differ, or the case is over.
    Possibly,
}

impl Case {
    /// Is this notification of its User about its system? What is notified again after it was withdrawn is notified
    /// anew, and possibly the same.
    #[must_use]
    pub fn against(&self, new: &Fields) -> Same {
        match same_system(&self.notification.fields, new) {
            Same::Yes if self.stage.is_over() => Same::Possibly,
            same => same,
        }
    }
}

/// Compares two notifications of one User.
#[must_use]
pub fn same_system(known: &Fields, new: &Fields) -> Same {
    if let (Some(known), Some(new)) = (&known.system_label, &new.system_label) {
        return if plain(&known.value) == plain(&new.value) { Same::Yes } else { Same::No };
    }
    let ordinal = |fields: &Fields| fields.system_ordinal.as_ref().map(|field| field.value);
    match (ordinal(known), ordinal(new)) {
        (Some(known), Some(new)) if known != new => return Same::No,
        _ => {}
    }
    let ids_differ = match (&known.user_ids, &new.user_ids) {
        (Some(known), Some(new)) => !known.value.iter().any(|id| new.value.contains(id)),
        _ => false,
    };
    if ids_differ || differ(known.srp_name.as_ref(), new.srp_name.as_ref()) {
        Same::Possibly
    } else {
        Same::Yes
    }
}

fn differ(known: Option<&Field<String>>, new: Option<&Field<String>>) -> bool {
    matches!((known, new), (Some(known), Some(new)) if plain(&known.value) != plain(&new.value))
}

/// Without case, punctuation and repeated spaces.
fn plain(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::notification::{Ordinal, Source};

    fn system(label: &str, ordinal: u32, ids: &[&str], srp: &str) -> Fields {
        fn field<T>(value: T) -> Field<T> {
            Field { value, source: Source::Derived {} }
        }
        let text = |text: &str| (!text.is_empty()).then(|| field(text.to_string()));
        Fields {
            system_label: text(label),
            system_ordinal: (ordinal > 0).then(|| field(Ordinal::Exactly(ordinal))),
            user_ids: (!ids.is_empty()).then(|| field(ids.iter().map(ToString::to_string).collect())),
            srp_name: text(srp),
            ..Fields::default()
        }
    }

    #[test]
    fn the_label_decides_and_without_it_the_ordinal_unless_something_contradicts() {
        let check = |a: &Fields, b: &Fields, expected| {
            assert_eq!(same_system(a, b), expected, "{a:?} {b:?}");
            assert_eq!(same_system(b, a), expected, "the other way round");
        };
        check(&system("Portal B", 2, &[], ""), &system("portal-b", 3, &["A"], "M"), Same::Yes);
        check(&system("Portal B", 2, &[], ""), &system("Portal C", 2, &[], ""), Same::No);
        check(&system("Portal B", 2, &["A"], ""), &system("", 2, &["A", "B"], ""), Same::Yes);
        check(&system("", 2, &[], ""), &system("", 3, &[], ""), Same::No);
        check(&system("", 2, &["A"], ""), &system("", 2, &["B"], ""), Same::Possibly);
        check(&system("", 2, &[], "Meterlink"), &system("", 2, &[], "Gridlink"), Same::Possibly);
        check(&system("", 0, &[], ""), &system("", 2, &[], ""), Same::Yes);
    }
}
