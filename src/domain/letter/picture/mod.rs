//! The picture of the next 90 days: a calendar on the wall, one row for each week. In: [`Ahead`]; out: a PNG, the same
//! bytes for the same facts. Invariant: a shape and a number tell what comes, a colour never alone; the paper is opaque, so
//! that the picture is the same by day and by night.

mod canvas;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::ahead::{Ahead, Mark, MarkKind, monday};
use canvas::{Area, Canvas, Colour, Colours, Grain, Weight};

/// Width and height on a page; on a phone it is shown smaller.
const WIDTH: f32 = 608.0;
const MARGIN: f32 = 4.0;
const MONTHS: f32 = 49.0;
const WEEKDAY: f32 = 87.0;
const WEEKEND: f32 = 58.0;
const HEAD: f32 = 28.0;
const LINE: f32 = 23.0;
const LEGEND: f32 = 26.0;
const SIZE: f32 = 17.0;
const SMALL: f32 = 15.0;
/// From an edge of a cell to what stands in it.
const INSET: f32 = 5.0;
/// Half of a mark's height.
const RADIUS: f32 = 7.5;

/// Told apart by people who see few colours, and each three times as dark as the paper or more.
const PAPER: Colour = [0xff, 0xff, 0xff];
const INK: Colour = [0x1b, 0x20, 0x24];
const GREY: Colour = [0x59, 0x61, 0x68];
const LINES: Colour = [0xc3, 0xc8, 0xcc];
const FREE: Colour = [0xe6, 0xe9, 0xec];
const SSC: Colour = [0x12, 0x3a, 0x5e];
const REVIEW: Colour = [0x8a, 0x1c, 0x62];
const DEADLINE: Colour = [0xc4, 0x4e, 0x00];
const DUE: Colour = [0x00, 0x63, 0xb0];
const BOOKING: Colour = [0x00, 0x6b, 0x4f];

const COLOURS: Colours =
    Colours { inks: &[INK, GREY, LINES, SSC, REVIEW, DEADLINE, DUE, BOOKING], grounds: &[PAPER, FREE] };

/// What of it could not be drawn; that is a defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the picture cannot be drawn: {0}")]
pub struct Undrawn(&'static str);

/// Octets of a picture: it goes with every digest.
pub const MOST_OCTETS: usize = 40_000;

/// From fine to coarse: the first that is small enough is taken.
const GRAINS: [Grain; 4] = [
    Grain { scale: 1.5, is_soft: true },
    Grain { scale: 1.25, is_soft: true },
    Grain { scale: 1.0, is_soft: true },
    Grain { scale: 1.0, is_soft: false },
];

/// The days as a PNG.
///
/// # Errors
/// When the picture cannot be drawn at all.
pub fn draw(ahead: &Ahead) -> Result<Vec<u8>, Undrawn> {
    let mut drawn = Vec::new();
    for grain in GRAINS {
        drawn = drawn_with(ahead, grain)?;
        if drawn.len() < MOST_OCTETS {
            break;
        }
    }
    Ok(drawn)
}

fn drawn_with(ahead: &Ahead, grain: Grain) -> Result<Vec<u8>, Undrawn> {
    let weeks = weeks(ahead);
    let measure = Canvas::new(1.0, 1.0, &COLOURS, grain)?;
    let heights: Vec<f32> = weeks.iter().map(|week| height(&measure, ahead, week)).collect();
    let bottom = MARGIN + HEAD + heights.iter().sum::<f32>();
    let canvas = Canvas::new(WIDTH, bottom + 4.0 * LEGEND + 2.0 * MARGIN, &COLOURS, grain)?;
    let mut page = Page { canvas, ahead, bottom };
    page.head();
    let mut y = MARGIN + HEAD;
    for (week, height) in weeks.iter().zip(&heights) {
        for (nth, on) in week.iter().enumerate() {
            page.day(*on, Area { x: left(nth), y, width: column(nth), height: *height });
        }
        page.month(week, y);
        y += height;
    }
    page.edges(&weeks, &heights);
    page.legend();
    page.canvas.png()
}

/// Every week from that of the first day to that of the last, from Monday on.
fn weeks(ahead: &Ahead) -> Vec<[NaiveDate; 7]> {
    let mondays = monday(ahead.from).iter_weeks().take_while(|monday| *monday <= ahead.until);
    let week = |monday: NaiveDate| {
        std::array::from_fn(|nth| {
            monday.checked_add_days(Days::new(u64::try_from(nth).unwrap_or_default())).unwrap_or(monday)
        })
    };
    mondays.map(week).collect()
}

fn column(nth: usize) -> f32 {
    if nth < 5 { WEEKDAY } else { WEEKEND }
}

fn left(nth: usize) -> f32 {
    MARGIN + MONTHS + (0..nth).map(column).sum::<f32>()
}

/// A place for each mark: how far to the right in the cell, and in which line.
fn places(canvas: &Canvas, on: NaiveDate, marks: &[Mark], width: f32) -> Vec<(f32, usize)> {
    let (mut x, mut line) = (INSET + canvas.width(&number(on), SIZE, Weight::Bold) + 6.0, 0);
    let place = |mark: &Mark| {
        let needed = mark_width(canvas, mark);
        if x + needed + 3.0 > width && x > INSET {
            (x, line) = (INSET, line + 1);
        }
        let place = (x, line);
        x += needed + INSET;
        place
    };
    marks.iter().map(place).collect()
}

fn mark_width(canvas: &Canvas, mark: &Mark) -> f32 {
    match (mark.kind, mark.n) {
        (MarkKind::SscMeeting, _) => canvas.width("SSC", SMALL, Weight::Bold) + 2.0 * INSET,
        (_, n) => 2.0 * RADIUS + 2.0 + canvas.width(&count(n), SIZE, Weight::Bold),
    }
}

fn height(canvas: &Canvas, ahead: &Ahead, week: &[NaiveDate; 7]) -> f32 {
    let lines = |(nth, on): (usize, &NaiveDate)| {
        let places = places(canvas, *on, ahead.on(*on), column(nth));
        places.last().map_or(1, |(_, line)| line + 1)
    };
    let most = week.iter().enumerate().map(lines).max().unwrap_or(1);
    (0..most.max(2)).map(|_| LINE).sum::<f32>() + 2.0
}

/// The first of a month says which.
fn number(on: NaiveDate) -> String {
    if on.day() == 1 { on.format("%-d %b").to_string() } else { on.day().to_string() }
}

fn count(n: usize) -> String {
    if n > 999 { "1k+".into() } else { n.to_string() }
}

struct Page<'a> {
    canvas: Canvas,
    ahead: &'a Ahead,
    /// Where the last week ends.
    bottom: f32,
}

impl Page<'_> {
    fn is_shown(&self, on: NaiveDate) -> bool {
        self.ahead.from <= on && on <= self.ahead.until
    }

    fn head(&mut self) {
        for (nth, name) in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].into_iter().enumerate() {
            let at = (left(nth) + INSET, MARGIN + HEAD - 8.0);
            self.canvas.words(name, at, SIZE, Weight::Plain, INK);
        }
    }

    fn day(&mut self, on: NaiveDate, cell: Area) {
        if !self.is_shown(on) {
            return;
        }
        let is_weekend = matches!(on.weekday(), Weekday::Sat | Weekday::Sun);
        let is_free = is_weekend || self.ahead.holidays.contains(&on);
        if is_free {
            self.canvas.fill(cell, FREE);
        }
        let (base, name) = (cell.y + LINE - 5.0, number(on));
        if on == self.ahead.from {
            self.today(&name, cell.x + INSET, base);
        } else {
            let weight = if on.day() == 1 { Weight::Bold } else { Weight::Plain };
            let ink = if is_free { GREY } else { INK };
            self.canvas.words(&name, (cell.x + INSET, base), SIZE, weight, ink);
        }
        let marks = self.ahead.on(on);
        let places = places(&self.canvas, on, marks, cell.width);
        for (mark, (x, line)) in marks.iter().zip(places) {
            let down: f32 = (0..line).map(|_| LINE).sum();
            self.mark(mark, cell.x + x, base + down);
        }
    }

    fn mark(&mut self, mark: &Mark, x: f32, base: f32) {
        self.shape(mark.kind, x, base);
        if mark.kind != MarkKind::SscMeeting {
            let at = (x + 2.0 * RADIUS + 2.0, base);
            self.canvas.words(&count(mark.n), at, SIZE, Weight::Bold, INK);
        }
    }

    /// The shape alone, from `x` to the right, on the line of the words beside it.
    fn shape(&mut self, kind: MarkKind, x: f32, base: f32) {
        let (centre, middle, r) = (x + RADIUS, base - 6.2, RADIUS);
        match kind {
            MarkKind::SscMeeting => {
                let width = self.canvas.width("SSC", SMALL, Weight::Bold) + 2.0 * INSET;
                self.canvas.fill(Area { x, y: base - 14.5, width, height: 18.0 }, SSC);
                self.canvas.words("SSC", (x + INSET, base - 0.2), SMALL, Weight::Bold, PAPER);
            }
            MarkKind::AdHocReview => {
                let r = r + 0.8;
                let points =
                    [(centre, middle - r), (centre + r, middle), (centre, middle + r), (centre - r, middle)];
                self.canvas.polygon(&points, REVIEW);
            }
            MarkKind::Deadline => {
                let points = [
                    (centre, middle - r),
                    (centre + r + 0.5, middle + r - 1.0),
                    (centre - r - 0.5, middle + r - 1.0),
                ];
                self.canvas.polygon(&points, DEADLINE);
            }
            MarkKind::ReviewDue => self.canvas.disc(centre, middle, r - 0.5, DUE),
            MarkKind::Booking => self.canvas.ring(centre, middle, r - 0.5, 3.0, BOOKING),
        }
    }

    /// Beside the first week of a month that shows a Monday of it, and beside the first of all.
    fn month(&mut self, week: &[NaiveDate; 7], y: f32) {
        let [first, ..] = *week;
        let shown = week.iter().find(|on| self.is_shown(**on)).copied().unwrap_or(first);
        let is_first = shown == self.ahead.from;
        let begins = week.iter().find(|on| on.day() == 1 && self.is_shown(**on)).copied();
        let Some(on) = begins.or(is_first.then_some(shown)) else { return };
        self.canvas.words(&on.format("%b").to_string(), (MARGIN, y + LINE - 5.0), SIZE, Weight::Bold, INK);
        if is_first || on.month() == 1 {
            let year = on.format("%Y").to_string();
            self.canvas.words(&year, (MARGIN, y + 2.0 * LINE - 7.0), SMALL, Weight::Plain, GREY);
        }
    }

    /// Lines between weeks and days; over them thick ones where a month begins, and the frame of today.
    fn edges(&mut self, weeks: &[[NaiveDate; 7]], heights: &[f32]) {
        let height = self.bottom - MARGIN - HEAD;
        let whole = Area { x: left(0), y: MARGIN + HEAD, width: left(7) - left(0), height };
        for nth in 1..7 {
            self.canvas.fill(Area { x: left(nth) - 0.5, width: 1.0, ..whole }, LINES);
        }
        let mut y = MARGIN + HEAD;
        for height in heights {
            self.canvas.fill(Area { y: y - 0.5, height: 1.0, ..whole }, LINES);
            y += height;
        }
        self.canvas.frame(whole, 1.0, LINES);
        let mut y = MARGIN + HEAD;
        for (week, height) in weeks.iter().zip(heights) {
            for (nth, on) in week.iter().enumerate() {
                let cell = Area { x: left(nth), y, width: column(nth), height: *height };
                if self.begins_month(on.checked_sub_days(Days::new(7)), *on) {
                    self.canvas.fill(
                        Area { x: cell.x - 1.0, y: y - 1.0, width: cell.width + 2.0, height: 2.0 },
                        INK,
                    );
                }
                if nth > 0 && self.begins_month(on.pred_opt(), *on) {
                    self.canvas.fill(Area { x: cell.x - 1.0, width: 2.0, ..cell }, INK);
                }
                if *on == self.ahead.from {
                    self.canvas.frame(cell, 2.0, INK);
                }
            }
            y += height;
        }
    }

    fn begins_month(&self, before: Option<NaiveDate>, on: NaiveDate) -> bool {
        let is_other = |before: NaiveDate| before.month() != on.month() && self.is_shown(before);
        self.is_shown(on) && before.is_some_and(is_other)
    }

    /// Below the weeks: what each mark is, in two columns.
    fn legend(&mut self) {
        let (first, second) = (MARGIN, MARGIN + 290.0);
        let rows = [(MarkKind::SscMeeting, MarkKind::Deadline), (MarkKind::AdHocReview, MarkKind::ReviewDue)];
        let mut base = self.bottom + LEGEND;
        for (one, other) in rows {
            self.entry(one, first, base);
            self.entry(other, second, base);
            base += LEGEND;
        }
        self.today(&number(self.ahead.from), first + INSET, base);
        self.explain("today", first, base);
        self.entry(MarkKind::Booking, second, base);
        base += LEGEND;
        self.canvas.fill(Area { x: first, y: base - 15.0, width: 36.0, height: 19.0 }, FREE);
        self.explain("weekend, bank holiday", first, base);
        self.canvas.words("2", (second + 4.0, base), SIZE, Weight::Bold, INK);
        self.explain("how many there are", second, base);
    }

    fn entry(&mut self, kind: MarkKind, x: f32, base: f32) {
        self.shape(kind, x, base);
        self.explain(kind.title(), x, base);
    }

    fn explain(&mut self, words: &str, x: f32, base: f32) {
        self.canvas.words(words, (x + 46.0, base), SIZE, Weight::Plain, INK);
    }

    /// The day's number, on ink.
    fn today(&mut self, name: &str, x: f32, base: f32) {
        let width = self.canvas.width(name, SIZE, Weight::Bold) + 6.0;
        self.canvas.fill(Area { x: x - 3.0, y: base - 15.0, width, height: LINE - 4.0 }, INK);
        self.canvas.words(name, (x, base), SIZE, Weight::Bold, PAPER);
    }
}
