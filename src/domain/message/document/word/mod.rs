//! A Word document (`.docx`, ISO/IEC 29500-1 17). In: octets; out: its text as it reads with all changes accepted, a
//! table row a line. Invariant: what a reader does not see (deleted, hidden, struck out, a prompt that nobody replaced)
//! is never text, and that it was there is told.

mod field;
mod kind;
mod run;
mod style;
#[cfg(test)]
mod tests;

use field::{Control, Entry};
use kind::{Kind, SILENT, kind};
use style::Styles;

use super::package::Package;
use super::xml::{Element, Token, Tokens};
use super::{Content, Remark, Unreadable, remark, unreadable};
use crate::domain::message::page::Page;

/// Headers and footers that are read for the marking.
const MARGINS: usize = 20;
/// Octets of text of one document; the mail has its own measure.
const TEXT: usize = 2 << 20;

pub(super) fn read(octets: &[u8]) -> Result<Content, Unreadable> {
    let mut package = Package::open(octets)?;
    let main = package.main_part("word/document.xml")?;
    let Some(xml) = package.part(&main)? else {
        return Err(unreadable("no text in the document", "a .docx as Word or LibreOffice saves it"));
    };
    let relations = package.relations(&main)?;
    let style = relations.iter().find(|relation| relation.kind == "styles");
    let styles = match style.map(|relation| package.part(&relation.target)).transpose()?.flatten() {
        Some(xml) => Styles::of(&xml)?,
        None => Styles::default(),
    };
    let mut reader = Reader::of(&styles);
    reader.run(&xml)?;
    let mut content = Content { texts: vec![reader.finish()], ..Content::default() };
    // Where the marking may stand (DOMAIN.md 6). Quoted, so that nothing else is read from it.
    let mut margins = String::new();
    let kinds = ["header", "footer"];
    for relation in relations.iter().filter(|relation| kinds.contains(&relation.kind.as_str())).take(MARGINS)
    {
        let Some(xml) = package.part(&relation.target)? else { continue };
        let mut margin = Reader::of(&styles);
        margin.run(&xml)?;
        for line in margin.finish().lines().filter(|line| !line.trim().is_empty()) {
            margins.push_str("> ");
            margins.push_str(line);
            margins.push('\n');
        }
    }
    if !margins.is_empty() {
        content.texts.push(margins);
    }
    content.remarks = reader.told.remarks();
    Ok(content)
}

/// What was met and is to be told.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each was met or not")]
struct Told {
    tracked: bool,
    hidden: bool,
    struck: bool,
    embedded: bool,
    cut: bool,
}

impl Told {
    fn remarks(&self) -> Vec<Remark> {
        let all = [
            (self.tracked, "tracked changes", "a text without them; it was read as if all were accepted"),
            (self.hidden, "hidden text, which was left out", "all that is meant where it can be seen"),
            (self.struck, "text that is struck out, which was left out", "the text as it is meant"),
            (
                self.embedded,
                "a file embedded in its text, which was not read",
                "the answers in the text itself",
            ),
            (self.cut, "more text than is read", "the answers alone"),
        ];
        all.iter()
            .filter(|(is_so, ..)| *is_so)
            .map(|(_, found, expected)| remark(*found, *expected))
            .collect()
    }
}

/// The state of a paragraph or of a run in it.
#[derive(Default, Clone, Copy)]
struct Seen {
    is_hidden: bool,
    is_struck: bool,
}

struct Reader<'s> {
    styles: &'s Styles,
    open: Vec<Kind>,
    /// Nothing counts while as many elements are open.
    mute: Option<usize>,
    /// The page, and that of each text box that is open.
    pages: Vec<Page>,
    /// What text boxes said, until the paragraph that holds them ends.
    boxes: Vec<String>,
    paragraphs: Vec<Seen>,
    run: Seen,
    words: String,
    controls: Vec<Control>,
    entry: Option<Entry>,
    /// For each choice between newer and older content: whether it was made.
    chosen: Vec<bool>,
    /// Something stands on the line.
    is_begun: bool,
    /// A tab stands last on it.
    is_tabbed: bool,
    /// The end of the paragraph was deleted: it runs on into the next one.
    runs_on: bool,
    n_octets: usize,
    told: Told,
}

impl<'s> Reader<'s> {
    fn of(styles: &'s Styles) -> Self {
        Self {
            styles,
            open: Vec::new(),
            mute: None,
            pages: vec![Page::of_document()],
            boxes: Vec::new(),
            paragraphs: Vec::new(),
            run: Seen::default(),
            words: String::new(),
            controls: Vec::new(),
            entry: None,
            chosen: Vec::new(),
            is_begun: false,
            is_tabbed: false,
            runs_on: false,
            n_octets: 0,
            told: Told::default(),
        }
    }

    fn run(&mut self, xml: &str) -> Result<(), Unreadable> {
        let mut tokens = Tokens::of(xml);
        while let Some(token) = tokens.next()?.filter(|_| !self.told.cut) {
            match token {
                Token::Start(element) => self.start(&element),
                Token::End => self.end(),
                Token::Text(text) if self.mute.is_none() && self.open.last() == Some(&Kind::Text) => {
                    self.words.push_str(&text);
                }
                Token::Text(_) => {}
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> String {
        self.pages.drain(..).next().unwrap_or_default().finish()
    }

    fn parent(&self, n: usize) -> Option<Kind> {
        self.open.iter().rev().nth(n).copied()
    }

    fn page(&mut self) -> &mut Page {
        if self.pages.is_empty() {
            self.pages.push(Page::of_document());
        }
        let last = self.pages.len() - 1;
        #[expect(clippy::indexing_slicing, reason = "there is one, and this is the last")]
        &mut self.pages[last]
    }

    fn start(&mut self, element: &Element<'_>) {
        let name = element.name();
        let kind = kind(name);
        self.open.push(kind);
        if self.mute.is_some() {
            return;
        }
        let (parent, grandparent) = (self.parent(1), self.parent(2));
        match (kind, parent) {
            _ if SILENT.contains(&name) => self.mute = Some(self.open.len()),
            (Kind::Paragraph, _) => {
                if !std::mem::take(&mut self.runs_on) {
                    self.page().block();
                    self.is_begun = false;
                }
                self.paragraphs.push(Seen::default());
            }
            (Kind::Run, _) => self.run = self.paragraphs.last().copied().unwrap_or_default(),
            (Kind::Table, _) => self.page().table(),
            (Kind::Row, _) => self.page().row(),
            (Kind::Cell, _) => self.page().cell(),
            (Kind::Control, _) => self.controls.push(Control::default()),
            (Kind::Entry, _) => self.entry = Some(Entry::default()),
            (Kind::Alternatives, _) => self.chosen.push(false),
            (Kind::TextBox, _) if self.run.is_hidden => self.mute = Some(self.open.len()),
            (Kind::TextBox, _) => {
                self.pages.push(Page::of_document());
                self.is_begun = false;
            }
            (Kind::Text, _) => self.words.clear(),
            (_, Some(Kind::RowProperties)) => self.row_property(name),
            (_, Some(Kind::CellProperties)) => self.cell_property(name, element),
            (_, Some(Kind::RunProperties)) => self.run_property(name, element, grandparent),
            (_, Some(Kind::ParagraphProperties)) if name == "pStyle" => self.paragraph_style(element),
            (_, Some(Kind::ControlProperties)) => {
                if let Some(control) = self.controls.last_mut() {
                    control.property(name, element);
                }
            }
            (_, Some(Kind::CheckBox)) if grandparent == Some(Kind::ControlProperties) => {
                if let Some(control) = self.controls.last_mut() {
                    control.check(name, element);
                }
            }
            _ if self.entry.is_some() => {
                if let Some(entry) = &mut self.entry {
                    entry.property(name, element);
                }
            }
            (_, Some(Kind::Run)) => self.in_run(name, element),
            (Kind::Other, _) => self.other(name),
            _ => {}
        }
    }

    fn end(&mut self) {
        let Some(kind) = self.open.pop() else { return };
        if let Some(n) = self.mute {
            if self.open.len() >= n {
                return;
            }
            self.mute = None;
        }
        match kind {
            Kind::Text => {
                let words = std::mem::take(&mut self.words);
                self.say(&words);
            }
            Kind::Paragraph => self.end_paragraph(),
            Kind::Table => self.page().end_table(),
            Kind::Row => self.page().end_row(),
            Kind::Cell => self.page().end_cell(),
            Kind::Control => self.end_control(),
            Kind::Entry => {
                if let Some(said) = self.entry.take().and_then(Entry::said) {
                    self.say(&said);
                }
            }
            Kind::Alternatives => {
                self.chosen.pop();
            }
            Kind::TextBox if self.pages.len() > 1 => {
                let said = self.pages.pop().map(Page::finish);
                self.boxes.extend(said.filter(|said| !said.trim().is_empty()));
                self.run = self.paragraphs.last().copied().unwrap_or_default();
                self.is_begun = true;
            }
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        self.paragraphs.pop();
        if !self.runs_on {
            self.page().block();
            self.is_begun = false;
        }
        for said in std::mem::take(&mut self.boxes) {
            self.page().block();
            self.page().text(said.trim_end(), true);
            self.page().block();
        }
    }
}
