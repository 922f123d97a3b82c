//! What can befall octets.

use crate::dice::Dice;

/// Octets that mean something to one reader or another.
const TOKENS: [&[u8]; 20] = [
    b"\0",
    b"\r",
    b"\n",
    b"<",
    b">",
    b"=",
    b":",
    b"\"",
    b"\xff",
    b"-",
    b"</",
    b"<![CDATA[",
    b"&#x0;",
    b"&a;",
    b"--",
    b"<<",
    b">>",
    b" 0 R",
    b"endstream",
    b"BEGIN:VEVENT\r\n",
];

const NUMBERS: [&[u8]; 8] =
    [b"0", b"-1", b"1", b"65536", b"2147483648", b"4294967295", b"99999999999999999999", b"1e308"];

/// Up to five accidents; what is spliced in comes from `others`.
pub fn befall(octets: &mut Vec<u8>, others: &[&[u8]], dice: &mut Dice) {
    for _ in 0..=dice.below(4) {
        if octets.is_empty() {
            break;
        }
        let at = dice.below(octets.len());
        let n = dice.below(octets.len() - at + 1).min(1 << dice.below(12));
        match dice.below(8) {
            0 => octets[at] ^= 1 << dice.below(8),
            1 => drop(octets.drain(at..at + n)),
            2 => {
                let other = others[dice.below(others.len())];
                let from = dice.below(other.len() + 1);
                let to = (from + n).min(other.len());
                drop(octets.splice(at..at, other[from..to].iter().copied()));
            }
            3 => drop(octets.splice(at..at, TOKENS[dice.below(TOKENS.len())].iter().copied())),
            4 => number(octets, at, dice),
            // Again and again, and so within itself.
            5 => {
                let piece = octets[at..at + n].to_vec();
                let again = piece.repeat(1 + dice.below(8));
                drop(octets.splice(at..at, again));
            }
            6 => {
                let wide = [0, 1, 0x7f, 0x80, 0xff][dice.below(5)];
                octets[at..at + n.min(4)].fill(wide);
            }
            _ if dice.below(4) == 0 => octets.truncate(at),
            _ => octets[at] = octets[at].wrapping_add(1),
        }
    }
}

/// Another number in place of the next one.
fn number(octets: &mut Vec<u8>, at: usize, dice: &mut Dice) {
    let Some(start) = octets[at..].iter().position(u8::is_ascii_digit).map(|start| at + start) else {
        return;
    };
    let n = octets[start..].iter().take_while(|octet| octet.is_ascii_digit()).count();
    drop(octets.splice(start..start + n, NUMBERS[dice.below(NUMBERS.len())].iter().copied()));
}
