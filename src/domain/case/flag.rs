//! What a person should see at once in what a User states (DOMAIN.md 2), or of who states it. In: a case, and what is known of
//! its User and the senders of its mails; out: sentences. They judge nothing and change nothing.

use super::meeting::words;
use super::{Case, start};
use crate::domain::notification::YesNoUnknown;
use crate::domain::workday::london_date;
use crate::domain::world::World;

/// Premises above which another assessment scheme applies (DOMAIN.md 4); exactly so many is not over.
const THRESHOLD: u64 = 250_000;

/// The flags of a case, none for most.
#[must_use]
pub fn flags(case: &Case, world: &World) -> Vec<String> {
    let user = case.user.as_ref().and_then(|key| world.directory.user(key));
    let fields = &case.notification.fields;
    let separated = fields.separated_from_first.as_ref().map(|field| field.value);
    let expected = fields.meter_count_expected.as_ref().and_then(|field| field.value.domestic).unwrap_or(0);
    let known = user.map_or(0, |user| user.premises.domestic);
    let mut flags = Vec::new();
    if separated == Some(YesNoUnknown::No) {
        flags.push("not separated from the first User System: perhaps it is the same User System".into());
    }
    if expected > 0 && known <= THRESHOLD && known.saturating_add(expected) > THRESHOLD {
        flags.push(format!(
            "{expected} domestic meters expected beside {known} domestic premises on record: the User may cross the \
             threshold of {THRESHOLD}"
        ));
    }
    if let (Some(on), Some(start)) = (case.meeting_on, &fields.intended_start)
        && start.value.date <= on
        && fields.confidentiality_objection.is_none()
        && !case.stage.is_over()
    {
        flags.push(format!(
            "the SSC meets on {}, and the User means to start before it is over ({}): the Chair may want it earlier \
             (sscd case table)",
            words(on),
            start::said(case)
        ));
    }
    if fields.confidentiality_objection.is_some() {
        flags.push(
            "the User would rather the SSC were not informed: nothing goes there before a person decides"
                .into(),
        );
    }
    for mail in &case.mails {
        let notes = world.mistakable(&mail.sender, london_date(mail.received_at));
        flags.extend(notes.into_iter().map(|note| format!("mail {}: {note}", mail.inbox.0)));
    }
    flags
}
