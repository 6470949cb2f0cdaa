//! Which devices are the person's own. A bundle brings others too, such as the analyzer of a lab or the
//! program that wrote it: these are only the names of who measured and wrote.

use super::{Chart, Resource};
use crate::fhir::ResourceType;
use crate::fhir::datatypes::Reference;
use crate::fhir::lenient::{Many, Text, view};

view! {
    Whose { patient: Reference<'a> = "patient" }
    /// Devices that were put into somebody, or that somebody uses (R4: Procedure, DeviceUseStatement).
    Use {
        resource_type: Text<'a> = "resourceType",
        device: Reference<'a> = "device",
        used: Many<Reference<'a>> = "usedReference",
        focal: Many<Focal<'a>> = "focalDevice",
    }
    Focal { manipulated: Reference<'a> = "manipulated" }
}

/// Whether it is a device that does not say whose it is, and of which no use stands in the chart.
pub fn is_only_a_name(chart: &Chart, device: &Resource) -> bool {
    if device.kind != ResourceType::Device {
        return false;
    }
    let patient = device.view::<Whose<'_>>().patient;
    if patient.is_said() || patient.identifier.value.said().is_some() {
        return false;
    }
    let mut others = chart.of(&[ResourceType::Procedure, ResourceType::Other]);
    !others.any(|other| {
        let view: Use<'_> = other.view();
        if !view.resource_type.is_one_of(&["Procedure", "DeviceUseStatement"]) {
            return false;
        }
        let focal = view.focal.iter().map(|focal| &focal.manipulated);
        let all = focal.chain(view.used.iter()).chain([&view.device]);
        let mut named = all.filter_map(|named| chart.follow(other, named.reference.said()?));
        named.any(|named| named.entry == device.entry)
    })
}
