//! `GET /health` and `GET /metrics`.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use goody_application::ports::RejectionCount;
use goody_application::read::{Check, Gaps, Health, Verdict};
use goody_contract::{
    ChangeLagView, CheckView, ChecksView, DataFreshnessView, ErrorCode, GapsView, HealthAnswer, HealthStatus,
    HealthSummaryView, HealthView, IntakeView, Problem, RejectionCountView, SystemMetricsView, TimeZoneView,
};
use goody_domain::Instant;
use tracing::Instrument;

use crate::App;
use crate::access::{Caller, Guard};
use crate::error::ApiError;
use crate::tokens::TokenProblem;

/// The state of every dependency at one time.
pub(crate) struct Measurement {
    health: Health,
    /// `None` if the store returned an error.
    orders_last_24h: Option<i64>,
    /// `None` if the store returned an error.
    rejections: Option<RejectionCount>,
}

/// Measures every dependency, or returns the measurement of the last second. A measurement is completed even if the caller
/// disconnects, so that disconnecting clients cannot cause more measurements.
async fn measurement(app: &App) -> Result<Arc<Measurement>, ApiError> {
    let app = app.clone();
    let measure = async move {
        let measure = || async {
            let reader = app.health_reader();
            // An error of the store is not lost: the health checks report it.
            let counted = app.0.order_store.count_rejections(app.now());
            let (orders_last_24h, health, rejections) =
                tokio::join!(reader.orders_last_24h(), reader.health(), counted);
            Measurement { health, orders_last_24h: orders_last_24h.ok(), rejections: rejections.ok() }
        };
        // The store reports a problem, and its end, without a measurement. A change of it makes the last measurement invalid.
        let problem = app.0.orders.store_health_now().problem.map(|problem| (problem.stops, problem.message));
        app.0.health.get(app.0.clock.as_ref(), problem, measure).await
    };
    tokio::spawn(measure.in_current_span()).await.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "the health measurement failed");
        ApiError::new(ErrorCode::Internal, "The log has the details.")
    })
}

/// Whether the program works. Checks every dependency, at most once a second.
///
/// When reads are protected, a caller without a token of the scope `read` gets only the status.
#[utoipa::path(
    get, path = "/health", operation_id = "health", tag = "operations",
    responses((status = 200, body = HealthAnswer, description = "healthy or degraded"), (status = 503, body = HealthAnswer, description = "unhealthy"))
)]
pub(crate) async fn health(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Extension(guard): Extension<Guard>,
) -> Result<Response, ApiError> {
    let measurement = measurement(&app).await?;
    let intake =
        IntakeView { needs_token: guard.needs_tokens(), offers_demo: app.0.demo.is_some() && caller.may_ingest };
    let mut view = view(&app, &measurement, intake);
    if let Some(TokenProblem { detail, is_refusing }) = guard.problem() {
        let problem = if is_refusing { HealthStatus::Unhealthy } else { HealthStatus::Degraded };
        view.status = view.status.max(problem);
        view.issues.push(format!("tokens: {detail}"));
    }
    let status = view.status;
    let body = match caller.may_read {
        true => HealthAnswer::Whole(Box::new(view)),
        false => HealthAnswer::Summary(HealthSummaryView { status }),
    };
    let code = if status == HealthStatus::Unhealthy { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    Ok((code, [(CACHE_CONTROL, "no-store")], axum::Json(body)).into_response())
}

/// Counters, histograms and the results of the health checks, in the text format of Prometheus.
#[utoipa::path(
    get, path = "/metrics", operation_id = "metrics", tag = "operations",
    responses((status = 200, content_type = "text/plain", body = String), (status = 404, body = Problem))
)]
pub(crate) async fn metrics(State(app): State<App>) -> Result<Response, ApiError> {
    let render = app.0.metrics.as_ref().ok_or_else(|| ApiError::not_found("route", "/metrics"))?;
    record_gauges(&*measurement(&app).await?);
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4")], render()).into_response())
}

/// Records the measurement as gauges. A value that is not known becomes NaN, so that an old value does not pass for a current
/// one.
fn record_gauges(Measurement { health, rejections, .. }: &Measurement) {
    let age = |since: Option<Instant>| since.map_or(f64::NAN, |since| health.at.seconds_since(since).max(0.0));
    let waiting = health.lag.map_or(f64::NAN, |lag| lag.changes as f64);
    let oldest = health.lag.map_or(f64::NAN, |lag| lag.oldest.map_or(0.0, |oldest| age(Some(oldest))));
    metrics::gauge!("goody_changes_waiting").set(waiting);
    metrics::gauge!("goody_change_age_seconds").set(oldest);
    metrics::gauge!("goody_report_age_seconds").set(age(health.last_report_update));
    metrics::gauge!("goody_latest_fact_age_seconds").set(age(health.last_order_update));
    let latest = rejections.and_then(|count| count.latest);
    metrics::gauge!("goody_rejections_kept").set(rejections.map_or(f64::NAN, |count| count.rejections as f64));
    metrics::gauge!("goody_rejection_age_seconds").set(age(latest));
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

fn view(app: &App, measurement: &Measurement, intake: IntakeView) -> HealthView {
    let Measurement { health, orders_last_24h, rejections } = measurement;
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
            orders_last_24h: *orders_last_24h,
            reports: health.report_count,
            change_lag: health.lag.map(|lag| ChangeLagView {
                changes: lag.changes,
                seconds: lag.oldest.map_or(0.0, |oldest| health.at.seconds_since(oldest).max(0.0)),
            }),
        },
        gaps: gaps(&health.gaps),
        rejections: RejectionCountView {
            kept: rejections.map(|count| count.rejections),
            latest_at: rejections.and_then(|count| count.latest).map(|latest| latest.to_string()),
        },
        issues: health.issues(),
        time_zone: TimeZoneView {
            name: app.0.reports.zone().name().to_owned(),
            database: goody_domain::time_zone_database().to_owned(),
        },
        intake,
        timestamp: health.at.to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        uptime: health.at.seconds_since(app.0.started),
    }
}

pub(crate) fn gaps(gaps: &Gaps) -> GapsView {
    GapsView {
        unplaced_orders: Some(gaps.unplaced_orders),
        silent_since: gaps.silent_since.map(|latest| latest.to_string()),
    }
}
