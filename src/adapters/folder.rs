//! Letters laid down in a Maildir instead of being sent: the embedded default. In: finished bytes; out: a file that
//! is whole and on the disk before it can be seen. A letter that is handed over again after a crash has the same
//! file name, so it never lies there twice.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use sha2::{Digest, Sha256};

use crate::ports::{Answer, Failure, Outgoing, Transport};

#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Makes the Maildir where it is not there.
    ///
    /// # Errors
    /// When a folder cannot be made.
    pub fn open(root: impl Into<PathBuf>) -> io::Result<Self> {
        let root = root.into();
        super::maildir::create(&root)?;
        Ok(Self { root })
    }
}

#[async_trait]
impl Transport for Folder {
    fn lanes(&self) -> usize {
        4
    }

    async fn send(&self, letter: Outgoing<'_>) -> Result<Answer, Failure> {
        let root = self.root.clone();
        let name = file_name(letter);
        // Whoever delivers finally writes the envelope down (RFC 5321 4.4).
        let envelope = format!("Return-Path: <{}>\r\nDelivered-To: {}\r\n", letter.sender, letter.recipient);
        let mut bytes = envelope.into_bytes();
        bytes.extend_from_slice(letter.bytes);
        let laid = tokio::task::spawn_blocking(move || lay_down(&root, &name, &bytes)).await;
        match laid.map_err(io::Error::other).and_then(|laid| laid) {
            Ok(path) => Ok(Answer::Accepted { answer: format!("laid down as {}", path.display()) }),
            Err(error) => Err(Failure::retry(format!(
                "a letter cannot be laid down in {}: {error}; is the disk full, or the folder not ours?",
                self.root.display()
            ))),
        }
    }
}

/// Message-ID and recipient make the name; copies of one letter lie side by side.
fn file_name(letter: Outgoing<'_>) -> String {
    let local = letter.message_id.split('@').next().unwrap_or_default();
    let mut name: String =
        local.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(100).collect();
    let both = Sha256::new().chain_update(letter.message_id).chain_update("\0");
    let digest = both.chain_update(letter.recipient.as_str()).finalize();
    name.push('.');
    for byte in digest.iter().take(8) {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

/// The sequence that every file system keeps over a loss of power: write, flush, rename, flush the folder.
fn lay_down(root: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    if let Some(read) = already_read(root, name)? {
        return Ok(read);
    }
    let (tmp, new) = (root.join("tmp").join(name), root.join("new").join(name));
    let mut file = File::create(&tmp)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&tmp, &new)?;
    File::open(root.join("new"))?.sync_all()?;
    Ok(new)
}

/// A reader has moved the first copy to `cur`.
fn already_read(root: &Path, name: &str) -> io::Result<Option<PathBuf>> {
    for entry in std::fs::read_dir(root.join("cur"))? {
        let entry = entry?;
        let known = entry.file_name();
        if known.to_str().and_then(|known| known.split(":2,").next()) == Some(name) {
            return Ok(Some(entry.path()));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Address;

    #[tokio::test]
    async fn a_letter_handed_over_twice_lies_there_once_even_when_it_was_read() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path()).unwrap();
        let [sender, ann, bob] = ["office@sec.test", "ann@power.test", "bob@power.test"]
            .map(|address| Address::parse(address).unwrap());
        let letter =
            |recipient| Outgoing { sender: &sender, recipient, message_id: "m1@sec.test", bytes: b"Hi\r\n" };
        let names = |sub: &str| -> Vec<String> {
            let entries = std::fs::read_dir(root.path().join(sub)).unwrap();
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
        };

        folder.send(letter(&ann)).await.unwrap();
        folder.send(letter(&ann)).await.unwrap();
        let [name] = names("new").try_into().unwrap();
        let bytes = std::fs::read(root.path().join("new").join(&name)).unwrap();
        assert_eq!(bytes, b"Return-Path: <office@sec.test>\r\nDelivered-To: ann@power.test\r\nHi\r\n");

        let read = root.path().join("cur").join(format!("{name}:2,S"));
        std::fs::rename(root.path().join("new").join(&name), read).unwrap();
        folder.send(letter(&ann)).await.unwrap();
        assert!(names("new").is_empty());
        folder.send(letter(&bob)).await.unwrap();
        assert_eq!(names("new").len(), 1);
        assert!(names("tmp").is_empty());
    }
}
