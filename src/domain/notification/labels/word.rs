//! The meaningful words of a label. In: a label as somebody wrote it; out: its words in the singular, without
//! numbering, bullets, brackets and words of no meaning, each standing for all of the same meaning.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Words that carry no meaning in a label.
const STOP: &str = "the a an of your our for please is are to what which in on will be been being do does has \
                    have had any we you and or by it its this that these with as at was were who state give \
                    specify confirm how go going would there they their could should already we'd";

/// Words that most labels could carry; without them a label is looked up again.
const NOISE: &str = "user system second subsequent new sec 2nd notify ssc additional further another current full \
                     detail information if applicable involved concerned relevant affected dcc scope apply affect \
                     proposed yet such own from relate";

/// Words that by themselves could ask for anything: "Our reference", "Reason", "Supplier".
const VAGUE: &str = "name number reference title reason source supplier supply submitted";

/// Each line is one meaning; its first word stands for all.
const SAME: &[&str] = &[
    "planned plan planning intended intend intending intention expected expect anticipated anticipate target proposed \
     estimated estimate forecast projected",
    "use employ employing employed employment utilise utilising utilised utilisation using used usage",
    "start starting begin beginning commence commencing commencement",
    "began begun started commenced",
    "before previous previously prev prior earlier advance ever",
    "notify notified notifying notification notice",
    "late lateness retrospective delay delayed",
    "reason why explanation explain rationale cause",
    "assess assessed assessing assessment",
    "separate separated separately separation",
    "withhold withheld withholding",
    "object objection objecting",
    "disclose disclosed disclosing disclosure",
    "inform informed informing told",
    "number no many count volume quantity",
    "provide provided provides provision providing",
    "multiple several",
    "customer consumer client",
    "organisation company firm business",
    "date when day",
    "stage phase status progress state",
    "telephone phone tel mobile",
    "attached enclosed",
    "need needed required",
    "existing current present",
    "name called",
    "person who",
];

static STOPS: LazyLock<HashSet<&str>> = LazyLock::new(|| STOP.split_whitespace().collect());
static NOISES: LazyLock<HashSet<&str>> = LazyLock::new(|| NOISE.split_whitespace().collect());
static MEANING: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let of_line = |line: &'static str| {
        let first = line.split_whitespace().next().unwrap_or_default();
        line.split_whitespace().map(move |word| (word, first))
    };
    SAME.iter().flat_map(|line| of_line(line)).collect()
});

/// As somebody wrote it, or the one that stands for it.
pub(super) type Word = Cow<'static, str>;

/// The meaningful words of a label.
pub(super) fn meaningful(label: &str) -> Vec<Word> {
    let mut plain = String::with_capacity(label.len());
    let mut depth = 0_u32;
    let mut chars = label.chars();
    while let Some(c) = chars.next() {
        match c {
            // "User ID(s)" is a plural; what else stands in brackets is an aside.
            '(' if chars.as_str().get(..2).is_some_and(|next| next.eq_ignore_ascii_case("s)")) => {
                chars = chars.as_str().get(2..).unwrap_or_default().chars();
            }
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '\'' | '\u{2019}' => {}
            '-' if is_one_word(&plain, chars.as_str()) => {}
            _ if depth > 0 => {}
            c if c.is_ascii() => plain.push(c.to_ascii_lowercase()),
            c => plain.extend(c.to_lowercase()),
        }
    }
    let mut found: Vec<Word> = plain
        .split(|c: char| !c.is_alphanumeric())
        // "System A", "1. Contact", "c) Purpose": a letter or number by itself counts.
        .filter(|word| word.len() > 1 && !word.chars().all(|c| c.is_ascii_digit()) && !STOPS.contains(word))
        .map(|word| {
            let word = british(word);
            let word = singular(&word);
            match MEANING.get(word.as_ref()) {
                Some(same) => Cow::Borrowed(*same),
                None => Cow::Owned(word.into_owned()),
            }
        })
        .collect();
    if found.len() > 1 && found.first().is_some_and(|word| is_numbering(&plain, word)) {
        found.remove(0);
    }
    found
}

/// "E-mail" and "set-up", where a hyphen stands between what was and what comes.
fn is_one_word(before: &str, after: &str) -> bool {
    [("e", "mail"), ("set", "up")].iter().any(|(head, tail)| {
        before.ends_with(head) && after.get(..tail.len()).is_some_and(|next| next.eq_ignore_ascii_case(tail))
    })
}

/// "Q3. Contact", "2b Contact", "iv) Contact".
fn is_numbering(plain: &str, word: &str) -> bool {
    let bullets = |c: char| !c.is_alphanumeric();
    let head = plain.trim_start_matches(bullets).split(['.', ')', ':', ' ']).next().unwrap_or_default();
    head == word
        && (word.len() <= 3 && word.contains(|c: char| c.is_ascii_digit())
            || word.chars().all(|c| "ivx".contains(c)))
}

/// Is it a label only where it says what it belongs to?
pub(super) fn is_vague(word: &str) -> bool {
    VAGUE.split(' ').any(|vague| vague == word)
}

/// Those of the words that few labels could carry.
pub(super) fn core(words: &[Word]) -> Vec<Word> {
    words.iter().filter(|word| !NOISES.contains(word.as_ref())).cloned().collect()
}

/// "Organisation" for "organization".
fn british(word: &str) -> Cow<'_, str> {
    if word.contains('z') {
        Cow::Owned(word.replace("isz", "is").replace("iz", "is"))
    } else {
        Cow::Borrowed(word)
    }
}

fn singular(word: &str) -> Cow<'_, str> {
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 2) {
        return Cow::Owned(format!("{stem}y"));
    }
    match word.strip_suffix('s') {
        Some(stem) if stem.len() >= 2 && !stem.ends_with(['s', 'u']) => Cow::Borrowed(stem),
        _ => Cow::Borrowed(word),
    }
}

/// The words without regard to order and repetition.
pub(super) fn key(words: &[Word]) -> String {
    let mut words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    words.sort_unstable();
    words.dedup();
    words.join(" ")
}
