//! Something to be said to somebody. A letter is facts until it is sealed; [`render`] turns facts and templates
//! into finished MIME, the same bytes for the same input, always.

mod ahead;
mod check;
mod desk;
mod invitation;
mod language;
mod mime;
mod picture;
mod review;
mod sample;
mod ssc;
mod template;
mod text;
mod workbook;

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::id::{Address, Named};
use super::message::{Classification, Problem};
use mime::{Beside, Picture};

pub use ahead::{Ahead, Coming, Day, Mark, MarkKind, Week};
pub use check::unsayable;
pub use desk::{Agenda, ChairDigest, Digest, Item, Listed, NewCases, PaperNotice, Row, Swept};
pub use invitation::{Cancellation, Invitation, InvitationWhy, ProposalDeclined};
pub use picture::{Undrawn, draw};
pub use review::{DueDate, DueDateWhy, MembersReminder, ReviewDue, ReviewReminder};
pub use sample::Sample;
pub use ssc::{
    Brief, DeadlineNote, Decision, DecisionRequest, Entry, Evidence, Excluded, Note, Paper, Proof,
    ReferralPack, ResponseRequest, StartQuestion,
};
pub use template::{BadTemplate, Templates, folder_names};

/// What a letter says, by kind. Each kind has a folder of the same name in `templates/mail/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Facts {
    Acknowledgement(Acknowledgement),
    Receipt(Receipt),
    DecisionRequest(Box<DecisionRequest>),
    /// What the SSC decided, for the User.
    Decision(Decision),
    /// The same, for the User CIO.
    UserCioAdvice(Decision),
    Paper(Paper),
    StartQuestion(StartQuestion),
    ResponseRequest(ResponseRequest),
    DeadlineNote(DeadlineNote),
    ReferralPack(Box<ReferralPack>),
    /// To a review meeting, for the SSC.
    Invitation(Box<Invitation>),
    /// The same for the User and its User CIO.
    UserInvitation(Box<Invitation>),
    Cancellation(Box<Cancellation>),
    ProposalDeclined(Box<ProposalDeclined>),
    /// Of its annual review, for the User.
    ReviewReminder(Box<ReviewReminder>),
    /// Of annual reviews, for a member of the SSC.
    MembersReminder(MembersReminder),
    /// The day of one of them, for a member's calendar.
    DueDate(Box<DueDate>),
    /// For SECAS or the Chair.
    Note(Note),
    /// The Desk's, for SECAS.
    Digest(Box<Digest>),
    Agenda(Box<Agenda>),
    /// For a member of the SSC.
    PaperNotice(PaperNotice),
    /// For the Chair.
    NewCases(NewCases),
    ChairDigest(Box<ChairDigest>),
}

/// For whom a kind of letter is written: what it may say follows from that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    User,
    UserCio,
    /// The SSC as a whole: who notifies is a pseudonym.
    Members,
    /// SECAS and the Chair.
    Office,
}

/// What every letter has.
struct About<'a> {
    kind: &'static str,
    audience: Audience,
    reference: &'a str,
    classification: Classification,
}

/// The answer to a notification, and the first information request (DOMAIN.md 4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    pub reference: String,
    pub user: String,
    pub received_at: DateTime<Utc>,
    /// The start date in the User's own words; stated back, never compared.
    pub start_as_stated: Option<String>,
    pub understood: Vec<Stated>,
    pub missing: Vec<Missing>,
    /// The last day for what is missing, 17:00 Europe/London; why that day is said by a step of `next`.
    pub missing_due_on: Option<NaiveDate>,
    /// Labels of what was withheld: withheld is not missing.
    pub withheld: Vec<String>,
    pub problems: Vec<Problem>,
    /// The reader is asked to confirm that the notification is its own (DOMAIN.md 4, "Whom we answer").
    pub confirm: bool,
    /// Who wrote the mail, as shown to a reader who is asked to confirm.
    pub sent_by: Option<String>,
    /// "by telephone", where it was no mail.
    #[serde(default)]
    pub came: Option<String>,
    pub next: Vec<Step>,
    pub classification: Classification,
}

/// What a reply changed and what is still missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub reference: String,
    pub user: String,
    pub received_at: DateTime<Utc>,
    pub changed: Vec<Stated>,
    pub missing: Vec<Missing>,
    /// As in [`Acknowledgement::missing_due_on`].
    pub missing_due_on: Option<NaiveDate>,
    pub problems: Vec<Problem>,
    pub next: Vec<Step>,
    pub classification: Classification,
}

/// A field as the reader wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated {
    /// The form's label.
    pub label: String,
    /// The User's own words; `None` where the value is Red and is not repeated.
    pub words: Option<String>,
    /// What we understood, where that differs from the words: "March 2027".
    pub understood: Option<String>,
}

/// A gap and the line that fills it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// The form's label, which the reply repeats before a colon.
    pub label: String,
    /// What a good answer looks like, in a sentence.
    pub expected: String,
    /// A good value: `March 2027`. It never stands behind its label, lest a reply that quotes us without a mark be
    /// read as the answer.
    pub example: String,
}

/// What comes next, when, and why then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub what: String,
    /// The day (Europe/London); 17:00 where `by_five`.
    pub on: Option<NaiveDate>,
    pub by_five: bool,
    pub why: String,
}

/// The header lines of a sealed letter, all derived (DESIGN.md 7.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub message_id: String,
    pub dated_at: DateTime<Utc>,
    pub from: Named,
    pub reply_to: Address,
    pub to: Vec<Named>,
    pub cc: Vec<Named>,
    /// Message-ID of the mail that this answers; only in letters to whoever wrote it.
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
}

/// Why a letter could not be written. A person must look: the same facts would fail again.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RenderError {
    #[error(transparent)]
    Template(#[from] BadTemplate),
    #[error("found {found:?} as Message-ID, expected printable ASCII around an @, without angle brackets")]
    MessageId { found: String },
    #[error("the letter's header cannot be written: {reason}")]
    Header { reason: String },
    #[error(transparent)]
    Picture(#[from] Undrawn),
    #[error("the letter's tables cannot be written: {reason}")]
    Tables { reason: String },
}

/// Writes a letter: finished MIME, the same bytes for the same input.
///
/// # Errors
/// When a template fails on these facts, or an address or the Message-ID cannot stand in a header.
pub fn render(facts: &Facts, envelope: &Envelope, templates: &Templates) -> Result<Vec<u8>, RenderError> {
    let office = Named { address: envelope.from.address.untagged(), ..envelope.from.clone() };
    let facts = facts.without_red();
    let beside = beside(&facts, &office.address)?;
    let page = templates.page(&facts, &office, beside.picture.as_ref().map(|picture| picture.id.as_str()))?;
    mime::write(page, facts.classification(), envelope, &beside)
}

/// What goes with the words.
fn beside(facts: &Facts, office: &Address) -> Result<Beside, RenderError> {
    let mut beside = Beside { calendar: facts.scheduling(), ..Beside::default() };
    if let Facts::Digest(digest) = facts {
        if let Some(ahead) = digest.ahead.as_ref().filter(|ahead| ahead.is_drawn) {
            beside.picture = Some(Picture::new(draw(ahead)?, office));
        }
        if digest.has_tables {
            let bytes = workbook::write(digest);
            let bytes = bytes.map_err(|error| RenderError::Tables { reason: error.to_string() })?;
            let name = format!("{}.xlsx", digest.reference.to_lowercase().replace(' ', "-"));
            beside.workbook = Some((name, bytes));
        }
    }
    Ok(beside)
}

/// The plain body as it would be sent today: what a person sees of a draft.
///
/// # Errors
/// When a template fails on these facts.
pub fn preview(facts: &Facts, office: &Named, templates: &Templates) -> Result<String, RenderError> {
    Ok(templates.text(&facts.without_red(), office)?)
}

impl Facts {
    fn about(&self) -> About<'_> {
        use Audience::{Members, Office, User, UserCio};
        let (kind, audience, reference, classification) = match self {
            Self::Acknowledgement(it) => ("acknowledgement", User, &it.reference, it.classification),
            Self::Receipt(it) => ("receipt", User, &it.reference, it.classification),
            Self::DecisionRequest(it) => {
                ("decision_request", Office, &it.brief.reference, it.brief.classification)
            }
            Self::Decision(it) => ("decision", User, &it.reference, it.classification),
            Self::UserCioAdvice(it) => ("user_cio_advice", UserCio, &it.reference, it.classification),
            Self::Paper(it) => ("paper", Members, &it.reference, it.classification),
            Self::StartQuestion(it) => ("start_question", User, &it.reference, it.classification),
            Self::ResponseRequest(it) => ("response_request", User, &it.reference, it.classification),
            Self::DeadlineNote(it) => ("deadline_note", User, &it.reference, it.classification),
            Self::ReferralPack(it) => ("referral_pack", Office, &it.reference, it.classification),
            Self::Invitation(it) => ("invitation", Members, &it.reference, it.classification),
            Self::UserInvitation(it) => ("user_invitation", User, &it.reference, it.classification),
            Self::Cancellation(it) => ("cancellation", Members, &it.reference, it.classification),
            Self::ProposalDeclined(it) => ("proposal_declined", Members, &it.reference, it.classification),
            Self::ReviewReminder(it) => ("review_reminder", User, &it.reference, it.classification),
            Self::MembersReminder(it) => ("members_reminder", Members, &it.reference, it.classification),
            Self::DueDate(it) => ("due_date", Members, &it.reference, it.classification),
            Self::Note(it) => ("note", Office, &it.reference, it.classification),
            Self::Digest(it) => ("digest", Office, &it.reference, it.classification),
            Self::Agenda(it) => ("agenda", Office, &it.reference, it.classification),
            Self::PaperNotice(it) => ("paper_notice", Members, &it.reference, it.classification),
            Self::NewCases(it) => ("new_cases", Office, &it.reference, it.classification),
            Self::ChairDigest(it) => ("chair_digest", Office, &it.reference, it.classification),
        };
        About { kind, audience, reference, classification }
    }

    /// As in `kind` and in the folder's name.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.about().kind
    }

    /// A letter of a case to its User, but for what stands in a calendar: called back on hold, it is a draft again.
    #[must_use]
    pub fn may_be_drafted_anew(&self) -> bool {
        self.audience() == Audience::User
            && !matches!(self, Self::UserInvitation(_) | Self::ReviewReminder(_))
    }

    #[must_use]
    pub fn audience(&self) -> Audience {
        self.about().audience
    }

    /// Somebody waits for it at any hour (DOMAIN.md 4): no sending window holds it.
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        matches!(self, Self::Acknowledgement(_) | Self::Receipt(_) | Self::Digest(_))
    }

    #[must_use]
    pub fn reference(&self) -> &str {
        self.about().reference
    }

    #[must_use]
    pub fn classification(&self) -> Classification {
        self.about().classification
    }

    /// Where the whole is Red, nothing that its sender wrote is repeated (DOMAIN.md 6), whoever made these facts.
    fn without_red(&self) -> Cow<'_, Self> {
        if self.classification() != Classification::Red {
            return Cow::Borrowed(self);
        }
        let mut facts = self.clone();
        let mut no_problems = Vec::new();
        let (stated, problems) = match &mut facts {
            Self::Acknowledgement(letter) => {
                letter.start_as_stated = None;
                (&mut letter.understood, &mut letter.problems)
            }
            Self::Receipt(letter) => (&mut letter.changed, &mut letter.problems),
            // Sentences may hold values; they are for whoever opens the case.
            Self::DecisionRequest(letter) => {
                letter.brief.flags.clear();
                letter.for_waiting.clear();
                letter.for_review.clear();
                letter.suggestion = None;
                (&mut letter.brief.understood, &mut no_problems)
            }
            Self::Paper(letter) => {
                letter.for_waiting.clear();
                letter.for_review.clear();
                (&mut letter.understood, &mut no_problems)
            }
            Self::StartQuestion(letter) => {
                letter.start_as_stated = None;
                (&mut letter.understood, &mut no_problems)
            }
            Self::Note(letter) => {
                letter.lines = vec!["The case is Red: `sscd case show` has its words.".into()];
                return Cow::Owned(facts);
            }
            // They hold no words of a notification; the Desk leaves those of Red cases out.
            Self::Decision(_)
            | Self::UserCioAdvice(_)
            | Self::ResponseRequest(_)
            | Self::DeadlineNote(_)
            | Self::ReferralPack(_)
            | Self::Invitation(_)
            | Self::UserInvitation(_)
            | Self::Cancellation(_)
            | Self::ProposalDeclined(_)
            | Self::ReviewReminder(_)
            | Self::MembersReminder(_)
            | Self::DueDate(_)
            | Self::Digest(_)
            | Self::Agenda(_)
            | Self::PaperNotice(_)
            | Self::NewCases(_)
            | Self::ChairDigest(_) => return Cow::Owned(facts),
        };
        for field in stated {
            field.words = None;
            field.understood = None;
        }
        for problem in problems {
            problem.found.clear();
        }
        Cow::Owned(facts)
    }
}

impl Classification {
    /// The marking sentence (DOMAIN.md 6).
    #[must_use]
    pub fn sentence(self) -> String {
        match self {
            Self::Unmarked => "This document is not marked under the Panel Information Policy.".into(),
            marked => format!(
                "This document is classified as {} in accordance with the Panel Information Policy.",
                marked.title()
            ),
        }
    }

    /// What stands before a subject.
    fn subject_tag(self) -> String {
        match self {
            Self::Unmarked => String::new(),
            marked => format!("[{}] ", marked.title()),
        }
    }
}
