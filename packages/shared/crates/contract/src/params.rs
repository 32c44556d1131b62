//! What parameters may be, as the document tells it. They are read as text, so that every wrong one is named at once.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The id of an order or of a vendor.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(value_type = String, pattern = "^[A-Za-z0-9._:-]{1,128}$")]
pub struct IdParam(pub String);

/// A kind of gift, as a slug.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(value_type = String, pattern = "^[a-z0-9-]{1,64}$")]
pub struct GiftTypeParam(pub String);

/// Which end of a list comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SortOrder {
    /// The least, or the earliest.
    Asc,
    /// The greatest, or the latest.
    Desc,
}
