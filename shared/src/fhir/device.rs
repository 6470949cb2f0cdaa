//! Device: what a person carries in or on the body.

use super::datatypes::{Annotation, Concept};
use super::description::{Description, Standing, What};
use super::lenient::{Many, Text, view};

view! {
    Device {
        status: Text<'a> = "status",
        kind: Concept<'a> = "type",
        name: Many<Name<'a>> = "deviceName",
        maker: Text<'a> = "manufacturer",
        model: Text<'a> = "modelNumber",
        serial: Text<'a> = "serialNumber",
        lot: Text<'a> = "lotNumber",
        identifier: Text<'a> = "distinctIdentifier",
        made: Text<'a> = "manufactureDate",
        expires: Text<'a> = "expirationDate",
        udi: Many<Udi<'a>> = "udiCarrier",
        note: Many<Annotation<'a>> = "note",
    }
    Name { name: Text<'a> = "name" }
    Udi { device: Text<'a> = "deviceIdentifier", written: Text<'a> = "carrierHRF" }
}

impl Device<'_> {
    pub fn describe(&self) -> Description {
        let mut said = Description::of(&self.kind);
        said.name = said.name.or_else(|| self.name.iter().find_map(|name| name.name.owned()));
        said.name = said.name.or_else(|| self.model.owned());
        said.standing = match self.status.said() {
            Some("active") => Standing::Current,
            Some("inactive") => Standing::Past,
            Some("entered-in-error") => Standing::Mistake,
            Some(_) | None => Standing::Unsaid,
        };
        said.text(What::Status, &self.status);
        said.when = self.made.date();
        said.text(What::Maker, &self.maker);
        said.text(What::Kind, &self.model);
        said.text(What::Serial, &self.serial);
        said.text(What::Lot, &self.lot);
        for udi in self.udi.iter() {
            said.say(What::Serial, udi.written.owned().or_else(|| udi.device.owned()));
        }
        said.text(What::Serial, &self.identifier);
        said.date(What::Due, &self.expires);
        said.notes(&self.note);
        said
    }
}
