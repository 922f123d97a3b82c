//! A file as a tree in which every value knows its line, so that every fault can name it. TOML, CSV and environment
//! variables all become such a tree; from there on they are read alike.

use std::ops::Range;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::explain::{Complaint, explain};
use super::fault::Fault;
use super::tree::{Node, child, dates_as_text, find, join, put, remove, retype, steps};

/// Where the spans of a tree point to.
#[derive(Debug, Clone)]
enum Places<'a> {
    /// Octets of this text; beyond its end, the n-th of these environment variables.
    Text { text: &'a str, variables: Vec<&'a str> },
    /// Lines, the first is 1.
    Lines,
}

#[derive(Debug, Clone)]
pub struct Document<'a> {
    pub file: String,
    root: Node<'a>,
    places: Places<'a>,
}

impl<'a> Document<'a> {
    /// As much of it as is TOML.
    pub fn recovered(file: impl Into<String>, text: &'a str) -> Self {
        Self::parse(file.into(), text).0
    }

    fn parse(file: String, text: &'a str) -> (Self, Vec<toml::de::Error>) {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut root = Spanned::new(table.span(), DeValue::Table(table.into_inner()));
        dates_as_text(&mut root);
        let places = Places::Text { text, variables: Vec::new() };
        (Self { file, root, places }, errors)
    }

    /// # Errors
    /// When it is no TOML: every place where it is not.
    pub fn toml(file: impl Into<String>, text: &'a str) -> Result<Self, Vec<Fault>> {
        let (document, errors) = Self::parse(file.into(), text);
        if errors.is_empty() {
            return Ok(document);
        }
        let fault = |error: &toml::de::Error| {
            let span = error.span().unwrap_or_default();
            let line = text.get(..span.start).unwrap_or(text).lines().last().unwrap_or_default();
            let rest = text.get(span.start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
            Fault {
                key: String::new(),
                found: format!("{:?}", shortened(&format!("{line}{rest}"))),
                expected: format!(
                    "TOML, as [table] or [[table]] and lines of key = value ({})",
                    error.message().replace('\n', ", ")
                ),
                ..document.at(&span)
            }
        };
        Err(errors.iter().map(fault).collect())
    }

    /// A tree whose spans are lines: one row of `key` after the other.
    pub fn rows(file: impl Into<String>, key: &'a str, rows: Vec<Node<'a>>) -> Self {
        let list = Spanned::new(1..1, DeValue::Array(rows.into_iter().collect()));
        let table = DeTable::from_iter([(Spanned::new(1..1, key.into()), list)]);
        Self { file: file.into(), root: Spanned::new(1..1, DeValue::Table(table)), places: Places::Lines }
    }

    /// Puts `value` at `path` (`["log", "level"]`), in place of what the file says.
    pub fn put(&mut self, path: &[String], variable: &'a str, value: &'a str) {
        let Places::Text { text, variables } = &mut self.places else { return };
        let start = text.len() + 1 + variables.len();
        variables.push(variable);
        put(&mut self.root, path, value, &(start..start));
    }

    /// The node at `path` (`mailbox[0].port`).
    pub fn node(&self, path: &str) -> Option<&Node<'a>> {
        steps(path).try_fold(&self.root, |node, step| child(node, step))
    }

    /// The names of the tables and values at the top.
    pub fn sections(&self) -> impl Iterator<Item = &str> {
        let table = self.root.get_ref().as_table();
        table.into_iter().flat_map(|table| table.keys().map(|key| key.get_ref().as_ref()))
    }

    /// How many rows the list at `path` has.
    pub fn n_rows(&self, path: &str) -> usize {
        self.node(path).and_then(|node| node.get_ref().as_array()).map_or(0, |rows| rows.len())
    }

    /// Reads the value at `path`; what is absent reads as an empty table. A key that cannot be read is told and left
    /// out, so that one slip is told with all others.
    pub fn read<T: Deserialize<'a>>(&self, path: &str, faults: &mut Vec<Fault>) -> Option<T> {
        let empty = || Spanned::new(self.root.span(), DeValue::Table(DeTable::new()));
        let mut node = self.node(path).cloned().unwrap_or_else(empty);
        let mut is_whole = true;
        loop {
            let error = match T::deserialize(node.clone().into_deserializer()) {
                Ok(value) => return is_whole.then_some(value),
                Err(error) => error,
            };
            let span = error.span().unwrap_or_else(|| node.span());
            let place = find(&node, &span).unwrap_or_default();
            let is_text = error.message().starts_with("invalid type: string");
            if is_text && self.is_variable(&span) && retype(&mut node, &place) {
                continue;
            }
            match explain(error.message()) {
                Complaint::MissingKey { .. } if !is_whole => return None,
                complaint => {
                    is_whole &= matches!(complaint, Complaint::UnknownKey { .. });
                    faults.push(self.complain(&join(path, &place), &span, complaint));
                }
            }
            if !remove(&mut node, &place) {
                return None;
            }
        }
    }

    /// A fault at `path`, or at the nearest place above it that the file has.
    pub fn fault(&self, path: &str, found: impl Into<String>, expected: impl Into<String>) -> Fault {
        let mut node = &self.root;
        let mut span = None;
        for step in steps(path) {
            let Some(next) = child(node, step) else { break };
            node = next;
            span = Some(node.span());
        }
        let place = self.at(&span.unwrap_or_default());
        Fault { key: path.into(), found: found.into(), expected: expected.into(), ..place }
    }

    fn complain(&self, path: &str, span: &Range<usize>, complaint: Complaint) -> Fault {
        let at = self.at(span);
        match complaint {
            Complaint::UnknownKey { key, expected } => {
                Fault { key: path.into(), found: format!("an unknown key {key:?}"), expected, ..at }
            }
            Complaint::MissingKey { key } => {
                let path = join(path, &key);
                Fault { key: path, found: "nothing".into(), expected: "this key and its value".into(), ..at }
            }
            Complaint::Value { found, expected } => {
                let found = found.unwrap_or_else(|| self.node(path).map_or_else(|| "nothing".into(), shown));
                Fault { key: path.into(), found: hidden(path, found), expected, ..at }
            }
        }
    }

    fn at(&self, span: &Range<usize>) -> Fault {
        let (file, line) = match &self.places {
            Places::Lines => (self.file.clone(), Some(span.start.max(1))),
            Places::Text { text, variables } => match span.start.checked_sub(text.len() + 1) {
                Some(n) => (
                    variables
                        .get(n)
                        .map_or_else(|| self.file.clone(), |name: &&str| format!("environment {name}")),
                    None,
                ),
                None => (self.file.clone(), Some(line_at(text, span.start))),
            },
        };
        Fault { file, line, key: String::new(), found: String::new(), expected: String::new() }
    }

    fn is_variable(&self, span: &Range<usize>) -> bool {
        matches!(&self.places, Places::Text { text, .. } if span.start > text.len())
    }
}

fn line_at(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// A secret is not shown, not even a wrong one.
fn hidden(path: &str, found: String) -> String {
    let key = path.rsplit('.').next().unwrap_or_default();
    if matches!(key, "password" | "database") && found != "nothing" {
        "a value (not shown)".into()
    } else {
        found
    }
}

fn shown(node: &Node<'_>) -> String {
    match node.get_ref() {
        DeValue::String(text) => format!("{:?}", shortened(text)),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Boolean(value) => value.to_string(),
        other => format!("a value of type {}", other.type_str()),
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}
