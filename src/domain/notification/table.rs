//! Labels and values in rows of cells: a tab or a `|` parts them. In: neighbouring lines that are rows; out: pairs.
//! A row may hold a label and its value, two of them, or a label and a value for each of several systems; or a row of
//! labels stands above rows of values.

use std::collections::HashSet;

use super::FieldName;
use super::labels::{Named, Piece, named, split_label};
use super::own::Line;
use super::pair::{End, Join, Pair};
use super::values;

/// A cell by its words and their place.
#[derive(Debug, Clone, Copy)]
struct Cell<'a> {
    text: &'a str,
    start: usize,
    line: u32,
}

impl Cell<'_> {
    fn is_number(&self) -> bool {
        self.text.len() <= 4 && self.text.chars().all(|c| c.is_ascii_digit() || ".)( ".contains(c))
    }
}

/// Is the line a row of at least two cells with words in them?
#[must_use]
pub fn is_row(line: &Line<'_>) -> bool {
    cells(line).iter().filter(|cell| !cell.text.is_empty()).count() >= 2
}

/// How many rows stand at the head of the lines; rules between rows count with them.
#[must_use]
pub fn n_rows(lines: &[Line<'_>]) -> usize {
    let rule = |line: &Line<'_>| {
        let text = line.text.trim();
        text.len() >= 3 && text.starts_with(['+', '|']) && text.chars().all(|c| "+-=|: ".contains(c))
    };
    if !lines.first().is_some_and(|line| is_row(line) || rule(line)) {
        return 0;
    }
    let n =
        lines.iter().take_while(|line| line.own && (is_row(line) || rule(line) || has_cells(line))).count();
    let last = lines.get(..n).unwrap_or_default().iter().rposition(|line| is_row(line) || rule(line));
    last.map_or(0, |last| last + 1)
}

/// A row whose other cells are empty still belongs to its table.
fn has_cells(line: &Line<'_>) -> bool {
    !line.is_blank() && line.text.contains(['\t', '|']) && !line.text.starts_with('\t')
}

fn cells<'a>(line: &Line<'a>) -> Vec<Cell<'a>> {
    let text = line.text;
    let piped = text.trim_start().starts_with('|') || text.contains(" | ");
    let border = |c: char| c == '\t' || (piped && c == '|');
    let mut cells = Vec::new();
    let mut at = 0;
    for piece in text.split(border) {
        let lead = piece.len() - piece.trim_start().len();
        cells.push(Cell { text: piece.trim(), start: line.start + at + lead, line: line.number });
        at += piece.len() + 1;
    }
    if piped && text.trim_start().starts_with('|') {
        cells.remove(0);
    }
    if piped && text.trim_end().ends_with('|') {
        cells.pop();
    }
    cells
}

/// All pairs in the rows.
#[must_use]
pub fn pairs(rows: &[Line<'_>], part: u32) -> Vec<Pair> {
    let rows: Vec<Vec<Cell<'_>>> = rows.iter().map(cells).filter(|row| !row.is_empty()).collect();
    let mut out = Vec::new();
    let mut at = 0;
    let mut sided: Vec<(Cell<'_>, Named, Vec<Cell<'_>>)> = Vec::new();
    while let Some(row) = rows.get(at) {
        let below = rows.get(at + 1..).unwrap_or_default();
        let n = value_rows(row, below);
        if n > 0 {
            heads_above(row, below.get(..n).unwrap_or_default(), part, &mut out);
            at += n;
        } else {
            beside(row, &mut sided);
        }
        at += 1;
    }
    let several = columns(&sided);
    for (label, named, values) in sided {
        let filled: Vec<Cell<'_>> = values.iter().copied().filter(|cell| !cell.text.is_empty()).collect();
        if several > 1 && values.len() > 1 {
            for (column, cell) in
                values.iter().enumerate().take(several).filter(|(_, cell)| !cell.text.is_empty())
            {
                out.push(pair(named, label, *cell, *cell, part, Some(column)));
            }
        } else if let Some(first) = filled.first() {
            let many =
                matches!(named.field, FieldName::Contact | FieldName::UserIds) && named.piece == Piece::Whole;
            let last = if many { filled.last().unwrap_or(first) } else { first };
            out.push(pair(named, label, *first, *last, part, None));
        }
    }
    out.sort_by_key(|pair| (pair.column, pair.label_start));
    out
}

/// Labels and values side by side in one row: a label and its value or values, or label, value, label, value. What
/// stands behind a label is a value, even if it is a word that could be a label ("SRP", "withheld").
fn beside<'a>(row: &[Cell<'a>], sided: &mut Vec<(Cell<'a>, Named, Vec<Cell<'a>>)>) {
    let from = row.iter().position(|cell| !cell.text.is_empty() && !cell.is_number()).unwrap_or(0);
    let cells = row.get(from..).unwrap_or_default();
    let within = sided.last().map(|(_, named, _)| named.field);
    let names: Vec<Option<Named>> = cells.iter().map(|cell| named(cell.text, within)).collect();
    let known: Vec<Named> = names.iter().copied().flatten().collect();
    // "System A", "System B": the head of columns.
    let one_name = known.len() > 1 && known.iter().all(|name| Some(name) == known.first());
    let answered =
        known.first().zip(cells.get(1)).is_some_and(|(name, cell)| reads_clean(name.field, cell.text));
    if one_name && !answered && row.first().is_some_and(|cell| cell.text.is_empty()) {
        return;
    }
    let alternating = cells.len() >= 4
        && cells.len().is_multiple_of(2)
        && names.iter().step_by(2).all(Option::is_some)
        && known.iter().collect::<HashSet<_>>().len() == known.len();
    let size = if alternating { 2 } else { cells.len().max(1) };
    for piece in cells.chunks(size) {
        let Some((label, values)) = piece.split_first() else { continue };
        if let Some(name) = named(label.text, within) {
            sided.push((*label, name, values.to_vec()));
            continue;
        }
        // No label by itself: each cell may hold a label and its value.
        let labelled =
            |cell: &Cell<'_>| split_label(cell.text, within).filter(|(_, at)| *at < cell.text.len());
        let is_one = piece.iter().filter(|cell| labelled(cell).is_some()).count() == 1;
        for (at, cell) in piece.iter().enumerate() {
            let Some((name, value_at)) = labelled(cell) else { continue };
            let text = cell.text.get(value_at..).unwrap_or_default().trim();
            let mut values = vec![Cell { text, start: cell.start + value_at, ..*cell }];
            // "Contact: Ann Field | ann@power.test | 020 7946 0000".
            values.extend(piece.iter().skip(at + 1).filter(|_| is_one));
            sided.push((*cell, name, values));
        }
    }
}

/// Systems that one table may speak of side by side.
const MAX_COLUMNS: usize = 20;

/// How many systems the rows speak of side by side: two or more only where typed values stand in every column of
/// several rows, so that a column of remarks is none.
fn columns(sided: &[(Cell<'_>, Named, Vec<Cell<'_>>)]) -> usize {
    let n = sided.iter().map(|(_, _, values)| values.len()).max().unwrap_or(0);
    (2..=n.min(MAX_COLUMNS))
        .rev()
        .find(|n| {
            let full = sided.iter().filter(|(_, named, values)| {
                values.len() >= *n && values.iter().take(*n).all(|cell| reads_clean(named.field, cell.text))
            });
            full.count() >= 2
        })
        .unwrap_or(1)
}

/// Is it plainly a value of that typed field?
fn reads_clean(field: FieldName, text: &str) -> bool {
    values::reads_clean(field, text).unwrap_or(false)
}

/// How many rows of values stand below a row that holds labels alone.
fn value_rows(row: &[Cell<'_>], below: &[Vec<Cell<'_>>]) -> usize {
    let labels = row.iter().filter(|cell| named(cell.text, None).is_some()).count();
    let filled = row.iter().filter(|cell| !cell.text.is_empty() && !cell.is_number()).count();
    let answered = row.first().and_then(|cell| named(cell.text, None)).is_some_and(|first| {
        row.len() == 2 && row.get(1).is_some_and(|cell| reads_clean(first.field, cell.text))
    });
    let fields: HashSet<Named> = row.iter().filter_map(|cell| named(cell.text, None)).collect();
    if labels < 2 || labels < filled || fields.len() < labels || answered {
        return 0;
    }
    below
        .iter()
        .take_while(|values| {
            let first = row.iter().zip(*values).find(|(_, cell)| !cell.text.is_empty() && !cell.is_number());
            let opens_with_label = first.is_some_and(|(head, cell)| {
                let above = named(head.text, None);
                named(cell.text, None).is_some()
                    && !above.is_some_and(|above| reads_clean(above.field, cell.text))
            });
            values.len() == row.len() && !opens_with_label
        })
        .count()
}

fn heads_above(row: &[Cell<'_>], below: &[Vec<Cell<'_>>], part: u32, out: &mut Vec<Pair>) {
    for (index, values) in below.iter().enumerate() {
        for (label, cell) in row.iter().zip(values).filter(|(_, cell)| !cell.text.is_empty()) {
            if let Some(named) = named(label.text, None) {
                out.push(pair(named, *label, *cell, *cell, part, (below.len() > 1).then_some(index)));
            }
        }
    }
}

fn pair(
    named: Named,
    label: Cell<'_>,
    first: Cell<'_>,
    last: Cell<'_>,
    part: u32,
    column: Option<usize>,
) -> Pair {
    Pair {
        named,
        part,
        label_start: label.start,
        label_line: label.line,
        start: first.start,
        line: first.line,
        ends: vec![End { at: last.start + last.text.len(), join: Join::Bound }],
        column,
    }
}
