//! A small separate disk for the database and the log, which can be filled and emptied.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;

/// The size of the disk: enough for half an hour of events, and small enough to be filled immediately.
const MEGABYTES: u32 = 384;

/// A file system in memory. Dropping the value unmounts it.
#[derive(Debug)]
pub struct SmallDisk {
    path: PathBuf,
}

impl SmallDisk {
    /// Mounts the disk on a new folder in `folder`. Needs root.
    pub fn mount(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join("disk");
        std::fs::create_dir_all(&path)?;
        let size = format!("size={MEGABYTES}m");
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "goody-soak"]).arg(&path).output()?;
        if done.status.success() {
            Ok(Self { path })
        } else {
            Err(format!("cannot mount the disk: {}", String::from_utf8_lossy(&done.stderr).trim()).into())
        }
    }

    /// The mount point.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Fills the free space to the last byte. Must be repeated while the disk has to stay full, because the server frees space,
    /// too.
    pub fn fill(&self) -> Result<(), Failure> {
        let mut ballast = OpenOptions::new().create(true).append(true).open(self.ballast())?;
        for size in [1 << 20, 4096] {
            let zeros = vec![0; size];
            while ballast.write_all(&zeros).is_ok() {}
        }
        Ok(())
    }

    /// Frees the space that [`Self::fill`] filled.
    pub fn empty(&self) -> Result<(), Failure> {
        File::create(self.ballast())?;
        Ok(())
    }

    fn ballast(&self) -> PathBuf {
        self.path.join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // A failure here cannot be handled or reported. `--lazy`, because a killed server may still have files open.
        let _ = Command::new("umount").arg("--lazy").arg(&self.path).status();
    }
}
