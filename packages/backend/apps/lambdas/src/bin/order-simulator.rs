//! Sends the events of the demo orders as time passes, at each tick of a schedule. Wiring only.

use goody_application::simulate::DemoClock;
use goody_lambdas::function::Host;
use goody_lambdas::invocation::Failure;
use goody_lambdas::trigger::Trigger;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::json;
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let host = &Host::start("order-simulator")?;
    let simulator = &host.simulator();
    host.serve(service_fn(async |event: LambdaEvent<Box<RawValue>>| match Trigger::parse(&event.payload)? {
        Trigger::Schedule => {
            let counts = simulator.tick(host.now(), DemoClock::REAL).await?;
            Ok(json!({ "new": counts.new, "known": counts.known }))
        }
        other => Err(Failure::from(other.misdirected_error())),
    }))
    .await
}
