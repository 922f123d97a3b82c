//! What the daemon will do, as plain values: in: configuration, files and the time; out: what `check` prints.

use chrono::{DateTime, Months, NaiveDate, Utc};
use serde::Serialize;

use crate::config::{Config, Login, MailboxKind, Proof, Server, Snapshot, Tls, Transport};
use crate::domain::budget::Limits;
use crate::domain::desk::Settings;
use crate::domain::directory::{Act, Body, Directory, InForce, Role};
use crate::domain::folder::FolderRole;
use crate::domain::workday::{london, london_date};

/// How many meetings ahead are shown.
const N_MEETINGS: usize = 4;

#[derive(Debug, Serialize)]
pub struct Outlook {
    pub config: String,
    pub office: String,
    pub own_addresses: Vec<String>,
    pub bounces: String,
    pub authserv_ids: Vec<String>,
    pub verify_dkim: bool,
    pub record: String,
    pub mailboxes: Vec<Mailbox>,
    pub transport: String,
    pub budget: Limits,
    pub desk: Settings,
    pub next_digest_at: Option<DateTime<Utc>>,
    pub alarm: Vec<String>,
    pub directory: Counts,
    pub may: Vec<Permitted>,
    pub chair: Option<String>,
    pub n_members: usize,
    pub meetings: Vec<Meeting>,
    pub n_meetings_left: Vec<(Body, usize)>,
    pub holidays_until: Option<NaiveDate>,
    pub warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Mailbox {
    pub name: String,
    pub reads: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_from: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "counts are named n_*")]
pub struct Counts {
    pub n_users: usize,
    pub n_users_in_force: usize,
    pub n_domains: usize,
    pub n_providers: usize,
    pub n_people: usize,
}

/// Who may do something today.
#[derive(Debug, Serialize)]
pub struct Permitted {
    pub act: Act,
    pub what: String,
    pub who: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Meeting {
    pub body: Body,
    pub on: NaiveDate,
    /// For the SSC: until when papers are taken, and why then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub papers_until: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Outlook {
    pub fn new(config: &Config, snapshot: &Snapshot, now: DateTime<Utc>) -> Self {
        let today = london_date(now);
        let Snapshot { directory, working_days, .. } = snapshot;
        let office = &config.office;
        let named = office.mailbox.name.as_ref();
        let mut outlook = Self {
            config: config
                .path
                .as_ref()
                .map_or_else(|| "The built-in sample".into(), |path| path.display().to_string()),
            office: named.map_or_else(String::new, |name| format!("{name} "))
                + &format!("<{}>", office.mailbox.address),
            own_addresses: office.own_addresses.iter().map(ToString::to_string).collect(),
            bounces: office.tagged(&office.bounces, "...").to_string(),
            authserv_ids: office.authserv_ids.clone(),
            verify_dkim: office.verify_dkim,
            record: record(config),
            mailboxes: config.mailboxes.iter().map(mailbox).collect(),
            transport: transport(&config.transport),
            budget: config.budget,
            desk: config.desk.clone(),
            next_digest_at: config.desk.digest.as_ref().and_then(|pattern| pattern.after(now)),
            alarm: config.alarm.command.clone(),
            directory: counts(directory, today),
            may: [Act::Triage, Act::Release, Act::Decide, Act::Operate]
                .map(|act| permitted(directory, act, today))
                .into(),
            chair: directory.in_office(Role::SscChair, today).next().map(|chair| chair.name.clone()),
            n_members: directory.in_office(Role::SscMember, today).count(),
            meetings: meetings(config, snapshot, now),
            n_meetings_left: [Body::Ssc, Body::Panel]
                .map(|body| (body, directory.n_meetings_left(body, today)))
                .into(),
            holidays_until: working_days.horizon(),
            warnings: Vec::new(),
        };
        outlook.warnings = outlook.warnings(config, today);
        outlook
    }

    fn warnings(&self, config: &Config, today: NaiveDate) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.authserv_ids.is_empty() && !self.verify_dkim {
            let what = "office.authserv_ids is empty: every sender counts as unverified, and acknowledgements go to \
                        registered contacts only (office.verify_dkim = true checks signatures here)";
            warnings.push(what.into());
        }
        for (body, n) in &self.n_meetings_left {
            let least = usize::try_from(config.policy.meetings_left_warning).unwrap_or(usize::MAX);
            if *n < least {
                warnings.push(format!(
                    "{n} {body} meetings are left, fewer than {least}: add dates to meetings.toml"
                ));
            }
        }
        let a_year_on = today.checked_add_months(Months::new(12)).unwrap_or(NaiveDate::MAX);
        if let Some(until) = self.holidays_until.filter(|until| *until < a_year_on) {
            let what = format!(
                "the bank holidays are known until {} only, less than 12 months from now: fetch GOV.UK's \
                 bank-holidays.json",
                day(until)
            );
            warnings.push(what);
        }
        for permitted in self.may.iter().filter(|permitted| permitted.who.is_empty()) {
            warnings.push(format!("nobody in office today may {}: see acts in people.toml", permitted.what));
        }
        if self.chair.is_none() {
            warnings.push("no Chair of the SSC is in office today: see people.toml".into());
        }
        if self.directory.n_users_in_force == 0 {
            warnings.push("no User is in force today: every notification will wait for a person".into());
        }
        warnings
    }
}

fn record(config: &Config) -> String {
    let url = config.database_url();
    let folder = config.state.folder.display();
    match url.reveal().split_once(':') {
        Some(("sqlite", _)) => format!("in SQLite, in {folder}"),
        _ => format!("in PostgreSQL; keys, lock and socket in {folder}"),
    }
}

fn mailbox(mailbox: &crate::config::Mailbox) -> Mailbox {
    let (reads, start_from) = match &mailbox.kind {
        MailboxKind::Maildir { path, role, start_from } => {
            (format!("the Maildir {}{}", path.display(), told(*role)), *start_from)
        }
        MailboxKind::Imap(imap) => {
            let folders = imap.all_folders().map(|(folder, role)| format!("{folder}{}", told(role)));
            let folders = folders.collect::<Vec<_>>().join(", ");
            let user = imap.server.login.as_ref().map_or_else(|| "nobody".into(), login);
            let after = imap.poll_after.as_secs();
            let reads = format!(
                "IMAP {} as {user}, {folders}; every {after} s where there is no IDLE",
                server(&imap.server)
            );
            (reads, Some(imap.start_from))
        }
    };
    Mailbox { name: mailbox.name.clone(), reads, start_from }
}

/// What a folder is for, where it is not for notices.
fn told(role: FolderRole) -> &'static str {
    match role {
        FolderRole::Notices => "",
        FolderRole::Junk => " (junk: nothing is answered without a person)",
        FolderRole::Sent => " (sent: what colleagues answer by hand)",
    }
}

fn transport(transport: &Transport) -> String {
    match transport {
        Transport::Folder { path } => {
            format!("nothing: letters are laid down in the Maildir {}", path.display())
        }
        Transport::Smtp(smtp) => {
            let user = smtp
                .server
                .login
                .as_ref()
                .map_or_else(|| "without a login".into(), |known| format!("as {}", login(known)));
            format!("by SMTP, {} {user}, at most {} connections", server(&smtp.server), smtp.connections)
        }
    }
}

fn login(login: &Login) -> String {
    let Login { user, proof } = login;
    match proof {
        Proof::Password(_) => user.clone(),
        Proof::OAuth(oauth) => format!("{user} by OAuth from {}", oauth.server.host),
    }
}

fn server(server: &Server) -> String {
    let tls = match server.tls {
        Tls::Implicit => "TLS",
        Tls::Starttls => "STARTTLS",
        Tls::None => "no TLS, loopback",
    };
    format!("{}:{} ({tls})", server.host, server.port)
}

fn counts(directory: &Directory, today: NaiveDate) -> Counts {
    let in_force = || directory.users().iter().filter(|user| user.in_force(today));
    Counts {
        n_users: directory.users().len(),
        n_users_in_force: in_force().count(),
        n_domains: in_force().flat_map(|user| &user.domains).collect::<std::collections::HashSet<_>>().len(),
        n_providers: directory.providers().iter().filter(|provider| provider.in_force(today)).count(),
        n_people: directory.people().iter().filter(|person| person.in_force(today)).count(),
    }
}

fn permitted(directory: &Directory, act: Act, today: NaiveDate) -> Permitted {
    let may = directory.people().iter().filter(|person| directory.may(person, act, today).is_ok());
    Permitted { act, what: act.to_string(), who: may.map(|person| person.key.0.clone()).collect() }
}

/// The next SSC meetings that still take papers, and the next of the Panel.
fn meetings(config: &Config, snapshot: &Snapshot, now: DateTime<Utc>) -> Vec<Meeting> {
    let Snapshot { directory, working_days, .. } = snapshot;
    let today = london_date(now);
    let first = directory.next_ssc_meeting(working_days, config.policy.paper_cut_off, now).map(|(on, _)| on);
    let ssc =
        directory.meetings(Body::Ssc).filter(|on| first.is_some_and(|first| *on >= first)).take(N_MEETINGS);
    let ssc = ssc.map(|on| {
        let cut_off = working_days.before(on, config.policy.paper_cut_off).ok();
        let papers_until = cut_off.as_ref().map(|due| due.at);
        Meeting { body: Body::Ssc, on, papers_until, why: cut_off.map(|due| due.why) }
    });
    let panel = directory.meetings(Body::Panel).filter(|on| *on >= today).take(1);
    let panel = panel.map(|on| Meeting { body: Body::Panel, on, papers_until: None, why: None });
    ssc.chain(panel).collect()
}

/// `Wed 9 Dec 2026`.
pub fn day(on: NaiveDate) -> String {
    on.format("%a %-d %b %Y").to_string()
}

/// `Fri 27 Nov 2026, 17:00`, on London's clocks.
pub fn moment(at: DateTime<Utc>) -> String {
    london(at).format("%a %-d %b %Y, %H:%M").to_string()
}

/// `2026-11-27 17:00`, on London's clocks, for lists.
pub fn brief(at: DateTime<Utc>) -> String {
    london(at).format("%Y-%m-%d %H:%M").to_string()
}
