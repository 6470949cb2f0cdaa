//! Bytes that a version of Satchel once wrote are read by all later ones, and what a newer one
//! writes is kept and passed on. The files in `v1` are never changed; a new version adds its own.

mod entries;
mod fixtures;
mod frames;
mod newer;
mod stored;
