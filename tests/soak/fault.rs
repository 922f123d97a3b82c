//! What goes wrong, when and for how long: a schedule that follows from the seed. In: dice and seconds; out: servers,
//! lines, disk and clock as the fault leaves them, and a list of what was done.

use super::daemon::Daemon;
use super::dice::Dice;
use super::disk::Disk;
use super::dovecot::Dovecot;
use super::post::PostOffice;
use super::proxy::{Line, Proxy};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    MailboxDown,
    PostDown,
    /// 451 at this stage, for every letter.
    PostRefuses(&'static str),
    /// The line breaks after the final dot, for so many letters as may be under way.
    PostDrops,
    MailboxCut,
    PostCut,
    MailboxSwallows,
    PostSwallows,
    DiskFull,
    /// The clock is so many seconds off from now on.
    ClockSet(i64),
    Killed,
}

/// The rows of the picture.
pub const LANES: [&str; 6] = ["mailbox", "post", "lines", "disk", "clock", "kill -9"];

impl Fault {
    pub fn lane(self) -> usize {
        match self {
            Self::MailboxDown => 0,
            Self::PostDown | Self::PostRefuses(_) | Self::PostDrops => 1,
            Self::MailboxCut | Self::PostCut | Self::MailboxSwallows | Self::PostSwallows => 2,
            Self::DiskFull => 3,
            Self::ClockSet(_) => 4,
            Self::Killed => 5,
        }
    }

    fn chosen(dice: &mut Dice) -> Self {
        match dice.below(14) {
            0 | 1 => Self::MailboxDown,
            2 => Self::PostDown,
            3 => Self::PostRefuses(["mail", "rcpt", "data", "after"][dice.below(4)]),
            4 => Self::PostDrops,
            5 => Self::MailboxCut,
            6 => Self::PostCut,
            7 => Self::MailboxSwallows,
            8 => Self::PostSwallows,
            9 => Self::DiskFull,
            // Minutes, and up to two hours back or six on.
            10 => Self::ClockSet(i64::try_from(dice.below(1_200)).unwrap() - 600),
            11 => Self::ClockSet(i64::try_from(dice.below(8 * 3_600)).unwrap() - 2 * 3_600),
            _ => Self::Killed,
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Struck {
    pub fault: Fault,
    pub from: f64,
    pub until: f64,
}

/// Everything around the daemon that can go wrong.
pub struct Around<'a> {
    pub dovecot: &'a Dovecot,
    pub post: &'a PostOffice,
    pub mailbox_line: &'a Proxy,
    pub post_line: &'a Proxy,
    pub disk: Option<&'a Disk>,
    pub daemon: Daemon<'a>,
    /// Nothing can be delivered.
    pub mailbox_is_down: bool,
}

pub struct Faults {
    dice: Dice,
    next_at: f64,
    present: Option<Struck>,
    pub struck: Vec<Struck>,
}

impl Faults {
    pub fn new(seed: u64) -> Self {
        Self { dice: Dice(seed ^ 0xFA17), next_at: 20.0, present: None, struck: Vec::new() }
    }

    fn seconds(&mut self, from: usize, to: usize) -> f64 {
        f64::from(u32::try_from(from + self.dice.below(to - from)).unwrap())
    }

    /// Begins or ends a fault whose time has come.
    pub fn turn(&mut self, now: f64, around: &mut Around<'_>) {
        if self.present.is_some_and(|present| now >= present.until) {
            self.end(now, around);
            self.next_at = now + self.seconds(15, 30);
        } else if self.present.is_none() && now >= self.next_at {
            let fault = Fault::chosen(&mut self.dice);
            if !around.can(fault) {
                return;
            }
            println!("{now:6.0} s  {fault:?}");
            around.strike(fault);
            let lasts =
                if matches!(fault, Fault::Killed | Fault::ClockSet(_)) { 1.0 } else { self.seconds(2, 14) };
            self.present = Some(Struck { fault, from: now, until: now + lasts });
            // Some faults come together.
            if fault != Fault::Killed && self.dice.below(8) == 0 {
                println!("{now:6.0} s  and Killed");
                around.strike(Fault::Killed);
                self.struck.push(Struck { fault: Fault::Killed, from: now, until: now + 1.0 });
            }
        }
    }

    pub fn end(&mut self, now: f64, around: &mut Around<'_>) {
        if let Some(present) = self.present.take() {
            around.heal(present.fault);
            self.struck.push(Struck { until: now, ..present });
        }
    }

    /// Whether nothing was wrong between these moments, nor shortly before.
    pub fn is_calm(&self, from: f64, to: f64) -> bool {
        const AFTERMATH: f64 = 10.0;
        self.struck.iter().all(|struck| struck.from > to || struck.until + AFTERMATH < from)
    }

    /// How often letters that were under way may have arrived unheard (FIELD.md 9).
    pub fn n_breaks(&self) -> usize {
        self.struck.iter().filter(|struck| matches!(struck.fault.lane(), 1 | 2 | 5)).count()
    }
}

impl Around<'_> {
    fn can(&self, fault: Fault) -> bool {
        match fault {
            Fault::DiskFull => self.disk.is_some(),
            Fault::ClockSet(_) => Daemon::can_set_clock(),
            _ => true,
        }
    }

    fn strike(&mut self, fault: Fault) {
        const EVERY: u32 = 1_000_000;
        match fault {
            Fault::MailboxDown => {
                self.mailbox_is_down = true;
                self.dovecot.stop();
            }
            Fault::PostDown => self.post.stop(),
            Fault::PostRefuses(stage) => self.post.fault(stage, EVERY, "451 4.3.0 later"),
            Fault::PostDrops => self.post.fault("drop", 16, "now"),
            Fault::MailboxCut => self.mailbox_line.set(Line::CutAfter(0)),
            Fault::PostCut => self.post_line.set(Line::CutAfter(0)),
            Fault::MailboxSwallows => self.mailbox_line.set(Line::BlackHole),
            Fault::PostSwallows => self.post_line.set(Line::BlackHole),
            Fault::DiskFull => self.disk.unwrap().fill(),
            Fault::ClockSet(seconds) => self.daemon.set_clock(seconds),
            Fault::Killed => self.daemon.kill(),
        }
    }

    fn heal(&mut self, fault: Fault) {
        match fault {
            Fault::MailboxDown => {
                self.dovecot.run();
                self.mailbox_is_down = false;
            }
            Fault::PostDown => self.post.run(),
            Fault::PostRefuses(_) | Fault::PostDrops => self.post.clear(),
            Fault::MailboxCut | Fault::MailboxSwallows => self.mailbox_line.set(Line::Good),
            Fault::PostCut | Fault::PostSwallows => self.post_line.set(Line::Good),
            Fault::DiskFull => self.disk.unwrap().free(),
            Fault::ClockSet(_) | Fault::Killed => {}
        }
    }
}
