//! The app under test, with its functions in processes of their own and its store in DynamoDB's emulator.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use goody_application::ports::Clock;
use goody_domain::ReportZone;
use goody_testkit::TestStore;
use goody_testkit::lambda::{Function, gateway};

use crate::aws::{API_HANDLER, Aws, ORDER_INGEST};

/// The deployed API on empty tables.
pub(crate) struct TestApp(goody_testkit::TestApp);

impl TestApp {
    /// In UTC, at the frozen now.
    pub(crate) fn new() -> Self {
        Self::on(ReportZone::utc())
    }

    /// Counting the days of a zone.
    pub(crate) fn in_zone(name: &str) -> Self {
        Self::on(ReportZone::named(name).unwrap())
    }

    fn on(zone: ReportZone) -> Self {
        // A test's own runtime cannot be waited on from inside of it.
        let aws = std::thread::scope(|scope| {
            scope.spawn(|| tokio::runtime::Runtime::new().unwrap().block_on(Aws::in_zone(zone))).join().unwrap()
        });
        let (clock, store, feed, aws) = (aws.clock.clone(), aws.store(), Arc::new(aws.store()), Arc::new(aws));
        let (reads, writes) = (Arc::new(aws.function(API_HANDLER)), Arc::new(aws.function(ORDER_INGEST)));
        let api = gateway(reads.clone(), writes.clone());
        let api = api.layer(from_fn_with_state(Deployed { aws: aws.clone(), functions: [reads, writes] }, before_each));
        Self(goody_testkit::TestApp::through(TestStore::new(store, aws), feed, clock, api))
    }
}

/// What is behind the gateway.
#[derive(Clone)]
struct Deployed {
    aws: Arc<Aws>,
    functions: [Arc<Function>; 2],
}

async fn before_each(State(deployed): State<Deployed>, request: Request, next: Next) -> Response {
    // Tests set the clock they were given; the functions read theirs.
    deployed.aws.set_clock(deployed.aws.clock.now());
    // All are there from the beginning, as a server is.
    for function in &deployed.functions {
        function.start().await.unwrap();
    }
    next.run(request).await
}

impl Deref for TestApp {
    type Target = goody_testkit::TestApp;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
