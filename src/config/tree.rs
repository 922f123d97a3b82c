//! A value of a file with its place, and the ways about in it. Paths are written as people do: `mailbox[0].port`.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub type Node<'a> = Spanned<DeValue<'a>>;

/// TOML has dates without quotes; read alike with those in quotes.
pub fn dates_as_text(node: &mut Node<'_>) {
    match node.get_mut() {
        DeValue::Datetime(at) => *node.get_mut() = DeValue::String(at.to_string().into()),
        DeValue::Array(items) => items.iter_mut().for_each(dates_as_text),
        DeValue::Table(table) => table.iter_mut().for_each(|(_, value)| dates_as_text(value)),
        _ => {}
    }
}

#[derive(Clone, Copy)]
pub enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// `a[0].b` as key, index, key.
pub fn steps(path: &str) -> impl Iterator<Item = Step<'_>> {
    path.split(['.', '[']).filter(|part| !part.is_empty()).map(|part| match part.strip_suffix(']') {
        Some(index) => index.parse().map_or(Step::Key(part), Step::Index),
        None => Step::Key(part),
    })
}

pub fn child<'n, 'a>(node: &'n Node<'a>, step: Step<'_>) -> Option<&'n Node<'a>> {
    match step {
        Step::Key(key) => node.get_ref().as_table()?.get(key),
        Step::Index(index) => node.get_ref().as_array()?.get(index),
    }
}

fn child_mut<'n, 'a>(node: &'n mut Node<'a>, step: Step<'_>) -> Option<&'n mut Node<'a>> {
    match (node.get_mut(), step) {
        (DeValue::Table(table), Step::Key(key)) => table.get_mut(key),
        (DeValue::Array(items), Step::Index(index)) => items.get_mut(index),
        _ => None,
    }
}

pub fn join(path: &str, below: &str) -> String {
    let dot = if path.is_empty() || below.is_empty() || below.starts_with('[') { "" } else { "." };
    format!("{path}{dot}{below}")
}

/// The path of the key or value that stands exactly at `span`.
pub fn find(node: &Node<'_>, span: &Range<usize>) -> Option<String> {
    match node.get_ref() {
        DeValue::Table(table) => {
            for (key, value) in table {
                let name = key.get_ref().as_ref();
                if key.span() == *span || value.span() == *span {
                    return Some(name.to_owned());
                }
                if let Some(below) = find(value, span) {
                    return Some(join(name, &below));
                }
            }
            None
        }
        DeValue::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
            let here = (item.span() == *span).then(String::new);
            here.or_else(|| find(item, span)).map(|below| join(&format!("[{index}]"), &below))
        }),
        _ => None,
    }
}

/// Takes out the key of that path, with its whole list where the path leads into one.
pub fn remove(node: &mut Node<'_>, path: &str) -> bool {
    let path = path.trim_end_matches(|c: char| c.is_ascii_digit() || "[]".contains(c));
    let (above, key) = path.rsplit_once('.').unwrap_or(("", path));
    match descend(node, above).map(Spanned::get_mut) {
        Some(DeValue::Table(table)) => table.remove(key).is_some(),
        _ => false,
    }
}

/// A variable is text; where a number, a truth value or a list is wanted, it is read as TOML writes them.
pub fn retype(node: &mut Node<'_>, path: &str) -> bool {
    let Some(node) = descend(node, path) else { return false };
    let DeValue::String(Cow::Borrowed(text)) = *node.get_ref() else { return false };
    match DeValue::parse(text) {
        Ok(value) if !value.get_ref().is_str() => {
            *node = Spanned::new(node.span(), value.into_inner());
            true
        }
        _ => false,
    }
}

fn descend<'n, 'a>(mut node: &'n mut Node<'a>, path: &str) -> Option<&'n mut Node<'a>> {
    for step in steps(path) {
        node = child_mut(node, step)?;
    }
    Some(node)
}

pub fn put<'a>(node: &mut Node<'a>, path: &[String], value: &'a str, span: &Range<usize>) {
    let Some((key, rest)) = path.split_first() else {
        *node = Spanned::new(span.clone(), DeValue::String(Cow::Borrowed(value)));
        return;
    };
    let empty = || Spanned::new(span.clone(), DeValue::Table(DeTable::new()));
    if let (DeValue::Array(items), Ok(index)) = (node.get_mut(), key.parse::<usize>()) {
        if index >= items.len() {
            items.push(empty());
        }
        let last = items.len().saturating_sub(1);
        if let Some(item) = items.get_mut(index.min(last)) {
            put(item, rest, value, span);
        }
        return;
    }
    if !node.get_ref().is_table() {
        *node = empty();
    }
    if let DeValue::Table(table) = node.get_mut() {
        let key = Spanned::new(span.clone(), key.clone().into());
        put(table.entry(key).or_insert_with(empty), rest, value, span);
    }
}
