//! A small file system for the state folder, which can be filled and freed. Takes root and a loop device.

use std::fs::{self, File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{FallocateFlags, fallocate, statvfs};

const SIZE: u64 = 4 << 30;

pub struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// `Err` says why there is none.
    pub fn mount(image: &Path, folder: &Path) -> Result<Self, String> {
        File::create(image).and_then(|file| file.set_len(SIZE)).map_err(|error| error.to_string())?;
        fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        run(Command::new("mkfs.ext4").args(["-q", "-m", "0"]).arg(image))?;
        run(Command::new("mount").args(["-o", "loop"]).arg(image).arg(folder))?;
        fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(|error| error.to_string())?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Leaves not a byte.
    pub fn fill(&self) {
        let file = File::create(self.folder.join("filler")).unwrap();
        let mut at = 0;
        loop {
            let free = statvfs(&self.folder).unwrap();
            let half = free.f_bavail * free.f_frsize / 2;
            // What has no room leaves what is left to the crumbs.
            if half < 1 << 20 || fallocate(&file, FallocateFlags::empty(), at, half).is_err() {
                break;
            }
            at += half;
        }
        let mut crumbs = File::create(self.folder.join("crumbs")).unwrap();
        while crumbs.write_all(&[0; 4_096]).is_ok() {}
    }

    pub fn free(&self) {
        for name in ["filler", "crumbs"] {
            fs::remove_file(self.folder.join(name)).unwrap();
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Err(error) = run(Command::new("umount").arg(&self.folder)) {
            eprintln!("soak: {error}");
        }
    }
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if output.status.success() { Ok(()) } else { Err(format!("{command:?}: {said}")) }
}
