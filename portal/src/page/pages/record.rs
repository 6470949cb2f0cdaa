//! The record by its sections.

use leptos::prelude::*;

use super::not_built::NotBuilt;
use super::not_found::Missing;
use crate::page::i18n::words;
use crate::page::ui::button::BackLink;
use crate::page::ui::icon::Icon;
use crate::page::ui::rows::{RowLink, Rows};
use crate::page::ui::screen::Screen;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Conditions,
    Allergies,
    Shots,
    Visits,
    CarePlan,
    Documents,
}

impl Section {
    const ALL: [Section; 6] = [
        Section::Conditions,
        Section::Allergies,
        Section::Shots,
        Section::Visits,
        Section::CarePlan,
        Section::Documents,
    ];

    /// Its place in the address.
    const fn path(self) -> &'static str {
        match self {
            Section::Conditions => "conditions",
            Section::Allergies => "allergies",
            Section::Shots => "shots",
            Section::Visits => "visits",
            Section::CarePlan => "care-plan",
            Section::Documents => "documents",
        }
    }

    const fn icon(self) -> Icon {
        match self {
            Section::Conditions => Icon::Pulse,
            Section::Allergies => Icon::Alert,
            Section::Shots => Icon::Vaccine,
            Section::Visits => Icon::Calendar,
            Section::CarePlan => Icon::Flag,
            Section::Documents => Icon::Document,
        }
    }

    fn title(self) -> String {
        match self {
            Section::Conditions => words::record_conditions(),
            Section::Allergies => words::record_allergies(),
            Section::Shots => words::record_shots(),
            Section::Visits => words::record_visits(),
            Section::CarePlan => words::record_care_plan(),
            Section::Documents => words::record_documents(),
        }
    }

    fn will(self) -> String {
        match self {
            Section::Conditions => words::record_conditions_will(),
            Section::Allergies => words::record_allergies_will(),
            Section::Shots => words::record_shots_will(),
            Section::Visits => words::record_visits_will(),
            Section::CarePlan => words::record_care_plan_will(),
            Section::Documents => words::record_documents_will(),
        }
    }
}

#[component]
pub(crate) fn Record() -> impl IntoView {
    let sections = Section::ALL.into_iter().map(|section| {
        let href = format!("/record/{}", section.path());
        view! { <RowLink href=href icon=section.icon() title=section.title()/> }
    });
    view! {
        <Screen name=words::places_record()>
            <h1>{words::places_record()}</h1>
            <Rows card=true>{sections.collect::<Vec<_>>()}</Rows>
        </Screen>
    }
}

#[component]
pub(crate) fn RecordSection(path: String) -> AnyView {
    let section = Section::ALL.into_iter().find(|section| section.path() == path);
    let Some(section) = section else {
        return view! { <Missing/> }.into_any();
    };
    let ask = (section == Section::Visits).then(|| {
        view! {
            <Rows card=true>
                <RowLink href="/visit".to_owned() icon=Icon::Clock title=words::visit_title()/>
                <RowLink href="/visit/ask".to_owned() icon=Icon::Calendar
                    title=words::visit_ask_title()/>
            </Rows>
        }
    });
    view! {
        <Screen name=section.title()>
            <div>
                <BackLink href="/record" label=words::places_record()/>
                <h1>{section.title()}</h1>
            </div>
            <NotBuilt icon=section.icon() title=words::record_section_empty() text=section.will()/>
            {ask}
        </Screen>
    }
    .into_any()
}
