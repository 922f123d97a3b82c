//! Workbooks as Excel, LibreOffice and their users make them, each beside the text that is read.

use std::fmt::Write as _;

use super::super::tests::zipped;
use super::look::{Shows, shows};
use super::number::shown;
use super::read;

const STYLES: &str = "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"mmm\\-yy\"/><numFmt numFmtId=\"165\" formatCode=\";;;\"/></numFmts><fonts><font/><font><strike/></font></fonts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/><xf fontId=\"1\"/><xf numFmtId=\"165\"/></cellXfs></styleSheet>";

fn book(sheets: &[(&str, &str)], about: &str) -> Vec<u8> {
    let mut named = String::new();
    let mut relations = String::from(
        "<Relationships><Relationship Id=\"a\" Type=\"t/styles\" Target=\"styles.xml\"/><Relationship Id=\"b\" Type=\"t/sharedStrings\" Target=\"shared.xml\"/>",
    );
    let mut parts: Vec<(String, String)> = Vec::new();
    for (at, (state, sheet)) in sheets.iter().enumerate() {
        let _ = write!(named, "<sheet name=\"S{at}\" r:id=\"r{at}\" {state}/>");
        let target = format!("worksheets/s{at}.xml");
        let _ = write!(relations, "<Relationship Id=\"r{at}\" Type=\"t/worksheet\" Target=\"{target}\"/>");
        parts.push((format!("xl/worksheets/s{at}.xml"), format!("<worksheet>{sheet}</worksheet>")));
    }
    parts.push(("xl/workbook.xml".into(), format!("<workbook>{about}<sheets>{named}</sheets></workbook>")));
    parts.push(("xl/_rels/workbook.xml.rels".into(), relations + "</Relationships>"));
    parts.push(("xl/styles.xml".into(), STYLES.into()));
    let shared = "<sst><si><t>User</t></si><si><r><t>Power </t></r><r><rPr><strike/></rPr><t>Old</t></r><r><t>Ltd</t></r><rPh><t>x</t></rPh></si></sst>";
    parts.push(("xl/shared.xml".into(), shared.into()));
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    zipped(&parts)
}

fn check(sheet: &str, text: &str, told: &[&str]) {
    check_book(&book(&[("", sheet)], ""), text, told);
}

fn check_book(octets: &[u8], text: &str, told: &[&str]) {
    let content = read(octets).unwrap_or_else(|why| panic!("{}", why.found));
    let found: Vec<&str> = content.remarks.iter().map(|remark| remark.found.as_str()).collect();
    assert_eq!((content.texts.concat().as_str(), found.as_slice()), (text, told));
}

fn rows(rows: &str) -> String {
    format!("<sheetData>{rows}</sheetData>")
}

#[test]
fn a_row_is_a_line_and_a_cell_stands_in_its_column() {
    let said = "<row r=\"2\"><c r=\"B2\" t=\"s\"><v>0</v></c><c r=\"D2\" t=\"inlineStr\"><is><t>Power</t></is></c></row><row r=\"9\"><c r=\"B9\"><v>16000</v></c></row>";
    check(&rows(said), "User\t\tPower\n16000\t\t\n", &[]);
    let struck = "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c></row>";
    check(&rows(struck), "User\tPower Ltd\n", &["text that is struck out, which was left out"]);
    check(&rows("<row><c t=\"b\"><v>1</v></c><c t=\"b\"><v>0</v></c></row>"), "Yes\tNo\n", &[]);
    let unanswered = "<row><c t=\"inlineStr\"><is><t>User\n(name)</t></is></c><c s=\"1\"/></row><row><c><v>1</v></c></row>";
    check(&rows(unanswered), "User (name)\t\n1\t\n", &[]);
    let far = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>2</v></c></row>";
    assert!(read(&book(&[("", &rows(far))], "")).is_ok_and(|content| content.texts.concat().len() < 200));
}

#[test]
fn merged_cells_are_said_of_all_that_they_cover() {
    let cells = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\"><v>1</v></c><c r=\"C1\"/><c r=\"D1\"><v>3</v></c></row>";
    check(
        &format!("{}<mergeCells><mergeCell ref=\"B1:C1\"/></mergeCells>", rows(cells)),
        "User\t1\t1\t3\n",
        &[],
    );
    let cells = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\"><v>1</v></c></row><row r=\"2\"><c r=\"A2\"><v>5</v></c><c r=\"D2\"><v>6</v></c></row>";
    check(
        &format!("{}<mergeCells><mergeCell ref=\"B1:C1\"/></mergeCells>", rows(cells)),
        "User\t1\n5\t\t\t6\n",
        &[],
    );
}

#[test]
fn a_date_is_written_out_as_far_as_it_is_shown() {
    let dates = "<row><c s=\"1\"><v>46447</v></c><c s=\"2\"><v>46447.5</v></c></row>";
    check(&rows(dates), "1 March 2027\tMarch 2027\n", &[]);
    let elder =
        book(&[("", &rows("<row><c s=\"1\"><v>44985</v></c></row>"))], "<workbookPr date1904=\"1\"/>");
    check_book(&elder, "1 March 2027\n", &[]);
    let none = "<row><c r=\"A1\" s=\"1\"><v>-5</v></c><c r=\"B1\" s=\"1\"><v>60</v></c></row>";
    check(&rows(none), "-5\t60\n", &["a number that is no day, shown as a date (A1, B1)"]);
}

#[test]
fn a_formula_is_never_worked_out() {
    let cells = "<row><c r=\"A1\" t=\"str\"><f>A2&amp;\"x\"</f><v>Power</v></c><c r=\"B1\"><f>1+1</f></c><c r=\"C1\" t=\"e\"><f>1/0</f><v>#DIV/0!</v></c><c r=\"D1\"><v>1234567890123456789</v></c></row>";
    let told = [
        "a formula without a value (B1)",
        "a formula that fails (C1)",
        "a number of more than 15 figures, whose last ones Excel loses (D1)",
    ];
    check(&rows(cells), "Power\t\t\t1234567890123456800\n", &told);
    let text = "<row><c t=\"inlineStr\"><is><t>=cmd|' /C calc'!A0</t></is></c></row>";
    check(&rows(text), "=cmd|' /C calc'!A0\n", &[]);
}

#[test]
fn what_is_hidden_is_left_out_and_told() {
    let shown = rows("<row><c><v>1</v></c></row>");
    let hidden = "hidden rows, columns or cells, which were left out";
    check(&rows("<row hidden=\"1\"><c><v>2</v></c></row><row><c><v>1</v></c></row>"), "1\n", &[hidden]);
    let column = format!(
        "<cols><col min=\"2\" max=\"3\" hidden=\"1\"/></cols>{}",
        rows("<row><c><v>1</v></c><c><v>2</v></c></row>")
    );
    check(&column, "1\n", &[hidden]);
    check(&rows("<row><c><v>1</v></c><c s=\"4\"><v>7</v></c></row>"), "1\n", &[hidden]);
    check(
        &rows("<row hidden=\"1\"/><row><c><v>1</v></c><c s=\"3\"><v>7</v></c></row>"),
        "1\n",
        &["text that is struck out, which was left out"],
    );
    let two = book(&[("", &shown), ("state=\"veryHidden\"", &shown)], "");
    check_book(&two, "1\n", &["the hidden sheet \"S1\", which was left out"]);
}

#[test]
fn a_format_says_what_is_shown() {
    let check = |code: &str, stored: &str, expected: &str| {
        assert_eq!(shown(stored, shows(code), false).as_deref(), Some(expected), "{code}");
    };
    check("dd/mm/yyyy", "46447", "1 March 2027");
    check("[$-809]d mmmm yyyy;@", "46447", "1 March 2027");
    check("yyyy", "46447", "2027");
    check("d-mmm", "46447", "1 March");
    check("hh:mm", "0.5", "12:00");
    check("0.00", "12.5", "12.5");
    check("#,##0", "16000", "16000");
    check("00000000000", "2079460000", "02079460000");
    check("\"dd\"0", "7", "7");
    check("General", "1.6E4", "16000");
    check("0%", "0.1", "0.1");
    assert_eq!(shows("@"), Shows::Number);
}
