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

/// The days of the numbers: the last 7, 28 or 90, or the calendar month or quarter until the date. Numbers to compare are of as many
/// days before, or of the whole month or quarter before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[expect(missing_docs, reason = "the words of the parameter say what they are")]
pub enum WindowParam {
    #[serde(rename = "7d")]
    Days7,
    #[serde(rename = "28d")]
    Days28,
    #[serde(rename = "90d")]
    Days90,
    #[serde(rename = "month")]
    Month,
    #[serde(rename = "quarter")]
    Quarter,
}

impl From<WindowParam> for goody_domain::Window {
    fn from(window: WindowParam) -> Self {
        match window {
            WindowParam::Days7 => Self::Days7,
            WindowParam::Days28 => Self::Days28,
            WindowParam::Days90 => Self::Days90,
            WindowParam::Month => Self::Month,
            WindowParam::Quarter => Self::Quarter,
        }
    }
}
