//! The disk that holds the record: full under a running daemon, and not to be written to at all. A small one of its
//! own (tmpfs), which only root can mount.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use rustix::process::Signal;
use serde_json::json;

use crate::daemon::{Daemon, Place};
use crate::notice::{large, notice};
use crate::servers::whole::alarms;

struct Disk {
    at: PathBuf,
}

impl Disk {
    /// Puts a disk of 24 MB under the record of `place`; `None` for who may not.
    fn under(place: &mut Place) -> Option<Self> {
        let disk = Self { at: place.path("state") };
        if !rustix::process::geteuid().is_root() || !disk.mount("size=24m,mode=0700") {
            eprintln!("not shown: a disk of the test's own needs root");
            return None;
        }
        place.watch(&disk.at);
        Some(disk)
    }

    fn mount(&self, options: &str) -> bool {
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", options, "sscd-test"]).arg(&self.at);
        command.status().is_ok_and(|status| status.success())
    }

    fn fill(&self) {
        let mut ballast = fs::File::create(self.at.join("ballast")).unwrap();
        while ballast.write_all(&[0; 4096]).is_ok() {}
    }

    fn free(&self) {
        fs::remove_file(self.at.join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("--lazy").arg(&self.at).status());
    }
}

fn started(place: &Place) -> Daemon<'_> {
    let mut daemon = place.start(None);
    assert!(daemon.until(|daemon| daemon.has_said("sscd runs")), "{}", daemon.said.join("\n"));
    daemon
}

fn answered(place: &Place, daemon: &mut Daemon<'_>, n: usize) {
    let settled = |place: &Place| place.ask(&["status"]).0["counts"]["deliveries"] == json!({"accepted": n});
    assert!(
        daemon.until(|_| place.n_letters() == n && settled(place)),
        "{} letters:\n{}",
        place.n_letters(),
        daemon.said.join("\n")
    );
}

#[test]
fn a_full_disk_stops_the_work_alarms_and_loses_nothing() {
    let mut place = Place::new();
    let Some(disk) = Disk::under(&mut place) else { return };
    let mut daemon = started(&place);
    place.put("0.test", &notice(0));
    answered(&place, &mut daemon, 1);

    disk.fill();
    for n in 1..4 {
        place.put(&format!("{n}.test"), &String::from_utf8(large(n, 1 << 20)).unwrap());
    }
    assert!(daemon.until(|daemon| daemon.has_said("is full: free some space")), "{}", daemon.said.join("\n"));
    assert!(daemon.until(|daemon| daemon.has_said("alarm=")), "{}", daemon.said.join("\n"));
    // The list may have no room for it: so the disk itself is looked at.
    let (status, code) = place.ask(&["status"]);
    assert_eq!(code, Some(1));
    assert!(alarms(&status).iter().any(|alarm| alarm.contains("0 MB are free")), "{status:#}");
    place.put("4.test", &notice(4));

    disk.free();
    answered(&place, &mut daemon, 5);
    assert!(daemon.until(|_| alarms(&place.ask(&["status"]).0).is_empty()), "{}", daemon.said.join("\n"));
    assert_eq!(daemon.end(Signal::TERM).code(), Some(0));
    let (status, code) = place.ask(&["status"]);
    assert_eq!(code, Some(0), "{status:#}");
    assert_eq!(status["counts"]["cases"], json!({"for_ssc_consideration": 5}), "{status:#}");
    assert_eq!(place.ask(&["journal", "verify"]).1, Some(0));
}

#[test]
fn a_disk_that_cannot_be_written_to_stops_the_start_with_a_sentence() {
    let mut place = Place::new();
    let Some(disk) = Disk::under(&mut place) else { return };
    let mut daemon = started(&place);
    place.put("0.test", &notice(0));
    answered(&place, &mut daemon, 1);
    assert_eq!(daemon.end(Signal::TERM).code(), Some(0));

    assert!(disk.mount("remount,ro"));
    let (case, code) = place.ask(&["case", "show", "SUS-2026-0001"]);
    assert_eq!((&case["case"]["reference"], code), (&"SUS-2026-0001".into(), Some(0)), "{case:#}");
    let mut daemon = place.start(None);
    assert_eq!(daemon.wait().code(), Some(1));
    let [said] = &daemon.said[..] else { panic!("{}", daemon.said.join("\n")) };
    assert!(said.contains("Read-only file system"), "{said}");
    drop(daemon);
    place.put("1.test", &notice(1));

    assert!(disk.mount("remount,rw"));
    let mut daemon = started(&place);
    answered(&place, &mut daemon, 2);
    assert_eq!(daemon.end(Signal::TERM).code(), Some(0));
}
