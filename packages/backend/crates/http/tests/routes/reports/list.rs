//! `GET /api/reports`

use crate::fleet::{column, follow, problem, small_fleet, wrong_parameters};

#[tokio::test]
async fn the_reports_of_one_date_are_sorted_by_vendor() {
    let app = small_fleet().await;
    let list = app.read("/api/reports?date=2026-03-09").await;
    assert_eq!(column(&list["reports"], "vendorId"), ["acme", "bloom", "crate"]);
    let report = app.read("/api/vendors/bloom/report?date=2026-03-09").await["report"].clone();
    assert_eq!(list["reports"][1], report);
    let one = app.read("/api/reports?date=2026-03-09&vendorId=bloom").await;
    assert_eq!(one["reports"].as_array().unwrap(), &[report]);
}

#[tokio::test]
async fn without_a_date_the_reports_are_those_of_today() {
    let app = small_fleet().await;
    assert_eq!(column(&app.read("/api/reports").await["reports"], "date"), ["2026-03-10"; 3]);
}

#[tokio::test]
async fn the_reports_of_one_vendor_are_sorted_by_date() {
    let app = small_fleet().await;
    let list = app.read("/api/reports?vendorId=bloom&from=2026-03-07&to=2026-03-09").await;
    assert_eq!(column(&list["reports"], "date"), ["2026-03-07", "2026-03-08", "2026-03-09"]);
    assert_eq!(list["reports"][2], app.read("/api/vendors/bloom/report?date=2026-03-09").await["report"]);
    assert_eq!(app.read("/api/reports?vendorId=bloom").await["reports"].as_array().unwrap().len(), 30);
}

#[tokio::test]
async fn all_pages_together_are_the_whole_list() {
    let app = small_fleet().await;
    for (path, rows, pages) in
        [("/api/reports?date=2026-03-09", 3, 3), ("/api/reports?vendorId=bloom&from=2026-03-01", 10, 10)]
    {
        let (whole, _) = follow(&app, path, "reports").await;
        let (paged, count) = follow(&app, &format!("{path}&limit=1"), "reports").await;
        assert_eq!((paged.len(), count), (rows, pages), "{path}");
        assert_eq!(paged, whole);
    }
}

#[tokio::test]
async fn parameters_that_cannot_be_combined_are_refused() {
    let app = small_fleet().await;
    assert_eq!(wrong_parameters(&app, "/api/reports?date=2026-03-09&from=2026-03-01").await, ["date"]);
    assert_eq!(wrong_parameters(&app, "/api/reports?from=2026-03-01").await, ["from"]);
    assert_eq!(wrong_parameters(&app, "/api/reports?vendorId=a%20b&date=2026-03-01").await, ["vendorId"]);
    problem(&app.get("/api/reports?vendorId=unknown").await, 404, "NOT_FOUND");
}
