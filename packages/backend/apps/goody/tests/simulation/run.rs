//! Runs one simulation: from its first event until everything has expired, with a check whenever the program is idle.

use crate::checker;
use crate::simulation::{DAY, Process, Simulation, Summary, stop};

/// How often the results are checked before the last event is sent.
const ROUNDS: i64 = 3;
/// Days until all expired orders are removed. A program that has just started removes only a few days of orders at a time.
const CATCH_UP_DAYS: i64 = 60;
/// No promise lies further than this after any event of its order is sent, in days.
const FARTHEST_PROMISE_DAYS: i64 = 62;

/// Runs a simulation to its end.
pub(crate) async fn run(mut simulation: Simulation) -> Summary {
    let mut process = simulation.start_program();
    let (start, last) = (simulation.start, simulation.last_due());
    for round in 1..=ROUNDS {
        let end = start.plus_seconds((last.seconds_since(start) as i64 + 1) * round / ROUNDS);
        while simulation.clock.latest() < end {
            process = simulation.step(process).await;
        }
        check(&mut simulation, &mut process).await;
    }
    // One day more than retention needs: a day may have 25 hours.
    let first_left = simulation.zone.day(simulation.clock.latest()).plus(1);
    let retention = simulation.retention;
    let (order_days, bucket_days) = (i64::from(retention.order_days), i64::from(retention.bucket_days));
    // Retention goes by the latest fact, so each jump needs a new order. Each is followed by one day more, as the new order may be
    // recorded after retention has run for the day.
    for days in [order_days + FARTHEST_PROMISE_DAYS, 1, CATCH_UP_DAYS, 1, bucket_days + 2, 1] {
        simulation.clock.jump(days * DAY);
        simulation.place_order();
        check(&mut simulation, &mut process).await;
    }
    checker::assert_everything_has_expired(&simulation, &process, first_left);
    stop(process).await;
    simulation.summary()
}

/// Waits until the program is idle, and checks its results.
async fn check(simulation: &mut Simulation, process: &mut Process) {
    simulation.settle(process).await;
    checker::assert_results_equal_a_recomputation(simulation, process).await;
    simulation.resume(process);
}
