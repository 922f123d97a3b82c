//! A decision of the SSC in the form that its request gave (DOMAIN.md 3). In: what the writer says, without quotation;
//! out: the token and what was decided, with its problems. Invariant: prose ("sounds fine to me") is no decision.

use serde::{Deserialize, Serialize};

use super::values::date;
use super::values::text::{plain_words, squash};
use crate::domain::directory::AssessmentKind;
use crate::domain::message::Problem;
use crate::domain::outcome::{Outcome, Said};

/// A decision as a mail states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated {
    /// A claim until our keys hold it.
    pub token: String,
    pub said: Said,
    pub problems: Vec<Problem>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    Token,
    Outcome,
    Minute,
    Advice,
    Condition,
    Assessment,
    Due,
    /// Of the case, which the token names better.
    Reference,
}

/// Lines of the advice; more is no advice.
const ADVICE_LINES: usize = 200;
/// No program breaks lines that are shorter.
const SHORT_LINE: usize = 64;
/// Characters of the first line below the form, as in "Kind regards".
const FAREWELL: usize = 40;

/// What is decided, where the text has a token and an outcome.
#[must_use]
pub(super) fn decision(own: &str) -> Option<Stated> {
    let Form { values, mut problems, .. } = Form::read(own);
    let all = |label: Label| values.iter().filter(move |(of, _)| *of == label).map(|(_, text)| text.trim());
    let first = |label: Label| all(label).find(|text| !text.is_empty());
    let token = first(Label::Token).filter(|token| token.len() >= 8 && !token.contains(' '))?;
    let outcome = outcome(first(Label::Outcome)?)?;
    let mut problem = |label: &str, found: &str, expected: &str| {
        problems.push(Problem {
            field: "mail".into(),
            found: format!("{label}: {found}"),
            expected: expected.into(),
        });
    };
    let assessment = first(Label::Assessment).and_then(|text| {
        let kind = assessment(text);
        if kind.is_none() {
            problem("Assessment", text, "Full, Verification, Self-Assessment or Follow-up");
        }
        kind
    });
    let due_on = first(Label::Due).and_then(|text| {
        let stated = date::find(text).filter(|stated| stated.precision == super::Precision::Day);
        if stated.is_none() {
            problem("Due", text, "a day, such as 31 March 2027");
        }
        Some(stated?.date)
    });
    let minute = first(Label::Minute).unwrap_or_default();
    if minute.is_empty() {
        problem("Minute", "", "where the SSC's minutes have the decision");
    }
    let conditions = all(Label::Condition).filter(|text| !text.is_empty()).map(squash).collect();
    let said = Said {
        outcome,
        minute: squash(minute),
        on: None,
        advice: first(Label::Advice).map(ToOwned::to_owned),
        conditions,
        assessment,
        due_on,
        corrects: None,
    };
    Some(Stated { token: token.to_owned(), said, problems })
}

/// The labelled lines in the order of the text, and what of it is not certain.
#[derive(Default)]
struct Form {
    values: Vec<(Label, String)>,
    problems: Vec<Problem>,
    /// The line before, where it belongs to a value; none after an empty line.
    before: Option<String>,
    /// Stands below an empty line: a farewell, unless a label follows.
    aside: Option<String>,
}

impl Form {
    fn read(own: &str) -> Self {
        let mut form = Self::default();
        for line in own.lines() {
            let head = line.split_once(':').and_then(|(head, tail)| Some((label(head)?, tail)));
            match head {
                Some((label, tail)) => form.begin(label, tail.trim(), line),
                None => form.go_on(line),
            }
        }
        if let (Some((Label::Condition, text)), Some(aside)) = (form.values.last(), &form.aside)
            && !text.is_empty()
            && aside.chars().count() > FAREWELL
        {
            let found = aside.clone();
            form.doubt(&found, "the condition in one piece, without an empty line");
        }
        form.compare();
        form
    }

    fn begin(&mut self, label: Label, text: &str, line: &str) {
        if let Some(aside) = self.aside.take() {
            self.doubt(&aside, "nothing but labelled lines up to the last of them");
        }
        if let Some((Label::Advice, advice)) = self.values.last()
            && !advice.is_empty()
            && !label.follows_advice()
        {
            self.doubt(line, "an advice in which no line begins like one of the form");
        }
        self.values.push((label, text.to_owned()));
        self.before = Some(line.to_owned());
    }

    /// The advice goes on until the next label; another value where a program broke its line.
    fn go_on(&mut self, line: &str) {
        let is_blank = line.trim().is_empty();
        let Some((label, text)) = self.values.last_mut() else { return };
        if *label == Label::Advice {
            text.push('\n');
            text.push_str(line.trim_end());
            return;
        }
        match &self.before {
            _ if is_blank => self.before = None,
            None => self.aside = self.aside.take().or_else(|| Some(line.trim().to_owned())),
            Some(before)
                if matches!(label, Label::Condition | Label::Minute)
                    && !text.is_empty()
                    && is_broken(before, line) =>
            {
                text.push(' ');
                text.push_str(line.trim());
                self.before = Some(line.to_owned());
            }
            Some(_) => {
                let label = label.title();
                self.doubt(
                    line.trim(),
                    &format!("the whole of {label:?} in one line, and an empty line below it"),
                );
                self.before = None;
            }
        }
    }

    /// Only a condition may be said more than once.
    fn compare(&mut self) {
        let mut first: Vec<(Label, String)> = Vec::new();
        for (label, text) in self.values.clone() {
            let text = squash(&text);
            match first.iter().find(|(known, _)| *known == label) {
                Some((_, said)) if *said != text => {
                    let found = format!("{}: {said}; then {text}", label.title());
                    self.doubt(&found, "that line once");
                }
                Some(_) => {}
                None if label == Label::Condition => {}
                None => first.push((label, text)),
            }
        }
        let is_long =
            |(label, text): &(Label, String)| *label == Label::Advice && text.lines().count() > ADVICE_LINES;
        if self.values.iter().any(is_long) {
            self.doubt("a long advice", &format!("at most {ADVICE_LINES} lines of it"));
        }
    }

    fn doubt(&mut self, found: &str, expected: &str) {
        self.problems.push(Problem { field: "mail".into(), found: found.into(), expected: expected.into() });
    }
}

/// Did a program break the line before, so that this one belongs to it? Certain where this is indented, or begins small
/// and had no room there.
fn is_broken(before: &str, line: &str) -> bool {
    let is_indented = line.starts_with([' ', '\t']);
    let word = line.split_whitespace().next().map_or(0, |word| word.chars().count());
    let had_no_room = before.trim_end().chars().count() + 1 + word > SHORT_LINE;
    let is_sentence = before.trim_end().ends_with(['.', '!', '?', ';']);
    let begins_small = line.trim().chars().next().is_some_and(|first| !first.is_uppercase());
    is_indented || (had_no_room && begins_small && !is_sentence)
}

impl Label {
    fn title(self) -> &'static str {
        match self {
            Self::Token => "Decision token",
            Self::Outcome => "Outcome",
            Self::Minute => "Minute",
            Self::Advice => "Advice",
            Self::Condition => "Condition",
            Self::Assessment => "Assessment",
            Self::Due => "Due",
            Self::Reference => "Reference",
        }
    }

    /// In the form of the request.
    fn follows_advice(self) -> bool {
        matches!(self, Self::Condition | Self::Assessment | Self::Due)
    }
}

fn label(head: &str) -> Option<Label> {
    Some(match plain_words(head).join(" ").as_str() {
        "decision token" | "token" => Label::Token,
        "outcome" | "decision" => Label::Outcome,
        "minute" => Label::Minute,
        "advice" => Label::Advice,
        "condition" | "conditions" => Label::Condition,
        "assessment" | "type" => Label::Assessment,
        "due" => Label::Due,
        "reference" => Label::Reference,
        _ => return None,
    })
}

/// By its word or its title, whatever the case and what stands between the words.
fn outcome(text: &str) -> Option<Outcome> {
    let said = plain_words(text).concat();
    let is_it = |outcome: &Outcome| {
        [outcome.word(), outcome.title()].iter().any(|name| plain_words(name).concat() == said)
    };
    Outcome::ALL.into_iter().find(is_it)
}

fn assessment(text: &str) -> Option<AssessmentKind> {
    Some(match plain_words(text).concat().as_str() {
        "full" => AssessmentKind::Full,
        "verification" => AssessmentKind::Verification,
        "selfassessment" => AssessmentKind::SelfAssessment,
        "followup" => AssessmentKind::FollowUp,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_read_and_nothing_else() {
        let text = "Thank you.\nDecision token: dabcdefghijk\nOutcome: Assessment required\nMinute:  24/7 \n\
            Advice: Keep it apart.\n\n  Test it first.\nCondition: none moves\nCondition: tell us\n\
            Assessment: Self-Assessment\nDue: 31 March 2027\n";
        let stated = decision(text).unwrap();
        assert_eq!((stated.token.as_str(), stated.problems.as_slice()), ("dabcdefghijk", [].as_slice()));
        let said = stated.said;
        assert_eq!((said.outcome, said.minute.as_str()), (Outcome::AssessmentRequired, "24/7"));
        assert_eq!(said.advice.as_deref(), Some("Keep it apart.\n\n  Test it first."));
        assert_eq!(said.conditions, ["none moves", "tell us"]);
        assert_eq!(said.assessment, Some(AssessmentKind::SelfAssessment));
        assert_eq!(said.due_on.unwrap().to_string(), "2027-03-31");
        for prose in [
            "sounds fine to me",
            "Outcome: await annual review",
            "Decision token: dabcdefghijk\nI would wait",
            "Decision token: dabcdefghijk\nOutcome: perhaps await-annual-review",
            "Decision token: two words\nOutcome: await-annual-review",
        ] {
            assert_eq!(decision(prose), None, "{prose}");
        }
    }

    fn read(form: &str) -> Stated {
        decision(&format!("Decision token: dabcdefghijk\nOutcome: await annual review\n{form}")).unwrap()
    }

    #[test]
    fn lines_that_a_program_broke_are_joined() {
        let long = "Condition: no customer of the first User System moves to the second before\n\
            the review, whatever the reason may be, and if one is to move nevertheless then\n\
            we are told.\nCondition: none\n  at all\n";
        let minute =
            "Minute: SSC-2026-24/7, in the part of the minutes that is not published and\nheld by us\n";
        let stated = read(&format!("{minute}{long}\nKind regards\nElspeth\n"));
        assert_eq!(stated.problems, []);
        assert!(stated.said.minute.ends_with("is not published and held by us"), "{}", stated.said.minute);
        let whole = "no customer of the first User System moves to the second before the review, whatever the reason may \
            be, and if one is to move nevertheless then we are told.";
        assert_eq!(stated.said.conditions, [whole, "none at all"]);
    }

    #[test]
    fn what_is_not_certain_is_a_problem() {
        for (form, found) in [
            ("Minute: 24/7\nCondition: none moves\nbut in groups", "but in groups"),
            ("Minute: 24/7\nRegards, Elspeth", "Regards, Elspeth"),
            ("Minute:\n24/7", "24/7"),
            ("Minute: 24/7\nDue: 31 March 2027\nor earlier", "or earlier"),
            ("Minute: 24/7\nCondition: none moves\n\nand more\nDue:", "and more"),
            (
                "Minute: 24/7\nCondition: none moves\n\nNor does anybody else, before the review was held.",
                "Nor does anybody else, before the review was held.",
            ),
            (
                "Minute: 24/7\nAdvice: Wait.\nMinute: by minute, we mean 24/8",
                "Minute: by minute, we mean 24/8",
            ),
            ("Minute: 24/7\nAdvice: Wait.\nDue: soon\nDue:", "Due: soon; then "),
            ("Minute: 24/7\nMinute: 24/8", "Minute: 24/7; then 24/8"),
            ("Minute: 24/7\nOutcome: ad-hoc-review", "Outcome: await annual review; then ad-hoc-review"),
        ] {
            let problems = read(form).problems;
            assert!(problems.iter().any(|problem| problem.found == found), "{form}: {problems:?}");
        }
        let long = "and so on\n".repeat(ADVICE_LINES);
        assert_ne!(read(&format!("Minute: 24/7\nAdvice: Wait\n{long}")).problems, []);
        for certain in [
            "Minute: 24/7\nMinute: 24/7\nAdvice:\nCondition:\nDue:\n\nKind regards\n\nElspeth Marlowe, Chair of the SSC",
            "Minute: 24/7\nAdvice: Wait: it is better.\n\nAnd look: there is time.\nCondition: none moves\n\nElspeth",
        ] {
            assert_eq!(read(certain).problems, [], "{certain}");
        }
    }

    #[test]
    fn what_does_not_read_is_a_problem() {
        let text = "Token: dabcdefghijk\nDecision: ad-hoc review\nAssessment: thorough\nDue: soon";
        let stated = decision(text).unwrap();
        let found: Vec<_> = stated.problems.iter().map(|problem| problem.found.as_str()).collect();
        assert_eq!(found, ["Assessment: thorough", "Due: soon", "Minute: "]);
    }
}
