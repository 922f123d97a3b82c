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

/// What is decided, where the text has a token and an outcome.
#[must_use]
pub(super) fn decision(own: &str) -> Option<Stated> {
    let values = values(own);
    let all = |label: Label| values.iter().filter(move |(of, _)| *of == label).map(|(_, text)| text.trim());
    let first = |label: Label| all(label).find(|text| !text.is_empty());
    let token = first(Label::Token).filter(|token| token.len() >= 8 && !token.contains(' '))?;
    let outcome = outcome(first(Label::Outcome)?)?;
    let mut problems = Vec::new();
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

/// The labelled lines; the advice goes on until the next label.
fn values(own: &str) -> Vec<(Label, String)> {
    let mut values: Vec<(Label, String)> = Vec::new();
    for line in own.lines() {
        let head = line.split_once(':').and_then(|(head, tail)| Some((label(head)?, tail)));
        match (head, values.last_mut()) {
            (Some((label, tail)), _) => values.push((label, tail.trim().to_owned())),
            (None, Some((Label::Advice, advice))) if advice.lines().count() < ADVICE_LINES => {
                advice.push('\n');
                advice.push_str(line.trim_end());
            }
            (None, _) => {}
        }
    }
    values
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

    #[test]
    fn what_does_not_read_is_a_problem() {
        let text = "Token: dabcdefghijk\nDecision: ad-hoc review\nAssessment: thorough\nDue: soon";
        let stated = decision(text).unwrap();
        let found: Vec<_> = stated.problems.iter().map(|problem| problem.found.as_str()).collect();
        assert_eq!(found, ["Assessment: thorough", "Due: soon", "Minute: "]);
    }
}
