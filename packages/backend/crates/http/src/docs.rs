//! The OpenAPI document, built from the types of the handlers, and the page that shows it.

use axum::Router;
use axum::http::StatusCode;
use goody_contract::{GiftTypeParam, IdParam, OrderSortBy, OutcomeView, SortOrder, VendorSortBy, WindowParam};
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Document, Ref, RefOr, ResponseBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{App, batches, dashboard, events, export, health, orders, rejections, reports, signals, vendors, webhooks};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Goody Dashboard",
        description = "Which vendor is failing, since when, why, how sure are we, and which orders to chase.",
        license(name = "MIT", identifier = "MIT")
    ),
    // The schemas that only parameters use. Those of bodies are added automatically.
    components(schemas(GiftTypeParam, IdParam, OrderSortBy, OutcomeView, SortOrder, VendorSortBy, WindowParam, export::Format)),
    tags(
        (name = "dashboard", description = "The fleet"),
        (name = "vendors", description = "Vendors and their reports"),
        (name = "reports", description = "Reports in bulk"),
        (name = "orders", description = "Orders and their events"),
        (name = "operations", description = "Health and metrics")
    )
)]
struct Info;

/// Every route, and the OpenAPI document that describes them.
pub(crate) fn routes() -> (Router<App>, Document) {
    let (router, mut document) = handlers().split_for_parts();
    add_common_responses(&mut document);
    (router, document)
}

/// The error responses that every route may return in place of its handler's response: status, description, and whether
/// `/health`, which is public, returns it too.
const COMMON_RESPONSES: [(&str, &str, bool); 5] = [
    ("401", "The request needs a token, and has none or an unknown one.", false),
    ("403", "The token has another scope, or the `Host` or `Origin` of the request is not allowed.", true),
    ("429", "The token has sent too many requests. `Retry-After` says when to try again.", false),
    ("500", "An error in the server. The log has the details under the correlation id.", true),
    ("503", "The server is overloaded, or a dependency does not respond. `Retry-After` says when to try again.", false),
];

fn add_common_responses(document: &mut Document) {
    for (path, item) in &mut document.paths.paths {
        for operation in [&mut item.get, &mut item.put, &mut item.post, &mut item.delete].into_iter().flatten() {
            let responses = &mut operation.responses.responses;
            for (status, meaning, includes_health) in COMMON_RESPONSES {
                if includes_health || path != "/health" {
                    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
                    let response = ResponseBuilder::new().description(meaning).content(PROBLEM, problem).build();
                    responses.entry(status.to_owned()).or_insert(response.into());
                }
            }
            for (status, response) in responses {
                if let RefOr::T(response) = response {
                    complete_response(status, response);
                }
            }
            if path != "/health" {
                operation.security =
                    Some(vec![SecurityRequirement::default(), SecurityRequirement::new("token", NO_SCOPES)]);
            }
        }
    }
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(
        "A token that `goody token new` made. Writes need one when other machines can reach the server; reads when they are \
         protected.",
    ));
    document.components.get_or_insert_default().add_security_scheme("token", SecurityScheme::Http(token.build()));
}

const PROBLEM: &str = "application/problem+json";
const NO_SCOPES: [&str; 0] = [];

/// Sets the media type of problems, and the description of a response that has none.
fn complete_response(status: &str, response: &mut utoipa::openapi::Response) {
    let is_problem =
        response.content.values().any(|content| matches!(content, RefOr::T(content) if is_problem_content(content)));
    if is_problem && let Some(content) = response.content.shift_remove("application/json") {
        response.content.insert(PROBLEM.to_owned(), content);
    }
    if response.description.is_empty() {
        let code = status.parse().ok().and_then(|code| StatusCode::from_u16(code).ok());
        response.description = code.and_then(|code| code.canonical_reason()).unwrap_or_default().to_owned();
    }
}

fn is_problem_content(content: &Content) -> bool {
    matches!(&content.schema, Some(RefOr::Ref(schema)) if schema.ref_location.ends_with("/Problem"))
}

fn handlers() -> OpenApiRouter<App> {
    let handlers = OpenApiRouter::with_openapi(Info::openapi())
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
        .routes(routes!(signals::of_vendor))
        .routes(routes!(signals::episodes))
        .routes(routes!(export::episodes))
        .routes(routes!(orders::list))
        .routes(routes!(orders::recent))
        .routes(routes!(export::orders))
        .routes(routes!(events::post))
        .routes(routes!(webhooks::post))
        .routes(routes!(batches::post_retraction))
        .routes(routes!(rejections::list, rejections::forget))
        .routes(routes!(rejections::get))
        .routes(routes!(rejections::retry))
        .routes(routes!(orders::get))
        .routes(routes!(orders::get_by_id))
        // The id of an order may be `events`, and that of a vendor `export`. Those paths belong to other routes, so `{id}` does
        // not match them.
        .route("/api/orders/events", axum::routing::get(orders::get_order_named_events))
        .route("/api/vendors/export", axum::routing::put(vendors::put_vendor_named_export));
    #[cfg(feature = "demo")]
    let handlers = handlers.routes(routes!(crate::demo::post));
    handlers
}

/// The OpenAPI document of every route.
pub fn openapi() -> Document {
    routes().1
}

/// `/api/openapi.json` and `/api/docs`.
pub(crate) fn docs_router(document: Document) -> Router<App> {
    utoipa_swagger_ui::SwaggerUi::new("/api/docs").url("/api/openapi.json", document).into()
}
