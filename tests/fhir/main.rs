//! FHIR at the core's boundary, with records as other systems write them.

mod exports;
mod pairs;
