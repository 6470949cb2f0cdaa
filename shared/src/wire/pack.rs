//! Rows that become a frame once and are sent as they lie, whoever asks for them. Only their last
//! word, whether more rows come after them, is left open until they leave.

use super::{NotAMessage, Row, ToDevice};
use crate::document::DocumentId;
use crate::packed::open;

/// CBOR's words for no and yes.
const NO: u8 = 0xf4;
const YES: u8 = 0xf5;

/// Rows of one document, deflated. Its bytes are stored, so what they mean never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack(Vec<u8>);

impl Pack {
    pub fn of(document: DocumentId, rows: Vec<Row>) -> Self {
        Self::with(document, rows, open::open)
    }

    /// The same as small as it goes: for what is packed once, where nobody waits for it.
    pub fn smallest(document: DocumentId, rows: Vec<Row>) -> Self {
        Self::with(document, rows, open::smallest)
    }

    fn with(document: DocumentId, rows: Vec<Row>, pack: fn(&[u8]) -> Vec<u8>) -> Self {
        let message = ToDevice::Rows { document, rows, more: false };
        let message = minicbor::to_vec(message).expect("writing into memory does not fail");
        let (last, all) = message.split_last().expect("no message is empty");
        assert_eq!(*last, NO, "whether there are more is the last that is said");
        Self(pack(all))
    }

    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The message as it goes over the line.
    pub fn frame(&self, more: bool) -> Vec<u8> {
        open::closed(&self.0, if more { YES } else { NO })
    }

    /// What is in it. An error if it is no rows, or more than a frame may hold.
    pub fn rows(&self) -> Result<(DocumentId, Vec<Row>), NotAMessage> {
        match ToDevice::from_bytes(&self.frame(false))? {
            ToDevice::Rows { document, rows, more: _ } => Ok((document, rows)),
            ToDevice::Welcome { .. }
            | ToDevice::TooOld { .. }
            | ToDevice::Summaries { .. }
            | ToDevice::Taken { .. }
            | ToDevice::Lacks { .. }
            | ToDevice::Pong { .. }
            | ToDevice::Offered { .. }
            | ToDevice::Closed { .. }
            | ToDevice::Revoked => Err(NotAMessage),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{ChangeHash, Kind};
    use crate::id::PatientId;
    use crate::time::Timestamp;
    use crate::wire::{Receipt, Sidecar};

    fn document() -> DocumentId {
        DocumentId::first(PatientId::from_u128(1), Kind::CareCircle(None))
    }

    fn rows(count: u8) -> Vec<Row> {
        let sidecar = Sidecar {
            account: None,
            device: None,
            received_at: Timestamp::from_millis(1),
            receipt: Receipt([3; 16]),
        };
        let row = |number: u8| Row {
            seq: number.into(),
            hash: ChangeHash([number; 32]),
            sidecar,
            bytes: format!("what somebody wrote, for the time number {number}").into_bytes().into(),
        };
        (1..=count).map(row).collect()
    }

    #[test]
    fn it_is_the_message_of_its_rows_whatever_its_last_word() {
        for count in [0, 1, 200] {
            let pack = Pack::of(document(), rows(count));
            for more in [false, true] {
                let message = ToDevice::Rows { document: document(), rows: rows(count), more };
                assert_eq!(ToDevice::from_bytes(&pack.frame(more)), Ok(message));
            }
            let lain = Pack::from_bytes(pack.bytes().to_vec());
            assert_eq!(lain.rows(), Ok((document(), rows(count))));
            let smallest = Pack::smallest(document(), rows(count));
            assert_eq!(smallest.rows(), Ok((document(), rows(count))));
        }
    }

    #[test]
    fn it_is_no_larger_than_a_frame_that_is_packed_when_it_leaves() {
        let message = ToDevice::Rows { document: document(), rows: rows(200), more: true };
        let (lain, fresh) = (Pack::of(document(), rows(200)).frame(true), message.to_bytes());
        assert!(lain.len() <= fresh.len() + 16, "{} and {}", lain.len(), fresh.len());
    }

    #[test]
    fn what_is_cut_or_something_else_is_no_pack() {
        let pack = Pack::of(document(), rows(9));
        for cut in 0..pack.bytes().len() {
            assert!(Pack::from_bytes(pack.bytes()[..cut].to_vec()).rows().is_err(), "{cut}");
        }
        let other = minicbor::to_vec(ToDevice::Pong { same: false }).expect("it is written");
        let other = Pack::from_bytes(open::open(&other[..other.len() - 1]));
        assert_eq!(other.rows(), Err(NotAMessage));
    }
}
