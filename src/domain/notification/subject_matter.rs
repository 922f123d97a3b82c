//! What a mail speaks about, where its fields do not settle what it is. In: subject and own words; out: whether it
//! reads like a notice, mentions the matter, or is about something else. Words only ever lead a mail to a person;
//! they never make it a notification.

use super::values::choice::says;
use super::values::text::plain_words;

/// Words of somebody who gives notice of a system, rather than speaks about the rule.
const NOTICE: &[&str] = &[
    "our second user system",
    "our second system",
    "our third user system",
    "our new user system",
    "our additional user system",
    "hereby",
    "give notice",
    "giving notice",
    "notice of our",
    "wish to notify",
    "would like to notify",
    "writing to notify",
    "writing to inform",
    "are notifying",
    "am notifying",
    "this is to notify",
    "this is our notification",
    "please accept this",
    "please treat this",
    "notification of our",
    "notify you of",
    "notify you that",
    "notify the ssc of",
    "notify the ssc that",
    "notify the security sub committee",
    "we now use",
    "are now using",
    "have been using",
    "went live",
    "goes live",
    "going live",
    "gone live",
    "are procuring",
    "is procuring",
    "is developing",
    "is building",
    "is testing",
    "expect to go live",
    "are developing",
    "are testing",
    "are building",
    "notification form",
    "completed form",
    "form attached",
    "attached form",
    "notification attached",
    "attached notification",
    "attached is our",
];

/// "We intend to", and then what one does with a system.
const INTENTIONS: &[&str] = &[
    "intend to",
    "intends to",
    "intending to",
    "intention to",
    "plan to",
    "plans to",
    "planning to",
    "propose to",
    "about to",
    "will",
    "will begin to",
    "will start to",
    "going to",
    "have started to",
    "have begun to",
    "started to",
    "began to",
    "looking to",
];
const ACTS: &[&str] = &[
    "employ",
    "use",
    "utilise",
    "procure",
    "deploy",
    "introduce",
    "launch",
    "adopt",
    "implement",
    "operate",
    "run",
    "go live",
    "migrate",
    "be using",
    "start using",
    "begin using",
    "start to use",
    "begin to use",
    "start to employ",
    "begin to employ",
    "be employing",
    "be utilising",
    "bring",
    "build",
    "develop",
    "buy",
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
    "guidance published",
    "guidance has been",
    "updated guidance",
    "teams meeting",
    "meeting room",
    "reschedule",
    "the meeting",
    "meeting request",
    "availability",
];

/// Words of somebody who shows a form and does not yet, or no longer, mean it.
const PROVISIONAL: &[&str] = &[
    "draft notification",
    "draft notice",
    "draft of our notification",
    "draft of the notification",
    "draft of a notification",
    "draft form",
    "draft submission",
    "is a draft",
    "draft paper",
    "for your comments",
    "for your comment",
    "for your review before",
    "this draft",
    "our draft",
    "not a notification",
    "not a formal notification",
    "not our formal notification",
    "not yet a notification",
    "not yet our notification",
    "before we submit",
    "before we formally",
    "before formal submission",
    "before submitting",
    "for example a notification",
    "example of a notification",
    "example notification",
    "specimen",
    "for illustration",
    "illustrative",
    "test notification",
    "this is only a test",
    "please ignore",
    "please disregard",
    "withdraw our notification",
    "withdraw the notification",
    "withdraw this notification",
    "withdrawing our notification",
    "withdrawal of our notification",
    "withdrawal of notification",
    "notification is withdrawn",
    "withdraw our notice",
    "is withdrawn",
    "is hereby withdrawn",
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
    let notice = mentioned && (says(&both, NOTICE) || says_intention(&both));
    match (mentioned, notice, says(&both, OTHER)) {
        (true, true, _) => Matter::Notice,
        (true, false, false) => Matter::Mentioned,
        (true, false, true) => Matter::Topic,
        (false, ..) => Matter::Other,
    }
}

/// Does it use the words that the Code has for those who notify?
#[must_use]
pub fn speaks_of_users(text: &str) -> bool {
    let words = [
        "user party",
        "user role",
        "user roles",
        "user id",
        "user ids",
        "user system",
        "user systems",
        "sec party",
        "party signifier",
        "dcc user",
    ];
    says(text, &words)
}

/// Does the writer say that the form in the mail is a draft, an example, or taken back?
#[must_use]
pub fn is_provisional(subject: &str, text: &str) -> bool {
    says(subject, &["draft", "specimen", "withdrawal"]) || says(&format!("{subject}\n{text}"), PROVISIONAL)
}

/// "We intend to", and then what one does with a system; not where it says what others do.
pub(super) fn says_intention(text: &str) -> bool {
    let words = format!(" {} ", plain_words(text).join(" "));
    // Who says what others do speaks about the rule.
    let others = ["you", "users", "parties", "party", "who", "they", "those", "that", "suppliers", "anyone"];
    INTENTIONS.iter().any(|intention| {
        words.match_indices(&format!(" {intention} ")).any(|(at, found)| {
            let before = words.get(..at).unwrap_or_default();
            if before.rsplit(' ').next().is_some_and(|word| others.contains(&word)) {
                return false;
            }
            // The space behind it is the one before the act.
            let rest = words.get(at + found.len()..).unwrap_or_default();
            ACTS.iter().any(|act| rest.strip_prefix(act).is_some_and(|after| after.starts_with(' ')))
        })
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: Matter, mails: &[(&str, &str)]) {
        for (subject, text) in mails {
            assert_eq!(matter(subject, text), expected, "{subject:?}: {text:?}");
        }
    }

    #[test]
    fn a_notice_in_prose_is_told_from_talk_about_the_rule() {
        check(
            Matter::Notice,
            &[
                ("", "We intend to utilise a second User System from April."),
                ("Notification", "Please treat this as our notification under SECMP0057."),
                ("Second User System", "I am writing to inform you that we went live in May."),
                ("SSC", "We hereby notify the SSC that we will begin to employ an additional User System."),
                ("Consultation", "Unrelated to your consultation: we are procuring a second User System."),
                ("Heads up", "Our second User System goes live on 1 March; what do you need from us?"),
            ],
        );
        check(
            Matter::Mentioned,
            &[("SECMP0057", "Does it apply to us?"), ("", "What counts as a second User System?")],
        );
        check(
            Matter::Topic,
            &[
                ("Consultation response: SECMP0057", "We support option 2."),
                ("SSC agenda", "Item 4: second User System notifications received this month."),
                ("Newsletter", "New rules for those who employ a second User System."),
                ("Minutes of meeting 41", "The SSC noted two notifications of a second User System."),
                ("Draft proposal", "We intend to comment on the draft proposal that amends SECMP0057."),
                ("Webinar", "Register now: what SECMP0057 means for you. We will begin at 10:00."),
                ("Meeting request", "Could we move the meeting on SECMP0057 to Thursday?"),
            ],
        );
        check(
            Matter::Other,
            &[("Lunch", "Are you in on Thursday?"), ("Invoice", "Please find our invoice.")],
        );
    }
}
