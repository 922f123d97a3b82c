//! Accidents within what is packed: a part of a zip, a stream of a compound file or a PDF, an attribute of a winmail.dat.

use std::io::{Cursor, Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use memchr::memmem;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::accident::befall;
use super::seed::Reader;
use crate::dice::Dice;

/// Octets of one unpacked part.
const PART: u64 = 1 << 20;

/// One of the seeds after a few accidents: one in four times to what is seen from outside.
pub fn befallen(reader: Reader, seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut case = seeds[dice.below(seeds.len())].clone();
    let other = &seeds[dice.below(seeds.len())];
    let inside = match dice.below(4) {
        0 => None,
        _ if case.starts_with(b"PK") => zip(&case, dice),
        _ if case.starts_with(b"\xd0\xcf") => compound(&case, dice),
        _ if reader == Reader::Pdf => pdf(&case, dice),
        _ if reader == Reader::Tnef => tnef(&case, dice),
        _ => None,
    };
    if let Some(inside) = inside {
        return inside;
    }
    befall(&mut case, &[other], dice);
    case
}

fn zip(packed: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(packed)).ok()?;
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let file = archive.by_index(index).ok()?;
        let (name, mut octets) = (file.name().ok()?.into_owned(), Vec::new());
        file.take(PART).read_to_end(&mut octets).ok()?;
        parts.push((name, octets));
    }
    let hit = dice.below(parts.len().max(1));
    let from = dice.below(parts.len().max(1));
    let other = parts.get(from)?.1.clone();
    befall(&mut parts.get_mut(hit)?.1, &[&other], dice);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, octets) in parts {
        writer.start_file(name, SimpleFileOptions::default()).ok()?;
        writer.write_all(&octets).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}

fn compound(packed: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let mut file = cfb::CompoundFile::open(Cursor::new(packed.to_vec())).ok()?;
    let paths: Vec<_> =
        file.walk().filter(cfb::Entry::is_stream).map(|entry| entry.path().to_owned()).collect();
    let path = paths.get(dice.below(paths.len().max(1)))?;
    let mut octets = Vec::new();
    file.open_stream(path).ok()?.take(PART).read_to_end(&mut octets).ok()?;
    let other = octets.clone();
    befall(&mut octets, &[&other], dice);
    file.create_stream(path).ok()?.write_all(&octets).ok()?;
    file.flush().ok()?;
    Some(file.into_inner().into_inner())
}

/// Within a stream where one is packed; its place stays as it was where the new one is no longer.
fn pdf(whole: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let starts: Vec<usize> = memmem::find_iter(whole, b"stream").collect();
    let start = starts.get(dice.below(starts.len().max(1)))? + b"stream".len();
    let start = start + whole.get(start..)?.iter().take_while(|octet| octet.is_ascii_whitespace()).count();
    let end = start + memmem::find(whole.get(start..)?, b"endstream")?;
    let mut octets = Vec::new();
    ZlibDecoder::new(&whole[start..end]).take(PART).read_to_end(&mut octets).ok()?;
    let other = octets.clone();
    befall(&mut octets, &[&other], dice);
    let mut writer = ZlibEncoder::new(Vec::new(), Compression::best());
    writer.write_all(&octets).ok()?;
    let mut packed = writer.finish().ok()?;
    packed.resize(packed.len().max(end - start), b'\n');
    let mut whole = whole.to_vec();
    drop(whole.splice(start..end, packed));
    Some(whole)
}

/// The data of one attribute, its length put right.
fn tnef(whole: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let mut places = Vec::new();
    let mut at = 6;
    while let Some(length) = whole.get(at + 5..at + 9) {
        let n = usize::try_from(u32::from_le_bytes(length.try_into().ok()?)).ok()?;
        if whole.len() < at + 9 + n {
            break;
        }
        places.push((at + 5, n));
        at += 9 + n + 2;
    }
    let (at, n) = *places.get(dice.below(places.len().max(1)))?;
    let mut data = whole[at + 4..at + 4 + n].to_vec();
    befall(&mut data, &[whole], dice);
    let length = u32::try_from(data.len()).ok()?.to_le_bytes();
    let mut whole = whole.to_vec();
    drop(whole.splice(at..at + 4 + n, length.into_iter().chain(data)));
    Some(whole)
}
