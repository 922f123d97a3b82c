//! Real-looking mails, in many hands, each beside what must be read from it. Every bug report becomes one more.
//! With `SSCD_ACCEPT=1` the files are written anew; the diff is then the review. `unread` beside a notification is what
//! a careful person reads there and we do not.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails where it stands"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde_json::{Map, Value, json};
use sscd::config::Config;
use sscd::domain::case::answer::{AnswerTo, answer};
use sscd::domain::message::{Message, Own, Verdict, read_message, vouch};
use sscd::domain::notification::{Field, FieldName, Kind, Notification, Reading, Source, read_notification};
use sscd::domain::token::Keys;
use sscd::domain::world::World;

/// The sample that is shipped: its directory knows the Users that the mails speak of.
pub fn world() -> World {
    let (config, snapshot) = Config::examine(None, Path::new(""), &[]).unwrap();
    snapshot.world(&config, Keys { installation: "corpus".into(), keys: vec![[3; 32]] })
}

pub fn read(raw: &[u8], world: &World) -> (Message, Reading) {
    let message = read_message(raw, &Own { office: &world.office, keys: &world.keys });
    let vouch = vouch(raw, &world.office.authserv_ids);
    let reading = read_notification(&message, vouch, &world.policy);
    (message, reading)
}

/// Notices in their writers' own words, and what only sounds like one. Their fields are counted by themselves.
const PROSE: &str = "prose";

fn mails() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail");
    let folders = ["good", "odd", "hostile", PROSE].map(|folder| root.join(folder));
    let mut mails: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .collect();
    mails.sort();
    mails
}

/// What a reviewer looks at: kinds and values, without places.
fn summary(reading: &Reading, world: &World) -> Value {
    let answer = answer(reading, &world.directory, NaiveDate::from_ymd_opt(2026, 11, 2).unwrap());
    let notifications: Vec<Value> = reading.notifications.iter().map(notification).collect();
    let notes = world.mistakable(&reading.sender, NaiveDate::from_ymd_opt(2026, 11, 2).unwrap());
    let mut summary = json!({
        "kind": reading.kind,
        "verdict": reading.sender.vouch.verdict,
        "sender": reading.sender.address,
        "classification": reading.classification,
        "answer": answer.at_once,
        "answer_to": answer.to,
        "references": reading.references,
        "attachments": reading.attachments.iter().map(|attachment| &attachment.name).collect::<Vec<_>>(),
        "notifications": notifications,
    });
    if !notes.is_empty() {
        summary["to_note"] = json!(notes);
    }
    if matches!(reading.kind, Kind::Bounce | Kind::AutoReply | Kind::CalendarReply) {
        summary["reasons"] = json!(reading.reasons);
    }
    if let Some(bounce) = &reading.bounce {
        let ours: Vec<&String> = bounce.message_ids.iter().filter(|id| id.ends_with("@sec.test")).collect();
        summary["bounce"] = json!({
            "recipient": bounce.recipient,
            "status": bounce.status,
            "action": bounce.action,
            "failed": bounce.is_failure(),
            "ids": ours,
        });
    }
    summary
}

fn notification(notification: &Notification) -> Value {
    let Value::Object(fields) = serde_json::to_value(&notification.fields).unwrap() else {
        panic!("no fields")
    };
    let values: Map<String, Value> =
        fields.into_iter().map(|(name, field)| (name, field["value"].clone())).collect();
    let problems =
        notification.problems.iter().map(|problem| json!({"field": problem.field, "found": problem.found}));
    let mut told = json!({
        "fields": values,
        "missing": notification.missing,
        "withheld": notification.withheld,
        "problems": problems.collect::<Vec<_>>(),
    });
    if let Some(claimed) = &notification.claimed_sender {
        told["claimed_sender"] = json!(claimed);
    }
    told
}

#[test]
fn every_mail_is_read_as_its_neighbour_says() {
    let world = world();
    let accept = std::env::var_os("SSCD_ACCEPT").is_some();
    let mails = mails();
    assert!(mails.len() >= 110, "{} mails", mails.len());
    let mut wrong = Vec::new();
    for path in mails {
        let (_, reading) = read(&fs::read(&path).unwrap(), &world);
        let found = summary(&reading, &world);
        let beside = path.with_extension("json");
        if accept {
            let known: Value =
                serde_json::from_slice(&fs::read(&beside).unwrap_or_default()).unwrap_or_default();
            let mut found = found.clone();
            for (at, one) in found["notifications"].as_array_mut().unwrap().iter_mut().enumerate() {
                let unread = &known["notifications"][at]["unread"];
                one.as_object_mut()
                    .unwrap()
                    .extend((!unread.is_null()).then(|| ("unread".into(), unread.clone())));
            }
            if let Some(unread) = known.get("unread") {
                found["unread"] = unread.clone();
            }
            fs::write(&beside, format!("{}\n", serde_json::to_string_pretty(&found).unwrap())).unwrap();
        }
        let mut expected: Value =
            serde_json::from_slice(&fs::read(&beside).unwrap_or_default()).unwrap_or_default();
        expected.as_object_mut().map(|whole| whole.remove("unread"));
        for one in expected["notifications"].as_array_mut().into_iter().flatten() {
            one.as_object_mut().unwrap().remove("unread");
        }
        if found != expected {
            wrong.push(format!(
                "{}\nreasons: {:?}\nread: {found:#}\nexpected: {expected:#}",
                path.display(),
                reading.reasons
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What became of one field, over all mails.
#[derive(Default)]
struct Tally {
    stated: usize,
    right: usize,
    unread: usize,
    wrong: Vec<String>,
}

impl Tally {
    /// Stated, read right, not read, read wrong.
    fn counts(&self) -> [usize; 4] {
        [self.stated, self.right, self.unread, self.wrong.len()]
    }

    fn take(&mut self, stated: Option<&Value>, read: Option<&Value>, at: &str) {
        self.stated += usize::from(stated.is_some());
        match (stated, read) {
            (Some(stated), Some(read)) if stated == read => self.right += 1,
            (_, Some(read)) => self.wrong.push(format!("{at} {read}")),
            (Some(_), None) => self.unread += 1,
            (None, None) => {}
        }
    }
}

/// Field by field, what the mails state and what is read; and what is withheld and counted as missing.
struct Tallies {
    n_mails: usize,
    fields: Vec<(FieldName, Tally)>,
    withheld_as_missing: Vec<String>,
}

impl Tallies {
    fn sum(&self, of: fn(&Tally) -> usize) -> usize {
        self.fields.iter().map(|(_, tally)| of(tally)).sum()
    }
}

fn tallies(world: &World, is_prose: bool) -> Tallies {
    let mut fields: Vec<(FieldName, Tally)> =
        FieldName::ALL.into_iter().map(|field| (field, Tally::default())).collect();
    let (mut mails, mut withheld_as_missing) = (mails(), Vec::new());
    mails.retain(|path| path.parent().unwrap().ends_with(PROSE) == is_prose);
    for path in &mails {
        let (_, reading) = read(&fs::read(path).unwrap(), world);
        let expected: Value =
            serde_json::from_slice(&fs::read(path.with_extension("json")).unwrap()).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy();
        let found = summary(&reading, world);
        // A mail of which nothing was read says what it states beside.
        let whole = [json!({"fields": {}, "withheld": [], "unread": expected["unread"]})];
        let all = expected["notifications"].as_array().filter(|all| !all.is_empty());
        for (at, one) in all.map_or(&whole[..], Vec::as_slice).iter().enumerate() {
            for (field, tally) in &mut fields {
                let field = field.as_str();
                let stated = one["fields"].get(field).or_else(|| one["unread"].get(field));
                let read = found["notifications"][at]["fields"].get(field);
                tally.take(stated, read, &format!("{name}: {field}"));
            }
            let missing = found["notifications"][at]["missing"].as_array().cloned().unwrap_or_default();
            let withheld = one["withheld"].as_array().unwrap().iter().filter(|item| missing.contains(item));
            withheld_as_missing.extend(withheld.map(|item| format!("{name}: {item}")));
        }
    }
    Tallies { n_mails: mails.len(), fields, withheld_as_missing }
}

/// The table of the README.
pub fn what_is_read() -> String {
    let world = world();
    let (forms, prose) = (tallies(&world, false), tallies(&world, true));
    let mut out = format!(
        "Of {} mails in `tests/mail`, with the form's labels or nothing of ours, and of {} more in `tests/mail/prose`, in \
         their writers' own words:\n\n| field | stated | read right | not read | read wrong | in prose |\n\
         |---|---|---|---|---|---|\n",
        forms.n_mails, prose.n_mails
    );
    let mut row = |name: &str,
                   [stated, right, unread, wrong]: [usize; 4],
                   [of_prose, read, _, _]: [usize; 4]| {
        let _ = writeln!(out, "| {name} | {stated} | {right} | {unread} | {wrong} | {read} of {of_prose} |");
    };
    let (mut all, mut all_prose) = ([0; 4], [0; 4]);
    for ((field, tally), (_, in_prose)) in forms.fields.iter().zip(&prose.fields) {
        all.iter_mut().zip(tally.counts()).for_each(|(all, n)| *all += n);
        all_prose.iter_mut().zip(in_prose.counts()).for_each(|(all, n)| *all += n);
        row(&format!("`{}`", field.as_str()), tally.counts(), in_prose.counts());
    }
    row("all", all, all_prose);
    let withheld = forms.withheld_as_missing.len() + prose.withheld_as_missing.len();
    let _ = writeln!(
        out,
        "\nOf what is written in prose, {} fields are read wrong. Withheld and taken for missing, in all of them: \
         {withheld}.",
        all_prose[3]
    );
    out
}

#[test]
fn almost_all_that_is_stated_is_read_and_nothing_is_read_wrong() {
    for (is_prose, least) in [(false, 99), (true, 60)] {
        let found = tallies(&world(), is_prose);
        let wrong: Vec<&str> =
            found.fields.iter().flat_map(|(_, tally)| &tally.wrong).map(String::as_str).collect();
        assert!(wrong.is_empty(), "read wrong: {}", wrong.join("\n"));
        assert!(found.withheld_as_missing.is_empty(), "withheld: {}", found.withheld_as_missing.join("\n"));
        let (stated, right) = (found.sum(|tally| tally.stated), found.sum(|tally| tally.right));
        assert!(right * 100 >= stated * least, "{right} of {stated}");
    }
}

/// No good mail is taken for anything else, and nobody is answered whom nobody vouches for.
#[test]
fn every_good_mail_is_a_notification() {
    let world = world();
    for path in mails() {
        let (_, reading) = read(&fs::read(&path).unwrap(), &world);
        let name = path.display();
        let is_good = path.parent().unwrap().ends_with("good");
        assert!(!is_good || reading.kind == Kind::Notification, "{name} is taken for {:?}", reading.kind);
        let answer = answer(&reading, &world.directory, NaiveDate::from_ymd_opt(2026, 11, 2).unwrap());
        let claimed = answer.at_once && answer.to == AnswerTo::Sender;
        assert!(!claimed || reading.sender.vouch.verdict == Verdict::Verified, "{name} claims its address");
    }
}

#[test]
fn words_stand_where_they_are_said_to() {
    let world = world();
    for path in mails() {
        let (message, reading) = read(&fs::read(&path).unwrap(), &world);
        for found in &reading.notifications {
            let fields = serde_json::to_value(&found.fields).unwrap();
            for (name, field) in fields.as_object().unwrap() {
                let field: Field<Value> = serde_json::from_value(field.clone()).unwrap();
                let Source::Mail { part, line, words, .. } = field.source else {
                    panic!("{name} has no words")
                };
                let text = message.texts.iter().find(|text| text.part == part).unwrap();
                let from: String = text.text.split_inclusive('\n').skip(line as usize - 1).collect();
                let first = from.lines().next().unwrap_or_default();
                let at = from.find(&words);
                assert!(at.is_some_and(|at| at <= first.len()), "{}: {name} {words:?}", path.display());
            }
        }
    }
}
