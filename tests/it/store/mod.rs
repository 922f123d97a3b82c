//! The record on both engines: each check runs on SQLite as a test of its own, and all of them on one private
//! PostgreSQL, each in a database of its own.

mod alarm;
mod commit;
mod fold;
mod intake;
mod journal;
mod open;
mod outbox;
mod place;
mod postgres;
mod reading;
mod register;
mod sample;

/// A test on SQLite for each check, and one that runs them all on PostgreSQL.
macro_rules! on_both_engines {
    ($($module:ident::$check:ident),* $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $check() {
                super::$module::$check(&super::place::Place::sqlite());
            })*
        }

        #[test]
        fn postgres() {
            let server = postgres::Server::start();
            $(
                eprintln!(concat!(stringify!($module), "::", stringify!($check)));
                $module::$check(&place::Place::postgres(&server));
            )*
        }
    };
}

on_both_engines! {
    alarm::an_alarm_stands_until_it_is_cleared,
    commit::a_decision_goes_down_whole,
    commit::what_is_counted_together_was_so_at_one_moment,
    commit::what_fails_leaves_nothing_behind,
    commit::who_was_overtaken_writes_nothing,
    commit::the_lease_passes_on_when_it_is_over,
    fold::what_is_read_is_what_was_committed,
    intake::mail_is_taken_in_once_and_waits,
    intake::the_same_bytes_are_one_mail_seen_twice,
    intake::what_was_put_aside_as_junk_waits_again_once_it_is_a_notice,
    intake::a_big_mail_comes_in_pieces,
    intake::pieces_that_stopped_coming_are_swept,
    intake::older_mail_is_recorded_and_done,
    journal::the_chain_holds_over_a_restart_and_a_clock_set_back,
    journal::a_body_can_be_erased_and_the_chain_stays_whole,
    journal::the_journal_is_not_changed,
    journal::a_change_behind_our_back_is_found,
    journal::references_count_on_beyond_four_digits,
    open::every_statement_fits,
    open::every_connection_keeps_what_it_commits,
    outbox::a_letter_leaves_once_and_is_settled_once,
    outbox::what_is_called_back_leaves_no_more_and_a_claim_comes_first_or_not_at_all,
    outbox::a_retry_waits_for_its_time,
    outbox::a_clock_that_was_ahead_puts_nothing_off,
    outbox::only_a_letter_to_one_is_known_by_its_copy_in_sent,
    outbox::what_is_past_its_time_never_leaves,
    outbox::a_draft_never_leaves,
    outbox::a_sealed_letter_is_never_changed,
    outbox::what_was_under_way_at_a_crash_is_sent_again_and_flagged,
    outbox::what_a_living_daemon_has_claimed_is_its_own,
    outbox::two_deliverers_never_claim_the_same,
    reading::a_mail_that_kills_the_reader_is_counted,
    reading::the_inbox_lists_and_finds,
    register::timers_are_replaced_whole,
    register::subjects_are_found_by_user_and_kind,
    register::the_caches_are_written_anew,
}
mod settings;
