//! What becomes of each resource: new, newer than what is stored, the same, or refused. Identity is
//! the source's identifier, then the source's id or URL, then, where it has neither, its content.

use super::facts::{Facts, PersonRef, asked_for};
use super::summary::Why;
use crate::id::{EntryId, PatientId};
use crate::ordered::{BTreeMap, BTreeSet};
use crate::time::Timestamp;

/// Under what a resource may be known within its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    pub identifiers: Vec<String>,
    pub id: Option<String>,
    pub url: Option<String>,
    /// Only of one without id and URL: its identifiers may be no names.
    pub content: Option<String>,
}

/// A resource that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub resource: EntryId,
    /// Nobody's: a practitioner, a place.
    pub owner: Option<PatientId>,
    pub id: Option<String>,
    pub hash: [u8; 32],
    pub updated: Option<Timestamp>,
    pub thing: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    New(EntryId),
    Newer(EntryId),
    Unchanged(EntryId),
    Refused(Why),
}

/// Decides about one input after the other, and knows what it has decided.
#[derive(Default)]
pub struct Planner {
    known: BTreeMap<EntryId, Known>,
    by_key: BTreeMap<String, Vec<EntryId>>,
    /// Already found by an entry of this input, so that no other one is taken for it by a weak key.
    claimed: BTreeSet<EntryId>,
    /// Identifiers that several entries of this input carry: they name none of them.
    shared: BTreeSet<String>,
    /// How many under a content's key are claimed from the first on: a thousand equal resources are
    /// not looked at a thousand times.
    claimed_of: BTreeMap<String, usize>,
}

impl Keys {
    pub fn of(facts: &Facts, url: Option<&str>) -> Self {
        let kind = &facts.kind;
        let identifiers = facts.identifiers.iter();
        let identifiers: Vec<_> = identifiers
            .map(|(system, value)| key(kind, "identifier", &pair(system, value)))
            .collect();
        let id = facts.id.as_deref().map(|id| key(kind, "id", id));
        // One that names itself by chance names no type, and may be pointed at without one.
        let url = url.map(|url| match url.starts_with("urn:") && kind != "Patient" {
            true => url.to_owned(),
            false => key(kind, "url", url),
        });
        let nameless = id.is_none() && (identifiers.is_empty() || url.is_none());
        let content = nameless.then(|| key(kind, "content", &hex(&facts.hash)));
        Self { identifiers, id, url, content }
    }

    pub fn all(&self) -> impl Iterator<Item = &String> {
        let names = [&self.id, &self.url, &self.content].into_iter().flatten();
        self.identifiers.iter().chain(names)
    }
}

/// The keys under which a reference may be found.
pub fn keys_of_reference(reference: &str) -> Vec<String> {
    let plain = reference.split("/_history/").next().unwrap_or(reference);
    if plain.starts_with("urn:") {
        return vec![plain.to_owned()];
    }
    if let Some((kind, named)) = asked_for(plain) {
        return vec![key(kind, "identifier", &named)];
    }
    let mut ends = plain.rsplit('/');
    let (Some(id), Some(kind)) = (ends.next(), ends.next()) else {
        return Vec::new();
    };
    let is_type = kind.starts_with(|letter: char| letter.is_ascii_uppercase());
    if !is_type || id.is_empty() {
        return Vec::new();
    }
    let mut keys = vec![key(kind, "id", id)];
    if plain.contains("://") {
        keys.push(key(kind, "url", plain));
    }
    keys
}

/// The keys under which the patient of a reference may be known, the surest first. `from` is the
/// URL of the resource that points: a relative reference is one of the same server.
pub fn keys_of_person(about: &PersonRef, from: Option<&str>) -> Vec<String> {
    let of_pair = |text: &str| vec![key("Patient", "identifier", text)];
    let reference = match about {
        PersonRef::Identifier(system, value) => return of_pair(&pair(system, value)),
        PersonRef::Reference(reference) => {
            reference.split("/_history/").next().unwrap_or(reference)
        }
    };
    if let Some(("Patient", named)) = asked_for(reference) {
        return of_pair(&named);
    }
    if reference.starts_with("urn:") {
        return vec![key("Patient", "url", reference)];
    }
    let mut keys = Vec::new();
    let base = from.and_then(|url| url.rmatch_indices('/').nth(1).map(|(end, _)| &url[..=end]));
    match base {
        Some(base) if !reference.contains("://") => {
            keys.push(key("Patient", "url", &format!("{base}{reference}")));
        }
        Some(_) | None => keys.push(key("Patient", "url", reference)),
    }
    if let Some(id) = reference.rsplit('/').next().filter(|_| reference.contains("Patient/")) {
        keys.push(key("Patient", "id", id));
    }
    keys
}

pub fn key(kind: &str, what: &str, value: &str) -> String {
    format!("{kind}\n{what}\n{value}")
}

pub fn pair(system: &str, value: &str) -> String {
    format!("{system}|{value}")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Planner {
    /// Something that is stored under one of the keys that were asked for.
    pub fn know(&mut self, key: String, known: Known) {
        let all = self.by_key.entry(key).or_default();
        if !all.contains(&known.resource) {
            all.push(known.resource);
        }
        self.known.insert(known.resource, known);
    }

    /// What is known under a key; the first, if it is several.
    pub fn get(&self, key: &str) -> Option<&Known> {
        self.under(key).next()
    }

    pub fn count_under(&self, key: &str) -> usize {
        self.under(key).count()
    }

    /// Whether something was found or decided under this key: the store has nothing to add.
    pub fn has(&self, key: &str) -> bool {
        self.by_key.contains_key(key)
    }

    /// What the next import would find.
    #[cfg(test)]
    pub fn next_import(&self) -> Self {
        let (known, by_key) = (self.known.clone(), self.by_key.clone());
        Self { known, by_key, ..Self::default() }
    }

    #[cfg(test)]
    pub fn count(&self) -> u128 {
        self.known.len() as u128
    }

    /// Looks at all entries of an input before the first is decided.
    pub fn prepare<'k>(&mut self, inputs: impl Iterator<Item = (&'k Keys, &'k Facts)>) {
        let mut seen: BTreeMap<&String, &Option<String>> = BTreeMap::new();
        for (keys, facts) in inputs {
            for identifier in &keys.identifiers {
                match seen.get(identifier) {
                    Some(other) if **other == facts.id && facts.id.is_some() => {}
                    Some(_) => {
                        self.shared.insert(identifier.clone());
                    }
                    None => {
                        seen.insert(identifier, &facts.id);
                    }
                }
            }
        }
    }

    /// Decides, and remembers the decision for the entries that follow. `fresh` is its id if it is
    /// new; `updated` is when its source last changed it, as far as that was said.
    pub fn decide(
        &mut self,
        facts: &Facts,
        keys: &Keys,
        owner: Option<PatientId>,
        updated: Option<Timestamp>,
        fresh: EntryId,
    ) -> Fate {
        self.pass_claimed(keys);
        let (resource, fate) = match self.find(facts, keys) {
            None => (fresh, Fate::New(fresh)),
            Some(known) => {
                let resource = known.resource;
                let older = matches!((updated, known.updated), (Some(new), Some(old)) if new < old);
                if known.owner != owner {
                    return Fate::Refused(Why::OtherPatient);
                }
                if known.hash == facts.hash {
                    self.claimed.insert(resource);
                    return Fate::Unchanged(resource);
                }
                if older {
                    return Fate::Refused(Why::Older);
                }
                (resource, Fate::Newer(resource))
            }
        };
        let id = facts.id.clone();
        let (hash, thing) = (facts.hash, facts.thing.clone());
        for key in keys.all() {
            let all = self.by_key.entry(key.clone()).or_default();
            if matches!(fate, Fate::New(_)) || !all.contains(&resource) {
                all.push(resource);
            }
        }
        self.known.insert(resource, Known { resource, owner, id, hash, updated, thing });
        self.claimed.insert(resource);
        fate
    }

    fn find(&self, facts: &Facts, keys: &Keys) -> Option<&Known> {
        for identifier in keys.identifiers.iter().filter(|key| !self.shared.contains(*key)) {
            let may_be: Vec<_> =
                self.under(identifier).filter(|known| self.is_same(facts, known)).collect();
            let same_id = may_be.iter().find(|known| known.id == facts.id);
            if let Some(known) = same_id.or_else(|| may_be.first().filter(|_| may_be.len() == 1)) {
                return Some(known);
            }
        }
        let named = [&keys.id, &keys.url].into_iter().flatten();
        if let Some(known) = named.flat_map(|key| self.under(key)).next() {
            return Some(known);
        }
        let content = keys.content.as_ref()?;
        let all = self.by_key.get(content)?;
        let from = self.claimed_of.get(content).copied().unwrap_or_default();
        self.known.get(all.get(from)?)
    }

    fn pass_claimed(&mut self, keys: &Keys) {
        let Some((content, all)) =
            keys.content.as_ref().and_then(|content| Some((content, self.by_key.get(content)?)))
        else {
            return;
        };
        let from = self.claimed_of.entry(content.clone()).or_default();
        while all.get(*from).is_some_and(|resource| self.claimed.contains(resource)) {
            *from += 1;
        }
    }

    fn under(&self, key: &str) -> impl Iterator<Item = &Known> {
        let found = self.by_key.get(key).into_iter().flatten();
        found.filter_map(|resource| self.known.get(resource))
    }

    /// One identifier on two ids may be a system that numbers anew at each export, or a number that
    /// stands on more than one thing. What it is about and when tells them apart.
    fn is_same(&self, facts: &Facts, known: &Known) -> bool {
        match (&facts.id, &known.id) {
            (Some(one), Some(two)) if one != two => {
                known.thing == facts.thing && !self.claimed.contains(&known.resource)
            }
            (_, _) => true,
        }
    }
}
