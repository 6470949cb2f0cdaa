//! The end of one record in memory.

use shared::id::PatientId;

use super::State;

impl State {
    /// Answers whether it was there.
    pub fn shred(&mut self, patient: PatientId) -> bool {
        self.documents.retain(|document, _| document.patient != patient);
        self.worklist.shred(patient);
        self.resources.shred(patient);
        self.attachments.shred(patient);
        self.outgoing.shred(patient);
        self.desk_notes.retain(|(of, _, _), _| *of != patient);
        self.shares.shred(patient);
        self.openings.retain(|one| one.patient != patient);
        self.people.shred(patient)
    }
}
