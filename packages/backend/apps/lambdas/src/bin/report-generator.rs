//! Updates the reports: from the stream of the orders table, and at each tick of a schedule. Rebuilds the counters on request.
//! Wiring only.

use goody_lambdas::function::Host;
use goody_lambdas::invocation::Failure;
use goody_lambdas::trigger::Trigger;
use goody_lambdas::{schedule, stream};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::value::{RawValue, to_raw_value};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let host = &Host::start("report-generator")?;
    host.serve(service_fn(async |event: LambdaEvent<Box<RawValue>>| {
        Ok::<_, Failure>(match Trigger::parse(&event.payload)? {
            Trigger::Stream(records) => to_raw_value(&stream::project(&host.tables, &records, host.now()).await?)?,
            Trigger::Schedule => {
                to_raw_value(&schedule::tick(&host.tables, host.settings.retention, host.now()).await?)?
            }
            Trigger::Rebuild(request) => to_raw_value(&request.run(&host.tables, host.now()).await?)?,
            other => return Err(other.misdirected_error().into()),
        })
    }))
    .await
}
