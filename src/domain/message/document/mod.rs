//! Attached documents: what they say, as text. In: a file; out: its texts as `page.rs` lays them out, what a reader
//! should be told of it, and the files within it. Invariant: nothing in a document is run, fetched or worked out, and
//! none costs more than its caps allow; one that is not read says why and what to send instead.

mod eml;
mod excel;
mod kind;
mod mapi;
mod octets;
mod outlook;
mod package;
mod pdf;
mod rtf;
pub(super) mod sealed;
mod tnef;
mod word;
mod xml;

use super::{Document, Problem, limit};

use kind::{Kind, kind_of};
pub(super) use kind::{MAGIC, may_be_document};
pub(super) use mapi::one_line;

/// What a document says.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// Its texts, each as lines, tables and answers laid out as `page.rs` lays out HTML.
    pub texts: Vec<String>,
    /// What a reader should be told: a hidden sheet, a tracked change, a formula whose value was never computed.
    pub remarks: Vec<Remark>,
    /// Files within it, each with its name.
    pub files: Vec<(String, Vec<u8>)>,
    /// What a `winmail.dat` says that it is: `IPM.Schedule.Meeting.Resp.Pos` is a meeting accepted.
    pub class: Option<String>,
    /// Whom a mail names as its sender.
    pub sender: Option<String>,
}

/// What is odd about a document that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remark {
    pub found: String,
    pub expected: String,
}

/// Why it was not read: found and expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unreadable {
    pub found: String,
    pub expected: String,
}

fn unreadable(found: impl Into<String>, expected: impl Into<String>) -> Unreadable {
    Unreadable { found: found.into(), expected: expected.into() }
}

fn remark(found: impl Into<String>, expected: impl Into<String>) -> Remark {
    Remark { found: found.into(), expected: expected.into() }
}

/// A file that a mail brings.
pub(super) struct File<'x> {
    pub name: &'x str,
    pub media_type: &'x str,
    pub octets: &'x [u8],
}

/// What all documents of one mail say.
#[derive(Default)]
pub(super) struct Documents {
    /// Each text with its document.
    pub texts: Vec<(Document, String)>,
    pub problems: Vec<Problem>,
    pub outlook_class: Option<String>,
    n_read: usize,
}

/// What a file lies in.
#[derive(Clone, Default)]
struct Within {
    depth: usize,
    /// What was signed is what the signed mail says itself.
    is_signed: bool,
    claimed_sender: Option<String>,
}

impl Documents {
    /// Reads a file, and the files within it; whether it was a document that could be read, with every one in it.
    pub fn take(&mut self, file: &File<'_>) -> bool {
        self.take_within(file, file.name, Within::default())
    }

    fn take_within(&mut self, file: &File<'_>, shown: &str, within: Within) -> bool {
        let Some(kind) = kind_of(file) else { return false };
        let told = |found: &str, expected: &str| Problem::of_mail(format!("{shown}: {found}"), expected);
        let is_over = self.n_read >= limit::DOCUMENTS || within.depth > limit::WITHIN;
        if is_over || file.octets.len() > limit::DOCUMENT {
            let expected = format!(
                "at most {} documents of at most {} MiB each, or the answers in the mail itself",
                limit::DOCUMENTS,
                limit::DOCUMENT >> 20
            );
            self.problems.push(told("more or larger documents than are read", &expected));
            return false;
        }
        self.n_read += 1;
        let read = kind.and_then(|kind| Ok((kind, kind.read(file.octets)?)));
        let (kind, content) = match read {
            Ok(read) => read,
            Err(why) => {
                self.problems.push(told(&why.found, &why.expected));
                return false;
            }
        };
        let remarks: Vec<Problem> =
            content.remarks.iter().map(|remark| told(&remark.found, &remark.expected)).collect();
        self.problems.extend(remarks.iter().cloned());
        if within.depth == 0 && self.outlook_class.is_none() {
            self.outlook_class = content.class;
        }
        let sender = content.sender.unwrap_or_else(|| "nobody that it names".into());
        let claimed = (kind.is_mail() && !within.is_signed).then_some(sender);
        let claimed_sender = within.claimed_sender.or(claimed);
        for text in content.texts {
            let (name, remarks, claimed_sender) = (shown.to_owned(), remarks.clone(), claimed_sender.clone());
            self.texts.push((Document { name, number: self.n_read, remarks, claimed_sender }, text));
        }
        let within = Within { depth: within.depth + 1, is_signed: kind == Kind::Sealed, claimed_sender };
        let mut is_whole = true;
        for (name, octets) in &content.files {
            let (file, shown) = (File { name, media_type: "", octets }, format!("{name} in {shown}"));
            is_whole &= self.take_within(&file, &shown, within.clone()) || kind_of(&file).is_none();
        }
        is_whole
    }
}

#[cfg(test)]
mod any_mail_tests;
#[cfg(test)]
mod any_tests;
#[cfg(test)]
mod mail_tests;
#[cfg(test)]
mod tests;
