//! The content key: equal for two copies of one mail that took different ways. In: Message-ID, texts, attachments;
//! out: SHA-256. Invariant: neither trace headers, line ends, trailing blanks nor transfer encoding change it.

use sha2::{Digest, Sha256};

pub(super) struct ContentKey {
    hasher: Sha256,
}

impl ContentKey {
    /// `identity` is the Message-ID; without one, what else tells one mail from another.
    pub fn new(identity: &[&str]) -> Self {
        let mut key = Self { hasher: Sha256::new() };
        key.hasher.update(b"sscd content key 1");
        for text in identity {
            key.field(text.as_bytes());
        }
        key
    }

    /// A text, or an attachment that was sent as lines and whose line ends therefore depend on the way it took.
    pub fn lines(&mut self, media_type: &str, text: &[u8]) {
        self.field(media_type.as_bytes());
        let mut n_blank = 0_u32;
        for line in text.split(|byte| *byte == b'\n') {
            let line = line.trim_ascii_end();
            if line.is_empty() {
                n_blank += 1;
                continue;
            }
            (0..n_blank).for_each(|_| self.hasher.update(b"\n"));
            n_blank = 0;
            self.hasher.update(line);
            self.hasher.update(b"\n");
        }
        self.hasher.update([0]);
    }

    /// An attachment that was sent as octets.
    pub fn octets(&mut self, media_type: &str, digest: &[u8; 32]) {
        self.field(media_type.as_bytes());
        self.field(digest);
    }

    pub fn finish(self) -> [u8; 32] {
        self.hasher.finalize().into()
    }

    fn field(&mut self, bytes: &[u8]) {
        self.hasher.update((bytes.len() as u64).to_be_bytes());
        self.hasher.update(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str, text: &str) -> [u8; 32] {
        let mut key = ContentKey::new(&[id]);
        key.lines("text/plain", text.as_bytes());
        key.finish()
    }

    #[test]
    fn only_what_was_said_counts() {
        let one = key("a@b.test", "Hello\n\nWorld\n");
        for same in ["Hello\r\n\r\nWorld\r\n", "Hello  \n \nWorld", "Hello\n\nWorld\n\n\n"] {
            assert_eq!(key("a@b.test", same), one, "{same:?}");
        }
        for other in ["Hello\nWorld\n", "Hello\n\nworld\n", ""] {
            assert_ne!(key("a@b.test", other), one, "{other:?}");
        }
        assert_ne!(key("c@d.test", "Hello\n\nWorld\n"), one);
    }
}
