//! Which devices are the person's own. A bundle brings others too, such as the analyzer of a lab or the
//! program that wrote it: these are only the names of who measured and wrote.

use super::{Chart, Resource};
use crate::fhir::ResourceType;
use crate::fhir::datatypes::Reference;
use crate::fhir::lenient::{Many, Text, view};
use crate::id::EntryId;
use crate::ordered::BTreeSet;

view! {
    Whose { patient: Reference<'a> = "patient" }
    /// What names devices: those that measured and wrote (R4: Observation, Media, Provenance, papers), and those that
    /// were put into somebody or that somebody uses (Procedure, DeviceUseStatement).
    Names {
        resource_type: Text<'a> = "resourceType",
        device: Reference<'a> = "device",
        agent: Many<Agent<'a>> = "agent",
        author: Many<Reference<'a>> = "author",
        used: Many<Reference<'a>> = "usedReference",
        focal: Many<Focal<'a>> = "focalDevice",
    }
    Agent { who: Reference<'a> = "who" }
    Focal { manipulated: Reference<'a> = "manipulated" }
}

/// Devices that measured or wrote something, that do not say whose they are, and of which no use stands in
/// the chart. In doubt a device is the person's own: what says so may not be here.
pub fn only_names(chart: &Chart) -> BTreeSet<EntryId> {
    use ResourceType as Type;
    let mut names = BTreeSet::new();
    let is_nobodys = |device: &Resource| {
        let patient = device.view::<Whose<'_>>().patient;
        !patient.is_said() && patient.identifier.value.said().is_none()
    };
    // Most charts have none, and then nothing is read.
    if !chart.of(&[Type::Device]).any(is_nobodys) {
        return names;
    }
    let mut used = BTreeSet::new();
    for other in
        chart.of(&[Type::Observation, Type::Procedure, Type::DocumentReference, Type::Other])
    {
        // Of thousands of results few name what measured them.
        if other.kind == Type::Observation && !other.json().contains("\"device\"") {
            continue;
        }
        let view: Names<'_> = other.view();
        let is_use = view.resource_type.is_one_of(&["Procedure", "DeviceUseStatement"]);
        let parts = view.focal.iter().map(|focal| &focal.manipulated).chain(view.used.iter());
        let writers = view.agent.iter().map(|agent| &agent.who).chain(view.author.iter());
        let all = parts.chain(writers).chain([&view.device]);
        // What asks for another kind is not looked for in the whole chart.
        let may_be = |to: &&str| !to.contains('?') || to.contains("Device?");
        let all = all.filter_map(|named| named.reference.said().filter(may_be));
        let all = all.filter_map(|to| chart.follow(other, to));
        for device in all.filter(|device| device.kind == Type::Device) {
            if is_use || !is_nobodys(device) {
                used.insert(device.entry);
            } else {
                names.insert(device.entry);
            }
        }
    }
    names.retain(|device| !used.contains(device));
    names
}
