//! What the Chair is shown and asked: the facts on one screen, what speaks for each outcome of the rule, who is excluded.
//! In: a case and the directory; out: facts. Invariant: a suggestion rests on the directory's own record alone.

use std::collections::BTreeSet;

use chrono::{DateTime, Months, NaiveDate, Utc};

use super::advice::annual_review_due;
use super::decide::Drafting;
use super::letters::stated;
use super::meeting::words;
use super::timeliness::Timeliness;
use super::{Case, Event, Refusal, Requested, flags, start};
use crate::domain::directory::{Act, InForce as _, Person, ProviderSystem, Role, normal_name};
use crate::domain::id::{Key, LetterId, Named};
use crate::domain::letter::{Brief, DecisionRequest, Excluded, Facts, Paper, Stated};
use crate::domain::notification::{EmploymentStage, YesNoUnknown, label_of};
use crate::domain::token::{Claim, Purpose};
use crate::domain::workday::{OPEN, local, london_date};
use crate::domain::world::World;

/// What bears on the decision; no ID, no architecture, nobody's telephone.
const SHOWN: [&str; 14] = [
    "user_roles",
    "system_ordinal",
    "employment_stage",
    "intended_start",
    "actual_start",
    "reason_not_notified_before",
    "id_arrangement",
    "provision",
    "srp_name",
    "previously_assessed",
    "customer_segment",
    "purpose",
    "separated_from_first",
    "meter_count_expected",
];

/// Free text, in which a User may name itself.
const OWN_WORDS: [&str; 2] = ["reason_not_notified_before", "purpose"];

/// What speaks for each outcome of the rule.
#[derive(Default)]
struct Grounds {
    for_waiting: Vec<String>,
    for_review: Vec<String>,
    suggestion: Option<String>,
}

/// When somebody else is Chair than was asked, and is to be asked for the same decision.
pub(super) fn another_chair_at(case: &Case, request: &Requested, world: &World) -> Option<DateTime<Utc>> {
    let made_at = case.letters.get(&request.letter)?.made_at;
    let made_on = london_date(made_at);
    let chairs = world.directory.people().iter().filter(|person| person.role == Role::SscChair);
    let changes = chairs.flat_map(|person| {
        let (from, until) = person.period();
        [Some(from), until.and_then(|until| until.succ_opt())]
    });
    let days: BTreeSet<NaiveDate> = changes.flatten().chain([made_on]).collect();
    // A request may be made after that day, where there is no further meeting.
    let mut in_time = days.into_iter().filter(|on| (made_on..=request.before).contains(on));
    let on = in_time.find(|on| is_another(case, request, *on, world))?;
    let at = local(on, OPEN).max(made_at);
    Some(world.working_days.next_sending(at).unwrap_or(at))
}

/// An excluded Chair is not asked, and who came before is Chair no more.
fn is_another(case: &Case, request: &Requested, on: NaiveDate, world: &World) -> bool {
    let in_office = world.directory.in_office(Role::SscChair, on).find(|person| !person.emails.is_empty());
    let Some(chair) = in_office else { return false };
    let is_excluded = interests(case, on, world).iter().any(|(person, _)| person.key == chair.key);
    request.person.as_ref() != Some(&chair.key) && (request.person.is_some() || !is_excluded)
}

/// People of the SSC with an interest in a case.
pub(super) fn interests<'a>(case: &Case, on: NaiveDate, world: &'a World) -> Vec<(&'a Person, String)> {
    let srp = case.notification.fields.srp_name.as_ref().map(|field| field.value.as_str());
    world.directory.conflicts(case.user.as_ref(), srp, on)
}

impl Drafting<'_> {
    /// Asks the Chair in office; SECAS gets a copy, without the token. A request that still waits for a person is
    /// outdated by that.
    pub(super) fn ask_chair(&mut self, before: NaiveDate) -> Result<(), Refusal> {
        let letter = self.next_letter();
        let case = self.case()?;
        let is_held = |one: &LetterId| case.letters.get(one).is_some_and(|note| note.held.is_some());
        let outdated: Vec<LetterId> =
            case.requested.iter().map(|request| request.letter).filter(is_held).collect();
        let in_office = self.first_in_office(Role::SscChair);
        let because = in_office.as_ref().and_then(|(key, _)| self.excluded_because(key));
        let chair = in_office.filter(|_| because.is_none());
        let objection = self.case()?.is_objected().map(str::to_owned);
        let person = chair.as_ref().map(|(key, _)| key.clone());
        let excluded = || {
            because.map(|because| format!("the Chair is excluded ({because}): a person names who is asked"))
        };
        let held = objection.or_else(excluded);
        let subject = self.case()?.reference.subject();
        let token = chair.as_ref().map(|(_, named)| {
            let claim =
                Claim { subject: &subject, version: self.version(), recipient: named.address.as_str() };
            self.world.keys.tag(Purpose::Decision, letter.0, claim)
        });
        let facts = self.decision_request(token)?;
        self.automatic(facts, chair.into_iter().map(|(_, named)| named).collect(), held)?;
        self.happened(Event::DecisionRequested { letter, person, before })?;
        for outdated in outdated {
            self.happened(Event::LetterSuperseded { letter: outdated, by: letter })?;
        }
        let copy = self.decision_request(None)?;
        self.automatic(copy, self.secas(), None)
    }

    pub(super) fn decision_request(&self, token: Option<String>) -> Result<Facts, Refusal> {
        let case = self.case()?;
        let Grounds { for_waiting, for_review, suggestion } = self.grounds(case);
        let excluded = self.excluded().into_iter();
        Ok(Facts::DecisionRequest(Box::new(DecisionRequest {
            brief: self.brief(case),
            for_waiting,
            for_review,
            suggestion,
            excluded: excluded
                .map(|(person, because)| Excluded { name: person.name.clone(), because })
                .collect(),
            token,
        })))
    }

    /// The paper for the meeting: a pseudonym, and no words in which the User may name itself.
    pub(super) fn paper(&self) -> Result<Facts, Refusal> {
        let case = self.case()?;
        let Grounds { for_waiting, for_review, .. } = self.grounds(case);
        let user = case.user.clone().unwrap_or_else(|| Key(case.user_name().into()));
        Ok(Facts::Paper(Paper {
            reference: case.reference.to_string(),
            pseudonym: format!("User {}", self.world.keys.pseudonym(&user.0)),
            received_at: case.received_at,
            understood: understood(case, |name| !OWN_WORDS.contains(&name))
                .into_iter()
                .map(in_our_words)
                .collect(),
            missing: missing(case),
            withheld: withheld_labels(case),
            for_waiting,
            for_review,
            meeting_on: case.meeting_on,
            classification: case.classification,
        }))
    }

    fn brief(&self, case: &Case) -> Brief {
        let mut flags = flags(case, self.world);
        if case.timeliness == Timeliness::Retrospective {
            flags.insert(0, "by what it states, the system was in use before the notice came".into());
        }
        Brief {
            reference: case.reference.to_string(),
            user: case.user_name().to_owned(),
            received_at: case.received_at,
            understood: understood(case, |_| true),
            missing: missing(case),
            withheld: withheld_labels(case),
            flags,
            meeting_on: case.meeting_on,
            meeting_why: case.meeting_why.clone(),
            classification: case.classification,
        }
    }

    /// People of the SSC with an interest in this case.
    pub(super) fn excluded(&self) -> Vec<(&Person, String)> {
        self.interests(london_date(self.now))
    }

    /// The same on another day.
    pub(super) fn interests(&self, on: NaiveDate) -> Vec<(&Person, String)> {
        self.case().map_or_else(|_| Vec::new(), |case| interests(case, on, self.world))
    }

    fn first_in_office(&self, role: Role) -> Option<(Key, Named)> {
        let mut people = self.world.directory.in_office(role, london_date(self.now));
        people.find_map(|person| Some((person.key.clone(), named(person)?)))
    }

    /// Why this person of the SSC hears nothing of the case, if so it is.
    pub(super) fn excluded_because(&self, person: &Key) -> Option<String> {
        self.excluded().into_iter().find(|(excluded, _)| excluded.key == *person).map(|(_, because)| because)
    }

    /// The Chair in office, where it has no interest in the case.
    pub(super) fn chair(&self) -> Vec<Named> {
        let chair = self.first_in_office(Role::SscChair).into_iter();
        chair.filter(|(key, _)| self.excluded_because(key).is_none()).map(|(_, named)| named).collect()
    }

    /// Those of SECAS who may act on it.
    pub(super) fn secas(&self) -> Vec<Named> {
        let people = self.world.directory.in_office(Role::Secas, london_date(self.now));
        people.filter(|person| person.acts.contains(&Act::Release)).filter_map(named).collect()
    }

    fn grounds(&self, case: &Case) -> Grounds {
        let mut grounds = Grounds::default();
        let fields = &case.notification.fields;
        self.provider_grounds(case, &mut grounds);
        let assessed = fields.previously_assessed.as_ref().map(|field| field.value.answer);
        match assessed {
            Some(YesNoUnknown::Yes) => grounds
                .for_waiting
                .push("the User says that the system was assessed before: claimed, not confirmed".into()),
            Some(YesNoUnknown::No) => {
                grounds.for_review.push("the User says that the system was not assessed before".into());
            }
            Some(YesNoUnknown::Unknown) | None => {
                grounds.for_review.push("the User does not say that the system was assessed before".into());
            }
        }
        if fields.separated_from_first.as_ref().is_some_and(|field| field.value == YesNoUnknown::No) {
            grounds.for_waiting.push(
                "it is not separated from the first User System, so perhaps the same User System".into(),
            );
        }
        let start = fields.intended_start.as_ref().map(|field| field.value.date);
        match (self.user().and_then(annual_review_due), start) {
            (Some((due, _)), Some(start)) if start < due => grounds.for_review.push(format!(
                "its intended start, {}, is before the next annual review, due by {}",
                start::said(case),
                words(due)
            )),
            (Some((due, _)), _) => {
                grounds.for_waiting.push(format!("the next annual review is due by {}", words(due)));
            }
            (None, _) => {
                grounds
                    .for_review
                    .push("the directory does not say when the next annual review is due".into());
            }
        }
        if fields.employment_stage.as_ref().is_some_and(|field| field.value == EmploymentStage::AlreadyInUse)
        {
            grounds.for_review.push("it is in use already".into());
        }
        grounds
    }

    fn provider_grounds(&self, case: &Case, grounds: &mut Grounds) {
        let fields = &case.notification.fields;
        let Some(name) = fields.srp_name.as_ref().map(|field| field.value.as_str()) else { return };
        let Some(provider) = self.world.directory.provider_called(name) else {
            grounds.for_review.push("the directory does not know the named provider".into());
            return;
        };
        let label = fields.system_label.as_ref().map(|field| normal_name(&field.value));
        let is_meant = |system: &&ProviderSystem| label.as_ref() == Some(&normal_name(&system.name));
        let system = match provider.systems.as_slice() {
            [only] => Some(only),
            several => several.iter().find(is_meant),
        };
        let Some(system) = system else {
            grounds.for_review.push(format!(
                "the directory has {} systems of {}, and the notification does not say which of them it is",
                provider.systems.len(),
                provider.name
            ));
            return;
        };
        let passed = |status: &&str| matches!(*status, "Approved" | "Approved subject to");
        let status = system.status.as_deref().filter(passed);
        let since = london_date(self.now).checked_sub_months(Months::new(12));
        let recent = system.assessed_on.filter(|on| since.is_some_and(|since| *on >= since));
        match (recent, status) {
            (Some(on), Some(status)) => {
                let record = format!(
                    "by the directory's record {} of {} was assessed on {}: {status}",
                    system.name,
                    provider.name,
                    words(on)
                );
                grounds.suggestion = Some(format!("wait for the next annual review, since {record}"));
                grounds.for_waiting.push(record);
            }
            _ => grounds.for_review.push(format!(
                "the directory has no passed assessment of {} of {} within the last 12 months",
                system.name, provider.name
            )),
        }
    }
}

fn named(person: &Person) -> Option<Named> {
    Some(Named { name: Some(person.name.clone()), address: person.emails.first()?.clone() })
}

fn understood(case: &Case, is_shown: impl Fn(&str) -> bool) -> Vec<Stated> {
    let shown = case.notification.fields.shown().into_iter();
    let shown = shown.filter(|shown| SHOWN.contains(&shown.name) && is_shown(shown.name));
    shown.map(|shown| stated(shown, case.classification)).collect()
}

/// As we took it, and not in words in which the User may name itself.
fn in_our_words(stated: Stated) -> Stated {
    let words = stated.words.and_then(|words| stated.understood.or(Some(words)));
    Stated { words, understood: None, ..stated }
}

fn missing(case: &Case) -> Vec<String> {
    case.notification.missing.iter().map(|name| label_of(name).unwrap_or(name).to_owned()).collect()
}

fn withheld_labels(case: &Case) -> Vec<String> {
    case.notification.withheld.iter().map(|item| item.title().to_owned()).collect()
}
