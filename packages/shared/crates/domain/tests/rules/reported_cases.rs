//! Orders that people reported as counted wrongly, each with the numbers that are right.

use goody_domain::{
    Figures, History, IngestOutcome, Order, OrderId, Outcome, ReportZone, Risk, RiskLevel, RiskReason, Trend, postings,
};

use crate::report::Acme;
use crate::timeline::{at, batch, events, order, order_if_placed};

fn figures(timelines: &[&str]) -> Figures {
    Acme::with(timelines).on("2026-11-15").current7d
}

fn copies(number: usize, timeline: &str) -> Vec<String> {
    vec![timeline.to_owned(); number]
}

#[test]
fn a_parcel_delivered_to_its_sender_stays_a_returned_one_and_is_not_on_time() {
    let timeline = "PLACED 2026-11-02T10:00:00Z estimatedDelivery=2026-11-14T12:00:00Z
         UNDELIVERABLE 2026-11-09T10:00:00Z
         RETURN_TO_SENDER 2026-11-10T10:00:00Z
         ARRIVED 2026-11-12T10:00:00Z";
    let order: Order = order(timeline);
    assert_eq!(order.completion, Some((at("2026-11-09T10:00:00Z"), Outcome::ReturnToSender)));
    let figures = figures(&[timeline]);
    assert_eq!((figures.arrived_orders(), figures.issue_count(), figures.reliability_score()), (0, 1, Some(0.0)));
    assert_eq!((figures.due_orders, figures.on_time_deliveries), (1, 0));
}

#[test]
fn a_loss_stays_visible_when_its_replacement_arrives() {
    let timeline = "PLACED 2026-11-02T10:00:00Z estimatedDelivery=2026-11-14T12:00:00Z
         SHIPPING_ON_TIME 2026-11-03T10:00:00Z trackingNumber=T1
         LOST 2026-11-09T10:00:00Z
         SHIPPING_ON_TIME 2026-11-10T10:00:00Z trackingNumber=T2 reason=replacement
         ARRIVED 2026-11-13T10:00:00Z";
    let order = order(timeline);
    assert_eq!(order.completion, Some((at("2026-11-09T10:00:00Z"), Outcome::Lost)));
    assert_eq!(order.replacement_arrived_at, Some(at("2026-11-13T10:00:00Z")));
    let figures = figures(&[timeline]);
    assert_eq!((figures.arrived_orders(), figures.issue_count()), (0, 1));
    assert_eq!((figures.due_orders, figures.on_time_deliveries), (1, 0));
}

#[test]
fn a_late_parcel_that_is_refunded_was_due_all_the_same() {
    let late = "PLACED 2026-11-02T10:00:00Z estimatedDelivery=2026-11-09T12:00:00Z
         ARRIVED 2026-11-12T10:00:00Z
         CANCELLED 2026-11-13T10:00:00Z reason=late";
    let good = "PLACED 2026-11-02T10:00:00Z estimatedDelivery=2026-11-09T12:00:00Z\n ARRIVED 2026-11-09T10:00:00Z";
    let figures = figures(&[late, good]);
    assert_eq!((figures.due_orders, figures.on_time_deliveries, figures.on_time_percentage()), (2, 1, Some(50.0)));
    assert_eq!((figures.completed_orders(), figures.arrived_orders(), figures.cancelled_orders()), (2, 2, 0));
    assert_eq!(figures.refunded_orders, 1);
}

#[test]
fn a_worse_week_is_a_worse_report() {
    let week = |placed: &str, promise: &str, ended: &str, [arrived, lost, open]: [usize; 3]| {
        let placed = format!("PLACED {placed}T22:00:00Z estimatedDelivery={promise}T22:00:00Z");
        [
            copies(arrived, &format!("{placed}\n ARRIVED {ended}T22:00:00Z")),
            copies(lost, &format!("{placed}\n LOST {ended}T22:00:00Z")),
            copies(open, &placed),
        ]
        .concat()
    };
    let before = week("2026-11-16", "2026-11-19", "2026-11-18", [57, 3, 0]);
    let after = week("2026-11-22", "2026-11-25", "2026-11-24", [24, 16, 20]);
    let timelines = [before, after].concat();
    let timelines: Vec<&str> = timelines.iter().map(String::as_str).collect();
    let report = Acme::with(&timelines).on("2026-11-26");
    assert_eq!(report.trends().rate(Figures::reliability_score), Some(60.0 - 95.0));
    assert_eq!(report.trends().rate(Figures::on_time_percentage), Some(40.0 - 95.0));
    assert_eq!(report.trends().count(|figures| figures.delayed_orders), 20);
    assert_eq!(report.trends().direction(), Some(Trend::Down));
    let (current, previous) = (Risk::of(&report.current7d), Risk::of(&report.previous7d));
    // 24 of 40 arrived: p₁ = 0.99978, p₂ = 0.9945; 24 of 60 on time. The week before 57 of 60 in both: p₁ = 0.0048.
    assert_eq!((current.level, current.reason), (RiskLevel::High, Some(RiskReason::Both)));
    assert_eq!((previous.level, previous.reason), (RiskLevel::Low, None));
}

#[test]
fn an_arrival_before_the_placement_is_kept_and_is_no_delivery_in_0_hours() {
    let timeline = "PLACED 2026-11-12T18:00:00Z estimatedDelivery=2026-11-14T12:00:00Z\n ARRIVED 2026-11-12T15:00:00Z";
    let order = order(timeline);
    assert!(order.is_suspect);
    assert_eq!(order.completion, Some((at("2026-11-12T18:00:00Z"), Outcome::Arrived)));
    let figures = figures(&[timeline]);
    assert_eq!((figures.arrived_orders(), figures.avg_delivery_hours(), figures.avg_handover_hours()), (1, None, None));
}

#[test]
fn a_vendor_that_delivers_every_order_three_days_late_is_at_risk() {
    let late = "PLACED 2026-11-05T10:00:00Z estimatedDelivery=2026-11-09T10:00:00Z\n ARRIVED 2026-11-12T10:00:00Z";
    let timelines = copies(120, late);
    let timelines: Vec<&str> = timelines.iter().map(String::as_str).collect();
    let figures = figures(&timelines);
    assert_eq!((figures.reliability_score(), figures.completed_orders()), (Some(100.0), 120));
    assert_eq!((figures.on_time_percentage(), figures.due_orders), (Some(0.0), 120));
    let risk = Risk::of(&figures);
    assert_eq!((risk.level, risk.reason), (RiskLevel::High, Some(RiskReason::OnTime)));
    assert!((risk.probability.unwrap() - 1.0).abs() < 1e-12);
}

#[test]
fn nine_failures_of_23_orders_are_enough_to_judge_and_one_late_order_is_not() {
    let arrived = "PLACED 2026-11-05T10:00:00Z\n ARRIVED 2026-11-12T10:00:00Z";
    let lost = "PLACED 2026-11-05T10:00:00Z\n LOST 2026-11-12T10:00:00Z";
    let timelines = [copies(14, arrived), copies(9, lost)].concat();
    let timelines: Vec<&str> = timelines.iter().map(String::as_str).collect();
    let risk = Risk::of(&figures(&timelines));
    assert_eq!((risk.level, risk.reason), (RiskLevel::High, Some(RiskReason::Reliability)));
    assert!((risk.probability.unwrap() - 0.9923).abs() < 5e-5);
    let late = "PLACED 2026-11-05T10:00:00Z estimatedDelivery=2026-11-09T10:00:00Z\n ARRIVED 2026-11-12T10:00:00Z";
    assert_eq!(Risk::of(&figures(&[late])).level, RiskLevel::Insufficient);
}

#[test]
fn facts_without_a_placement_count_nowhere_until_it_comes_and_then_as_if_it_had_come_first() {
    let facts = "SHIPPING_ON_TIME 2026-11-10T10:00:00Z\n ARRIVED 2026-11-12T10:00:00Z";
    assert_eq!(order_if_placed(facts), None);
    assert_eq!(postings(None, order_if_placed(facts).as_ref(), &ReportZone::utc()), []);
    let placement = "PLACED 2026-11-09T10:00:00Z estimatedDelivery=2026-11-13T10:00:00Z";
    let figures = figures(&[&format!("{facts}\n{placement}")]);
    assert_eq!((figures.total_orders, figures.arrived_orders(), figures.on_time_deliveries), (1, 1, 1));
    assert_eq!((figures.avg_delivery_hours(), figures.avg_handover_hours()), (Some(72.0), Some(24.0)));
}

#[test]
fn an_event_refused_as_a_conflict_leaves_no_trace_of_the_vendor_it_names() {
    let known = events("PLACED 2026-11-09T10:00:00Z");
    let refused = events("PLACED 2026-11-09T10:00:00Z vendorId=ghost estimatedDelivery=2026-11-13T10:00:00Z");
    let mut history = History::empty(OrderId::parse("o-1").unwrap());
    assert_eq!(history.record(known[0].clone(), &batch(), at("2026-11-09T10:00:00Z")), IngestOutcome::New);
    let before = history.clone();
    assert_eq!(history.record(refused[0].clone(), &batch(), at("2026-11-10T10:00:00Z")), IngestOutcome::Conflict);
    assert_eq!(history, before);
    let named: Vec<String> = history.occurrences().named_vendors.iter().map(ToString::to_string).collect();
    assert_eq!(named, ["acme"]);
}

#[test]
fn a_vendor_whose_events_stop_has_stalled_orders_and_an_old_latest_fact() {
    let placed = "PLACED 2026-11-16T10:00:00Z";
    let shipped = format!("{placed}\n SHIPPING_ON_TIME 2026-11-17T23:34:45Z");
    let acme = Acme::with(&[placed, &shipped, &format!("{shipped}\n ARRIVED 2026-11-17T23:34:45Z")]);
    let report = acme.at("2026-11-27T23:34:00Z");
    assert_eq!((report.current7d.active_orders(), report.current7d.stalled_orders), (2, 1));
    assert_eq!((report.previous7d.active_orders(), report.previous7d.stalled_orders), (2, 1), "on the 20th, too");
    assert_eq!(report.updated_at, Some(at("2026-11-17T23:34:45Z")));
}
