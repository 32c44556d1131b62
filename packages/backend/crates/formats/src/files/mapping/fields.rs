//! The fields of an event that a row may contain.

/// A field of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    EventId,
    OrderId,
    VendorId,
    Status,
    OccurredAt,
    EstimatedDelivery,
    ShipBy,
    GiftValue,
    Currency,
    GiftType,
    IsRush,
    Carrier,
    TrackingNumber,
    Reason,
    IsBackfilled,
    ParcelId,
    Reference,
    VendorName,
    Country,
    Region,
    PostalPrefix,
}

/// How many fields there are.
pub(crate) const COUNT: usize = 21;

/// Every field, in the order of [`Field`], with its name.
pub(crate) const FIELDS: [(Field, &str); COUNT] = [
    (Field::EventId, "eventId"),
    (Field::OrderId, "orderId"),
    (Field::VendorId, "vendorId"),
    (Field::Status, "status"),
    (Field::OccurredAt, "occurredAt"),
    (Field::EstimatedDelivery, "estimatedDelivery"),
    (Field::ShipBy, "shipBy"),
    (Field::GiftValue, "giftValue"),
    (Field::Currency, "currency"),
    (Field::GiftType, "giftType"),
    (Field::IsRush, "isRush"),
    (Field::Carrier, "carrier"),
    (Field::TrackingNumber, "trackingNumber"),
    (Field::Reason, "reason"),
    (Field::IsBackfilled, "isBackfilled"),
    (Field::ParcelId, "parcelId"),
    (Field::Reference, "reference"),
    (Field::VendorName, "vendorName"),
    (Field::Country, "destination.country"),
    (Field::Region, "destination.region"),
    (Field::PostalPrefix, "destination.postalPrefix"),
];

impl Field {
    /// The field with this name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        FIELDS.into_iter().find(|(_, known)| *known == name).map(|(field, _)| field)
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        FIELDS[self as usize].1
    }

    /// The names of all fields, for messages.
    pub(crate) fn names() -> String {
        FIELDS.map(|(_, name)| name).join(", ")
    }
}

/// A field by its name.
pub(super) fn field_of(name: &str) -> Result<Field, String> {
    Field::of(name).ok_or_else(|| format!("an event has no field {name}; use one of {}", Field::names()))
}
