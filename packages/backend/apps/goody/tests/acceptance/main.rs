//! Tests of the real binary from the outside: input files, reports, and faults while it runs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod backups;
mod bad_lines;
mod clock;
mod csv;
mod damage;
mod demo;
mod disconnects;
mod faults;
mod faults_of_readers;
mod faults_of_the_file;
mod faults_of_the_log;
mod faults_of_two_servers;
mod import_guide;
mod memory;
mod metrics;
mod oracle;
mod outputs;
mod pipes;
mod rejections;
mod retract;
mod security;
mod simulate;
mod stray_quotes;
mod vendor_versions;
mod webhooks;
mod zones;

#[path = "../support/binary.rs"]
mod binary;
#[path = "../support/logging.rs"]
mod logging;
#[path = "../support/recovery.rs"]
mod recovery;
