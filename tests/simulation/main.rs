//! The halves of sync in a world where everything that can go wrong does, proven with an oracle.

mod cast;
mod clinic;
mod disk;
mod ledger;
mod machine;
mod random;
mod scenarios;
mod store;
mod tier;
mod words;
mod world;
