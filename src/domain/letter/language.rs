//! The language of the templates: strict Jinja, the filters of a letter, and one door through which values reach a
//! page. Invariant: what is printed is one line without control characters, and in HTML without markup.

use minijinja::value::ValueKind;
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value, context,
};

use super::super::notification::{label_of, missing_line};
use super::text;

/// An environment that knows the language and no template yet.
pub(super) fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_auto_escape_callback(|name| match name.rsplit('.').next() {
        Some("html") => AutoEscape::Html,
        _ => AutoEscape::Custom("text"),
    });
    environment.set_formatter(print);
    // It would be a second door.
    environment.remove_filter("safe");
    environment.add_filter("day", |on: &str| text::day(on).ok_or_else(|| unreadable("a day", on)));
    environment
        .add_filter("short_day", |on: &str| text::short_day(on).ok_or_else(|| unreadable("a day", on)));
    environment.add_filter("weekday", |on: &str| text::weekday(on).ok_or_else(|| unreadable("a day", on)));
    environment
        .add_filter("instant", |at: &str| text::instant(at).ok_or_else(|| unreadable("an instant", at)));
    environment.add_filter("shown", shown);
    environment.add_filter("whole", whole);
    environment.add_filter("field_label", field_label);
    environment.add_function("gap", gap);
    environment.add_filter("sentence", |words: &str| text::sentence(words));
    environment.add_filter("heading", |state: &State<'_, '_>, title: &str, line: Option<&str>| {
        lines(state, text::heading(&text::one_line(title), line.unwrap_or("-")))
    });
    environment.add_filter("wrap", |state: &State<'_, '_>, body: &Value| {
        let body =
            if body.is_safe() { body.to_string() } else { text::one_line(&body.to_string()).into_owned() };
        lines(state, text::wrap(&body))
    });
    environment
}

/// A value with its own line breaks; in plain text they are indented by so many columns.
fn shown(state: &State<'_, '_>, words: &str, indent: Option<usize>) -> Value {
    let lines = text::shown(words);
    Value::from_safe_string(match state.auto_escape() {
        AutoEscape::Html => lines.iter().map(|line| text::html(line)).collect::<Vec<_>>().join("<br>"),
        _ => lines.join(&format!("\n{:1$}", "", indent.unwrap_or(0))),
    })
}

/// A text word for word, every line of it; in plain text each line but the first begins with `mark`.
fn whole(state: &State<'_, '_>, words: &str, mark: Option<&str>) -> Value {
    let lines = text::whole(words);
    Value::from_safe_string(match state.auto_escape() {
        AutoEscape::Html => lines.iter().map(|line| indented(line)).collect::<Vec<_>>().join("<br>"),
        _ => lines.join(&format!("\n{}", mark.unwrap_or_default())),
    })
}

/// A line as HTML that keeps the space before it.
fn indented(line: &str) -> String {
    let words = line.trim_start_matches(' ');
    format!("{}{}", "&nbsp;".repeat(line.len() - words.len()), text::html(words))
}

/// Plain text that keeps its line breaks; in HTML it is a value like any other.
fn lines(state: &State<'_, '_>, text: String) -> Value {
    match state.auto_escape() {
        AutoEscape::Html => Value::from(text),
        _ => Value::from_safe_string(text),
    }
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
                AutoEscape::Html => out.write_str(&text::html(&line)).map_err(Error::from),
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

/// The form's label of a field; a problem may also be one of the mail as a whole.
fn field_label(field: &str) -> String {
    label_of(field).map_or_else(|| "The mail as a whole".into(), str::to_owned)
}

/// The line that asks for a field: its label, what is expected, and an example.
fn gap(field: &str) -> Result<Value, Error> {
    let (label, expected, example) =
        missing_line(field).ok_or_else(|| unreadable("a field of the form", field))?;
    Ok(context! { label, expected, example })
}

fn unreadable(expected: &str, found: &str) -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("{found:?} is not {expected}"))
}
