//! What sockets carried, as the wire counts it.

/// What went over a socket in one direction.
#[derive(Debug, Default, Clone, Copy)]
pub struct Weight {
    pub bytes: usize,
    pub frames: usize,
}

/// Of a frame that a browser sends (RFC 6455).
pub const MASK_BYTES: usize = 4;

impl Weight {
    pub fn add(&mut self, bytes: usize, mask: usize) {
        let head = match bytes {
            0..126 => 2,
            126..65_536 => 4,
            _ => 10,
        };
        self.bytes += head + mask + bytes;
        self.frames += 1;
    }

    pub const fn since(self, before: Self) -> Self {
        Self { bytes: self.bytes - before.bytes, frames: self.frames - before.frames }
    }
}
