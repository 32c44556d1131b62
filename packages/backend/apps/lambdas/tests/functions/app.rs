//! The app under test: each function runs in its own process, and the store is the DynamoDB emulator.

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

    /// In a report time zone, at the frozen now.
    pub(crate) fn in_zone(name: &str) -> Self {
        Self::on(ReportZone::named(name).unwrap())
    }

    fn on(zone: ReportZone) -> Self {
        // The test's own runtime cannot block on a future: the thread has another runtime.
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

/// The functions behind the gateway, and their account.
#[derive(Clone)]
struct Deployed {
    aws: Arc<Aws>,
    functions: [Arc<Function>; 2],
}

async fn before_each(State(deployed): State<Deployed>, request: Request, next: Next) -> Response {
    // A test sets the manual clock; the functions read the clock file.
    deployed.aws.set_clock(deployed.aws.clock.now());
    // Like a server, every function runs before the first request.
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
