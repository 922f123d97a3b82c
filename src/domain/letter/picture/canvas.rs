//! Paper to draw on: flat shapes and words in a few colours. In: what is drawn where, in pixels of a page at its usual
//! size; out: a PNG with a palette. Invariant: the same strokes give the same bytes.

use std::collections::BTreeMap;

use tiny_skia::{
    Color, FillRule, Paint, Path, PathBuilder, Pixmap, PremultipliedColorU8, Rect, Stroke, Transform,
};
use ttf_parser::{Face, GlyphId, OutlineBuilder};

use super::Undrawn;

/// Open Sans, the letters of ASCII only (Apache-2.0).
const PLAIN: &[u8] = include_bytes!("open-sans-semibold.ttf");
const BOLD: &[u8] = include_bytes!("open-sans-bold.ttf");

/// From a colour to the ground below it, where an edge is soft.
const STEPS: u32 = 4;

/// Red, green, blue.
pub(super) type Colour = [u8; 3];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Plain,
    Bold,
}

#[derive(Clone, Copy)]
pub(super) struct Area {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

/// How fine a picture is.
#[derive(Clone, Copy)]
pub(super) struct Grain {
    /// Dots of the picture for one pixel of the page.
    pub scale: f32,
    /// Edges are soft.
    pub is_soft: bool,
}

/// What is drawn with, and on what.
pub(super) struct Colours {
    pub inks: &'static [Colour],
    pub grounds: &'static [Colour],
}

pub(super) struct Canvas {
    grain: Grain,
    colours: &'static Colours,
    pixels: Pixmap,
    plain: Face<'static>,
    bold: Face<'static>,
}

impl Canvas {
    pub(super) fn new(
        width: f32,
        height: f32,
        colours: &'static Colours,
        grain: Grain,
    ) -> Result<Self, Undrawn> {
        let (across, down) = (whole(width * grain.scale), whole(height * grain.scale));
        let mut pixels = Pixmap::new(across, down).ok_or(Undrawn("its size"))?;
        pixels.fill(colour(colours.grounds.first().copied().unwrap_or_default()));
        let face = |font| Face::parse(font, 0).map_err(|_| Undrawn("its font"));
        Ok(Self { grain, colours, pixels, plain: face(PLAIN)?, bold: face(BOLD)? })
    }

    fn scaled(&self) -> Transform {
        Transform::from_scale(self.grain.scale, self.grain.scale)
    }

    /// The nearest dot of the picture.
    fn dot(&self, at: f32) -> f32 {
        (at * self.grain.scale).round() / self.grain.scale
    }

    fn paint(&self, with: Colour) -> Paint<'static> {
        let mut paint = Paint { anti_alias: self.grain.is_soft, ..Paint::default() };
        paint.set_color(colour(with));
        paint
    }

    pub(super) fn fill(&mut self, area: Area, with: Colour) {
        let Area { x, y, width, height } = area;
        if let Some(rect) = Rect::from_xywh(self.dot(x), self.dot(y), self.dot(width), self.dot(height)) {
            self.pixels.fill_rect(rect, &self.paint(with), self.scaled(), None);
        }
    }

    /// A line of that thickness within the edges of the area.
    pub(super) fn frame(&mut self, area: Area, thickness: f32, with: Colour) {
        let Area { x, y, width, height } = area;
        let (right, bottom) = (x + width - thickness, y + height - thickness);
        self.fill(Area { height: thickness, ..area }, with);
        self.fill(Area { y: bottom, height: thickness, ..area }, with);
        self.fill(Area { width: thickness, ..area }, with);
        self.fill(Area { x: right, width: thickness, ..area }, with);
    }

    /// A closed shape through these points.
    pub(super) fn polygon(&mut self, points: &[(f32, f32)], with: Colour) {
        let mut path = PathBuilder::new();
        for (nth, (x, y)) in points.iter().enumerate() {
            if nth == 0 {
                path.move_to(self.dot(*x), self.dot(*y));
            } else {
                path.line_to(self.dot(*x), self.dot(*y));
            }
        }
        path.close();
        self.draw(path.finish(), self.scaled(), with);
    }

    pub(super) fn disc(&mut self, x: f32, y: f32, radius: f32, with: Colour) {
        self.draw(PathBuilder::from_circle(self.dot(x), self.dot(y), radius), self.scaled(), with);
    }

    pub(super) fn ring(&mut self, x: f32, y: f32, radius: f32, thickness: f32, with: Colour) {
        if let Some(path) = PathBuilder::from_circle(self.dot(x), self.dot(y), radius - thickness / 2.0) {
            let stroke = Stroke { width: thickness, ..Stroke::default() };
            let transform = self.scaled();
            self.pixels.stroke_path(&path, &self.paint(with), &stroke, transform, None);
        }
    }

    fn draw(&mut self, path: Option<Path>, transform: Transform, with: Colour) {
        if let Some(path) = path {
            let paint = self.paint(with);
            self.pixels.fill_path(&path, &paint, FillRule::Winding, transform, None);
        }
    }

    fn face(&self, weight: Weight) -> &Face<'static> {
        if weight == Weight::Bold { &self.bold } else { &self.plain }
    }

    /// How wide the words are.
    pub(super) fn width(&self, words: &str, size: f32, weight: Weight) -> f32 {
        words.chars().map(|c| self.advance(c, size, weight)).sum()
    }

    /// From a letter to the next: whole dots, so that a letter is the same dots wherever it stands, and packs well.
    fn advance(&self, c: char, size: f32, weight: Weight) -> f32 {
        let face = self.face(weight);
        let units = face.glyph_hor_advance(glyph(face, c)).unwrap_or_default();
        (f32::from(units) * size / f32::from(face.units_per_em()) * self.grain.scale).round()
            / self.grain.scale
    }

    /// Words from `x` on, standing on the line `y`.
    pub(super) fn words(&mut self, words: &str, (x, y): (f32, f32), size: f32, weight: Weight, with: Colour) {
        let unit = size / f32::from(self.face(weight).units_per_em());
        let (mut x, y) = (self.dot(x), self.dot(y));
        for c in words.chars() {
            let mut pen = Pen(PathBuilder::new());
            let face = self.face(weight);
            let _ = face.outline_glyph(glyph(face, c), &mut pen);
            let transform = Transform::from_row(unit, 0.0, 0.0, -unit, x, y).post_concat(self.scaled());
            self.draw(pen.0.finish(), transform, with);
            x += self.advance(c, size, weight);
        }
    }

    /// Grounds and inks, and the steps between each two of them.
    fn palette(&self) -> Vec<Colour> {
        let Colours { inks, grounds } = self.colours;
        let mut palette = grounds.to_vec();
        for ink in *inks {
            palette.push(*ink);
            for ground in *grounds {
                palette.extend((1..STEPS).map(|step| mixed(*ink, *ground, step)));
            }
        }
        palette
    }

    pub(super) fn png(&self) -> Result<Vec<u8>, Undrawn> {
        // Most dots are like the one before.
        let runs = self.pixels.pixels().chunk_by(|one, next| one == next);
        let run = |run: &[PremultipliedColorU8]| {
            run.first().map(|dot| ([dot.red(), dot.green(), dot.blue()], run.len()))
        };
        let runs: Vec<(Colour, usize)> = runs.filter_map(run).collect();
        let palette = self.palette();
        let mut places: BTreeMap<Colour, u8> = BTreeMap::new();
        let mut indices = Vec::with_capacity(self.pixels.pixels().len());
        for (dot, n) in runs {
            let place = *places.entry(dot).or_insert_with(|| nearest(&palette, dot));
            indices.resize(indices.len() + n, place);
        }
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.pixels.width(), self.pixels.height());
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_palette(palette.concat());
        encoder.set_compression(png::Compression::High);
        encoder.set_filter(png::Filter::NoFilter);
        let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&indices));
        written.map_err(|_| Undrawn("its bytes"))?;
        Ok(bytes)
    }
}

fn mixed(ink: Colour, ground: Colour, step: u32) -> Colour {
    std::array::from_fn(|part| {
        let [ink, ground] = [ink, ground].map(|one| one.get(part).copied().map_or(0, u32::from));
        u8::try_from((ink * step + ground * (STEPS - step)) / STEPS).unwrap_or(u8::MAX)
    })
}

/// Where in the palette the colour is that comes next to this one.
fn nearest(palette: &[Colour], dot: Colour) -> u8 {
    let far = |one: &Colour| one.iter().zip(dot).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum::<u32>();
    let place = palette.iter().enumerate().min_by_key(|(_, one)| far(one)).map(|(place, _)| place);
    place.and_then(|place| u8::try_from(place).ok()).unwrap_or_default()
}

fn glyph(face: &Face<'_>, c: char) -> GlyphId {
    face.glyph_index(c).unwrap_or_default()
}

fn colour([red, green, blue]: Colour) -> Color {
    Color::from_rgba8(red, green, blue, 255)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a page has a few thousand pixels"
)]
fn whole(pixels: f32) -> u32 {
    pixels.ceil() as u32
}

/// Draws a letter.
struct Pen(PathBuilder);

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, y);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, y);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.quad_to(x1, y1, x, y);
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.cubic_to(x1, y1, x2, y2, x, y);
    }
    fn close(&mut self) {
        self.0.close();
    }
}
