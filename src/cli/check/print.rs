//! The report of `check` for people to read.

use std::fmt::Write as _;

use super::outlook::{Outlook, day, moment};
use crate::config::Fault;
use crate::domain::budget::Limits;
use crate::domain::desk::Move;

pub fn faults(faults: &[Fault]) -> String {
    let mut text = String::new();
    for Fault { file, line, key, found, expected } in faults {
        let key = match key.as_str() {
            "" if line.is_some() => "this line",
            "" => "the file as a whole",
            key => key,
        };
        let line = line.map_or_else(String::new, |line| format!(":{line}"));
        let _ = writeln!(text, "{file}{line}: {key}\n    found     {found}\n    expected  {expected}");
    }
    let n = faults.len();
    let _ = writeln!(
        text,
        "{n} {} wrong. The daemon would not start with this.",
        if n == 1 { "thing is" } else { "things are" }
    );
    text
}

pub fn outlook(outlook: &Outlook) -> String {
    let mut page = Page(format!("{} is sound.\n\nThe daemon\n", outlook.config));
    for mailbox in &outlook.mailboxes {
        let from = mailbox.start_from.map_or_else(
            || "all of its mail".to_owned(),
            |at| format!("mail from {} on (older mail is recorded, never answered)", moment(at)),
        );
        page.line("reads", &format!("{}: {}; {from}", mailbox.name, mailbox.reads));
    }
    page.line("writes", &format!("as {}; bounces come to {}", outlook.office, outlook.bounces));
    page.line("sends", &outlook.transport);
    page.line("skips", &format!("its own mail: from {}", outlook.own_addresses.join(", ")));
    match outlook.authserv_ids.as_slice() {
        [] if outlook.verify_dkim => {
            page.line(
                "believes",
                "DKIM signatures of the sender's own organisation, checked here with keys from the DNS",
            );
        }
        [] => page.line("believes", "no Authentication-Results: every sender is unverified"),
        ids => page.line("believes", &format!("Authentication-Results of {}", ids.join(", "))),
    }
    page.line(
        "answers",
        "verified mail from the named User's domain, or its group's: at once, to the sender",
    );
    page.line("", "unverified mail from there: at once, to the registered contact alone");
    page.line("", "all else: after triage, or to whom a person names; never to an address merely claimed");
    let Limits { answers_to_address, others_to_address, to_domain, in_all } = outlook.budget;
    page.line("by itself", &format!("at most {answers_to_address} to one address that writes to us,"));
    page.line("", &format!("{others_to_address} to one address of what nobody asked for,"));
    page.line("", &format!("{to_domain} to one domain, {in_all} in all; more waits for a person"));
    let digest = outlook
        .next_digest_at
        .map_or_else(|| "no digest".into(), |at| format!("to SECAS its digest, the next on {}", moment(at)));
    let letters =
        if outlook.desk.letters { "agenda lists, paper notices, mail to the Chair" } else { "nothing else" };
    page.line("on its own", &format!("{digest}; {letters}"));
    page.line("records", &outlook.record);
    let command = match outlook.alarm.join(" ") {
        none if none.is_empty() => "; no command is run".to_owned(),
        command => format!(", and to {command}"),
    };
    page.line("alarms", &format!("in `sscd status` and the log{command}"));

    page.0.push_str("\nThe directory\n");
    let counts = &outlook.directory;
    page.line(
        "Users",
        &format!(
            "{} in force of {}, with {} mail domains",
            counts.n_users_in_force, counts.n_users, counts.n_domains
        ),
    );
    let chair = outlook.chair.as_deref().unwrap_or("nobody");
    page.line("others", &format!("{} providers; {} people in office", counts.n_providers, counts.n_people));
    page.line("SSC", &format!("Chair {chair}, {} members", outlook.n_members));
    for permitted in &outlook.may {
        page.line(permitted.act.word(), &permitted.who.join(", "));
    }

    page.0.push_str("\nMeetings\n");
    for meeting in &outlook.meetings {
        let until =
            meeting.papers_until.map_or_else(String::new, |at| format!(", papers until {}", moment(at)));
        let why = meeting.why.as_ref().map_or_else(String::new, |why| format!(" ({why})"));
        page.line(&meeting.body.to_string(), &format!("{}{until}{why}", day(meeting.on)));
    }
    let left = outlook.n_meetings_left.iter().map(|(body, n)| format!("{n} of the {body}"));
    page.line("left", &left.collect::<Vec<_>>().join(", "));
    page.line(
        "holidays",
        &outlook.holidays_until.map_or_else(|| "unknown".into(), |on| format!("known until {}", day(on))),
    );

    if !outlook.warnings.is_empty() {
        page.0.push_str("\nTake care\n");
        for warning in &outlook.warnings {
            page.line("-", warning);
        }
    }
    page.0
}

/// What would move, where that was looked at.
pub fn moves(moves: Option<&[Move]>) -> String {
    let Some(moves) = moves else { return String::new() };
    let mut page = Page("\nIf these files came into force now\n".into());
    for one in moves {
        page.line("would move", &one.to_string());
    }
    if moves.is_empty() {
        page.line("-", "nothing that a case waits for would move");
    }
    page.0
}

/// Lines with a word before each.
struct Page(String);

impl Page {
    fn line(&mut self, word: &str, text: &str) {
        let _ = writeln!(self.0, "  {word:<11} {text}");
    }
}
