//! Which lines of a text its writer wrote. In: decoded text; out: its lines, each with its place, and whether it is
//! the writer's own. Invariant: what is quoted, forwarded or stands below a signature is never own, so the text of
//! our own letters, come back, is never read as news (DOMAIN.md 8, trap 6).

use crate::domain::message::{is_banner, is_header};

/// One line, without its line break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// 1 is the first.
    pub number: u32,
    /// Where it begins, in bytes.
    pub start: usize,
    pub text: &'a str,
    pub own: bool,
}

impl Line<'_> {
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.text.chars().all(|c| c.is_whitespace() || "\u{200b}\u{feff}".contains(c))
    }

    /// Columns of white space before the first word.
    #[must_use]
    pub fn indent(&self) -> usize {
        self.text.chars().take_while(|c| c.is_whitespace()).map(|c| if c == '\t' { 8 } else { 1 }).sum()
    }
}

/// All lines of the text, the writer's own ones marked.
#[must_use]
pub fn lines(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (index, raw) in text.split_inclusive('\n').enumerate() {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let line = raw.trim_end_matches(['\n', '\r']);
        lines.push(Line { number, start, text: line, own: true });
        start += raw.len();
    }
    mark(&mut lines);
    lines
}

/// The writer's own text alone, for looking for words in it.
#[must_use]
pub fn own_text(text: &str) -> String {
    let own: Vec<&str> = lines(text).into_iter().filter(|line| line.own).map(|line| line.text).collect();
    own.join("\n")
}

fn mark(lines: &mut [Line<'_>]) {
    let mut own = true;
    // Lines from here on that are an attribution. Below one with marked quotation the writer may go on.
    let mut n_attributed: usize = 0;
    for at in 0..lines.len() {
        let rest = lines.get(at..).unwrap_or_default();
        let attribution = attribution(rest);
        own = own && !ends_own(rest, attribution);
        n_attributed = n_attributed.max(attribution.unwrap_or(0));
        if let Some(line) = lines.get_mut(at) {
            line.own = own && n_attributed == 0 && !is_quoted(line.text);
        }
        n_attributed = n_attributed.saturating_sub(1);
    }
}

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// The titles of those of our letters that repeat what was notified: a client that quotes without a mark repeats them (DOMAIN.md 8, trap 6). A test
/// of the letters holds that none is read as a notification.
const LETTER_OPENINGS: [&str; 9] = [
    "We have received your notification",
    "Please confirm a notification made in your name",
    "We have recorded an update",
    "We have not had your answer yet",
    "Please confirm the start of your User System",
    "Please confirm whether your User System has started",
    "A new case for the SSC",
    "The SSC is asked for a decision",
    "Paper for the SSC: a second or subsequent User System",
];

/// Does everything from here on belong to somebody else? It may begin with an attribution of so many lines.
fn ends_own(rest: &[Line<'_>], attribution: Option<usize>) -> bool {
    let Some(first) = rest.first() else { return false };
    let line = first.text.trim().trim_matches('*');
    let opens = |words: &&str| line.get(..words.len()).is_some_and(|head| head.eq_ignore_ascii_case(words));
    let dashed = line.starts_with("---") || line.starts_with("___");
    let is_original = || {
        let lower = line.to_lowercase();
        let banners =
            ["original message", "original appointment", "urspr\u{fc}ngliche nachricht", "message d'origine"];
        banners.iter().any(|words| lower.contains(words))
    };
    // RFC 3676 4.3; clients lose the space behind the dashes.
    first.text == "-- "
        || first.text.trim_end() == "--"
        || dashed && is_original()
        || is_banner(line)
        || LETTER_OPENINGS.contains(&line)
        || ["sent from my ", "get outlook for "].iter().any(opens)
        || is_header(rest.iter().map(|line| line.text))
        || attribution.is_some_and(|n| {
            !rest.iter().skip(n).find(|line| !line.is_blank()).is_none_or(|line| is_quoted(line.text))
        })
}

/// "On Mon, 2 Nov 2026 at 09:00, SECAS <..> wrote:" over one to three lines: how many.
fn attribution(rest: &[Line<'_>]) -> Option<usize> {
    let first = rest.first()?.text.trim();
    let opens = ["On ", "Le ", "Am ", "El ", "Op "].iter().any(|word| first.starts_with(word));
    if !opens {
        return None;
    }
    (1..=3_usize).find(|n| {
        let within = rest.iter().take(*n).skip(1).all(|line| !line.is_blank());
        let last = rest.get(n - 1).map_or("", |line| line.text.trim());
        within
            && ["wrote:", "a \u{e9}crit :", "a \u{e9}crit:", "schrieb:", "escribi\u{f3}:", "schreef:"]
                .iter()
                .any(|word| last.ends_with(word))
            || within && last.ends_with(':') && last.contains(" schrieb ")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, own: &str) {
        let found = lines(text)
            .into_iter()
            .filter(|line| line.own && !line.is_blank())
            .map(|line| line.text.to_owned());
        assert_eq!(found.collect::<Vec<_>>().join("|"), own, "{text}");
    }

    #[test]
    fn quotation_is_not_own() {
        check("a\n> b\n >c\nd", "a|d");
        check("a\nOn Mon, 2 Nov 2026, SECAS wrote:\n> b\n\nc", "a|c");
        check("a\nOn Mon, 2 Nov 2026, SECAS\n<secas@sec.test> wrote:\n\nb\nc", "a");
        check("a\n-----Original Message-----\nb", "a");
        check("a\n\nFrom: SECAS <s@sec.test>\nSent: 2 November 2026 09:00\nTo: Ann\nSubject: b\n\nc", "a");
        check(
            "a\n________________________________\nFrom: S\nTo: A\nSubject: b\n\nc",
            "a|________________________________",
        );
        check("a\n-- \nAnn\nEmail: ann@b.test", "a");
        check("From: the first day on we go\nOn balance, we wrote:", "From: the first day on we go");
    }
}
