//! What attached documents say. In: the octets of an attachment, its name and its type; out: its texts, laid out as
//! `page.rs` lays out HTML, and the files within it. Invariant: nothing in a document is run, fetched or kept, and
//! what it costs to read one is bounded whatever it claims of itself.

mod eml;
mod mapi;
mod octets;
mod outlook;
mod pdf;
mod rtf;
pub(super) mod sealed;
mod tnef;

/// Files within files within files.
const DEPTH: usize = 3;
/// Files within one document, at any depth.
const FILES: usize = 50;

/// Is it of a kind that is read, as its name, its type or its first octets say?
pub(super) fn is_read(name: &str, media_type: &str, start: &[u8]) -> bool {
    reader(name, media_type, start).is_some()
}

/// Reads a document and the files within it; nothing where it is of no kind that is read.
pub(super) fn read(name: &str, media_type: &str, octets: &[u8]) -> Option<Result<Content, Unreadable>> {
    let mut content = match reader(name, media_type, octets)?(octets) {
        Ok(content) => content,
        Err(unreadable) => return Some(Err(unreadable)),
    };
    let mut waiting: Vec<(usize, String, Vec<u8>)> = Vec::new();
    let files = std::mem::take(&mut content.files);
    waiting.extend(files.into_iter().rev().map(|(name, octets)| (1, name, octets)));
    let mut n_files = 0;
    while let Some((depth, name, octets)) = waiting.pop() {
        n_files += 1;
        let Some(read) = reader(&name, "", &octets) else { continue };
        if depth > DEPTH || n_files > FILES {
            content.remarks.push(Remark::new(
                format!("more files within files than are read ({name})"),
                "each file as an attachment of its own",
            ));
            break;
        }
        match read(&octets) {
            Ok(inner) => {
                content.texts.extend(inner.texts);
                content.remarks.extend(inner.remarks);
                let files = inner.files.into_iter().rev();
                waiting.extend(files.map(|(name, octets)| (depth + 1, name, octets)));
            }
            Err(unreadable) => {
                let found = format!("{name}: {}", unreadable.found);
                content.remarks.push(Remark::new(found, unreadable.expected));
            }
        }
    }
    Some(Ok(content))
}

/// Is it a mail of its own, whose words are somebody's?
pub(super) fn is_mail(name: &str, media_type: &str) -> bool {
    let name = name.to_lowercase();
    [".eml", ".msg"].iter().any(|ending| name.ends_with(ending))
        || ["message/rfc822", "message/global", "application/vnd.ms-outlook"].contains(&media_type)
}

type Read = fn(&[u8]) -> Result<Content, Unreadable>;

/// By name or type, whichever says more: programs often send a document as `application/octet-stream`.
fn reader(name: &str, media_type: &str, octets: &[u8]) -> Option<Read> {
    let name = name.to_lowercase();
    let media_type = media_type.to_lowercase();
    let is = |endings: &[&str], types: &[&str]| {
        endings.iter().any(|ending| name.ends_with(ending)) || types.contains(&media_type.as_str())
    };
    if is(&[".pdf"], &["application/pdf", "application/x-pdf"]) {
        return Some(pdf::read);
    }
    if is(&["winmail.dat", ".tnef"], &["application/ms-tnef", "application/vnd.ms-tnef"]) {
        return Some(tnef::read);
    }
    if is(&[".msg"], &["application/vnd.ms-outlook"]) {
        return Some(outlook::read);
    }
    if is(&[".p7m"], &["application/pkcs7-mime", "application/x-pkcs7-mime"]) {
        return Some(sealed::read);
    }
    if is(&[".pgp", ".gpg", ".rpmsg"], &["application/pgp-encrypted"]) || sealed::is_pgp_message(octets) {
        return Some(sealed::locked);
    }
    if is(&[".eml"], &["message/rfc822", "message/global"]) {
        return Some(eml::read);
    }
    if is(&[".rtf"], &["application/rtf", "text/rtf"]) {
        return Some(rtf::read);
    }
    None
}

/// What a document says.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// Its texts, each as lines, tables and answers laid out as `page.rs` lays out HTML.
    pub texts: Vec<String>,
    /// What a reader should be told.
    pub remarks: Vec<Remark>,
    /// Files within it, each with its name.
    pub files: Vec<(String, Vec<u8>)>,
}

/// What was found, and what was expected.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Remark {
    pub found: String,
    pub expected: String,
}

/// Why it was not read: found and expected.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    pub found: String,
    pub expected: String,
}

impl Remark {
    fn new(found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { found: found.into(), expected: expected.into() }
    }
}

impl Unreadable {
    fn new(found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { found: found.into(), expected: expected.into() }
    }
}

#[cfg(test)]
mod any_tests;

#[cfg(test)]
mod tests;
