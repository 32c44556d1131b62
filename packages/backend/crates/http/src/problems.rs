//! Problems in the OpenAPI document: what they are sent as, and those that any route may answer with.

use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, ResponseBuilder};

/// What problems are sent as.
const PROBLEM_JSON: &str = "application/problem+json";
/// What handlers' own types are documented as.
const JSON: &str = "application/json";

/// What any route may answer before its handler is asked, or in its place.
const ANYWHERE: [(&str, &str); 6] = [
    ("401", "A token is needed."),
    ("403", "The token is good for something else, or the request comes from somewhere it must not come from."),
    ("408", "It took too long."),
    ("429", "This token asked too often. Retry-After says when to ask again."),
    ("500", "A fault of ours. The correlation id finds it in the log."),
    ("503", "More is asked than can be answered, or something this program depends on does not answer."),
];

/// Completes a document in which problems are told as the other types are.
pub(crate) fn complete(document: &mut OpenApi) {
    for path in document.paths.paths.values_mut() {
        for operation in [&mut path.get, &mut path.put, &mut path.post].into_iter().flatten() {
            let responses = &mut operation.responses.responses;
            for (status, description) in ANYWHERE {
                responses.entry(status.to_owned()).or_insert_with(|| problem(description));
            }
            for response in responses.values_mut() {
                if let RefOr::T(response) = response {
                    name_type(response);
                }
            }
        }
    }
}

fn schema() -> Ref {
    Ref::from_schema_name("Problem")
}

fn problem(description: &str) -> RefOr<Response> {
    ResponseBuilder::new().description(description).content(PROBLEM_JSON, Content::new(Some(schema()))).into()
}

fn name_type(response: &mut Response) {
    let is_problem = |content: &RefOr<Content>| match content {
        RefOr::T(content) => content.schema.as_ref().is_some_and(|told| *told == RefOr::Ref(schema())),
        RefOr::Ref(_) => false,
    };
    if response.content.get(JSON).is_some_and(is_problem)
        && let Some(content) = response.content.shift_remove(JSON)
    {
        response.content.insert(PROBLEM_JSON.to_owned(), content);
    }
}
