//! A small disk of its own for the database and the log, which can be filled up and emptied.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;

/// Enough for what half an hour stores, and little enough to be filled at once.
const MEGABYTES: u32 = 384;

/// A file system in memory, mounted until the value is dropped.
#[derive(Debug)]
pub struct SmallDisk {
    path: PathBuf,
}

impl SmallDisk {
    /// Mounts it on a new folder in `folder`. Needs root.
    pub fn mount(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join("disk");
        std::fs::create_dir_all(&path)?;
        let size = format!("size={MEGABYTES}m");
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "goody-soak"]).arg(&path).output()?;
        if done.status.success() {
            Ok(Self { path })
        } else {
            Err(format!("no disk was mounted: {}", String::from_utf8_lossy(&done.stderr).trim()).into())
        }
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Fills what is free, to the last byte. Call it again while the disk has to stay full: others free and take space, too.
    pub fn fill(&self) -> Result<(), Failure> {
        let mut ballast = OpenOptions::new().create(true).append(true).open(self.ballast())?;
        for size in [1 << 20, 4096] {
            let zeros = vec![0; size];
            while ballast.write_all(&zeros).is_ok() {}
        }
        Ok(())
    }

    /// Frees what [`Self::fill`] took.
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
        // Nobody is left to report a failure to; `--lazy` because a killed server may still hold files.
        let _ = Command::new("umount").arg("--lazy").arg(&self.path).status();
    }
}
