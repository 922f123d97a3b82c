//! A table of Users as CSV: one column for each key of `users.toml`, named as there (`contact.email`), lists with `;`
//! between their entries, an empty cell for an absent key. In: text; out: the same tree as from TOML.

use csv::{ReaderBuilder, StringRecord, Trim};
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::explain::nearest;
use super::fault::Fault;
use super::tree::Node;

#[derive(Clone, Copy)]
enum Cell {
    Text,
    Number,
    List,
}

const COLUMNS: [(&str, Cell); 25] = [
    ("key", Cell::Text),
    ("name", Cell::Text),
    ("aliases", Cell::List),
    ("party_id", Cell::Text),
    ("category", Cell::Text),
    ("roles", Cell::List),
    ("premises.domestic", Cell::Number),
    ("premises.non_domestic", Cell::Number),
    ("user_ids", Cell::List),
    ("domains", Cell::List),
    ("group", Cell::Text),
    ("contact.name", Cell::Text),
    ("contact.email", Cell::Text),
    ("contact.telephone", Cell::Text),
    ("senior_contact.name", Cell::Text),
    ("senior_contact.email", Cell::Text),
    ("senior_contact.telephone", Cell::Text),
    ("user_cio", Cell::Text),
    ("last_assessment.kind", Cell::Text),
    ("last_assessment.fieldwork_end", Cell::Text),
    ("last_assessment.cycle_year", Cell::Number),
    ("last_assessment.status", Cell::Text),
    ("last_assessment.scheme", Cell::Text),
    ("valid_from", Cell::Text),
    ("valid_until", Cell::Text),
];

/// The records of a CSV file, each with its line, and the first is the header.
pub struct Records(Vec<(usize, StringRecord)>);

impl Records {
    /// # Errors
    /// When a row has more or fewer cells than the header, or is no UTF-8.
    pub fn read(file: &str, text: &str) -> Result<Self, Vec<Fault>> {
        let mut reader = ReaderBuilder::new().has_headers(false).trim(Trim::All).from_reader(text.as_bytes());
        let mut records = Vec::new();
        let mut faults = Vec::new();
        for record in reader.records() {
            match record {
                Ok(record) => {
                    let line = record.position().map_or(1, csv::Position::line);
                    records.push((usize::try_from(line).unwrap_or(usize::MAX), record));
                }
                Err(error) => {
                    let line = error.position().and_then(|at| usize::try_from(at.line()).ok());
                    let (found, expected) = match error.kind() {
                        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                            (format!("{len} cells"), format!("{expected_len}, as many as in the first row"))
                        }
                        other => (format!("{other:?}"), "a row of cells in UTF-8".into()),
                    };
                    faults.push(Fault { file: file.into(), line, key: String::new(), found, expected });
                }
            }
        }
        if faults.is_empty() { Ok(Self(records)) } else { Err(faults) }
    }

    /// The rows as nodes whose spans are lines.
    ///
    /// # Errors
    /// When a column of the header is unknown or stands twice.
    pub fn nodes(&self, file: &str) -> Result<Vec<Node<'_>>, Vec<Fault>> {
        let Some(((line, header), rows)) = self.0.split_first() else {
            let fault = Fault {
                file: file.into(),
                line: Some(1),
                key: String::new(),
                found: "an empty file".into(),
                expected: "a first row with the names of the columns".into(),
            };
            return Err(vec![fault]);
        };
        let mut faults = Vec::new();
        let mut columns: Vec<(&str, Cell)> = Vec::new();
        for name in header {
            let name = name.trim_start_matches('\u{feff}');
            let known = COLUMNS.iter().find(|(column, _)| *column == name);
            if known.is_none() || columns.iter().any(|(column, _)| *column == name) {
                let all = COLUMNS.map(|(column, _)| column);
                let near = nearest(name, all)
                    .map(|near| format!("{near} (the nearest); all are "))
                    .unwrap_or_default();
                faults.push(Fault {
                    file: file.into(),
                    line: Some(*line),
                    key: name.into(),
                    found: format!("the column {name:?}{}", if known.is_some() { " twice" } else { "" }),
                    expected: format!("{near}{}", all.join(", ")),
                });
            }
            columns.push(known.copied().unwrap_or((name, Cell::Text)));
        }
        let rows = rows.iter().map(|(line, cells)| row(*line, &columns, cells)).collect();
        if faults.is_empty() { Ok(rows) } else { Err(faults) }
    }
}

/// Spans begin at the line; their ends tell the cells apart.
fn row<'a>(line: usize, columns: &[(&'a str, Cell)], cells: &'a StringRecord) -> Node<'a> {
    let n = std::cell::Cell::new(line);
    let span = || line..n.replace(n.get() + 1);
    let node = |value| Spanned::new(span(), value);
    let text = |text: &'a str| node(DeValue::String(text.into()));
    let key = |name: &'a str| Spanned::new(span(), name.into());
    let row_span = span();
    let mut table = DeTable::new();
    for ((name, kind), cell) in columns.iter().zip(cells) {
        if cell.is_empty() {
            continue;
        }
        let value = match kind {
            Cell::Text => text(cell),
            Cell::Number => {
                DeValue::parse(cell).map_or_else(|_| text(cell), |number| node(number.into_inner()))
            }
            Cell::List => {
                let entries = cell.split(';').map(str::trim).filter(|entry| !entry.is_empty());
                let entries = entries.map(text).collect();
                node(DeValue::Array(entries))
            }
        };
        match name.split_once('.') {
            None => drop(table.insert(key(name), value)),
            Some((above, below)) => {
                let above = table.entry(key(above)).or_insert_with(|| node(DeValue::Table(DeTable::new())));
                if let DeValue::Table(above) = above.get_mut() {
                    above.insert(key(below), value);
                }
            }
        }
    }
    // An absent list is an empty one: a cell cannot tell the two apart.
    for name in ["roles", "domains"] {
        table.entry(key(name)).or_insert_with(|| node(DeValue::Array(DeArray::default())));
    }
    Spanned::new(row_span, DeValue::Table(table))
}
