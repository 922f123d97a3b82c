//! Attached documents: what they say, as text. In: a file; out: its texts as `page.rs` lays them out, what a reader
//! should be told of it, and the files within it. Invariant: nothing in a document is run, fetched or worked out, and
//! none costs more than its caps allow; one that is not read says why and what to send instead.

mod excel;
mod package;
mod word;
mod xml;

use memchr::memmem;

use super::{Document, Problem, limit};

/// What a document says.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// Its texts, each as lines, tables and answers laid out as `page.rs` lays out HTML.
    pub texts: Vec<String>,
    /// What a reader should be told: a hidden sheet, a tracked change, a formula whose value was never computed.
    pub remarks: Vec<Remark>,
    /// Files within it, each with its name.
    pub files: Vec<(String, Vec<u8>)>,
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

type Reader = fn(&[u8]) -> Result<Content, Unreadable>;

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
    n_read: usize,
}

/// Octets that tell what a file is.
pub(super) const MAGIC: usize = 8;

/// Is it worth unpacking: do its first octets, its name or its type say that it is a document?
pub(super) fn may_be_document(head: &[u8], name: &str, media_type: &str) -> bool {
    head.starts_with(ZIP) || head.starts_with(OLE) || claimed(name, media_type).is_some()
}

impl Documents {
    /// Reads a file, and the files within it; whether it was a document that could be read.
    pub fn take(&mut self, file: &File<'_>) -> bool {
        self.take_at(file, 0)
    }

    fn take_at(&mut self, file: &File<'_>, depth: usize) -> bool {
        let Some(reader) = reader_of(file) else { return false };
        let name = file.name;
        let told = |found: &str, expected: &str| Problem::of_mail(format!("{name}: {found}"), expected);
        if self.n_read >= limit::DOCUMENTS || depth > limit::WITHIN || file.octets.len() > limit::DOCUMENT {
            let expected = format!(
                "at most {} documents of at most {} MiB each, or the answers in the mail itself",
                limit::DOCUMENTS,
                limit::DOCUMENT >> 20
            );
            self.problems.push(told("more or larger documents than are read", &expected));
            return false;
        }
        self.n_read += 1;
        let content = match reader.and_then(|reader| reader(file.octets)) {
            Ok(content) => content,
            Err(why) => {
                self.problems.push(told(&why.found, &why.expected));
                return false;
            }
        };
        let remarks: Vec<Problem> =
            content.remarks.iter().map(|remark| told(&remark.found, &remark.expected)).collect();
        self.problems.extend(remarks.iter().cloned());
        for text in content.texts {
            let (name, remarks) = (name.to_owned(), remarks.clone());
            self.texts.push((Document { name, number: self.n_read, remarks }, text));
        }
        for (inner, octets) in &content.files {
            let name = format!("{inner} in {name}");
            self.take_at(&File { name: &name, media_type: "", octets }, depth + 1);
        }
        true
    }
}

const ZIP: &[u8] = b"PK\x03\x04";
const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// What a name or a type claims a file to be.
fn claimed(name: &str, media_type: &str) -> Option<&'static str> {
    let (name, kind) = (name.to_ascii_lowercase(), media_type.to_ascii_lowercase());
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if ends(&[".docx", ".docm", ".doc", ".dotx", ".dotm"])
        || kind.contains("wordprocessingml")
        || kind.contains("msword")
    {
        return Some(WORD);
    }
    let excel = ends(&[".xlsx", ".xlsm", ".xls", ".xlsb", ".xltx", ".xltm"]);
    (excel || kind.contains("spreadsheetml") || kind.contains("ms-excel")).then_some(EXCEL)
}

const WORD: &str = "Word document";
const EXCEL: &str = "Excel workbook";
const INSTEAD: &str = "please send as .docx or .xlsx, or write the answers into the mail";

/// Who reads the file, by what it holds; `None` where it is no document that is read here.
fn reader_of(file: &File<'_>) -> Option<Result<Reader, Unreadable>> {
    let holds = |words: &[u8]| memmem::find(file.octets, words).is_some();
    let claim = claimed(file.name, file.media_type);
    if file.octets.starts_with(ZIP) {
        let by_content = match () {
            () if holds(b"word/vbaProject.bin") || holds(b"xl/vbaProject.bin") => Some(Err(unreadable(
                "a document with macros",
                format!("a document without macros; {INSTEAD}"),
            ))),
            () if holds(b"xl/workbook.bin") => {
                Some(Err(unreadable("a binary Excel workbook", format!("a plain one; {INSTEAD}"))))
            }
            () if holds(b"word/document") => Some(Ok(word::read as Reader)),
            () if holds(b"xl/workbook") => Some(Ok(excel::read as Reader)),
            () => None,
        };
        return by_content.or_else(|| Some(Err(not_as_claimed(claim?))));
    }
    if file.octets.starts_with(OLE) {
        // A directory entry has its name in UTF-16 ([MS-CFB] 2.6.1).
        let has_entry =
            |name: &str| holds(&name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
        return match () {
            () if has_entry("__properties_version1.0") => None,
            () if has_entry("EncryptedPackage") => {
                Some(Err(unreadable("an encrypted document", format!("one without a password; {INSTEAD}"))))
            }
            () if has_entry("WordDocument") || has_entry("Workbook") || claim.is_some() => {
                let found = format!("a {} in the old binary format", claim.unwrap_or("document"));
                Some(Err(unreadable(found, INSTEAD)))
            }
            () => None,
        };
    }
    // Text that Excel opens under that name is an ordinary export of other programs.
    Some(Err(not_as_claimed(claim?)))
}

fn not_as_claimed(claim: &str) -> Unreadable {
    unreadable(format!("not the {claim} that its name or type says"), INSTEAD)
}

#[cfg(test)]
mod any_tests;
#[cfg(test)]
mod tests;
