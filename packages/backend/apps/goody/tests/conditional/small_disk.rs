//! A disk that a test can fill, and mount read-only.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::binary::{demo_events, run, text};

/// A small disk in memory.
pub(crate) struct SmallDisk(TempDir);

impl SmallDisk {
    /// Mounts the disk. Usually only root may do that.
    pub(crate) fn mount() -> Result<Self, String> {
        let folder = tempfile::tempdir().unwrap();
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=3m", "tmpfs", text(folder.path())]).output();
        match mount {
            Ok(output) if output.status.success() => Ok(Self(folder)),
            _ => Err("this machine does not permit to mount a small disk".into()),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Fills the disk to the last byte with a new file.
    pub(crate) fn fill(&self, filler: &Path) {
        let mut file = std::fs::File::create(filler).unwrap();
        while std::io::Write::write_all(&mut file, &[0; 4_096]).is_ok() {}
    }

    pub(crate) fn grow(&self) {
        let grown = Command::new("mount").args(["-o", "remount,size=64m", text(self.0.path())]).status();
        assert!(grown.unwrap().success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

/// A disk with room for a database, and a database of demo orders on it.
pub(crate) fn demo_on_disk() -> Result<(SmallDisk, PathBuf), String> {
    let disk = SmallDisk::mount()?;
    disk.grow();
    let database = disk.path().join("goody.db");
    run(&["import", text(&demo_events())], &database);
    Ok((disk, database))
}
