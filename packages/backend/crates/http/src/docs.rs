//! The OpenAPI document, built from the handlers' own types, and its readable form.

use axum::Router;
use axum::http::StatusCode;
use goody_contract::{GiftTypeParam, IdParam, SortOrder, VendorSortBy};
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Document, Ref, RefOr, ResponseBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{App, dashboard, events, export, health, orders, reports, vendors};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Goody Dashboard",
        description = "Which vendor is failing, since when, why, how sure are we, and which orders to chase.",
        license(name = "MIT", identifier = "MIT")
    ),
    // What only parameters are made of. Bodies bring their own.
    components(schemas(GiftTypeParam, IdParam, SortOrder, VendorSortBy, export::Format)),
    tags(
        (name = "dashboard", description = "The fleet"),
        (name = "vendors", description = "Vendors and their reports"),
        (name = "reports", description = "Reports in bulk"),
        (name = "orders", description = "Orders and their events"),
        (name = "operations", description = "Health and metrics")
    )
)]
struct Info;

/// Every route, and the document of all of them.
pub(crate) fn routes() -> (Router<App>, Document) {
    let (router, mut document) = handlers().split_for_parts();
    say_what_doors_answer(&mut document);
    (router, document)
}

/// What any route may answer before its handler is asked, or in its place; and whether that holds for how it is, too, which
/// everybody is told.
const REFUSALS: [(&str, &str, bool); 5] = [
    ("401", "A token is needed, and none came or one that is not known.", false),
    ("403", "The token is good for something else, or the request comes from somewhere it must not come from.", true),
    ("429", "The token asked too often. `Retry-After` says when to ask again.", false),
    ("500", "A fault of ours. The correlation id finds it in the log.", true),
    ("503", "Too much to do, or something does not answer. `Retry-After` says when to ask again.", false),
];

fn say_what_doors_answer(document: &mut Document) {
    for (path, item) in &mut document.paths.paths {
        for operation in [&mut item.get, &mut item.put, &mut item.post].into_iter().flatten() {
            let responses = &mut operation.responses.responses;
            for (status, meaning, to_all) in REFUSALS {
                if to_all || path != "/health" {
                    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
                    let response = ResponseBuilder::new().description(meaning).content(PROBLEM, problem).build();
                    responses.entry(status.to_owned()).or_insert(response.into());
                }
            }
            for (status, response) in responses {
                if let RefOr::T(response) = response {
                    complete(status, response);
                }
            }
            if path != "/health" {
                operation.security =
                    Some(vec![SecurityRequirement::default(), SecurityRequirement::new("token", NO_SCOPES)]);
            }
        }
    }
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(
        "A token as `goody token new` makes one. Writes need one where the server can be reached by others; reads where \
         they are protected.",
    ));
    document.components.get_or_insert_default().add_security_scheme("token", SecurityScheme::Http(token.build()));
}

const PROBLEM: &str = "application/problem+json";
const NO_SCOPES: [&str; 0] = [];

/// Problems have a media type of their own, and no response may be without a word.
fn complete(status: &str, response: &mut utoipa::openapi::Response) {
    let is_problem =
        response.content.values().any(|content| matches!(content, RefOr::T(content) if says_problem(content)));
    if is_problem && let Some(content) = response.content.shift_remove("application/json") {
        response.content.insert(PROBLEM.to_owned(), content);
    }
    if response.description.is_empty() {
        let code = status.parse().ok().and_then(|code| StatusCode::from_u16(code).ok());
        response.description = code.and_then(|code| code.canonical_reason()).unwrap_or_default().to_owned();
    }
}

fn says_problem(content: &Content) -> bool {
    matches!(&content.schema, Some(RefOr::Ref(schema)) if schema.ref_location.ends_with("/Problem"))
}

fn handlers() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Info::openapi())
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
        .routes(routes!(orders::one))
        .routes(routes!(orders::one_by_id))
        // An order and a vendor may be called like a route. These are the routes `{id}` of them.
        .route("/api/orders/events", axum::routing::get(orders::one_called_events))
        .route("/api/vendors/export", axum::routing::put(vendors::put_called_export))
}

/// The OpenAPI document of every route.
pub fn openapi() -> Document {
    routes().1
}

/// `/api/openapi.json` and `/api/docs`.
pub(crate) fn served(document: Document) -> Router<App> {
    utoipa_swagger_ui::SwaggerUi::new("/api/docs").url("/api/openapi.json", document).into()
}
