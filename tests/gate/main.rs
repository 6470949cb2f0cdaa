//! The gate against genuine, hostile and mutated changes, with its time and memory counted.

mod cost;
mod device;
mod fhir;
mod forge;
mod frames;
mod genuine;
mod hostile;
mod mutations;
mod random;
mod seeds;
mod snapshots;
mod without;
mod world;

/// Counts the bytes in use, so that a bomb that allocates is seen even if it is refused afterwards.
#[global_allocator]
static MEMORY: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;
