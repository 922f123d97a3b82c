//! The text of a mail as a person would read it, and where in it each field was read. In: a mail and its reading; out:
//! lines for the screen. Invariant: what the mail says commands no terminal, and cannot set a mark.

use serde_json::Value;

use super::screen::{Paint, Screen};
use crate::domain::message::{Message, TextPart};
use crate::domain::notification::{Reading, label_of, lines};

/// What is shown of a text: enough to know what it is about. The whole mail is a command away.
const LINES: usize = 60;
const CHARACTERS: usize = 12_000;

/// Around what was read, until it is painted; the mail's own ones are told as such.
const OPENS: char = '\u{e000}';
const CLOSES: char = '\u{e001}';

/// A stretch of a text part that gave a field its value.
struct Mark {
    part: u32,
    start: usize,
    end: usize,
    field: String,
}

/// `all` of it, or as much as tells what it is about.
#[must_use]
pub fn text(message: &Message, reading: Option<&Reading>, n: i64, all: bool, screen: Screen) -> String {
    let words = |text: &str| text.split_whitespace().map(String::from).collect::<Vec<_>>();
    let marks = reading.map(|reading| marks(message, reading)).unwrap_or_default();
    let is_marked = |part: &TextPart| marks.iter().any(|mark| mark.part == part.part);
    // Of alternatives the second one says the same, and one that was not read as one that was.
    let mut told: Vec<Vec<String>> = Vec::new();
    let read: Vec<_> =
        message.texts.iter().filter(|part| is_marked(part)).map(|part| words(&part.text)).collect();
    let (mut shown, mut left, mut is_whole) = (Vec::new(), CHARACTERS, true);
    for part in &message.texts {
        let said = words(&part.text);
        if said.is_empty() || told.contains(&said) || (!is_marked(part) && read.contains(&said)) {
            continue;
        }
        told.push(said);
        let of = part.document.as_ref().map(|document| format!(", {}", document.name));
        let of = of.unwrap_or_else(|| if part.is_html { ", HTML".into() } else { String::new() });
        shown.push(screen.paragraph("", 2, &format!("part {}{of}", part.part)));
        for line in lines(part.text.trim_end()) {
            if !all && (left == 0 || shown.len() >= LINES) {
                is_whole = false;
                break;
            }
            let taken: String = line.text.chars().take(if all { usize::MAX } else { left }).collect();
            is_whole &= taken.len() == line.text.len();
            left = left.saturating_sub(taken.chars().count() + 1);
            let on_it = |mark: &&Mark| {
                mark.part == part.part && mark.start < line.start + taken.len() && line.start < mark.end
            };
            let marks: Vec<&Mark> = marks.iter().filter(on_it).collect();
            shown.push(one(screen, &taken, line.start, line.own, &marks));
        }
    }
    let mut lines: Vec<String> = shown.iter().flat_map(|text| text.lines().map(String::from)).collect();
    if lines.is_empty() {
        lines.push("  no text".into());
    }
    if !all && (lines.len() > LINES || !is_whole) {
        lines.truncate(LINES);
        lines.push(format!("  and more: see all of it with `sscd inbox show {n} --all`"));
    }
    lines.join("\n") + "\n"
}

/// One line: `*` before one in which something was read, `|` before what is quoted or else not the writer's own.
fn one(screen: Screen, text: &str, start: usize, is_own: bool, marks: &[&Mark]) -> String {
    let mut places: Vec<(usize, usize)> =
        marks.iter().map(|mark| (mark.start.saturating_sub(start), mark.end.saturating_sub(start))).collect();
    places.sort_unstable();
    let mut marked = String::new();
    let mut is_open = false;
    for (at, c) in text.char_indices().filter(|(_, c)| *c != '\r') {
        let is_read = places.iter().any(|(from, to)| (*from..*to).contains(&at));
        if is_read != is_open {
            marked.push(if is_read { OPENS } else { CLOSES });
            is_open = is_read;
        }
        match c {
            OPENS | CLOSES => marked.extend(c.escape_unicode()),
            c => marked.push(c),
        }
    }
    if is_open {
        marked.push(CLOSES);
    }
    let mut names: Vec<&str> = marks.iter().map(|mark| mark.field.as_str()).collect();
    names.dedup();
    if !names.is_empty() {
        marked.push_str(" <- ");
        marked.push_str(&names.join(", "));
    }
    let depth = 4 + text.chars().take_while(|c| *c == ' ').count().min(20);
    let sign = match (names.is_empty(), is_own) {
        (false, _) => "  *",
        (true, false) => "  |",
        (true, true) => "",
    };
    let shown = screen.paragraph(sign, depth, &marked);
    let bold = screen.paint(Paint::Bold, "\0");
    let (on, off) = bold.split_once('\0').unwrap_or_default();
    shown.trim_end().replace(OPENS, on).replace(CLOSES, off) + "\n"
}

/// Where the values of the mail's fields stand.
fn marks(message: &Message, reading: &Reading) -> Vec<Mark> {
    let mut marks = Vec::new();
    for notification in &reading.notifications {
        let fields = serde_json::to_value(&notification.fields).unwrap_or_default();
        for (name, field) in fields.as_object().into_iter().flatten() {
            let n = |key: &str| field.get(key).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
            let words = field.get("words").and_then(Value::as_str).filter(|words| !words.is_empty());
            let (Some(part), Some(line), Some(words)) = (n("part"), n("line"), words) else { continue };
            let Some(text) = message.texts.iter().find(|text| text.part == part) else { continue };
            let from = lines(&text.text).iter().find(|one| one.number == line).map_or(0, |one| one.start);
            let found = text.text.get(from..).and_then(|rest| rest.find(words));
            if let Some(start) = found.map(|at| from + at) {
                let field = label_of(name).unwrap_or(name).to_owned();
                marks.push(Mark { part, start, end: start + words.len(), field });
            }
        }
    }
    marks.sort_by_key(|mark| (mark.part, mark.start));
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::{Verdict, Vouch};
    use crate::domain::notification::read_notification;
    use crate::domain::policy::Policy;

    fn part((at, (is_html, text)): (usize, &(bool, &str))) -> TextPart {
        let part = u32::try_from(at).unwrap();
        TextPart { part, is_html: *is_html, text: (*text).into(), document: None }
    }

    fn message(texts: &[(bool, &str)]) -> Message {
        Message { texts: texts.iter().enumerate().map(part).collect(), ..Message::default() }
    }

    fn shown(texts: &[(bool, &str)]) -> String {
        text(&message(texts), None, 7, false, Screen::of_width(40))
    }

    #[test]
    fn a_text_is_shown_once_and_commands_nothing() {
        let both = shown(&[(false, "Dear SECAS,\n\n> a\u{1b}[2J second one\n"), (true, "Dear SECAS,\nno")]);
        let expected = "  part 0\n    Dear SECAS,\n\n  | > a\\u{1b}[2J second one\n  part 1, HTML\n    \
                        Dear SECAS,\n    no\n";
        assert_eq!(both, expected);
        assert_eq!(shown(&[(false, "Dear SECAS"), (true, "Dear\nSECAS")]), "  part 0\n    Dear SECAS\n");
        assert_eq!(shown(&[(false, " \n")]), "  no text\n");
    }

    #[test]
    fn a_long_text_says_how_to_see_the_rest() {
        for long in ["line\n".repeat(99), "word ".repeat(9_999)] {
            let short = shown(&[(false, &long)]);
            assert_eq!(short.lines().count(), LINES + 1);
            assert!(short.ends_with("`sscd inbox show 7 --all`\n"), "{short}");
            assert!(short.lines().rev().skip(1).all(|line| line.chars().count() <= 40), "{short}");
            let all = text(&message(&[(false, &long)]), None, 7, true, Screen::of_width(40));
            assert_eq!(all.split_whitespace().skip(2).count(), long.split_whitespace().count());
        }
    }

    const NOTICE: &str = "User Party name: Northwind Energy Supply Ltd\nUser Roles: Gas Supplier\nSystem name: Twinpeak\n\
                          User System number: 2\nIntended start: May 2027\nAn \u{e000}odd\u{e001} one\n\
                          > System name: Quoted\n";

    fn marked(screen: Screen) -> String {
        let message = message(&[(false, NOTICE)]);
        let vouch = Vouch { verdict: Verdict::Verified, reasons: Vec::new() };
        let reading = read_notification(&message, vouch, &Policy::default());
        text(&message, Some(&reading), 7, false, screen)
    }

    #[test]
    fn what_was_read_is_marked_where_it_stands() {
        let plain = marked(Screen::of_width(100));
        for line in [
            "  * User Party name: Northwind Energy Supply Ltd <- User Party name",
            "  * System name: Twinpeak <- Your name for the system",
            "    An \\u{e000}odd\\u{e001} one",
            "  | > System name: Quoted",
        ] {
            assert!(plain.lines().any(|one| one.starts_with(line)), "{line} in {plain}");
        }
        assert!(!plain.contains('\u{1b}') && !plain.contains(OPENS), "{plain}");
        let bold = marked(Screen::in_colour(100));
        assert!(bold.contains("System name: \u{1b}[1mTwinpeak\u{1b}[0m <- "), "{bold}");
        assert!(!bold.contains("\u{1b}[1mQuoted"), "{bold}");
    }
}
