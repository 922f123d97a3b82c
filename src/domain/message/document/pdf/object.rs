//! The values of a PDF (ISO 32000-1 7.3). In: octets; out: one value after another, or the operators of a content
//! stream between them. Invariant: each octet is looked at once, nothing nests deeper than [`DEPTH`], and no more values
//! are made than the room that is given.

use std::collections::BTreeMap;

/// Lists and dictionaries within each other.
const DEPTH: usize = 50;
/// Octets of a name or an operator; longer ones are cut (ISO 32000-1 annex C: 127).
const NAME: usize = 127;

pub(super) type Dict = BTreeMap<Vec<u8>, Object>;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Object {
    Number(f64),
    Text(Vec<u8>),
    Name(Vec<u8>),
    List(Vec<Object>),
    Dict(Dict),
    /// The number of an object; generations are not told apart.
    Reference(u32),
    /// `true`, `null`, or an operator.
    Word(Vec<u8>),
}

impl Object {
    pub fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    pub fn count(&self) -> Option<usize> {
        whole(self.number()?)
    }

    pub fn name(&self) -> Option<&[u8]> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }

    pub fn list(&self) -> Option<&[Object]> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    pub fn dict(&self) -> Option<&Dict> {
        if let Self::Dict(dict) = self { Some(dict) } else { None }
    }
}

/// A number that counts something.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "within bounds by the first line"
)]
pub(super) fn whole(number: f64) -> Option<usize> {
    (0.0..=4_294_967_295.0).contains(&number).then_some(number as usize)
}

/// Values that may still be made.
#[derive(Debug)]
pub(super) struct Room(pub usize);

pub(super) struct Reader<'a> {
    octets: &'a [u8],
    pub at: usize,
}

/// What stands in a list or dictionary that is not yet closed.
struct Open {
    is_dict: bool,
    values: Vec<Object>,
}

impl<'a> Reader<'a> {
    pub fn new(octets: &'a [u8]) -> Self {
        Self { octets, at: 0 }
    }

    pub fn rest(&self) -> &'a [u8] {
        self.octets.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.octets.get(self.at).copied()
    }

    /// Blanks and comments.
    pub fn skip(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                let line = self.rest();
                self.at += line.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(line.len());
            } else if is_blank(byte) {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    /// The next value; nothing at the end, and where there is no more room.
    pub fn value(&mut self, room: &mut Room) -> Option<Object> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            self.skip();
            room.0 = room.0.checked_sub(1)?;
            let value = match self.peek() {
                None => loop {
                    // What was never closed ends with the text.
                    let done = close(open.pop()?);
                    match open.last_mut() {
                        Some(outer) => outer.values.push(done),
                        None => return Some(done),
                    }
                },
                Some(b'[') => {
                    self.begin(&mut open, false)?;
                    continue;
                }
                Some(b'<') if self.rest().starts_with(b"<<") => {
                    self.begin(&mut open, true)?;
                    continue;
                }
                Some(b']' | b'>') => {
                    self.at += if self.rest().starts_with(b">>") { 2 } else { 1 };
                    let Some(done) = open.pop() else { continue };
                    close(done)
                }
                Some(b'(') => Object::Text(self.literal()),
                Some(b'<') => Object::Text(self.hexadecimal()),
                Some(b'/') => Object::Name(self.name()),
                Some(b')' | b'{' | b'}') => {
                    self.at += 1;
                    continue;
                }
                Some(_) => word(self.word()),
            };
            let Some(inner) = open.last_mut() else { return Some(value) };
            push(&mut inner.values, value);
        }
    }

    fn begin(&mut self, open: &mut Vec<Open>, is_dict: bool) -> Option<()> {
        self.at += if is_dict { 2 } else { 1 };
        open.push(Open { is_dict, values: Vec::new() });
        (open.len() <= DEPTH).then_some(())
    }

    /// ISO 32000-1 7.3.4.2.
    fn literal(&mut self) -> Vec<u8> {
        let mut text = Vec::new();
        let mut n_open = 0_usize;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'(' => {
                    n_open += 1;
                    if n_open == 1 {
                        continue;
                    }
                }
                b')' => {
                    n_open = n_open.saturating_sub(1);
                    if n_open == 0 {
                        break;
                    }
                }
                b'\\' => {
                    text.extend(self.escape());
                    continue;
                }
                _ => {}
            }
            text.push(byte);
        }
        text
    }

    fn escape(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b'n' => Some(b'\n'),
            b'r' => Some(b'\r'),
            b't' => Some(b'\t'),
            b'b' | b'f' | b'\n' => None,
            b'\r' => {
                self.at += usize::from(self.peek() == Some(b'\n'));
                None
            }
            b'0'..=b'7' => {
                let mut code = byte - b'0';
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek() else { break };
                    code = code.wrapping_mul(8).wrapping_add(digit - b'0');
                    self.at += 1;
                }
                Some(code)
            }
            other => Some(other),
        }
    }

    fn hexadecimal(&mut self) -> Vec<u8> {
        let rest = self.rest();
        let end = rest.iter().position(|byte| *byte == b'>').unwrap_or(rest.len());
        self.at += end + 1;
        let mut digits = rest.get(1..end).unwrap_or_default().iter().filter_map(|byte| digit(*byte));
        let mut text = Vec::new();
        while let Some(high) = digits.next() {
            text.push(high << 4 | digits.next().unwrap_or(0));
        }
        text
    }

    fn name(&mut self) -> Vec<u8> {
        self.at += 1;
        let raw = self.regular();
        let mut name = Vec::new();
        let mut octets = raw.iter().copied();
        while let Some(byte) = octets.next() {
            let mut ahead = octets.clone();
            match (byte, ahead.next().and_then(digit), ahead.next().and_then(digit)) {
                (b'#', Some(high), Some(low)) => {
                    name.push(high << 4 | low);
                    octets = ahead;
                }
                _ => name.push(byte),
            }
        }
        name.truncate(NAME);
        name
    }

    fn word(&mut self) -> &'a [u8] {
        let word = self.regular();
        // What is no letter of any value is passed over.
        self.at += usize::from(word.is_empty());
        word
    }

    fn regular(&mut self) -> &'a [u8] {
        let rest = self.rest();
        let end = rest.iter().position(|byte| is_blank(*byte) || is_delimiter(*byte)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }
}

fn push(values: &mut Vec<Object>, value: Object) {
    // "12 0 R" is three words until its last is read.
    if value == Object::Word(b"R".to_vec())
        && let [.., Object::Number(id), Object::Number(_)] = values.as_slice()
        && let Some(id) = whole(*id).and_then(|id| u32::try_from(id).ok())
    {
        values.truncate(values.len() - 2);
        values.push(Object::Reference(id));
    } else {
        values.push(value);
    }
}

fn close(open: Open) -> Object {
    if !open.is_dict {
        return Object::List(open.values);
    }
    let mut dict = Dict::new();
    let mut values = open.values.into_iter();
    while let Some(key) = values.next() {
        if let Object::Name(key) = key
            && let Some(value) = values.next()
        {
            dict.insert(key, value);
        }
    }
    Object::Dict(dict)
}

fn word(word: &[u8]) -> Object {
    let number = match word.first() {
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') if word.len() < 40 => {
            std::str::from_utf8(word).ok().and_then(|word| word.parse::<f64>().ok())
        }
        _ => None,
    };
    match number.filter(|number| number.is_finite()) {
        Some(number) => Object::Number(number),
        None => Object::Word(word.get(..NAME).unwrap_or(word).to_vec()),
    }
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\0' | b'\t' | b'\n' | b'\x0c' | b'\r' | b' ')
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Object> {
        Reader::new(text.as_bytes()).value(&mut Room(100))
    }

    #[test]
    fn values_are_read_as_the_standard_writes_them() {
        let text = |text: &str| Some(Object::Text(text.as_bytes().to_vec()));
        assert_eq!(read(" (a \\(b\\) (c) \\101\\\n\\n)"), text("a (b) (c) A\n"));
        assert_eq!(read("<41 4>"), text("A@"));
        assert_eq!(read("/A#20B"), Some(Object::Name(b"A B".to_vec())));
        assert_eq!(read("% x\n-1.5 "), Some(Object::Number(-1.5)));
        let list = vec![Object::Reference(3), Object::Number(1.0), Object::Word(b"true".to_vec())];
        assert_eq!(read("[3 0 R 1 true"), Some(Object::List(list)));
        let dict = read("<</A<</B[]>>/C 5>>").unwrap();
        assert_eq!(dict.dict().unwrap().get(b"C".as_slice()), Some(&Object::Number(5.0)));
        assert_eq!(read(""), None);
    }

    #[test]
    fn neither_depth_nor_number_has_no_end() {
        assert_eq!(read(&"[".repeat(60)), None);
        assert_eq!(read(&"[1 ".repeat(2)).and_then(|list| list.list().map(<[_]>::len)), Some(2));
        assert_eq!(read(&format!("[{}]", "1 ".repeat(200))), None);
    }
}
