//! The forms of a document: where each one's bytes are.

use crate::fhir::ResourceType;
use crate::fhir::datatypes::Attachment;
use crate::fhir::document::{Document, Form, FormPlace};
use crate::fhir::report::Report;
use crate::id::EntryId;
use crate::json::Value;
use crate::record::Record;

/// The forms in which a document or a report can be had.
pub fn forms(record: &Record, entry: EntryId) -> Option<Vec<Form>> {
    let resource = record.chart().find(entry)?;
    let about = resource.about();
    let cuts = about.cuts();
    let json = resource.json();
    let form = |attachment: &Attachment<'_>| {
        let data = attachment.data.value();
        // Cut content left an empty string, which begins one byte before the cut.
        let start = data.map(|data| data.written().as_ptr() as usize - json.as_ptr() as usize);
        let at = start.map(|start| start as u64 + 1);
        let cut = cuts.iter().find(|cut| Some(cut.at) == at);
        let inline = data.and_then(Value::text).filter(|data| !data.is_empty());
        Form {
            title: attachment.title.owned(),
            content_type: attachment.content_type.owned(),
            size: attachment.size.said().and_then(|size| size.parse().ok()),
            language: attachment.language.owned(),
            created: attachment.creation.date(),
            place: match (cut, inline, attachment.url.owned()) {
                (Some(cut), _, _) => FormPlace::Blob { blob: cut.blob.clone() },
                (None, Some(data), _) => FormPlace::Inline { data: data.into_owned() },
                (None, None, Some(url)) => FormPlace::Url { url },
                (None, None, None) => FormPlace::Nowhere,
            },
        }
    };
    Some(match resource.kind {
        ResourceType::DiagnosticReport => {
            let view: Report<'_> = resource.view();
            view.presented.iter().map(form).collect()
        }
        _ => {
            let view: Document<'_> = resource.view();
            view.content.iter().map(|content| form(&content.attachment)).collect()
        }
    })
}
