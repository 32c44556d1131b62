//! Types of parameters, for the OpenAPI document. Handlers receive parameters as text, so that one response can name every
//! invalid one.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The id of an order or of a vendor.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(value_type = String, pattern = "^[A-Za-z0-9._:-]{1,128}$")]
pub struct IdParam(pub String);

/// A type of gift, as a slug.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(value_type = String, pattern = "^[a-z0-9-]{1,64}$")]
pub struct GiftTypeParam(pub String);

/// The direction of sorting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SortOrder {
    /// The least or the earliest first.
    Asc,
    /// The greatest or the latest first.
    Desc,
}
