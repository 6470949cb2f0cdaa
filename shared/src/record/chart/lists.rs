//! What lists ask of a chart. Each question is asked of the documents that may have something to say
//! about it, and a resource is looked at when it is certain to be on the list.

use std::ops::RangeInclusive;

use super::index::{HeadOf, Heads, ReportHead};
use super::{Chart, Part, Resource};
use crate::fhir::ResourceType;
use crate::fhir::visit::Begins;
use crate::id::EntryId;
use crate::record::medicines::{MEDICINES, OrderHead};
use crate::time::{Day, PartialDate};

pub const VISITS: [ResourceType; 2] = [ResourceType::Appointment, ResourceType::Encounter];
/// So far may the clinic's day be from the day that was written: offsets are at most 18 hours, which
/// `PartialDate` keeps, and those of places at most 14.
const DAYS_APART_MAX: i64 = 2;

impl Part {
    pub(super) fn heads(&self) -> &Heads {
        self.heads.get_or_init(|| Heads::of(self))
    }

    fn reports(&self) -> &[ReportHead] {
        self.reports.get_or_init(|| ReportHead::all(self))
    }

    fn orders(&self) -> &[(usize, OrderHead)] {
        self.orders.get_or_init(|| {
            self.each_of(&MEDICINES, |place, resource| (place, OrderHead::of(resource)))
        })
    }

    fn begins(&self) -> &[(usize, Vec<PartialDate>)] {
        self.begins.get_or_init(|| {
            let dates = |resource: &Resource| resource.view::<Begins<'_>>().dates().collect();
            self.each_of(&VISITS, |place, resource| (place, dates(resource)))
        })
    }

    /// What is read of each resource of these types.
    pub(super) fn each_of<T>(
        &self,
        kinds: &[ResourceType],
        read: impl Fn(usize, &Resource) -> T,
    ) -> Vec<T> {
        if !self.kinds.iter().any(|kind| kinds.contains(kind)) {
            return Vec::new();
        }
        let all = self.resources.iter().enumerate();
        let all = all.filter(|(_, resource)| kinds.contains(&resource.kind));
        all.map(|(place, resource)| read(place, resource)).collect()
    }

    fn may_be_of(&self, days: &RangeInclusive<Day>) -> bool {
        self.heads().days.is_some_and(|(first, last)| {
            first.number() <= days.end().number() + DAYS_APART_MAX
                && last.number() >= days.start().number() - DAYS_APART_MAX
        })
    }
}

impl Chart {
    pub fn of(&self, kinds: &[ResourceType]) -> impl Iterator<Item = &Resource> {
        let kinds = kinds.to_vec();
        self.with_kind(move |kind| kinds.contains(&kind))
    }

    /// All resources of the types that are wanted.
    pub fn with_kind(
        &self,
        is_wanted: impl Fn(ResourceType) -> bool + Clone,
    ) -> impl Iterator<Item = &Resource> {
        let in_part = is_wanted.clone();
        let parts = self.parts().filter(move |part| part.kinds.iter().copied().any(&in_part));
        let all = parts.flat_map(|part| &part.resources);
        let all = all.filter(move |resource| is_wanted(resource.kind));
        all.filter(|resource| !self.is_replaced(resource.entry))
    }

    /// What is known of the observations without reading them in full.
    pub fn observations(&self) -> impl Iterator<Item = (&Resource, HeadOf<'_>)> {
        self.observations_with(|_| true)
    }

    /// Those whose head is wanted.
    pub fn observations_with<'a>(
        &'a self,
        is_wanted: impl Fn(HeadOf<'a>) -> bool,
    ) -> impl Iterator<Item = (&'a Resource, HeadOf<'a>)> {
        self.wanted(self.parts(), is_wanted)
    }

    /// Those that may be of one of these days: of the others nothing is looked at.
    pub fn observations_near<'a>(
        &'a self,
        days: &RangeInclusive<Day>,
        is_wanted: impl Fn(HeadOf<'a>) -> bool,
    ) -> impl Iterator<Item = (&'a Resource, HeadOf<'a>)> {
        self.wanted(self.parts().filter(|part| part.may_be_of(days)), is_wanted)
    }

    fn wanted<'a>(
        &'a self,
        parts: impl Iterator<Item = &'a Part>,
        is_wanted: impl Fn(HeadOf<'a>) -> bool,
    ) -> impl Iterator<Item = (&'a Resource, HeadOf<'a>)> {
        let all = parts
            .flat_map(|part| (0..part.heads().all.len()).map(move |head| HeadOf { part, head }));
        let all = all.filter(move |head| is_wanted(*head));
        let all = all.map(|head| (&head.part.resources[head.place], head));
        all.filter(|(resource, _)| !self.is_replaced(resource.entry))
    }

    /// Nothing if the entry is no observation, or if a newer version stands for it.
    pub fn observation(&self, entry: EntryId) -> Option<(&Resource, HeadOf<'_>)> {
        if self.is_replaced(entry) {
            return None;
        }
        self.parts().find_map(|part| {
            let place = part.place_of(entry)?;
            let head = part.heads().all.binary_search_by_key(&place, |head| head.place).ok()?;
            Some((&part.resources[place], HeadOf { part, head }))
        })
    }

    /// Reports, each with the entries of its results.
    pub fn reports(&self) -> impl Iterator<Item = (&Resource, &ReportHead, Vec<EntryId>)> {
        let all = self.parts().flat_map(|part| part.reports().iter().map(move |head| (part, head)));
        all.filter_map(|(part, head)| {
            let report = &part.resources[head.place];
            if self.is_replaced(report.entry) {
                return None;
            }
            let here = head.results.iter().map(|place| part.resources[*place].entry);
            let elsewhere = head.elsewhere.iter();
            let there = elsewhere.filter_map(|to| Some(self.follow(report, to)?.entry));
            Some((report, head, here.chain(there).collect()))
        })
    }

    /// What is known of orders of medicines, of what people take and of what they got.
    pub fn orders(&self) -> impl Iterator<Item = (&Resource, &OrderHead)> {
        self.placed(Part::orders)
    }

    /// Visits, and the dates on which they may begin.
    pub fn visits(&self) -> impl Iterator<Item = (&Resource, &Vec<PartialDate>)> {
        self.placed(Part::begins)
    }

    fn placed<'a, T: 'a>(
        &'a self,
        read: fn(&'a Part) -> &'a [(usize, T)],
    ) -> impl Iterator<Item = (&'a Resource, &'a T)> {
        let all = self.parts().flat_map(move |part| {
            read(part).iter().map(move |(place, said)| (&part.resources[*place], said))
        });
        all.filter(|(resource, _)| !self.is_replaced(resource.entry))
    }
}
