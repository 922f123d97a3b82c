//! The letters of a font of a PDF (ISO 32000-1 9.6 to 9.10). In: a font's dictionary; out: for each code its text and how
//! far it moves the pen. Invariant: a code whose letter is nowhere said stays unknown and is counted, never guessed.

use std::collections::HashMap;

use super::file::File;
use super::object::{Dict, Object, Reader, Room};
use crate::domain::message::decode;

/// Codes of one font.
const CODES: usize = 20_000;

#[derive(Default)]
pub(super) struct Font {
    texts: HashMap<u32, String>,
    widths: HashMap<u32, f64>,
    other_width: f64,
    /// Its codes are two octets long.
    pub is_wide: bool,
}

impl Font {
    pub fn read(file: &File<'_>, dict: &Dict, room: &mut Room) -> Self {
        let is_wide = file.get(dict, "Subtype").and_then(Object::name) == Some(b"Type0");
        let mut font = Font { is_wide, ..Font::default() };
        if is_wide {
            font.read_wide_widths(file, dict);
        } else {
            font.read_widths(file, dict);
            font.read_encoding(file, dict);
        }
        if let Some((_, map)) = dict.get(b"ToUnicode".as_slice()).and_then(|map| file.stream(map)) {
            font.read_map(&map, room);
        }
        font
    }

    /// Codes that it knows, for what they take of memory.
    pub fn n_codes(&self) -> usize {
        self.texts.len() + self.widths.len()
    }

    /// The text of a code and its width in thousandths of the size.
    pub fn glyph(&self, code: u32) -> (Option<&str>, f64) {
        (
            self.texts.get(&code).map(String::as_str),
            self.widths.get(&code).copied().unwrap_or(self.other_width),
        )
    }

    fn read_widths(&mut self, file: &File<'_>, dict: &Dict) {
        let first = file.get(dict, "FirstChar").and_then(Object::count).unwrap_or(0);
        let widths = file.get_list(dict, "Widths").iter().take(256);
        let codes = (first..).filter_map(|code| u32::try_from(code).ok());
        self.widths.extend(codes.zip(widths.filter_map(|width| file.resolve(width).number())));
        let about = file.get_dict(dict, "FontDescriptor");
        let missing = about.and_then(|about| file.get(about, "MissingWidth")).and_then(Object::number);
        // The standard fonts may leave their widths out; half the size is near enough to tell words apart.
        self.other_width = missing.filter(|width| *width > 0.0).unwrap_or(500.0);
    }

    /// ISO 32000-1 9.7.4.3: `code [w w w]` or `first last w`.
    fn read_wide_widths(&mut self, file: &File<'_>, dict: &Dict) {
        let Some(inner) = file.get_list(dict, "DescendantFonts").first().and_then(|one| file.dict(Some(one)))
        else {
            return;
        };
        self.other_width = file.get(inner, "DW").and_then(Object::number).unwrap_or(1000.0);
        let mut values = file.get_list(inner, "W").iter().map(|value| file.resolve(value));
        while let (Some(first), Some(next)) = (values.next().and_then(Object::count), values.next()) {
            let codes = (first..)
                .take(CODES.saturating_sub(self.widths.len()))
                .filter_map(|code| u32::try_from(code).ok());
            if let Some(list) = next.list() {
                self.widths.extend(codes.zip(list.iter().filter_map(|width| file.resolve(width).number())));
            } else if let (Some(last), Some(width)) = (next.count(), values.next().and_then(Object::number)) {
                let n = last.saturating_add(1).saturating_sub(first);
                self.widths.extend(codes.take(n).map(|code| (code, width)));
            }
        }
    }

    fn read_encoding(&mut self, file: &File<'_>, dict: &Dict) {
        let encoding = file.get(dict, "Encoding");
        let base =
            encoding.and_then(Object::name).or_else(|| file.get(encoding?.dict()?, "BaseEncoding")?.name());
        let font = file.get(dict, "BaseFont").and_then(Object::name).unwrap_or_default();
        let is_symbols = font.ends_with(b"Dingbats")
            || font.ends_with(b"Symbol")
            || font.windows(9).any(|part| part == b"Wingdings");
        let all: Vec<u8> = (32..=255).collect();
        let text = match base {
            _ if is_symbols => String::new(),
            Some(b"MacRomanEncoding") => decode::text(&all, Some("macintosh")).text,
            _ => decode::windows_1252(&all),
        };
        let letters = text.chars().filter(|c| !c.is_control()).map(String::from);
        self.texts.extend(
            (32..).zip(text.chars()).filter(|(_, c)| !c.is_control()).map(|(code, _)| code).zip(letters),
        );
        if is_symbols {
            // Ticks, crosses and full boxes of ZapfDingbats.
            let marks = [
                ('3', "\u{2713}"),
                ('4', "\u{2714}"),
                ('5', "\u{2715}"),
                ('6', "\u{2716}"),
                ('7', "\u{2717}"),
                ('8', "\u{2718}"),
                ('n', "\u{25a0}"),
                ('o', "\u{2610}"),
            ];
            self.texts.extend(marks.map(|(code, mark)| (u32::from(code), mark.to_owned())));
        }
        let differences = encoding.and_then(Object::dict).map(|dict| file.get_list(dict, "Differences"));
        let mut code = 0_u32;
        for one in differences.unwrap_or_default().iter().take(600) {
            match file.resolve(one) {
                Object::Name(name) => {
                    self.texts.remove(&code);
                    self.texts.extend(letter(name).map(|letter| (code, letter)));
                    code = code.saturating_add(1);
                }
                number => code = number.count().and_then(|code| u32::try_from(code).ok()).unwrap_or(code),
            }
        }
    }

    /// ISO 32000-1 9.10.3: `<code> <text>` and `<first> <last> <text>` or `<first> <last> [<text> ..]`.
    fn read_map(&mut self, map: &[u8], room: &mut Room) {
        let mut reader = Reader::new(map);
        let mut values: Vec<Object> = Vec::new();
        while let Some(value) = reader.value(room) {
            let Object::Word(word) = &value else {
                values.push(value);
                continue;
            };
            match word.as_slice() {
                b"endbfchar" => {
                    for pair in values.as_chunks::<2>().0 {
                        let [code, text] = pair;
                        self.put(number(code), 0, text);
                    }
                }
                b"endbfrange" => {
                    for [first, last, text] in values.as_chunks::<3>().0 {
                        let (Some(first), Some(last)) = (number(first), number(last)) else { continue };
                        let n = last.saturating_sub(first).saturating_add(1);
                        match text {
                            Object::List(each) => (0..n)
                                .zip(each)
                                .for_each(|(step, text)| self.put(first.checked_add(step), 0, text)),
                            text => (0..n.min(u32::from(u16::MAX)))
                                .for_each(|step| self.put(first.checked_add(step), step, text)),
                        }
                    }
                }
                _ => {}
            }
            values.clear();
        }
    }

    /// The text of a code, its last letter so many steps on.
    fn put(&mut self, code: Option<u32>, step: u32, text: &Object) {
        let (Some(code), Object::Text(text)) = (code, text) else { return };
        if self.texts.len() >= CODES {
            return;
        }
        let mut units: Vec<u16> =
            text.as_chunks().0.iter().take(16).map(|pair| u16::from_be_bytes(*pair)).collect();
        if let (Some(last), Ok(step)) = (units.last_mut(), u16::try_from(step)) {
            *last = last.wrapping_add(step);
        }
        let text = String::from_utf16_lossy(&units).replace(|c: char| c.is_control() || c == '\u{fffd}', "");
        if text.is_empty() {
            // It says that there is no letter.
            self.texts.remove(&code);
        } else {
            self.texts.insert(code, ligatures(text));
        }
    }
}

fn number(text: &Object) -> Option<u32> {
    let Object::Text(octets) = text else { return None };
    (octets.len() <= 4).then(|| octets.iter().fold(0, |sum, octet| sum << 8 | u32::from(*octet)))
}

fn ligatures(text: String) -> String {
    let plain = match text.as_str() {
        "\u{fb00}" => "ff",
        "\u{fb01}" => "fi",
        "\u{fb02}" => "fl",
        "\u{fb03}" => "ffi",
        "\u{fb04}" => "ffl",
        _ => return text,
    };
    plain.to_owned()
}

/// The letter that a name of the Adobe Glyph List means, as far as a form needs it.
fn letter(name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?;
    let name = name.split('.').next().unwrap_or_default();
    let mut letters = name.chars();
    if let (Some(c @ ('a'..='z' | 'A'..='Z')), None) = (letters.next(), letters.next()) {
        return Some(c.to_string());
    }
    let code = name.strip_prefix("uni").or_else(|| name.strip_prefix('u')).filter(|code| code.len() >= 4);
    if let Some(c) = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32) {
        return (!c.is_control()).then(|| c.to_string());
    }
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, letter)| (*letter).to_owned())
}

const NAMES: [(&str, &str); 75] = [
    ("space", " "),
    ("nbspace", " "),
    ("exclam", "!"),
    ("quotedbl", "\""),
    ("numbersign", "#"),
    ("dollar", "$"),
    ("percent", "%"),
    ("ampersand", "&"),
    ("quotesingle", "'"),
    ("quoteright", "\u{2019}"),
    ("quoteleft", "\u{2018}"),
    ("parenleft", "("),
    ("parenright", ")"),
    ("asterisk", "*"),
    ("plus", "+"),
    ("comma", ","),
    ("hyphen", "-"),
    ("minus", "-"),
    ("period", "."),
    ("slash", "/"),
    ("zero", "0"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("colon", ":"),
    ("semicolon", ";"),
    ("less", "<"),
    ("equal", "="),
    ("greater", ">"),
    ("question", "?"),
    ("at", "@"),
    ("bracketleft", "["),
    ("backslash", "\\"),
    ("bracketright", "]"),
    ("underscore", "_"),
    ("grave", "`"),
    ("braceleft", "{"),
    ("bar", "|"),
    ("braceright", "}"),
    ("asciitilde", "~"),
    ("sterling", "\u{a3}"),
    ("Euro", "\u{20ac}"),
    ("section", "\u{a7}"),
    ("endash", "\u{2013}"),
    ("emdash", "\u{2014}"),
    ("bullet", "\u{2022}"),
    ("ellipsis", "\u{2026}"),
    ("quotedblleft", "\u{201c}"),
    ("quotedblright", "\u{201d}"),
    ("fi", "fi"),
    ("fl", "fl"),
    ("ff", "ff"),
    ("ffi", "ffi"),
    ("ffl", "ffl"),
    ("aacute", "\u{e1}"),
    ("agrave", "\u{e0}"),
    ("acircumflex", "\u{e2}"),
    ("adieresis", "\u{e4}"),
    ("ccedilla", "\u{e7}"),
    ("eacute", "\u{e9}"),
    ("egrave", "\u{e8}"),
    ("ecircumflex", "\u{ea}"),
    ("iacute", "\u{ed}"),
    ("oacute", "\u{f3}"),
    ("ocircumflex", "\u{f4}"),
    ("odieresis", "\u{f6}"),
    ("uacute", "\u{fa}"),
    ("udieresis", "\u{fc}"),
    ("copyright", "\u{a9}"),
];

/// The codes of a text that is shown.
pub(super) fn codes(font: &Font, text: &[u8]) -> Vec<u32> {
    if font.is_wide {
        return text.as_chunks().0.iter().map(|pair| u32::from(u16::from_be_bytes(*pair))).collect();
    }
    text.iter().map(|octet| u32::from(*octet)).collect()
}
