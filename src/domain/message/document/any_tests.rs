//! Whatever a document is made of, reading it answers, and what it answers is bounded.

use proptest::prelude::*;

use super::kind::{OLE, ZIP};
use super::tests::{word_xml, zipped};
use super::*;

const WORD_PIECES: &[&str] = &[
    "<w:p>",
    "</w:p>",
    "<w:r>",
    "</w:r>",
    "<w:t>",
    "</w:t>",
    "<w:tbl>",
    "</w:tbl>",
    "<w:tr>",
    "</w:tr>",
    "<w:tc>",
    "</w:tc>",
    "<w:sdt>",
    "</w:sdt>",
    "<w:sdtPr>",
    "</w:sdtPr>",
    "<w14:checkbox>",
    "</w14:checkbox>",
    "<w14:checked w14:val=\"1\"/>",
    "<w:showingPlcHdr/>",
    "<w:sdtContent>",
    "</w:sdtContent>",
    "<w:tab/>",
    "<w:br/>",
    "<w:ins>",
    "</w:ins>",
    "<w:del>",
    "</w:del>",
    "<w:rPr>",
    "</w:rPr>",
    "<w:vanish/>",
    "<w:gridSpan w:val=\"9\"/>",
    "<w:tcPr>",
    "</w:tcPr>",
    "<w:trPr>",
    "</w:trPr>",
    "<w:pPr>",
    "</w:pPr>",
    "<mc:AlternateContent>",
    "</mc:AlternateContent>",
    "<mc:Choice>",
    "</mc:Choice>",
    "<mc:Fallback>",
    "</mc:Fallback>",
    "<w:txbxContent>",
    "</w:txbxContent>",
    "<w:fldChar>",
    "</w:fldChar>",
    "<w:ffData>",
    "</w:ffData>",
    "<w:checkBox/>",
    "<w:date w:fullDate=\"2027-03-01T00:00:00Z\"/>",
    "<w:ddList><w:result w:val=\"1\"/></w:ddList>",
    "&amp;",
    "User: ",
    "Power Ltd",
    "3/4/2027",
    "<w:sym w:font=\"Wingdings\" w:char=\"F0FE\"/>",
];

const SHEET_PIECES: &[&str] = &[
    "<row>",
    "<row r=\"7\">",
    "<row hidden=\"1\">",
    "</row>",
    "<c r=\"A1\">",
    "<c r=\"XFD1048576\" t=\"s\">",
    "<c t=\"b\">",
    "<c t=\"inlineStr\">",
    "<c s=\"1\">",
    "<c r=\"ZZZZ9\">",
    "</c>",
    "<v>",
    "</v>",
    "<f>",
    "</f>",
    "<is>",
    "</is>",
    "<t>",
    "</t>",
    "1",
    "46082",
    "-1e300",
    "NaN",
    "x",
    "<mergeCells>",
    "</mergeCells>",
    "<mergeCell ref=\"A1:XFD1\"/>",
    "<mergeCell ref=\"B2:A1\"/>",
    "<col min=\"0\" max=\"99999999\" hidden=\"1\"/>",
];

fn soup(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(pieces), 0..80).prop_map(|pieces| pieces.concat())
}

/// Closes what is open and drops what closes nothing, so that the reader and not the parser is tried.
fn balanced(soup: &str) -> String {
    let mut out = String::new();
    let mut open: Vec<&str> = Vec::new();
    for piece in soup.split_inclusive('>') {
        let (text, tag) = piece.rfind('<').and_then(|at| piece.split_at_checked(at)).unwrap_or((piece, ""));
        out.push_str(text);
        if let Some(name) = tag.strip_prefix("</") {
            if open.last() == Some(&name.trim_end_matches('>')) {
                open.pop();
                out.push_str(tag);
            }
        } else {
            out.push_str(tag);
            if !tag.is_empty() && !tag.ends_with("/>") {
                open.push(tag[1..].split(['>', ' ']).next().unwrap());
            }
        }
    }
    for name in open.iter().rev() {
        out.extend(["</", name, ">"]);
    }
    out
}

fn take(octets: &[u8]) -> Documents {
    let mut documents = Documents::default();
    documents.take(&File { name: "a.docx", media_type: "", octets });
    let n: usize = documents.texts.iter().map(|(_, text)| text.len()).sum();
    assert!(n < 16 << 20);
    documents
}

pub(super) fn book(sheet: &str) -> Vec<u8> {
    let relation =
        "<Relationships><Relationship Id=\"r1\" Type=\"x/worksheet\" Target=\"s.xml\"/></Relationships>";
    zipped(&[
        ("xl/workbook.xml", "<workbook><sheets><sheet name=\"A\" r:id=\"r1\"/></sheets></workbook>"),
        ("xl/_rels/workbook.xml.rels", relation),
        ("xl/s.xml", &format!("<worksheet><sheetData>{sheet}</sheetData></worksheet>")),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_octets_are_answered(octets in prop::collection::vec(any::<u8>(), 0..2_000), magic in any::<bool>()) {
        let octets = if magic { [ZIP, &octets, b"word/document"].concat() } else { [OLE, &octets].concat() };
        take(&octets);
    }

    #[test]
    fn any_word_document_is_answered(soup in soup(WORD_PIECES)) {
        take(&zipped(&[("word/document.xml", &word_xml(&soup))]));
        let documents = take(&zipped(&[("word/document.xml", &word_xml(&balanced(&soup)))]));
        prop_assert_eq!(documents.texts.len(), 1);
    }

    #[test]
    fn any_sheet_is_answered(soup in soup(SHEET_PIECES)) {
        take(&book(&soup));
        let documents = take(&book(&balanced(&soup)));
        prop_assert_eq!(documents.texts.len(), 1);
    }

    #[test]
    fn a_damaged_document_is_answered(
        wounds in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        cut in any::<prop::sample::Index>(),
        is_word in any::<bool>(),
    ) {
        let mut octets = if is_word {
            super::tests::word("<w:tbl><w:tr><w:tc><w:p><w:r><w:t>User</w:t></w:r></w:p></w:tc></w:tr></w:tbl>")
        } else {
            book("<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>User</t></is></c></row>")
        };
        for (place, octet) in wounds {
            let place = place.index(octets.len());
            octets[place] = octet;
        }
        take(&octets);
        octets.truncate(cut.index(octets.len()));
        take(&octets);
    }
}
