//! What lists ask of a chart. Each question is asked of the documents that may have something to say
//! about it, and a resource is looked at when it is certain to be on the list.

use std::ops::RangeInclusive;

use super::index::{HeadOf, Heads, ReportHead};
use super::{Chart, Part, Resource};
use crate::fhir::ResourceType;
use crate::fhir::visit::Begins;
use crate::id::EntryId;
use crate::ordered::{BTreeMap, BTreeSet};
use crate::record::medicines::{MEDICINES, OrderHead};
use crate::time::{Day, PartialDate};

pub const VISITS: [ResourceType; 2] = [ResourceType::Appointment, ResourceType::Encounter];
/// So far may the clinic's day be from the day that was written: offsets are at most 18 hours, which
/// `PartialDate` keeps, and those of places at most 14.
const DAYS_APART_MAX: i64 = 2;
/// A report of panels, of which one holds others: sources go no deeper, and panels may name each other.
const PANELS_DEEP_MAX: u32 = 2;

/// What was found so far under one report.
#[derive(Default)]
struct Under {
    results: Vec<EntryId>,
    known: BTreeSet<EntryId>,
    /// Heads of panels, each looked into once, and whether there was anything under it.
    heads: BTreeMap<EntryId, bool>,
}

impl Under {
    fn put(&mut self, entry: EntryId) {
        if self.known.insert(entry) {
            self.results.push(entry);
        }
    }
}

impl Part {
    pub(super) fn heads(&self) -> &Heads {
        self.heads.get_or_init(|| Heads::of(self))
    }

    fn reports(&self) -> &[ReportHead] {
        self.reports.get_or_init(|| ReportHead::all(self))
    }

    /// What is called a panel and says nothing itself: results are listed under it.
    fn panels(&self) -> &[ReportHead] {
        self.panels.get_or_init(|| {
            let heads = self.heads().all.iter().filter(|head| head.is_panel);
            heads.map(|head| ReportHead::of(head.place, self)).collect()
        })
    }

    fn panel_at(&self, place: usize) -> Option<&ReportHead> {
        let panels = self.panels();
        panels.get(panels.binary_search_by_key(&place, |panel| panel.place).ok()?)
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
        all.filter(|resource| self.stands(resource))
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
        all.filter(|(resource, _)| self.stands(resource))
    }

    /// Nothing if the entry is no observation, or if a newer version stands for it.
    pub fn observation(&self, entry: EntryId) -> Option<(&Resource, HeadOf<'_>)> {
        let (part, place) = self.place_of(entry)?;
        let head = part.heads().all.binary_search_by_key(&place, |head| head.place).ok()?;
        let resource = &part.resources[place];
        self.stands(resource).then_some((resource, HeadOf { part, head }))
    }

    /// Reports, and heads of panels, each with the entries of its results, each of these once.
    pub fn reports(&self) -> impl Iterator<Item = (&Resource, &ReportHead, Vec<EntryId>)> {
        let all = self.parts().flat_map(|part| {
            let heads = part.reports().iter().chain(part.panels());
            heads.map(move |head| (part, head))
        });
        all.filter_map(|(part, head)| {
            let report = &part.resources[head.place];
            if !self.stands(report) {
                return None;
            }
            let mut under = Under::default();
            under.heads.insert(report.entry, false);
            self.put_results(part, head, PANELS_DEEP_MAX, &mut under);
            Some((report, head, under.results))
        })
    }

    /// Whether there was any that could be found.
    fn put_results(&self, part: &Part, head: &ReportHead, deep: u32, under: &mut Under) -> bool {
        let report = &part.resources[head.place];
        let here = head.results.iter().map(|place| (part, *place));
        let there = head.elsewhere.iter().filter_map(|to| self.follow(report, to));
        let there = there.filter_map(|target| self.place_of(target.entry));
        let mut any = false;
        for (part, place) in here.chain(there) {
            any |= self.put_result(part, place, deep, under);
        }
        if any && head.says_something {
            under.put(report.entry);
        }
        any
    }

    /// In place of a panel's head come the results under it, as far as there are any.
    fn put_result(&self, part: &Part, place: usize, deep: u32, under: &mut Under) -> bool {
        let entry = part.resources[place].entry;
        if let Some(any) = under.heads.get(&entry) {
            return *any;
        }
        if deep > 0
            && let Some(panel) = part.panel_at(place)
        {
            under.heads.insert(entry, false);
            let any = self.put_results(part, panel, deep - 1, under);
            under.heads.insert(entry, any);
            if any {
                return true;
            }
        }
        under.put(entry);
        true
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
        all.filter(|(resource, _)| self.stands(resource))
    }
}
