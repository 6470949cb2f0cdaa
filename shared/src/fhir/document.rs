//! DocumentReference: a note, a letter, a scan.

use serde::{Deserialize, Serialize};

use super::datatypes::{Attachment, Concept, Meta, Period, Reference};
use super::description::{Description, Standing, What};
use super::lenient::{Many, Text, view};
use crate::time::PartialDate;

view! {
    Document {
        status: Text<'a> = "status",
        doc_status: Text<'a> = "docStatus",
        kind: Concept<'a> = "type",
        category: Many<Concept<'a>> = "category",
        date: Text<'a> = "date",
        author: Many<Reference<'a>> = "author",
        custodian: Reference<'a> = "custodian",
        description: Text<'a> = "description",
        security: Many<Concept<'a>> = "securityLabel",
        meta: Meta<'a> = "meta",
        content: Many<Content<'a>> = "content",
        context: Context<'a> = "context",
    }
    Content { attachment: Attachment<'a> = "attachment", format: super::datatypes::Coding<'a> = "format" }
    Context { period: Period<'a> = "period", encounter: Many<Reference<'a>> = "encounter" }
}

/// One form in which a document can be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    pub title: Option<String>,
    pub content_type: Option<String>,
    pub size: Option<u64>,
    pub language: Option<String>,
    pub created: Option<PartialDate>,
    pub place: FormPlace,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormPlace {
    /// In the entry itself: the content of the string is base64.
    Inline {
        data: String,
    },
    /// Cut out of the entry into a blob.
    Blob {
        blob: String,
    },
    /// Somewhere else; only the server may follow it.
    Url {
        url: String,
    },
    Nowhere,
}

impl Document<'_> {
    pub fn describe(&self) -> Description {
        let titles = || self.content.iter().map(|content| &content.attachment.title);
        let mut said = Description::of(&self.kind);
        let own = self.description.owned().or_else(|| titles().find_map(Text::owned));
        said.name = own.or(said.name);
        said.name = said.name.or_else(|| self.category.iter().find_map(Concept::owned));
        said.standing = match (self.status.said(), self.doc_status.said()) {
            (Some("entered-in-error"), _) | (_, Some("entered-in-error")) => Standing::Mistake,
            (Some("superseded"), _) => Standing::Past,
            (_, Some("preliminary")) => Standing::Unsure,
            (Some("current"), _) => Standing::Current,
            (_, _) => Standing::Unsaid,
        };
        said.at(&[&self.date]);
        said.period(&self.context.period);
        said.concept(What::Kind, &self.kind);
        said.concepts(What::Category, &self.category);
        said.references(What::Who, &self.author);
        said.reference(What::Organization, &self.custodian);
        said
    }

    /// Restricted or very restricted (HL7 v3 Confidentiality), or labelled at all.
    pub fn is_sensitive(&self) -> bool {
        let restricted = ["R", "V"];
        let meta = self.meta.security.iter().any(|label| label.code.is_one_of(&restricted));
        meta || self.security.iter().any(|label| label.has_code(&restricted))
    }
}
