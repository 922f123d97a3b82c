//! Text for people. In: rows and words, some of them from mails; out: lines that fit the terminal and cannot command
//! it. Invariant: no control or bidirectional character of a mail reaches the screen, in JSON neither.

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use anyhow::Context as _;
use serde_json::Value;

/// No column is cut to fewer characters.
const LEAST: usize = 8;
/// A column that says something says it in as many.
const ROOM: usize = 20;

/// What stdout is.
#[derive(Debug, Clone, Copy)]
pub struct Screen {
    /// Columns; `None` where nobody looks and nothing need be cut.
    width: Option<usize>,
    has_colour: bool,
}

#[derive(Debug, Clone, Copy)]
pub enum Paint {
    Bold,
    Red,
    Yellow,
}

impl Screen {
    #[must_use]
    pub fn stdout() -> Self {
        let out = std::io::stdout();
        if !out.is_terminal() {
            return Self { width: None, has_colour: false };
        }
        let columns = rustix::termios::tcgetwinsize(&out).map_or(80, |size| size.ws_col);
        // https://no-color.org
        let has_colour = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { width: Some(usize::from(columns).max(40)), has_colour }
    }

    #[must_use]
    pub fn paint(self, paint: Paint, text: &str) -> String {
        let code = match paint {
            Paint::Bold => 1,
            Paint::Red => 31,
            Paint::Yellow => 33,
        };
        if self.has_colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Rows under heads, cut to the terminal's width. The columns named in `free` give way down to [`ROOM`], the widest
    /// first; then those in `spare` are left out, the first of them first; then `free` gives way further; then all of it
    /// but the first column is left out, from the right; then the widest of all is cut.
    #[must_use]
    pub fn table(self, heads: &[&str], free: &[&str], spare: &[&str], rows: &[Vec<String>]) -> String {
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| one_line(cell)).collect()).collect();
        let column = |at: usize| rows.iter().filter_map(move |row| row.get(at)).map(|cell| len(cell)).max();
        let mut widths: Vec<usize> =
            heads.iter().enumerate().map(|(at, head)| column(at).unwrap_or(0).max(len(head))).collect();
        if let Some(width) = self.width {
            let mut uncut = widths.clone();
            let mut fits = shrink(&mut widths, heads, free, ROOM, width);
            for left_out in spare {
                if !fits {
                    leave_out(&mut uncut, heads, left_out);
                    widths.clone_from(&uncut);
                    fits = shrink(&mut widths, heads, free, ROOM, width);
                }
            }
            fits = fits || shrink(&mut widths, heads, free, LEAST, width);
            for left_out in free.iter().skip(1).rev() {
                if !fits {
                    leave_out(&mut widths, heads, left_out);
                    fits = shrink(&mut widths, heads, &[], LEAST, width);
                }
            }
            if !fits {
                shrink(&mut widths, heads, heads, LEAST, width);
            }
        }
        let line = |cells: &mut dyn Iterator<Item = &str>| {
            let shown = cells.zip(&widths).filter(|(_, width)| **width > 0);
            let cells: Vec<String> =
                shown.map(|(cell, width)| format!("{:<width$}", cut(cell, *width))).collect();
            cells.join("  ").trim_end().to_owned()
        };
        let mut out = self.paint(Paint::Bold, &line(&mut heads.iter().copied())) + "\n";
        for row in &rows {
            out += &line(&mut row.iter().map(String::as_str));
            out.push('\n');
        }
        out
    }
}

impl Screen {
    /// One paragraph: `head` at its beginning, further lines `indent` deep, no line longer than the terminal is wide.
    #[must_use]
    pub fn paragraph(self, head: &str, indent: usize, text: &str) -> String {
        let text = one_line(text);
        let mut out = format!("{head:<indent$}");
        let mut column = len(&out);
        for (n, word) in text.split(' ').enumerate() {
            let fits = self.width.is_none_or(|width| column + 1 + len(word) <= width);
            if n > 0 && fits {
                out.push(' ');
                column += 1;
            } else if n > 0 {
                let _ = write!(out, "\n{:indent$}", "");
                column = indent;
            }
            out += word;
            column += len(word);
        }
        out + "\n"
    }

    /// Text with its lines, each as a paragraph behind `indent` and the blanks that it begins with.
    #[must_use]
    pub fn lines(self, indent: usize, text: &str) -> String {
        let line = |line: &str| {
            let depth = indent + line.chars().take_while(|c| *c == ' ').count().min(ROOM);
            self.paragraph("", depth, line).trim_end().to_owned() + "\n"
        };
        text.lines().map(line).collect()
    }
}

#[cfg(test)]
impl Screen {
    pub fn of_width(width: usize) -> Self {
        Self { width: Some(width), has_colour: false }
    }

    pub fn in_colour(width: usize) -> Self {
        Self { width: Some(width), has_colour: true }
    }
}

/// Prints to stdout.
///
/// # Errors
/// When nobody takes what is printed.
pub fn say(text: &str) -> anyhow::Result<()> {
    std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes()).context("print")
}

/// Prints JSON as one line.
///
/// # Errors
/// When nobody takes what is printed.
pub fn say_json(value: &Value) -> anyhow::Result<()> {
    let mut text = String::new();
    for c in value.to_string().chars() {
        // Outside of strings JSON has none of these; inside of them this is the same character.
        if is_unsafe(c) {
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        } else {
            text.push(c);
        }
    }
    text.push('\n');
    say(&text)
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text of a mail on one line.
#[must_use]
pub fn one_line(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    escape(&words)
}

/// Text of a mail with its lines.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        if c != '\n' && is_unsafe(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    out
}

fn leave_out(widths: &mut [usize], heads: &[&str], column: &str) {
    for (width, _) in widths.iter_mut().zip(heads).filter(|(_, head)| **head == column) {
        *width = 0;
    }
}

/// Takes from the widest of these columns, a column of 0 being none at all, until all fit; whether they do.
fn shrink(widths: &mut [usize], heads: &[&str], columns: &[&str], least: usize, screen: usize) -> bool {
    loop {
        let n_shown = widths.iter().filter(|width| **width > 0).count();
        if widths.iter().sum::<usize>() + 2 * n_shown.saturating_sub(1) <= screen {
            return true;
        }
        let named = widths.iter_mut().zip(heads).filter(|(_, head)| columns.contains(head));
        let widest = named.map(|(width, _)| width).max().filter(|widest| **widest > least);
        let Some(widest) = widest else { return false };
        *widest -= 1;
    }
}

fn len(text: &str) -> usize {
    text.chars().count()
}

fn cut(text: &str, width: usize) -> String {
    if len(text) <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

/// `1 letter`, `2 letters`.
#[must_use]
pub fn counted(n: i64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// `for_ssc_consideration` as words.
#[must_use]
pub fn spaced(word: &str) -> String {
    word.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_cannot_command_the_terminal() {
        assert_eq!(one_line("a\u{1b}[2Jb\r\nc\u{202e}d\u{9b}e"), r"a\u{1b}[2Jb c\u{202e}d\u{9b}e");
        assert_eq!(escape("a\r\nb\u{7}"), "a\nb\\u{7}");
    }

    #[test]
    fn a_paragraph_fits_the_terminal_and_keeps_its_column() {
        let screen = Screen { width: Some(20), has_colour: false };
        assert_eq!(screen.paragraph("  who", 7, "one of\nthe four"), "  who  one of the\n       four\n");
        assert_eq!(screen.paragraph("", 2, &"x".repeat(30)), format!("  {}\n", "x".repeat(30)));
        let all = Screen { width: None, has_colour: false };
        assert_eq!(all.paragraph("", 0, &"x ".repeat(90)).lines().count(), 1);
    }

    #[test]
    fn a_table_fits_the_terminal_and_says_what_was_cut() {
        let screen = Screen { width: Some(40), has_colour: false };
        let rows = vec![vec!["1".to_owned(), "é".repeat(60), "yes".to_owned()]];
        let text = screen.table(&["id", "what", "so"], &["what"], &[], &rows);
        assert!(text.lines().all(|line| len(line) <= 40), "{text}");
        assert!(text.contains('…') && text.contains("yes"), "{text}");
        let narrow = ["id", "from", "state", "why"];
        let row = ["SUS-2026-0001", "security@northwind.test", "For SSC consideration", "it says so"];
        let rows_of_four = vec![row.map(str::to_owned).to_vec()];
        let text = screen.table(&narrow, &["from", "why"], &[], &rows_of_four);
        assert_eq!(text.lines().nth(1), Some("SUS-2026-0001  securit…  For SSC consid…"), "a name is whole");
        let all = Screen { width: None, has_colour: false }.table(&["id", "what", "so"], &[], &[], &rows);
        assert!(!all.contains('…'));
    }

    #[test]
    fn a_column_that_says_little_gives_way_to_one_that_says_something() {
        let heads = ["case", "User", "status", "waits for"];
        let row =
            ["SUS-2026-0001", "Northwind Energy Supply Ltd", "Logged", "the User to supply its User Roles"];
        let rows = vec![row.map(str::to_owned).to_vec()];
        let of = |width| Screen::of_width(width).table(&heads, &["User", "waits for"], &["status"], &rows);
        assert!(
            of(90).contains("Logged") && of(90).contains("the User to supply its User Roles"),
            "{}",
            of(90)
        );
        assert_eq!(
            of(60).lines().nth(1),
            Some("SUS-2026-0001  Northwind Energy Supp…  the User to supply i…")
        );
        assert!(of(40).lines().all(|line| len(line) <= 40), "{}", of(40));
    }

    #[test]
    fn lines_keep_their_depth_and_command_nothing() {
        let text = "head\n  two words of it\n\n> \u{1b}[2Jquoted";
        assert_eq!(
            Screen::of_width(14).lines(2, text),
            "  head\n    two words\n    of it\n\n  >\n  \\u{1b}[2Jquoted\n"
        );
    }
}
