//! The elements of WordprocessingML that decide how others are read. In: a name without prefix; out: what it is to the
//! reader. Invariant: an element that is not known here only holds what is within it.

/// Elements that decide what others mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Paragraph,
    Run,
    Text,
    Table,
    Row,
    Cell,
    ParagraphProperties,
    RunProperties,
    RowProperties,
    CellProperties,
    Control,
    ControlProperties,
    CheckBox,
    Entry,
    Alternatives,
    TextBox,
    Other,
}

pub(super) fn kind(name: &str) -> Kind {
    match name {
        "p" => Kind::Paragraph,
        "r" => Kind::Run,
        "t" => Kind::Text,
        "tbl" => Kind::Table,
        "tr" => Kind::Row,
        "tc" => Kind::Cell,
        "pPr" => Kind::ParagraphProperties,
        "rPr" => Kind::RunProperties,
        "trPr" => Kind::RowProperties,
        "tcPr" => Kind::CellProperties,
        "sdt" => Kind::Control,
        "sdtPr" => Kind::ControlProperties,
        "checkbox" | "checkBox" => Kind::CheckBox,
        "ffData" => Kind::Entry,
        "AlternateContent" => Kind::Alternatives,
        "txbxContent" => Kind::TextBox,
        _ => Kind::Other,
    }
}

/// Elements of which nothing is text: what was before a change, what a program computes from, notes.
pub(super) const SILENT: &[&str] = &[
    "instrText",
    "delInstrText",
    "delText",
    "rPrChange",
    "pPrChange",
    "tblPrChange",
    "trPrChange",
    "tcPrChange",
    "sectPrChange",
    "sectPr",
    "tblGrid",
    "rt",
];
