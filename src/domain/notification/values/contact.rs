//! Whom to speak to. In: one line or several with a name, an email address and a telephone number, labelled or not;
//! out: the three, as written.

use super::text::{is_blank, is_elsewhere, is_open, plain_words, squash};
use super::{Found, Read};
use crate::domain::id::Address;
use crate::domain::notification::labels::{Named, Piece, sections, split_label};
use crate::domain::notification::{Contact, FieldName};

const EXPECTED: &str = "a name, an email address and a telephone number";

/// Reads the contact. Lines labelled as a name, an email address or a telephone number are taken at their word;
/// what stands under another field's label is not read.
#[must_use]
pub fn read(words: &str) -> Read<Contact> {
    let mut contact = Contact::default();
    let mut free = String::new();
    for (label, text) in sections(&parted(words), FieldName::Contact) {
        match label {
            Some(label) if label.field != FieldName::Contact => {}
            Some(Named { piece: Piece::Name, .. }) if contact.name.is_none() => contact.name = name(&text),
            Some(Named { piece: Piece::Email, .. }) if contact.email.is_none() => {
                contact.email = email(&text);
            }
            Some(Named { piece: Piece::Telephone, .. }) if contact.telephone.is_none() => {
                contact.telephone = telephone(&text);
            }
            _ => {
                free.push('\n');
                free.push_str(&text);
            }
        }
    }
    contact.email = contact.email.or_else(|| email(&free));
    contact.telephone = contact.telephone.or_else(|| telephone(&free));
    if !is_blank(&free) && !is_open(&free) && !is_elsewhere(&free) {
        contact.name = contact.name.or_else(|| name(&free));
    }
    let nothing = contact == Contact::default();
    if nothing && is_blank(&free) {
        return Read::blank();
    }
    let reachable = contact.email.is_some() || contact.telephone.is_some();
    let problems =
        if contact.name.is_some() && reachable { Vec::new() } else { vec![Found::new(words, EXPECTED)] };
    Read { value: (!nothing).then_some(contact), problems }
}

/// "Name: Ann; Email: ..": each label on a line of its own.
fn parted(words: &str) -> String {
    let mut lines = String::with_capacity(words.len());
    for (at, piece) in words.split_inclusive([';', ',', '|', '/']).enumerate() {
        let labelled = at > 0
            && piece.contains(':')
            && split_label(piece, Some(FieldName::Contact))
                .is_some_and(|(label, _)| label.field == FieldName::Contact);
        lines.extend(labelled.then_some('\n'));
        lines.push_str(piece);
    }
    lines
}

fn email(text: &str) -> Option<String> {
    email_words(text).map(String::from)
}

fn email_words(text: &str) -> Option<&str> {
    text.split(|c: char| c.is_whitespace() || "<>()[],;|\"".contains(c))
        .map(|word| word.strip_prefix("mailto:").unwrap_or(word))
        .map(|word| word.rsplit_once(':').map_or(word, |(_, after)| after).trim_end_matches(['.', ':']))
        .find(|word| word.contains('@') && Address::parse(word).is_ok())
}

/// A stretch of 9 to 15 digits with the usual marks between them (E.164 allows 15).
fn telephone(text: &str) -> Option<String> {
    telephone_words(text).map(squash)
}

fn telephone_words(text: &str) -> Option<&str> {
    let mark = |c: char| c.is_ascii_digit() || " +()-.\u{a0}\u{2011}".contains(c);
    text.lines()
        .flat_map(|line| line.split(|c: char| !mark(c)))
        .map(|run| if run.contains('(') { run } else { run.split(')').next().unwrap_or(run) })
        .map(|run| run.trim_matches([' ', '-', '.', '\u{a0}']).trim_end_matches(['(', ' ']))
        .find(|run| {
            let n = run.chars().filter(char::is_ascii_digit).count();
            (9..=15).contains(&n)
        })
}

/// The first piece that is neither of the others.
fn name(text: &str) -> Option<String> {
    let found = |piece: &str| -> Option<String> {
        if email_words(piece).is_some_and(|email| email.len() == piece.trim().len())
            || piece.contains("mailto:")
        {
            return None;
        }
        let piece = match telephone_words(piece) {
            Some(number) => piece.split(number).next().unwrap_or_default(),
            None => piece,
        };
        let piece = piece.split_whitespace().filter(|word| !word.contains('@')).collect::<Vec<_>>().join(" ");
        let labels = [
            "email",
            "e-mail",
            "tel",
            "telephone",
            "phone",
            "mobile",
            "mob",
            "name",
            "t",
            "m",
            "e",
            "on",
            "at",
            "or",
            "contact",
            "please",
            "call",
            "speak",
            "to",
        ];
        let mut words: Vec<&str> = piece.split(' ').collect();
        let label = |word: &&str| {
            labels.contains(&word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase().as_str())
        };
        while words.first().is_some_and(label) {
            words.remove(0);
        }
        while words.last().is_some_and(label) {
            words.pop();
        }
        let name = words.join(" ");
        let name =
            name.trim_matches(|c: char| !c.is_alphanumeric() && c != '.').trim_end_matches('.').to_owned();
        let known = !is_blank(&name)
            && !is_open(&name)
            && plain_words(&name).first().is_some_and(|w| w.chars().any(char::is_alphabetic));
        known.then_some(name)
    };
    if let Some(name) = last_name_first(text) {
        return Some(name);
    }
    text.split(['\n', ',', ';', '<', '>', '(', ')', '|', '/', '\u{2013}', '\u{2014}'])
        .flat_map(|piece| piece.split(" - "))
        .find_map(found)
}

/// "Doe, Jane": two single capitalised words with a comma between them are one name.
fn last_name_first(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let (last, rest) = line.split_once(',')?;
    let first =
        rest.split([',', ';', '(', '<', '|', '/']).next().unwrap_or_default().split(" - ").next()?.trim();
    let is_word = |word: &str| {
        word.starts_with(char::is_uppercase)
            && word.chars().skip(1).any(char::is_lowercase)
            && word.chars().all(|c| c.is_alphabetic() || "-'\u{2019}".contains(c))
    };
    (is_word(last) && is_word(first)).then(|| format!("{last}, {first}"))
}
