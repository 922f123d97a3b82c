//! The form of a PDF (ISO 32000-1 12.7). In: a file; out: a line for each answered field, its label, a tab and the
//! answer. Invariant: a box that is not ticked answers nothing, and no field is visited twice.

use std::collections::HashSet;

use super::super::{Remark, remark};
use super::file::File;
use super::object::{Dict, Object, whole};
use crate::domain::message::decode::windows_1252;

/// Fields within fields.
const DEPTH: usize = 20;
const FIELDS: usize = 2_000;
/// Choices of one field, and those of them that are taken.
const CHOICES: usize = 300;
const CHOSEN: usize = 20;
/// Characters of one answer.
const ANSWER: usize = 10_000;

const PUSH_BUTTON: usize = 1 << 16;

#[derive(Default)]
pub(super) struct Form {
    pub lines: Vec<String>,
    pub remarks: Vec<Remark>,
    /// It is drawn by a language of its own (XFA), with or without fields beside.
    pub is_xfa: bool,
}

/// What a field has from those around it.
#[derive(Clone, Copy, Default)]
struct Around<'o> {
    kind: Option<&'o [u8]>,
    flags: usize,
    value: Option<&'o Object>,
    label: Option<&'o Dict>,
    options: &'o [Object],
}

pub(super) fn read(file: &File<'_>) -> Form {
    let mut form = Form::default();
    let Some(root) = file.get_dict(&file.root, "AcroForm") else { return form };
    form.is_xfa = root.contains_key(b"XFA".as_slice());
    let mut walk = Walk { file, seen: HashSet::new(), form: &mut form };
    for field in file.get_list(root, "Fields") {
        walk.top(field);
    }
    form
}

struct Walk<'o, 'a> {
    file: &'o File<'a>,
    seen: HashSet<u32>,
    form: &'o mut Form,
}

/// A ticked box or an answered field below a question.
struct Answer {
    label: String,
    /// None for a box that says no more than that it is ticked.
    value: Option<String>,
}

impl<'o> Walk<'o, '_> {
    fn top(&mut self, field: &'o Object) {
        for answer in self.field(field, Around::default(), 0) {
            let value = answer.value.unwrap_or_else(|| "Yes".into());
            self.form.lines.push(format!("{}\t{value}", answer.label));
        }
    }

    fn field(&mut self, field: &'o Object, around: Around<'o>, depth: usize) -> Vec<Answer> {
        let Some(dict) = self.file.dict(Some(field)) else { return Vec::new() };
        let is_new = if let Object::Reference(id) = field { self.seen.insert(*id) } else { true };
        if !is_new || depth > DEPTH || self.seen.len() > FIELDS || self.form.lines.len() > FIELDS {
            return Vec::new();
        }
        let file = self.file;
        let own = Around {
            kind: file.get(dict, "FT").and_then(Object::name).or(around.kind),
            flags: file.get(dict, "Ff").and_then(Object::count).unwrap_or(around.flags),
            value: file.get(dict, "V").or(around.value),
            label: if dict.contains_key(b"T".as_slice()) { Some(dict) } else { around.label },
            options: Some(file.get_list(dict, "Opt"))
                .filter(|list| !list.is_empty())
                .unwrap_or(around.options),
        };
        let kids = file.get_list(dict, "Kids");
        let are_fields =
            kids.iter().filter_map(|kid| file.dict(Some(kid))).any(|kid| kid.contains_key(b"T".as_slice()));
        if are_fields {
            let answers = kids.iter().flat_map(|kid| self.field(kid, own, depth + 1)).collect();
            return self.gather(dict, answers);
        }
        let Some(label) = own.label.map(|dict| self.label(dict)).filter(|label| !label.is_empty()) else {
            return Vec::new();
        };
        let value = match own.kind {
            Some(b"Tx") => own.value.and_then(|value| self.text(value)),
            Some(b"Ch") => own.value.and_then(|value| self.choice(value, own.options)),
            Some(b"Btn") if own.flags & PUSH_BUTTON == 0 => {
                return self.tick(dict, kids, own, label).into_iter().collect();
            }
            Some(b"Sig") if own.value.is_some() => {
                self.form.remarks.push(remark(
                    format!("the field {label:?} is signed; the signature was not checked"),
                    "nothing; a person may check it",
                ));
                None
            }
            _ => None,
        };
        value.map(|value| Answer { label, value: Some(value) }).into_iter().collect()
    }

    /// Ticked boxes below a question are its answer.
    fn gather(&mut self, dict: &Dict, answers: Vec<Answer>) -> Vec<Answer> {
        let question = self.label(dict);
        let (ticked, mut others): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|answer| answer.value.is_none());
        let is_question = dict.contains_key(b"TU".as_slice()) || !is_structure(&question);
        if ticked.is_empty() || !is_question {
            others.extend(ticked);
            return others;
        }
        let value = ticked.into_iter().map(|answer| answer.label).collect::<Vec<_>>().join(", ");
        others.push(Answer { label: question, value: Some(value) });
        others
    }

    fn label(&self, dict: &Dict) -> String {
        let said = |key| self.file.get(dict, key).and_then(|text| self.text(text));
        said("TU").or_else(|| said("T").map(|name| spoken(&name))).unwrap_or_default()
    }

    fn text(&self, value: &Object) -> Option<String> {
        let text = match value {
            Object::Text(text) => decoded(text),
            Object::Name(name) => decoded(name),
            Object::Reference(_) | Object::Dict(_) => decoded(&self.file.stream(value)?.1),
            _ => return None,
        };
        let text: String = text.chars().take(ANSWER).collect();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        (!text.is_empty()).then_some(text)
    }

    /// What is shown of a choice, not what is sent for it.
    fn choice(&self, value: &Object, options: &[Object]) -> Option<String> {
        let shown = |value: &Object| {
            let value = self.text(self.file.resolve(value))?;
            let pair =
                options.iter().take(CHOICES).filter_map(|option| self.file.resolve(option).list()).find_map(
                    |pair| match pair {
                        [sent, shown] if self.text(sent).as_ref() == Some(&value) => self.text(shown),
                        _ => None,
                    },
                );
            Some(pair.unwrap_or(value))
        };
        match value {
            Object::List(list) => {
                let all: Vec<String> = list.iter().take(CHOSEN).filter_map(shown).collect();
                (!all.is_empty()).then(|| all.join(", "))
            }
            one => shown(one),
        }
    }

    /// None where it is not ticked; with the name of the box where it has one of its own.
    fn tick(&self, dict: &Dict, kids: &'o [Object], own: Around<'o>, label: String) -> Option<Answer> {
        let state = own.value.or_else(|| self.file.get(dict, "AS")).and_then(Object::name);
        let of_kids = || {
            let kids = kids.iter().filter_map(|kid| self.file.dict(Some(kid)));
            let mut states = kids.filter_map(|kid| self.file.get(kid, "AS").and_then(Object::name));
            states.find(|state| *state != b"Off")
        };
        let state = state.or_else(of_kids).filter(|state| *state != b"Off" && !state.is_empty())?;
        let name = decoded(state);
        let place = name.parse::<f64>().ok().and_then(whole);
        if let Some(option) = place.and_then(|place| own.options.get(place)) {
            return Some(Answer { label, value: self.text(self.file.resolve(option)) });
        }
        let says_nothing = ["yes", "on", "true", "x", "checked"].contains(&name.to_lowercase().as_str());
        let is_said = !says_nothing && place.is_none() && !name.trim().is_empty();
        let is_radio = kids.len() > 1;
        if is_radio && !is_said && !says_nothing {
            // One of several, and which one nobody says.
            return None;
        }
        let is_yes_of_two = is_radio && says_nothing;
        Some(Answer { label, value: (is_said || is_yes_of_two).then(|| name.trim().to_owned()) })
    }
}

/// A text of a document (ISO 32000-1 7.9.2.2).
pub(super) fn decoded(text: &[u8]) -> String {
    if let Some(wide) = text.strip_prefix(b"\xfe\xff") {
        let units: Vec<u16> = wide.as_chunks().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
        return String::from_utf16_lossy(&units);
    }
    match std::str::from_utf8(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)) {
        Ok(text) => text.to_owned(),
        Err(_) => windows_1252(text),
    }
}

/// `form1[0].UserPartyName[0]` and `user_party_name` as people say them.
fn spoken(name: &str) -> String {
    let name = name.split('[').next().unwrap_or_default().replace('_', " ");
    if name.contains(' ') {
        return name;
    }
    let mut out = String::new();
    let mut before = ' ';
    for c in name.chars() {
        if c.is_uppercase() && before.is_lowercase() {
            out.push(' ');
        }
        out.push(c);
        before = c;
    }
    out
}

/// Names that programs give to what holds fields, and that ask nothing.
fn is_structure(name: &str) -> bool {
    let name = name.to_lowercase();
    ["form", "topmost", "page", "subform", "body", "untitled", "#", "section", "group"]
        .iter()
        .any(|word| name.starts_with(word))
        || name.is_empty()
}
