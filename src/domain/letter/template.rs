//! Templates: sources in, text and HTML out. Invariant: templates that are in force have rendered every sample of
//! every kind, with the reference, the marking and none of the words that no letter may use (DOMAIN.md 5).

use std::collections::BTreeMap;

use minijinja::{Environment, Error, Value, context};

use super::super::id::Named;
use super::super::outcome::Outcome;
use super::{Facts, check, language, text};

macro_rules! embedded {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../../../templates/mail/", $name)))),+]
    };
}

/// The shipped templates, by their path below `templates/mail`.
const EMBEDDED: &[(&str, &str)] = &embedded![
    "acknowledgement/html.html",
    "acknowledgement/subject.txt",
    "acknowledgement/text.txt",
    "agenda/html.html",
    "agenda/subject.txt",
    "agenda/text.txt",
    "cancellation/html.html",
    "cancellation/subject.txt",
    "cancellation/text.txt",
    "chair_digest/html.html",
    "chair_digest/subject.txt",
    "chair_digest/text.txt",
    "deadline_note/html.html",
    "deadline_note/subject.txt",
    "deadline_note/text.txt",
    "decision/html.html",
    "decision/subject.txt",
    "decision/text.txt",
    "decision_request/html.html",
    "decision_request/subject.txt",
    "decision_request/text.txt",
    "digest/html.html",
    "digest/subject.txt",
    "digest/text.txt",
    "due_date/html.html",
    "due_date/subject.txt",
    "due_date/text.txt",
    "invitation/html.html",
    "invitation/subject.txt",
    "invitation/text.txt",
    "members_reminder/html.html",
    "members_reminder/subject.txt",
    "members_reminder/text.txt",
    "new_cases/html.html",
    "new_cases/subject.txt",
    "new_cases/text.txt",
    "note/html.html",
    "note/subject.txt",
    "note/text.txt",
    "paper/html.html",
    "paper/subject.txt",
    "paper/text.txt",
    "paper_notice/html.html",
    "paper_notice/subject.txt",
    "paper_notice/text.txt",
    "proposal_declined/html.html",
    "proposal_declined/subject.txt",
    "proposal_declined/text.txt",
    "receipt/html.html",
    "receipt/subject.txt",
    "receipt/text.txt",
    "referral_pack/html.html",
    "referral_pack/subject.txt",
    "referral_pack/text.txt",
    "response_request/html.html",
    "response_request/subject.txt",
    "response_request/text.txt",
    "review_reminder/html.html",
    "review_reminder/subject.txt",
    "review_reminder/text.txt",
    "shared/brief.html",
    "shared/brief.txt",
    "shared/clauses.txt",
    "shared/decided.html",
    "shared/decided.txt",
    "shared/desk.html",
    "shared/desk.txt",
    "shared/frame.html",
    "shared/frame.txt",
    "shared/meeting.html",
    "shared/meeting.txt",
    "shared/not_this.html",
    "shared/not_this.txt",
    "shared/office.html",
    "shared/office.txt",
    "shared/outcome.txt",
    "shared/parts.html",
    "shared/parts.txt",
    "start_question/html.html",
    "start_question/subject.txt",
    "start_question/text.txt",
    "user_cio_advice/html.html",
    "user_cio_advice/subject.txt",
    "user_cio_advice/text.txt",
    "user_invitation/html.html",
    "user_invitation/subject.txt",
    "user_invitation/text.txt",
];

/// Stands for a Content-ID where a sample is written.
const PICTURE: &str = "picture@secas.test";

/// The templates in force, compiled.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
}

/// Why a set of templates was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("templates/mail/{file}{}: {reason}", line.map_or_else(String::new, |line| format!(", line {line}")))]
pub struct BadTemplate {
    pub file: String,
    pub line: Option<usize>,
    pub reason: String,
}

/// A letter in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl Templates {
    /// The shipped templates, with those of `overrides` (by path below `templates/mail`) in their place.
    ///
    /// # Errors
    /// When a path is none of ours, a template does not compile, or a sample does not come out as a letter must.
    pub fn new(overrides: &BTreeMap<String, String>) -> Result<Self, BadTemplate> {
        if let Some(file) = overrides.keys().find(|file| !EMBEDDED.iter().any(|(name, _)| name == file)) {
            return Err(BadTemplate { file: file.clone(), line: None, reason: unknown_name(file) });
        }
        let mut environment = language::environment();
        for &(name, shipped) in EMBEDDED {
            let source = overrides.get(name).cloned().unwrap_or_else(|| shipped.to_owned());
            environment
                .add_template_owned(name, source.clone())
                .map_err(|error| bad(name, &error, |_| Some(source.clone())))?;
        }
        let templates = Self { environment };
        templates.check()?;
        Ok(templates)
    }

    /// The words in force, by path below `templates/mail`.
    #[must_use]
    pub fn sources(&self) -> BTreeMap<String, String> {
        let all = EMBEDDED.iter().filter_map(|(name, _)| self.environment.get_template(name).ok());
        all.map(|template| (template.name().to_owned(), template.source().to_owned())).collect()
    }

    /// A letter's subject and both its bodies. `picture` is the Content-ID of that which goes with it.
    pub(super) fn page(
        &self,
        facts: &Facts,
        office: &Named,
        picture: Option<&str>,
    ) -> Result<Page, BadTemplate> {
        let view = view(facts, office, picture);
        let kind = facts.kind();
        let subject = self.part(kind, "subject.txt", &view)?;
        let subject = format!("{}{}", facts.classification().subject_tag(), text::one_line(subject.trim()));
        Ok(Page {
            subject,
            text: self.part(kind, "text.txt", &view)?,
            html: self.part(kind, "html.html", &view)?,
        })
    }

    /// The plain body alone.
    pub(super) fn text(&self, facts: &Facts, office: &Named) -> Result<String, BadTemplate> {
        self.part(facts.kind(), "text.txt", &view(facts, office, None))
    }

    fn part(&self, kind: &str, part: &str, view: &Value) -> Result<String, BadTemplate> {
        let name = format!("{kind}/{part}");
        let rendered = self.environment.get_template(&name).and_then(|template| template.render(view));
        rendered.map_err(|error| {
            bad(&name, &error, |file| {
                self.environment.get_template(file).ok().map(|it| it.source().to_owned())
            })
        })
    }

    fn check(&self) -> Result<(), BadTemplate> {
        let office = Named { name: Some("SECAS".into()), address: super::sample::office() };
        for sample in Facts::samples() {
            let page = self.page(&sample.facts, &office, Some(PICTURE))?;
            check::check(&sample.facts, &page).map_err(|(part, reason)| BadTemplate {
                file: format!("{}/{part}", sample.facts.kind()),
                line: None,
                reason: format!("with the sample {:?} {reason}", sample.name),
            })?;
        }
        Ok(())
    }
}

/// The folders of `templates/mail` that hold a kind of letter.
pub fn folder_names() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().filter_map(|(name, _)| name.strip_suffix("/subject.txt"))
}

/// What a template can name: the facts as a whole and their fields, the marking, the office, the Content-ID of a picture and
/// the outcomes that the SSC may choose.
fn view(facts: &Facts, office: &Named, picture: Option<&str>) -> Value {
    let fields = Value::from_serialize(facts);
    context! {
        facts => fields,
        marking => context! { sentence => facts.classification().sentence() },
        office => context! {
            name => office.name.as_deref().unwrap_or("SECAS"),
            address => office.address.as_str(),
        },
        picture,
        outcomes => Outcome::ALL.map(|it| context! { word => it.word(), title => it.title() }).to_vec(),
        ..fields
    }
}

fn unknown_name(file: &str) -> String {
    let nearest = EMBEDDED
        .iter()
        .map(|(name, _)| *name)
        .min_by_key(|name| strsim::levenshtein(name, file))
        .unwrap_or_default();
    format!("there is no template of this name; the nearest is {nearest}")
}

/// Says where and why, with the line itself where it is known. An error in an included piece is wrapped once for
/// each file on the way to it; the innermost names the place.
fn bad(name: &str, error: &Error, source_of: impl Fn(&str) -> Option<String>) -> BadTemplate {
    let mut inner = error;
    while let Some(source) =
        std::error::Error::source(inner).and_then(|source| source.downcast_ref::<Error>())
    {
        inner = source;
    }
    let file = inner.name().unwrap_or(name).to_owned();
    let mut reason = inner.kind().to_string();
    if let Some(detail) = inner.detail() {
        reason = format!("{reason}: {detail}");
    }
    let source = source_of(&file).unwrap_or_default();
    if let Some(line) = inner.line().and_then(|line| source.lines().nth(line.saturating_sub(1))) {
        let line: String = line.trim().chars().take(120).collect();
        reason = format!("{reason}, in {line:?}");
    }
    BadTemplate { file, line: inner.line(), reason }
}
