//! From letters with places to lines. In: the glyphs of a page; out: its lines from top to bottom, cells of a row
//! separated by a tab. Invariant: every letter of the page stands in the text once, and blanks stand where a reader
//! sees them.

use super::content::Glyph;

/// A gap between letters that parts words, in sizes of the text.
const WORD: f64 = 0.16;
/// A gap between words that parts cells.
const CELL: f64 = 1.6;
/// How far letters of one line may stand above each other.
const BASE: f64 = 0.4;
/// How near to each other two cells begin that stand in one column.
const COLUMN: f64 = 1.5;
/// Cells of a row that are looked at one by one.
const CELLS: usize = 60;

/// Text between two gaps.
struct Piece {
    x: f64,
    end: f64,
    text: String,
}

struct Line {
    y: f64,
    size: f64,
    words: Vec<Piece>,
}

/// A row of a page, with the cells that go on below it.
struct Row {
    top: f64,
    bottom: f64,
    size: f64,
    cells: Vec<Piece>,
}

pub(super) fn lines(glyphs: Vec<Glyph>) -> String {
    let lines = split(glyphs);
    let stops = stops(&lines);
    let single = |line: Line| Row {
        top: line.y,
        bottom: line.y,
        size: line.size,
        cells: cells(line.words, line.size, &stops),
    };
    let rows = put_together(lines.into_iter().map(single).collect(), &stops);
    let mut out = String::new();
    let mut before: Option<f64> = None;
    for row in rows {
        if before.is_some_and(|before| before - row.top > 2.2 * row.size) {
            out.push('\n');
        }
        before = Some(row.bottom);
        let cells: Vec<String> = row.cells.into_iter().map(|cell| cell.text).collect();
        out.push_str(&cells.join("\t"));
        out.push('\n');
    }
    out
}

/// Lines that are one row of a table: cells have more lines than one, and stand above, beside or below each other.
fn put_together(lines: Vec<Row>, stops: &[f64]) -> Vec<Row> {
    let pitch = pitch(&lines);
    let firsts = lines.iter().filter(|row| row.cells.len() > 1).filter_map(|row| row.cells.first());
    let edges = sorted(firsts.map(|cell| cell.x).collect());
    let is_one = |block: &[Row]| {
        let cells = || block.iter().flat_map(|row| &row.cells);
        let at_stop = |cell: &Piece| has_near(stops, cell.x);
        block.iter().filter(|row| row.cells.len() > 1).count() <= 1
            && cells().count() <= CELLS
            && cells().any(at_stop)
            && cells().any(|cell| !at_stop(cell))
            && cells().all(|cell| at_stop(cell) || has_near(&edges, cell.x))
    };
    let mut rows: Vec<Row> = Vec::new();
    let mut block: Vec<Row> = Vec::new();
    let mut end = |block: &mut Vec<Row>| {
        let is_one = is_one(block);
        for (at, line) in block.drain(..).enumerate() {
            match rows.last_mut().filter(|above| at > 0 && is_one || goes_on(above, &line)) {
                Some(above) => above.take(line),
                None => rows.push(line),
            }
        }
    };
    for line in lines {
        let distance = block.last().map_or(0.0, |above| above.bottom - line.top);
        let is_within = pitch.is_some_and(|pitch| distance < 0.85 * pitch) && distance < 1.45 * line.size;
        if !is_within {
            end(&mut block);
        }
        block.push(line);
    }
    end(&mut block);
    rows
}

impl Row {
    fn take(&mut self, line: Row) {
        for cell in line.cells {
            match self.cells.iter_mut().find(|over| is_near(over.x, cell.x)) {
                Some(over) => over.text.extend([" ", &cell.text]),
                None => self.cells.push(cell),
            }
        }
        self.cells.sort_by(|one, other| one.x.total_cmp(&other.x));
        self.bottom = line.bottom;
    }
}

/// How far rows of cells commonly are from each other.
fn pitch(lines: &[Row]) -> Option<f64> {
    let pairs = lines.iter().zip(lines.iter().skip(1));
    let rows = pairs.filter(|(row, next)| row.cells.len() > 1 && next.cells.len() > 1);
    let distances = sorted(rows.map(|(row, next)| row.bottom - next.top).collect());
    distances.get(distances.len() / 2).copied()
}

/// Does a row go on in the next line: close below, and in its columns but the first?
fn goes_on(above: &Row, line: &Row) -> bool {
    let distance = above.bottom - line.top;
    let size = above.size.max(line.size);
    let Some((_, others)) = above.cells.split_first() else { return false };
    above.cells.len() <= CELLS
        && line.cells.len() <= CELLS
        && distance > 0.5 * size
        && distance < 1.45 * size
        && line.cells.iter().all(|cell| others.iter().any(|over| is_near(over.x, cell.x)))
}

fn is_near(x: f64, other: f64) -> bool {
    (x - other).abs() < COLUMN
}

/// Is there a place near by among those in order?
fn has_near(places: &[f64], x: f64) -> bool {
    let after = places.partition_point(|place| *place < x - COLUMN);
    places.get(after).is_some_and(|place| is_near(*place, x))
}

fn sorted(mut places: Vec<f64>) -> Vec<f64> {
    places.sort_by(f64::total_cmp);
    places
}

/// Letters of one height, and of them those that stand together.
fn split(mut glyphs: Vec<Glyph>) -> Vec<Line> {
    glyphs.retain(|glyph| glyph.size > 0.0);
    glyphs.sort_by(|one, other| other.y.total_cmp(&one.y));
    let mut lines = Vec::new();
    let mut line: Vec<Glyph> = Vec::new();
    for glyph in glyphs {
        let is_next = line.first().is_some_and(|first| first.y - glyph.y > BASE * first.size.min(glyph.size));
        if is_next {
            lines.extend(words(std::mem::take(&mut line)));
        }
        line.push(glyph);
    }
    lines.extend(words(line));
    lines
}

fn words(mut line: Vec<Glyph>) -> Option<Line> {
    line.sort_by(|one, other| one.x.total_cmp(&other.x));
    let first = line.iter().find(|glyph| !glyph.text.trim().is_empty())?;
    let (y, size) = (first.y, line.iter().map(|glyph| glyph.size).fold(0.0, f64::max));
    let mut words: Vec<Piece> = Vec::new();
    let mut is_open = false;
    for glyph in line {
        if glyph.text.trim().is_empty() {
            is_open = false;
            continue;
        }
        let gap = words.last().map_or(0.0, |word| glyph.x - word.end);
        if let Some(word) = words.last_mut().filter(|_| is_open && gap < WORD * glyph.size) {
            word.text.push_str(&glyph.text);
            word.end = word.end.max(glyph.end);
        } else {
            words.push(Piece { x: glyph.x, end: glyph.end.max(glyph.x), text: glyph.text });
            is_open = true;
        }
    }
    Some(Line { y, size, words })
}

/// Where cells begin on more than one line: a cell there stands apart from one that all but reaches it.
fn stops(lines: &[Line]) -> Vec<f64> {
    let mut starts = Vec::new();
    for line in lines {
        let pairs = line.words.iter().zip(line.words.iter().skip(1));
        starts.extend(
            pairs.filter(|(word, next)| next.x - word.end > CELL * line.size).map(|(_, next)| next.x),
        );
    }
    let starts = sorted(starts);
    let groups = starts.chunk_by(|one, next| next - one < COLUMN);
    groups.filter(|group| group.len() > 1).filter_map(|group| group.first().copied()).collect()
}

fn cells(words: Vec<Piece>, size: f64, stops: &[f64]) -> Vec<Piece> {
    let mut cells: Vec<Piece> = Vec::new();
    for word in words {
        let gap = cells.last().map_or(0.0, |cell| word.x - cell.end);
        let is_stop = gap > 0.3 * size && has_near(stops, word.x);
        match cells.last_mut().filter(|_| gap < CELL * size && !is_stop) {
            Some(cell) => {
                cell.text.extend([" ", &word.text]);
                cell.end = cell.end.max(word.end);
            }
            None => cells.push(word),
        }
    }
    cells
}
