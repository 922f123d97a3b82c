//! From labels and values to the fields of one notification. In: the pairs of one system; out: its fields, each with
//! its source, and what could not be read. Invariant: `words` is a stretch of the text, and reading it alone with the
//! field's reader gives the value.

use super::labels::{Piece, entry};
use super::pair::{Join, Pair};
use super::stretch::{Stretch, read_into, set};
use super::values::{self, Found, choice::says, withheld::says_withheld};
use super::{EmploymentStage, Field, FieldName, Fields, Notification, Provision, Withheld};
use crate::domain::id::Key;
use crate::domain::message::{Problem, TextPart};

/// Bytes that are read of one value.
const MAX_WORDS: usize = 16 * 1024;

/// Fills the fields of one notification.
#[must_use]
pub fn fill(texts: &[&TextPart], pairs: &[Pair], roles: &[String]) -> Notification {
    let mut filler =
        Filler { texts, pairs, roles, fields: Fields::default(), problems: Vec::new(), withheld: Vec::new() };
    for field in FieldName::ALL {
        filler.field(field);
    }
    filler.two_from_one();
    filler.withheld();
    filler.contradictions();
    let Filler { fields, problems, .. } = filler;
    Notification::of(fields, problems)
}

/// Enters a value that a person states for a field, read as it would be in a mail.
///
/// # Errors
/// What was found and what is expected, where the field is unknown or its value does not read.
pub fn enter(fields: &mut Fields, name: &str, text: &str, by: &Key, roles: &[String]) -> Result<(), Problem> {
    let problem =
        |found: &str, expected: String| Problem { field: name.into(), found: found.into(), expected };
    let Some(field) = FieldName::from_name(name) else {
        let names = FieldName::ALL.map(FieldName::as_str).join(", ");
        return Err(problem(name, format!("one of {names}")));
    };
    let mut entered = Fields::default();
    let stretch = Stretch { part: 0, line: 1, words: text.trim(), document: None, is_prose: false };
    let found = read_into(&mut entered, field, &stretch, roles);
    if let Some(first) = found.first() {
        return Err(problem(&first.found, first.expected.into()));
    }
    if !entered.has(field) {
        return Err(problem(text, "a value".into()));
    }
    entered.entered_by(by);
    fields.take_over(&entered);
    Ok(())
}

struct Filler<'a> {
    texts: &'a [&'a TextPart],
    pairs: &'a [Pair],
    roles: &'a [String],
    fields: Fields,
    problems: Vec<Problem>,
    /// Pairs whose value says that it is withheld.
    withheld: Vec<&'a Pair>,
}

impl<'a> Filler<'a> {
    fn field(&mut self, field: FieldName) {
        if field == FieldName::DisclosureWithheld {
            return;
        }
        let Some(stretch) = self.stretch(field) else { return };
        let Some(pair) = self.pairs.iter().find(|pair| pair.named.field == field) else { return };
        let long = pair.is_long();
        if !long && says_withheld(stretch.words) {
            self.withheld.push(pair);
            let stated = match field {
                FieldName::Provision => values::provision::read(stretch.words).is_clean(),
                FieldName::UserIds => values::ids::read(stretch.words).value.is_some(),
                FieldName::ArchitectureProvided => true,
                _ => false,
            };
            if !stated {
                return;
            }
            if field == FieldName::UserIds {
                self.withheld.pop();
            }
        }
        let found = read_into(&mut self.fields, field, &stretch, self.roles);
        self.tell(field, found);
    }

    fn tell(&mut self, field: FieldName, found: Vec<Found>) {
        self.problems.extend(found.into_iter().map(|Found { found, expected }| Problem {
            field: field.as_str().to_owned(),
            found,
            expected: expected.to_owned(),
        }));
    }

    fn text(&self, part: u32) -> &'a str {
        self.texts.iter().find(|text| text.part == part).map_or("", |text| text.text.as_str())
    }

    /// The text from start to end, or as much of it as is read of one value.
    fn words(&self, part: u32, start: usize, end: usize) -> &'a str {
        let text = self.text(part);
        text.get(start..end.min(text.floor_char_boundary(start + MAX_WORDS))).unwrap_or_default()
    }

    fn cut(&self, part: u32, line: u32, start: usize, end: usize) -> Stretch<'a> {
        let document = self.texts.iter().find(|text| text.part == part).and_then(|it| it.document.as_ref());
        let document = document.map(|document| document.name.as_str());
        let words = self.words(part, start, end).trim_end();
        Stretch { part, line, words, document, is_prose: false }
    }

    /// The words of a field: of one pair, or from the first to the last of several that belong together.
    fn stretch(&mut self, field: FieldName) -> Option<Stretch<'a>> {
        let all: Vec<&Pair> = self.pairs.iter().filter(|pair| pair.named.field == field).collect();
        let (first, rest) = all.split_first()?;
        let whole = self.cut(first.part, first.line, first.start, self.end(first));
        let pieces = all.iter().any(|pair| pair.named.piece != Piece::Whole);
        // "User ID 1", "User ID 2" in a row are one list; with others between them they are two answers.
        let between = |pair: &Pair| {
            pair.named.field != field
                && rest.iter().any(|last| last.label_start > pair.label_start)
                && pair.label_start > first.label_start
                && pair.part == first.part
        };
        let is_list = matches!(field, FieldName::UserIds | FieldName::UserRoles);
        let together = pieces || is_list && !self.pairs.iter().any(between);
        let last = rest.iter().rev().find(|pair| pair.part == first.part && pair.column == first.column);
        if let Some(last) = last.copied().filter(|_| together) {
            let empty = first.start >= self.end(first);
            let label = first.named.piece != Piece::Whole;
            let opener = if empty { rest.first().copied().unwrap_or(first) } else { first };
            let (line, start) = if empty || label {
                (opener.label_line, opener.label_start)
            } else {
                (first.line, first.start)
            };
            return Some(self.cut(first.part, line, start, self.end(last)));
        }
        if first.named.piece != Piece::Whole {
            return Some(self.cut(first.part, first.label_line, first.label_start, self.end(first)));
        }
        let plain = |stretch: Stretch<'_>| values::text::squash(stretch.words).to_lowercase();
        let said = all.iter().map(|pair| self.cut(pair.part, pair.line, pair.start, self.end(pair)));
        let said: Vec<Stretch<'a>> = said.filter(|stretch| !values::text::is_blank(stretch.words)).collect();
        let kept = said.first().copied().unwrap_or(whole);
        for other in said.iter().skip(1).filter(|other| plain(**other) != plain(kept)) {
            self.problems.push(Problem {
                field: field.as_str().to_owned(),
                found: format!(
                    "{} and {}",
                    values::text::squash(kept.words),
                    values::text::squash(other.words)
                ),
                expected: "one answer; the first was taken".to_owned(),
            });
        }
        Some(kept)
    }

    /// Where the value of a pair ends: as far as its kind reaches.
    fn end(&self, pair: &Pair) -> usize {
        let words = |end: usize| self.words(pair.part, pair.start, end);
        let reach = |join: Join| {
            pair.ends.iter().take_while(|end| end.join <= join).last().map_or(pair.start, |end| end.at)
        };
        let bound = reach(Join::Bound);
        if pair.ends.last().is_none_or(|last| last.at <= bound) {
            return bound;
        }
        match pair.named.field {
            FieldName::Purpose | FieldName::ReasonNotNotifiedBefore | FieldName::ConfidentialityObjection => {
                reach(Join::Loose)
            }
            FieldName::UserPartyName
            | FieldName::PartyId
            | FieldName::SystemLabel
            | FieldName::SrpName
            | FieldName::DisclosureWithheld => {
                let full = reach(Join::Full);
                let is_item = |line: &str| values::text::item(line).is_some();
                if is_item(words(full)) { self.while_lines(pair, full, is_item) } else { full }
            }
            FieldName::UserIds => {
                self.while_lines(pair, bound, |line| values::ids::has_any(line) || says_withheld(line))
            }
            FieldName::UserRoles => {
                let is_role = |line: &str| {
                    values::roles::read(line, self.roles).is_clean() || values::choice::is_unticked(line)
                };
                self.while_lines(pair, bound, is_role)
            }
            // Below the name may stand an office before the address and the number.
            FieldName::Contact => {
                let gives = |end: &usize| {
                    let contact = values::contact::read(words(*end)).value;
                    contact.is_some_and(|c| c.email.is_some() || c.telephone.is_some())
                };
                let known = |end: usize| values::contact::read(words(end)).value;
                let mut end = bound;
                for next in pair.ends.iter().map(|end| end.at).filter(|at| *at > bound).take(8) {
                    if gives(&next) && known(next) != known(end) {
                        end = next;
                    }
                }
                end
            }
            field => {
                let clean = |end: usize| values::reads_clean(field, words(end)).unwrap_or(true);
                if clean(bound) {
                    return bound;
                }
                pair.ends.iter().map(|end| end.at).find(|at| *at > bound && clean(*at)).unwrap_or(bound)
            }
        }
    }

    /// Goes on while each further line by itself is one of the list.
    fn while_lines(&self, pair: &Pair, bound: usize, is_one: impl Fn(&str) -> bool) -> usize {
        let mut end = bound;
        for next in pair.ends.iter().map(|end| end.at).filter(|at| *at > bound) {
            if !is_one(self.words(pair.part, end, next)) {
                break;
            }
            end = next;
        }
        end
    }

    /// One value may fill two fields.
    fn two_from_one(&mut self) {
        if let Some(stretch) = self.clean(FieldName::Provision)
            && self.fields.srp_name.is_none()
            && let Some(name) = values::provision::provider_name(stretch.words)
        {
            let source = stretch.inner(name).source();
            self.fields.srp_name = Some(Field { value: values::text::squash(name), source });
        }
        if let Some(stretch) = self.with_label(FieldName::SrpName).filter(|_| self.fields.srp_name.is_some())
            && self.fields.provision.is_none()
            && self.problems.iter().all(|problem| problem.field != FieldName::Provision.as_str())
            && values::provision::read(stretch.words).value == Some(Provision::SharedResourceProvider)
        {
            let value = Provision::SharedResourceProvider;
            self.fields.provision = Some(Field { value, source: stretch.source() });
        }
        if let Some(stretch) = self.clean(FieldName::EmploymentStage) {
            let in_use = self
                .fields
                .employment_stage
                .as_ref()
                .is_some_and(|f| f.value == EmploymentStage::AlreadyInUse);
            let dated = values::date::read(stretch.words);
            let of_start = says(stretch.words, &["go live", "from", "start", "starting", "live", "on"]);
            if let Some(value) = dated.value.filter(|_| dated.problems.is_empty()) {
                if in_use && self.fields.actual_start.is_none() {
                    self.fields.actual_start = Some(Field { value, source: stretch.source() });
                } else if !in_use && of_start && self.fields.intended_start.is_none() {
                    self.fields.intended_start = Some(Field { value, source: stretch.source() });
                }
            }
        }
        self.start_that_was();
        if let Some(stretch) = self
            .clean(FieldName::UserIds)
            .filter(|_| self.pairs.iter().all(|pair| pair.named.field != FieldName::IdArrangement))
            && values::arrangement::is_stated(stretch.words)
        {
            set(&mut self.fields.id_arrangement, &stretch, values::arrangement::read(stretch.words));
        }
        if self.fields.employment_stage.is_none()
            && self.fields.actual_start.is_some()
            && self.pairs.iter().all(|pair| pair.named.field != FieldName::EmploymentStage)
            && let Some(stretch) = self.with_label(FieldName::ActualStart)
            && let Some(value) =
                values::stage::read(stretch.words).value.filter(|s| *s == EmploymentStage::AlreadyInUse)
        {
            self.fields.employment_stage = Some(Field { value, source: stretch.source() });
        }
    }

    /// "Intended start: in use since 3 May 2026" is an actual start.
    fn start_that_was(&mut self) {
        let Some(stretch) = self.clean(FieldName::IntendedStart) else { return };
        let in_use = self
            .fields
            .employment_stage
            .as_ref()
            .is_some_and(|stage| stage.value == EmploymentStage::AlreadyInUse);
        // "Stage: in use", and "Start date: 3 March 2026".
        let planned = ["intended", "planned", "expected", "proposed", "target", "when"];
        let is_any_start = in_use
            && self.pairs.iter().all(|pair| pair.named.field != FieldName::ActualStart)
            && self.with_label(FieldName::IntendedStart).is_some_and(|label| !says(label.words, &planned));
        let was =
            is_any_start || says(stretch.words, &["since", "already", "in use", "went live", "gone live"]);
        if was && let Some(field) = self.fields.intended_start.take() {
            if values::stage::read(stretch.words).value == Some(EmploymentStage::AlreadyInUse)
                && self.fields.employment_stage.is_none()
            {
                let value = EmploymentStage::AlreadyInUse;
                self.fields.employment_stage = Some(Field { value, source: stretch.source() });
            }
            self.fields.actual_start.get_or_insert(field);
        }
    }

    /// The words of a field that has a value.
    fn clean(&mut self, field: FieldName) -> Option<Stretch<'a>> {
        if !self.fields.has(field) {
            return None;
        }
        let n = self.problems.len();
        let stretch = self.stretch(field);
        self.problems.truncate(n);
        stretch
    }

    /// The words of a field from its label on.
    fn with_label(&self, field: FieldName) -> Option<Stretch<'a>> {
        let pair = self.pairs.iter().find(|pair| pair.named.field == field && pair.column.is_none())?;
        Some(self.cut(pair.part, pair.label_line, pair.label_start, self.end(pair)))
    }

    /// What is withheld and stated, and what is required and said not to apply.
    fn contradictions(&mut self) {
        let ids = self.fields.user_ids.is_some();
        if ids && self.withheld.iter().any(|pair| pair.named.field == FieldName::IdArrangement) {
            let expected = "one of Single existing, Single new, Multiple; the User IDs themselves are stated";
            self.tell(
                FieldName::IdArrangement,
                vec![Found::new("withheld, beside stated User IDs", expected)],
            );
        }
        for field in FieldName::ALL {
            let told = |problem: &Problem| problem.field == field.as_str();
            if self.fields.has(field) || !self.fields.requires(field) || self.problems.iter().any(told) {
                continue;
            }
            let Some(pair) = self.pairs.iter().find(|pair| pair.named.field == field) else { continue };
            let words = self.words(pair.part, pair.start, self.end(pair));
            if values::text::says_not_applicable(words)
                && let Some(label) = entry(field)
            {
                self.tell(field, vec![Found::new(words, label.expected)]);
            }
        }
    }

    /// What is withheld: said under its own label, or by the fields themselves.
    fn withheld(&mut self) {
        let own: Vec<&Pair> =
            self.pairs.iter().filter(|p| p.named.field == FieldName::DisclosureWithheld).collect();
        let mut all: Vec<&Pair> = own.iter().copied().chain(self.withheld.iter().copied()).collect();
        all.sort_by_key(|pair| (pair.part, pair.label_start));
        let Some((first, rest)) = all.split_first() else { return };
        let last = rest.iter().rev().find(|pair| pair.part == first.part).unwrap_or(first);
        let labelled = !own.contains(first) || first.named.piece != Piece::Whole;
        let (line, start) =
            if labelled { (first.label_line, first.label_start) } else { (first.line, first.start) };
        if first.column.is_some() {
            self.withheld_in_table(&all);
            return;
        }
        let stretch = self.cut(first.part, line, start, self.end(last));
        let read = values::withheld::read(stretch.words);
        let found = set(&mut self.fields.disclosure_withheld, &stretch, read);
        self.tell(FieldName::DisclosureWithheld, found);
    }

    /// Between a label and its value in a column stand other systems' values: here the label is known by its place.
    fn withheld_in_table(&mut self, pairs: &[&Pair]) {
        let mut found: Option<Field<Withheld>> = None;
        for pair in pairs {
            let stretch = self.cut(pair.part, pair.line, pair.start, self.end(pair));
            let Some(mut value) = values::withheld::read(stretch.words).value else { continue };
            if pair.named.field != FieldName::DisclosureWithheld {
                value.items = [values::withheld::item_of(pair.named.field)].into();
            }
            match &mut found {
                Some(found) => found.value.items.extend(value.items),
                None => found = Some(Field { value, source: stretch.source() }),
            }
        }
        self.fields.disclosure_withheld = found;
    }
}
