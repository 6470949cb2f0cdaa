//! Faults that a test may plant, to prove that the simulation finds each of them. Without the
//! feature `planted` nothing can be planted, and the questions about it cost nothing.

/// A mistake that somebody could make in one of the two halves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planted {
    // In the server's half.
    AckBeforeCommit,
    ReceiptNotChecked,
    NewsBeyondScope,
    /// Who asks for more of what is closed hears the verdict, and drops what they have.
    ClosedWhenPulled,
    /// What is written after New Year goes into a volume of which only its author hears.
    NewVolumeNotTold,

    // In the device's half: from the person to the disk.
    SavedAtOnce,
    SavedBeforeStrict,
    WithdrawnWithoutLooking,
    RewordedWithoutLooking,
    RewordedOnTheWay,
    WrittenAsItWas,
    OutboxRowStays,

    // From the disk to the server.
    SentWhenPushed,
    DuplicateOnRetry,
    RefusalBlocks,
    LostDeadLetter,
    UnmintedWithoutLetter,
    WrittenLateInParts,
    ActorReused,
    ActorKeptAfterRefusal,
    ClockDecides,
    /// What the disk did not take is overtaken by what was written later.
    PassesWhatFailed,

    // Until both hold the same.
    PlaceTrusted,
    DigestSkipsDocument,
    OffersNothing,
    LetGoTooEarly,
    WakeUpLost,
    NothingLookedAt,

    // What the clinic decides about accounts, devices and entries.
    RevokedKept,
    NarrowedKept,
    NarrowedLosesUnsent,
    EpochLosesUnsent,
    OldEpochKept,
    ClosedIsAskedOnce,
    OldEpochNotCarriedOver,
    OldEpochDroppedAtOnce,
    StrangersRowsLeft,
    OrphansOfferedOnce,
    OrphansDropped,
    ErasedTakenAgain,

    // In the store.
    /// What came last gives up its bytes before a pack holds them.
    CompactedTooEarly,
}

/// Where a half remembers what was planted in it.
#[derive(Clone, Copy, Default)]
pub(super) struct Soil {
    #[cfg(feature = "planted")]
    planted: Option<Planted>,
}

impl Soil {
    #[cfg(feature = "planted")]
    pub(super) const fn plant(&mut self, planted: Option<Planted>) {
        self.planted = planted;
    }

    #[cfg(feature = "planted")]
    pub(super) fn has(self, which: Planted) -> bool {
        self.planted == Some(which)
    }

    #[cfg(not(feature = "planted"))]
    #[expect(clippy::unused_self, reason = "the same question with and without the feature")]
    pub(super) const fn has(self, _which: Planted) -> bool {
        false
    }
}
