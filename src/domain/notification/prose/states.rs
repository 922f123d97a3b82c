//! What one sentence states of one field. In: a sentence; out: the field, where the sentence speaks of it and can be
//! read in one sense only. Invariant: each value comes from the reader of its field, or from words that stand verbatim
//! in the sentence.

use super::sentence::Sentence;
use super::{company, field};
use crate::domain::notification::stretch::read_into;
use crate::domain::notification::subject_matter::says_intention;
use crate::domain::notification::values::choice::says;
use crate::domain::notification::values::{contact, date, ids, text};
use crate::domain::notification::{Contact, FieldName, Fields, Precision, Provision, StatedDate};

/// What the sentence states of the field; nothing where it does not speak of it.
pub fn states(name: FieldName, sentence: &Sentence<'_>, roles: &[String]) -> Fields {
    let mut found = Fields::default();
    match name {
        FieldName::Contact => {
            found.contact = contact_of(sentence).map(|(words, who)| field(sentence, words, who));
        }
        FieldName::IntendedStart | FieldName::ActualStart => {
            let stated = dated(name, sentence).map(|date| field(sentence, sentence.words(), date));
            match name {
                FieldName::IntendedStart => found.intended_start = stated,
                _ => found.actual_start = stated,
            }
        }
        FieldName::SrpName => {
            let is_shared = reads(FieldName::Provision, sentence, sentence.words(), roles)
                .provision
                .is_some_and(|stated| stated.value == Provision::SharedResourceProvider);
            let is_said = is_shared && !sentence.is_denied && !sentence.is_of_first();
            let provider = company::other(sentence.words()).filter(|_| is_said);
            found.srp_name = provider.map(|words| field(sentence, words, text::squash(words)));
        }
        // All sentences together say it.
        FieldName::EmploymentStage => {}
        _ => {
            if let Some(words) = words_for(name, sentence, roles) {
                found = reads(name, sentence, words, roles);
            }
        }
    }
    found
}

/// The field as its reader reads the words, where it has nothing to remark.
fn reads<'a>(name: FieldName, sentence: &Sentence<'a>, words: &'a str, roles: &[String]) -> Fields {
    let mut found = Fields::default();
    let problems = read_into(&mut found, name, &sentence.stretch.inner(words), roles);
    if problems.is_empty() { found } else { Fields::default() }
}

/// The words of the sentence that answer the field.
fn words_for<'a>(name: FieldName, sentence: &Sentence<'a>, roles: &[String]) -> Option<&'a str> {
    use FieldName as F;
    let words = sentence.words();
    let is_alone = company::is_alone(words);
    let all_if = |phrases: &[&str]| sentence.says(phrases).then_some(words);
    let said = match name {
        F::UserPartyName => company::notifier(words),
        F::PartyId => party_id(words).filter(|_| is_alone),
        F::UserRoles => role_words(sentence, roles).filter(|_| is_alone),
        F::SystemOrdinal => sentence.ordinals().first().copied(),
        F::SystemLabel => label(sentence),
        F::ConfidentialityObjection => all_if(&["we object", "our objection"])
            .filter(|_| sentence.says(&["ssc", "sub committee", "its members"])),
        F::DisclosureWithheld => all_if(WITHHOLDS).filter(|_| !sentence.says(&["please", "you"])),
        F::IdArrangement => all_if(&["user id", "user ids"]),
        F::UserIds => id_words(words),
        F::ArchitectureProvided => clause(words, &["architecture"]),
        F::Provision => all_if(PROVIDES).filter(|_| provides(sentence)),
        F::PreviouslyAssessed => clause(words, &["assessed"])
            .filter(|_| sentence.says(&["it", "system"]))
            .filter(|clause| !says(clause, &["we", "first", "will be", "to be assessed", "due", "risk"])),
        F::SeparatedFromFirst => clause(words, &["separate from", "separated from"])
            .filter(|clause| says(clause, &["first", "existing", "current", "other"])),
        F::CustomerSegment => all_if(&["customers", "consumers", "premises", "households"]),
        F::Purpose => purpose(sentence),
        F::MeterCountExpected => meter_words(words)
            .filter(|_| !sentence.says(&["at present", "currently", "today", "now", "have"])),
        F::Contact
        | F::IntendedStart
        | F::ActualStart
        | F::EmploymentStage
        | F::SrpName
        | F::ReasonNotNotifiedBefore => None,
    };
    // What is denied answers these alone, and what is said of the first system is none of the second's.
    let may_deny = matches!(name, F::DisclosureWithheld | F::PreviouslyAssessed | F::SeparatedFromFirst);
    let names_both =
        matches!(name, F::UserPartyName | F::SystemOrdinal | F::PreviouslyAssessed | F::SeparatedFromFirst);
    said.filter(|_| (may_deny || !sentence.is_denied) && (names_both || !sentence.is_of_first()))
}

const WITHHOLDS: &[&str] = &[
    "withhold",
    "withholding",
    "withheld",
    "not disclose",
    "not disclosing",
    "cannot disclose",
    "unable to disclose",
    "prefer not to disclose",
    "not wish to disclose",
    "do not wish to share",
];

const PROVIDES: &[&str] = &["in house", "ourselves", "shared resource provider", "srp", "third party"];

/// Does it say who builds or runs the system: by its verb, or in hardly a word more?
fn provides(sentence: &Sentence<'_>) -> bool {
    let verbs = [
        "provided",
        "provide",
        "hosted",
        "run",
        "operated",
        "operate",
        "supplied",
        "built",
        "build",
        "building",
        "developed",
        "developing",
        "managed",
        "procuring",
        "is a",
        "is an",
        "is our",
        "our",
        "as our",
        "are our",
    ];
    let of_people = ["counsel", "lawyer", "lawyers", "solicitor", "team", "experts"];
    let n_words = sentence.words().split_whitespace().count();
    (sentence.says(&verbs) || n_words <= 4) && !sentence.says(&of_people)
}

/// The clause in which one of the phrases stands.
fn clause<'a>(words: &'a str, phrases: &[&str]) -> Option<&'a str> {
    let pieces = words.split([',', ';']).flat_map(|piece| piece.split(" and "));
    pieces.map(str::trim).find(|clause| says(clause, phrases))
}

/// Where one of the phrases ends, whatever their case.
fn behind<'a>(words: &'a str, phrases: &[&str]) -> Option<&'a str> {
    let lower = words.to_ascii_lowercase().replace(['\n', '\r'], " ");
    let ends = phrases.iter().filter_map(|phrase| lower.find(phrase).map(|at| at + phrase.len()));
    words.get(ends.min()?..)
}

/// "our SEC Party ID is MERC".
fn party_id(words: &str) -> Option<&str> {
    let rest = behind(words, &["party id", "party identifier", "party signifier", "signifier"])?;
    let rest = rest.trim_start_matches([' ', ':', '(', '\n']);
    let rest = rest.strip_prefix("is ").or_else(|| rest.strip_prefix("of ")).unwrap_or(rest);
    let end = rest
        .find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-'))
        .unwrap_or(rest.len());
    rest.get(..end).filter(|id| id.len() >= 2)
}

/// From the first role that is named to the last, with nothing but a list between them.
fn role_words<'a>(sentence: &Sentence<'a>, roles: &[String]) -> Option<&'a str> {
    if !sentence.says(&["role", "roles", "as a", "as an", "acting as", "we are a", "we are an"]) {
        return None;
    }
    let words = sentence.words();
    let lower = words.to_ascii_lowercase();
    let found = roles.iter().filter_map(|role| {
        let at = lower.find(&role.to_ascii_lowercase())?;
        Some((at, at + role.len()))
    });
    let (start, end) = found.reduce(|one, next| (one.0.min(next.0), one.1.max(next.1)))?;
    words.get(start..end)
}

/// "called Magpie", "known as "the Northern platform"", "our second User System ("Magpie")".
fn label<'a>(sentence: &Sentence<'a>) -> Option<&'a str> {
    if !sentence.says(&["system"]) || sentence.says(&["provider", "supplier called", "company"]) {
        return None;
    }
    let words = sentence.words();
    let quotes = ['"', '\u{201c}', '\u{2018}'];
    let called = behind(
        words,
        &[
            "system called ",
            "system, called ",
            "system named ",
            "system, named ",
            "is called ",
            "be called ",
            "system known as ",
            "system, known as ",
            "is known as ",
            "be known as ",
            "is known internally as ",
            "which we call ",
            "(we call it ",
        ],
    );
    let rest = called.or_else(|| {
        let rest = behind(words, &["user system"])?.trim_start_matches([',', ' ', '(']);
        rest.starts_with(quotes).then_some(rest)
    })?;
    let rest = rest.trim_start().strip_prefix("the ").unwrap_or(rest.trim_start());
    if let Some(quoted) = rest.strip_prefix(quotes) {
        return quoted.get(..quoted.find(['"', '\u{201d}', '\u{2019}'])?);
    }
    let mut end = 0;
    for word in rest.split_inclusive(char::is_whitespace) {
        let name = word.trim_end();
        if !name.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()) {
            break;
        }
        let bare = name.trim_end_matches(['.', ',', ';', ':', ')']);
        end = bare.as_ptr() as usize - rest.as_ptr() as usize + bare.len();
        if bare.len() < name.len() {
            break;
        }
    }
    rest.get(..end).filter(|name| !name.is_empty())
}

/// From the first ID to the last.
fn id_words(words: &str) -> Option<&str> {
    let is_id = |token: &&str| {
        let digits = token.chars().filter(char::is_ascii_hexdigit).count();
        digits == 16
            && token.chars().all(|c| c.is_ascii_hexdigit() || "-:.,;()".contains(c))
            && ids::has_any(token)
    };
    let mut found = words.split_whitespace().filter(is_id);
    let first = found.next()?;
    let last = found.next_back().unwrap_or(first);
    let at = |token: &str| token.as_ptr() as usize - words.as_ptr() as usize;
    Some(words.get(at(first)..at(last) + last.len())?.trim_matches(['.', ',', ';', ':', '(', ')']))
}

/// "Its purpose is to ...", "It will be used to ...".
fn purpose<'a>(sentence: &Sentence<'a>) -> Option<&'a str> {
    let words = sentence.words();
    let named = [
        "its purpose is ",
        "purpose of the system is ",
        "purpose of it is ",
        "purpose of the new system is ",
    ];
    let used = ["will be used for ", "will be used to ", "is used for ", "is used to "];
    let is_of_system = sentence.begins(&["it", "the system", "the new system", "the user system"]);
    let rest = behind(words, &named).or_else(|| behind(words, &used).filter(|_| is_of_system))?;
    let rest = rest.trim_end_matches('.').trim();
    let rest = rest.strip_prefix("to ").unwrap_or(rest);
    (rest.split_whitespace().count() >= 2).then_some(rest)
}

/// "about 120,000 domestic meters".
fn meter_words(words: &str) -> Option<&str> {
    let lower = words.to_ascii_lowercase();
    let ends = ["meters", "metering points", "metering systems"];
    let (end, phrase) = ends.iter().filter_map(|phrase| Some((lower.rfind(phrase)?, phrase))).max()?;
    let start = words.find(|c: char| c.is_ascii_digit()).filter(|start| *start < end)?;
    words.get(start..end + phrase.len())
}

/// The one date of a sentence that says when the system starts, or started.
fn dated(name: FieldName, sentence: &Sentence<'_>) -> Option<StatedDate> {
    let of_others = [
        "assessed",
        "assessment",
        "review",
        "contract",
        "procurement",
        "test",
        "testing",
        "tests",
        "tested",
        "dated",
        "letter",
        "deadline",
        "board",
        "after",
        "before",
        "until",
        "earliest",
        "latest",
        "between",
        "or later",
        "within",
        "expires",
        "decision",
        "agreed",
        "signed",
        "meeting",
        "call",
        "reply",
        "by return",
    ];
    let past =
        ["since", "went live", "began to", "started to", "started using", "began using", "went into use"];
    let goes_live = ["go live", "goes live", "going live", "start date"];
    let is_ours =
        sentence.is_ours() && (sentence.says(&["system", "it", "we"]) || sentence.begins(&goes_live));
    if sentence.is_denied || sentence.says(&of_others) || !is_ours {
        return None;
    }
    let is_past = sentence.says(&past);
    let is_future = says_intention(sentence.words()) || sentence.says(&goes_live);
    let is_asked = match name {
        FieldName::ActualStart => is_past && !is_future,
        _ => is_future && !is_past && sentence.says(&["on", "in", "from", "start date"]),
    };
    date::find(sentence.words()).filter(|date| is_asked && date.precision != Precision::Year)
}

/// Whom the sentence says to speak to, and the words that say it.
fn contact_of<'a>(sentence: &Sentence<'a>) -> Option<(&'a str, Contact)> {
    let of_others = ["provider", "providers", "supplier", "suppliers", "vendor", "vendors"];
    if sentence.is_denied
        || sentence.says(&of_others)
        || !company::is_alone(sentence.words())
        || !sentence.says(&["contact", "questions", "queries", "enquiries", "reach", "speak to"])
    {
        return None;
    }
    let words = sentence.words();
    let at = words.find('@').filter(|_| words.matches('@').count() == 1)?;
    let lead = words.get(..at)?;
    let start = [
        "contact is ",
        "contact will be ",
        "contact for this is ",
        "please contact ",
        "contact: ",
        "contact ",
        "questions to ",
        "queries to ",
        "enquiries to ",
        "reach ",
        "speak to ",
    ]
    .iter()
    .filter_map(|lead_in| lead.to_ascii_lowercase().rfind(lead_in).map(|at| at + lead_in.len()))
    .max()?;
    let rest = words.get(start..)?.trim_end_matches('.');
    let is_of_name =
        |token: &&str| token.starts_with(|c: char| c.is_uppercase()) && !token.contains(['@', '(']);
    let name: Vec<&str> = rest.split_whitespace().take_while(is_of_name).take(4).collect();
    let last = name.last()?;
    let end = last.as_ptr() as usize - rest.as_ptr() as usize + last.len();
    let name = rest.get(..end)?.trim_end_matches([',', ':']);
    let found = contact::read(&format!("{}, {}", text::squash(name), text::squash(rest.get(end..)?)));
    let who = Contact { name: Some(text::squash(name)), ..found.value? };
    who.email.is_some().then_some((rest, who))
}
