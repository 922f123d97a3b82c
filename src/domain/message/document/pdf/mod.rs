//! A PDF (ISO 32000-1). In: its octets; out: the answers of its form, else what stands on its pages. Invariant:
//! nothing in it is run, opened or fetched, and its own tables are not relied on to find its objects.

mod content;
mod file;
mod font;
mod form;
mod layout;
mod object;

use std::sync::LazyLock;

use super::{Content, Remark, Unreadable, remark, unreadable};
use file::{File, too_much};
use memchr::memmem;
use object::{Dict, Object};

/// Octets of a PDF that is read.
const MAX: usize = 24 << 20;

/// Answered fields that are a form; with fewer, what matters may stand on the page.
const ANSWERS: usize = 4;

const INSTEAD: &str =
    "the form as a PDF with its fields, as a Word or Excel file, or in the text of the mail";

static MARK: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b"%PDF-"));

pub(super) fn read(octets: &[u8]) -> Result<Content, Unreadable> {
    // Readers look for the mark in the first kilobyte.
    if MARK.find(octets.get(..1024).unwrap_or(octets)).is_none() {
        return Err(unreadable("a file that is called a PDF and is none", INSTEAD));
    }
    if octets.len() > MAX {
        return Err(unreadable(format!("a PDF of {} octets", octets.len()), "a PDF of at most 24 MiB"));
    }
    let file = File::open(octets)?;
    if file.is_encrypted {
        return Err(unreadable(
            "a PDF that is locked with a password or by encryption",
            "a PDF without protection",
        ));
    }
    let mut content = Content { remarks: dangers(&file), ..Content::default() };
    let form = form::read(&file);
    content.remarks.extend(form.remarks);
    if !form.lines.is_empty() {
        content.texts.push(form.lines.join("\n") + "\n");
    }
    if form.lines.len() >= ANSWERS {
        return finish(content, &file);
    }
    let pages = content::read(&file);
    if pages.is_cut {
        content.remarks.push(remark("more pages or letters than are read of a PDF", "a PDF of some pages"));
    }
    if pages.n_hidden > 0 {
        content.remarks.push(remark("text in a PDF that its pages do not show; it was not read", INSTEAD));
    }
    let n_letters: usize = pages.list.iter().flatten().filter(|glyph| !glyph.text.trim().is_empty()).count();
    let is_answered = !content.texts.is_empty();
    if pages.n_unknown > 0 && pages.n_unknown * 20 >= n_letters && !is_answered {
        return Err(unreadable("a PDF that does not say which letters its text is made of", INSTEAD));
    }
    if n_letters == 0 && form.is_xfa && !is_answered {
        return Err(unreadable("a form that only Adobe's programs can show (XFA)", INSTEAD));
    }
    let text = pages.list.into_iter().map(layout::lines).collect::<Vec<_>>().join("\n");
    if text.trim().is_empty() && is_answered {
        return finish(content, &file);
    }
    if text.trim().is_empty() {
        finish(Content::default(), &file)?;
        return Err(match () {
            () if file.is_strange.get() => {
                unreadable("a PDF that is packed in a way that is not read", INSTEAD)
            }
            () if pages.has_pictures => unreadable(
                "a picture of a page, without text",
                format!("{INSTEAD}, not as a scan or a photo"),
            ),
            () => unreadable("a PDF without any text", INSTEAD),
        });
    }
    if form.is_xfa {
        content
            .remarks
            .push(remark("a form of Adobe's own kind (XFA), of which only its page was read", INSTEAD));
    }
    content.texts.insert(0, text);
    finish(content, &file)
}

fn finish(content: Content, file: &File<'_>) -> Result<Content, Unreadable> {
    if file.is_over.get() { Err(too_much()) } else { Ok(content) }
}

/// What a PDF could do where a program let it.
fn dangers(file: &File<'_>) -> Vec<Remark> {
    let acts = |dict: &Dict, kinds: &[&[u8]]| {
        dict.get(b"S".as_slice()).and_then(Object::name).is_some_and(|kind| kinds.contains(&kind))
    };
    let mut remarks = Vec::new();
    if file.has(|dict| acts(dict, &[b"JavaScript"]) || dict.contains_key(b"JS".as_slice())) {
        remarks.push(remark("JavaScript in a PDF; it was not run", "a PDF without scripts"));
    }
    if file.has(|dict| acts(dict, &[b"Launch", b"ImportData", b"SubmitForm", b"GoToR", b"GoToE"])) {
        remarks.push(remark(
            "a PDF that would open or send something else; nothing was done",
            "a PDF without actions",
        ));
    }
    if file.has(|dict| dict.contains_key(b"EmbeddedFiles".as_slice()) || dict.contains_key(b"EF".as_slice()))
    {
        remarks
            .push(remark("files within a PDF; they were not read", "each file as an attachment of its own"));
    }
    remarks
}

#[cfg(test)]
mod tests;
