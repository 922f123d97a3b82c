//! What people of the office do on a day of a simulated year, at their own time or not at all.

use chrono::TimeDelta;
use sscd::domain::case::{Case, Stage};
use sscd::domain::review::{self, Review};
use sscd::store::{InboxFilter, LetterFilter};

use super::life::Life;
use super::office::domain;

impl Life {
    /// What people of the office do.
    pub(super) async fn people(&mut self) -> Result<(), String> {
        let store = self.play.engine().store.clone();
        let told = |error: sscd::store::StoreError| error.to_string();
        for draft in store.letters(&LetterFilter::Drafts, None, i64::MAX).await.map_err(told)? {
            let n = draft.letter.0;
            match self.dice.below(30) {
                0..=2 => self.says(format!("owen.hartley releases letter {n}"), Vec::new()).await?,
                3 => {
                    self.says(format!("priya.nair discards letter {n}: told by telephone"), Vec::new())
                        .await?;
                }
                4 => self.says(format!("grace.mbeki releases letter {n}"), Vec::new()).await?,
                _ => {}
            }
        }
        for mail in store.inbox_list(&InboxFilter::Open, None, i64::MAX).await.map_err(told)? {
            let n = mail.inbox.0;
            match self.dice.below(15) {
                0 => self.says(format!("grace.mbeki accepts mail {n}"), Vec::new()).await?,
                1 | 2 => {
                    self.says(format!("grace.mbeki dismisses mail {n}: none of ours"), Vec::new()).await?;
                }
                _ => {}
            }
        }
        self.books.catch_up(self.play.engine()).await?;
        let Self { books, dice, on, .. } = self;
        let cases: Vec<Case> = books.cases.values().filter(|_| dice.below(18) == 0).cloned().collect();
        let is_near =
            |review: &&Review| !review.stage.is_over() && review.due_on - *on < TimeDelta::days(200);
        let reviews = books.reviews.values().filter(is_near);
        let reviews: Vec<Review> = reviews.filter(|_| dice.below(30) == 0).cloned().collect();
        for case in &cases {
            self.case(case).await?;
        }
        for review in &reviews {
            self.review(review).await?;
        }
        Ok(())
    }

    /// What people do about one annual review.
    async fn review(&mut self, review: &Review) -> Result<(), String> {
        let (user, on, chance) = (&review.user.0, self.on, self.dice.below(8));
        let of = format!("priya.nair records the annual review of {user}");
        let ahead = on + TimeDelta::days(10 + i64::try_from(self.dice.below(60)).unwrap());
        let words = match (review.stage, chance) {
            _ if review.kind.is_none() && chance < 4 => format!("{of} of kind Verification: the Code"),
            (_, 0) => format!("priya.nair moves the annual review of {user} to {ahead}: the SSC agreed"),
            (_, 1) if self.one_in(3) => format!("{of} finding on {on}: keys were shared"),
            (stage, _) if stage.precedes_fieldwork() && review.booked_on.is_none_or(|day| day > on) => {
                format!("{of} booked on {ahead}: as agreed")
            }
            (stage, _) if stage.precedes_fieldwork() => format!("{of} fieldwork on {on}: as told"),
            (review::Stage::FieldworkDone, _) => format!("{of} report on {on}: it came"),
            (review::Stage::ReportReceived, 2..=4) => format!("{of} response-due on {ahead}: as minuted"),
            (review::Stage::ResponseDue, _) => format!("{of} response on {on}: it came"),
            (_, 5) => format!("{of} remediation on {on}: begun"),
            _ => format!("{of} completed on {on}: approved"),
        };
        self.says(words, Vec::new()).await
    }

    /// What people do about the meeting of an ad-hoc review.
    async fn meeting(&mut self, case: &Case) -> Result<(), String> {
        let (of, on) = (case.reference, self.on);
        let at = on + TimeDelta::days(5 + i64::try_from(self.dice.below(40)).unwrap());
        let words = match self.dice.below(12) {
            0..=3 => format!("owen.hartley invites to the review of {of}"),
            4 => format!("owen.hartley proposes {at} 10:00 for the review of {of}: they asked"),
            5 | 6 => format!("owen.hartley moves the review of {of} to {at} 14:00: they asked"),
            7 => format!("owen.hartley cancels the review of {of}: they asked"),
            8 => format!("owen.hartley adds m{} to the review of {of}: an expert", self.dice.below(12)),
            9 => format!(
                "owen.hartley removes mae@{} from the review of {of}: too many",
                domain(self.dice.below(12))
            ),
            _ => format!(
                "owen.hartley records the review of {of} on {on} with ingrid.solheim, patrick.oyelaran: as minuted"
            ),
        };
        self.says(words, Vec::new()).await
    }

    /// What people do about one case.
    async fn case(&mut self, case: &Case) -> Result<(), String> {
        let (of, on, chance) = (case.reference, self.on, self.dice.below(12));
        let ahead = on + TimeDelta::days(20 + i64::try_from(self.dice.below(30)).unwrap());
        let minute = format!("SSC-{}/{}", on.format("%Y-%m"), self.minute);
        self.minute += 1;
        let level = case.escalation.as_ref().map(|taken| taken.level.to_string());
        let words = match (case.stage, level.as_deref(), chance) {
            (stage, _, 0) if stage.is_over() => format!("priya.nair reopens {of}: it came up again"),
            (stage, ..) if stage.is_over() => return Ok(()),
            (_, Some("E3"), 0..=4) => {
                format!("priya.nair refers {of} considered overdue, minute {minute}: as minuted")
            }
            (_, Some("E4"), 0..=4) => {
                format!("priya.nair refers {of} panel {ahead}, minute {minute}: as minuted")
            }
            (_, Some("E5"), 0..=4) => {
                format!("priya.nair refers {of} determined now, minute {minute}: as minuted")
            }
            (_, Some(_), 5) => format!("priya.nair de-escalates {of}: it has come"),
            (_, _, 6) if case.on_hold.is_some() => format!("owen.hartley resumes {of}: done"),
            (_, _, 6) => format!("owen.hartley holds {of}: they telephoned"),
            (_, _, 7) if case.answering.is_some() => format!("owen.hartley has answered {of}: by telephone"),
            (_, _, 8) if self.one_in(6) => format!("owen.hartley withdraws {of}: as they wrote"),
            (_, _, 8) if self.one_in(6) => format!("priya.nair stays {of} until {ahead}: they asked"),
            (_, _, 9) if self.one_in(3) => format!("priya.nair informs about {of}: they agreed"),
            (_, _, 9) if self.one_in(3) => {
                format!("grace.mbeki decides {of} no-further-action, minute {minute}")
            }
            (_, _, 9) if self.one_in(3) => {
                format!("priya.nair refers {of} considered finding, minute {minute}: a finding")
            }
            (Stage::Logged | Stage::Acknowledged | Stage::Stayed, ..) => return Ok(()),
            (Stage::ForSscConsideration | Stage::DeferredToMeeting, ..) => match self.dice.below(7) {
                0 | 1 => format!("priya.nair decides {of} await-annual-review, minute {minute}"),
                2 => format!("priya.nair decides {of} ad-hoc-review, minute {minute}"),
                3 => format!(
                    "priya.nair decides {of} assessment-required, minute {minute}, type Full, due {ahead}"
                ),
                4 => format!("priya.nair decides {of} further-information, minute {minute}, due {ahead}"),
                5 => format!("priya.nair decides {of} deferred-to-meeting, minute {minute}"),
                _ => format!("priya.nair decides {of} no-further-action, minute {minute}"),
            },
            (Stage::AdHocReview | Stage::ReviewScheduled, _, 0..=4 | 10 | 11) => {
                return self.meeting(case).await;
            }
            (Stage::AdHocReview | Stage::AssessmentRequired, ..) => {
                format!("priya.nair records {of} booked on {ahead}: as agreed")
            }
            (Stage::ReviewScheduled, ..) => format!("priya.nair records {of} held on {on}: as told"),
            (Stage::ReviewHeld, ..) => format!("priya.nair records {of} report on {on}: it came"),
            (Stage::ReportReceived, _, 0..=3) => {
                format!("priya.nair records {of} response-due on {ahead}: as minuted")
            }
            (Stage::ResponseDue, ..) => format!("priya.nair records {of} response on {on}: it came"),
            (Stage::ResponseReceived, _, 0..=2) => {
                format!("priya.nair records {of} remediation on {on}: begun")
            }
            (Stage::FurtherInformation, ..) => {
                format!("priya.nair records {of} information on {on}: it came")
            }
            _ => format!("priya.nair closes {of}: done"),
        };
        self.says(words, Vec::new()).await
    }
}
