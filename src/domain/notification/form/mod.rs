//! The notification form that the project publishes, as text, as HTML, for Word and for Excel: an empty line or cell
//! for each field, with guidance. In: the table of labels; out: the form. Invariant: a form that was filled in reads back complete.

mod sheet;
mod word;

use std::fmt::Write as _;

use super::labels::{Label, TABLE};

pub use sheet::form_sheet;
pub use word::form_word;

const TITLE: &str = "Notification of a second or subsequent User System";

const INTRODUCTION: &[&str] = &[
    "For Users under the Smart Energy Code that are to employ a second or subsequent User System (SECMP0057).",
    "Send it to the mailbox of the Security Sub-Committee's secretariat before you begin to use the system. \
     What you cannot answer yet may stay empty: your notification counts from its receipt, and you will be asked.",
    "Where you do not wish to disclose something, write \"withheld\" and why. Withheld is not missing.",
    "For a further system, repeat the form from \"User System number\" on.",
];

/// Widest line of guidance, so that no mail program breaks it.
const WIDTH: usize = 70;

/// The form as text. Lines that begin with `#` are guidance and are not read.
#[must_use]
pub fn form_text() -> String {
    let mut out = format!("# {TITLE}\n#\n");
    for paragraph in INTRODUCTION {
        guidance(&mut out, paragraph);
        out.push_str("#\n");
    }
    guidance(&mut out, "Write behind each colon. Lines that begin with # are guidance and are not read.");
    for label in TABLE {
        out.push('\n');
        guidance(&mut out, &format!("{}. For example: {}", sentence(label), label.example));
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}: ", label.label);
    }
    out
}

fn guidance(out: &mut String, text: &str) {
    let mut line = String::from("#");
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            let _ = writeln!(out, "{line}");
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(out, "{line}");
}

/// "Required: the name of ..".
fn sentence(label: &Label) -> String {
    let required = label.required.sentence();
    let mut chars = required.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}: {}", chars.as_str(), label.expected)
}

/// What stands below a label, in brackets, which are not read.
fn hint(label: &Label) -> String {
    format!("({}. For example: {})", sentence(label), label.example)
}

/// The form as an HTML table, to be pasted into a mail. Guidance stands in brackets, which are not read.
#[must_use]
pub fn form_html() -> String {
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{TITLE}</title>\n<style>\n\
         body {{ font-family: sans-serif; max-width: 50em; margin: 1em auto; padding: 0 1em; }}\n\
         table {{ border-collapse: collapse; width: 100%; }}\n\
         th, td {{ border: 1px solid #888; padding: .5em; text-align: left; vertical-align: top; }}\n\
         th {{ width: 45%; }}\n\
         small {{ font-weight: normal; }}\n</style>\n</head>\n<body>\n<h1>{TITLE}</h1>\n"
    );
    for paragraph in INTRODUCTION {
        let _ = writeln!(out, "<p>{}</p>", escape(paragraph));
    }
    out.push_str("<table>\n");
    for label in TABLE {
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{} <small>{}</small></th><td></td></tr>",
            escape(label.label),
            escape(&hint(label))
        );
    }
    out.push_str("</table>\n</body>\n</html>\n");
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::TextPart;
    use crate::domain::notification::{FieldName, notifications};
    use crate::domain::policy::Policy;

    /// As a person would: the example behind each colon.
    fn check_complete(filled: &str, is_html: bool) {
        let text = TextPart { part: 1, is_html, text: filled.into(), document: None };
        let found = notifications(&[text], &Policy::default().user_roles);
        let [one] = found.as_slice() else { panic!("{} notifications in {filled}", found.len()) };
        for field in FieldName::ALL {
            assert!(one.fields.has(field), "{field:?} in {filled}");
        }
        assert_eq!(one.missing, [] as [&str; 0]);
        assert_eq!(one.problems, []);
    }

    #[test]
    fn a_form_that_was_filled_in_reads_back_complete() {
        let mut filled = form_text();
        let mut rows = String::from("Notification\n");
        for label in TABLE {
            let line = format!("\n{}: \n", label.label);
            assert!(filled.contains(&line), "{line}");
            filled = filled.replace(&line, &format!("\n{}: {}\n", label.label, label.example));
            let _ = writeln!(rows, "{} {}\t{}", label.label, hint(label), label.example);
        }
        check_complete(&filled, false);
        check_complete(&rows, true);
        // Quoted by the mail program's own wrapping, and with every line indented.
        check_complete(&filled.replace('\n', "\r\n"), false);
        check_complete(&format!("  {}", filled.replace('\n', "\n  ")), false);
        assert!(
            filled.lines().filter(|line| line.starts_with('#')).all(|line| line.chars().count() <= WIDTH)
        );
    }

    #[test]
    fn an_empty_form_states_nothing() {
        let text = |text: String, is_html| TextPart { is_html, text, ..TextPart::default() };
        let roles = Policy::default().user_roles;
        assert_eq!(notifications(&[text(form_text(), false)], &roles), []);
        let row = |label: &Label| format!("{} {}\t", label.label, hint(label));
        let rows = TABLE.iter().map(row).collect::<Vec<_>>().join("\n");
        assert_eq!(notifications(&[text(rows, true)], &roles), []);
    }
}
