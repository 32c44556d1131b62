//! The earlier versions of a vendor's master data, in its item. Only a read of a past date reads them, and only for vendors that
//! changed since.

use goody_application::ports::Result;
use goody_domain::{Day, Vendor};
use serde::{Deserialize, Serialize};

use crate::compressed::Compressed;
use crate::items::{cannot_write, damaged};

/// The most bytes of the versions of a vendor. An item of DynamoDB has at most 400 KB.
const MOST_BYTES: usize = 256 * 1_024;

/// Master data that is no longer current.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Version {
    /// The last day at whose end it was valid.
    pub(crate) last_day: Day,
    pub(crate) vendor: Vendor,
}

/// The versions, the earliest first.
pub(crate) fn read(versions: &Compressed) -> Result<Vec<Version>> {
    if versions.is_empty() {
        return Ok(Vec::new());
    }
    serde_json::from_str(&versions.text()?).map_err(|error| damaged("the versions of a vendor", &error))
}

/// The stored form. If the versions take too many bytes, the oldest are left out: the next one is valid on their days, too.
pub(crate) fn write(mut versions: &[Version]) -> Result<Compressed> {
    loop {
        let text = serde_json::to_string(versions).map_err(|error| cannot_write(&error))?;
        let compressed = Compressed::new(&text)?;
        if compressed.len() <= MOST_BYTES || versions.len() <= 1 {
            return Ok(compressed);
        }
        // A few more than needed, so that not every change has to do this.
        versions = &versions[versions.len().div_ceil(16)..];
    }
}

#[cfg(test)]
mod tests {
    use goody_domain::VendorId;

    use super::*;

    fn version(number: i32, contact: &str) -> Version {
        let vendor = Vendor::unregistered(VendorId::parse("acme").unwrap(), Some(&format!("Acme {number}")));
        Version {
            last_day: Day::from_number(20_000 + number),
            vendor: Vendor { support_contact: Some(contact.into()), ..vendor },
        }
    }

    #[test]
    fn versions_are_read_unchanged() {
        let versions = vec![version(1, "a@acme.test"), version(5, "b@acme.test")];
        assert_eq!(read(&write(&versions).unwrap()).unwrap(), versions);
        assert_eq!(read(&Compressed::default()).unwrap(), []);
    }

    #[test]
    fn the_oldest_versions_are_left_out_when_there_are_too_many() {
        // Text that does not compress: a generator of Lehmer.
        let mut state = 1_u64;
        let mut contact = || -> String {
            let mut letter = || {
                state = state * 48_271 % 2_147_483_647;
                char::from_u32(0x4e00 + (state % 20_000) as u32).unwrap()
            };
            (0..200).map(|_| letter()).collect()
        };
        let versions: Vec<Version> = (0..1_000).map(|number| version(number, &contact())).collect();
        let compressed = write(&versions).unwrap();
        let kept = read(&compressed).unwrap();
        assert!(compressed.len() <= MOST_BYTES && compressed.len() > MOST_BYTES / 2, "{} bytes", compressed.len());
        assert_eq!(kept, versions[versions.len() - kept.len()..], "the latest versions are kept");
    }
}
