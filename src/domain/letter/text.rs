//! How words stand on a page. In: text from outside or from a template; out: text without control characters,
//! dates as people here write them, and lines of at most 72 columns for the plain part.

use std::borrow::Cow;
use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate};
use chrono_tz::Europe::London;

/// RFC 3676 4.2 counsels 72 to 78 columns, so that a line survives being quoted.
const COLUMNS: usize = 72;
/// What one value of a mail may take of a letter; the mail itself is kept whole.
const SHOWN_CHARS: usize = 600;
const SHOWN_LINES: usize = 12;
const SHORTENED: &str = "(shortened here; your mail is kept whole)";
/// Any printed value; more than the longest that `shown` leaves.
const LINE_CHARS: usize = 700;
/// What is quoted word for word: far more than minutes hold.
const WHOLE_CHARS: usize = 20_000;
const NOT_WHOLE: &str = "(the minutes have the rest)";

/// Characters that end a line, hide, or turn the text around them: none has a place in a letter.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{200e}' | '\u{200f}' | '\u{061c}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// One line of bounded length: each run of harmful characters becomes a space.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    if text.len() <= LINE_CHARS && text.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return Cow::Borrowed(text);
    }
    let end = text.char_indices().nth(LINE_CHARS).map_or(text.len(), |(end, _)| end);
    let kept = text.get(..end).unwrap_or(text);
    if end == text.len() && !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut line = harmless(kept);
    if end < text.len() {
        line.push_str(" ...");
    }
    Cow::Owned(line)
}

fn harmless(text: &str) -> String {
    text.split(is_harmful).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// As HTML, in ASCII: numeric references survive whatever a gateway does to the charset.
pub(super) fn html(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii() && !matches!(c, '<' | '>' | '&' | '"' | '\'');
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c if is_plain(c) => out.push(c),
            c => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
        }
    }
    Cow::Owned(out)
}

/// The lines of a value as a letter shows them, cut where they are too many.
pub(super) fn shown(text: &str) -> Vec<Cow<'_, str>> {
    let mut left = SHOWN_CHARS;
    let mut lines = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        if lines.len() == SHOWN_LINES || left == 0 {
            lines.push(Cow::Borrowed(SHORTENED));
            break;
        }
        let n_chars = line.chars().count();
        if n_chars > left {
            let cut: String = line.chars().take(left).collect();
            lines.push(Cow::Owned(format!("{} ... {SHORTENED}", one_line(&cut))));
            break;
        }
        left -= n_chars;
        lines.push(one_line(line));
    }
    lines
}

/// All lines of a text, empty ones too, without what is harmful in them. It ends only where it would fill a book.
pub(super) fn whole(text: &str) -> Vec<String> {
    let end = text.char_indices().nth(WHOLE_CHARS).map_or(text.len(), |(end, _)| end);
    let kept = text.get(..end).unwrap_or(text);
    let mut lines: Vec<String> = kept.trim_end().lines().map(|line| harmless(line.trim_end())).collect();
    if end < text.len() {
        lines.push(NOT_WHOLE.into());
    }
    lines
}

/// `2026-06-18` as "Thursday 18 June 2026".
pub(super) fn day(on: &str) -> Option<String> {
    Some(on.parse::<NaiveDate>().ok()?.format("%A %-d %B %Y").to_string())
}

/// `2026-06-18` as "18 June 2026".
pub(super) fn short_day(on: &str) -> Option<String> {
    Some(on.parse::<NaiveDate>().ok()?.format("%-d %B %Y").to_string())
}

/// `2026-06-18` as "Thu 18 June".
pub(super) fn weekday(on: &str) -> Option<String> {
    Some(on.parse::<NaiveDate>().ok()?.format("%a %-d %B").to_string())
}

/// An RFC 3339 instant as "10:15 BST on Thursday 4 June 2026", the clock of Europe/London.
pub(super) fn instant(at: &str) -> Option<String> {
    let at = DateTime::parse_from_rfc3339(at).ok()?.with_timezone(&London);
    Some(at.format("%H:%M %Z on %A %-d %B %Y").to_string())
}

/// Words as a sentence: "the day, or the month" becomes "The day, or the month."
pub(super) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let mut out: String =
        letters.next().map(char::to_uppercase).into_iter().flatten().chain(letters).collect();
    if !out.ends_with(['.', '?', '!']) {
        out.push('.');
    }
    out
}

/// A title with a line beneath it, as long as itself.
pub(super) fn heading(title: &str, line: &str) -> String {
    format!("{title}\n{}", line.repeat(title.chars().count()))
}

/// Wraps long lines under their own indentation and leaves at most two empty lines together.
pub(super) fn wrap(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut n_empty = 2;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            n_empty += 1;
            continue;
        }
        if !out.is_empty() {
            (0..n_empty.min(2)).for_each(|_| out.push('\n'));
        }
        n_empty = 0;
        wrap_line(&mut out, line);
    }
    out
}

fn wrap_line(out: &mut String, line: &str) {
    if line.len() <= COLUMNS {
        out.push_str(line);
        out.push('\n');
        return;
    }
    // A quotation stays one, line by line.
    let (mark, line) = line.strip_prefix("> ").map_or(("", line), |quoted| ("> ", quoted));
    let words = line.trim_start();
    let indent = line.len() - words.len();
    let hanging = indent + if words.starts_with("- ") { 2 } else { 0 };
    out.push_str(mark);
    pad(out, indent);
    let mut column = mark.len() + indent;
    for (nth, word) in words.split(' ').enumerate() {
        let width = word.chars().count();
        if nth > 0 {
            if column + 1 + width > COLUMNS {
                out.push('\n');
                out.push_str(mark);
                pad(out, hanging);
                column = mark.len() + hanging;
            } else {
                out.push(' ');
                column += 1;
            }
        }
        out.push_str(word);
        column += width;
    }
    out.push('\n');
}

fn pad(out: &mut String, n: usize) {
    (0..n).for_each(|_| out.push(' '));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_wraps_under_its_own_indentation() {
        let long = "word ".repeat(20);
        let wrapped = wrap(&format!("\n\n  - {long}\n\n\n\n\nend  \n"));
        assert!(wrapped.starts_with("  - word word"), "{wrapped}");
        assert!(wrapped.contains("\n    word"), "{wrapped}");
        assert!(wrapped.ends_with("word\n\n\nend\n"), "{wrapped:?}");
        assert!(wrapped.lines().all(|line| line.len() <= COLUMNS));
    }

    #[test]
    fn html_is_ascii_and_holds_no_markup() {
        assert_eq!(html("<b>\"Zo\u{eb}\" & 'co'"), "&lt;b&gt;&#34;Zo&#235;&#34; &amp; &#39;co&#39;");
    }

    #[test]
    fn a_word_that_is_too_long_has_a_line_of_its_own() {
        let word = "x".repeat(100);
        assert_eq!(wrap(&format!("a {word} b")), format!("a\n{word}\nb\n"));
    }

    #[test]
    fn nothing_ends_a_line_hides_or_turns_the_text() {
        assert_eq!(one_line("Ann\r\nBcc: x@y.test"), "Ann Bcc: x@y.test");
        assert_eq!(one_line("a\u{202e}b\u{2066}c\u{0}d"), "a b c d");
        assert!(matches!(one_line("Zoë Ångström"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_value_keeps_its_lines_and_is_cut_when_too_long() {
        assert_eq!(shown("a\r\n\r\n b\n"), ["a", " b"]);
        assert_eq!(shown(&"a\n".repeat(99)).len(), SHOWN_LINES + 1);
        let long = "ab ".repeat(999);
        let cut = shown(&long);
        assert!(cut[0].len() < SHOWN_CHARS + 60 && cut[0].ends_with("kept whole)"), "{cut:?}");
    }

    #[test]
    fn what_is_quoted_word_for_word_keeps_every_line() {
        assert_eq!(whole("a\r\n\r\n  b\u{202e}c\0 \n\n"), ["a", "", "  b c"]);
        let long = "ab ".repeat(999);
        assert_eq!(whole(&long), [long.trim_end()]);
        let book = whole(&"x".repeat(WHOLE_CHARS + 1));
        assert_eq!((book[0].len(), book[1].as_str()), (WHOLE_CHARS, NOT_WHOLE));
    }

    #[test]
    fn a_quotation_is_marked_on_every_line() {
        let wrapped = wrap(&format!(">   - {}\n>\n> end", "word ".repeat(30)));
        assert!(wrapped.starts_with(">   - word") && wrapped.contains("\n>     word"), "{wrapped}");
        assert!(wrapped.lines().all(|line| line.starts_with('>') && line.len() <= COLUMNS), "{wrapped}");
    }

    #[test]
    fn words_become_a_sentence() {
        assert_eq!(sentence("the day, or the month"), "The day, or the month.");
        assert_eq!(sentence("Done."), "Done.");
    }

    #[test]
    fn an_instant_is_told_by_the_clock_of_london() {
        assert_eq!(instant("2026-06-04T09:15:00Z").unwrap(), "10:15 BST on Thursday 4 June 2026");
        assert_eq!(instant("2026-12-04T09:15:00Z").unwrap(), "09:15 GMT on Friday 4 December 2026");
        assert_eq!(day("2026-06-18").unwrap(), "Thursday 18 June 2026");
    }
}
