//! The XML of an office document. In: text; out: start tags, end tags and text, in order. Invariant: nothing is fetched
//! and nothing is expanded: a document type, an entity of its own, or depth without measure ends the reading.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use super::{Unreadable, unreadable};

/// Elements within elements; Word needs some thirty, and ten for each table within a table.
const DEPTH: usize = 300;
/// Octets of an attribute that are read.
const ATTRIBUTE: usize = 4 << 10;

pub(super) enum Token<'x> {
    Start(Element<'x>),
    End,
    Text(Cow<'x, str>),
}

pub(super) struct Tokens<'x> {
    reader: Reader<&'x [u8]>,
    depth: usize,
}

pub(super) struct Element<'x>(BytesStart<'x>);

impl<'x> Tokens<'x> {
    pub fn of(xml: &'x str) -> Self {
        let mut reader = Reader::from_str(xml);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, depth: 0 }
    }

    /// The next one; `None` behind the last.
    pub fn next(&mut self) -> Result<Option<Token<'x>>, Unreadable> {
        let broken = || unreadable("XML that is broken", "a document that Word, Excel or LibreOffice opens");
        let entity = || unreadable("XML with entities of its own", "a document as Word or Excel saves it");
        loop {
            let token = match self.reader.read_event().map_err(|_| broken())? {
                Event::Start(start) => {
                    self.depth += 1;
                    if self.depth > DEPTH {
                        return Err(unreadable(
                            "XML nested without measure",
                            format!("at most {DEPTH} deep"),
                        ));
                    }
                    Token::Start(Element(start))
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    Token::End
                }
                Event::Text(text) => Token::Text(text.into_inner()),
                Event::CData(text) => Token::Text(text.into_inner()),
                Event::GeneralRef(reference) => {
                    let said = match reference.resolve_char_ref().map_err(|_| broken())? {
                        Some(c) => c.to_string(),
                        // XML itself names five; unescaping knows no others.
                        _ => unescape(&format!("&{};", reference.into_inner()))
                            .map_err(|_| entity())?
                            .into_owned(),
                    };
                    Token::Text(said.into())
                }
                Event::DocType(_) => return Err(entity()),
                Event::Eof if self.depth > 0 => return Err(broken()),
                Event::Eof => return Ok(None),
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => continue,
            };
            return Ok(Some(token));
        }
    }
}

impl Element<'_> {
    /// Its name without the prefix of its namespace.
    pub fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// An attribute by its name without prefix.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let mut all = self.0.attributes();
        let found = all.with_checks(false).flatten().find(|it| it.key.local_name().into_inner() == name)?;
        let raw = found.value.get(..found.value.floor_char_boundary(ATTRIBUTE))?;
        unescape(raw).ok().map(Cow::into_owned)
    }

    /// Whether a switch such as `<w:vanish/>` is on (ISO/IEC 29500-1 17.17.4).
    pub fn is_on(&self) -> bool {
        self.attribute("val").is_none_or(|value| !["0", "false", "off"].contains(&value.as_str()))
    }

    /// A whole number.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.attribute(name)?.trim().parse().ok()
    }
}
