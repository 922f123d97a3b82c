//! Conversations: `tests/scenarios/*.txt`, played through the real engine on a real record, with a clock that the test
//! turns. Each is played twice: without a disturbance, and with the program started anew after every line and ended in the
//! middle of what it does, again and again.

mod letters;
pub mod record;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use sscd::domain::case::{Kind, Stage, next};
use sscd::domain::desk;
use sscd::domain::review;
use sscd::engine::Probe;
use sscd::rehearse::{Ends, Play, Setting, Step, read_script};

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios"))
}

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// The office that is shipped; the real program reads what is suspected.
fn setting() -> Arc<Setting> {
    static SETTING: OnceLock<Arc<Setting>> = OnceLock::new();
    let new = || {
        let mails = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail");
        let probe = Probe::new(env!("CARGO_BIN_EXE_sscd").into(), None);
        Arc::new(Setting::new(None, Vec::new(), mails, probe).unwrap())
    };
    SETTING.get_or_init(new).clone()
}

/// Plays a conversation to its end, and checks the record and the letters that it left behind.
async fn play(steps: &[Step], ends: Ends) -> Result<Play, String> {
    let mut play = Play::begin(steps, &setting(), ends).await?;
    play.all(steps).await?;
    record::check_record(play.engine()).await.map_err(|why| format!("after the last line: {why}"))?;
    letters::check_letters(play.engine()).await.map_err(|why| format!("of what was sent: {why}"))?;
    Ok(play)
}

fn steps_of(file: &Path) -> Vec<Step> {
    let text = fs::read_to_string(file).unwrap();
    read_script(&text).unwrap_or_else(|why| panic!("{}: {why}", file.display()))
}

/// However often it ends in the middle; `SSCD_SEED=5` ends it elsewhere.
fn check(name: &str) {
    let file = folder().join(format!("{name}.txt"));
    let steps = steps_of(&file);
    let seed = std::env::var("SSCD_SEED").map_or(0, |seed| seed.parse().unwrap());
    if let Err(why) = block(play(&steps, Ends::Anywhere { seed })) {
        let undisturbed = block(play(&steps, Ends::Never)).err().unwrap_or_else(|| "all of it holds".into());
        panic!("{}, ended with the seed {seed}: {why}\nundisturbed: {undisturbed}", file.display());
    }
}

macro_rules! conversations {
    ($($name:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            check(stringify!($name));
        })*

        #[test]
        fn every_conversation_is_played() {
            let listed = BTreeSet::from([$(concat!(stringify!($name), ".txt").to_string()),*]);
            let files = fs::read_dir(folder()).unwrap();
            let there = files.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            assert_eq!(listed, there, "tests/it/scenario/mod.rs lists what lies in tests/scenarios");
        }
    };
}

conversations! {
    another_users_domain,
    answer_out_of_hours,
    asked_after_an_outage,
    asked_once,
    bounced,
    bounced_without_tags,
    called_back,
    chair_changes,
    changed_after_decision,
    claimed,
    complete,
    decided_ad_hoc,
    decided_assessment,
    decided_by_reply,
    decided_days_later,
    decided_deferred,
    decided_information,
    decided_no_action,
    decided_wait,
    decision_corrected,
    desk_agenda_discarded,
    desk_answered,
    desk_beyond_the_holidays,
    desk_digest_after_an_outage,
    desk_digest_empty,
    desk_digest_in_autumn,
    desk_digest_in_spring,
    desk_digest_lists,
    desk_group,
    desk_letter_refused,
    desk_meeting,
    desk_meetings_run_out,
    desk_members_change,
    desk_ninety_days,
    desk_no_chair,
    desk_objection,
    desk_outage_over_the_issue,
    desk_provider,
    desk_tabled_late,
    drafts_go_by_the_directory,
    escalated,
    escalation_ends,
    escalation_waits,
    escalation_waits_over_a_meeting,
    excluded,
    finding,
    forged,
    forged_withdrawal,
    gaps_filled,
    gaps_left,
    information_asked_twice,
    junk,
    last_meeting,
    marked_red,
    meeting_another_time,
    meeting_answers,
    meeting_attendance,
    meeting_budget,
    meeting_cancelled,
    meeting_decided_otherwise,
    meeting_entered,
    meeting_invited,
    meeting_missed,
    meeting_moved_twice,
    meeting_objection,
    meeting_one_part,
    meeting_people_change,
    no_more_meetings,
    objection,
    objection_released,
    opened_by_a_person,
    paused,
    possibly_the_same,
    prose_reply,
    provider,
    refused,
    reread,
    retrospective,
    review_answered,
    review_calendar,
    review_calendar_outage,
    review_calendar_people,
    review_covers,
    review_ends,
    review_finding,
    review_for_a_person,
    review_known_late,
    review_late,
    review_leap_day,
    review_members_change,
    review_moved,
    review_overdue,
    review_reminders,
    robots,
    sent_again,
    sent_by_a_colleague,
    several,
    split,
    start_as_stated,
    start_asked,
    stayed,
    stayed_without_meetings,
    step_put_off_again,
    superseded,
    tabled,
    triage,
    unverified,
    whole_life,
    withdrawn,
    withheld,
    year_turns,
}

/// What the subjects of all conversations go through undisturbed, as the events and the stages to which they lead.
fn all_moves() -> BTreeSet<(String, &'static str)> {
    let files: Vec<PathBuf> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    let moves = |file: &PathBuf| {
        block(async {
            let played = play(&steps_of(file), Ends::Never).await;
            let played = played.unwrap_or_else(|why| panic!("{}: {why}", file.display()));
            record::moves(played.engine()).await
        })
    };
    std::thread::scope(|scope| {
        let halves = files.chunks(files.len().div_ceil(2));
        let threads: Vec<_> =
            halves.map(|half| scope.spawn(move || half.iter().flat_map(moves).collect::<Vec<_>>())).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn each_conversation_holds_and_every_move_of_the_pictures_has_one() {
    let seen = all_moves();
    let moves = |from: Option<Stage>| {
        let to = move |event: Kind| Some((event, next(from, event).filter(|to| from != Some(*to))?));
        Kind::ALL.into_iter().filter_map(to).map(|(event, to)| (event.to_string(), to.title()))
    };
    let all: BTreeSet<_> = std::iter::once(None).chain(Stage::ALL.map(Some)).flat_map(moves).collect();
    let of_review = |from: Option<review::Stage>| {
        let to = move |event: review::Kind| {
            Some((
                format!("review {event}"),
                review::next(from, event).filter(|to| from != Some(*to))?.title(),
            ))
        };
        review::Kind::ALL.into_iter().filter_map(to)
    };
    let stages = std::iter::once(None).chain(review::Stage::ALL.map(Some));
    let of_desk = desk::Stage::ALL.into_iter().flat_map(|from| {
        let to = move |event: desk::Kind| Some((event, desk::next(from, event).filter(|to| from != *to)?));
        let moves = desk::Kind::ALL.into_iter().filter_map(to);
        moves.map(|(event, to)| (format!("desk {event}"), to.title()))
    });
    let all: BTreeSet<_> = all.into_iter().chain(stages.flat_map(of_review)).chain(of_desk).collect();
    let lacks: Vec<_> = all.difference(&seen).collect();
    assert!(lacks.is_empty(), "no conversation has {lacks:?}");
}

/// What is said of a conversation that goes wrong in its third line, after a complete notification was acknowledged.
fn said_of(line: &str) -> String {
    let text = format!(
        "> now 2026-11-02 09:30\n> mail good/form-complete.eml\n\
         > expect letter acknowledgement to security@northwind.test\n{line}\n"
    );
    let steps: Vec<Step> = match read_script(&text) {
        Ok(steps) => steps,
        Err(why) => return why,
    };
    block(play(&steps, Ends::Never)).err().expect(line)
}

#[test]
fn a_line_that_does_not_hold_says_where_and_what_was_found() {
    let lines = [
        "expect letter receipt to security@northwind.test",
        "mail good/two-systems.eml",
        "expect case SUS-2026-0001: missing user_ids",
        "expect case SUS-2026-0001",
        "expect case SUS-2026-0002: acknowledged",
        "expect history SUS-2026-0001: CaseLogged, Acknowledged",
        "expect mail 1: outcome triage",
        "expect mail 2: outcome case",
        "expect 2 cases",
        "expect draft acknowledgement to nobody: because",
        "expect refusal: because",
        "expect alarm: because",
        "expect the unexpected",
        "grace.mbeki releases letter 1",
        "mail good/no-such-mail.eml",
        "reply to letter 7 from a@b.test",
        "advance somewhat",
        "a strange line",
    ];
    let said: String =
        lines.into_iter().flat_map(|line| [said_of(&format!("> {line}")), "\n".into()]).collect();
    let said = said.replace(env!("CARGO_MANIFEST_DIR"), "");
    insta::assert_snapshot!(
        said + &said_of("neither") + "\n" + &said_of("> expect nothing\n> mail good/two-systems.eml")
    );
}
