//! Calendars to subscribe to: each reader's of one and the same record, whole, and as another program reads them.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use sscd::domain::id::Key;
use sscd::domain::workday::london_date;
use sscd::engine::{Probe, feed};
use sscd::rehearse::{Ends, Play, Setting, read_script};

use crate::calendar::read_by_python;

/// Two annual reviews, one of them of a User of whom the SSC wants an ad-hoc review, to which people are invited.
const OFFICE: &str = "> now 2027-01-11 09:30, with reviews
> only these Users were assessed: brightmeter, northwind
> mail good/form-complete.eml
> priya.nair decides SUS-2027-0001 ad-hoc-review, minute SSC-2027-1/8
> priya.nair proposes 2027-01-26 10:00 for the review of SUS-2027-0001 in Room 4: the Chair is away before
> priya.nair invites to the review of SUS-2027-0001
> priya.nair records the annual review of brightmeter booked on 2027-03-01: agreed with the User CIO
";

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Says these lines, whatever comes of them. A command is known by its line: further ones stand on further lines.
async fn say(play: &mut Play, script: &str) {
    for step in read_script(script).unwrap().iter().filter(|step| !step.words.starts_with("now ")) {
        play.step(step).await.unwrap();
    }
}

async fn office() -> Play {
    let mails = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail");
    let probe = Probe::new(env!("CARGO_BIN_EXE_sscd").into(), None);
    let setting = Arc::new(Setting::new(None, Vec::new(), mails, probe).unwrap());
    let mut play = Play::begin(&read_script(OFFICE).unwrap(), &setting, Ends::Never).await.unwrap();
    say(&mut play, OFFICE).await;
    play
}

async fn of(play: &Play, reader: &str) -> String {
    let engine = play.engine();
    let world = engine.world();
    let person = world.directory.person(&Key(reader.into())).unwrap();
    let on = london_date("2027-01-11T09:30:00Z".parse().unwrap());
    let made = feed(&engine.store, &world, person, on).await.unwrap();
    assert_eq!(made.text.matches("BEGIN:VEVENT").count(), made.n_entries);
    made.text
}

/// The summaries of all entries but the meetings of SSC and Panel.
fn summaries(calendar: &str) -> Vec<String> {
    let unfolded = calendar.replace("\r\n ", "").replace("\\,", ",");
    let summaries = unfolded.lines().filter_map(|line| line.strip_prefix("SUMMARY:"));
    summaries.filter(|summary| !summary.starts_with("Meeting of")).map(String::from).collect()
}

/// With the same pseudonyms in every office: its keys are its own.
fn whole(play: &Play, calendar: &str) -> String {
    let keys = &play.engine().world().keys;
    let shown = |calendar: String, (user, same): (&str, &str)| {
        let (short, long) = (keys.pseudonym(user), keys.pseudonym_of(user, same.len()));
        calendar.replace(&long, same).replace(&short, &same[..short.len()])
    };
    let users = [("brightmeter", "BBBBBBBB"), ("northwind", "NNNNNNNN")];
    users.into_iter().fold(calendar.replace("\r\n", "\n"), shown)
}

#[test]
fn secas_reads_names_and_members_pseudonyms() {
    let (secas, member) = block(async {
        let play = office().await;
        let (secas, member) = (of(&play, "priya.nair").await, of(&play, "ingrid.solheim").await);
        (whole(&play, &secas), whole(&play, &member))
    });
    assert!(secas.contains("Northwind Energy") && secas.contains("Brightmeter"), "{secas}");
    for name in ["Northwind", "Brightmeter"] {
        assert!(!member.contains(name), "{member}");
    }
    insta::assert_snapshot!("secas", secas);
    insta::assert_snapshot!("member", member);
}

#[test]
fn each_reader_sees_what_is_theirs() {
    block(async {
        let play = office().await;
        let n_of = async |reader: &str| {
            let calendar = of(&play, reader).await;
            let named = calendar.contains("Northwind") || calendar.contains("Brightmeter");
            let n_sessions = calendar.matches("SUMMARY:Meeting of the SSC").count();
            let n_due = calendar.matches("SUMMARY:SSC annual review due").count();
            (n_due, calendar.matches("SUMMARY:SSC ad-hoc review").count(), n_sessions > 0, named)
        };
        // The Chair's calendar names nobody either: it is seen by others.
        assert_eq!(n_of("elspeth.marlowe").await, (2, 1, true, false));
        // Of the notifying Party, and of the other User.
        assert_eq!(n_of("rohan.desai").await, (1, 0, true, false));
        assert_eq!(n_of("chidi.eze").await, (1, 1, true, false));
        // The User CIO of both, and one that has neither.
        assert_eq!(n_of("ines.moreau").await, (2, 1, false, true));
        assert_eq!(n_of("david.osei").await, (0, 0, false, false));
        assert!(of(&play, "david.osei").await.contains("BEGIN:VCALENDAR"));
        let of_secas = summaries(&of(&play, "owen.hartley").await);
        assert_eq!(
            of_secas.iter().filter(|summary| summary.contains("ad-hoc review")).collect::<Vec<_>>(),
            [
                "SSC ad-hoc review, case SUS-2027-0001",
                "SSC ad-hoc review, case SUS-2027-0001, the User's part"
            ]
        );
    });
}

#[test]
fn an_objection_keeps_a_meeting_from_all_but_secas() {
    block(async {
        let mut play = office().await;
        say(
            &mut play,
            "> reply to letter 1 from security@northwind.test\n    Confidentiality objection: please do not tell the SSC\n",
        )
        .await;
        let n_meetings =
            async |reader: &str| of(&play, reader).await.matches("SUMMARY:SSC ad-hoc review").count();
        assert_eq!(n_meetings("priya.nair").await, 2);
        for reader in ["ingrid.solheim", "elspeth.marlowe", "ines.moreau"] {
            assert_eq!(n_meetings(reader).await, 0, "{reader}");
        }
    });
}

/// The value of a property in the entry that has this summary.
fn value(calendar: &str, summary: &str, property: &str) -> String {
    let unfolded = calendar.replace("\r\n ", "").replace("\\,", ",");
    let entry = unfolded.split("BEGIN:VEVENT").find(|entry| entry.contains(summary)).unwrap().to_owned();
    let line = entry.lines().find(|line| line.starts_with(property)).unwrap().to_owned();
    line.rsplit_once(':').unwrap().1.to_owned()
}

#[test]
fn the_same_record_has_the_same_bytes_and_a_moved_day_a_higher_sequence() {
    block(async {
        let mut play = office().await;
        let id = summaries(&of(&play, "priya.nair").await);
        let id = id.iter().rfind(|summary| summary.contains("annual review due")).unwrap().clone();
        let before = of(&play, "ingrid.solheim").await;
        // A letter that is accepted, or a day that passes, changes no entry.
        say(&mut play, "> advance 1 day\n").await;
        assert_eq!(of(&play, "ingrid.solheim").await, before);
        say(&mut play, "> priya.nair moves the annual review of brightmeter to 2027-05-31: agreed\n").await;
        let after = of(&play, "ingrid.solheim").await;
        assert_eq!(value(&before, &id, "DTSTART"), "20270424");
        assert_eq!(value(&after, &id, "DTSTART"), "20270531");
        assert_eq!(value(&after, &id, "DTEND"), "20270601");
        assert_eq!(
            (value(&before, &id, "SEQUENCE"), value(&after, &id, "SEQUENCE")),
            ("0".into(), "1".into())
        );
        assert_eq!(value(&before, &id, "UID"), value(&after, &id, "UID"));
        assert!(value(&before, &id, "DTSTAMP") < value(&after, &id, "DTSTAMP"));
        // What is behind it is in no calendar any more.
        say(
            &mut play,
            "\n> priya.nair records the annual review of brightmeter fieldwork on 2027-01-12: early\n",
        )
        .await;
        assert!(!of(&play, "ingrid.solheim").await.contains(id.rsplit(' ').next().unwrap()));
    });
}

#[test]
fn python_reads_every_feed() {
    let (secas, member, nothing) = block(async {
        let play = office().await;
        (of(&play, "priya.nair").await, of(&play, "ingrid.solheim").await, of(&play, "david.osei").await)
    });
    let calendars = [("secas", secas.as_str()), ("member", member.as_str()), ("nothing", nothing.as_str())];
    let Some(read) = read_by_python(&calendars) else { return };
    for (calendar, (name, text)) in read.iter().zip(calendars) {
        let events = calendar["events"].as_array().unwrap();
        assert_eq!(events.len(), text.matches("BEGIN:VEVENT").count(), "{name}");
        assert_eq!(calendar["properties"]["METHOD"], Value::Null);
        for event in events {
            assert_eq!(
                (&event["errors"], &event["ATTENDEE"]),
                (&Value::Null, &json!([])),
                "{name}: {event:#}"
            );
            assert_eq!(event["CLASS"], "CONFIDENTIAL");
            assert!(event["UID"].as_str().unwrap().contains(".feed@"), "{event:#}");
        }
    }
    let review = |calendar: &Value| {
        let events = calendar["events"].as_array().unwrap();
        let is_it = |event: &&Value| event["SUMMARY"] == "SSC ad-hoc review, case SUS-2027-0001";
        let event = events.iter().find(is_it).unwrap();
        json!([event["DTSTART"], event["DTEND"]])
    };
    assert_eq!(review(&read[1]), json!(["2027-01-26T10:00:00Z", "2027-01-26T12:00:00Z"]));
    let days = read[1]["events"].as_array().unwrap().iter();
    let mut days =
        days.filter(|event| event["SUMMARY"].as_str().unwrap().starts_with("SSC annual review due"));
    let day = days.next().unwrap();
    assert_eq!(json!([day["DTSTART"], day["DTEND"]]), json!(["2027-02-13", "2027-02-14"]));
    let description = day["DESCRIPTION"].as_str().unwrap();
    assert!(description.starts_with("User ") && description.contains("\nNot booked yet\n"), "{description}");
}
