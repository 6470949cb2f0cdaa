//! The portal inside this binary, put there by `build.rs`.

include!(concat!(env!("OUT_DIR"), "/embedded_portal.rs"));

/// The file at this path, compressed variants included.
pub fn find(path: &str) -> Option<&'static [u8]> {
    let index = FILES.binary_search_by(|(name, _)| (*name).cmp(path)).ok()?;
    FILES.get(index).map(|(_, bytes)| *bytes)
}

#[cfg(test)]
pub fn all() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    FILES.iter().copied()
}
