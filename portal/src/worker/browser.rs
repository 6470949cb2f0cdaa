//! Adapters to the web platform, thin enough to have no opinion. The only place of this program
//! that names `web_sys`.

pub mod clock;
pub mod crypto;
mod database;
pub mod disk;
pub mod file;
pub mod packing;
pub mod page_port;
pub mod picture;
pub mod random;
pub mod socket;
pub mod stretching;
pub mod tabs;
