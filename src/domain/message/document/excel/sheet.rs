//! One sheet. In: its XML; out: its rows as lines, each cell in its column. Invariant: cells cost what they hold, not
//! what they span: one far away makes no room between.

use std::collections::{BTreeMap, BTreeSet};

use super::look::{Look, Looks, Shows};
use super::number::{is_rounded, shown};
use super::{Part, Rich, Words};
use crate::domain::message::document::xml::{Element, Token, Tokens};
use crate::domain::message::document::{Remark, Unreadable, remark};
use crate::domain::message::page::Page;

/// Cells with something in them that are read of one sheet.
const CELLS: usize = 50_000;
/// Merged stretches that are known of one sheet.
const MERGED: usize = 10_000;
/// Columns that stand beside each other in a line.
const COLUMNS: u32 = 60;
/// Octets of text of one sheet.
const TEXT: usize = 2 << 20;

/// What was met and is to be told.
#[derive(Default)]
pub(super) struct Told {
    pub is_cut: bool,
    pub is_struck: bool,
    hidden: bool,
    unvalued: BTreeSet<String>,
    failed: BTreeSet<String>,
    rounded: BTreeSet<String>,
    undated: BTreeSet<String>,
}

/// Cells that are named in a remark.
const NAMED: usize = 5;

impl Told {
    pub fn remarks(&self) -> Vec<Remark> {
        let mut remarks = Vec::new();
        let named =
            |cells: &BTreeSet<String>| cells.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        let of_cells = [
            (&self.unvalued, "a formula without a value", "values instead of formulas"),
            (&self.failed, "a formula that fails", "values instead of formulas"),
            (
                &self.rounded,
                "a number of more than 15 figures, whose last ones Excel loses",
                "such cells as text",
            ),
            (&self.undated, "a number that is no day, shown as a date", "a date"),
        ];
        for (cells, found, expected) in of_cells.iter().filter(|(cells, ..)| !cells.is_empty()) {
            remarks.push(remark(format!("{found} ({})", named(cells)), *expected));
        }
        let of_all = [
            (
                self.hidden,
                "hidden rows, columns or cells, which were left out",
                "all that is meant where it can be seen",
            ),
            (self.is_struck, "text that is struck out, which was left out", "the text as it is meant"),
            (self.is_cut, "more cells than are read", "the answers alone"),
        ];
        let of_all = of_all.iter().filter(|(is_so, ..)| *is_so);
        remarks.extend(of_all.map(|(_, found, expected)| remark(*found, *expected)));
        remarks
    }
}

/// What stands in the cells, by row and column from 0.
#[derive(Default)]
pub(super) struct Sheet {
    rows: BTreeMap<u32, BTreeMap<u32, String>>,
    /// For a cell that is merged with those beside it: how many columns it covers.
    merged: BTreeMap<(u32, u32), u32>,
    /// The last column in which an empty cell waits for something.
    waiting: u32,
}

/// A cell in the making.
#[derive(Default)]
struct Cell {
    row: u32,
    column: u32,
    name: String,
    kind: String,
    look: Look,
    value: Option<String>,
    has_formula: bool,
    has_struck: bool,
    is_hidden: bool,
}

impl Sheet {
    pub fn of(
        xml: &str,
        shared: &[Rich],
        looks: &Looks,
        is_1904: bool,
        told: &mut Told,
    ) -> Result<Self, Unreadable> {
        let mut reader = Reader {
            shared,
            looks,
            is_1904,
            told,
            sheet: Self::default(),
            hidden: Vec::new(),
            n_cells: 0,
            row: Row::default(),
        };
        reader.run(xml)?;
        Ok(reader.sheet)
    }

    pub fn says_something(&self) -> bool {
        !self.rows.is_empty()
    }

    /// A row a line, its cells parted by tabs, from the first column that holds anything.
    pub fn text(&self) -> String {
        let columns = || self.rows.values().flat_map(BTreeMap::keys).copied();
        let (Some(first), Some(last)) = (columns().min(), columns().max()) else { return String::new() };
        // An empty answer beside its label.
        let last = self.waiting.clamp(last, last.saturating_add(1)).min(first.saturating_add(COLUMNS - 1));
        let mut page = Page::of_document();
        page.table();
        for (row, cells) in &self.rows {
            page.row();
            let mut column = first;
            while column <= last {
                let n = self.merged.get(&(*row, column)).copied().unwrap_or(1).min(last + 1 - column);
                page.cell();
                page.span(n as usize);
                page.text(cells.get(&column).map_or("", String::as_str), true);
                page.end_cell();
                column += n;
            }
            page.end_row();
        }
        page.finish()
    }
}

#[derive(Default)]
struct Row {
    number: u32,
    next_column: u32,
    is_hidden: bool,
}

struct Reader<'a> {
    shared: &'a [Rich],
    looks: &'a Looks,
    is_1904: bool,
    told: &'a mut Told,
    sheet: Sheet,
    /// Columns that are hidden, from one to another.
    hidden: Vec<(u32, u32)>,
    n_cells: usize,
    row: Row,
}

impl Reader<'_> {
    fn run(&mut self, xml: &str) -> Result<(), Unreadable> {
        let mut tokens = Tokens::of(xml);
        let mut n_octets = 0;
        while let Some(token) = tokens.next()? {
            let Token::Start(element) = token else { continue };
            match element.name() {
                "col" => self.column(&element),
                "row" => self.begin_row(&element),
                "c" => {
                    let cell = self.cell(&element, &mut tokens)?;
                    n_octets += cell.value.as_ref().map_or(0, String::len);
                    if self.n_cells >= CELLS || n_octets > TEXT {
                        self.told.is_cut = true;
                        break;
                    }
                    self.put(&cell);
                }
                "mergeCell" => self.merge(&element.attribute("ref").unwrap_or_default()),
                _ => {}
            }
        }
        Ok(())
    }

    fn column(&mut self, element: &Element<'_>) {
        let number = |name| element.number(name).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        let is_thin = element.attribute("width").is_some_and(|width| width.parse() == Ok(0.0));
        if (says_yes(element, "hidden") || is_thin) && self.hidden.len() < MERGED {
            self.hidden.push((number("min").saturating_sub(1), number("max").saturating_sub(1)));
        }
    }

    fn begin_row(&mut self, element: &Element<'_>) {
        let number = element.number("r").and_then(|n| u32::try_from(n).ok());
        let is_thin = element.attribute("ht").is_some_and(|height| height.parse() == Ok(0.0));
        self.row = Row {
            number: number.map_or(self.row.number + 1, |number| number.min(1 << 20)),
            next_column: 0,
            is_hidden: says_yes(element, "hidden") || is_thin,
        };
    }

    /// Reads a cell to its end.
    fn cell(&mut self, element: &Element<'_>, tokens: &mut Tokens<'_>) -> Result<Cell, Unreadable> {
        let name = element.attribute("r").unwrap_or_default();
        let (row, column) = place(&name).unwrap_or((self.row.number.saturating_sub(1), self.row.next_column));
        self.row.next_column = column + 1;
        let is_hidden =
            self.row.is_hidden || self.hidden.iter().any(|(from, to)| (*from..=*to).contains(&column));
        let kind = element.attribute("t").unwrap_or_default();
        let look = self.looks.at(element.number("s").unwrap_or(0));
        let mut cell = Cell { row, column, name, kind, look, is_hidden, ..Cell::default() };
        let mut open = vec![Inside::Cell];
        let mut words = Words::default();
        while let Some(token) = tokens.next()? {
            match &token {
                Token::Start(element) => {
                    let inside = match (element.name(), open.last()) {
                        ("v", _) => Inside::Value,
                        ("f", _) => Inside::Formula,
                        ("is", _) | (_, Some(Inside::Words)) => Inside::Words,
                        _ => Inside::Cell,
                    };
                    cell.has_formula |= inside == Inside::Formula;
                    open.push(inside);
                }
                Token::End => {
                    open.pop();
                    if open.is_empty() {
                        break;
                    }
                }
                Token::Text(text) if open.last() == Some(&Inside::Value) => {
                    cell.value.get_or_insert_default().push_str(text);
                }
                Token::Text(_) => {}
            }
            if words.take(&token) == Some(Part::Item) {
                let Rich { text, has_struck } = words.finish();
                cell.value = Some(text);
                cell.has_struck = has_struck;
            }
        }
        Ok(cell)
    }

    /// Puts down what the cell shows.
    fn put(&mut self, cell: &Cell) {
        let note = |cells: &mut BTreeSet<String>| {
            if cells.len() <= NAMED {
                cells.insert(cell.name.clone());
            }
        };
        let Some(value) = cell.value.as_deref().filter(|value| !value.trim().is_empty()) else {
            if cell.has_formula && !cell.is_hidden && cell.kind != "str" {
                note(&mut self.told.unvalued);
            }
            if !cell.is_hidden {
                self.sheet.waiting = self.sheet.waiting.max(cell.column);
            }
            return;
        };
        if cell.is_hidden || cell.look.shows == Shows::Nothing {
            self.told.hidden = true;
            return;
        }
        if cell.look.is_struck {
            self.told.is_struck = true;
            return;
        }
        let said = match cell.kind.as_str() {
            "s" => value.trim().parse().ok().and_then(|at: usize| self.shared.get(at)).map(|rich| {
                self.told.is_struck |= rich.has_struck;
                rich.text.clone()
            }),
            "str" | "inlineStr" => Some(value.to_owned()),
            "b" => Some(if value.trim() == "1" { "Yes" } else { "No" }.into()),
            "e" => {
                note(&mut self.told.failed);
                None
            }
            "d" => Some(value.get(..10).unwrap_or(value).to_owned()),
            _ => {
                let said = shown(value, cell.look.shows, self.is_1904);
                if said.is_none() {
                    note(&mut self.told.undated);
                } else if is_rounded(value) {
                    note(&mut self.told.rounded);
                }
                said.or_else(|| Some(value.to_owned()))
            }
        };
        let Some(said) = said.filter(|said| !said.trim().is_empty()) else { return };
        self.told.is_struck |= cell.has_struck;
        self.n_cells += 1;
        self.sheet.rows.entry(cell.row).or_default().insert(cell.column, said);
    }

    /// Cells of one row that are one; those below the first row of such a stretch are empty.
    fn merge(&mut self, range: &str) {
        let Some((from, to)) = range.split_once(':').and_then(|(from, to)| Some((place(from)?, place(to)?)))
        else {
            return;
        };
        if to.1 > from.1 && self.sheet.merged.len() < MERGED {
            self.sheet.merged.insert(from, to.1 - from.1 + 1);
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Cell,
    Value,
    Formula,
    Words,
}

fn says_yes(element: &Element<'_>, name: &str) -> bool {
    element.attribute(name).is_some_and(|value| value == "1" || value == "true")
}

/// Row and column of a name such as `B7`, from 0.
fn place(name: &str) -> Option<(u32, u32)> {
    let n_letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (letters, figures) = name.split_at_checked(n_letters).filter(|_| (1..=3).contains(&n_letters))?;
    let column =
        letters.bytes().fold(0, |n, letter| n * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1);
    let row: u32 = figures.parse().ok().filter(|row| (1..=1 << 20).contains(row))?;
    Some((row - 1, column - 1))
}
