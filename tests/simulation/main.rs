//! The halves of sync in a world where everything that can go wrong does, proven with an oracle.

mod attachments;
mod bytes;
mod cast;
mod clinic;
mod disk;
mod erasure;
mod ledger;
mod light;
mod machine;
mod oracle;
mod planted;
mod random;
mod rare;
mod reading;
mod refills;
mod run;
mod scenarios;
mod schedule;
mod store;
mod tabs;
mod tier;
mod tiers;
mod verdicts;
mod weight;
mod words;
mod world;
