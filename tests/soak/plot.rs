//! The picture of a run, and what is flat in it. In: samples, answers and faults; out: SVG that is readable on light and
//! dark ground, and medians of the second and the last quarter.

use std::fmt::{self, Display, Write as _};

use super::fault::{Faults, LANES};
use super::run::Run;

type Points = Vec<(f64, f64)>;

/// Something that should stay as it is.
pub struct Flat {
    what: &'static str,
    unit: &'static str,
    second_quarter: f64,
    last_quarter: f64,
    /// More than this would not be flat.
    at_most: f64,
}

impl Flat {
    pub fn is_flat(&self) -> bool {
        self.last_quarter <= self.at_most
    }
}

impl Display for Flat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, unit, second_quarter, last_quarter, at_most } = self;
        write!(
            f,
            "{what}: median {second_quarter:.0} {unit} in the second quarter, {last_quarter:.0} {unit} in the last \
             (at most {at_most:.0})"
        )
    }
}

fn quantile(values: impl IntoIterator<Item = f64>, share: f64) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let last = u32::try_from(values.len().saturating_sub(1)).unwrap();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a small number")]
    let at = (f64::from(last) * share).round() as usize;
    values.get(at).copied().unwrap_or_default()
}

fn memory(run: &Run) -> Points {
    run.samples.iter().map(|sample| (sample.at, sample.memory_mb)).collect()
}

fn handles(run: &Run) -> Points {
    run.samples.iter().map(|sample| (sample.at, sample.handles)).collect()
}

fn threads(run: &Run) -> Points {
    run.samples.iter().map(|sample| (sample.at, sample.threads)).collect()
}

/// Milliseconds from LMTP to the acceptance of the answer, for notices that met no fault.
fn latencies(run: &Run, faults: &Faults) -> Points {
    let calm = run.answered.iter().filter(|answered| faults.is_calm(answered.from, answered.to));
    calm.map(|answered| (answered.from, (answered.to - answered.from) * 1000.0)).collect()
}

pub fn flatness(run: &Run, faults: &Faults) -> Vec<Flat> {
    let end = run.samples.last().map_or(0.0, |sample| sample.at);
    let of = |what, unit, points: Points, factor: f64, more: f64| {
        let quarter = |from: f64, to: f64| {
            let inside = points.iter().filter(|(at, _)| *at >= from * end && *at <= to * end);
            quantile(inside.map(|(_, value)| *value), 0.5)
        };
        let second_quarter = quarter(0.25, 0.5);
        Flat {
            what,
            unit,
            second_quarter,
            last_quarter: quarter(0.75, 1.0),
            at_most: second_quarter * factor + more,
        }
    };
    vec![
        of("memory", "MB", memory(run), 1.15, 4.0),
        of("handles", "open", handles(run), 1.0, 4.0),
        of("threads", "of them", threads(run), 1.0, 4.0),
        of("latency in calm", "ms", latencies(run, faults), 1.5, 100.0),
    ]
}

const LEFT: f64 = 70.0;
const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 80.0;

struct Picture {
    svg: String,
    top: f64,
    end: f64,
}

impl Picture {
    fn x(&self, at: f64) -> f64 {
        LEFT + WIDTH * at / self.end
    }

    /// Lines over time, from zero to the greatest value.
    fn panel(&mut self, title: &str, lines: &[(&str, &Points)]) {
        self.top += 26.0;
        let (top, bottom) = (self.top, self.top + HEIGHT);
        let most =
            lines.iter().flat_map(|(_, points)| points.iter()).fold(1.0, |most: f64, (_, y)| most.max(*y));
        let _ = write!(
            self.svg,
            r#"<text x="{LEFT}" y="{:.0}">{title}</text><text class="y" x="{:.0}" y="{:.0}">{most:.0}</text><text class="y" x="{:.0}" y="{bottom:.0}">0</text><path class="axis" d="M{LEFT} {top:.0}V{bottom:.0}H{:.0}"/>"#,
            top - 8.0,
            LEFT - 6.0,
            top + 8.0,
            LEFT - 6.0,
            LEFT + WIDTH
        );
        for (class, points) in lines {
            let points: String = points.iter().fold(String::new(), |all, (at, y)| {
                all + &format!("{:.1},{:.1} ", self.x(*at), bottom - HEIGHT * y / most)
            });
            let _ = writeln!(self.svg, r#"<polyline class="{class}" points="{}"/>"#, points.trim_end());
        }
        self.top = bottom;
    }

    fn lanes(&mut self, faults: &Faults) {
        self.top += 14.0;
        for (lane, name) in LANES.iter().enumerate() {
            let y = self.top + 14.0 * f64::from(u32::try_from(lane).unwrap());
            let _ =
                write!(self.svg, r#"<text class="y" x="{:.0}" y="{:.0}">{name}</text>"#, LEFT - 6.0, y + 9.0);
            for struck in faults.struck.iter().filter(|struck| struck.fault.lane() == lane) {
                let (from, to) = (self.x(struck.from), self.x(struck.until));
                let _ = write!(
                    self.svg,
                    r#"<rect class="fault" x="{from:.1}" y="{y:.0}" width="{:.1}" height="10"><title>{:?}</title></rect>"#,
                    (to - from).max(2.0),
                    struck.fault
                );
            }
            self.svg.push('\n');
        }
        self.top += 14.0 * f64::from(u32::try_from(LANES.len()).unwrap());
    }
}

pub fn draw(run: &Run, faults: &Faults) -> String {
    let end = run.samples.last().map_or(1.0, |sample| sample.at);
    let mut picture = Picture { svg: String::new(), top: 0.0, end };
    picture.panel("Memory (MB)", &[("a", &memory(run))]);
    picture.panel("Open handles, and threads (dashed)", &[("a", &handles(run)), ("b", &threads(run))]);
    let latencies = latencies(run, faults);
    let minutes = |share: f64| -> Points {
        let mut minute = 0.0;
        let mut points = Points::new();
        while minute < end {
            let inside = latencies.iter().filter(|(at, _)| *at >= minute && *at < minute + 60.0);
            let values: Vec<f64> = inside.map(|(_, value)| *value).collect();
            if !values.is_empty() {
                points.push((minute + 30.0, quantile(values, share)));
            }
            minute += 60.0;
        }
        points
    };
    picture.panel(
        "From LMTP to the accepted answer (ms), apart from faults: median of each minute, and p99 (dashed)",
        &[("a", &minutes(0.5)), ("b", &minutes(0.99))],
    );
    picture.lanes(faults);
    let (width, height) = (LEFT + WIDTH + 20.0, picture.top + 30.0);
    let minutes = end / 60.0;
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0} {height:.0}" width="{width:.0}" height="{height:.0}">
<style>
text {{ font: 12px sans-serif; fill: #24292f }} .y {{ text-anchor: end; font-size: 10px }}
.axis, polyline {{ fill: none; stroke: #8c959f }} .a {{ stroke: #0969da; stroke-width: 1.5 }}
.b {{ stroke: #9a6700; stroke-dasharray: 4 2 }} .fault {{ fill: #cf222e }}
@media (prefers-color-scheme: dark) {{ text {{ fill: #e6edf3 }} .a {{ stroke: #58a6ff }} .b {{ stroke: #d29922 }} .fault {{ fill: #f85149 }} }}
</style>
{}<text class="y" x="{:.0}" y="{:.0}">{minutes:.0} minutes</text></svg>
"#,
        picture.svg,
        LEFT + WIDTH,
        picture.top + 18.0
    )
}
