//! The package that an office document is (ISO/IEC 29500-2): a zip of XML parts that name each other. In: octets; out:
//! its parts as text, and what they relate to. Invariant: no more is unpacked than [`UNPACKED`] in all, whatever the
//! zip says of its sizes, and what two programs could unpack differently is not read at all.

use std::collections::HashMap;
use std::io::{Cursor, Read as _};

use memchr::memmem;
use zip::ZipArchive;

use super::xml::{Token, Tokens};
use super::{Unreadable, unreadable};
use crate::domain::message::decode;

/// Octets of all parts that are read of one document, unpacked.
const UNPACKED: usize = 24 << 20;
/// Octets of a part from which on it may not be larger than [`RATIO`] times what it is packed.
const FREE: u64 = 1 << 20;
/// XML of real documents is packed to a tenth; a wide empty sheet to a fiftieth.
const RATIO: u64 = 150;
/// Files in the package.
const ENTRIES: usize = 2_000;
/// Octets of a relation's target and of a part's name.
const NAME: usize = 300;

pub(super) struct Package<'x> {
    archive: ZipArchive<Cursor<&'x [u8]>>,
    /// Names without case (ISO/IEC 29500-2 6.2.2), and their places.
    places: HashMap<String, usize>,
    room: usize,
}

/// Where one part points to.
pub(super) struct Relation {
    pub id: String,
    /// The last word of its type, such as `worksheet`.
    pub kind: String,
    /// The name of the other part.
    pub target: String,
}

impl<'x> Package<'x> {
    pub fn open(octets: &'x [u8]) -> Result<Self, Unreadable> {
        let broken = || unreadable("a broken package", "a file that Word, Excel or LibreOffice opens");
        let n_marked = |mark: &[u8], most| memmem::find_iter(octets, mark).take(most).count();
        // Before any entry is looked at: each one costs memory.
        if n_marked(b"PK\x01\x02", ENTRIES + 1) > ENTRIES || n_marked(b"PK\x05\x06", 100) == 100 {
            return Err(unreadable("a package of very many files", format!("at most {ENTRIES} files in it")));
        }
        let mut archive = ZipArchive::new(Cursor::new(octets)).map_err(|_| broken())?;
        let doubtful = || unreadable("a package that can be unpacked in two ways", "each file in it once");
        if archive.has_duplicate_names() || archive.has_overlapping_entries().map_err(|_| broken())? {
            return Err(doubtful());
        }
        let mut places = HashMap::new();
        for place in 0..archive.len() {
            let name = archive.name_for_index(place).and_then(Result::ok).unwrap_or_default();
            let known = places.insert(name.to_ascii_lowercase(), place);
            if known.is_some() {
                return Err(doubtful());
            }
        }
        Ok(Self { archive, places, room: UNPACKED })
    }

    pub fn has(&self, name: &str) -> bool {
        self.places.contains_key(&name.to_ascii_lowercase())
    }

    /// Is there a part below this folder?
    pub fn has_below(&self, folder: &str) -> bool {
        self.places.keys().any(|name| name.starts_with(folder))
    }

    /// The text of a part, where there is one of that name.
    pub fn part(&mut self, name: &str) -> Result<Option<String>, Unreadable> {
        let Some(place) = self.places.get(&name.to_ascii_lowercase()).copied() else { return Ok(None) };
        let broken = || unreadable(format!("{name} cannot be unpacked"), "a document that is whole");
        let over = || {
            let expected = format!("at most {} MiB of text and tables, unpacked", UNPACKED >> 20);
            unreadable("a document that unpacks to more than is read", expected)
        };
        let file = self.archive.by_index(place).map_err(|_| broken())?;
        let packed = file.compressed_size();
        let most =
            self.room.min(usize::try_from(packed.saturating_mul(RATIO).max(FREE)).unwrap_or(usize::MAX));
        let mut octets = Vec::new();
        let n = file.take(most as u64 + 1).read_to_end(&mut octets).map_err(|_| broken())?;
        if n > most {
            return Err(over());
        }
        self.room -= n;
        Ok(Some(decode::text(&octets, None).text))
    }

    /// What a part relates to; of the package itself where `part` is empty.
    pub fn relations(&mut self, part: &str) -> Result<Vec<Relation>, Unreadable> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let slash = if folder.is_empty() { "" } else { "/" };
        let Some(xml) = self.part(&format!("{folder}{slash}_rels/{file}.rels"))? else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        let mut tokens = Tokens::of(&xml);
        while let Some(token) = tokens.next()? {
            let Token::Start(element) = token else { continue };
            let is_outside = element.attribute("TargetMode").is_some_and(|mode| mode == "External");
            if element.name() != "Relationship" || is_outside || found.len() >= ENTRIES {
                continue;
            }
            let text = |name| element.attribute(name).unwrap_or_default();
            let kind = text("Type").rsplit('/').next().unwrap_or_default().to_owned();
            found.push(Relation { id: text("Id"), kind, target: resolve(folder, &text("Target")) });
        }
        Ok(found)
    }

    /// The first part of the package that a relation of this kind names.
    pub fn main_part(&mut self, usual: &str) -> Result<String, Unreadable> {
        let named = self.relations("")?.into_iter().find(|relation| relation.kind == "officeDocument");
        Ok(named
            .map(|relation| relation.target)
            .filter(|name| self.has(name))
            .unwrap_or_else(|| usual.into()))
    }
}

/// A target as the name of a part: relative to the folder, or from the root.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.get(..target.floor_char_boundary(NAME)).unwrap_or_default();
    let mut steps: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.retain(|step| !step.is_empty());
    steps.join("/")
}
