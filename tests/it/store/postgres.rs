//! A PostgreSQL of our own: a temporary folder, a socket in it, no port, ended by its process id.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection};
use tempfile::TempDir;

/// Ours, where the tests run as root: PostgreSQL refuses root.
const USER: &str = "sscdtest";

static N_DATABASES: AtomicU32 = AtomicU32::new(0);

pub struct Server {
    process: Child,
    socket: String,
    _folder: TempDir,
}

impl Server {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let owner = rustix::process::getuid().is_root().then(plain_user);
        if let Some((uid, gid)) = owner {
            chown(folder.path(), Some(uid), Some(gid)).unwrap();
        }
        let program = |name: &str| {
            let mut command = Command::new(programs().join(name));
            command.current_dir(folder.path()).env_clear().env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
            if let Some((uid, gid)) = owner {
                command.uid(uid).gid(gid);
            }
            command
        };
        let made = program("initdb")
            .args(["--pgdata=data", "--auth=trust", "--username=sscd", "--encoding=UTF8", "--no-sync"])
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let mut process = program("postgres")
            .args(["-D", "data", "-c", "listen_addresses=", "-c", "max_connections=60", "-k"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut said = Vec::new();
        let ready = log.by_ref().any(|line| {
            said.push(line.clone());
            line.contains("ready to accept connections")
        });
        assert!(ready, "PostgreSQL did not start: {said:?}");
        // It must not wait for somebody who reads what it says.
        std::thread::spawn(move || log.for_each(drop));
        Self { process, socket: folder.path().display().to_string(), _folder: folder }
    }

    pub fn socket(&self) -> &str {
        &self.socket
    }

    /// Makes an empty database; its address.
    pub async fn new_database(socket: &str) -> String {
        sqlx::any::install_default_drivers();
        let address = |database: &str| format!("postgres://sscd@localhost/{database}?host={socket}");
        let name = format!("record{}", N_DATABASES.fetch_add(1, Ordering::Relaxed));
        let mut conn = sqlx::AnyConnection::connect(&address("postgres")).await.unwrap();
        let create = format!("CREATE DATABASE {name}");
        sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut conn).await.unwrap();
        conn.close().await.unwrap();
        address(&name)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = rustix::process::Pid::from_child(&self.process);
        // SIGINT is its fast shutdown: sessions end, the processes go, the shared memory is given back.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::INT);
        let _ = self.process.wait();
    }
}

/// The folder of the newest PostgreSQL that is installed.
fn programs() -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin): &(u32, PathBuf)| bin.join("initdb").exists())
        .collect();
    found.sort();
    found
        .pop()
        .map(|(_, bin)| bin)
        .expect("no PostgreSQL is installed here: run tests/run.sh, which installs it")
}

/// User and group number of a user without rights, made at the first need.
fn plain_user() -> (u32, u32) {
    let find = || {
        let users = fs::read_to_string("/etc/passwd").unwrap();
        users.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            (fields[0] == USER).then(|| (fields[2].parse().unwrap(), fields[3].parse().unwrap()))
        })
    };
    if find().is_none() {
        let shell = Path::new("/usr/sbin/nologin");
        let made = Command::new("useradd").args(["--system", "--shell"]).arg(shell).arg(USER).status();
        assert!(made.is_ok(), "no user for PostgreSQL can be made: {made:?}");
    }
    find().expect("the user that PostgreSQL runs as is not there, and useradd did not make it")
}
