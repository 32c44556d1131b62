//! Each ready mapping, on a fixture with the oddities of its format. Persons are invented.

use crate::support::{Imported, import, join};
use goody_domain::{Fact, OrderEvent, Placement};
use goody_formats::files::mapping::Mapping;
use goody_formats::files::ready;

fn mapping(name: &str) -> Mapping {
    Mapping::parse(name.into(), ready::text(name).unwrap()).unwrap()
}

fn read(name: &str, bytes: &[u8]) -> Imported {
    let imported = import(bytes, &mapping(name), None).unwrap();
    assert_eq!(imported.rejected, [], "{name}");
    imported
}

fn placement<'i>(imported: &'i Imported, order: &str) -> &'i Placement {
    let found = imported.events.iter().find_map(|event| match &event.fact {
        Fact::Placed(placement) if event.order_id.as_str().starts_with(order) => Some(placement),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no placement of {order}"))
}

fn statuses(imported: &Imported, order: &str) -> Vec<&'static str> {
    let of = |event: &&OrderEvent| event.order_id.as_str().starts_with(order);
    imported.events.iter().filter(of).map(|event| event.status().as_str()).collect()
}

fn text(time: Option<goody_domain::Instant>) -> String {
    time.map(|time| time.to_string()).unwrap_or_default()
}

#[test]
fn every_ready_mapping_is_valid_and_has_a_title() {
    assert_eq!(ready::ALL.len(), 11);
    for ready in ready::ALL {
        Mapping::parse(ready.name.into(), ready.text).unwrap();
        assert!(ready.title.len() > 10, "{}", ready.name);
    }
}

#[test]
fn shopify_splits_an_order_by_vendor_and_ships_only_what_was_sent() {
    let imported = read("shopify", include_bytes!("fixtures/shopify.csv"));
    assert_eq!(imported.orders(), 4, "{:?}", imported.lines());
    let clay = placement(&imported, "2001-Clay-Co");
    assert_eq!((clay.gift_value, clay.currency().as_str(), clay.is_rush), (Some(3_000), "USD", Some(true)));
    assert_eq!((clay.reference.as_deref(), clay.vendor_name.as_deref()), (Some("#2001"), Some("Clay & Co")));
    assert_eq!(clay.destination.as_ref().unwrap().country, "US");
    assert_eq!(statuses(&imported, "2001-Clay-Co"), ["PLACED", "SHIPPING_ON_TIME"]);
    assert_eq!(placement(&imported, "2001-Flora").gift_value, Some(4_000));
    assert_eq!(statuses(&imported, "2001-Flora"), ["PLACED"], "its items are pending");
    assert_eq!(placement(&imported, "2002-").gift_value, Some(123_450));
    assert_eq!(statuses(&imported, "2002-"), ["PLACED", "CANCELLED"]);
    assert_eq!(placement(&imported, "2003-").vendor_id.as_str(), "no-vendor");
    assert_eq!(imported.rows_without_events, 1, "the gift card needs no shipping");
}

#[test]
fn amazon_all_orders_gives_each_row_its_placement_and_its_latest_status() {
    let imported = read("amazon-all-orders", include_bytes!("fixtures/amazon-all-orders.tsv"));
    assert_eq!(statuses(&imported, "111-0000001"), ["PLACED", "SHIPPING_ON_TIME"]);
    assert_eq!(placement(&imported, "111-0000001").gift_value, Some(10_000), "two items");
    assert_eq!(statuses(&imported, "111-0000002"), ["PLACED", "CANCELLED"]);
    assert_eq!(statuses(&imported, "111-0000003"), ["PLACED"]);
    assert_eq!(placement(&imported, "111-0000003").gift_value, Some(4_200), "42 euros");
    assert_eq!(statuses(&imported, "111-0000004"), ["PLACED", "ARRIVED"]);
}

#[test]
fn amazon_shipments_in_shift_jis_are_parcels_of_one_order() {
    let imported = read("amazon-shipments", include_bytes!("fixtures/amazon-shipments.sjis.txt"));
    let placed = placement(&imported, "249-1-1");
    assert_eq!((placed.gift_value, placed.vendor_id.as_str()), (Some(63_612), "Amazon"));
    let parcels: Vec<_> = imported.events.iter().filter_map(|event| Some(event.parcel_id.as_ref()?.as_str())).collect();
    assert_eq!(parcels, ["Da", "Db"]);
}

#[test]
fn amazon_unshipped_in_utf_16_has_the_day_to_ship_by() {
    let imported = read("amazon-unshipped", include_bytes!("fixtures/amazon-unshipped.utf16.txt"));
    let placed = placement(&imported, "112-1-1");
    assert_eq!((text(placed.ship_by).as_str(), placed.is_rush), ("2026-03-04T07:59:59Z", Some(true)));
    assert_eq!(placed.destination.as_ref().unwrap().region.as_deref(), Some("Müritz"));
    assert_eq!(imported.events.len(), 1, "two items of one order are placed once");
}

#[test]
fn ebay_has_blank_lines_and_a_footer() {
    let imported = read("ebay", include_bytes!("fixtures/ebay.csv"));
    assert_eq!(imported.orders(), 2, "{:?}", imported.lines());
    let placed = placement(&imported, "12-34567-89012");
    assert_eq!((placed.gift_value, text(placed.estimated_delivery)), (Some(105_799), "2026-02-27T23:59:59Z".into()));
    assert_eq!(placed.destination.as_ref().unwrap().country, "US");
    assert_eq!(statuses(&imported, "12-34567-89012"), ["PLACED", "SHIPPING_ON_TIME"]);
    assert_eq!(statuses(&imported, "12-34567-89013"), ["PLACED"]);
    assert_eq!(imported.rows_without_events, 3);
}

#[test]
fn etsy_writes_days_and_country_names() {
    let imported = read("etsy", include_bytes!("fixtures/etsy.csv"));
    assert_eq!(placement(&imported, "3001").gift_value, Some(101_812));
    assert_eq!(placement(&imported, "3002").gift_value, Some(900), "9 dollars");
    assert_eq!(statuses(&imported, "3001"), ["PLACED", "SHIPPING_ON_TIME"]);
    assert_eq!(statuses(&imported, "3003"), ["PLACED", "CANCELLED"]);
    assert_eq!(placement(&imported, "3003").destination, None, "no such country");
}

#[test]
fn shipstation_writes_times_with_am_and_pm() {
    let imported = read("shipstation", include_bytes!("fixtures/shipstation.csv"));
    let lines = imported.lines();
    assert!(lines.iter().any(|line| line.starts_with("1046 Main-Shop-") && line.ends_with(" SHIPPING_ON_TIME 2026-02-21T16:00:00Z")), "{lines:?}");
    assert_eq!(placement(&imported, "1046").gift_value, Some(15_825));
    assert_eq!(statuses(&imported, "1047"), ["PLACED", "CANCELLED"]);
}

#[test]
fn magento_keeps_the_zeros_of_its_numbers() {
    let imported = read("magento", include_bytes!("fixtures/magento.csv"));
    assert_eq!(placement(&imported, "000000101").gift_value, Some(6_480));
    assert_eq!(statuses(&imported, "000000101"), ["PLACED", "SHIPPING_ON_TIME"]);
    assert_eq!(statuses(&imported, "000000102"), ["PLACED", "CANCELLED"]);
    assert_eq!(statuses(&imported, "000000103"), ["PLACED"]);
    assert!(
        imported
            .lines()
            .iter()
            .any(|line| line.starts_with("000000104") && line.ends_with("PLACED 2026-02-20T16:05:06Z"))
    );
}

#[test]
fn the_grid_of_magento_1_has_other_headings() {
    let table = "Order #,Purchased From (Store),Purchased On,Bill to Name,G.T. (Base),G.T. (Purchased),Status\n\
        100000001,Old Store,\"Feb 20, 2026 4:05:06 PM\",Ann Example,60.0000,64.8000,Processing\n";
    let imported = read("magento", table.as_bytes());
    assert_eq!(imported.events[0].vendor_name(), Some("Old Store"));
    assert_eq!(placement(&imported, "100000001").gift_value, Some(6_480));
}

#[test]
fn bigcommerce_has_day_and_time_in_two_columns() {
    let imported = read("bigcommerce", include_bytes!("fixtures/bigcommerce.csv"));
    assert_eq!(
        imported.lines(),
        [
            "100 bigcommerce-shop PLACED 2025-11-30T16:43:40Z",
            "100 bigcommerce-shop SHIPPING_ON_TIME 2025-12-01T00:00:00Z",
            "101 bigcommerce-shop CANCELLED 2025-11-30T09:43:40Z",
            "101 bigcommerce-shop PLACED 2025-11-30T09:43:40Z",
        ]
    );
}

#[test]
fn olist_joins_the_items_and_splits_orders_by_seller() {
    let mapping = mapping("olist");
    let items = join(&mapping, include_str!("fixtures/olist_order_items_dataset.csv"));
    let imported = import(include_bytes!("fixtures/olist_orders_dataset.csv"), &mapping, Some(items)).unwrap();
    assert_eq!(imported.rejected, []);
    assert_eq!(imported.orders(), 3, "{:?}", imported.lines());
    let first = placement(&imported, "o1-s1");
    assert_eq!((first.gift_value, first.currency().as_str()), (Some(5_998), "BRL"));
    assert_eq!(text(first.estimated_delivery), "2025-10-19T02:59:59Z", "the end of the 18th in São Paulo");
    assert_eq!(statuses(&imported, "o1-s2"), ["PLACED", "SHIPPING_ON_TIME", "ARRIVED"]);
    assert_eq!(statuses(&imported, "o2-s1"), ["PLACED", "CANCELLED"]);
    assert_eq!(imported.rows_without_events, 1, "an order without items has no seller");
}

#[test]
fn woocommerce_is_read_from_a_plugin_and_from_the_rest_api() {
    let plugin = read("woocommerce", include_bytes!("fixtures/woocommerce.csv"));
    let placed = placement(&plugin, "501");
    assert_eq!((placed.gift_value, placed.currency().as_str(), placed.is_rush), (Some(123_450), "GBP", Some(true)));
    assert_eq!(statuses(&plugin, "501"), ["PLACED", "SHIPPING_ON_TIME"]);
    assert_eq!(statuses(&plugin, "502"), ["PLACED"]);
    assert_eq!(statuses(&plugin, "503"), ["PLACED", "CANCELLED"]);
    let rest = read("woocommerce", include_bytes!("fixtures/woocommerce-rest.json"));
    assert_eq!(placement(&rest, "727").vendor_name.as_deref(), Some("Blumen Müller"));
    assert_eq!(placement(&rest, "727").gift_value, Some(2_935));
    assert_eq!(statuses(&rest, "727"), ["PLACED", "SHIPPING_ON_TIME"]);
    assert_eq!(statuses(&rest, "728"), ["PLACED"]);
}

#[test]
fn a_ready_mapping_read_twice_gives_the_same_events() {
    for (name, bytes) in [
        ("shopify", &include_bytes!("fixtures/shopify.csv")[..]),
        ("ebay", include_bytes!("fixtures/ebay.csv")),
        ("amazon-all-orders", include_bytes!("fixtures/amazon-all-orders.tsv")),
    ] {
        assert_eq!(read(name, bytes).events, read(name, bytes).events, "{name}");
    }
}
