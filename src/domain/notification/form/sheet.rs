//! The form for Excel. In: the table of labels; out: an `.xlsx`, the same each time. Invariant: every answer has a cell
//! beside its label, which takes what is typed as text: no program makes a date or a number of it.

use chrono::DateTime;
use rust_xlsxwriter::{DocProperties, Format, FormatAlign, FormatBorder, Workbook, XlsxError};

use super::{INTRODUCTION, TITLE, hint};
use crate::domain::notification::labels::TABLE;

/// # Errors
/// What the library says; it would be a defect.
pub fn form_sheet() -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The library would take the moment, and each copy would differ.
    let about = DocProperties::new().set_title(TITLE).set_creation_datetime(&DateTime::UNIX_EPOCH);
    book.set_properties(&about);
    let sheet = book.add_worksheet();
    sheet.set_name("Notification")?.set_column_width(0, 62.0)?.set_column_width(1, 62.0)?;
    sheet.set_paper_size(9).set_print_fit_to_pages(1, 0);
    let wrapped = || Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let framed = || wrapped().set_border(FormatBorder::Thin);
    let bold = Format::new().set_bold();
    let plain = Format::new();
    sheet.write_string_with_format(0, 0, TITLE, &Format::new().set_bold().set_font_size(14.0))?;
    let mut row = 1;
    for paragraph in INTRODUCTION {
        sheet.write_string_with_format(row, 0, *paragraph, &wrapped())?;
        row += 1;
    }
    row += 1;
    for label in TABLE {
        let hint = format!("\n{}", hint(label));
        sheet.write_rich_string_with_format(row, 0, &[(&bold, label.label), (&plain, &hint)], &framed())?;
        sheet.write_blank(row, 1, &framed().set_num_format("@"))?;
        row += 1;
    }
    book.save_to_buffer()
}
