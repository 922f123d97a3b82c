//! An Excel workbook (`.xlsx`, ISO/IEC 29500-1 18). In: octets; out: each sheet that is shown as a text, a row a line.
//! Invariant: a formula is never worked out: its value is what the program that saved it found, or it has none.

mod look;
mod number;
mod sheet;
#[cfg(test)]
mod tests;

use look::Looks;
use sheet::{Sheet, Told};

use super::package::Package;
use super::xml::{Token, Tokens};
use super::{Content, Unreadable, remark, unreadable};

/// Sheets that are read.
const SHEETS: usize = 50;
/// Texts that cells share, and octets of all of them.
const SHARED: usize = 300_000;

pub(super) fn read(octets: &[u8]) -> Result<Content, Unreadable> {
    let mut package = Package::open(octets)?;
    let main = package.main_part("xl/workbook.xml")?;
    let Some(xml) = package.part(&main)? else {
        return Err(unreadable("no workbook in the file", "an .xlsx as Excel or LibreOffice saves it"));
    };
    let book = Book::of(&xml)?;
    drop(xml);
    let relations = package.relations(&main)?;
    let by_kind = |kind: &str| relations.iter().find(|relation| relation.kind == kind);
    let looks = match by_kind("styles").map(|it| package.part(&it.target)).transpose()?.flatten() {
        Some(xml) => Looks::of(&xml)?,
        None => Looks::default(),
    };
    let mut told = Told::default();
    let shared = match by_kind("sharedStrings").map(|it| package.part(&it.target)).transpose()?.flatten() {
        Some(xml) => shared(&xml, &mut told)?,
        None => Vec::new(),
    };
    let mut content = Content::default();
    for (at, named) in book.sheets.iter().enumerate() {
        let relation = relations.iter().find(|relation| relation.id == named.relation);
        if relation.is_some_and(|relation| relation.kind != "worksheet") {
            continue;
        }
        let Some(xml) = relation.map(|it| package.part(&it.target)).transpose()?.flatten() else { continue };
        if at >= SHEETS {
            told.is_cut = true;
            break;
        }
        let sheet = Sheet::of(&xml, &shared, &looks, book.is_1904, &mut told)?;
        if !named.is_hidden {
            content.texts.push(sheet.text());
        } else if sheet.says_something() {
            let found = format!("the hidden sheet {:?}, which was left out", named.name);
            content.remarks.push(remark(found, "all that is meant on sheets that are shown"));
        }
    }
    // Boxes to tick, and text boxes: they float over the cells and belong to none.
    if package.has_below("xl/ctrlprops/") || package.has_below("xl/activex/") {
        let found = "boxes or buttons that float over the sheet, which were not read";
        content.remarks.push(remark(found, "answers in the cells"));
    }
    content.remarks.extend(told.remarks());
    Ok(content)
}

/// What the workbook says of its sheets.
struct Book {
    sheets: Vec<Named>,
    /// Days are counted from 1 January 1904, as the elder Excel for Mac did.
    is_1904: bool,
}

struct Named {
    name: String,
    relation: String,
    is_hidden: bool,
}

impl Book {
    fn of(xml: &str) -> Result<Self, Unreadable> {
        let mut book = Self { sheets: Vec::new(), is_1904: false };
        let mut tokens = Tokens::of(xml);
        while let Some(token) = tokens.next()? {
            let Token::Start(element) = token else { continue };
            match element.name() {
                "workbookPr" => {
                    let says = element.attribute("date1904");
                    book.is_1904 = says.is_some_and(|says| says == "1" || says == "true");
                }
                "sheet" if book.sheets.len() <= SHEETS => book.sheets.push(Named {
                    name: element.attribute("name").unwrap_or_default().chars().take(31).collect(),
                    relation: element.attribute("id").unwrap_or_default(),
                    is_hidden: element.attribute("state").is_some_and(|state| state != "visible"),
                }),
                _ => {}
            }
        }
        Ok(book)
    }
}

/// The texts that cells share by number.
fn shared(xml: &str, told: &mut Told) -> Result<Vec<Rich>, Unreadable> {
    let mut all = Vec::new();
    let mut words = Words::default();
    let mut tokens = Tokens::of(xml);
    while let Some(token) = tokens.next()? {
        let ended = words.take(&token);
        if ended == Some(Part::Item) {
            if all.len() >= SHARED {
                told.is_cut = true;
                break;
            }
            all.push(words.finish());
        }
    }
    Ok(all)
}

/// The text of a cell.
#[derive(Debug, Clone, Default)]
struct Rich {
    text: String,
    /// Something in it was struck out and left out.
    has_struck: bool,
}

/// The text of a cell, in the making: runs that may be struck out, and readings beside them (`rPh`) that are not its
/// text.
#[derive(Default)]
struct Words {
    open: Vec<Part>,
    said: Rich,
    is_struck: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// `si`, or `is` within a cell.
    Item,
    Run,
    Reading,
    Text,
    Other,
}

impl Words {
    /// Takes a token; what ended with it.
    fn take(&mut self, token: &Token<'_>) -> Option<Part> {
        match token {
            Token::Start(element) => {
                let part = match element.name() {
                    "si" | "is" => Part::Item,
                    "r" => Part::Run,
                    "rPh" => Part::Reading,
                    "t" => Part::Text,
                    _ => Part::Other,
                };
                if part == Part::Run || part == Part::Item {
                    self.is_struck = false;
                }
                self.is_struck |= element.name() == "strike" && element.is_on();
                self.open.push(part);
                None
            }
            Token::End => self.open.pop(),
            Token::Text(text) => {
                if self.open.last() == Some(&Part::Text) && !self.open.contains(&Part::Reading) {
                    self.said.has_struck |= self.is_struck;
                    if !self.is_struck {
                        self.said.text.push_str(text);
                    }
                }
                None
            }
        }
    }

    fn finish(&mut self) -> Rich {
        self.open.clear();
        std::mem::take(&mut self.said)
    }
}
