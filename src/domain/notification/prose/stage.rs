//! How far a notice says that employment has come. In: all its sentences; out: one stage. Invariant: an intention beside
//! an earlier stage is that stage, and a system in use beside anything else is for a person to say.

use super::field;
use super::sentence::Sentence;
use crate::domain::notification::subject_matter::says_intention;
use crate::domain::notification::{
    EmploymentStage::{self, AlreadyInUse, Developing, Intending, Procuring, Testing},
    Field,
};

/// What is said of the writer, or of the system, behind the words that name them. ("We're" reads "were" in plain.)
const STATES: &[(&str, EmploymentStage)] = &[
    ("have begun to employ", AlreadyInUse),
    ("have begun to use", AlreadyInUse),
    ("have begun to utilise", AlreadyInUse),
    ("have started to employ", AlreadyInUse),
    ("have started to use", AlreadyInUse),
    ("have started using", AlreadyInUse),
    ("has begun to employ", AlreadyInUse),
    ("has begun to use", AlreadyInUse),
    ("has started to use", AlreadyInUse),
    ("began to employ", AlreadyInUse),
    ("began to use", AlreadyInUse),
    ("began using", AlreadyInUse),
    ("started using", AlreadyInUse),
    ("have been using", AlreadyInUse),
    ("has been using", AlreadyInUse),
    ("have been employing", AlreadyInUse),
    ("has been in use", AlreadyInUse),
    ("is already in use", AlreadyInUse),
    ("already use", AlreadyInUse),
    ("are now using", AlreadyInUse),
    ("went live", AlreadyInUse),
    ("has gone live", AlreadyInUse),
    ("has been live", AlreadyInUse),
    ("have gone live", AlreadyInUse),
    ("are procuring", Procuring),
    ("is procuring", Procuring),
    ("are currently procuring", Procuring),
    ("is currently procuring", Procuring),
    ("were currently procuring", Procuring),
    ("have begun to procure", Procuring),
    ("have started to procure", Procuring),
    ("are developing", Developing),
    ("is developing", Developing),
    ("are currently developing", Developing),
    ("are building", Developing),
    ("is building", Developing),
    ("are currently building", Developing),
    ("were currently building", Developing),
    ("is being built", Developing),
    ("is being developed", Developing),
    ("is in development", Developing),
    ("are testing", Testing),
    ("is testing", Testing),
    ("are currently testing", Testing),
    ("were currently testing", Testing),
    ("are now testing", Testing),
    ("are in test", Testing),
    ("is in test", Testing),
    ("is in testing", Testing),
    ("is being tested", Testing),
];

/// Words behind which it is said of the writer or of the system.
const OURS: &[&str] = &["we", "it", "system", "ltd", "limited", "plc", "llp", "and", "which", "that", ""];

/// Words that tell of an earlier stage in a way that is not read: whether that is over, under way or to come.
const EARLIER: &[&str] = &[
    "procure",
    "procuring",
    "procurement",
    "develop",
    "developing",
    "development",
    "build",
    "building",
    "test",
    "testing",
    "tested",
    "tests",
];

/// The stages that the sentence says something of ours is at.
pub fn of(sentence: &Sentence<'_>) -> impl Iterator<Item = EmploymentStage> {
    STATES.iter().filter(|(phrase, _)| sentence.says_behind(OURS, phrase)).map(|(_, stage)| *stage)
}

/// The stage, with the sentence that states it.
pub fn stage(sentences: &[Sentence<'_>]) -> Option<Field<EmploymentStage>> {
    let mut found: Vec<(EmploymentStage, &Sentence<'_>)> = Vec::new();
    let mut is_unclear = false;
    let affirmed = sentences.iter().filter(|one| one.is_ours() && !one.is_doubtful() && !one.is_denied);
    for sentence in affirmed {
        let intends = says_intention(sentence.words()).then_some(Intending);
        is_unclear |= of(sentence).next().is_none() && sentence.says(EARLIER);
        for stage in of(sentence).chain(intends) {
            if !found.iter().any(|(known, _)| *known == stage) {
                found.push((stage, sentence));
            }
        }
    }
    if found.len() > 1 && !found.iter().any(|(stage, _)| *stage == AlreadyInUse) {
        found.retain(|(stage, _)| *stage != Intending);
    }
    match found.as_slice() {
        [(Intending, _)] if is_unclear => None,
        [(stage, sentence)] => Some(field(sentence, sentence.words(), *stage)),
        _ => None,
    }
}
