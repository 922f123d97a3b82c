//! What stands on the pages of a PDF (ISO 32000-1 8 and 9). In: a file; out: pieces of text with their places.
//! Invariant: nothing is drawn, text that is not shown is not read, and pages, depth and pieces have an end.

use std::collections::{HashMap, HashSet};

use super::file::{File, is_type};
use super::font::{Font, codes};
use super::object::{Dict, Object, Reader, Room};

const PAGES: usize = 200;
/// Nodes of the tree of pages.
const NODES: usize = 2_000;
/// Forms within forms.
const DEPTH: usize = 8;
/// Letters of a whole document.
const LETTERS: usize = 500_000;
/// Values in all content of a document.
const VALUES: usize = 3_000_000;
/// The size of the smallest text that anybody reads, in points.
const LEAST: f64 = 2.0;
/// Fonts of a document.
const FONTS: usize = 300;
/// States that wait for their return.
const STATES: usize = 100;

/// A letter, or some that are one glyph.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Glyph {
    pub x: f64,
    pub y: f64,
    /// Where the next one is due.
    pub end: f64,
    pub size: f64,
    pub text: String,
}

#[derive(Default)]
pub(super) struct Pages {
    pub list: Vec<Vec<Glyph>>,
    /// Glyphs whose letters are not told.
    pub n_unknown: usize,
    /// Glyphs that are not shown.
    pub n_hidden: usize,
    pub has_pictures: bool,
    pub is_cut: bool,
}

/// Where the directions to the right and up lead, and where the origin is (ISO 32000-1 8.3.3).
#[derive(Clone, Copy)]
struct Matrix([[f64; 2]; 3]);

impl Matrix {
    const NONE: Self = Self([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]);

    /// First this one, then the other.
    fn then(self, other: Self) -> Self {
        let [[right_x, right_y], [up_x, up_y], [x, y]] = other.0;
        let turned = |[right, up]: [f64; 2]| [right * right_x + up * up_x, right * right_y + up * up_y];
        let [right, up, [own_x, own_y]] = self.0.map(turned);
        Self([right, up, [own_x + x, own_y + y]])
    }

    fn of(values: &[Object]) -> Option<Self> {
        let mut matrix = [[0.0; 2]; 3];
        for (place, value) in matrix.iter_mut().flatten().zip(values) {
            *place = value.number()?;
        }
        (values.len() == 6).then_some(Self(matrix))
    }

    fn shift(x: f64, y: f64) -> Self {
        Self([[1.0, 0.0], [0.0, 1.0], [x, y]])
    }
}

#[derive(Clone, Copy)]
struct State {
    place: Matrix,
    font: Option<usize>,
    size: f64,
    letter_gap: f64,
    word_gap: f64,
    stretch: f64,
    leading: f64,
    rise: f64,
    is_hidden: bool,
}

pub(super) fn read(file: &File<'_>) -> Pages {
    let mut pages = Pages::default();
    let mut walk = Walk {
        file,
        fonts: Vec::new(),
        known: HashMap::new(),
        pages: &mut pages,
        room: Room(VALUES),
        n_letters: 0,
    };
    let mut seen = HashSet::new();
    let mut open: Vec<(&Object, Option<&Dict>)> =
        file.root.get(b"Pages".as_slice()).map(|top| (top, None)).into_iter().collect();
    while let Some((node, resources)) = open.pop() {
        let is_new = if let Object::Reference(id) = node { seen.insert(*id) } else { false };
        let Some(dict) = file.dict(Some(node)).filter(|_| is_new) else { continue };
        let resources = file.get_dict(dict, "Resources").or(resources);
        if seen.len() > NODES || walk.pages.list.len() >= PAGES {
            walk.pages.is_cut = true;
            break;
        }
        if is_type(dict, b"Pages") || dict.contains_key(b"Kids".as_slice()) {
            open.extend(file.get_list(dict, "Kids").iter().take(NODES).rev().map(|kid| (kid, resources)));
        } else {
            walk.pages.list.push(Vec::new());
            walk.page(dict, resources);
        }
    }
    let is_spent = walk.room.0 == 0 || walk.n_letters >= LETTERS;
    pages.is_cut |= is_spent;
    pages
}

struct Walk<'o, 'a> {
    file: &'o File<'a>,
    fonts: Vec<Font>,
    /// Fonts that were read, by the place of their dictionaries.
    known: HashMap<*const Dict, usize>,
    pages: &'o mut Pages,
    room: Room,
    n_letters: usize,
}

impl<'o> Walk<'o, '_> {
    fn page(&mut self, page: &'o Dict, resources: Option<&'o Dict>) {
        let Some(contents) = page.get(b"Contents".as_slice()) else { return };
        let parts = match self.file.resolve(contents) {
            Object::List(list) => list.iter().take(NODES).collect(),
            _ => vec![contents],
        };
        let mut all = Vec::new();
        for part in parts {
            if let Some((_, octets)) = self.file.stream(part) {
                all.extend_from_slice(&octets);
                all.push(b'\n');
            }
        }
        self.content(&all, resources, Matrix::NONE, 0);
    }

    fn content(&mut self, octets: &[u8], resources: Option<&'o Dict>, place: Matrix, depth: usize) {
        let mut state = State {
            place,
            font: None,
            size: 0.0,
            letter_gap: 0.0,
            word_gap: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
            is_hidden: false,
        };
        let mut saved = Vec::new();
        let (mut pen, mut line) = (Matrix::NONE, Matrix::NONE);
        let mut reader = Reader::new(octets);
        let mut values: Vec<Object> = Vec::new();
        while let Some(value) = reader.value(&mut self.room) {
            let Object::Word(operator) = value else {
                if values.len() < 100 {
                    values.push(value);
                }
                continue;
            };
            let number = |at: usize| values.get(at).and_then(Object::number);
            match operator.as_slice() {
                b"q" if saved.len() < STATES => saved.push(state),
                b"Q" => state = saved.pop().unwrap_or(state),
                b"cm" => state.place = Matrix::of(&values).unwrap_or(Matrix::NONE).then(state.place),
                b"BT" => (pen, line) = (Matrix::NONE, Matrix::NONE),
                b"Tf" => {
                    state.font =
                        values.first().and_then(Object::name).and_then(|name| self.font(resources, name));
                    state.size = number(1).unwrap_or(0.0);
                }
                b"Tc" => state.letter_gap = number(0).unwrap_or(0.0),
                b"Tw" => state.word_gap = number(0).unwrap_or(0.0),
                b"Tz" => state.stretch = number(0).unwrap_or(100.0) / 100.0,
                b"TL" => state.leading = number(0).unwrap_or(0.0),
                b"Ts" => state.rise = number(0).unwrap_or(0.0),
                b"Tr" => state.is_hidden = matches!(number(0), Some(3.0 | 7.0)),
                b"Tm" => (pen, line) = Matrix::of(&values).map_or((pen, line), |matrix| (matrix, matrix)),
                b"Td" | b"TD" => {
                    let (x, y) = (number(0).unwrap_or(0.0), number(1).unwrap_or(0.0));
                    if operator == b"TD" {
                        state.leading = -y;
                    }
                    line = Matrix::shift(x, y).then(line);
                    pen = line;
                }
                b"T*" | b"'" | b"\"" => {
                    line = Matrix::shift(0.0, -state.leading).then(line);
                    pen = line;
                    if let ([.., Object::Text(text)], true) = (values.as_slice(), operator != b"T*") {
                        self.show(text, &state, &mut pen);
                    }
                }
                b"Tj" => {
                    if let Some(Object::Text(text)) = values.first() {
                        self.show(text, &state, &mut pen);
                    }
                }
                b"TJ" => {
                    for piece in values.first().and_then(Object::list).unwrap_or_default() {
                        match piece {
                            Object::Text(text) => self.show(text, &state, &mut pen),
                            Object::Number(back) => {
                                pen =
                                    Matrix::shift(-back / 1000.0 * state.size * state.stretch, 0.0).then(pen);
                            }
                            _ => {}
                        }
                    }
                }
                b"Do" => {
                    if let Some(name) = values.first().and_then(Object::name) {
                        self.within(resources, name, state.place, depth);
                    }
                }
                b"ID" => {
                    self.pages.has_pictures = true;
                    let rest = reader.rest();
                    reader.at += memchr::memmem::find(rest, b"EI").map_or(rest.len(), |end| end + 2);
                }
                _ => {}
            }
            values.clear();
        }
    }

    fn within(&mut self, resources: Option<&'o Dict>, name: &[u8], place: Matrix, depth: usize) {
        let file = self.file;
        let Some(one) = resources.and_then(|all| file.get_dict(all, "XObject")?.get(name)) else { return };
        let Some(about) = file.dict(Some(one)) else { return };
        if file.get(about, "Subtype").and_then(Object::name) != Some(b"Form") {
            self.pages.has_pictures = true;
            return;
        }
        // Each form costs at least one value, so that those which call each other come to an end.
        let Some(left) = self.room.0.checked_sub(100).filter(|_| depth < DEPTH) else { return };
        self.room.0 = left;
        let Some((dict, octets)) = file.stream(one) else { return };
        let own = Matrix::of(file.get_list(dict, "Matrix")).unwrap_or(Matrix::NONE);
        let resources = file.get_dict(dict, "Resources").or(resources);
        self.content(&octets, resources, own.then(place), depth + 1);
    }

    fn font(&mut self, resources: Option<&'o Dict>, name: &[u8]) -> Option<usize> {
        let file = self.file;
        let dict = file.dict(file.get_dict(resources?, "Font")?.get(name))?;
        let key: *const Dict = dict;
        if let Some(known) = self.known.get(&key) {
            return Some(*known);
        }
        if self.fonts.len() >= FONTS {
            self.pages.is_cut = true;
            return None;
        }
        let font = Font::read(file, dict, &mut self.room);
        self.room.0 = self.room.0.saturating_sub(font.n_codes());
        self.fonts.push(font);
        self.known.insert(key, self.fonts.len() - 1);
        Some(self.fonts.len() - 1)
    }

    fn show(&mut self, text: &[u8], state: &State, pen: &mut Matrix) {
        let Some(font) = state.font.and_then(|font| self.fonts.get(font)) else { return };
        for code in codes(font, text) {
            let (text, width) = font.glyph(code);
            let is_blank = code == 32 && !font.is_wide;
            let gap = state.letter_gap + if is_blank { state.word_gap } else { 0.0 };
            let step = (width / 1000.0 * state.size + gap) * state.stretch;
            let Matrix([[across, along], _, [x, y]]) =
                Matrix::shift(0.0, state.rise).then(*pen).then(state.place);
            *pen = Matrix::shift(step, 0.0).then(*pen);
            let Matrix([.., [end, _]]) = pen.then(state.place);
            let size = (state.size * across.hypot(along)).abs();
            let is_placed = x.is_finite() && y.is_finite() && end.is_finite() && size.is_finite();
            match text {
                _ if state.is_hidden || size < LEAST => self.pages.n_hidden += 1,
                None => self.pages.n_unknown += 1,
                Some(text) if is_placed && self.n_letters < LETTERS => {
                    self.n_letters += 1;
                    let glyph = Glyph { x, y, end, size, text: text.to_owned() };
                    self.pages.list.last_mut().into_iter().for_each(|page| page.push(glyph.clone()));
                }
                Some(_) => {}
            }
        }
    }
}
