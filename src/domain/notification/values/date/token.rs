//! A date's words in pieces. In: text; out: numbers, lower-case words and marks, in order, spaces gone.

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// Its value and how many digits it was written with.
    Number(u32, usize),
    Word(String),
    Mark(char),
}

/// Numbers and words part where digits meet letters: `10th` is a number and a word.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut chars = text.chars().flat_map(char::to_lowercase).peekable();
    while let Some(c) = chars.next() {
        if c.is_ascii_digit() {
            let mut digits = String::from(c);
            while let Some(next) = chars.next_if(char::is_ascii_digit) {
                digits.push(next);
            }
            out.push(Token::Number(digits.parse().unwrap_or(u32::MAX), digits.len()));
        } else if c.is_alphabetic() {
            let mut word = String::from(c);
            while let Some(next) = chars.next_if(|next| next.is_alphabetic()) {
                word.push(next);
            }
            out.push(Token::Word(word));
        } else if !c.is_whitespace() {
            out.push(Token::Mark(match c {
                '\u{2010}'..='\u{2015}' => '-',
                '\u{2018}' | '\u{2019}' | '`' => '\'',
                other => other,
            }));
        }
    }
    out
}
