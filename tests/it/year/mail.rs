//! What comes by mail on a day of a simulated year: notices, answers that are good, late, odd or missing, bounces, answers
//! from calendars, and what is not ours.

use chrono::Days;
use sscd::store::LetterFilter;

use super::life::Life;
use super::office::{N_USERS, contact, domain, name};

/// Of every thousand days, so many bring a notice at each of three times.
const NOTICES: usize = 366;

impl Life {
    /// What comes by mail.
    pub(super) async fn mail(&mut self) -> Result<(), String> {
        if self.dice.below(1000) < NOTICES {
            self.notice().await?;
        }
        self.plan_answers().await?;
        let later = self.later.split_off(&(self.on + Days::new(1)));
        let today = std::mem::replace(&mut self.later, later);
        for (words, block) in today.into_values().flatten() {
            self.says(words, block).await?;
        }
        if self.one_in(12) {
            let block = ["Subject: Consultation on the budget", "", "Please reply by Friday."];
            self.says("mail from someone@elsewhere.example", block.map(String::from).into()).await?;
        }
        Ok(())
    }

    async fn notice(&mut self) -> Result<(), String> {
        let (user, n) = (self.dice.below(N_USERS), self.n_notices);
        self.n_notices += 1;
        let start = self.on + Days::new(u64::try_from(self.dice.below(300)).unwrap());
        let mut form = vec![
            "Subject: Second User System: notification".to_owned(),
            String::new(),
            format!("User Party name: {}", name(user)),
            format!("Party ID: U{user:03}"),
            "User Roles affected: Import Supplier, Gas Supplier".into(),
            format!("Contact: Ann Field, {}, 020 7946 0900", contact(user)),
            "User System number: second".into(),
            format!("Your name for the system: Portal {n}"),
            "Single or multiple User IDs: SingleNew".into(),
            format!("User IDs: 90-B3-D5-1F-60-{:02X}-{:02X}-00", n / 256, n % 256),
            "Architecture: ToFollow".into(),
        ];
        if self.one_in(8) {
            form.push("Stage of employment: AlreadyInUse".into());
            form.push(format!("Actual start: {}", (self.on - Days::new(30)).format("%-d %B %Y")));
        } else {
            form.push("Stage of employment: Procuring".into());
            form.push(format!("Intended start: {}", start.format("%-d %B %Y")));
        }
        if self.one_in(5) {
            form.push("Provided by: SharedResourceProvider".into());
            form.push("Shared Resource Provider: Meterlink Shared Services Ltd".into());
        } else {
            form.push("Provided by: InHouse".into());
        }
        if !self.one_in(3) {
            form.push("Assessed before: No".into());
            form.push("Customers served: Domestic".into());
        }
        if self.one_in(25) {
            form.push("Objection to informing the SSC: the acquisition is not public".into());
        }
        let from = match self.dice.below(12) {
            0 => format!("somebody@{}", domain(user)),
            1 => "nobody@unknown.example".into(),
            2 => contact((user + 1) % N_USERS),
            _ => contact(user),
        };
        let how = match self.dice.below(15) {
            0 => ", vouched for by nobody",
            1 => ", its authentication failed",
            2 => ", in junk",
            _ => "",
        };
        self.says(format!("mail from {from}{how}"), form).await
    }

    /// Whoever got a letter answers well, late, oddly or not at all; some come back.
    async fn plan_answers(&mut self) -> Result<(), String> {
        let store = self.play.engine().store.clone();
        let told = |error: sscd::store::StoreError| error.to_string();
        let n_new = store.next_ids().await.map_err(told)?.0.0 - 1 - self.answered;
        let letters = store.letters(&LetterFilter::All, None, n_new).await.map_err(told)?;
        for letter in letters.into_iter().rev() {
            self.answered = letter.letter.0;
            let Some(to) = letter.deliveries.first().map(|delivery| delivery.recipient.to_string()) else {
                continue;
            };
            let n = letter.letter.0;
            let soon = self.on + Days::new(1 + u64::try_from(self.dice.below(9)).unwrap());
            let late = self.on + Days::new(12 + u64::try_from(self.dice.below(40)).unwrap());
            let is_users =
                ["acknowledgement", "deadline_note", "start_question"].contains(&letter.kind.as_str());
            let (on, words, block): (_, _, Vec<&str>) = match self.dice.below(20) {
                0 => (self.on, format!("bounce of letter {n} from {to}"), vec![]),
                1 if is_users => (
                    soon,
                    format!("reply to letter {n} from {to}, by a program"),
                    vec!["I am away until Monday."],
                ),
                2 if is_users => {
                    (soon, format!("reply to letter {n} from {to}"), vec!["Thank you, we shall see to it."])
                }
                3..=8 if is_users => (
                    soon,
                    format!("reply to letter {n} from {to}"),
                    vec!["Assessed before: No", "Customers served: Domestic"],
                ),
                9..=12 if is_users => (
                    late,
                    format!("reply to letter {n} from {to}"),
                    vec!["Assessed before: No", "Customers served: Domestic"],
                ),
                13 if is_users => (
                    soon,
                    format!("reply to letter {n} from {to}"),
                    vec!["Provided by: SharedResourceProvider"],
                ),
                0..=11 if ["invitation", "user_invitation"].contains(&letter.kind.as_str()) => {
                    let said = self.calendar_says();
                    (soon, format!("answer to letter {n} from {to}: {said}"), vec![])
                }
                14 if letter.kind == "decision_request" => {
                    (soon, format!("reply to letter {n} from {to}"), vec!["Sounds fine to me."])
                }
                _ => continue,
            };
            let block = block.into_iter().map(String::from).collect();
            self.later.entry(on).or_default().push((words, block));
        }
        Ok(())
    }

    fn calendar_says(&mut self) -> String {
        match self.dice.below(16) {
            0..=6 => "accepted".into(),
            7 => "tentative".into(),
            8 | 9 => "declined".into(),
            10 => "asks again".into(),
            11 => format!("proposes {} 11:00", self.on + Days::new(20)),
            12 => "accepted, as Outlook writes".into(),
            13 => "declined, vouched for by nobody".into(),
            14 => "accepted, its authentication failed".into(),
            _ => "accepted, without a token".into(),
        }
    }
}
