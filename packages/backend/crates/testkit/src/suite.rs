//! The store suite: the tests that every store must pass.
//!
//! The tests of a store call `goody_testkit::store_suite!(cases = 24, make_store);`, where `make_store` is an `async
//! fn(ReportZone) -> TestStore` that creates an empty store, and `cases` is the number of generated histories for each law.

pub mod counters;
pub mod feed;
pub mod laws;
pub mod lists;
pub mod months;
pub mod numbers;
pub mod orders;
pub mod parcels;
pub mod rejections;
pub mod retention;
pub mod retractions;
pub mod search;
pub mod vendor_versions;
pub mod vendors;

use std::any::Any;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

use goody_application::ingest::Ingest;
use goody_application::ports::{Scope, Store, VendorStore};
use goody_application::project;
use goody_domain::{CounterSeries, Day, IngestOutcome, Instant, OrderEvent, ReportZone, Vendor, VendorId};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestRunner};

use crate::{MemoryStore, batch};

/// A store, and a resource that must live as long as the store.
pub struct TestStore {
    /// The store.
    pub store: Arc<dyn Store>,
    _resource: Box<dyn Any + Send + Sync>,
}

impl TestStore {
    /// A store and its resource, such as its folder or its process.
    pub fn new(store: impl Store, resource: impl Any + Send + Sync) -> Self {
        Self { store: Arc::new(store), _resource: Box::new(resource) }
    }

    /// A store in memory.
    pub fn memory(zone: ReportZone) -> Self {
        Self::new(MemoryStore::new(zone), ())
    }
}

/// Creates an empty store.
pub type MakeStore = fn(ReportZone) -> Pin<Box<dyn Future<Output = TestStore> + Send>>;

/// Defines all tests of the suite for one kind of store.
#[macro_export]
macro_rules! store_suite {
    (cases = $cases:expr, $make:path) => {
        fn make_boxed(
            zone: goody_domain::ReportZone,
        ) -> ::std::pin::Pin<Box<dyn Future<Output = $crate::TestStore> + Send>> {
            Box::pin($make(zone))
        }

        $crate::store_suite! { @examples make_boxed;
            orders {
                an_unknown_order_is_loaded_as_an_empty_history,
                a_write_from_the_loaded_version_is_saved,
                an_outdated_write_changes_nothing,
                a_save_skips_only_the_outdated_writes,
                concurrent_writers_of_an_order_all_record_their_facts,
                the_same_event_twice_is_one_fact,
                an_event_id_with_other_content_is_a_conflict_and_changes_nothing,
                all_orders_are_read_by_id_with_or_without_a_placement,
            }
            feed {
                the_feed_repeats_a_change_until_it_is_applied,
                the_changes_of_an_order_are_consecutive,
                merged_changes_have_the_effect_of_all_of_them,
                a_partly_applied_batch_moves_nothing_twice,
                a_batch_that_is_applied_twice_counts_once,
                the_lag_has_the_number_of_changes_and_the_time_of_the_oldest,
            }
            counters {
                an_older_report_never_replaces_a_newer_one,
                a_report_is_stale_until_it_reflects_its_buckets,
                a_current_report_is_stale_when_its_validity_ends,
                stale_reports_respects_its_limit,
                changes_since_returns_the_changed_vendors_only,
                the_status_has_the_last_refresh_and_the_number_of_reports,
                a_series_has_minutes_only_in_the_requested_range_and_the_latest_fact_before_it,
                an_unknown_scope_has_an_empty_series,
            }
            vendors {
                an_unknown_vendor_is_stored_under_its_id_as_unregistered,
                an_order_names_a_vendor_that_has_no_name_yet,
                register_unknown_does_not_change_a_registered_vendor,
                put_returns_whether_the_vendor_is_new,
                vendors_are_listed_by_id_in_pages,
                vendors_are_found_by_their_ids,
                every_change_of_a_vendor_raises_the_revision,
                every_vendor_that_an_accepted_event_names_is_registered,
                an_event_that_conflicts_registers_no_vendor,
                an_outdated_write_registers_no_vendor,
                an_event_of_a_full_order_registers_no_vendor,
            }
            vendor_versions {
                a_change_keeps_the_master_data_of_the_days_before_it,
                of_the_changes_of_a_day_only_the_last_is_valid_at_its_end,
                the_first_change_of_a_vendor_that_events_registered_leaves_past_dates_alone,
                a_name_that_an_order_gives_makes_no_version,
                equal_master_data_makes_no_version,
                versions_stay_in_order_when_the_clock_is_set_back,
                the_tables_of_a_past_date_stay_as_they_are_when_a_vendor_changes,
            }
            lists {
                orders_of_the_same_instant_are_listed_by_descending_id,
                a_cursor_keeps_its_position_while_orders_arrive,
                an_order_without_a_placement_is_in_no_list,
                a_count_without_buckets_stops_at_its_limit,
                issues_end_before_the_requested_instant,
                placement_dates_are_whole_days_of_the_zone,
            }
            search {
                an_order_is_found_by_each_of_its_terms_in_any_case,
                an_order_is_found_by_the_start_of_its_id,
                a_search_has_the_other_conditions_and_the_pages_of_a_list,
                an_order_is_found_once_it_is_placed,
                an_order_is_not_found_by_an_event_that_is_taken_back,
                an_expired_order_is_not_found,
            }
            retractions {
                a_batch_is_taken_back_once,
                the_ids_of_a_batch_that_is_taken_back_are_free,
                a_retraction_that_ends_early_continues_where_it_ended,
                an_order_without_its_placement_counts_nowhere,
                an_order_goes_back_to_the_vendor_that_is_left,
                the_expiry_of_an_order_without_its_placement_changes_no_report,
                a_retraction_and_other_writers_lose_nothing,
                expired_orders_of_a_batch_are_counted_and_left,
            }
            retention {
                expiry_changes_no_number_of_any_report,
                an_open_order_that_expires_leaves_the_levels_at_the_end_of_its_last_day,
                expiry_removes_orders_from_lists_and_totals,
                an_order_does_not_expire_before_its_promise_has_passed,
                counts_match_lists_for_an_order_that_outlives_the_bucket_of_its_day,
                events_of_an_expired_order_change_nothing,
                an_event_of_an_expired_order_registers_no_vendor,
                an_order_with_pending_changes_does_not_expire,
                the_expiry_of_an_order_of_two_vendors_changes_no_report,
                the_expiry_of_buckets_changes_no_level,
                the_latest_fact_outlives_its_bucket,
                a_late_fact_about_an_expired_day_makes_no_difference_for_a_rebuild,
                what_changed_about_a_vendor_outlives_its_orders,
            }
            parcels {
                a_fact_goes_to_the_order_with_its_tracking_number_in_any_case,
                a_fact_of_an_unknown_parcel_waits_until_an_event_names_the_parcel,
                facts_that_wait_are_taken_in_without_another_event,
                of_orders_that_share_a_number_the_open_one_gets_the_fact,
                of_orders_that_share_a_number_and_are_open_none_gets_the_fact,
                every_order_of_a_parcel_gets_the_fact,
                an_order_whose_event_is_taken_back_has_its_parcel_no_longer,
                a_wrong_fact_waits_for_nothing,
                the_oldest_facts_go_first_and_old_ones_expire,
            }
            rejections {
                a_rejection_is_kept_as_it_was,
                a_long_body_is_kept_up_to_its_limit,
                rejections_are_listed_newest_first_in_pages,
                the_same_again_is_counted_and_keeps_its_place,
                the_oldest_go_first,
                rejections_expire_after_thirty_days,
                removed_rejections_are_gone,
            }
        }

        $crate::store_suite! { @laws $cases, make_boxed;
            lists {
                lists_and_counts_match_the_memory_store,
                the_pages_of_a_list_have_each_order_once,
                the_recent_feed_and_issues_match_the_memory_store,
            }
            numbers { every_number_of_a_report_is_the_length_of_its_list, }
            counters { series_match_the_memory_store, }
            vendor_versions { any_changes_give_every_day_the_name_at_its_end, }
            months { past_reports_match_those_from_all_buckets, }
            laws {
                reports_match_the_oracle,
                reports_depend_only_on_the_set_of_facts,
                a_rebuild_finds_no_difference,
                quarters_are_those_of_the_minutes,
                the_detection_is_the_same_for_any_sequence_of_arrival,
                the_fleet_matches_the_sum_of_its_vendors_and_the_order_list,
                a_current_report_does_not_change_while_it_is_valid,
                a_fleet_cache_matches_a_new_one_after_updates,
            }
            retractions { a_corrected_file_gives_the_numbers_of_a_store_that_only_had_that_file, }
            rejections { rejections_match_the_memory_store, }
            retention { expiry_and_late_facts_match_the_memory_store, }
        }
    };
    (@examples $make:ident; $($module:ident { $($name:ident,)* })*) => {
        $(mod $module { $(
            #[test]
            fn $name() {
                $crate::suite::wait($crate::suite::$module::$name(super::$make));
            }
        )* })*
    };
    (@laws $cases:expr, $make:ident; $($module:ident { $($name:ident,)* })*) => {
        mod properties { $(pub(super) mod $module { $(
            #[test]
            fn $name() {
                $crate::suite::$module::$name(super::super::$make, $cases);
            }
        )* })* }
    };
}

/// Runs one test to its end.
pub fn wait<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test)
}

/// Waits for a task. No other task on this thread runs until then, of any runtime.
pub fn wait_alone<T>(task: impl Future<Output = T>) -> T {
    let mut task = pin!(tokio::task::unconstrained(task));
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    loop {
        if let Poll::Ready(result) = task.as_mut().poll(&mut Context::from_waker(&waker)) {
            return result;
        }
        // A task that lets others go on is woken by a runtime, which does not run meanwhile.
        std::thread::park_timeout(Duration::from_millis(1));
    }
}

/// Wakes the thread that waits.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Checks a law on generated values. A value that fails is shrunk before it is reported.
pub fn law<S: Strategy>(cases: u32, strategy: S, holds: impl Fn(S::Value)) {
    let config = Config {
        cases,
        max_shrink_iters: 2_000,
        max_shrink_time: 10_000,
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&strategy, |value| {
        holds(value);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

/// The time zones for laws.
pub(crate) const ZONES: [&str; 4] = ["UTC", "America/New_York", "America/St_Johns", "Pacific/Apia"];

pub(crate) fn zone(name: &str) -> ReportZone {
    ReportZone::named(name).unwrap()
}

/// Ingests events, all recorded at `now`.
pub(crate) async fn ingest(store: &Arc<dyn Store>, events: Vec<OrderEvent>, now: Instant) -> Vec<IngestOutcome> {
    Ingest::new(store.clone()).ingest(events, &batch("b-1"), now).await.unwrap()
}

/// Ingests batches with some projections in between, and projects all changes at the end.
pub(crate) async fn ingest_batches(store: &Arc<dyn Store>, batches: Vec<Vec<OrderEvent>>, now: Instant) {
    let ingest = Ingest::new(store.clone());
    for (number, events) in batches.into_iter().enumerate() {
        let size = events.len();
        ingest.ingest(events, &batch(&format!("b-{number}")), now).await.unwrap();
        match number % 3 {
            0 => {}
            1 => project_at_most(store.as_ref(), size / 2 + 1, now).await,
            _ => drop(project::project_once(store.as_ref(), now).await.unwrap()),
        }
    }
    project::project_all(store.as_ref(), now).await.unwrap();
}

/// Projects at most `limit` changes.
pub(crate) async fn project_at_most(store: &dyn Store, limit: usize, now: Instant) {
    let batch = store.changes(limit).await.unwrap();
    if !batch.changes.is_empty() {
        assert!(store.apply(batch, now).await.unwrap(), "no other process projects");
    }
}

/// The counter series of a scope, without empty buckets.
pub(crate) async fn scope(store: &dyn Store, scope: &Scope) -> CounterSeries {
    let (first, last) = (Day::from_number(-1_000), Day::from_number(1_000_000));
    without_empty_buckets(store.series(scope, first, first, last).await.unwrap().0)
}

pub(crate) fn without_empty_buckets(mut series: CounterSeries) -> CounterSeries {
    series.buckets.retain(|(_, bucket)| !bucket.is_empty());
    series
}

/// The current revision.
pub(crate) async fn revision(store: &dyn Store) -> i64 {
    let revision = store.changes_since(-1).await.unwrap().revision;
    assert!(store.revision().is_none_or(|known| known == revision), "no other process writes");
    revision
}

/// The ids of all vendors.
pub(crate) async fn vendor_ids(store: &dyn Store) -> Vec<VendorId> {
    let vendors: Vec<Vendor> = VendorStore::vendors(store, None, 1_000).await.unwrap();
    vendors.into_iter().map(|vendor| vendor.vendor_id).collect()
}
