//! Tests that need what not every machine has: real orders, a disk that may be mounted, a second user, tools.
//!
//! The runner counts a test without its requirement as ignored and prints the reason.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod full_disk;
mod read_only_disks;
mod real_orders;
mod small_disk;
mod unprivileged;
mod webhook_guide;

#[path = "../support/binary.rs"]
#[expect(dead_code, reason = "the acceptance tests use the rest")]
mod binary;
#[path = "../support/logging.rs"]
mod logging;
#[path = "../support/recovery.rs"]
#[expect(dead_code, reason = "the acceptance tests use the rest")]
mod recovery;

use std::path::PathBuf;

use goody_testkit::conditional::real_data;

use crate::small_disk::{SmallDisk, demo_on_disk};
use crate::unprivileged::unprivileged;

fn two_disks() -> Result<((SmallDisk, PathBuf), SmallDisk), String> {
    Ok((demo_on_disk()?, SmallDisk::mount()?))
}

goody_testkit::conditional_tests! {
    real_orders::every_report_and_the_dashboard_equal_those_computed_independently, needs real_data(["olist-events.ndjson", "olist-expected-2.json"]);
    real_orders::shuffled_and_repeated_events_over_http_give_the_same_bytes_as_an_ordered_import, needs real_data(["olist-events.ndjson"]);
    real_orders::at_the_end_of_every_month_the_dashboard_equals_the_sums_of_the_vendors_and_of_the_order_list, needs real_data(["olist-events.ndjson"]);
    real_orders::at_the_end_of_every_month_every_number_of_every_vendor_is_the_length_of_its_list, needs real_data(["olist-events.ndjson"]);
    real_orders::the_detection_finds_the_episode_of_the_fleet_and_none_of_a_vendor, needs real_data(["olist-events.ndjson"]);
    full_disk::a_full_disk_is_reported_and_storing_continues_when_there_is_room, needs SmallDisk::mount();
    full_disk::health_reports_a_full_disk_and_new_room_before_a_client_notices, needs SmallDisk::mount();
    full_disk::a_log_and_a_database_on_one_disk_continue_each_time_the_full_disk_is_emptied, needs SmallDisk::mount();
    read_only_disks::a_database_on_a_read_only_disk_can_be_exported_checked_and_backed_up_to_another_disk, needs demo_on_disk();
    read_only_disks::a_backup_on_a_read_only_disk_can_be_read_as_a_database, needs demo_on_disk();
    read_only_disks::orders_that_are_only_in_the_log_are_read_from_a_read_only_disk, needs SmallDisk::mount();
    read_only_disks::commands_that_write_refuse_a_read_only_disk_and_name_the_database, needs demo_on_disk();
    read_only_disks::a_database_of_an_older_version_on_a_read_only_disk_needs_a_copy, needs demo_on_disk();
    read_only_disks::a_database_with_other_time_zone_rules_on_a_read_only_disk_needs_a_copy, needs demo_on_disk();
    read_only_disks::a_database_without_an_application_id_is_read_from_a_read_only_disk, needs two_disks();
    unprivileged::a_read_only_database_is_reported_and_storing_continues_when_it_is_writable, needs unprivileged();
    webhook_guide::the_commands_of_the_webhook_guide_send_what_is_taken, needs webhook_guide::tools();
}
