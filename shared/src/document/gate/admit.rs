//! Compares one checked change with what the store knows, and with the shape of our documents.

use super::{
    Actor, ChangeHash, Checked, Limit, Limits, Map, Object, OpId, Operation, Rejected, Scalar,
    Slot, check,
};
use crate::document::{DocumentId, Kind};
use crate::edit::MESSAGE_CHARS_MAX;
use crate::id::EntryId;
use crate::ordered::{BTreeMap, BTreeSet};

const ENTRIES: &str = "entries";
const REGISTERS: &str = "registers";
const SCHEMA: &str = "schema";

/// The text of one entry a person wrote, in bytes: the longest message the portal takes, with
/// every character escaped, and answers to a long list of questions.
const ENTRY_BYTES_MAX: usize = 48 * 1024;
const _: () = assert!(ENTRY_BYTES_MAX >= 6 * MESSAGE_CHARS_MAX + 1024, "an escape has six bytes");
/// One resource of the chart. Larger data inside it becomes a blob.
const RESOURCE_BYTES_MAX: usize = 256 * 1024;
/// One mark or one preference.
pub const REGISTER_BYTES_MAX: usize = 4 * 1024;
/// The name of a preference, after its prefix.
const PREFERENCE_CHARS_MAX: usize = 64;
/// Changes of others between two of one actor. An actor lives as long as one connection, and a
/// refused device mints again with a new one.
pub const CHANGES_BETWEEN_MAX: usize = 4_096;
const READ_PREFIX: &str = "read/";
const PREFERENCE_PREFIX: &str = "pref/";

/// Where genesis put the two maps of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    pub entries: OpId,
    pub registers: OpId,
}

/// How far one actor has counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last {
    pub seq: u64,
    pub max_op: u64,
    pub hash: ChangeHash,
}

/// A stored change, as far as the next one has to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stored {
    max_op: u64,
    dependencies: Vec<ChangeHash>,
}

/// What the store knows of one document, at least about everything the change names: its actor
/// and other actors, its dependencies and what they build on up to the actor's last change, and
/// the slots it overwrites. A part that is left out makes the gate refuse, never accept.
#[derive(Debug, Clone)]
pub struct Known {
    layout: Layout,
    actors: BTreeMap<Actor, Last>,
    changes: BTreeMap<ChangeHash, Stored>,
    /// Every operation that ever wrote to a slot, overwritten or not.
    written: BTreeMap<Slot, BTreeSet<OpId>>,
}

/// What a document takes from its writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The change that makes the maps; the server alone makes it, the same bytes everywhere.
    Genesis,
    /// What a person writes: new entries, and registers that may be written again.
    Journal,
    /// What the server writes: as a journal, with larger entries that may be replaced as a whole,
    /// because a resource of the chart has versions.
    Server,
}

impl Shape {
    /// Follows from the document alone. Nothing for rows of marks, which hold no changes.
    pub const fn of(document: &DocumentId) -> Option<Self> {
        match document.kind {
            Kind::JournalCircle(..) | Kind::JournalPrivate(..) => Some(Self::Journal),
            Kind::ChartCore
            | Kind::ChartResults(_)
            | Kind::ChartVisits(_)
            | Kind::ChartSensitive
            | Kind::CareCircle(_)
            | Kind::CarePrivate(..)
            | Kind::Activity(_) => Some(Self::Server),
            Kind::MarksCircle | Kind::MarksPrivate(_) => None,
        }
    }

    pub const fn limits(self) -> &'static Limits {
        match self {
            Self::Journal => &Limits::PATIENT,
            Self::Genesis | Self::Server => &Limits::IMPORT,
        }
    }
}

/// A change that this document takes. Handing it to automerge is safe as far as we know, and
/// [`super::guarded`] is there for the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted(Checked);

impl Admitted {
    pub fn change(&self) -> &Checked {
        &self.0
    }

    pub fn into_change(self) -> Checked {
        self.0
    }
}

impl Layout {
    /// Reads the layout out of genesis, which has to be one.
    pub fn of_genesis(genesis: &Checked) -> Result<Self, Rejected> {
        if genesis.seq != 1 || genesis.start_op != 1 || !genesis.dependencies.is_empty() {
            return Err(Rejected::Shape("genesis is the first change"));
        }
        let mut operations = genesis.operations.iter();
        let (schema, entries, registers) =
            (operations.next(), operations.next(), operations.next());
        let is_map = |operation: Option<&Operation>, key: &str| {
            operation.is_some_and(|o| is_new(o) && o.key == key && o.value.is_none())
        };
        let is_schema = schema.is_some_and(|o| {
            is_new(o)
                && o.key == SCHEMA
                && matches!(o.value, Some(Scalar::Int(version)) if version > 0)
        });
        let has_more = operations.next().is_some();
        if !is_schema || !is_map(entries, ENTRIES) || !is_map(registers, REGISTERS) || has_more {
            return Err(Rejected::Shape("genesis makes the schema and two maps"));
        }
        Ok(Self::of(genesis.actor))
    }

    /// Of a document whose genesis this actor made.
    pub const fn of(actor: Actor) -> Self {
        let (entries, registers) = (OpId { counter: 2, actor }, OpId { counter: 3, actor });
        Self { entries, registers }
    }

    pub fn map(&self, object: Object) -> Option<Map> {
        match object {
            Object::Made(id) if id == self.entries => Some(Map::Entries),
            Object::Made(id) if id == self.registers => Some(Map::Registers),
            Object::Root | Object::Made(_) => None,
        }
    }
}

/// Writes to the root, over nothing.
fn is_new(operation: &Operation) -> bool {
    operation.object == Object::Root && operation.overwritten.is_empty()
}

impl Known {
    /// A document of which only its layout is known. The rest is added with the three `with_*`.
    pub fn new(layout: Layout) -> Self {
        Self { layout, actors: BTreeMap::new(), changes: BTreeMap::new(), written: BTreeMap::new() }
    }

    pub fn with_genesis(genesis: &Checked) -> Result<Self, Rejected> {
        let mut known = Self::new(Layout::of_genesis(genesis)?);
        known.note(genesis);
        Ok(known)
    }

    pub fn with_actor(mut self, actor: Actor, last: Last) -> Self {
        self.actors.insert(actor, last);
        self
    }

    pub fn with_change(
        mut self,
        hash: ChangeHash,
        max_op: u64,
        dependencies: Vec<ChangeHash>,
    ) -> Self {
        self.changes.insert(hash, Stored { max_op, dependencies });
        self
    }

    pub fn with_written(mut self, slot: Slot, operation: OpId) -> Self {
        self.written.entry(slot).or_default().insert(operation);
        self
    }

    /// Adds a change that is now stored, so that the next one of the same push finds it.
    pub fn note(&mut self, change: &Checked) {
        let (seq, max_op, hash) = (change.seq, change.max_op(), change.hash);
        self.actors.insert(change.actor, Last { seq, max_op, hash });
        let dependencies = change.dependencies.clone();
        self.changes.insert(hash, Stored { max_op, dependencies });
        for (operation, counter) in change.operations.iter().zip(change.start_op..) {
            if let Some(map) = self.layout.map(operation.object) {
                let id = OpId { counter, actor: change.actor };
                self.written.entry((map, operation.key.clone())).or_default().insert(id);
            }
        }
    }

    /// The whole gate for one change of a document, in the order in which they were stored.
    pub fn take(&mut self, bytes: &[u8], shape: Shape) -> Result<Checked, Rejected> {
        let change = admit(check(bytes, shape.limits())?, self, shape)?.into_change();
        self.note(&change);
        Ok(change)
    }

    pub fn last_of(&self, actor: Actor) -> Option<Last> {
        self.actors.get(&actor).copied()
    }

    pub fn layout(&self) -> Layout {
        self.layout
    }

    pub fn holds(&self, hash: &ChangeHash) -> bool {
        self.changes.contains_key(hash)
    }
}

/// Decides whether this document takes the change.
pub fn admit(change: Checked, known: &Known, shape: Shape) -> Result<Admitted, Rejected> {
    let takes = match shape {
        // Genesis is never admitted into a document that is there: two of them would be two
        // documents in one.
        Shape::Genesis => return Err(Rejected::Shape("a document has one genesis")),
        Shape::Journal => Takes { entry_bytes_max: ENTRY_BYTES_MAX, replaces_entries: false },
        Shape::Server => Takes { entry_bytes_max: RESOURCE_BYTES_MAX, replaces_entries: true },
    };
    check_history(&change, known)?;
    let mut fresh: BTreeMap<(Map, &str), BTreeSet<OpId>> = BTreeMap::new();
    for (operation, counter) in change.operations.iter().zip(change.start_op..) {
        let map = known.layout.map(operation.object);
        let map = map.ok_or(Rejected::Shape("writes outside the two maps"))?;
        takes.check(map, operation)?;
        let slot = (map, operation.key.as_str());
        check_overwritten(operation, slot, known, fresh.get(&slot))?;
        fresh.entry(slot).or_default().insert(OpId { counter, actor: change.actor });
    }
    Ok(Admitted(change))
}

/// What a device asks of a change that its server sent: that it is the change it is called, within
/// the limits, and puts nothing but text and numbers into the two maps of its document. Whether it
/// fits to the others there the server has decided.
pub fn is_fit(document: &DocumentId, hash: &ChangeHash, bytes: &[u8]) -> bool {
    let Ok(change) = check(bytes, &Limits::IMPORT) else {
        return false;
    };
    // The server writes its own documents, and takes what others write on the same terms.
    let takes = Takes { entry_bytes_max: RESOURCE_BYTES_MAX, replaces_entries: true };
    let genesis = super::super::first_actor(document);
    let layout = Layout::of(genesis);
    let fits = |operation: &Operation| {
        layout.map(operation.object).is_some_and(|map| takes.check(map, operation).is_ok())
    };
    let is_genesis = change.actor == genesis && Layout::of_genesis(&change).is_ok();
    change.hash == *hash && (is_genesis || change.operations.iter().all(fits))
}

/// Sequence, counters, dependencies and actors. Automerge believes all of them, and a single
/// wrong one is stored for good.
fn check_history(change: &Checked, known: &Known) -> Result<(), Rejected> {
    if change.dependencies.is_empty() {
        return Err(Rejected::Shape("builds on nothing, not even genesis"));
    }
    let lacking = |hash: &&ChangeHash| !known.holds(hash);
    let missing: Vec<ChangeHash> = change.dependencies.iter().filter(lacking).copied().collect();
    if !missing.is_empty() {
        return Err(Rejected::Missing(missing));
    }
    let last = known.actors.get(&change.actor);
    let expected = last.map_or(1, |last| last.seq + 1);
    if change.seq != expected {
        return Err(Rejected::Sequence { expected, found: change.seq });
    }
    // A writer has seen what it builds on and nothing else, so it counts on from there.
    let seen = change.dependencies.iter().filter_map(|hash| known.changes.get(hash));
    let expected = seen.map(|stored| stored.max_op + 1).max().unwrap_or(1);
    if change.start_op != expected {
        return Err(Rejected::Counter { expected, found: change.start_op });
    }
    if last.is_some_and(|last| !builds_on(&change.dependencies, last, known)) {
        return Err(Rejected::Beside);
    }
    if change.other_actors.iter().any(|actor| !known.actors.contains_key(actor)) {
        return Err(Rejected::UnknownActor);
    }
    Ok(())
}

/// Whether one of these changes is the actor's last one or was made after it. An actor that writes
/// beside itself gives two operations one id, or a number that others take for a history they have.
fn builds_on(dependencies: &[ChangeHash], last: &Last, known: &Known) -> bool {
    let mut waiting = dependencies.to_vec();
    let mut seen = BTreeSet::new();
    while let Some(hash) = waiting.pop() {
        if hash == last.hash {
            return true;
        }
        // Counters only rise, so nothing behind a lower one leads there.
        let stored = known.changes.get(&hash).filter(|stored| stored.max_op > last.max_op);
        if let Some(stored) = stored.filter(|_| seen.insert(hash)) {
            waiting.extend(&stored.dependencies);
        }
        if seen.len() > CHANGES_BETWEEN_MAX {
            return false;
        }
    }
    false
}

/// What replaces something replaces values of the same slot. A value that is not there would be
/// forgotten by automerge, and the saved document would no longer give the change's hash.
fn check_overwritten(
    operation: &Operation,
    slot: (Map, &str),
    known: &Known,
    fresh: Option<&BTreeSet<OpId>>,
) -> Result<(), Rejected> {
    // The same name twice in one change, the second not over the first: no writer does that.
    if fresh.is_some_and(|fresh| fresh.last() != operation.overwritten.last()) {
        return Err(Rejected::Shape("two values under one name"));
    }
    if operation.overwritten.is_empty() {
        return Ok(());
    }
    let (map, key) = slot;
    let stored = known.written.get(&(map, key.to_owned()));
    let is_there =
        |id: &OpId| [stored, fresh].into_iter().flatten().any(|written| written.contains(id));
    if operation.overwritten.iter().all(is_there) {
        return Ok(());
    }
    Err(Rejected::Shape("replaces a value that is not there"))
}

/// How large entries are, and whether they are written once.
struct Takes {
    entry_bytes_max: usize,
    replaces_entries: bool,
}

impl Takes {
    fn check(&self, map: Map, operation: &Operation) -> Result<(), Rejected> {
        let (is_name, bytes_max, takes_number) = match map {
            Map::Entries => (is_id(&operation.key), self.entry_bytes_max, false),
            Map::Registers => (is_register(&operation.key), REGISTER_BYTES_MAX, true),
        };
        if !is_name {
            return Err(Rejected::Shape("a name of another form"));
        }
        if map == Map::Entries && !self.replaces_entries && !operation.overwritten.is_empty() {
            return Err(Rejected::Shape("an entry is written once"));
        }
        match &operation.value {
            None => Err(Rejected::Shape("a map inside a map")),
            Some(Scalar::Text(text)) if text.len() > bytes_max => {
                Err(Rejected::TooMuch(Limit::TextBytes))
            }
            Some(Scalar::Text(_)) => Ok(()),
            Some(Scalar::Int(_) | Scalar::Uint(_)) if takes_number => Ok(()),
            Some(Scalar::Int(_) | Scalar::Uint(_)) => Err(Rejected::Shape("an entry is text")),
        }
    }
}

fn is_id(text: &str) -> bool {
    text.parse::<EntryId>().is_ok()
}

/// `read/<thread>` or `pref/<name>`.
fn is_register(key: &str) -> bool {
    if let Some(thread) = key.strip_prefix(READ_PREFIX) {
        return is_id(thread);
    }
    let is_letter =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_./".contains(&byte);
    key.strip_prefix(PREFERENCE_PREFIX).is_some_and(|name| {
        (1..=PREFERENCE_CHARS_MAX).contains(&name.len()) && name.bytes().all(is_letter)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_register_that_marks_as_read_has_a_name_the_gate_takes() {
        assert_eq!(READ_PREFIX, crate::record::READ_REGISTER);
    }
}
