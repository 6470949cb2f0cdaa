//! Photos beside the words they came with. What arrives is a picture by its first bytes or is not shown,
//! and it is drawn as one: a browser runs nothing of it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::attachment::MediaType;
use shared::edit::Attachment;
use shared::id::PatientId;

use super::client;
use crate::page::i18n::words;
use crate::page::ui::photo::PhotoView;
use crate::page::ui::platform::ObjectUrl;

/// Nothing where there are none.
pub(super) fn photos(patient: PatientId, all: Vec<Attachment>) -> Option<AnyView> {
    let all: Vec<_> = all.into_iter().map(|photo| one(patient, photo)).collect();
    (!all.is_empty()).then(|| view! { <div class="photos">{all}</div> }.into_any())
}

fn one(patient: PatientId, photo: Attachment) -> AnyView {
    // Nothing until it is known whether it comes.
    let content = RwSignal::new(None::<Option<Vec<u8>>>);
    spawn_local(async move {
        let bytes = client::attachment(patient, &photo).await.ok();
        content.try_set(Some(bytes));
    });
    let shown = move || {
        content.with(|content| {
            let Some(bytes) = content else {
                return view! { <span role="status">{words::photo_loading()}</span> }.into_any();
            };
            let pictures = [MediaType::Jpeg, MediaType::Png, MediaType::WebP];
            let url = bytes.as_ref().and_then(|bytes| {
                let media = pictures.into_iter().find(|media| media.begins(bytes))?;
                ObjectUrl::of_bytes(bytes, media.text()).text()
            });
            match url {
                Some(url) => view! { <PhotoView url=url name=words::photo_name()/> }.into_any(),
                None => view! { <span>{words::photo_gone()}</span> }.into_any(),
            }
        })
    };
    view! { <div>{shown}</div> }.into_any()
}
