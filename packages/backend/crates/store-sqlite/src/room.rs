//! How much room the disk of a database has left.

use std::path::Path;

/// Less room than this is worth a warning, in bytes: a busy marketplace writes it within minutes.
const LITTLE: u64 = 32_000_000;
/// On a small disk, this part of it.
const LITTLE_PART: u64 = 20;

/// Whether the disk on which a file lies has little room left. A disk that does not say has enough.
pub(crate) fn is_little(file: &Path) -> bool {
    rustix::fs::statvfs(file).is_ok_and(|disk| {
        let bytes = |blocks: u64| blocks.saturating_mul(disk.f_frsize);
        bytes(disk.f_bavail) < LITTLE.min(bytes(disk.f_blocks) / LITTLE_PART)
    })
}
