//! Links that share the open record. What one opens is made and sealed here; the link with its key
//! stays on this device, so that its person can show it again.

use shared::fhir::export::{Contents, Whose, shared_summary};
use shared::json;
use shared::share::{ID_BYTES, KEY_BYTES, NewLink};
use shared::view::shares::{KeptShare, ShareLine, ShareStanding};

use super::account::Account;
use super::local::{put_local, read_local};
use super::{Happened, report};
use crate::bridge::{Denied, Granted, ShareAsk};
use crate::worker::browser::{clock, packing};
use crate::worker::fetch::shares::{self, Terms};
use crate::worker::vault::{fresh, seal_for_link};

/// Under this and its name a link lies on the disk, sealed.
fn row(share: &str) -> String {
    format!("share/{share}")
}

impl Account {
    pub async fn share(&mut self, ask: ShareAsk) -> Result<Granted, Denied> {
        match ask {
            ShareAsk::Contents => return Ok(Granted::ShareContents(self.shared().1)),
            ShareAsk::Look => {}
            ShareAsk::Make { passcode, uses, lasts_ms } => {
                self.make_link(passcode, uses, lasts_ms).await?;
            }
            ShareAsk::Stop { share } => {
                shares::stop(&self.slot, self.reading.patient, &share).await?;
            }
        }
        let lines = shares::list(&self.slot, self.reading.patient).await;
        let mut lines = lines.map_err(|why| {
            report(&self.happenings, Happened::NoSession(why));
            Denied::NeedsConnection
        })?;
        for line in &mut lines {
            self.with_link(line).await;
        }
        Ok(Granted::Shares(lines))
    }

    fn shared(&mut self) -> (String, Contents) {
        let (name, account) = self.whose();
        let whose = Whose { patient: self.reading.patient, name: &name, account };
        shared_summary(self.record(), &whose, clock::now())
    }

    /// The link is on the disk before the server opens it for anybody: one that nobody can show or
    /// stop by its name would be worse than none.
    async fn make_link(
        &mut self,
        passcode: Option<String>,
        uses: u32,
        lasts_ms: i64,
    ) -> Result<(), Denied> {
        let (id, key) = (fresh::<ID_BYTES>(), fresh::<KEY_BYTES>());
        let link = NewLink {
            origin: &packing::origin(),
            id: &id,
            key: &key,
            until: clock::now().plus_millis(lasts_ms),
            has_passcode: passcode.is_some(),
        };
        let (share, text) = (link.name(), self.shared().0);
        let packed = packing::deflated(&text).await;
        let plain = packed.as_deref().unwrap_or(text.as_bytes());
        let file = seal_for_link(&key, plain, packed.is_some()).await;
        let file = file.map_err(|_| Denied::Interrupted)?;
        let kept = KeptShare { link: link.text(), passcode: passcode.clone() };
        let kept = json::to_text(&kept);
        let put = put_local(&self.disk, &self.vault, &row(&share), kept.as_bytes()).await;
        put.map_err(|_| Denied::NotSaved)?;
        let terms = Terms { file, passcode, uses, lasts_ms };
        let made = shares::make(&self.slot, self.reading.patient, &share, &terms).await;
        // Whether a lost answer was a yes, the next list tells.
        if made.is_err_and(|why| why != Denied::NeedsConnection) {
            self.forget_link(&share).await;
        }
        made
    }

    async fn with_link(&self, line: &mut ShareLine) {
        if line.standing != ShareStanding::Open {
            return self.forget_link(&line.share).await;
        }
        let kept = read_local(&self.disk, &self.vault, &row(&line.share)).await;
        let kept = kept.and_then(|bytes| String::from_utf8(bytes).ok());
        line.kept = kept.and_then(|text| json::from_text(&text));
    }

    async fn forget_link(&self, share: &str) {
        // What stays opens nothing any more.
        let _not_removed = put_local(&self.disk, &self.vault, &row(share), &[]).await;
    }
}
