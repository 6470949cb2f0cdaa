//! Versions of one thing: a source sends it again, and a new entry stands for the old one.

use super::inside::moved;
use super::{Chart, Resource, test_of};
use crate::arrange::Arrange;
use crate::fhir::datatypes::{Concept, LOINC};
use crate::fhir::description::{Description, Standing, What};
use crate::fhir::observation::{Coded, Observation};
use crate::fhir::{ResourceType, describe_value};
use crate::id::EntryId;
use crate::json::Value;

/// Versions that are followed: far more than any source sends.
const VERSIONS_MAX: usize = 1_000;

/// Results inside one report that are compared with those of its next version: a large panel has a hundred.
const INSIDE_MAX: usize = 300;

impl Chart {
    /// The entry that stands for this one now.
    pub fn newest_of(&self, entry: EntryId) -> EntryId {
        let mut newest = entry;
        for _ in 0..VERSIONS_MAX {
            let Some(next) = self.version_after(newest) else { break };
            newest = next.entry;
        }
        newest
    }

    /// Whether one stands for the other now, or a third for both.
    pub fn are_versions(&self, one: EntryId, other: EntryId) -> bool {
        one == other || self.newest_of(one) == self.newest_of(other)
    }

    pub fn version_after(&self, entry: EntryId) -> Option<&Resource> {
        let old = self.find(entry);
        let outer = old.map_or(entry, Resource::outer);
        if !self.is_replaced(outer) {
            return None;
        }
        let mut all = self.parts.values().flat_map(|part| &part.resources);
        let next =
            all.find(|resource| resource.replaces == Some(outer) && resource.entry != outer)?;
        old.map_or(Some(next), |old| self.version_in(old, next))
    }

    pub fn version_before(&self, resource: &Resource) -> Option<&Resource> {
        let before = self.find(self.find(resource.outer())?.replaces?)?;
        self.version_in(resource, before)
    }

    pub fn is_replaced(&self, entry: EntryId) -> bool {
        self.replaced.contains(&entry)
    }

    /// Whether no newer version stands for it, nor for what it lies inside.
    pub fn stands(&self, resource: &Resource) -> bool {
        !self.is_replaced(resource.outer())
    }

    /// The same thing in this version of what it is, or lies inside. Inside it is known by its test: ids
    /// there mean nothing in the next version. Each must be the one that is most like the other.
    fn version_in<'a>(&'a self, one: &Resource, version: &'a Resource) -> Option<&'a Resource> {
        if one.within.is_none() {
            return Some(version);
        }
        // Nearly always it only came again.
        let same_id = self.find(moved(one.entry, one.outer(), version.entry));
        let same = same_id.filter(|same| is_same_test(one, same) && same.says_the_same(one));
        same.or_else(|| {
            let other = self.most_like(one, version.entry)?;
            let back = self.most_like(other, one.outer())?;
            (back.entry == one.entry).then_some(other)
        })
    }

    /// Of the results of its test in this report the one that says the same, or has the same id there,
    /// or is the only one. Of several that say the same each is the one in its place among them.
    fn most_like(&self, one: &Resource, report: EntryId) -> Option<&Resource> {
        let is_named = !test(one).is_empty();
        let all = self.of_its_test(one, report);
        let same_id = moved(one.entry, one.outer(), report);
        for is_alike in [true, false] {
            let alike = all.iter().copied();
            let alike: Vec<_> =
                alike.filter(|other| !is_alike || other.says_the_same(one)).collect();
            if let Some(named) = alike.iter().find(|other| other.entry == same_id) {
                return Some(named);
            }
            match alike[..] {
                [only] if is_named => return Some(only),
                [_, _, ..] if is_named && is_alike => {
                    let found = self.in_its_place(one, &alike, report);
                    if found.is_some() {
                        return found;
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Those that kept their id are paired by it, and all others in the order in which they are written, if
    /// there are as many of them now.
    fn in_its_place<'a>(
        &self,
        one: &Resource,
        alike: &[&'a Resource],
        report: EntryId,
    ) -> Option<&'a Resource> {
        let outer = one.outer();
        let mut before = self.of_its_test(one, outer);
        before.retain(|other| other.says_the_same(one));
        let has = |all: &[&Resource], entry: EntryId| all.iter().any(|one| one.entry == entry);
        let mut now = alike.to_vec();
        now.retain(|other| !has(&before, moved(other.entry, report, outer)));
        before.retain(|other| !has(alike, moved(other.entry, outer, report)));
        if before.len() != now.len() {
            return None;
        }
        now.arrange_by_key(|one| one.json.start);
        before.arrange_by_key(|one| one.json.start);
        let place = before.iter().position(|other| other.entry == one.entry)?;
        now.get(place).copied()
    }

    fn of_its_test(&self, one: &Resource, report: EntryId) -> Vec<&Resource> {
        let all = self.inside(report).take(INSIDE_MAX);
        all.filter(|other| is_same_test(one, other)).collect()
    }
}

/// Of two of which only one has a code the words say it.
fn is_same_test(one: &Resource, other: &Resource) -> bool {
    let (one, other): (Coded<'_>, Coded<'_>) = (one.view(), other.view());
    let has_code = |code: &Concept<'_>| code.code_in(LOINC).is_some();
    if has_code(&one.code) == has_code(&other.code) {
        return test_of(&one.code) == test_of(&other.code);
    }
    let words = |code: &Concept<'_>| code.words().map(str::to_lowercase);
    let (one, other) = (words(&one.code), words(&other.code));
    one.is_some() && one == other
}

fn test(one: &Resource) -> String {
    test_of(&one.view::<Coded<'_>>().code)
}

/// What it says. Of a result it does not matter how far it has come; of all else that may be what was wrong.
fn plain(resource: &Resource) -> Description {
    // Without what a report says of what lies inside: its day is not theirs.
    let mut said = describe_value(resource.kind, Value::read_before(resource.json()));
    let early = [Standing::Unsure, Standing::Planned, Standing::Unsaid];
    if resource.kind == ResourceType::Observation && early.contains(&said.standing) {
        said.standing = Standing::Current;
    }
    if resource.kind == ResourceType::Observation {
        said.facts.retain(|fact| fact.what != What::Status);
    }
    said
}

impl Resource {
    /// Whether a person would read the same: sources send a thing again for reasons of their own.
    pub fn says_the_same(&self, other: &Self) -> bool {
        use ResourceType as Type;
        let (mut one, mut two) = (plain(self), plain(other));
        // A code that came later is nothing that anybody reads.
        if self.kind == ResourceType::Observation && (one.code.is_none() || two.code.is_none()) {
            (one.code, two.code) = (None, None);
        }
        if self.kind != other.kind || one != two {
            return false;
        }
        match self.kind {
            Type::Observation => {
                let (one, other): (Observation<'_>, Observation<'_>) = (self.view(), other.view());
                one.value() == other.value() && one.parts() == other.parts()
            }
            // Of a paper the words around it do not say what it is.
            Type::DocumentReference | Type::DiagnosticReport => {
                let blobs = |resource: &Self| {
                    let cuts = resource.about().cuts().into_iter();
                    cuts.map(|cut| cut.blob).collect::<Vec<_>>()
                };
                blobs(self) == blobs(other)
                    && without_meta(self.json()) == without_meta(other.json())
            }
            _ => true,
        }
    }
}

/// Without what a source says of it and not in it: its version, the time of its last change, and who may
/// see it.
fn without_meta(json: &str) -> String {
    let without = without_key(json, "\"meta\":{");
    without_key(&without, "\"securityLabel\":[")
}

fn without_key(json: &str, key: &str) -> String {
    let mut said = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(start) = rest.find(key) {
        said.push_str(&rest[..start]);
        rest = &rest[start + key.len()..];
        rest = &rest[length_of_open(rest)..];
        match rest.strip_prefix(',') {
            Some(next) => rest = next,
            None if said.ends_with(',') => said.truncate(said.len() - 1),
            None => {}
        }
    }
    said + rest
}

/// Bytes up to the end of the object or the list that was opened just before.
fn length_of_open(json: &str) -> usize {
    let (mut depth, mut in_text, mut escaped) = (1, false, false);
    for (place, byte) in json.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return place + 1;
        }
    }
    json.len()
}
