//! Ingests order events, webhooks and vendors: over HTTP with the router of the embedded host, and from the event bus. Wiring only.

use goody_application::ingest::Ingest;
use goody_application::parcels::Parcels;
use goody_lambdas::bus;
use goody_lambdas::function::Host;
use goody_lambdas::invocation::Failure;
use goody_lambdas::trigger::Trigger;
use goody_lambdas::webhooks::webhooks;
use lambda_http::Adapter;
use lambda_runtime::{LambdaEvent, Service, service_fn};
use serde_json::value::{RawValue, to_raw_value};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let host = &Host::start("order-ingest")?;
    let (api, ingest) = (
        &Adapter::from(host.api(true, goody_http::router_without_docs, webhooks(&host.settings)?)?),
        &Ingest::new(host.store.clone()),
    );
    let parcels = &Parcels::new(host.store.clone(), ingest.clone());
    host.serve(service_fn(async |LambdaEvent { payload, context }: LambdaEvent<Box<RawValue>>| {
        Ok::<_, Failure>(match Trigger::parse(&payload)? {
            Trigger::Http(request) => to_raw_value(&api.clone().call(LambdaEvent::new(*request, context)).await?)?,
            Trigger::Bus(event) => {
                to_raw_value(&bus::ingest((ingest, parcels), event, host.store.zone(), host.now()).await?)?
            }
            other => return Err(other.misdirected_error().into()),
        })
    }))
    .await
}
