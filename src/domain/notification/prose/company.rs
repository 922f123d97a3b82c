//! Companies in a sentence. In: words; out: the name of the company that gives notice, or of the one that provides the
//! system. Invariant: a name counts by its legal form ("Ltd", "plc") and by what the sentence says it does; any other
//! company in it says nothing.

use crate::domain::notification::values::choice::begins;
use crate::domain::notification::values::text::plain;

const FORMS: &[&str] = &["ltd", "limited", "plc", "llp", "cic"];
const WITHIN: &[&str] = &["of", "and", "&", "the", "for", "in"];
/// Words that open a sentence with a capital and belong to no name.
const OPENERS: &[&str] = &[
    "at", "for", "on", "from", "as", "our", "we", "i", "please", "dear", "since", "in", "by", "to", "this",
    "that", "notice", "re", "behalf", "when", "while", "with", "both",
];

/// The company that gives notice.
pub fn notifier(words: &str) -> Option<&str> {
    let does = [
        "hereby",
        "intends",
        "wishes",
        "gives notice",
        "is giving",
        "is writing",
        "is procuring",
        "is developing",
        "is building",
        "is testing",
        "is planning",
        "is about",
        "is going",
        "is now",
        "is currently",
        "has begun",
        "has started",
        "will begin",
        "will start",
        "will employ",
        "will use",
        "will utilise",
        "plans to",
        "proposes to",
        "has been using",
        "now uses",
        "notifies",
    ];
    let mut found = companies(words).into_iter().filter(|company| {
        let (before, after) = (plain(company.before), plain(company.after));
        let is_opening = ["", "we", "we at", "at"].contains(&before.as_str());
        before.ends_with("behalf of")
            || before == "we" && company.after.starts_with(',')
            || is_opening && does.iter().any(|does| begins(&after, does))
            || ["you that", "notice that", "ssc that", "secas that"].iter().any(|lead| before.ends_with(lead))
                && does.iter().any(|does| begins(&after, does))
            || before.ends_with("notification by")
            || before.ends_with("notice by")
    });
    let name = found.next()?.name;
    found.next().is_none().then_some(name)
}

/// The one company in a sentence beside the one that gives notice: who provides, where the sentence is about that.
pub fn other(words: &str) -> Option<&str> {
    let notifier = notifier(words);
    let mut found = companies(words).into_iter().filter(|company| Some(company.name) != notifier);
    let name = found.next()?.name;
    found.next().is_none().then_some(name)
}

/// Is no company in it but the one that gives notice?
pub fn is_alone(words: &str) -> bool {
    let notifier = notifier(words);
    companies(words).iter().all(|company| Some(company.name) == notifier)
}

struct Company<'a> {
    name: &'a str,
    before: &'a str,
    after: &'a str,
}

/// Every name that ends in a legal form, with what stands around it.
fn companies(words: &str) -> Vec<Company<'_>> {
    let tokens: Vec<(usize, &str)> = words
        .split_whitespace()
        .map(|token| (token.as_ptr() as usize - words.as_ptr() as usize, token))
        .collect();
    let mut found = Vec::new();
    for (at, (start, token)) in tokens.iter().enumerate() {
        let form = token.trim_end_matches(['.', ',', ';', ':', ')', '"', '\u{201d}']);
        let form = ["'s", "\u{2019}s", "'", "\u{2019}"]
            .iter()
            .find_map(|end| form.strip_suffix(end))
            .unwrap_or(form);
        if !FORMS.contains(&form.to_ascii_lowercase().as_str()) {
            continue;
        }
        let is_of_name = |token: &str| {
            !token.ends_with([',', '.', ';', ':', ')'])
                && (token.starts_with(|c: char| c.is_uppercase()) || WITHIN.contains(&token))
        };
        let n_before = tokens.get(..at).unwrap_or_default().iter().rev();
        let n_before = n_before.take_while(|(_, token)| is_of_name(token)).count();
        let name = tokens.get(at - n_before..at).unwrap_or_default();
        let is_opener = |token: &str| {
            WITHIN.contains(&token)
                || OPENERS.contains(&token.to_ascii_lowercase().as_str())
                || token == "The"
        };
        let Some((first, _)) = name.iter().find(|(_, token)| !is_opener(token)) else { continue };
        let end = start + form.len();
        let (Some(name), Some(before), Some(after)) =
            (words.get(*first..end), words.get(..*first), words.get(end..))
        else {
            continue;
        };
        found.push(Company { name: name.trim_start_matches(['(', '"', '\u{201c}']), before, after });
    }
    found
}
