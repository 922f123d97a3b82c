//! A Maildir as a mailbox: file names in, mails out. Nothing in it is ever moved, renamed or removed; what another
//! program moves from `new` to `cur` or flags stays the same mail, for its locator is the name before `:2,`.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::watch::Watch;
use crate::ports::{Body, Failure, Fetched, Found, Listing, Mailbox, PIECE, Piece, Present, Which};
use async_trait::async_trait;

/// A Maildir has no UIDVALIDITY: its names are unique for ever.
const EPOCH: i64 = 0;

#[derive(Debug)]
pub struct Maildir {
    root: PathBuf,
    /// Where each mail was seen last.
    paths: HashMap<String, PathBuf>,
    watch: Option<Watch>,
}

/// Makes an empty Maildir, or completes one.
///
/// # Errors
/// When a folder cannot be made.
pub fn create(root: &Path) -> io::Result<()> {
    ["tmp", "new", "cur"].into_iter().try_for_each(|folder| std::fs::create_dir_all(root.join(folder)))
}

impl Maildir {
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), paths: HashMap::new(), watch: None }
    }

    /// Asks to be told before the first look, so that nothing arrives unnoticed between look and wait.
    fn watch(&mut self) {
        if self.watch.is_some() {
            return;
        }
        match Watch::over(["new", "cur"].map(|folder| self.root.join(folder))) {
            Ok(watch) => self.watch = Some(watch),
            Err(error) => {
                tracing::warn!(maildir = %self.root.display(), %error, "cannot watch the Maildir; it is looked at in turn");
            }
        }
    }

    async fn look(&mut self) -> Result<(), Failure> {
        self.watch();
        let root = self.root.clone();
        self.paths = blocking(&self.root, move || scan(&root)).await?;
        Ok(())
    }

    /// Reads each of these that is there, wherever another program has moved it since the last look.
    async fn read<T: Send + 'static>(
        &mut self,
        mut locators: Vec<String>,
        read: impl Fn(&Path) -> io::Result<T> + Clone + Send + 'static,
    ) -> Result<Vec<(String, io::Result<T>)>, Failure> {
        let mut done = Vec::with_capacity(locators.len());
        for is_second_look in [false, true] {
            if is_second_look || !locators.iter().all(|locator| self.paths.contains_key(locator)) {
                self.look().await?;
            }
            let place = |locator| self.paths.get(&locator).cloned().map(|path| (locator, path));
            let places: Vec<_> = locators.into_iter().filter_map(place).collect();
            let read = read.clone();
            let (found, missed) = blocking(&self.root, move || Ok(read_each(places, &read))).await?;
            done.extend(found);
            locators = missed;
            if locators.is_empty() {
                break;
            }
        }
        Ok(done)
    }
}

/// What was there, be it readable or not, and the locators of what is no longer at its place.
type Outcome<T> = (Vec<(String, io::Result<T>)>, Vec<String>);

fn read_each<T>(places: Vec<(String, PathBuf)>, read: &impl Fn(&Path) -> io::Result<T>) -> Outcome<T> {
    let (mut found, mut missed) = (Vec::with_capacity(places.len()), Vec::new());
    for (locator, path) in places {
        match read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => missed.push(locator),
            read => found.push((locator, read)),
        }
    }
    (found, missed)
}

/// `None` for a file that somebody copies straight into `new` and has not written to its end.
fn read_whole(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let bytes = std::fs::read(path)?;
    let is_whole = !bytes.is_empty() && std::fs::metadata(path)?.len() == bytes.len() as u64;
    Ok(is_whole.then_some(bytes))
}

#[async_trait]
impl Mailbox for Maildir {
    async fn list(&mut self, which: Which<'_>) -> Result<Listing, Failure> {
        self.look().await?;
        let mut wanted: Vec<(String, PathBuf)> = match which {
            Which::After(_) => self.paths.iter().map(|(name, path)| (name.clone(), path.clone())).collect(),
            Which::These(locators) => {
                let path = |name: &String| Some((name.clone(), self.paths.get(name)?.clone()));
                locators.iter().filter_map(path).collect()
            }
        };
        // Names begin with the second of their delivery.
        wanted.sort();
        let measured = blocking(&self.root, move || Ok(wanted.into_iter().filter_map(measure).collect()));
        Ok(Listing { epoch: EPOCH, found: measured.await? })
    }

    async fn present(&mut self) -> Result<Present, Failure> {
        self.look().await?;
        Ok(Present { epoch: EPOCH, locators: self.paths.keys().cloned().collect() })
    }

    async fn fetch(&mut self, _epoch: i64, batch: &[Found]) -> Result<Vec<Fetched>, Failure> {
        let locators = batch.iter().map(|found| found.locator.clone()).collect();
        let read = self.read(locators, read_whole).await?;
        let body = |read: io::Result<Option<Vec<u8>>>| match read {
            Ok(bytes) => Some(Body::Whole(bytes?)),
            // One file that cannot be read must not hold up the others (FIELD.md 2).
            Err(error) => Some(Body::Unreadable { why: error.to_string() }),
        };
        let read = read.into_iter();
        Ok(read.filter_map(|(locator, read)| Some(Fetched { locator, body: body(read)? })).collect())
    }

    async fn piece(&mut self, _epoch: i64, locator: &str, offset: u64) -> Result<Piece, Failure> {
        let read = move |path: &Path| {
            let mut file = std::fs::File::open(path)?;
            file.seek(SeekFrom::Start(offset))?;
            let mut bytes = Vec::with_capacity(PIECE);
            file.take(PIECE as u64).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let read = self.read(vec![locator.to_owned()], read).await?;
        Ok(match read.into_iter().next() {
            Some((_, Ok(bytes))) => Piece::Bytes(bytes),
            Some((_, Err(error))) => Piece::Unreadable { why: error.to_string() },
            None => Piece::Gone,
        })
    }

    async fn wait(&mut self, at_most: Duration) -> Result<(), Failure> {
        self.watch();
        let told = async {
            match &self.watch {
                Some(watch) => watch.changed().await,
                None => std::future::pending().await,
            }
        };
        // Network file systems tell nothing of what others deliver: hence `at_most`.
        let _ = tokio::time::timeout(at_most, told).await;
        Ok(())
    }
}

fn scan(root: &Path) -> io::Result<HashMap<String, PathBuf>> {
    let mut paths = HashMap::new();
    // `new` first: a mail that moves to `cur` between the two is then seen at least once.
    for folder in ["new", "cur"] {
        for entry in std::fs::read_dir(root.join(folder))? {
            let entry = entry?;
            // A locator is kept as text for ever; a name that is none belongs to no mail program.
            let Ok(name) = entry.file_name().into_string() else { continue };
            if name.starts_with('.') || !is_file(&entry)? {
                continue;
            }
            let locator = name.split_once(":2,").map_or(name.as_str(), |(locator, _)| locator);
            paths.insert(locator.to_owned(), entry.path());
        }
    }
    Ok(paths)
}

/// Or a link to one. To read anything else, such as a pipe, could take for ever.
fn is_file(entry: &std::fs::DirEntry) -> io::Result<bool> {
    let kind = entry.file_type()?;
    Ok(kind.is_file() || kind.is_symlink() && entry.path().is_file())
}

fn measure((locator, path): (String, PathBuf)) -> Option<Found> {
    let file = std::fs::metadata(path).ok()?;
    let lies_since = file.modified().ok().map(Into::into);
    Some(Found { locator, position: 0, n_bytes: file.len(), received_at: None, lies_since })
}

async fn blocking<T: Send + 'static>(
    root: &Path,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    let name = root.display();
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => Err(Failure::rejected(format!(
            "{name} is no Maildir: it has no folders `new` and `cur`; make them, or correct the path"
        ))),
        Ok(Err(error)) if error.kind() == io::ErrorKind::PermissionDenied => Err(Failure::rejected(format!(
            "the Maildir {name} cannot be read: {error}; give the daemon's user the right to"
        ))),
        Ok(Err(error)) => Err(Failure::retry(format!("the Maildir {name} cannot be read: {error}"))),
        Err(error) => Err(Failure::retry(format!("the Maildir {name} was not read: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(root: &Path, name: &str, bytes: &[u8]) {
        std::fs::write(root.join("tmp/x"), bytes).unwrap();
        std::fs::rename(root.join("tmp/x"), root.join(name)).unwrap();
    }

    #[tokio::test]
    async fn what_is_no_file_is_no_mail() {
        let root = tempfile::tempdir().unwrap();
        create(root.path()).unwrap();
        put(root.path(), "tmp/away", b"one");
        put(root.path(), "new/1.a.host", b"one");
        std::os::unix::fs::symlink(root.path().join("tmp/away"), root.path().join("new/2.link.host"))
            .unwrap();
        std::os::unix::fs::symlink(root.path(), root.path().join("new/3.folder.host")).unwrap();
        let pipe = root.path().join("new/4.pipe.host");
        assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
        let listed = Maildir::new(root.path()).list(Which::After(0)).await.unwrap().found;
        let names: Vec<&str> = listed.iter().map(|found| found.locator.as_str()).collect();
        assert_eq!(names, ["1.a.host", "2.link.host"]);
    }

    #[tokio::test]
    async fn a_mail_that_a_colleague_reads_stays_the_same_mail() {
        let root = tempfile::tempdir().unwrap();
        create(root.path()).unwrap();
        put(root.path(), "new/2.b.host", b"two");
        put(root.path(), "cur/1.a.host:2,S", b"one");
        let mut maildir = Maildir::new(root.path());

        let listing = maildir.list(Which::After(0)).await.unwrap();
        let seen: Vec<_> =
            listing.found.iter().map(|found| (found.locator.as_str(), found.n_bytes)).collect();
        assert_eq!(seen, [("1.a.host", 3), ("2.b.host", 3)]);

        std::fs::rename(root.path().join("new/2.b.host"), root.path().join("cur/2.b.host:2,RS")).unwrap();
        std::fs::remove_file(root.path().join("cur/1.a.host:2,S")).unwrap();
        let fetched = maildir.fetch(listing.epoch, &listing.found).await.unwrap();
        assert_eq!(fetched, [Fetched { locator: "2.b.host".into(), body: Body::Whole(b"two".into()) }]);
        assert_eq!(maildir.piece(0, "2.b.host", 1).await.unwrap(), Piece::Bytes(b"wo".to_vec()));
        assert_eq!(maildir.piece(0, "1.a.host", 0).await.unwrap(), Piece::Gone);
        assert_eq!(maildir.present().await.unwrap().locators, ["2.b.host"]);
    }

    #[tokio::test]
    async fn what_arrives_after_the_look_ends_the_wait() {
        let root = tempfile::tempdir().unwrap();
        create(root.path()).unwrap();
        let mut maildir = Maildir::new(root.path());
        maildir.list(Which::After(0)).await.unwrap();
        put(root.path(), "new/1.a.host", b"one");
        let day = Duration::from_hours(24);
        let told = tokio::time::timeout(Duration::from_secs(10), maildir.wait(day)).await;
        told.expect("told").unwrap();

        maildir.list(Which::After(0)).await.unwrap();
        let told = tokio::time::timeout(Duration::from_millis(100), maildir.wait(day)).await;
        assert!(told.is_err(), "our own looking woke us");
    }

    #[tokio::test]
    async fn a_folder_that_is_no_maildir_is_refused_with_a_sentence() {
        let root = tempfile::tempdir().unwrap();
        let failure = Maildir::new(root.path()).present().await.unwrap_err();
        assert!(matches!(&failure, Failure::Rejected { why } if why.contains("no Maildir")), "{failure}");
    }
}
