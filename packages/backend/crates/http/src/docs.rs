//! The OpenAPI document, built from the handlers' own types, and its readable form.

use axum::Router;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{App, dashboard, events, export, health, orders, problems, reports, vendors};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Goody Dashboard",
        description = "Which vendor is failing, since when, why, how sure are we, and which orders to chase.",
        license(name = "MIT", identifier = "MIT")
    ),
    tags(
        (name = "dashboard", description = "The fleet"),
        (name = "vendors", description = "Vendors and their reports"),
        (name = "reports", description = "Reports in bulk"),
        (name = "orders", description = "Orders and their events"),
        (name = "operations", description = "Health and metrics")
    )
)]
struct Info;

/// Every route with its documentation.
pub(crate) fn routes() -> OpenApiRouter<App> {
    let mut router = OpenApiRouter::with_openapi(Info::openapi())
        .routes(routes!(health::health))
        .routes(routes!(health::metrics))
        .routes(routes!(dashboard::dashboard))
        .routes(routes!(dashboard::summary))
        .routes(routes!(dashboard::history))
        .routes(routes!(vendors::list))
        .routes(routes!(export::vendors))
        .routes(routes!(vendors::put))
        .routes(routes!(reports::vendor_report))
        .routes(routes!(reports::vendor_report_short))
        .routes(routes!(reports::history))
        .routes(routes!(reports::list))
        .routes(routes!(orders::list))
        .routes(routes!(orders::recent))
        .routes(routes!(export::orders))
        .routes(routes!(events::post))
        .routes(routes!(orders::one));
    problems::complete(router.get_openapi_mut());
    router
}

/// The OpenAPI document of every route.
pub fn openapi() -> Document {
    routes().split_for_parts().1
}

/// `/api/openapi.json` and `/api/docs`.
pub(crate) fn served(document: Document) -> Router<App> {
    utoipa_swagger_ui::SwaggerUi::new("/api/docs").url("/api/openapi.json", document).into()
}
