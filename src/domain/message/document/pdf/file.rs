//! The objects of a PDF (ISO 32000-1 7.5). In: octets; out: objects by number, and streams unpacked on demand.
//! Invariant: objects are found by looking for them in one pass, as readers do with damaged files, so no table of places
//! can lie; each octet belongs to one object, and all that is unpacked comes out of one room.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::io::Read;

use flate2::read::ZlibDecoder;
use memchr::memmem;

use super::super::{Unreadable, unreadable};
use super::object::{Dict, Object, Reader, Room};

/// Values that one document may have; a form has some thousands.
const VALUES: usize = 400_000;
/// Objects that one document may have.
const OBJECTS: usize = 50_000;
/// Octets that all streams together unpack to, whatever the size of the file.
const UNPACKED: usize = 32 << 20;
/// How much larger than the file they may be, beside a little that any file may.
const RATIO: usize = 100;
const UNPACKED_ANYWAY: usize = 1 << 20;
/// References that lead to references.
const STEPS: usize = 20;
/// Filters of one stream.
const FILTERS: usize = 4;

pub(super) struct File<'a> {
    objects: HashMap<u32, Entry<'a>>,
    pub root: Dict,
    /// What trailers call the root, in their order.
    roots: Vec<u32>,
    pub is_encrypted: bool,
    /// Octets that may still be unpacked.
    room: Cell<usize>,
    pub is_over: Cell<bool>,
    /// A stream was packed in a way that is not undone here.
    pub is_strange: Cell<bool>,
}

struct Entry<'a> {
    value: Object,
    packed: Option<&'a [u8]>,
}

static NOTHING: Object = Object::Word(Vec::new());

impl<'a> File<'a> {
    pub fn open(octets: &'a [u8]) -> Result<Self, Unreadable> {
        let room = UNPACKED.min(octets.len().saturating_mul(RATIO).saturating_add(UNPACKED_ANYWAY));
        let mut file = File {
            objects: HashMap::new(),
            root: Dict::new(),
            roots: Vec::new(),
            is_encrypted: false,
            room: Cell::new(room),
            is_over: Cell::new(false),
            is_strange: Cell::new(false),
        };
        let mut values = Room(VALUES);
        let markers = markers(octets);
        if markers.len() > OBJECTS {
            return Err(too_much());
        }
        let ends = markers.iter().skip(1).map(|next| next.start).chain([octets.len()]);
        for (marker, end) in markers.iter().zip(ends) {
            let body = octets.get(marker.body..end).unwrap_or_default();
            file.add(marker.id, body, &mut values);
        }
        let mut trailers = memmem::find_iter(octets, b"trailer").collect::<Vec<_>>();
        trailers.drain(..trailers.len().saturating_sub(16));
        for at in trailers {
            let mut reader = Reader::new(octets.get(at + 7..).unwrap_or_default());
            if let Some(Object::Dict(dict)) = reader.value(&mut values) {
                file.take_trailer(&dict);
            }
        }
        if values.0 == 0 || file.is_over.get() {
            return Err(too_much());
        }
        let catalogs = file
            .objects
            .iter()
            .filter(|(_, entry)| entry.value.dict().is_some_and(|dict| is_type(dict, b"Catalog")));
        let last = catalogs.map(|(id, _)| *id).max();
        let dict = |id: &u32| file.objects.get(id).and_then(|entry| entry.value.dict()).cloned();
        file.root = file.roots.iter().rev().find_map(dict).or_else(|| dict(&last?)).unwrap_or_default();
        Ok(file)
    }

    fn add(&mut self, id: u32, body: &'a [u8], values: &mut Room) {
        let mut reader = Reader::new(body);
        let Some(value) = reader.value(values) else { return };
        reader.skip();
        let packed = value.dict().and_then(|dict| payload(dict, reader.rest()));
        if let (Some(dict), Some(packed)) = (value.dict(), packed) {
            if is_type(dict, b"ObjStm") {
                return self.add_packed(dict, packed, values);
            }
            if is_type(dict, b"XRef") {
                return self.take_trailer(dict);
            }
        }
        self.objects.insert(id, Entry { value, packed });
    }

    /// Objects within a stream (ISO 32000-1 7.5.7).
    fn add_packed(&mut self, dict: &Dict, packed: &[u8], values: &mut Room) {
        let Some(octets) = self.unpack(dict, packed) else { return };
        let first = dict.get(b"First".as_slice()).and_then(Object::count).unwrap_or(0);
        let mut heads = Reader::new(octets.get(..first).unwrap_or_default());
        let mut places = Vec::new();
        while let (Some(id), Some(place)) = (heads.value(values), heads.value(values)) {
            if let (Some(id), Some(place)) = (id.count(), place.count()) {
                places.push((place, id));
            }
        }
        places.sort_unstable();
        places.dedup_by_key(|(place, _)| *place);
        let ends = places.iter().skip(1).map(|(next, _)| *next).chain([octets.len()]).collect::<Vec<_>>();
        for ((place, id), end) in places.iter().zip(ends) {
            let place = first.saturating_add(*place);
            let body = octets.get(place..first.saturating_add(end).min(octets.len())).unwrap_or_default();
            if let (Ok(id), Some(value)) = (u32::try_from(*id), Reader::new(body).value(values)) {
                self.objects.insert(id, Entry { value, packed: None });
            }
        }
    }

    fn take_trailer(&mut self, dict: &Dict) {
        self.is_encrypted |= dict.contains_key(b"Encrypt".as_slice());
        if let Some(Object::Reference(root)) = dict.get(b"Root".as_slice()) {
            self.roots.push(*root);
        }
    }

    /// What a value is, where it stands elsewhere.
    pub fn resolve<'o>(&'o self, mut value: &'o Object) -> &'o Object {
        for _ in 0..STEPS {
            let Object::Reference(id) = value else { return value };
            value = self.objects.get(id).map_or(&NOTHING, |entry| &entry.value);
        }
        &NOTHING
    }

    pub fn get<'o>(&'o self, dict: &'o Dict, key: &str) -> Option<&'o Object> {
        dict.get(key.as_bytes()).map(|value| self.resolve(value))
    }

    pub fn dict<'o>(&'o self, value: Option<&'o Object>) -> Option<&'o Dict> {
        self.resolve(value?).dict()
    }

    pub fn get_dict<'o>(&'o self, dict: &'o Dict, key: &str) -> Option<&'o Dict> {
        self.dict(dict.get(key.as_bytes()))
    }

    pub fn get_list<'o>(&'o self, dict: &'o Dict, key: &str) -> &'o [Object] {
        self.get(dict, key).and_then(Object::list).unwrap_or_default()
    }

    /// The stream at a reference, with its dictionary.
    pub fn stream<'o>(&'o self, value: &'o Object) -> Option<(&'o Dict, Cow<'o, [u8]>)> {
        let mut value = value;
        for _ in 0..STEPS {
            let Object::Reference(id) = value else { return None };
            let entry = self.objects.get(id)?;
            if let (Some(dict), Some(packed)) = (entry.value.dict(), entry.packed) {
                return Some((dict, self.unpack(dict, packed)?));
            }
            value = &entry.value;
        }
        None
    }

    /// Is there such a dictionary anywhere?
    pub fn has(&self, is_it: impl Fn(&Dict) -> bool) -> bool {
        let mut open: Vec<&Object> = self.objects.values().map(|entry| &entry.value).collect();
        while let Some(value) = open.pop() {
            match value {
                Object::Dict(dict) if is_it(dict) => return true,
                Object::Dict(dict) => open.extend(dict.values()),
                Object::List(list) => open.extend(list),
                _ => {}
            }
        }
        false
    }

    fn unpack<'o>(&self, dict: &Dict, packed: &'o [u8]) -> Option<Cow<'o, [u8]>> {
        let filters: Vec<&[u8]> = match self.get(dict, "Filter").or_else(|| self.get(dict, "F")) {
            Some(Object::Name(name)) => vec![name],
            Some(Object::List(list)) => {
                list.iter().filter_map(|filter| self.resolve(filter).name()).collect()
            }
            _ => Vec::new(),
        };
        let parameters = [self.get_dict(dict, "DecodeParms")].into_iter().flatten();
        let parameters = parameters
            .chain(self.get_list(dict, "DecodeParms").iter().filter_map(|one| self.dict(Some(one))));
        let is_predicted = parameters
            .filter_map(|one| self.get(one, "Predictor").and_then(Object::number))
            .any(|predictor| predictor > 1.0);
        if filters.len() > FILTERS || is_predicted {
            self.is_strange.set(true);
            return None;
        }
        let mut octets = Cow::Borrowed(packed);
        for filter in filters {
            octets = Cow::Owned(match filter {
                b"FlateDecode" | b"Fl" => self.inflate(&octets)?,
                b"ASCIIHexDecode" | b"AHx" => hexadecimal(&octets),
                b"ASCII85Decode" | b"A85" => base_85(&octets),
                _ => {
                    self.is_strange.set(true);
                    return None;
                }
            });
        }
        // What is read again and again is counted each time.
        let room = self.room.get().checked_sub(octets.len());
        self.is_over.set(self.is_over.get() || room.is_none());
        self.room.set(room.unwrap_or(0));
        room.map(|_| octets)
    }

    fn inflate(&self, packed: &[u8]) -> Option<Vec<u8>> {
        let room = self.room.get();
        let mut octets = Vec::new();
        // What is broken in the middle is read up to there, as every reader does.
        let _ = ZlibDecoder::new(packed).take(room as u64 + 1).read_to_end(&mut octets);
        if octets.len() > room {
            self.is_over.set(true);
            return None;
        }
        Some(octets)
    }
}

pub(super) fn too_much() -> Unreadable {
    unreadable(
        "a PDF that unpacks to far more than a form or a letter is",
        "a PDF of some pages, or the notification in the text of the mail",
    )
}

pub(super) fn is_type(dict: &Dict, name: &[u8]) -> bool {
    dict.get(b"Type".as_slice()).and_then(Object::name) == Some(name)
}

/// Where an object begins.
struct Marker {
    id: u32,
    start: usize,
    body: usize,
}

/// Every `12 0 obj` outside of streams, in order.
fn markers(octets: &[u8]) -> Vec<Marker> {
    let mut found = Vec::new();
    let mut at = 0;
    let (objects, streams, ends) =
        (memmem::Finder::new(b"obj"), memmem::Finder::new(b"stream"), memmem::Finder::new(b"endstream"));
    let find = |finder: &memmem::Finder<'_>, from: usize| {
        octets.get(from..).and_then(|rest| finder.find(rest)).map_or(octets.len(), |place| from + place)
    };
    let mut stream = find(&streams, 0);
    while found.len() <= OBJECTS {
        let object = find(&objects, at);
        if object >= octets.len() {
            break;
        }
        if stream < object {
            let is_begin = matches!(octets.get(stream + 6), Some(b'\r' | b'\n'))
                && !octets.get(..stream).unwrap_or_default().ends_with(b"end");
            let past = if is_begin { find(&ends, stream) + 9 } else { stream + 6 };
            stream = find(&streams, past);
            // Without an end, what follows is objects again.
            at = if past < octets.len() { at.max(past) } else { at };
            continue;
        }
        at = object + 3;
        if let Some((id, start)) = number_before(octets, object) {
            found.push(Marker { id, start, body: at });
        }
    }
    found
}

/// The number and generation before `obj`, and where they begin.
fn number_before(octets: &[u8], end: usize) -> Option<(u32, usize)> {
    let head = octets.get(end.saturating_sub(24)..end)?;
    let digits = |text: &[u8]| text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let text = head.trim_ascii_end();
    let generation = digits(text);
    let text = text.get(..text.len() - generation)?;
    let id_end = text.trim_ascii_end();
    let id = id_end.get(id_end.len() - digits(id_end)..)?;
    let is_marker = generation > 0 && id_end.len() < text.len() && !id.is_empty();
    let number = std::str::from_utf8(id).ok()?.parse().ok()?;
    is_marker.then_some((number, end - head.len() + id_end.len() - id.len()))
}

/// The packed octets of a stream: what its length says where that fits, else all up to its end.
fn payload<'a>(dict: &Dict, rest: &'a [u8]) -> Option<&'a [u8]> {
    let rest = rest.strip_prefix(b"stream")?;
    let rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).unwrap_or(rest);
    let length = dict.get(b"Length".as_slice()).and_then(Object::count);
    if let Some((payload, after)) = length.and_then(|length| rest.split_at_checked(length))
        && after.trim_ascii_start().starts_with(b"endstream")
    {
        return Some(payload);
    }
    rest.get(..memmem::find(rest, b"endstream").unwrap_or(rest.len()))
}

fn hexadecimal(octets: &[u8]) -> Vec<u8> {
    let mut digits =
        octets.iter().filter_map(|byte| char::from(*byte).to_digit(16)).filter_map(|d| u8::try_from(d).ok());
    let mut out = Vec::new();
    while let Some(high) = digits.next() {
        out.push(high << 4 | digits.next().unwrap_or(0));
    }
    out
}

/// ISO 32000-1 7.4.3.
fn base_85(octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut group, mut n) = (0_u32, 0);
    for byte in octets {
        match byte {
            b'z' if n == 0 => out.extend([0; 4]),
            b'!'..=b'u' => {
                group = group.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                n += 1;
                if n == 5 {
                    out.extend(group.to_be_bytes());
                    (group, n) = (0, 0);
                }
            }
            b'~' => break,
            _ => {}
        }
    }
    if n > 1 {
        (n..5).for_each(|_| group = group.wrapping_mul(85).wrapping_add(84));
        out.extend(group.to_be_bytes().iter().take(n - 1));
    }
    out
}
