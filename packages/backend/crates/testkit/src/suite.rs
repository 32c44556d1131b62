//! The store suite: what every store must do, one test a sentence.
//!
//! A store's tests say how to make one: `goody_testkit::store_suite!(cases = 24, make_store);`, where `make_store` is an
//! `async fn(ReportZone) -> TestStore` that makes an empty store, and `cases` is how many made-up histories each law is
//! tried on.

pub mod counters;
pub mod feed;
pub mod laws;
pub mod lists;
pub mod orders;
pub mod retention;
pub mod vendors;

use std::any::Any;
use std::pin::Pin;
use std::sync::Arc;

use goody_application::ingest::Ingest;
use goody_application::ports::{Scope, Store, VendorStore};
use goody_application::project;
use goody_domain::{CounterSeries, Day, IngestOutcome, Instant, OrderEvent, ReportZone, Vendor, VendorId};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestRunner};

use crate::MemoryStore;

/// A store, and what has to live as long as it.
pub struct TestStore {
    /// The store.
    pub store: Arc<dyn Store>,
    _keep: Box<dyn Any + Send + Sync>,
}

impl TestStore {
    /// A store and, say, the folder it is in.
    pub fn new(store: impl Store, keep: impl Any + Send + Sync) -> Self {
        Self { store: Arc::new(store), _keep: Box::new(keep) }
    }

    /// A store in memory.
    pub fn memory(zone: ReportZone) -> Self {
        Self::new(MemoryStore::new(zone), ())
    }
}

/// Makes an empty store.
pub type MakeStore = fn(ReportZone) -> Pin<Box<dyn Future<Output = TestStore> + Send>>;

/// Every test of the suite for one kind of store.
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
                an_order_never_heard_of_is_empty_and_not_missing,
                a_write_from_the_version_it_was_loaded_at_goes_through,
                a_write_that_was_overtaken_changes_nothing,
                in_one_save_only_the_overtaken_orders_are_not_written,
                two_who_write_the_same_order_at_once_both_get_their_facts_in,
                the_same_event_twice_is_one_fact,
                an_id_with_other_content_is_a_conflict_and_changes_nothing,
                orders_are_told_by_id_whether_placed_or_not,
            }
            feed {
                a_change_is_told_until_it_is_applied,
                an_order_s_changes_follow_each_other,
                changes_drawn_together_say_what_all_of_them_did,
                a_batch_of_which_something_was_applied_meanwhile_moves_nothing_twice,
                a_projection_told_twice_counts_once,
                the_lag_counts_changes_and_dates_the_oldest,
            }
            counters {
                an_older_report_never_replaces_a_newer_one,
                a_vendor_is_due_until_its_report_is_of_its_buckets,
                a_kept_report_is_due_when_its_time_is_over,
                due_gives_no_more_than_it_is_asked_for,
                changed_tells_each_vendor_that_changed_since_and_no_other,
                rolled_is_remembered_and_reports_are_counted,
                a_ledger_has_minutes_only_where_asked_and_the_latest_fact_before_them,
                a_book_never_opened_is_empty,
            }
            vendors {
                a_vendor_met_is_registered_under_its_id_as_unregistered,
                meeting_a_registered_vendor_changes_nothing,
                putting_a_vendor_says_whether_it_was_new,
                vendors_come_by_id_in_pages,
                vendors_are_found_by_their_ids,
                every_change_of_a_vendor_raises_the_revision,
                every_vendor_that_an_accepted_event_names_is_registered,
                an_event_that_conflicts_registers_no_vendor,
                a_write_that_was_overtaken_registers_no_vendor,
                an_event_of_a_full_order_registers_no_vendor,
            }
            lists {
                orders_of_the_same_instant_come_by_id_downwards,
                a_cursor_stays_in_place_while_orders_arrive,
                an_order_not_placed_is_in_no_list,
                a_count_of_what_no_bucket_knows_stops_at_its_limit,
                issues_end_before_the_instant_asked_for,
                days_of_placement_are_whole_days_of_the_zone,
            }
            retention {
                expiry_changes_no_number_of_any_report,
                an_open_order_that_expires_leaves_the_levels_at_the_end_of_its_last_day,
                expiry_takes_orders_out_of_lists_and_totals,
                an_order_with_a_late_promise_is_kept_until_it_has_passed,
                an_order_that_outlives_the_bucket_of_its_day_is_counted_as_it_is_listed,
                facts_told_again_about_an_expired_order_change_nothing,
                a_fact_about_an_expired_order_registers_no_vendor,
                an_order_that_waits_to_be_projected_is_not_forgotten,
                an_expired_order_of_two_vendors_leaves_both_their_numbers,
                buckets_expire_and_levels_go_on,
                the_latest_fact_outlives_its_bucket,
                a_late_fact_about_an_expired_day_is_no_difference,
            }
        }

        $crate::store_suite! { @laws $cases, make_boxed;
            lists {
                lists_and_counts_are_those_of_the_memory_store,
                pages_put_together_are_the_whole_list_with_no_order_twice,
                the_recent_feed_and_issues_are_those_of_the_memory_store,
            }
            counters { ledgers_are_those_of_the_memory_store, }
            laws {
                reports_are_what_section_4_says,
                reports_are_a_function_of_the_set_of_facts,
                rebuilding_finds_no_difference,
                the_fleet_is_the_sum_of_its_vendors_and_of_the_order_list,
                a_kept_report_holds_until_it_says,
                a_reader_that_follows_tells_what_a_new_one_does,
            }
            retention { expiry_and_late_facts_agree_with_the_memory_store, }
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

/// Waits for one test.
pub fn wait<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test)
}

/// Waits for something without letting anything else on this thread go on meanwhile, whatever runtime it belongs to.
pub fn wait_alone<T>(task: impl Future<Output = T>) -> T {
    futures::executor::block_on(tokio::task::unconstrained(task))
}

/// Tries a law on made-up values. A failing value is made as small as it gets before it is shown.
pub fn law<S: Strategy>(cases: u32, values: S, holds: impl Fn(S::Value)) {
    let config = Config {
        cases,
        max_shrink_iters: 2_000,
        max_shrink_time: 10_000,
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&values, |value| {
        holds(value);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

/// The zones that laws are tried in.
pub(crate) const ZONES: [&str; 4] = ["UTC", "America/New_York", "America/St_Johns", "Pacific/Apia"];

pub(crate) fn zone(name: &str) -> ReportZone {
    ReportZone::named(name).unwrap()
}

/// Takes events in, all recorded at `now`.
pub(crate) async fn ingest(store: &Arc<dyn Store>, events: Vec<OrderEvent>, now: Instant) -> Vec<IngestOutcome> {
    Ingest::new(store.clone()).ingest(events, now).await.unwrap()
}

/// Takes batches in, projecting and rolling now and then, and brings all up to date.
pub(crate) async fn ingest_batches(store: &Arc<dyn Store>, batches: Vec<Vec<OrderEvent>>, now: Instant) {
    let ingest = Ingest::new(store.clone());
    for (number, batch) in batches.into_iter().enumerate() {
        let size = batch.len();
        ingest.ingest(batch, now).await.unwrap();
        match number % 3 {
            0 => {}
            1 => project_few(store.as_ref(), size / 2 + 1, now).await,
            _ => drop(project::project_once(store.as_ref(), now).await.unwrap()),
        }
    }
    project::project_all(store.as_ref(), now).await.unwrap();
}

/// Projects at most so many changes.
pub(crate) async fn project_few(store: &dyn Store, limit: usize, now: Instant) {
    let batch = store.changes(limit).await.unwrap();
    if !batch.changes.is_empty() {
        assert!(store.apply(batch, now).await.unwrap(), "nobody else projects");
    }
}

/// A whole scope, without the buckets that became empty.
pub(crate) async fn scope(store: &dyn Store, scope: &Scope) -> CounterSeries {
    let (first, last) = (Day::from_number(-1_000), Day::from_number(1_000_000));
    full(store.series(scope, first, first, last).await.unwrap().0)
}

pub(crate) fn full(mut series: CounterSeries) -> CounterSeries {
    series.buckets.retain(|(_, bucket)| !bucket.is_empty());
    series
}

/// The revision now.
pub(crate) async fn revision(store: &dyn Store) -> i64 {
    let revision = store.changes_since(-1).await.unwrap().revision;
    assert!(store.revision().is_none_or(|known| known == revision), "nobody else writes");
    revision
}

/// Every vendor there is.
pub(crate) async fn vendor_ids(store: &dyn Store) -> Vec<VendorId> {
    let vendors: Vec<Vendor> = VendorStore::vendors(store, None, 1_000).await.unwrap();
    vendors.into_iter().map(|vendor| vendor.vendor_id).collect()
}
