//! The photos of the open account: chosen and made small, kept, shown, brought to the clinic and
//! fetched from it. What takes long runs beside the loop and reports to it.

use shared::album::{Album, Kept};
use shared::attachment::{AttachmentName, MediaType};
use shared::edit::{ATTACHMENTS_MAX, Attachment};
use shared::id::{EntryId, PatientId};
use shared::sync::device::{Event, NotBrought};
use wasm_bindgen_futures::spawn_local;

use super::account::Account;
use super::telling::draft_name;
use super::{Happened, report};
use crate::bridge::{DraftPhotos, Photo, PhotoTrouble, ToPage};
use crate::worker::album::{Change, Listed, Shelf};
use crate::worker::browser::disk::DiskError;
use crate::worker::browser::picture::{Blob, shrink};
use crate::worker::browser::{file, page_port};
use crate::worker::fetch::attachments::{self, NotFetched};

/// Pictures that are ready to be shown at once; then they are made anew.
const SHOWN_MAX: usize = 60;

pub enum PhotoNews {
    /// What came of a file that was chosen for a draft.
    Chosen(String, Result<Album, PhotoTrouble>),
    Album(Album),
    /// The list of photos, which could not be read before.
    Listed(Listed),
    Shown(Place, Photo),
    Brought(AttachmentName, Result<(), NotBrought>),
}

type Place = (PatientId, String);

pub struct Photos {
    shelf: Shelf,
    album: Album,
    /// Why the album is not what the disk has.
    unlisted: Option<PhotoTrouble>,
    /// So few that looking through them is quickest; here and below.
    shown: Vec<(Place, Photo)>,
    /// Drafts for which a photo is being made small.
    busy: Vec<String>,
    trouble: Vec<(String, PhotoTrouble)>,
}

impl Photos {
    pub async fn on(shelf: Shelf) -> Self {
        let listed = shelf.album().await;
        let (shown, busy, trouble) = (Vec::new(), Vec::new(), Vec::new());
        let album = Album::default();
        let mut photos = Self { shelf, album, unlisted: None, shown, busy, trouble };
        match listed {
            Ok(listed) => photos.take(listed),
            Err(_) => photos.unlisted = Some(PhotoTrouble::Unread),
        }
        photos
    }

    fn take(&mut self, listed: Listed) {
        self.unlisted = listed.lost.then_some(PhotoTrouble::Lost);
        self.album = listed.album;
    }

    fn changed(&mut self, album: Album) {
        self.unlisted = None;
        self.album = album;
    }

    fn forget_shown(&mut self) {
        for (_, photo) in &self.shown {
            if let Photo::Here { url } = photo {
                file::forget(url);
            }
        }
        self.shown.clear();
    }

    fn show(&mut self, place: Place, photo: Photo) {
        self.shown.retain(|(other, _)| *other != place);
        self.shown.push((place, photo));
    }

    fn forgive(&mut self, draft: &str) {
        self.trouble.retain(|(other, _)| other != draft);
    }
}

impl Account {
    pub(super) fn photo_news(&mut self, news: PhotoNews) -> Option<Event> {
        match news {
            PhotoNews::Chosen(draft, outcome) => {
                if let Some(place) = self.photos.busy.iter().position(|busy| *busy == draft) {
                    self.photos.busy.swap_remove(place);
                }
                match outcome {
                    Ok(album) => self.photos.changed(album),
                    Err(why) => self.photos.trouble.push((draft, why)),
                }
            }
            PhotoNews::Album(album) => self.photos.changed(album),
            // Unless a change came in between: what it left is newer than what was read.
            PhotoNews::Listed(_) if self.photos.unlisted != Some(PhotoTrouble::Unread) => {}
            PhotoNews::Listed(listed) => self.photos.take(listed),
            PhotoNews::Shown(place, photo) => {
                if self.photos.shown.len() >= SHOWN_MAX {
                    self.photos.forget_shown();
                }
                self.photos.show(place, photo);
            }
            PhotoNews::Brought(name, outcome) => return Some(Event::Brought(name, outcome)),
        }
        page_port::tell(&ToPage::Changed);
        None
    }

    /// There is a line again: what was asked for in vain is asked for anew.
    pub(super) fn look_for_photos_again(&mut self) {
        let before = self.photos.shown.len();
        self.photos.shown.retain(|(_, photo)| *photo != Photo::NeedsConnection);
        if self.photos.shown.len() != before {
            page_port::tell(&ToPage::Changed);
        }
    }

    // --- Drafts ---

    pub(super) fn photo_chosen(&mut self, key: &str, chosen: Blob) {
        let patient = self.reading.patient;
        let draft = draft_name(patient, key);
        self.photos.forgive(&draft);
        let busy = self.photos.busy.iter().filter(|busy| **busy == draft).count();
        if self.photos.album.of(&draft).len() + busy >= ATTACHMENTS_MAX {
            self.photos.trouble.push((draft, PhotoTrouble::TooMany));
            page_port::tell(&ToPage::Changed);
            return;
        }
        self.photos.busy.push(draft.clone());
        page_port::tell(&ToPage::Changed);
        let (shelf, happenings) = (self.photos.shelf.clone(), self.happenings.clone());
        spawn_local(async move {
            let outcome = take_in(&shelf, patient, &draft, &chosen).await;
            report(&happenings, Happened::Photos(PhotoNews::Chosen(draft, outcome)));
        });
    }

    pub(super) fn keep_photos(&mut self, key: &str, blobs: Vec<String>, keep: bool) {
        let patient = self.reading.patient;
        let draft = draft_name(patient, key);
        self.photos.forgive(&draft);
        self.change_album(Box::new(move |album| match keep {
            true => album.need(patient, &blobs, &draft),
            false => album.release(&draft, Some(&blobs)),
        }));
    }

    pub(super) fn draft_photos(&self, key: &str) -> DraftPhotos {
        let draft = draft_name(self.reading.patient, key);
        let trouble = self.photos.trouble.iter().find(|(other, _)| *other == draft);
        let unread = self.photos.unlisted == Some(PhotoTrouble::Unread);
        if unread {
            self.list_photos_again();
        }
        DraftPhotos {
            photos: self.photos.album.of(&draft),
            is_busy: unread || self.photos.busy.contains(&draft),
            trouble: trouble.map(|(_, why)| *why).or(self.photos.unlisted),
        }
    }

    /// Success is told, which asks again; after a failure the next question tries.
    fn list_photos_again(&self) {
        let (shelf, happenings) = (self.photos.shelf.clone(), self.happenings.clone());
        spawn_local(async move {
            if let Ok(listed) = shelf.album().await {
                report(&happenings, Happened::Photos(PhotoNews::Listed(listed)));
            }
        });
    }

    /// Before a message is saved its photos are noted as its own: they outlive the draft.
    pub(super) async fn photos_of(
        &mut self,
        entry: EntryId,
        attachments: &[Attachment],
    ) -> Result<(), DiskError> {
        if attachments.is_empty() {
            return Ok(());
        }
        let (patient, entry) = (self.reading.patient, entry.to_string());
        let blobs: Vec<_> = attachments.iter().map(|one| one.blob.clone()).collect();
        let need = move |album: &mut Album| album.need(patient, &blobs, &entry);
        let album = self.photos.shelf.change(None, Box::new(need)).await?;
        self.photos.changed(album);
        Ok(())
    }

    /// A message was taken back: of its photos stays what a draft has.
    pub(super) fn photos_withdrawn(&self, entry: EntryId) {
        self.change_album(Box::new(move |album| album.release(&entry.to_string(), None)));
    }

    fn change_album(&self, change: Change) {
        let (shelf, happenings) = (self.photos.shelf.clone(), self.happenings.clone());
        spawn_local(async move {
            // What stays by a fault of the disk is sealed like the rest, and goes when somebody leaves.
            if let Ok(album) = shelf.change(None, change).await {
                report(&happenings, Happened::Photos(PhotoNews::Album(album)));
            }
        });
    }

    // --- Showing ---

    pub(super) fn photo(&mut self, attachment: Attachment, fetch: bool) -> Photo {
        let place = (self.reading.patient, attachment.blob.clone());
        match self.photos.shown.iter().find(|(other, _)| *other == place) {
            Some((_, Photo::NotHere)) if fetch => {}
            Some((_, known)) => return known.clone(),
            None => {}
        }
        self.photos.show(place.clone(), Photo::Loading);
        let (shelf, slot) = (self.photos.shelf.clone(), self.slot.clone());
        let happenings = self.happenings.clone();
        spawn_local(async move {
            let photo = look(&shelf, &slot, place.0, attachment, fetch).await;
            report(&happenings, Happened::Photos(PhotoNews::Shown(place, photo)));
        });
        Photo::Loading
    }

    /// Another record is open: what was shown of this one is forgotten.
    pub(super) fn forget_photos(&mut self) {
        self.photos.forget_shown();
    }

    // --- To the clinic ---

    pub(super) fn bring(&self, patient: PatientId, name: AttachmentName) {
        let (shelf, slot) = (self.photos.shelf.clone(), self.slot.clone());
        let happenings = self.happenings.clone();
        spawn_local(async move {
            let content = shelf.photo(patient, &name.text()).await;
            let outcome = attachments::bring(&slot, patient, name, content).await;
            if outcome.is_ok() {
                // Without this note it only stays for longer than it has to.
                let note = move |album: &mut Album| album.brought(patient, &name.text());
                if let Ok(album) = shelf.change(None, Box::new(note)).await {
                    report(&happenings, Happened::Photos(PhotoNews::Album(album)));
                }
            }
            report(&happenings, Happened::Photos(PhotoNews::Brought(name, outcome)));
        });
    }
}

async fn take_in(
    shelf: &Shelf,
    patient: PatientId,
    draft: &str,
    chosen: &Blob,
) -> Result<Album, PhotoTrouble> {
    let small = shrink(chosen).await?;
    let attachment = attachment_of(patient, &small).ok_or(PhotoTrouble::Unreadable)?;
    let blob = attachment.blob.clone();
    let needed_by = vec![draft.to_owned()];
    let add = move |album: &mut Album| {
        album.add(Kept { patient, attachment, needed_by, brought: false });
    };
    let kept = shelf.change(Some((patient, &blob, &small)), Box::new(add)).await;
    kept.map_err(|why| match why {
        DiskError::Full => PhotoTrouble::Full,
        DiskError::Unreachable | DiskError::Overtaken => PhotoTrouble::NotSaved,
    })
}

/// As a message names it; nothing if it is of no kind that may be attached.
fn attachment_of(patient: PatientId, content: &[u8]) -> Option<Attachment> {
    let media = MediaType::ALL.into_iter().find(|media| media.begins(content))?;
    Some(Attachment {
        blob: AttachmentName::of(patient, content).text(),
        content_type: media.text().to_owned(),
        bytes: content.len() as u64,
        name: None,
    })
}

async fn look(
    shelf: &Shelf,
    slot: &str,
    patient: PatientId,
    attachment: Attachment,
    fetch: bool,
) -> Photo {
    if let Some(content) = shelf.photo(patient, &attachment.blob).await {
        return picture(&content);
    }
    let Ok(name) = attachment.blob.parse::<AttachmentName>() else {
        return Photo::Gone;
    };
    if !fetch {
        return Photo::NotHere;
    }
    let content = match attachments::fetch(slot, patient, name).await {
        Ok(content) => content,
        Err(NotFetched::Unreachable) => return Photo::NeedsConnection,
        Err(NotFetched::Gone) => return Photo::Gone,
    };
    // The size that counts is that of what came.
    let attachment = Attachment { bytes: content.len() as u64, ..attachment };
    let (blob, needed_by) = (attachment.blob.clone(), Vec::new());
    let add = move |album: &mut Album| {
        album.add(Kept { patient, attachment, needed_by, brought: true });
    };
    // One that is not kept is fetched again the next time.
    let _not_kept = shelf.change(Some((patient, &blob, &content)), Box::new(add)).await;
    picture(&content)
}

/// Only what is a picture by its bytes gets an address, and as that: nothing that a browser would run.
fn picture(content: &[u8]) -> Photo {
    let pictures = [MediaType::Jpeg, MediaType::Png, MediaType::WebP];
    let media = pictures.into_iter().find(|media| media.begins(content));
    let url = media.and_then(|media| file::address_of_bytes(content, media.text()));
    url.map_or(Photo::Gone, |url| Photo::Here { url })
}
