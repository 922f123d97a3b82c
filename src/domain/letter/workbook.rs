//! The digest's tables as an `.xlsx`: one sheet for each. In: the digest; out: bytes, the same for the same digest.
//! Invariant: what somebody wrote is text in it, never a formula, and a date is a date, by the clock in London.

use chrono::{DateTime, Utc};
use rust_xlsxwriter::{
    DocProperties, Format, FormatAlign, IntoExcelDateTime, Workbook, Worksheet, XlsxError,
};

use super::ahead::Ahead;
use super::desk::{Digest, Listed, Swept};
use super::text;
use crate::domain::workday::london;

/// Characters in a cell; Excel takes 32,767.
const CELL: usize = 32_000;

const INSTANT: &str = "d mmm yyyy hh:mm";
const DAY: &str = "ddd d mmm yyyy";

/// Each list of the digest, with the name of its sheet.
fn lists(digest: &Digest) -> [(&'static str, &Listed); 10] {
    [
        ("Mail to be looked at", &digest.triage),
        ("Drafts", &digest.drafts),
        ("Not delivered", &digest.failed),
        ("On hold", &digest.on_hold),
        ("To be answered", &digest.answering),
        ("Due", &digest.due),
        ("Overdue", &digest.overdue),
        ("New cases", &digest.new_cases),
        ("None of ours", &digest.not_ours),
        ("Alarms", &digest.alarms),
    ]
}

/// # Errors
/// What the library says; it would be a defect.
pub(super) fn write(digest: &Digest) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let about = DocProperties::new()
        .set_title(text::one_line(&digest.reference))
        .set_creation_datetime(&digest.made_at);
    book.set_properties(&about);
    for (name, listed) in lists(digest) {
        let mut sheet = sheet(&mut book, name, &["When (London)", "Which", "What"], &[20.0, 48.0, 90.0])?;
        listing(&mut sheet, listed)?;
    }
    if let Some(ahead) = &digest.ahead {
        let head = ["Day", "What", "How many", "Some of them"];
        let mut sheet = sheet(&mut book, "Next 90 days", &head, &[18.0, 24.0, 12.0, 60.0])?;
        days(&mut sheet, ahead)?;
    }
    let head = ["Mailbox", "Swept (London)", "Compared (London)", "Missed until then"];
    let mut sheet = sheet(&mut book, "Reconciliation", &head, &[32.0, 20.0, 20.0, 20.0])?;
    mailboxes(&mut sheet, &digest.mailboxes)?;
    book.save_to_buffer()
}

/// A sheet whose first row stays in sight.
struct Sheet<'a> {
    sheet: &'a mut Worksheet,
    row: u32,
}

fn sheet<'a>(
    book: &'a mut Workbook,
    name: &str,
    head: &[&str],
    widths: &[f64],
) -> Result<Sheet<'a>, XlsxError> {
    let sheet = book.add_worksheet();
    sheet.set_name(name)?.set_freeze_panes(1, 0)?;
    let bold = Format::new().set_bold();
    for (column, (title, width)) in (0..).zip(head.iter().zip(widths)) {
        sheet.write_string_with_format(0, column, *title, &bold)?;
        sheet.set_column_width(column, *width)?;
    }
    Ok(Sheet { sheet, row: 0 })
}

impl Sheet<'_> {
    fn words(&mut self, column: u16, words: &str) -> Result<(), XlsxError> {
        let words: String = text::one_line(words).chars().take(CELL).collect();
        let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
        // It stays text also where somebody edits the cell.
        let format =
            if words.starts_with(['=', '+', '-', '@', '\t']) { wrapped.set_quote_prefix() } else { wrapped };
        self.sheet.write_string_with_format(self.row, column, words, &format)?;
        Ok(())
    }

    fn number(&mut self, column: u16, n: impl Into<f64>) -> Result<(), XlsxError> {
        let format = Format::new().set_align(FormatAlign::Top);
        self.sheet.write_number_with_format(self.row, column, n, &format)?;
        Ok(())
    }

    fn date(&mut self, column: u16, at: impl IntoExcelDateTime, shown: &str) -> Result<(), XlsxError> {
        let format =
            Format::new().set_num_format(shown).set_align(FormatAlign::Top).set_align(FormatAlign::Left);
        self.sheet.write_datetime_with_format(self.row, column, at, &format)?;
        Ok(())
    }

    fn instant(&mut self, column: u16, at: Option<DateTime<Utc>>) -> Result<(), XlsxError> {
        at.map_or(Ok(()), |at| self.date(column, london(at).naive_local(), INSTANT))
    }
}

fn listing(sheet: &mut Sheet<'_>, listed: &Listed) -> Result<(), XlsxError> {
    for row in &listed.rows {
        sheet.row += 1;
        sheet.instant(0, row.at)?;
        sheet.words(1, &row.name)?;
        sheet.words(2, &row.what)?;
    }
    if listed.n_more > 0 {
        sheet.row += 1;
        sheet.words(1, &format!("... and {} more", listed.n_more))?;
    }
    Ok(())
}

fn days(sheet: &mut Sheet<'_>, ahead: &Ahead) -> Result<(), XlsxError> {
    for day in ahead.weeks.iter().flat_map(|week| &week.days) {
        for mark in &day.marks {
            sheet.row += 1;
            sheet.date(0, day.on, DAY)?;
            sheet.words(1, mark.kind.title())?;
            sheet.number(2, u32::try_from(mark.n).unwrap_or(u32::MAX))?;
            sheet.words(3, &mark.which.join(", "))?;
        }
    }
    Ok(())
}

fn mailboxes(sheet: &mut Sheet<'_>, mailboxes: &[Swept]) -> Result<(), XlsxError> {
    for mailbox in mailboxes {
        sheet.row += 1;
        sheet.words(0, &mailbox.name)?;
        sheet.instant(1, mailbox.swept_at)?;
        sheet.instant(2, mailbox.reconciled_at)?;
        sheet.number(3, i32::try_from(mailbox.n_found_missing).unwrap_or(i32::MAX))?;
    }
    Ok(())
}
