//! Health and metrics.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use goody_application::read::{Check, Health, Verdict};
use goody_contract::{
    ChangeLagView, CheckView, ChecksView, DataFreshnessView, HealthStatus, HealthView, Problem, SystemMetricsView,
};
use goody_domain::Instant;

use crate::App;
use crate::error::ApiError;

/// Whether the program works: every dependency asked for real.
#[utoipa::path(
    get, path = "/health", operation_id = "health", tag = "operations",
    responses((status = 200, body = HealthView, description = "healthy or degraded"), (status = 503, body = HealthView, description = "unhealthy"))
)]
pub(crate) async fn health(State(app): State<App>) -> Response {
    let reader = app.health_reader();
    // Where the store does not answer, the checks say so.
    let orders_last_24h = reader.orders_last_24h().await.ok();
    let view = view(&app, &reader.health().await, orders_last_24h);
    let status = if view.status == HealthStatus::Unhealthy { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (status, [(CACHE_CONTROL, "no-store")], axum::Json(view)).into_response()
}

/// Counters, histograms and what the health checks measured, in the text format of Prometheus.
#[utoipa::path(
    get, path = "/metrics", operation_id = "metrics", tag = "operations",
    responses((status = 200, content_type = "text/plain", body = String), (status = 404, body = Problem))
)]
pub(crate) async fn metrics(State(app): State<App>) -> Result<Response, ApiError> {
    let render = app.0.metrics.as_ref().ok_or_else(|| ApiError::not_found("route", "/metrics"))?;
    gauge(&app.health_reader().health().await);
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4")], render()).into_response())
}

/// Tells what was measured as gauges: NaN what could not be, so that no old figure is taken for one of now.
fn gauge(health: &Health) {
    let age = |since: Option<Instant>| since.map_or(f64::NAN, |since| health.at.seconds_since(since).max(0.0));
    let waiting = health.lag.map_or(f64::NAN, |lag| lag.changes as f64);
    let oldest = health.lag.map_or(f64::NAN, |lag| lag.oldest.map_or(0.0, |oldest| age(Some(oldest))));
    metrics::gauge!("goody_changes_waiting").set(waiting);
    metrics::gauge!("goody_change_age_seconds").set(oldest);
    metrics::gauge!("goody_report_age_seconds").set(age(health.last_report_update));
    metrics::gauge!("goody_latest_fact_age_seconds").set(age(health.last_order_update));
    metrics::gauge!("goody_writes_waiting").set(health.writes_waiting as f64);
    for (check, Check { verdict, .. }) in health.checks() {
        let level = match verdict {
            Verdict::Healthy => 0.0,
            Verdict::Degraded => 1.0,
            Verdict::Unhealthy => 2.0,
        };
        metrics::gauge!("goody_check_level", "check" => check.replace(' ', "_")).set(level);
    }
}

pub(crate) fn status(verdict: Verdict) -> HealthStatus {
    match verdict {
        Verdict::Healthy => HealthStatus::Healthy,
        Verdict::Degraded => HealthStatus::Degraded,
        Verdict::Unhealthy => HealthStatus::Unhealthy,
    }
}

fn view(app: &App, health: &Health, orders_last_24h: Option<i64>) -> HealthView {
    let check = |check: &Check| CheckView {
        status: status(check.verdict),
        detail: check.detail.clone(),
        latency_ms: check.seconds * 1000.0,
    };
    HealthView {
        status: status(health.verdict()),
        checks: ChecksView {
            order_store: check(&health.order_store),
            change_feed: check(&health.change_feed),
            reports: check(&health.reports),
            scheduler: check(&health.scheduler),
        },
        data_freshness: DataFreshnessView {
            last_order_update: health.last_order_update.map(|at| at.to_string()),
            last_report_update: health.last_report_update.map(|at| at.to_string()),
            minutes_since_last_update: health.minutes_since_last_update(),
        },
        system_metrics: SystemMetricsView {
            orders_last_24h,
            reports: health.report_count,
            change_lag: health.lag.map(|lag| ChangeLagView {
                changes: lag.changes,
                seconds: lag.oldest.map_or(0.0, |oldest| health.at.seconds_since(oldest).max(0.0)),
            }),
        },
        issues: health.issues(),
        timestamp: health.at.to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        uptime: health.at.seconds_since(app.0.started),
    }
}
