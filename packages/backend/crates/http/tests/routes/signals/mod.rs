//! `GET /api/vendors/{id}/signals`, `GET /api/signals/episodes` and its export

use std::time::Duration;

use goody_domain::{Day, OrderEvent, Status};
use goody_testkit::{OrderBuilder, today};
use serde_json::{Value, json};

use crate::TestApp;

/// How many days ago `acme` began to deliver nothing.
const FAILING_DAYS: i32 = 6;

/// An order that was due on a day, and arrived five hours before unless it did not.
fn order(vendor: &str, due: Day, number: i32, arrives: bool) -> Vec<OrderEvent> {
    let (hour, placed) = (3 + 6 * (number % 4), due.plus(-3));
    let order = OrderBuilder::new(&format!("{vendor}-{due}-{number}")).vendor(vendor);
    let order = order.placed(&format!("{placed}T08:00:00Z")).promised(&format!("{due}T{hour:02}:30:00Z"));
    if arrives { order.arrived_early_by_hours(2).events() } else { order.events() }
}

/// Sixty days of eight orders a day of `acme`, which then fails, and of three others, which do not; and one order of `late`.
async fn fleet() -> TestApp {
    let app = TestApp::new();
    for vendor in ["acme", "birch", "cedar", "dune"] {
        let mut events = Vec::new();
        for days_ago in 1..=60 {
            let fails = vendor == "acme" && days_ago <= FAILING_DAYS;
            events.extend((0..8).flat_map(|number| order(vendor, today().plus(-days_ago), number, !fails)));
        }
        app.record(events).await;
    }
    app.record(order("late", today().plus(-1), 0, true)).await;
    app
}

#[tokio::test]
async fn a_vendor_that_began_to_fail_has_an_open_episode_with_its_evidence() {
    let app = fleet().await;
    let yesterday = today().plus(-1);
    let found = app.read(&format!("/api/vendors/acme/signals?date={yesterday}")).await;
    let episode = &found["episode"];
    assert_eq!((&episode["state"], &episode["signal"]), (&json!("opened"), &json!("promise")), "{found}");
    assert_eq!(episode["vendorId"], "acme");
    assert!(episode["probability"].as_f64().unwrap() > 0.95, "{episode}");
    let since = episode["since"].as_str().unwrap();
    assert!(since >= today().plus(-FAILING_DAYS - 1).to_string().as_str(), "{since}");
    assert_eq!(episode["id"], format!("acme:{}", episode["raisedAt"].as_str().unwrap()));
    let evidence = &episode["evidence"];
    let number = |field: &str| evidence[field].as_f64().unwrap();
    assert!(number("missed") >= 40.0 && number("due") >= number("missed"), "{evidence}");
    assert!((number("excess") - (number("missed") - number("expected"))).abs() < 1e-8, "{evidence}");
    assert!((number("rate") - 100.0 * number("missed") / number("due")).abs() < 1e-8, "{evidence}");
    assert_eq!(found["notJudged"], Value::Null);
    let names: Vec<&Value> = found["signals"].as_array().unwrap().iter().map(|signal| &signal["signal"]).collect();
    assert_eq!(names, ["promise", "grace", "rush"]);

    // As of a date before it began, it had none; and the others have none.
    let before = today().plus(-FAILING_DAYS - 2);
    let earlier = app.read(&format!("/api/vendors/acme/signals?date={before}")).await;
    assert_eq!((&earlier["episode"], &earlier["date"]), (&Value::Null, &json!(before.to_string())));
    assert_eq!(app.read("/api/vendors/birch/signals").await["episode"], Value::Null);
}

#[tokio::test]
async fn an_open_episode_is_explained_by_parts_that_add_up_and_by_exactly_the_missed_orders() {
    let app = fleet().await;
    let found = app.read("/api/vendors/acme/signals").await;
    let explanation = &found["episode"]["explanation"];
    let (before, after) = (&explanation["before"], &explanation["after"]);
    assert_eq!(before["to"], found["episode"]["since"], "what it is compared with ends where it began");
    assert_eq!(after["to"], found["asOf"]);
    let number = |value: &Value| value.as_f64().unwrap();
    let rise = number(&after["rate"]) - number(&before["rate"]);
    assert!(rise > 50.0, "{explanation}");
    let sum = |list: &Value, fields: &[&str]| -> f64 {
        list.as_array().unwrap().iter().flat_map(|part| fields.iter().map(|field| number(&part[field]))).sum()
    };
    assert!((sum(&explanation["outcomes"], &["points"]) - rise).abs() < 1e-6, "{explanation}");
    let dimensions = explanation["dimensions"].as_object().unwrap();
    let names: Vec<&String> = dimensions.keys().collect();
    assert_eq!(names, ["carrier", "destination", "giftType", "isRush", "promiseDays"]);
    for groups in dimensions.values() {
        assert!((sum(groups, &["rate", "mix"]) - rise).abs() < 1e-6, "{groups}");
    }
    let list = app.read(explanation["orders"].as_str().unwrap()).await;
    assert_eq!(list["summary"]["total"], after["missed"]);
    let orders = list["orders"].as_array().unwrap();
    assert!(orders.iter().all(|order| order["vendorId"] == "acme" && order["completedAt"].is_null()), "{list}");

    // An earlier date has the explanation of then, of fewer orders.
    let earlier = app.read(&format!("/api/vendors/acme/signals?date={}", today().plus(-2))).await;
    let fewer = number(&earlier["episode"]["explanation"]["after"]["missed"]);
    assert!(fewer > 0.0 && fewer < number(&after["missed"]), "{earlier}");
}

#[tokio::test]
async fn the_dashboard_has_the_open_episodes_and_those_that_are_not_sure_enough() {
    let app = fleet().await;
    let yesterday = today().plus(-1);
    let dashboard = app.read(&format!("/api/dashboard?date={yesterday}")).await;
    let shown = app.read(&format!("/api/vendors/acme/signals?date={yesterday}")).await;
    let changes = dashboard["changes"].as_array().unwrap();
    assert!(changes.is_sorted_by_key(|change| !change["vendorId"].is_null()), "the fleet first: {dashboard}");
    let of_acme = changes.iter().find(|change| change["vendorId"] == "acme").unwrap();
    for field in ["id", "since", "raisedAt", "probability", "priority", "evidence", "fleetEpisode"] {
        assert_eq!(of_acme[field], shown["episode"][field], "{field}");
    }
    assert_eq!(of_acme["name"], "acme");
    assert_eq!((&dashboard["openEpisodes"], &dashboard["isBlind"]), (&json!(1), &json!(false)));
    assert_eq!(dashboard["judgedUntil"], shown["asOf"]);
    let call = &dashboard["calls"][0];
    assert_eq!((&call["vendorId"], &call["change"]["id"]), (&json!("acme"), &of_acme["id"]), "the one to call");
    assert!(call["certainty"].as_f64().unwrap() >= of_acme["probability"].as_f64().unwrap(), "{call}");
    assert!(call["delayedOrders"].as_i64().unwrap() > 40, "{call}");
    let is_sure = |watched: &Value| watched["vendorId"] == "acme";
    assert!(!dashboard["watch"].as_array().unwrap().iter().any(is_sure), "{dashboard}");

    // On each day until it was sure enough, its signals and the dashboard say the same.
    for days_ago in (1..=FAILING_DAYS + 2).rev() {
        let date = today().plus(-days_ago);
        let dashboard = app.read(&format!("/api/dashboard?date={date}")).await;
        let shown = app.read(&format!("/api/vendors/acme/signals?date={date}")).await;
        let probability = |signal: &Value| signal["probability"].as_f64().unwrap();
        let most = shown["signals"].as_array().unwrap().iter().map(probability).fold(0.0, f64::max);
        let is_watched = dashboard["watch"].as_array().unwrap().iter().any(is_sure);
        assert_eq!(is_watched, shown["episode"].is_null() && (0.5..0.8).contains(&most), "{date}: {shown}");
    }

    let empty = TestApp::new().read("/api/dashboard").await;
    assert_eq!((&empty["changes"], &empty["watch"], &empty["judgedUntil"]), (&json!([]), &json!([]), &Value::Null));
}

#[tokio::test]
async fn a_vendor_is_new_until_it_has_promises_of_its_own() {
    let app = fleet().await;
    let yesterday = today().plus(-1);
    assert_eq!(app.read(&format!("/api/vendors/late/signals?date={yesterday}")).await["notJudged"], "new");
    assert_eq!(app.read("/api/vendors/late/signals").await["notJudged"], "blind", "nothing arrived this morning");
    assert_eq!(app.get("/api/vendors/unknown/signals").await.status.as_u16(), 404);
    assert_eq!(app.get("/api/vendors/acme/signals?date=2030-01-01").await.status.as_u16(), 400);
    let empty = TestApp::new();
    assert_eq!(
        empty.read("/api/signals/episodes").await,
        json!({"episodes": [], "hasMore": false, "nextCursor": null})
    );
}

#[tokio::test]
async fn episodes_are_listed_with_those_that_are_over() {
    let app = fleet().await;
    let all = app.read("/api/signals/episodes").await;
    let episodes = all["episodes"].as_array().unwrap();
    let of_acme: Vec<&Value> = episodes.iter().filter(|episode| episode["vendorId"] == "acme").collect();
    let [episode] = of_acme[..] else { panic!("{all}") };
    let shown = app.read("/api/vendors/acme/signals").await;
    for field in ["id", "since", "raisedAt", "probability", "excessPerWeek", "fleetEpisode"] {
        assert_eq!(episode[field], shown["episode"][field], "{field}");
    }
    assert!(episodes.is_sorted_by_key(|episode| !episode["vendorId"].is_null()), "the fleet first: {all}");
    let only = app.read("/api/signals/episodes?vendorId=birch").await;
    assert_eq!(only["episodes"], json!([]));
    let before = today().plus(-FAILING_DAYS - 2);
    assert_eq!(app.read(&format!("/api/signals/episodes?to={before}")).await["episodes"], json!([]));

    // The orders arrive after all, so that it never failed.
    let arrivals = (1..=FAILING_DAYS).flat_map(|days_ago| {
        let due = today().plus(-days_ago);
        (0..8).filter_map(move |number| order("acme", due, number, true).into_iter().find(is_arrival))
    });
    app.record(arrivals.collect()).await;
    // A request has the detection of before if it would have to wait.
    let mut tries = 600;
    loop {
        let all = app.read("/api/signals/episodes").await;
        if all["episodes"].as_array().unwrap().iter().all(|episode| episode["vendorId"] != "acme") {
            break;
        }
        tries -= 1;
        assert!(tries > 0, "{all}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn is_arrival(event: &OrderEvent) -> bool {
    event.status() == Status::Arrived
}

#[tokio::test]
async fn pages_follow_each_other() {
    let app = fleet().await;
    let all = app.read("/api/signals/episodes").await["episodes"].clone();
    let (mut found, mut path) = (Vec::new(), "/api/signals/episodes?limit=1".to_owned());
    loop {
        let page = app.read(&path).await;
        found.extend(page["episodes"].as_array().unwrap().clone());
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        path = format!("/api/signals/episodes?limit=1&cursor={cursor}");
    }
    assert_eq!(json!(found), all);
}

#[tokio::test]
async fn the_export_has_the_rows_of_the_list() {
    let app = fleet().await;
    let all = app.read("/api/signals/episodes").await["episodes"].clone();
    let lines = app.get("/api/signals/episodes/export?format=ndjson").await;
    let rows: Vec<Value> = lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(json!(rows), all);
    let csv = app.get("/api/signals/episodes/export?vendorId=acme").await;
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"episodes.csv\"");
    let [heading, row] = csv.text().lines().collect::<Vec<_>>()[..] else { panic!("{}", csv.text()) };
    assert!(heading.starts_with("id,vendorId,state,signal,since,raisedAt,clearedAt,"), "{heading}");
    assert!(row.starts_with("acme:"), "{row}");
    assert_eq!(app.get("/api/signals/episodes/export?limit=3").await.status.as_u16(), 400);
}
