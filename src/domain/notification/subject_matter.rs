//! What a mail speaks about, where its fields do not settle what it is. In: subject and own words; out: whether it
//! reads like a notice, mentions the matter, or is about something else. Words only ever lead a mail to a person;
//! they never make it a notification.

use super::values::choice::says;

/// Words of somebody who gives notice of a system, rather than speaks about the rule.
const NOTICE: &[&str] = &[
    "we intend to",
    "we are intending to",
    "intends to employ",
    "intends to use",
    "intends to utilise",
    "intention to employ",
    "intention to use",
    "intention to utilise",
    "we hereby",
    "hereby notify",
    "hereby notifies",
    "hereby give notice",
    "give notice",
    "giving notice",
    "notice of our",
    "wish to notify",
    "would like to notify",
    "writing to notify",
    "writing to inform",
    "we are notifying",
    "this is to notify",
    "this is our notification",
    "please accept this",
    "please treat this",
    "notification of a second",
    "notification of our second",
    "notification of second",
    "notify you of",
    "notify the ssc of",
    "notify the ssc that",
    "notify the security sub committee",
    "we will be using",
    "we will be employing",
    "we will begin",
    "we have started using",
    "we have begun",
    "we started using",
    "we now use",
    "we are now using",
    "we have been using",
    "we plan to",
    "we are planning to",
    "we propose to",
    "we are about to",
    "went live",
    "we are procuring",
    "we are developing",
    "i am notifying",
    "i would like to notify",
    "i wish to notify",
    "notification form",
    "completed form",
    "form attached",
    "attached form",
    "notification attached",
    "attached notification",
    "attached is our",
    "notification of an additional",
];

const MATTER: &[&str] = &[
    "secmp0057",
    "secmp 0057",
    "mp057",
    "second user system",
    "second user systems",
    "subsequent user system",
    "2nd user system",
    "third user system",
    "3rd user system",
    "additional user system",
    "new user system",
    "another user system",
    "further user system",
    "second or subsequent user",
    "second system",
    "user system notification",
    "user system notice",
    "second dcc user system",
    "fourth user system",
    "more than one user system",
    "extra user system",
    "notification of user system",
];

/// Words of mail that is about the trade and notifies nothing.
const OTHER: &[&str] = &[
    "consultation",
    "consultation response",
    "response to the consultation",
    "refinement",
    "newsletter",
    "bulletin",
    "unsubscribe",
    "webinar",
    "draft proposal",
    "draft legal text",
    "modification report",
    "working group",
    "legal text",
    "agenda",
    "minutes",
    "meeting papers",
    "save the date",
    "dial in",
    "invitation to",
    "register now",
    "registration is open",
    "event",
    "training",
    "roundup",
    "weekly update",
    "monthly update",
    "vacancy",
    "recruitment",
    "invoice",
    "purchase order",
    "parking",
    "catering",
    "room booking",
    "apologies for",
    "impact assessment",
    "change report",
    "view in browser",
    "view this email in your browser",
    "seminar",
    "conference",
    "press release",
    "headlines",
    "question on",
    "guidance on",
    "teams meeting",
    "meeting room",
    "reschedule",
    "availability",
];

/// What the words say about the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matter {
    /// It reads like a notice in prose.
    Notice,
    /// It mentions second User Systems and nothing says that it is about something else.
    Mentioned,
    /// It mentions them as a topic: a consultation, a newsletter, logistics.
    Topic,
    Other,
}

/// What subject and own words speak about.
#[must_use]
pub fn matter(subject: &str, text: &str) -> Matter {
    let both = format!("{subject}\n{text}");
    let mentioned = says(&both, MATTER);
    match (mentioned, says(&both, NOTICE), says(&both, OTHER)) {
        (true, true, _) => Matter::Notice,
        (true, false, false) => Matter::Mentioned,
        (true, false, true) => Matter::Topic,
        (false, ..) => Matter::Other,
    }
}

/// Is it plainly about something else, whatever is attached?
#[must_use]
pub fn is_other(subject: &str, text: &str) -> bool {
    says(&format!("{subject}\n{text}"), OTHER)
}

/// Could an attachment be the notification itself: a form, a notice, or a file sent without a word?
#[must_use]
pub fn names_a_form(name: &str) -> bool {
    says(name, MATTER) || says(name, &["notification", "notice", "form", "notify", "user system", "secmp"])
}
