//! The record as one device holds it: its rows merged, and of the chart, which is costly to read,
//! only what changed is read again.

use crate::document::DocumentId;
use crate::id::{AccountId, PatientId};
use crate::ordered::BTreeMap;
use crate::record::{Mark, Record};
use crate::sync::device::{Device, OpenDocuments};
use crate::wire::Sum;

pub struct Reading {
    pub patient: PatientId,
    record: Record,
    /// Documents of the chart that stand in the record, and of which rows they were read.
    chart: BTreeMap<DocumentId, Sum>,
    is_current: bool,
}

impl Reading {
    pub fn of(patient: PatientId) -> Self {
        let (record, chart) = Default::default();
        Self { patient, record, chart, is_current: false }
    }

    /// Something changed: the next question reads again.
    pub const fn outdate(&mut self) {
        self.is_current = false;
    }

    /// The record as it is now, as this account reads it. Names are those of everybody who writes in
    /// it.
    pub fn record<'a>(
        &mut self,
        device: &Device<OpenDocuments>,
        account: AccountId,
        names: impl IntoIterator<Item = (AccountId, &'a str)>,
    ) -> &Record {
        if !self.is_current {
            self.record.restart_writing();
            for (account, name) in names {
                self.record.name(account, name.to_owned());
            }
            self.read_documents(device);
            self.read_what_waits(device, account);
            self.is_current = true;
        }
        &self.record
    }

    fn read_documents(&mut self, device: &Device<OpenDocuments>) {
        let mut gone = std::mem::take(&mut self.chart);
        if !device.held().keys().any(|key| key.patient == self.patient) {
            self.record.nothing_came();
        }
        for (key, held) in device.held().iter().filter(|(key, _)| key.patient == self.patient) {
            if key.is_marks() {
                let marks = held.accepted().filter_map(|(_, _, bytes)| Mark::from_bytes(bytes));
                marks.for_each(|mark| self.record.add_mark(mark));
                continue;
            }
            if device.is_rebuilt(key) {
                continue;
            }
            let Some(document) = device.documents.find(key) else {
                match (held.accepted().next(), key.is_chart()) {
                    (Some(_), true) => self.record.chart_mut().could_not_be_read(*key),
                    (Some(_), false) => self.record.writing_could_not_be_read(*key),
                    (None, _) => {}
                }
                continue;
            };
            if key.is_chart() && gone.remove(key) == Some(held.sum()) {
                self.chart.insert(*key, held.sum());
                continue;
            }
            self.record.add_document(key, document, |hash| held.sidecar(hash));
            if key.is_chart() {
                self.chart.insert(*key, held.sum());
            }
        }
        gone.into_keys().for_each(|key| self.record.chart_mut().remove(&key));
        let to_come = || device.incomplete().filter(|key| key.patient == self.patient).copied();
        self.record.chart_mut().await_these(to_come().filter(DocumentId::is_chart));
        self.record.await_writing(to_come());
    }

    fn read_what_waits(&mut self, device: &Device<OpenDocuments>, account: AccountId) {
        let patient = self.patient;
        // Of two choices of one thing the later one waits behind the one that is leaving.
        for (entry, item) in device.leaving().filter(|(_, item)| item.patient == patient) {
            self.record.add_leaving(account, entry, item);
        }
        for (entry, item) in device.outbox().iter().filter(|(_, item)| item.patient == patient) {
            self.record.add_waiting(account, *entry, item);
        }
        for (entry, (item, why)) in device.dead_letters() {
            if item.patient == patient {
                self.record.add_refused(account, *entry, item, *why);
            }
        }
    }
}
