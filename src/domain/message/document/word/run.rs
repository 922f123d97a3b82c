//! What stands in runs, and what decides whether it is seen. In: elements and words; out: text on the page, and what is
//! to be told. Invariant: words reach the page through [`Reader::say`] alone.

use super::field::{is_prompt, misleads, symbol, written_out};
use super::kind::Kind;
use super::{Reader, Seen, TEXT};
use crate::domain::message::document::xml::Element;

impl Reader<'_> {
    /// Words of the text, where a reader sees them.
    pub(super) fn say(&mut self, words: &str) {
        if words.is_empty() {
            return;
        }
        let is_blank = words.trim().is_empty();
        self.told.hidden |= self.run.is_hidden && !is_blank;
        self.told.struck |= self.run.is_struck && !is_blank;
        let is_prompt = self.controls.iter().any(|control| control.is_prompt) || is_prompt(words);
        if self.run.is_hidden || self.run.is_struck || is_prompt {
            return;
        }
        if let Some(control) = self.controls.last_mut() {
            if control.is_ticked.is_some() && !is_blank {
                // The character that stands for the tick is a matter of taste; what the control holds is not.
                return self.say_tick();
            }
            control.shown.push_str(words);
        }
        self.put(words);
    }

    fn put(&mut self, words: &str) {
        self.n_octets = self.n_octets.saturating_add(words.len());
        if self.n_octets > TEXT {
            self.told.cut = true;
            return;
        }
        self.page().text(words, false);
        let is_blank = words.trim().is_empty();
        self.is_begun |= !is_blank;
        self.is_tabbed &= is_blank;
    }

    /// What the control holds, once.
    fn say_tick(&mut self) {
        let Some(control) = self.controls.last_mut() else { return };
        if let Some(is_ticked) = control.is_ticked.filter(|_| !control.is_said) {
            control.is_said = true;
            self.put(tick(is_ticked));
        }
    }

    pub(super) fn end_control(&mut self) {
        if !self.run.is_hidden {
            self.say_tick();
        }
        let Some(control) = self.controls.pop() else { return };
        if let Some(outer) = self.controls.last_mut() {
            outer.shown.push_str(&control.shown);
        }
        // 3/4/2027 may be March or April; the control knows which day was chosen.
        let shown = control.shown.trim();
        if let Some(day) = control.day.filter(|day| !shown.is_empty() && misleads(shown, *day)) {
            self.put(&format!(" ({})", written_out(day)));
        }
    }

    pub(super) fn in_run(&mut self, name: &str, element: &Element<'_>) {
        match name {
            "tab" | "ptab" => self.tab(),
            "br" | "cr" if !self.run.is_hidden => {
                self.page().line_break();
                self.is_begun = false;
            }
            "noBreakHyphen" => self.say("-"),
            "sym" => {
                let said = symbol(
                    &element.attribute("font").unwrap_or_default(),
                    element.attribute("char").as_deref(),
                );
                self.say(&said);
            }
            _ => self.other(name),
        }
    }

    /// A tab parts a label from its value as the border of a cell does; before the first word it only indents.
    fn tab(&mut self) {
        if self.run.is_hidden || self.controls.iter().any(|control| control.is_prompt) {
            return;
        }
        if self.is_begun && !self.is_tabbed {
            self.page().text("\t", true);
            self.is_tabbed = true;
        }
    }

    /// Elements that hold text or stand beside it.
    pub(super) fn other(&mut self, name: &str) {
        match name {
            "ins" | "moveTo" => self.told.tracked = true,
            "del" | "moveFrom" => {
                self.told.tracked = true;
                self.mute = Some(self.open.len());
            }
            "Choice" => match self.chosen.last_mut() {
                Some(is_made) if !*is_made => *is_made = true,
                _ => self.mute = Some(self.open.len()),
            },
            "Fallback" if self.chosen.last() == Some(&true) => self.mute = Some(self.open.len()),
            "OLEObject" | "altChunk" => self.told.embedded = true,
            _ => {}
        }
    }

    pub(super) fn row_property(&mut self, name: &str) {
        match name {
            "ins" => self.told.tracked = true,
            "del" => {
                self.told.tracked = true;
                self.mute_within(Kind::Row);
            }
            _ => {}
        }
    }

    pub(super) fn cell_property(&mut self, name: &str, element: &Element<'_>) {
        match name {
            "gridSpan" => {
                let n = element.number("val").unwrap_or(1);
                self.page().span(n);
            }
            "cellIns" | "cellMerge" => self.told.tracked = true,
            "cellDel" => {
                self.told.tracked = true;
                self.mute_within(Kind::Cell);
            }
            _ => {}
        }
    }

    /// Nothing more counts of the innermost element of that kind.
    fn mute_within(&mut self, kind: Kind) {
        let place = self.open.iter().rposition(|open| *open == kind);
        self.mute = place.map(|place| place + 1);
    }

    pub(super) fn run_property(&mut self, name: &str, element: &Element<'_>, of: Option<Kind>) {
        if of == Some(Kind::ParagraphProperties) {
            // The mark at the end of the paragraph.
            match name {
                "ins" | "moveTo" => self.told.tracked = true,
                "del" | "moveFrom" => {
                    self.told.tracked = true;
                    self.runs_on = true;
                }
                _ => {}
            }
        }
        if of != Some(Kind::Run) {
            return;
        }
        match name {
            "vanish" => self.run.is_hidden = element.is_on(),
            "strike" | "dstrike" => self.run.is_struck = element.is_on(),
            "rStyle" => self.run = with(self.run, self.styles.of_name(element)),
            _ => {}
        }
    }

    pub(super) fn paragraph_style(&mut self, element: &Element<'_>) {
        let seen = self.styles.of_name(element);
        if let Some(paragraph) = self.paragraphs.last_mut() {
            *paragraph = with(*paragraph, seen);
        }
    }
}

fn with(one: Seen, other: Seen) -> Seen {
    Seen { is_hidden: one.is_hidden || other.is_hidden, is_struck: one.is_struck || other.is_struck }
}

pub(super) fn tick(is_ticked: bool) -> &'static str {
    if is_ticked { "\u{2612}" } else { "\u{2610}" }
}
