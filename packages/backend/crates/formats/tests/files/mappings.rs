//! What files do, in small: conditions, latest statuses, fuller exports of tomorrow, junk, encodings and bad cells.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{Imported, import};
use goody_formats::files::mapping::Mapping;

fn mapping(toml: &str) -> Mapping {
    Mapping::parse("m.toml".into(), toml).unwrap()
}

fn read(file: &str, toml: &str) -> Imported {
    import(file.as_bytes(), &mapping(toml), None).unwrap()
}

const SHOP: &str = r#"
[columns]
orderId = "order"
vendorId = "vendor"
estimatedDelivery = "promised"
carrier = "carrier"
trackingNumber = "tracking"
[[events]]
status = "PLACED"
occurredAt = "placed"
[[events]]
status = "SHIPPING_ON_TIME"
occurredAt = "shipped"
[[events]]
status = "ARRIVED"
occurredAt = "arrived"
"#;

/// The content of each event by its id within its order.
fn by_id(imported: &Imported) -> BTreeMap<(String, String), String> {
    let key = |event: &goody_domain::OrderEvent| (event.order_id.to_string(), event.event_id.to_string());
    imported.events.iter().map(|event| (key(event), format!("{event:?}"))).collect()
}

#[test]
fn a_fuller_row_of_tomorrow_adds_what_is_new_and_contradicts_nothing() {
    const HEADING: &str = "order,vendor,placed,promised,shipped,carrier,tracking,arrived\n";
    let row = |promised: &str, shipped: &str, carrier: &str, tracking: &str, arrived: &str| {
        format!("A-1,acme,2026-05-01T10:00:00Z,{promised},{shipped},{carrier},{tracking},{arrived}\n")
    };
    // Every order in which the cells of a row may be filled over the days.
    let cells = ["2026-05-09", "2026-05-02T10:00:00Z", "UPS", "1Z9", "2026-05-04T10:00:00Z"];
    let mut known: BTreeMap<(String, String), String> = BTreeMap::new();
    for filled in 0..32_u32 {
        let cell = |at: usize| if filled >> at & 1 == 1 { cells[at] } else { "" };
        let today = read(&format!("{HEADING}{}", row(cell(0), cell(1), cell(2), cell(3), cell(4))), SHOP);
        assert_eq!(today.rejected, []);
        for (id, content) in by_id(&today) {
            let before = known.insert(id.clone(), content.clone());
            assert!(before.is_none_or(|before| before == content), "{id:?} has two contents");
        }
    }
    let yesterday = by_id(&read(&format!("{HEADING}{}", row("", "", "", "", "")), SHOP));
    let shipped = by_id(&read(&format!("{HEADING}{}", row("", cells[1], cells[2], cells[3], "")), SHOP));
    let new: BTreeSet<_> = shipped.keys().filter(|id| !yesterday.contains_key(*id)).collect();
    assert_eq!(new.len(), 1, "only the shipping is new: {new:?}");
}

#[test]
fn an_event_that_says_nothing_else_keeps_the_id_of_its_status_and_time() {
    let imported = read("orderId,vendorId,status,occurredAt\nA-1,acme,ARRIVED,2026-05-01T10:00:00Z\n", "");
    assert_eq!(imported.events[0].event_id.as_str(), "ARRIVED:2026-05-01T10:00:00Z");
}

#[test]
fn two_placements_of_an_order_that_name_two_vendors_are_two_events() {
    let imported = read(
        "orderId,vendorId,status,occurredAt\nA-1,acme,PLACED,2026-05-01T10:00:00Z\nA-1,flora,PLACED,2026-05-01T10:00:00Z\n",
        "",
    );
    assert_eq!(by_id(&imported).len(), 2);
}

#[test]
fn a_condition_makes_an_event_only_where_it_holds() {
    let toml = r#"
        [columns]
        orderId = "id"
        vendorId = "seller"
        [[events]]
        status = "PLACED"
        occurredAt = "bought"
        [[events]]
        status = "CANCELLED"
        occurredAt = { first = ["changed", "bought"] }
        when = { state = ["canceled", "unavailable"] }
    "#;
    let imported = read(
        "id,seller,state,bought,changed\n1,a, CANCELED ,2026-05-01 10:00,\n2,a,delivered,2026-05-01 10:00,\n3,a,unavailable,2026-05-01 10:00,2026-05-02 10:00\n",
        toml,
    );
    assert_eq!(
        imported.lines(),
        [
            "1 a CANCELLED 2026-05-01T10:00:00Z",
            "1 a PLACED 2026-05-01T10:00:00Z",
            "2 a PLACED 2026-05-01T10:00:00Z",
            "3 a CANCELLED 2026-05-02T10:00:00Z",
            "3 a PLACED 2026-05-01T10:00:00Z",
        ]
    );
}

#[test]
fn words_are_known_in_any_case_and_an_empty_word_leaves_the_row_out() {
    let toml = "[columns]\norderId = \"Order ID\"\nvendorId = \"Vendor\"\nstatus = \"State\"\noccurredAt = \"When\"\n[statuses]\nnew = \"PLACED\"\n\"label created\" = \"\"\n";
    let file = "order id, VENDOR ,State,When,State\nA-1,acme, New,2026-05-01T10:00:00Z,x\nA-1,acme,LABEL CREATED,2026-05-01T10:00:00Z\nA-1,acme,arrived ,2026-05-03T10:00:00Z,,,,\nA-2,acme,Odd,2026-05-03T10:00:00Z\n";
    let imported = read(file, toml);
    assert_eq!(imported.lines(), ["A-1 acme ARRIVED 2026-05-03T10:00:00Z", "A-1 acme PLACED 2026-05-01T10:00:00Z"]);
    assert_eq!(imported.rows_without_events, 1);
    assert_eq!(imported.rejected.len(), 1);
    assert!(imported.rejected[0].0 == 5 && imported.rejected[0].1.ends_with("Odd"), "{:?}", imported.rejected);
}

#[test]
fn the_heading_is_found_below_junk_and_after_sep() {
    for file in [
        "sep=;\r\norder;vendor;placed\r\nA-1;acme;2026-05-01 10:00\r\n",
        "Orders of May\r\n\r\n\"sep=;\"\r\nOrder ; VENDOR;Placed\r\nA-1;acme;2026-05-01 10:00\r\n",
        "Report;;\nmade by;shop;\norder\tvendor\tplaced\nA-1\tacme\t2026-05-01 10:00\n",
        "order|vendor|placed\nA-1|acme|2026-05-01 10:00\n",
    ] {
        let toml = "[columns]\norderId = \"order\"\nvendorId = \"vendor\"\n[[events]]\nstatus = \"PLACED\"\noccurredAt = \"placed\"\n";
        assert_eq!(read(file, toml).lines(), ["A-1 acme PLACED 2026-05-01T10:00:00Z"], "{file:?}");
    }
}

#[test]
fn a_missing_column_names_the_nearest_and_all_there_are() {
    let toml = "[columns]\norderId = \"order_number\"\n";
    let error = import(b"Order Number,Vendor\n1,acme\n", &mapping(toml), None).err().unwrap();
    assert!(error.contains("The nearest is Order Number. The columns are: Order Number, Vendor"), "{error}");
}

#[test]
fn line_numbers_are_those_of_the_file_with_either_line_end() {
    for end in ["\n", "\r\n", "\r"] {
        let lines = [
            "orderId,vendorId,status,occurredAt",
            "o-1,a,PLACED,2026-05-01T10:00:00Z",
            "o-2,a,PLACED,soon",
            "",
            "o-3,a,PLACED,later",
            "",
        ];
        let imported = read(&lines.join(end), "");
        let numbers: Vec<u64> = imported.rejected.iter().map(|(line, _)| *line).collect();
        assert_eq!(numbers, [3, 5], "{end:?}");
    }
}

#[test]
fn a_bad_byte_costs_nothing_where_it_is_not_used_and_its_row_where_it_is() {
    // Bytes that are no encoding's text.
    let file = b"orderId,vendorId,status,occurredAt,note\no-1,a,PLACED,2026-05-01T10:00:00Z,\xfe\xfe\xfd\xfc\no-\xfe\xfe\xfd,a,PLACED,2026-05-01T10:00:00Z,\n";
    let imported = import(file, &mapping(""), None).unwrap();
    assert_eq!(imported.events.len(), 1);
    assert!(imported.rejected[0].1.contains("orderId: is not UTF-8"), "{:?}", imported.rejected);
}

#[test]
fn names_in_any_encoding_are_the_same_names() {
    let text = "orderId,vendorId,vendorName,status,occurredAt\no-1,a,Café Söhne,PLACED,2026-05-01T10:00:00Z\n";
    let utf16 = |to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<u8>>();
    let latin: Vec<u8> = text.chars().map(|letter| letter as u8).collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, &latin).unwrap();
    let with_mark = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    for bytes in [
        text.as_bytes().to_vec(),
        with_mark,
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
        latin,
        gzip.finish().unwrap(),
    ] {
        let imported = import(&bytes, &mapping(""), None).unwrap();
        assert_eq!(imported.events[0].vendor_name(), Some("Café Söhne"));
    }
}

#[test]
fn a_shortened_number_is_no_order() {
    let imported = read("orderId,vendorId,status,occurredAt\n5.10141E+13,a,PLACED,2026-05-01T10:00:00Z\n", "");
    assert!(imported.rejected[0].1.contains("a spreadsheet shortened"), "{:?}", imported.rejected);
}

#[test]
fn a_promise_can_be_days_after_the_placement() {
    let toml = "time-zone = \"America/New_York\"\n[columns]\norderId = \"id\"\nvendorId = \"v\"\nestimatedDelivery = { days-after-placement = \"days\" }\n[[events]]\nstatus = \"PLACED\"\noccurredAt = \"at\"\n";
    let imported = read("id,v,days,at\n1,a,4,2026-01-31 22:56\n2,a,soon,2026-01-31 22:56\n", toml);
    assert!(format!("{:?}", imported.events[0]).contains("estimated_delivery: Some("), "{:?}", imported.events);
    assert!(imported.rejected[0].1.contains("is not a number of days"), "{:?}", imported.rejected);
}

#[test]
fn a_mapping_that_means_nothing_is_refused_with_the_way_to_write_it() {
    for (toml, part) in [
        ("[columns]\nfoo = \"x\"\n", "an event has no field foo"),
        ("[columns]\norderId = 3\n", "columns.orderId is no column"),
        ("[statuses]\na = \"GONE\"\n", "GONE is not a status"),
        ("money = \"cents\"\n", "money must be"),
        ("encoding = \"klingon\"\n", "encoding: klingon is unknown"),
        ("time-zone = \"Mars\"\n", "time-zone is not an IANA time zone"),
        ("date-formats = [\"DD/MM/YYYY\"]\n", "%d/%m/%Y"),
        ("[[events]]\nstatus = \"PLACED\"\n", "occurredAt is missing"),
        ("[[events]]\nstatus = \"PLACED\"\noccurredAt = \"a\"\nwhen = 3\n", "when must be a table"),
    ] {
        let error = Mapping::parse("m.toml".into(), toml).unwrap_err().to_string();
        assert!(error.contains(part), "{toml}: {error}");
    }
}

#[test]
fn a_workbook_gives_days_times_and_long_numbers() {
    let bytes = std::io::Cursor::new(include_bytes!("fixtures/orders.xlsx"));
    let mut workbook = goody_formats::files::workbook::Workbook::open(bytes).unwrap();
    assert_eq!(workbook.sheets(Some("orders")).unwrap(), ["Orders"]);
    assert!(workbook.sheets(Some("Other")).is_err());
    let mut rows = Vec::new();
    workbook
        .rows("Orders", |number, row| {
            let cells: Vec<_> = row.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
            rows.push(format!("{number} {}", cells.join("|")));
            true
        })
        .unwrap();
    assert_eq!(
        rows,
        [
            "1 Orders of May",
            "3 Order|Vendor|Placed|Promised|Total",
            "4 111710000001|Müller|2026-05-01 16:11:00|2026-05-05|142.5",
            "6 A-2|Acme|2026-05-02||9",
        ]
    );
}

#[test]
fn a_heading_that_repeats_in_joined_files_is_no_row() {
    let month = "orderId,vendorId,status,occurredAt\no-1,a,PLACED,2026-05-01T10:00:00Z\n";
    let imported = read(&format!("{month}{month}"), "");
    assert_eq!(imported.rejected, []);
    assert_eq!((imported.events.len(), imported.rows_without_events), (2, 1));
}

#[test]
fn rows_of_one_order_with_other_promises_give_one_placement() {
    let toml = "money = \"major\"\n[columns]\norderId = \"order\"\nvendorId = \"vendor\"\nshipBy = \"limit\"\n\
                currency = \"currency\"\ngiftValue = { column = \"price\", sum = true }\n[same-order]\ncolumn = \"order\"\n\
                [[events]]\nstatus = \"PLACED\"\noccurredAt = \"placed\"\n";
    let heading = "order,vendor,placed,limit,currency,price";
    let first = "A-1,acme,2026-05-01T10:00:00Z,2026-05-04T10:00:00Z,,1.00";
    let second = "A-1,acme,2026-05-01T10:00:00Z,2026-05-03T10:00:00Z,EUR,2.50";
    let imported = read(&format!("{heading}\n{first}\n{second}\n"), toml);
    assert_eq!((imported.rejected.len(), imported.events.len()), (0, 1), "{:?}", imported.lines());
    let goody_domain::Fact::Placed(placement) = &imported.events[0].fact else { panic!("no placement") };
    assert_eq!(placement.ship_by.unwrap().to_string(), "2026-05-04T10:00:00Z", "that of the first row");
    assert_eq!((placement.gift_value, placement.currency().as_str()), (Some(350), "EUR"));
    // Two vendors, or two times, are two placements.
    let other = second.replace("acme", "zenith");
    assert_eq!(read(&format!("{heading}\n{first}\n{other}\n"), toml).events.len(), 2);
}

#[test]
fn a_missing_column_names_all_of_its_alternatives() {
    let toml = "[columns]\norderId = { first = [\"number\", \"Order #\"] }\n";
    let error = import(b"Bestellung,Vendor\n1,acme\n", &mapping(toml), None).err().unwrap();
    assert!(error.contains("there is no column number or Order #.") && error.contains("goody mapping new"), "{error}");
}

#[test]
fn a_mapping_is_proposed_for_headings_in_other_languages() {
    let row = |text: &str| csv::ByteRecord::from(text.split(';').collect::<Vec<_>>());
    let rows = vec![
        row("Bestelldatum;Bestellung #;Status;Lieferant;Betrag;Zugestellt"),
        row("05.01.2026 09:00;1001;Zugestellt;Acme;1.234,50;07.01.2026 10:00"),
        row("05.01.2026 10:00;1002;In Bearbeitung;Acme;12,50;"),
    ];
    let sample = goody_formats::files::proposal::Sample::new(rows, Some(b';'), None);
    let proposed = goody_formats::files::proposal::propose("orders.csv", &sample);
    let lines = [
        "orderId = \"Bestellung #\"",
        "vendorId = \"Lieferant\"",
        "giftValue = \"Betrag\"",
        "status = \"ARRIVED\"\noccurredAt = \"Zugestellt\"",
        "\"In Bearbeitung\" = \"\"",
        "date-formats = [\"%d.%m.%Y %H:%M\"]",
    ];
    for line in lines {
        assert!(proposed.contains(line), "{line}: {proposed}");
    }
    assert!(Mapping::parse("proposed".into(), &proposed).is_ok(), "{proposed}");
}
