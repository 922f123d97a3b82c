//! What kind of document a file is. In: its octets, its name, its type; out: its kind, or why it is not read.
//! Invariant: what a file holds goes before what it is called.

use memchr::memmem;

use super::{Content, File, Unreadable, eml, excel, outlook, pdf, rtf, sealed, tnef, unreadable, word};

/// A kind of document that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Excel,
    Pdf,
    Rtf,
    /// The `winmail.dat` of Outlook.
    Tnef,
    /// A message that Outlook saved.
    Outlook,
    Mail,
    /// Signed: a mail, or another file, within.
    Sealed,
    /// Encrypted: nobody reads it here.
    Locked,
}

impl Kind {
    pub fn read(self, octets: &[u8]) -> Result<Content, Unreadable> {
        match self {
            Self::Word => word::read(octets),
            Self::Excel => excel::read(octets),
            Self::Pdf => pdf::read(octets),
            Self::Rtf => rtf::read(octets),
            Self::Tnef => tnef::read(octets),
            Self::Outlook => outlook::read(octets),
            Self::Mail => eml::read(octets),
            Self::Sealed => sealed::read(octets),
            Self::Locked => Err(sealed::encrypted()),
        }
    }

    /// Its words are those of whoever wrote the mail that it is.
    pub fn is_mail(self) -> bool {
        matches!(self, Self::Mail | Self::Outlook)
    }
}

/// Octets that tell what a file is.
pub(in crate::domain::message) const MAGIC: usize = 64;

/// Is it worth unpacking: do its first octets, its name or its type say that it is a document?
pub(in crate::domain::message) fn may_be_document(head: &[u8], name: &str, media_type: &str) -> bool {
    let other = || other_kind(&File { name, media_type, octets: head }).is_some();
    head.starts_with(ZIP) || head.starts_with(OLE) || claimed(name, media_type).is_some() || other()
}

pub(super) const ZIP: &[u8] = b"PK\x03\x04";
pub(super) const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

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

/// The kind of a file, by what it holds; `None` where it is no document that is read here.
pub(super) fn kind_of(file: &File<'_>) -> Option<Result<Kind, Unreadable>> {
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
            () if holds(b"word/document") => Some(Ok(Kind::Word)),
            () if holds(b"xl/workbook") => Some(Ok(Kind::Excel)),
            () => None,
        };
        return by_content.or_else(|| Some(Err(not_as_claimed(claim?))));
    }
    if file.octets.starts_with(OLE) {
        // A directory entry has its name in UTF-16 ([MS-CFB] 2.6.1).
        let has_entry =
            |name: &str| holds(&name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
        return match () {
            () if has_entry("__properties_version1.0") => Some(Ok(Kind::Outlook)),
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
    if let Some(kind) = other_kind(file) {
        return Some(Ok(kind));
    }
    // Text that Excel opens under that name is an ordinary export of other programs.
    Some(Err(not_as_claimed(claim?)))
}

/// By its first octets, its name or its type: programs often send a document as `application/octet-stream`.
fn other_kind(file: &File<'_>) -> Option<Kind> {
    let (name, media_type) = (file.name.to_lowercase(), file.media_type.to_lowercase());
    let is = |endings: &[&str], types: &[&str]| {
        endings.iter().any(|ending| name.ends_with(ending)) || types.contains(&media_type.as_str())
    };
    match () {
        () if file.octets.starts_with(b"%PDF-") => Some(Kind::Pdf),
        () if is(&[".pdf"], &["application/pdf", "application/x-pdf"]) => Some(Kind::Pdf),
        () if is(&["winmail.dat", ".tnef"], &["application/ms-tnef", "application/vnd.ms-tnef"]) => {
            Some(Kind::Tnef)
        }
        () if is(&[".msg"], &["application/vnd.ms-outlook"]) => Some(Kind::Outlook),
        () if is(&[".p7m"], &["application/pkcs7-mime", "application/x-pkcs7-mime"]) => Some(Kind::Sealed),
        () if is(&[".pgp", ".gpg", ".rpmsg"], &["application/pgp-encrypted"]) => Some(Kind::Locked),
        () if sealed::is_pgp_message(file.octets) => Some(Kind::Locked),
        () if is(&[".eml"], &["message/rfc822", "message/global"]) => Some(Kind::Mail),
        () if is(&[".rtf"], &["application/rtf", "text/rtf"]) => Some(Kind::Rtf),
        () => None,
    }
}

fn not_as_claimed(claim: &str) -> Unreadable {
    unreadable(format!("not the {claim} that its name or type says"), INSTEAD)
}
