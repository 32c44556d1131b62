//! The room left on the disk of a database.

use std::path::Path;

/// Less room than this, in bytes, is worth a warning: a busy marketplace writes it within minutes.
const LITTLE: u64 = 32_000_000;
/// On a small disk the limit is one twentieth of it.
const LITTLE_PART: u64 = 20;

/// Whether the disk of a file has little room left; false if the system does not say.
pub(crate) fn is_little(file: &Path) -> bool {
    rustix::fs::statvfs(file).is_ok_and(|disk| {
        let bytes = |blocks: u64| blocks.saturating_mul(disk.f_frsize);
        bytes(disk.f_bavail) < LITTLE.min(bytes(disk.f_blocks) / LITTLE_PART)
    })
}
