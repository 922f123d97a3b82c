//! The form for Word. In: the table of labels; out: a `.docx`, the same each time. Invariant: every answer has a content
//! control of its own, which every word processor fills in, and nothing in the file is a macro, a link or a picture.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;

use super::{INTRODUCTION, TITLE, escape, hint};
use crate::domain::notification::labels::TABLE;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// What the control shows until somebody writes; it is not read as an answer.
const PROMPT: &str = "Click here and write";

/// # Errors
/// What the library says; it would be a defect.
pub fn form_word() -> ZipResult<Vec<u8>> {
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, xml) in
        [("[Content_Types].xml", types()), ("_rels/.rels", relations()), ("word/document.xml", document())]
    {
        package.start_file(name, SimpleFileOptions::default())?;
        package.write_all(xml.as_bytes())?;
    }
    Ok(package.finish()?.into_inner())
}

fn types() -> String {
    format!(
        "{DECLARATION}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Override PartName=\"/word/document.xml\" \
         ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>"
    )
}

fn relations() -> String {
    format!(
        "{DECLARATION}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
         <Relationship Id=\"rId1\" \
         Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
         Target=\"word/document.xml\"/></Relationships>"
    )
}

fn document() -> String {
    let mut out = format!(
        "{DECLARATION}<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>"
    );
    // Writing to a String cannot fail.
    let _ = write!(out, "<w:p><w:pPr><w:spacing w:after=\"200\"/></w:pPr>{}</w:p>", run(TITLE, 32, "<w:b/>"));
    for paragraph in INTRODUCTION {
        let _ =
            write!(out, "<w:p><w:pPr><w:spacing w:after=\"120\"/></w:pPr>{}</w:p>", run(paragraph, 21, ""));
    }
    let border = |side| format!("<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"808080\"/>");
    let borders = ["top", "left", "bottom", "right", "insideH", "insideV"].map(border).concat();
    let _ = write!(
        out,
        "<w:tbl><w:tblPr><w:tblW w:w=\"9600\" w:type=\"dxa\"/><w:tblBorders>{borders}</w:tblBorders>\
         <w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid><w:gridCol w:w=\"4200\"/><w:gridCol w:w=\"5400\"/></w:tblGrid>"
    );
    for (id, label) in (1..).zip(TABLE) {
        let _ = write!(
            out,
            "<w:tr><w:trPr><w:cantSplit/></w:trPr>\
             <w:tc><w:tcPr><w:tcW w:w=\"4200\" w:type=\"dxa\"/></w:tcPr><w:p>{}</w:p><w:p>{}</w:p></w:tc>\
             <w:tc><w:tcPr><w:tcW w:w=\"5400\" w:type=\"dxa\"/></w:tcPr><w:p>{}</w:p></w:tc></w:tr>",
            run(label.label, 22, "<w:b/>"),
            run(&hint(label), 17, ""),
            control(id, label.label, label.field.as_str()),
        );
    }
    out.push_str(
        "</w:tbl><w:p/><w:sectPr><w:pgSz w:w=\"11906\" w:h=\"16838\"/>\
         <w:pgMar w:top=\"1134\" w:right=\"1134\" w:bottom=\"1134\" w:left=\"1134\" w:header=\"709\" w:footer=\"709\" \
         w:gutter=\"0\"/></w:sectPr></w:body></w:document>",
    );
    out
}

/// Words in a size, given in half points.
fn run(words: &str, size: u32, more: &str) -> String {
    format!(
        "<w:r><w:rPr><w:rFonts w:ascii=\"Arial\" w:hAnsi=\"Arial\" w:cs=\"Arial\"/>{more}<w:sz w:val=\"{size}\"/>\
         <w:lang w:val=\"en-GB\"/></w:rPr><w:t xml:space=\"preserve\">{}</w:t></w:r>",
        escape(words)
    )
}

fn control(id: u32, title: &str, tag: &str) -> String {
    format!(
        "<w:sdt><w:sdtPr><w:alias w:val=\"{}\"/><w:tag w:val=\"{tag}\"/><w:id w:val=\"{id}\"/><w:showingPlcHdr/>\
         <w:text w:multiLine=\"1\"/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>",
        escape(title),
        run(PROMPT, 22, "<w:color w:val=\"666666\"/>"),
    )
}
