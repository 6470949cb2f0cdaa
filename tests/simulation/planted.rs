//! Each fault that somebody could make is planted, and has to be found. Without this, a number of
//! schedules says nothing.

use std::time::Duration;

use shared::sync::planted::Planted;

use crate::light::Light;
use crate::run::{self, Budget};

/// A fault that hides for longer than this would hide in practice.
const SCHEDULES_MAX: u64 = 20_000;

#[expect(clippy::print_stdout, reason = "how soon each fault is found is worth reading")]
fn is_found(planted: Planted) {
    let budget = Budget { least: SCHEDULES_MAX, most: SCHEDULES_MAX, time: Duration::ZERO };
    // The same seeds each time: whether a fault is found must not depend on the commit.
    let (count, failure) = run::many::<Light>(1, Some(planted), budget);
    let Some(failure) = failure else {
        panic!("{planted:?} was not found in {count} schedules");
    };
    // The seed alone plays the same again, and says that it fails.
    let again = run::replay::<Light>(failure.seed, Some(planted));
    assert!(again.is_err_and(|what| what.contains(&failure.problems[0])), "{planted:?}");
    println!("{planted:?} was found after {count} schedules: {}", failure.problems[0]);
}

macro_rules! found {
    ($($name:ident: $planted:ident),+ $(,)?) => {$(
        #[test]
        fn $name() {
            is_found(Planted::$planted);
        }
    )+};
}

// Those that take two tabs stand in `tabs.rs`, those that a million schedules hardly meet in `rare.rs`.
found! {
    an_acknowledgement_before_the_commit_is_found: AckBeforeCommit,
    a_receipt_that_is_not_checked_is_found: ReceiptNotChecked,
    news_beyond_the_scope_are_found: NewsBeyondScope,
    a_new_volume_that_nobody_hears_of_is_found: NewVolumeNotTold,
    saved_before_the_disk_said_so_is_found: SavedAtOnce,
    saved_without_strict_durability_is_found: SavedBeforeStrict,
    an_outbox_row_that_stays_is_found: OutboxRowStays,
    a_status_ahead_of_the_truth_is_found: SentWhenPushed,
    a_duplicate_on_retry_is_found: DuplicateOnRetry,
    a_refusal_that_blocks_the_queue_is_found: RefusalBlocks,
    a_lost_dead_letter_is_found: LostDeadLetter,
    a_reused_actor_is_found: ActorReused,
    an_actor_kept_after_a_refusal_is_found: ActorKeptAfterRefusal,
    a_clock_that_decides_is_found: ClockDecides,
    passing_what_the_disk_did_not_take_is_found: PassesWhatFailed,
    a_trusted_place_is_found: PlaceTrusted,
    a_digest_that_skips_a_document_is_found: DigestSkipsDocument,
    a_device_that_offers_nothing_is_found: OffersNothing,
    letting_go_too_early_is_found: LetGoTooEarly,
    a_lost_wake_up_is_found: WakeUpLost,
    bytes_that_nobody_looked_at_are_found: NothingLookedAt,
    a_revoked_device_that_keeps_everything_is_found: RevokedKept,
    a_closed_document_that_is_kept_is_found: NarrowedKept,
    words_lost_with_a_grant_are_found: NarrowedLosesUnsent,
    words_lost_with_an_epoch_are_found: EpochLosesUnsent,
    an_old_epoch_that_is_kept_is_found: OldEpochKept,
    a_closed_document_asked_about_once_is_found: ClosedIsAskedOnce,
    rows_left_in_an_old_epoch_are_found: OldEpochNotCarriedOver,
    something_erased_that_is_taken_again_is_found: ErasedTakenAgain,
    a_compaction_that_deletes_the_newest_is_found: CompactedTooEarly,
}
