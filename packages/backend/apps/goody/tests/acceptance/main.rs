//! The real binary, from the outside: files in, reports out, faults in between.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod backups;
mod bad_lines;
mod binary;
mod clock;
mod csv;
mod damage;
mod doors;
mod faults;
mod faults_of_read_only_disks;
mod faults_of_readers;
mod faults_of_the_file;
mod faults_of_the_log;
mod faults_of_two_servers;
mod figures;
mod hang_ups;
mod memory;
mod oracle;
mod outputs;
mod pipes;
mod real_orders;
mod simulate;
mod stray_quotes;
mod zones;
