//! Lines that break: the IMAP server starts anew in mid-IDLE and in mid-FETCH, and a line dies without a word.

use super::{Office, alarms};
use crate::servers::proxy::{Line, Proxy};

/// Gives an office whose daemon reads through a proxy.
fn through_a_proxy(more: &str) -> (Office, Proxy) {
    let office = Office::open();
    let proxy = office.block(Proxy::to(office.dovecot.imap_port));
    office.connect(&[&format!("port = {}\n{more}", proxy.port)], "");
    (office, proxy)
}

#[test]
fn a_restart_in_mid_idle() {
    let office = Office::open();
    let mut daemon = office.start();
    office.deliver([0]);
    office.settle(&mut daemon, 1);
    office.dovecot.stop();
    assert!(daemon.until(|daemon| daemon.has_said("waiting ended early")));
    office.dovecot.run();
    office.deliver([1]);
    office.settle(&mut daemon, 2);
    office.assert_answered(0..2);
    office.close(daemon, 2);
}

#[test]
fn a_restart_in_mid_fetch() {
    let (office, proxy) = through_a_proxy("");
    office.lay_down(0..120);
    // The listing fits, the first batch of bodies does not.
    proxy.set(Line::CutAfter(60_000));
    let mut daemon = office.start();
    assert!(daemon.until(|daemon| daemon.has_said("service failed")), "{}", daemon.said.join("\n"));
    assert!(!daemon.has_said("took mail in"), "half a batch is none");
    office.dovecot.stop();
    office.dovecot.run();
    proxy.set(Line::Good);
    office.settle(&mut daemon, 120);
    office.assert_answered(0..120);
    let status = office.close(daemon, 120);
    assert_eq!(status["counts"]["n_sightings"], 120);
    assert!(alarms(&status).is_empty(), "{status:#}");
}

#[test]
fn a_line_that_swallows_everything_without_a_word() {
    let (office, proxy) = through_a_proxy("silence_seconds = 1\nidle_seconds = 1");
    let mut daemon = office.start();
    office.deliver([0]);
    office.settle(&mut daemon, 1);
    proxy.set(Line::BlackHole);
    office.deliver([1]);
    // In IDLE first, and then in every attempt to come back: the line opens and nothing comes.
    assert!(daemon.until(|daemon| daemon.has_said("silent for 1 s")), "{}", daemon.said.join("\n"));
    assert!(daemon.until(|daemon| daemon.has_said("service failed")), "{}", daemon.said.join("\n"));
    proxy.set(Line::Good);
    office.settle(&mut daemon, 2);
    office.deliver([2]);
    office.settle(&mut daemon, 3);
    office.assert_answered(0..3);
    let status = office.close(daemon, 3);
    assert_eq!(status["counts"]["n_sightings"], 3);
    assert!(alarms(&status).is_empty(), "{status:#}");
}

#[test]
fn a_post_that_swallows_everything_without_a_word() {
    let office = Office::open();
    let proxy = office.block(Proxy::to(office.post.port));
    office.connect(&[""], &format!("port = {}\nsilence_seconds = 1", proxy.port));
    let mut daemon = office.start();
    office.deliver([0]);
    office.settle(&mut daemon, 1);
    proxy.set(Line::BlackHole);
    office.deliver(1..4);
    assert!(daemon.until(|daemon| daemon.has_said("service failed")), "{}", daemon.said.join("\n"));
    proxy.set(Line::Good);
    office.settle(&mut daemon, 4);
    office.assert_answered(0..4);
    office.close(daemon, 4);
}
