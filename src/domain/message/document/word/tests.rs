//! Word documents as Word, LibreOffice and their users make them, each beside the text that is read.

use super::super::tests::{word, word_xml, zipped};
use super::read;

fn check(body: &str, text: &str, told: &[&str]) {
    let content = read(&word(body)).unwrap_or_else(|why| panic!("{}: {body}", why.found));
    let found: Vec<&str> = content.remarks.iter().map(|remark| remark.found.as_str()).collect();
    assert_eq!((content.texts.concat().as_str(), found.as_slice()), (text, told), "{body}");
}

/// A paragraph of one run.
fn p(words: &str) -> String {
    format!("<w:p><w:r><w:t xml:space=\"preserve\">{words}</w:t></w:r></w:p>")
}

fn cell(properties: &str, content: &str) -> String {
    format!("<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>")
}

#[test]
fn paragraphs_are_lines() {
    check(&format!("{}{}", p("One"), p("Two")), "One\nTwo\n", &[]);
    check(
        "<w:p><w:r><w:t>Po</w:t></w:r><w:r><w:t>wer </w:t></w:r><w:r><w:t>Ltd</w:t></w:r></w:p>",
        "Power Ltd\n",
        &[],
    );
    check("<w:p><w:r><w:t>a</w:t><w:br/><w:t>b</w:t></w:r></w:p>", "a\nb\n", &[]);
    check(
        "<w:p><w:r><w:t>co\u{ad}op</w:t><w:softHyphen/><w:t>ers</w:t><w:noBreakHyphen/><w:t>x</w:t></w:r></w:p>",
        "coopers-x\n",
        &[],
    );
    check(&p("a\u{a0}b  c"), "a b c\n", &[]);
    let tabs = "<w:p><w:pPr><w:tabs><w:tab w:val=\"left\"/></w:tabs></w:pPr><w:r><w:tab/><w:t>User</w:t><w:tab/><w:tab/><w:t>Power</w:t></w:r></w:p>";
    check(tabs, "User\tPower\n", &[]);
    check("<w:p><w:hyperlink><w:r><w:t>a@b.test</w:t></w:r></w:hyperlink></w:p>", "a@b.test\n", &[]);
}

#[test]
fn a_row_of_a_table_is_a_line() {
    let row = |cells: &str| format!("<w:tr>{cells}</w:tr>");
    let two = |a: &str, b: &str| row(&format!("{}{}", cell("", &p(a)), cell("", &p(b))));
    let table = |rows: &str| format!("<w:tbl><w:tblPr/><w:tblGrid/>{rows}</w:tbl>");
    check(&table(&format!("{}{}", two("User", "Power"), two("Role", ""))), "User\tPower\nRole\t\n", &[]);
    let unanswered =
        format!("{}{}", cell("", &format!("{}{}", p("Contact"), p("(name and address)"))), cell("", &p("")));
    check(&table(&row(&unanswered)), "Contact (name and address)\t\n", &[]);
    let within = table(&row(&cell("", &format!("{}{}{}", p("Top"), table(&two("a", "b")), p("End")))));
    check(&within, "Top\na\tb\nEnd\n", &[]);
    // What stands in a cell over two of three systems is said of these two; over all, of all.
    let spans = |n: &str, rest: &str| {
        row(&format!(
            "{}{}{rest}",
            cell("", &p("Role")),
            cell(&format!("<w:gridSpan w:val=\"{n}\"/>"), &p("x"))
        ))
    };
    check(&table(&spans("2", &cell("", &p("y")))), "Role\tx\tx\ty\n", &[]);
    check(&table(&spans("3", "")), "Role\tx\n", &[]);
    let deleted = format!("<w:tr><w:trPr><w:del/></w:trPr>{}</w:tr>{}", cell("", &p("gone")), two("a", "b"));
    check(&table(&deleted), "a\tb\n", &["tracked changes"]);
}

#[test]
fn a_control_says_what_it_holds() {
    let control = |properties: &str, words: &str| {
        format!(
            "<w:p><w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent><w:r><w:t>{words}</w:t></w:r></w:sdtContent></w:sdt><w:r><w:t> Yes</w:t></w:r></w:p>"
        )
    };
    check(&control("<w:text/>", "Power"), "Power Yes\n", &[]);
    check(&control("<w:showingPlcHdr/><w:text/>", "Click here to enter text."), "Yes\n", &[]);
    check(&control("<w:text/>", "Click here and write"), "Yes\n", &[]);
    let ticked = |value: &str| {
        format!(
            "<w14:checkbox><w14:checked w14:val=\"{value}\"/><w14:checkedState w14:val=\"0052\"/></w14:checkbox>"
        )
    };
    check(&control(&ticked("1"), "R"), "\u{2612} Yes\n", &[]);
    check(&control(&ticked("0"), "\u{2612}"), "\u{2610} Yes\n", &[]);
    check(
        &control("<w:dropDownList><w:listItem w:value=\"a\"/></w:dropDownList>", "Domestic"),
        "Domestic Yes\n",
        &[],
    );
    let date = "<w:date w:fullDate=\"2027-03-04T00:00:00Z\"/>";
    check(&control(date, "04/03/2027"), "04/03/2027 Yes\n", &[]);
    check(&control(date, "4 March 2027"), "4 March 2027 Yes\n", &[]);
    check(&control(date, "3/4/2027"), "3/4/2027 (4 March 2027) Yes\n", &[]);
    // A control around a whole cell, as Word makes one of a box that stands alone.
    let around = format!(
        "<w:tbl><w:tr><w:sdt><w:sdtPr>{}</w:sdtPr><w:sdtContent><w:tc>{}</w:tc></w:sdtContent></w:sdt><w:tc>{}</w:tc></w:tr></w:tbl>",
        ticked("1"),
        p("\u{2612}"),
        p("Domestic")
    );
    check(&around, "\u{2612}\tDomestic\n", &[]);
}

#[test]
fn the_elder_form_fields_say_what_they_hold() {
    let field = |data: &str, result: &str| {
        format!(
            "<w:p><w:r><w:fldChar w:fldCharType=\"begin\"><w:ffData><w:name w:val=\"a\"/>{data}</w:ffData></w:fldChar></w:r><w:r><w:instrText> FORM </w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>{result}</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>"
        )
    };
    check(
        &field("<w:checkBox><w:default w:val=\"0\"/><w:checked/></w:checkBox>", " Yes"),
        "\u{2612} Yes\n",
        &[],
    );
    check(&field("<w:checkBox><w:default w:val=\"0\"/></w:checkBox>", " Yes"), "\u{2610} Yes\n", &[]);
    check(&field("<w:textInput><w:default w:val=\"x\"/></w:textInput>", "Power"), "Power\n", &[]);
    let list =
        "<w:ddList><w:result w:val=\"1\"/><w:listEntry w:val=\"a\"/><w:listEntry w:val=\"b\"/></w:ddList>";
    check(&field(list, ""), "b\n", &[]);
    let tick = "<w:p><w:r><w:sym w:font=\"Wingdings\" w:char=\"F0FE\"/><w:t>Yes</w:t></w:r></w:p>";
    check(tick, "\u{2611}Yes\n", &[]);
}

#[test]
fn changes_are_read_as_accepted_and_told() {
    let run = |words: &str| format!("<w:r><w:t xml:space=\"preserve\">{words}</w:t></w:r>");
    let changed = format!(
        "<w:p>{}<w:del><w:r><w:delText>second</w:delText></w:r></w:del><w:ins>{}</w:ins></w:p>",
        run("Number: "),
        run("third")
    );
    check(&changed, "Number: third\n", &["tracked changes"]);
    let moved = format!(
        "<w:p><w:moveFrom>{}</w:moveFrom></w:p><w:p><w:moveTo>{}</w:moveTo></w:p>",
        run("a"),
        run("a")
    );
    check(&moved, "a\n", &["tracked changes"]);
    let joined = format!(
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{}</w:p><w:p>{}</w:p>",
        run("Power "),
        run("Ltd")
    );
    check(&joined, "Power Ltd\n", &["tracked changes"]);
    check(
        "<w:p><w:r><w:rPr><w:b/><w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange></w:rPr><w:t>a</w:t></w:r></w:p>",
        "a\n",
        &[],
    );
}

#[test]
fn what_is_not_seen_is_left_out_and_told() {
    let run = |property: &str| {
        format!("<w:p><w:r><w:rPr>{property}</w:rPr><w:t>x</w:t></w:r><w:r><w:t>y</w:t></w:r></w:p>")
    };
    check(&run("<w:vanish/>"), "y\n", &["hidden text, which was left out"]);
    check(&run("<w:vanish w:val=\"0\"/>"), "xy\n", &[]);
    check(&run("<w:strike/>"), "y\n", &["text that is struck out, which was left out"]);
    let styles = "<w:styles><w:style w:styleId=\"A\"><w:rPr><w:vanish/></w:rPr></w:style><w:style w:styleId=\"B\"><w:basedOn w:val=\"A\"/></w:style></w:styles>";
    let body = format!("<w:p><w:pPr><w:pStyle w:val=\"B\"/></w:pPr><w:r><w:t>x</w:t></w:r></w:p>{}", p("y"));
    let relations =
        "<Relationships><Relationship Id=\"1\" Type=\"a/styles\" Target=\"/word/s.xml\"/></Relationships>";
    let parts = [
        ("word/document.xml", &*word_xml(&body)),
        ("word/_rels/document.xml.rels", relations),
        ("word/s.xml", styles),
    ];
    let content = read(&zipped(&parts)).unwrap_or_default();
    assert_eq!((content.texts.concat().as_str(), content.remarks.len()), ("y\n", 1));
}

#[test]
fn a_text_box_stands_below_its_paragraph_once() {
    let words = |words: &str| format!("<w:txbxContent>{}</w:txbxContent>", p(words));
    let both = format!(
        "<w:p><w:r><w:t>Be</w:t></w:r><w:r><mc:AlternateContent><mc:Choice>{}</mc:Choice><mc:Fallback>{}</mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>fore</w:t></w:r></w:p>{}",
        words("In the box"),
        words("In the box"),
        p("After")
    );
    check(&both, "Before\nIn the box\nAfter\n", &[]);
    let old = format!(
        "<w:p><w:r><mc:AlternateContent><mc:Fallback>{}</mc:Fallback></mc:AlternateContent></w:r></w:p>",
        words("old")
    );
    check(&old, "old\n", &[]);
}

#[test]
fn headers_are_quoted_and_notes_are_not_read() {
    let relations = "<Relationships><Relationship Id=\"1\" Type=\"a/header\" Target=\"header1.xml\"/><Relationship Id=\"2\" Type=\"a/comments\" Target=\"comments.xml\"/><Relationship Id=\"3\" Type=\"a/footer\" TargetMode=\"External\" Target=\"http://evil.test/f.xml\"/></Relationships>";
    let header = format!("<w:hdr>{}</w:hdr>", p("SEC AMBER"));
    let comment = format!("<w:comments><w:comment>{}</w:comment></w:comments>", p("a note"));
    let document = word_xml(&p("User: Power"));
    let parts = [
        ("word/document.xml", document.as_str()),
        ("word/_rels/document.xml.rels", relations),
        ("word/header1.xml", &header),
        ("word/comments.xml", &comment),
    ];
    let content = read(&zipped(&parts)).unwrap_or_default();
    assert_eq!(content.texts, ["User: Power\n", "> SEC AMBER\n"]);
}
