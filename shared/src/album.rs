//! Which photos lie on a device, what needs them, and which go when there are too many. The device
//! does what this says.

use serde::{Deserialize, Serialize};

use crate::id::PatientId;
use crate::record::message::Attachment;

/// Bytes of photos on one device: a hundred of them. Only what the clinic has is removed for another.
pub const KEPT_BYTES_MAX: u64 = 30_000_000;

/// A photo on this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub patient: PatientId,
    pub attachment: Attachment,
    /// Messages and drafts of this device that it belongs to.
    #[serde(default)]
    pub needed_by: Vec<String>,
    /// The clinic has it.
    #[serde(default)]
    pub brought: bool,
}

/// All of them, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Album(Vec<Kept>);

impl Album {
    pub fn all(&self) -> &[Kept] {
        &self.0
    }

    /// The photos of a draft, in the order in which they came.
    pub fn of(&self, draft: &str) -> Vec<Attachment> {
        let needed = self.0.iter().filter(|kept| kept.is_needed_by(draft));
        needed.map(|kept| kept.attachment.clone()).collect()
    }

    pub fn add(&mut self, new: Kept) {
        match self.find(new.patient, &new.attachment.blob) {
            Some(kept) => {
                kept.brought |= new.brought;
                new.needed_by.into_iter().for_each(|by| kept.need(by));
            }
            None => self.0.push(new),
        }
    }

    /// The message has them too, from now on.
    pub fn need(&mut self, patient: PatientId, blobs: &[String], by: &str) {
        for blob in blobs {
            if let Some(kept) = self.find(patient, blob) {
                kept.need(by.to_owned());
            }
        }
    }

    /// It needs these no more, or none at all any more. What nothing needs goes.
    pub fn release(&mut self, by: &str, only: Option<&[String]>) {
        self.0.retain_mut(|kept| {
            let is_meant = only.is_none_or(|only| only.contains(&kept.attachment.blob));
            if !is_meant || !kept.is_needed_by(by) {
                return true;
            }
            kept.needed_by.retain(|one| one != by);
            !kept.needed_by.is_empty()
        });
    }

    pub fn brought(&mut self, patient: PatientId, blob: &str) {
        if let Some(kept) = self.find(patient, blob) {
            kept.brought = true;
        }
    }

    /// The oldest that the clinic has make room.
    pub fn keep_within(&mut self, bytes_max: u64) {
        let mut bytes: u64 = self.0.iter().map(|kept| kept.attachment.bytes).sum();
        self.0.retain(|kept| {
            let stays = bytes <= bytes_max || !kept.brought;
            if !stays {
                bytes -= kept.attachment.bytes;
            }
            stays
        });
    }

    fn find(&mut self, patient: PatientId, blob: &str) -> Option<&mut Kept> {
        self.0.iter_mut().find(|kept| kept.patient == patient && kept.attachment.blob == blob)
    }
}

impl Kept {
    fn is_needed_by(&self, by: &str) -> bool {
        self.needed_by.iter().any(|one| one == by)
    }

    fn need(&mut self, by: String) {
        if !self.is_needed_by(&by) {
            self.needed_by.push(by);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROSA: PatientId = PatientId::from_u128(1);

    fn kept(blob: &str, needed_by: &[&str], brought: bool) -> Kept {
        let attachment = Attachment {
            blob: blob.into(),
            content_type: "image/jpeg".into(),
            bytes: 100,
            name: None,
        };
        let needed_by = needed_by.iter().map(|by| (*by).to_owned()).collect();
        Kept { patient: ROSA, attachment, needed_by, brought }
    }

    fn album(all: &[Kept]) -> Album {
        let mut album = Album::default();
        all.iter().for_each(|kept| album.add(kept.clone()));
        album
    }

    fn blobs(album: &Album) -> Vec<&str> {
        album.all().iter().map(|kept| kept.attachment.blob.as_str()).collect()
    }

    #[test]
    fn a_photo_goes_from_its_draft_to_its_message_and_with_it() {
        let mut album = album(&[kept("a", &["draft"], false), kept("b", &["draft"], false)]);
        let both = ["a".to_owned(), "b".to_owned()];
        album.need(ROSA, &both, "message");
        album.release("draft", Some(&both));
        assert!(album.of("draft").is_empty());
        assert_eq!(blobs(&album), ["a", "b"]);
        album.add(kept("a", &["draft"], false));
        album.release("message", None);
        assert_eq!(blobs(&album), ["a"], "the draft still needs it");
        album.release("draft", Some(&both));
        assert_eq!(album, Album::default());
    }

    #[test]
    fn only_what_the_clinic_has_makes_room_the_oldest_first() {
        let all = [
            kept("unsent", &["message"], false),
            kept("old", &["message"], true),
            kept("fetched", &[], true),
            kept("draft", &["draft"], false),
        ];
        let mut album = album(&all);
        album.keep_within(400);
        assert_eq!(album.all().len(), 4);
        album.keep_within(399);
        assert_eq!(blobs(&album), ["unsent", "fetched", "draft"]);
        album.release("nobody", None);
        album.keep_within(0);
        assert_eq!(blobs(&album), ["unsent", "draft"]);
        album.brought(ROSA, "unsent");
        album.add(kept("draft", &[], true));
        album.keep_within(100);
        assert_eq!(blobs(&album), ["draft"]);
    }
}
