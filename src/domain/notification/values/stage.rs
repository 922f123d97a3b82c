//! How far employment of the system has come. In: words; out: one stage. Invariant: what is denied or only
//! considered is never read as a stage.

use super::Read;
use super::choice::{affirmed, clauses};
use super::text::is_blank;
use crate::domain::notification::EmploymentStage::{
    self, AlreadyInUse, Developing, Intending, Procuring, Testing,
};

const EXPECTED: &str = "one of Intending, Procuring, Developing, Testing, Already in use";

/// `None` marks phrases that only sound like a stage.
const PHRASES: &[(&str, Option<EmploymentStage>)] = &[
    ("intending", Some(Intending)),
    ("intend", Some(Intending)),
    ("intends", Some(Intending)),
    ("intention", Some(Intending)),
    ("intended", Some(Intending)),
    ("intending to employ", Some(Intending)),
    ("intending to utilise", Some(Intending)),
    ("intending to utilize", Some(Intending)),
    ("intending to use", Some(Intending)),
    ("intend to employ", Some(Intending)),
    ("intend to utilise", Some(Intending)),
    ("intend to use", Some(Intending)),
    ("intends to employ", Some(Intending)),
    ("intends to utilise", Some(Intending)),
    ("intends to use", Some(Intending)),
    ("planning", Some(Intending)),
    ("planned", Some(Intending)),
    ("plan to", Some(Intending)),
    ("plans to", Some(Intending)),
    ("planning to use", Some(Intending)),
    ("planning to employ", Some(Intending)),
    ("planning to go live", Some(Intending)),
    ("proposing", Some(Intending)),
    ("proposed", Some(Intending)),
    ("about to", Some(Intending)),
    ("will employ", Some(Intending)),
    ("will use", Some(Intending)),
    ("will utilise", Some(Intending)),
    ("prior to use", Some(Intending)),
    ("before use", Some(Intending)),
    ("go live planned", Some(Intending)),
    ("planned go live", Some(Intending)),
    ("planned to go live", Some(Intending)),
    ("due to go live", Some(Intending)),
    ("will go live", Some(Intending)),
    ("go live", None),
    ("in development", Some(Developing)),
    ("developing", Some(Developing)),
    ("development", Some(Developing)),
    ("building", Some(Developing)),
    ("in build", Some(Developing)),
    ("being built", Some(Developing)),
    ("build", Some(Developing)),
    ("design", Some(Developing)),
    ("design and build", Some(Developing)),
    ("implementing", Some(Developing)),
    ("implementation", Some(Developing)),
    ("configuring", Some(Developing)),
    ("under construction", Some(Developing)),
    ("procuring", Some(Procuring)),
    ("procurement", Some(Procuring)),
    ("tender", Some(Procuring)),
    ("tendering", Some(Procuring)),
    ("out to tender", Some(Procuring)),
    ("contracting", Some(Procuring)),
    ("buying", Some(Procuring)),
    ("purchasing", Some(Procuring)),
    ("rfp", Some(Procuring)),
    ("selecting a supplier", Some(Procuring)),
    ("testing", Some(Testing)),
    ("in test", Some(Testing)),
    ("test", Some(Testing)),
    ("tests", Some(Testing)),
    ("under test", Some(Testing)),
    ("sit", Some(Testing)),
    ("uit", Some(Testing)),
    ("uat", Some(Testing)),
    ("uept", Some(Testing)),
    ("trial", Some(Testing)),
    ("trialling", Some(Testing)),
    ("pilot", Some(Testing)),
    ("user entry process tests", Some(Testing)),
    ("alreadyinuse", Some(AlreadyInUse)),
    ("already in use", Some(AlreadyInUse)),
    ("in use", Some(AlreadyInUse)),
    ("in live use", Some(AlreadyInUse)),
    ("already live", Some(AlreadyInUse)),
    ("live", Some(AlreadyInUse)),
    ("gone live", Some(AlreadyInUse)),
    ("went live", Some(AlreadyInUse)),
    ("live since", Some(AlreadyInUse)),
    ("operational", Some(AlreadyInUse)),
    ("in operation", Some(AlreadyInUse)),
    ("in production", Some(AlreadyInUse)),
    ("in service", Some(AlreadyInUse)),
    ("employing", Some(AlreadyInUse)),
    ("employed", Some(AlreadyInUse)),
    ("already employed", Some(AlreadyInUse)),
    ("in employment", Some(AlreadyInUse)),
    ("utilised", Some(AlreadyInUse)),
    ("utilized", Some(AlreadyInUse)),
    ("utilising", Some(AlreadyInUse)),
    ("using", Some(AlreadyInUse)),
    ("used since", Some(AlreadyInUse)),
    ("already used", Some(AlreadyInUse)),
    ("already using", Some(AlreadyInUse)),
    ("started using", Some(AlreadyInUse)),
    ("to be employed", Some(Intending)),
    ("to be utilised", Some(Intending)),
    ("to be used", Some(Intending)),
    ("to be live", Some(Intending)),
    ("will be live", Some(Intending)),
    ("expected to be live", Some(Intending)),
    ("live from", None),
    ("live by", None),
    ("live in", None),
    ("live on", None),
    ("will be in use", Some(Intending)),
    ("will be using", Some(Intending)),
    ("will be employed", Some(Intending)),
    ("will be operational", Some(Intending)),
    ("to be in use", Some(Intending)),
];

/// Reads the stage. An intention beside an earlier stage is that stage: who develops intends, too.
#[must_use]
pub fn read(words: &str) -> Read<EmploymentStage> {
    if is_blank(words) {
        return Read::blank();
    }
    let mut stages: Vec<EmploymentStage> = affirmed(&clauses(words), PHRASES).into_iter().flatten().collect();
    if stages.len() > 1 && !stages.contains(&AlreadyInUse) {
        stages.retain(|stage| *stage != Intending);
    }
    match stages.as_slice() {
        [stage] => Read::of(*stage),
        _ => Read::bad(words, EXPECTED),
    }
}
