//! What a batch must know, read in a few statements and then kept in step while the batch is decided. In: the work;
//! out: answers to every look-up of routing and deciding. Invariant: nothing is asked of the database in between.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::Work;
use super::desk::AtDesk;
use super::fold::rows_of;
use super::review::AtReviews;
use super::sweep::Sweep;
use super::wanted::Wanted;
use crate::domain::case::{Case, Event, Same, Swept, Unsettled, apply};
use crate::domain::id::{Address, InboxId, Key, LetterId, SubjectId};
use crate::domain::notification::Fields;
use crate::domain::review::ReviewId;
use crate::domain::route::{Lookup, user_key};
use crate::domain::token::{Claim, Purpose, Unverified};
use crate::domain::world::World;
use crate::store::{Commit, Delivery, InboxDone, Letter, RegisterRow, Store};

#[derive(Default)]
pub(super) struct Overlay {
    cases: HashMap<SubjectId, Open>,
    of_user: HashMap<Key, BTreeSet<SubjectId>>,
    copies: HashMap<String, (InboxId, Vec<SubjectId>)>,
    threads: HashMap<String, SubjectId>,
    bounces: HashMap<String, (SubjectId, LetterId, Address)>,
    replies: HashMap<String, SubjectId>,
    decisions: HashMap<String, (SubjectId, LetterId, Address)>,
    invitations: HashMap<String, (SubjectId, LetterId, Address)>,
    letters: HashMap<String, (SubjectId, LetterId, Vec<Address>)>,
    numbers: HashMap<i32, u32>,
    mailbox: Sweep,
    unsettled: HashMap<SubjectId, Vec<Unsettled>>,
    pub(super) desk: AtDesk,
    pub(super) reviews: AtReviews,
}

struct Open {
    case: Option<Case>,
    version: i64,
    is_changed: bool,
    /// Its waits are to be derived anew.
    is_revisited: bool,
}

impl Overlay {
    pub(super) async fn load(
        store: &Store,
        batch: &[Work],
        world: &World,
        now: DateTime<Utc>,
        numbers: &HashMap<i32, u32>,
        before: Option<&Self>,
        mailboxes: Option<&BTreeSet<String>>,
    ) -> anyhow::Result<Self> {
        let mut wanted = Wanted::of(batch, world, now);
        let mut overlay = Self { numbers: numbers.clone(), ..Self::default() };
        for year in &wanted.years {
            if !overlay.numbers.contains_key(year) {
                overlay.numbers.insert(*year, u32::try_from(store.next_number(*year).await?)?);
            }
        }
        if !wanted.content_keys.is_empty() {
            for (key, inbox) in store.by_content_keys(&wanted.content_keys).await? {
                let subjects = store.inbox_row(inbox).await?.map(|row| row.subjects);
                overlay.copies.insert(key, (inbox, subjects.unwrap_or_default()));
            }
        }
        if !wanted.message_ids.is_empty() {
            for (id, known) in store.by_message_ids(&wanted.message_ids).await? {
                overlay.threads.extend(known.subjects.into_iter().next().map(|subject| (id, subject)));
            }
        }
        overlay.tags(store, std::mem::take(&mut wanted.tags), world).await?;
        for id in std::mem::take(&mut wanted.returned) {
            if let Some(Letter { letter, subject, deliveries, .. }) = store.by_message_id(&id).await? {
                let to = deliveries.into_iter().map(|delivery| delivery.recipient).collect();
                overlay.letters.insert(id, (subject, letter, to));
            }
        }
        if !wanted.users.is_empty() {
            let users: Vec<Key> = wanted.users.iter().cloned().collect();
            overlay.rows(store.register_of_users(&users).await?)?;
        }
        if wanted.sweep {
            overlay.mailbox = Sweep::look(store, mailboxes).await?;
        }
        for subject in &wanted.unsettled {
            let letters = store.unsettled(subject).await?.into_iter().map(unsettled);
            overlay.unsettled.insert(subject.clone(), letters.collect::<anyhow::Result<_>>()?);
        }
        if let Some(before) = before {
            overlay.stand_on(before, &mut wanted);
        }
        let subjects = &mut wanted.subjects;
        subjects.extend(overlay.threads.values().cloned());
        subjects.extend(overlay.bounces.values().map(|(subject, _, _)| subject.clone()));
        subjects.extend(overlay.letters.values().map(|(subject, _, _)| subject.clone()));
        subjects.extend(overlay.replies.values().cloned());
        let by_token = overlay.decisions.values().chain(overlay.invitations.values());
        subjects.extend(by_token.map(|(subject, _, _)| subject.clone()));
        wanted.desk |= subjects.remove(&SubjectId::desk());
        let of_reviews: Vec<SubjectId> =
            subjects.iter().filter(|subject| ReviewId::of(subject).is_some()).cloned().collect();
        subjects.retain(|subject| ReviewId::of(subject).is_none());
        overlay.reviews = AtReviews::load(store, &of_reviews, before.map(|before| &before.reviews)).await?;
        let changed = |subject: &SubjectId| before.and_then(|before| before.changed(subject));
        let changed_before: Vec<SubjectId> = subjects
            .iter()
            .chain(overlay.cases.keys())
            .filter(|one| changed(one).is_some())
            .cloned()
            .collect();
        overlay
            .cases
            .extend(changed_before.into_iter().filter_map(|one| Some((one.clone(), changed(&one)?))));
        let unknown = subjects.iter().filter(|subject| !overlay.cases.contains_key(*subject));
        let unknown: Vec<SubjectId> = unknown.cloned().collect();
        if !unknown.is_empty() {
            overlay.rows(store.registers(&unknown).await?)?;
        }
        if wanted.desk {
            overlay.desk = AtDesk::load(store, before.map(|before| &before.desk)).await?;
        }
        if wanted.figures {
            Box::pin(overlay.desk.look_up(store, world, now, mailboxes)).await?;
        }
        Ok(overlay)
    }

    /// What the batch before found and changed, which may not be in the record yet.
    fn stand_on(&mut self, before: &Self, wanted: &mut Wanted) {
        for key in &wanted.content_keys {
            if let Some(copy) = before.copies.get(key) {
                self.copies.entry(key.clone()).or_insert_with(|| copy.clone());
            }
        }
        for id in &wanted.message_ids {
            if let Some(subject) = before.threads.get(id) {
                self.threads.entry(id.clone()).or_insert_with(|| subject.clone());
            }
        }
        for user in &wanted.users {
            if let Some(subjects) = before.of_user.get(user) {
                self.of_user.entry(user.clone()).or_default().extend(subjects.iter().cloned());
                wanted.subjects.extend(subjects.iter().cloned());
            }
        }
    }

    /// A case that was changed here, as it is now.
    fn changed(&self, subject: &SubjectId) -> Option<Open> {
        let open = self.cases.get(subject).filter(|open| open.is_changed)?;
        Some(Open { case: open.case.clone(), version: open.version, is_changed: false, is_revisited: false })
    }

    fn rows(&mut self, rows: Vec<RegisterRow>) -> anyhow::Result<()> {
        for row in rows.into_iter().filter(|row| row.kind == "case") {
            let case: Case = serde_json::from_slice(&row.body)?;
            if let Some(user) = row.user {
                self.of_user.entry(user).or_default().insert(row.subject.clone());
            }
            let (case, version) = (Some(case), row.version);
            self.cases.insert(row.subject, Open { case, version, is_changed: false, is_revisited: false });
        }
        Ok(())
    }

    /// Looks a tag's delivery or letter up and believes it only when the HMAC holds for exactly that.
    async fn tags(
        &mut self,
        store: &Store,
        tags: Vec<(String, Unverified)>,
        world: &World,
    ) -> anyhow::Result<()> {
        for (tag, token) in tags {
            match token.purpose {
                Purpose::Bounce => {
                    let Some(Delivery { letter, subject, version, recipient, .. }) =
                        store.delivery(token.id).await?
                    else {
                        continue;
                    };
                    let claim = Claim { subject: &subject, version, recipient: recipient.as_str() };
                    if world.keys.holds(&token, claim) {
                        self.bounces.insert(tag, (subject, letter, recipient));
                    }
                }
                Purpose::Reply => {
                    let Some(Letter { subject, version, .. }) = store.letter(LetterId(token.id)).await?
                    else {
                        continue;
                    };
                    if world.keys.holds(&token, Claim { subject: &subject, version, recipient: "" }) {
                        self.replies.insert(tag, subject);
                    }
                }
                Purpose::Decision | Purpose::Organizer => {
                    let letter = LetterId(token.id);
                    let Some(Letter { subject, version, deliveries, .. }) = store.letter(letter).await?
                    else {
                        continue;
                    };
                    let mut to = deliveries.into_iter().map(|delivery| delivery.recipient);
                    let claim = |to: &Address| {
                        world.keys.holds(&token, Claim { subject: &subject, version, recipient: to.as_str() })
                    };
                    if let Some(asked) = to.find(claim) {
                        let whom = (subject, letter, asked);
                        match token.purpose {
                            Purpose::Organizer => self.invitations.insert(tag, whom),
                            _ => self.decisions.insert(tag, whom),
                        };
                    }
                }
                Purpose::MessageId | Purpose::Pseudonym => {}
            }
        }
        Ok(())
    }

    pub(super) fn current(&self, subject: &SubjectId) -> (Option<&Case>, i64) {
        self.cases.get(subject).map_or((None, 0), |open| (open.case.as_ref(), open.version))
    }

    pub(super) fn unsettled(&self, subject: &SubjectId) -> &[Unsettled] {
        self.unsettled.get(subject).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn swept(&self, subject: &SubjectId, world: &World, now: DateTime<Utc>) -> Swept {
        let case = self.cases.get(subject).and_then(|open| open.case.as_ref());
        case.map_or_else(Swept::default, |case| self.mailbox.of(case, world, now))
    }

    pub(super) fn next_number(&self, year: i32) -> u32 {
        self.numbers.get(&year).copied().unwrap_or(1)
    }

    pub(super) fn same_system(&self, user: &Key, fields: &Fields) -> Option<SubjectId> {
        let case = self.cases_of(user).into_iter().find(|case| case.against(fields) == Same::Yes);
        case.map(|case| case.reference.subject())
    }

    pub(super) fn apply(
        &mut self,
        subject: &SubjectId,
        event: &Event,
        version: i64,
        at: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        let fresh = || Open { case: None, version: 0, is_changed: false, is_revisited: false };
        let open = self.cases.entry(subject.clone()).or_insert_with(fresh);
        let case = apply(open.case.take(), event, at)?;
        if let Event::CaseLogged(logged) = event {
            let name = logged.notification.fields.user_party_name.as_ref().map(|field| field.value.as_str());
            let user = logged.user.clone().or_else(|| user_key(None, name));
            self.of_user
                .entry(user.unwrap_or_else(|| Key(String::new())))
                .or_default()
                .insert(subject.clone());
            self.numbers.insert(logged.reference.year, logged.reference.number + 1);
        }
        *open = Open { case: Some(case), version, is_changed: true, ..*open };
        Ok(())
    }

    pub(super) fn revisit(&mut self, subject: &SubjectId) {
        if let Some(open) = self.cases.get_mut(subject) {
            open.is_revisited = true;
        }
    }

    /// Later mails of the batch see this one.
    pub(super) fn remember_mail(&mut self, row: &InboxDone) {
        if let Some(key) = &row.content_key
            && row.duplicate_of.is_none()
        {
            self.copies.insert(key.clone(), (row.inbox, row.subjects.clone()));
        }
        if let (Some(id), Some(subject)) = (&row.message_id, row.subjects.first()) {
            self.threads.entry(id.clone()).or_insert_with(|| subject.clone());
        }
    }

    /// The register and timers of everything that changed.
    pub(super) fn write_out(
        &self,
        commit: &mut Commit,
        world: &World,
        now: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        for (subject, open) in &self.cases {
            let Open { case: Some(case), version, is_changed, is_revisited } = open else { continue };
            if !is_changed && !is_revisited {
                continue;
            }
            let (row, timers) = rows_of(case, *version, world, now)?;
            commit.registers.extend(is_changed.then_some(row));
            commit.timers.push((subject.clone(), timers));
        }
        self.reviews.write_out(commit, world, now)?;
        self.desk.write_out(commit, world, now)
    }

    /// The number of the next case by year of receipt.
    pub(super) fn numbers(&self) -> &HashMap<i32, u32> {
        &self.numbers
    }
}

fn unsettled(found: crate::store::Unsettled) -> anyhow::Result<Unsettled> {
    let facts = found.facts.as_deref().map(serde_json::from_slice).transpose()?;
    Ok(Unsettled { letter: found.letter, facts, queued: found.queued, under_way: found.under_way })
}

impl Lookup for Overlay {
    fn earlier_copy(&self, content_key: &str) -> Option<(InboxId, Vec<SubjectId>)> {
        self.copies.get(content_key).cloned()
    }

    fn cases_of(&self, user: &Key) -> Vec<&Case> {
        let subjects = self.of_user.get(user).into_iter().flatten();
        subjects.filter_map(|subject| self.cases.get(subject)?.case.as_ref()).collect()
    }

    fn case(&self, subject: &SubjectId) -> Option<&Case> {
        self.cases.get(subject)?.case.as_ref()
    }

    fn thread(&self, message_id: &str) -> Option<SubjectId> {
        self.threads.get(message_id).cloned()
    }

    fn bounced(&self, tag: &str) -> Option<(SubjectId, LetterId, Address)> {
        self.bounces.get(tag).cloned()
    }

    fn replied(&self, tag: &str) -> Option<SubjectId> {
        self.replies.get(tag).cloned()
    }

    fn decided(&self, token: &str) -> Option<(SubjectId, LetterId, Address)> {
        self.decisions.get(token).cloned()
    }

    fn invited(&self, tag: &str) -> Option<(SubjectId, Address)> {
        self.invitations.get(tag).map(|(subject, _, to)| (subject.clone(), to.clone()))
    }

    fn letter(&self, message_id: &str) -> Option<(SubjectId, LetterId, Vec<Address>)> {
        self.letters.get(message_id).cloned()
    }
}
