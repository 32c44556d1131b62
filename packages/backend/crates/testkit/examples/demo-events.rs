//! Writes the demo events: `cargo run -p goody-testkit --example demo-events > packages/shared/fixtures/events/demo-v1.ndjson`

fn main() {
    print!("{}", goody_testkit::demo_events());
}
