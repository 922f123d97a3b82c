//! Templates: sources in, text and HTML out. Invariant: templates that are in force have rendered every sample of
//! every kind, with the reference, the marking and none of the words that no letter may use (DOMAIN.md 5).

use std::collections::BTreeMap;

use minijinja::value::ValueKind;
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, HtmlEscape, Output, State, UndefinedBehavior, Value,
};
use serde::Serialize;

use super::super::id::Named;
use super::{Facts, text};

macro_rules! embedded {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../../../templates/mail/", $name)))),+]
    };
}

/// The shipped templates, by their path below `templates/mail`.
const EMBEDDED: [(&str, &str); 12] = embedded![
    "acknowledgement/html.html",
    "acknowledgement/subject.txt",
    "acknowledgement/text.txt",
    "receipt/html.html",
    "receipt/subject.txt",
    "receipt/text.txt",
    "shared/frame.html",
    "shared/frame.txt",
    "shared/not_this.html",
    "shared/not_this.txt",
    "shared/parts.html",
    "shared/parts.txt",
];

/// No letter of ours compares, judges, declares or threatens; what a User wrote itself is quoted as it is.
const FORBIDDEN: [&str; 9] = [
    "event of default",
    "in default",
    "breach",
    "suspend",
    "non-complian",
    "failed to",
    "failure to",
    "retrospective",
    "overdue",
];

/// The templates in force, compiled.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
}

/// Why a set of templates was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("templates/mail/{file}{}: {reason}", line.map_or_else(String::new, |line| format!(", line {line}")))]
pub struct BadTemplate {
    pub file: String,
    pub line: Option<usize>,
    pub reason: String,
}

/// A letter in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    pub subject: String,
    pub text: String,
    pub html: String,
}

#[derive(Serialize)]
struct View<'a> {
    #[serde(flatten)]
    facts: &'a Facts,
    marking: Marking,
    office: Office<'a>,
}

#[derive(Serialize)]
struct Marking {
    sentence: String,
}

#[derive(Serialize)]
struct Office<'a> {
    name: &'a str,
    address: &'a str,
}

impl Templates {
    /// The shipped templates, with those of `overrides` (by path below `templates/mail`) in their place.
    ///
    /// # Errors
    /// When a path is none of ours, a template does not compile, or a sample does not come out as a letter must.
    pub fn new(overrides: &BTreeMap<String, String>) -> Result<Self, BadTemplate> {
        if let Some(file) = overrides.keys().find(|file| !EMBEDDED.iter().any(|(name, _)| name == file)) {
            return Err(BadTemplate { file: file.clone(), line: None, reason: unknown_name(file) });
        }
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_trim_blocks(true);
        environment.set_lstrip_blocks(true);
        environment.set_auto_escape_callback(|name| {
            if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::Custom("text") }
        });
        environment.set_formatter(print);
        environment.add_filter("day", |on: &str| text::day(on).ok_or_else(|| unreadable("a day", on)));
        environment
            .add_filter("short_day", |on: &str| text::short_day(on).ok_or_else(|| unreadable("a day", on)));
        environment
            .add_filter("instant", |at: &str| text::instant(at).ok_or_else(|| unreadable("an instant", at)));
        environment.add_filter("shown", text::shown);
        environment.add_filter("field_label", field_label);
        environment.add_filter("wrap", |body: &str| Value::from_safe_string(text::wrap(body)));
        environment.add_filter("heading", |title: &str, line: Option<&str>| {
            Value::from_safe_string(text::heading(title, line.unwrap_or("-")))
        });
        for (name, shipped) in EMBEDDED {
            let source = overrides.get(name).cloned().unwrap_or_else(|| shipped.to_owned());
            environment.add_template_owned(name, source).map_err(|error| bad(name, &error))?;
        }
        let templates = Self { environment };
        templates.check()?;
        Ok(templates)
    }

    /// A letter's subject and both its bodies.
    pub(super) fn page(&self, facts: &Facts, office: &Named) -> Result<Page, BadTemplate> {
        let view = view(facts, office);
        let kind = facts.kind();
        let subject = self.part(kind, "subject.txt", &view)?;
        let subject = format!("{}{}", facts.classification().subject_tag(), text::one_line(subject.trim()));
        Ok(Page {
            subject,
            text: self.part(kind, "text.txt", &view)?,
            html: self.part(kind, "html.html", &view)?,
        })
    }

    /// The plain body alone.
    pub(super) fn text(&self, facts: &Facts, office: &Named) -> Result<String, BadTemplate> {
        self.part(facts.kind(), "text.txt", &view(facts, office))
    }

    fn part(&self, kind: &str, part: &str, view: &Value) -> Result<String, BadTemplate> {
        let name = format!("{kind}/{part}");
        let template = self.environment.get_template(&name).map_err(|error| bad(&name, &error))?;
        template.render(view).map_err(|error| bad(&name, &error))
    }

    fn check(&self) -> Result<(), BadTemplate> {
        let office = Named { name: Some("SECAS".into()), address: super::sample::office() };
        for sample in Facts::samples() {
            let page = self.page(&sample.facts, &office)?;
            check_page(&sample.facts, &page).map_err(|(part, reason)| BadTemplate {
                file: format!("{}/{part}", sample.facts.kind()),
                line: None,
                reason: format!("with the sample {:?} {reason}", sample.name),
            })?;
        }
        Ok(())
    }
}

/// The folders of `templates/mail` that hold a kind of letter.
pub fn folder_names() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().filter_map(|(name, _)| name.strip_suffix("/subject.txt"))
}

fn view(facts: &Facts, office: &Named) -> Value {
    Value::from_serialize(View {
        facts,
        marking: Marking { sentence: facts.classification().sentence() },
        office: Office { name: office.name.as_deref().unwrap_or("SECAS"), address: office.address.as_str() },
    })
}

/// What every letter must say and none may, whatever its templates.
fn check_page(facts: &Facts, page: &Page) -> Result<(), (&'static str, String)> {
    let sentence = facts.classification().sentence();
    if !page.subject.contains(facts.reference()) {
        return Err((
            "subject.txt",
            format!("the subject does not contain the reference: {:?}", page.subject),
        ));
    }
    if page.text.lines().next() != Some(sentence.as_str()) {
        return Err(("text.txt", format!("the first line is not the marking: {sentence:?}")));
    }
    if !page.html.contains(&sentence) {
        return Err(("html.html", format!("the marking does not appear: {sentence:?}")));
    }
    for (part, words) in [("subject.txt", &page.subject), ("text.txt", &page.text), ("html.html", &page.html)]
    {
        let words = words.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(found) = FORBIDDEN.iter().find(|word| words.contains(**word)) {
            return Err((part, format!("it says {found:?}, which no letter to a User may")));
        }
    }
    Ok(())
}

/// Prints a value: the one door from facts to page. Text becomes one line without control characters, and is
/// escaped in HTML; what has no value or is no text stops the letter rather than look odd in it.
fn print(out: &mut Output<'_>, state: &State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.kind() {
        ValueKind::Undefined => Ok(()),
        ValueKind::Number => write!(out, "{value}").map_err(Error::from),
        ValueKind::String => {
            let written = value.as_str().unwrap_or_default();
            if value.is_safe() {
                return out.write_str(written).map_err(Error::from);
            }
            let line = text::one_line(written);
            match state.auto_escape() {
                AutoEscape::Html => write!(out, "{}", HtmlEscape(&line)).map_err(Error::from),
                _ => out.write_str(&line).map_err(Error::from),
            }
        }
        kind => Err(Error::new(
            ErrorKind::InvalidOperation,
            format!(
                "found {kind} where text is printed; test it with {{% if %}} or walk it with {{% for %}}"
            ),
        )),
    }
}

fn field_label(field: &str) -> String {
    let words = field.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn unreadable(expected: &str, found: &str) -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("{found:?} is not {expected}"))
}

fn unknown_name(file: &str) -> String {
    let nearest = EMBEDDED
        .iter()
        .map(|(name, _)| *name)
        .min_by_key(|name| strsim::levenshtein(name, file))
        .unwrap_or_default();
    format!("there is no template of this name; the nearest is {nearest}")
}

fn bad(name: &str, error: &Error) -> BadTemplate {
    // An error in an included piece is wrapped once for each file on the way to it; the innermost says where.
    let mut inner = error;
    while let Some(source) =
        std::error::Error::source(inner).and_then(|source| source.downcast_ref::<Error>())
    {
        inner = source;
    }
    let detail = inner
        .detail()
        .map_or_else(|| inner.kind().to_string(), |detail| format!("{}: {detail}", inner.kind()));
    BadTemplate { file: inner.name().unwrap_or(name).to_owned(), line: inner.line(), reason: detail }
}
