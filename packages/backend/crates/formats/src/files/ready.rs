//! Ready mappings, by the name of the shop or service whose exports they read.

/// A ready mapping: its name, what it reads, and its TOML.
pub struct ReadyMapping {
    /// The name to give to `--mapping`.
    pub name: &'static str,
    /// Whose export it reads, and where a person gets it.
    pub title: &'static str,
    /// The mapping.
    pub text: &'static str,
}

macro_rules! ready {
    ($($name:literal: $title:literal),+ $(,)?) => {
        &[$(ReadyMapping { name: $name, title: $title, text: include_str!(concat!("../../mappings/", $name, ".toml")) }),+]
    };
}

/// Every ready mapping, by name.
pub const ALL: &[ReadyMapping] = ready! {
    "amazon-all-orders": "Amazon: All Orders report (Seller Central, Reports, Fulfillment)",
    "amazon-shipments": "Amazon: Amazon Fulfilled Shipments report (Seller Central, Reports, Fulfillment)",
    "amazon-unshipped": "Amazon: Unshipped Orders report (Seller Central, Orders, Order Reports)",
    "bigcommerce": "BigCommerce: orders export, default template (Orders, Export)",
    "ebay": "eBay: orders report (Seller Hub, Orders, Download report)",
    "etsy": "Etsy: EtsySoldOrders CSV (Shop Manager, Settings, Options, Download Data)",
    "magento": "Magento and Adobe Commerce: orders grid, Export CSV (Sales, Orders)",
    "olist": "Olist: olist_orders_dataset.csv with olist_order_items_dataset.csv next to it",
    "shipstation": "ShipStation: orders or shipments export (Orders, Other Actions, Export)",
    "shopify": "Shopify: orders export (Orders, Export, Plain CSV file)",
    "woocommerce": "WooCommerce: orders of an export plugin, Analytics, or the REST API",
};

/// The names of all ready mappings.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|mapping| mapping.name)
}

/// The TOML of the ready mapping with this name.
pub fn text(name: &str) -> Option<&'static str> {
    ALL.iter().find(|mapping| mapping.name == name.trim().to_ascii_lowercase()).map(|mapping| mapping.text)
}
