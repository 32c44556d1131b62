//! Proposes a mapping for a file, from its heading and its first rows. What it cannot know, it says in comments.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use csv::ByteRecord;
use goody_domain::Status;

use crate::files::heading::letters;

/// How many rows are looked at.
pub const SAMPLED_ROWS: usize = 2_000;
/// How many different words of a column are listed.
const MOST_WORDS: usize = 30;

/// The first rows of a file.
pub struct Sample {
    heading: Vec<String>,
    /// The filled texts of each column.
    columns: Vec<Vec<String>>,
    delimiter: Option<u8>,
    encoding: Option<&'static str>,
}

/// The names that files give to a field, in small letters without blanks. The first that a file has is proposed. English names
/// come first, then those of German, French, Spanish and Italian exports.
const NAMES: [(&str, &[&str]); 13] = [
    (
        "orderId",
        &[
            "orderid",
            "ordernumber",
            "orderno",
            "order",
            "ordername",
            "amazonorderid",
            "salesorder",
            "ordernr",
            "name",
            "bestellnummer",
            "bestellnr",
            "bestellung",
            "auftragsnummer",
            "ndecommande",
            "numérodecommande",
            "commande",
            "númerodepedido",
            "pedido",
            "numeroordine",
            "ordine",
            "numero",
            "id",
        ],
    ),
    (
        "vendorId",
        &[
            "vendorid",
            "vendor",
            "sellerid",
            "seller",
            "vendorname",
            "sellername",
            "supplier",
            "merchant",
            "brand",
            "store",
            "shop",
            "storename",
            "lieferant",
            "händler",
            "verkäufer",
            "fournisseur",
            "vendeur",
            "proveedor",
            "vendedor",
            "fornitore",
            "venditore",
        ],
    ),
    (
        "estimatedDelivery",
        &[
            "estimateddelivery",
            "estimateddeliverydate",
            "orderestimateddeliverydate",
            "promiseddate",
            "promised",
            "promise",
            "deliverby",
            "expecteddelivery",
            "eta",
            "duedate",
            "estimatedarrivaldate",
            "voraussichtlichelieferung",
            "livraisonprévue",
            "entregaprevista",
            "consegnaprevista",
        ],
    ),
    ("shipBy", &["shipby", "shipbydate", "dispatchby", "promisedate", "shippinglimitdate", "latestshipdate"]),
    (
        "giftValue",
        &[
            "giftvalue",
            "ordertotal",
            "total",
            "totalprice",
            "amount",
            "price",
            "grandtotal",
            "value",
            "itemprice",
            "gesamtbetrag",
            "betrag",
            "montant",
            "importe",
            "totale",
        ],
    ),
    ("currency", &["currency", "currencycode", "ordercurrency", "währung", "devise", "moneda", "valuta"]),
    ("giftType", &["gifttype", "category", "categoryname", "producttype", "type"]),
    ("isRush", &["isrush", "rush", "express", "priority"]),
    ("carrier", &["carrier", "carriername", "shippingcarrier", "courier"]),
    ("trackingNumber", &["trackingnumber", "tracking", "trackingno", "trackingcode"]),
    ("reason", &["reason", "cancelreason", "note"]),
    ("destination.country", &["shippingcountry", "shipcountry", "country", "countrycode", "ordercountry"]),
    ("destination.region", &["shippingstate", "shipstate", "state", "province", "region", "shippingprovince"]),
];

/// The names of columns of times, with the status of their event.
const TIMES: [(&str, &[&str]); 4] = [
    (
        "PLACED",
        &[
            "placed",
            "placedat",
            "orderdate",
            "createdat",
            "created",
            "purchasedate",
            "saledate",
            "orderpurchasetimestamp",
            "ordered",
            "bought",
            "datecreated",
            "orderdatedateorders",
            "date",
            "bestelldatum",
            "auftragsdatum",
            "datum",
            "datedecommande",
            "fechadepedido",
            "fecha",
            "dataordine",
            "data",
        ],
    ),
    (
        "SHIPPING_ON_TIME",
        &[
            "shipped",
            "shippedat",
            "shipdate",
            "shippeddate",
            "dateshipped",
            "fulfilledat",
            "shippingdate",
            "shippingdatedateorders",
            "dispatched",
            "orderdeliveredcarrierdate",
            "shipmentdate",
            "versendet",
            "versanddatum",
            "expédié",
            "datedexpédition",
            "enviado",
            "spedito",
        ],
    ),
    (
        "ARRIVED",
        &[
            "delivered",
            "deliveredat",
            "deliverydate",
            "delivereddate",
            "arrived",
            "arrivedat",
            "orderdeliveredcustomerdate",
            "datedelivered",
            "zugestellt",
            "geliefert",
            "livré",
            "entregado",
            "consegnato",
        ],
    ),
    ("CANCELLED", &["cancelled", "canceled", "cancelledat", "canceledat", "canceldate", "datecancelled"]),
];

/// Words of a status column, with the status that they usually mean.
const STATUS_WORDS: [(&str, &str); 35] = [
    ("new", "PLACED"),
    ("placed", "PLACED"),
    ("created", "PLACED"),
    ("pending", ""),
    ("processing", ""),
    ("unshipped", ""),
    ("shipped", "SHIPPING_ON_TIME"),
    ("in transit", "SHIPPING_ON_TIME"),
    ("dispatched", "SHIPPING_ON_TIME"),
    ("out for delivery", "SHIPPING_ON_TIME"),
    ("fulfilled", "SHIPPING_ON_TIME"),
    ("delayed", "SHIPPING_DELAYED"),
    ("late", "SHIPPING_DELAYED"),
    ("exception", "SHIPPING_DELAYED"),
    ("delivered", "ARRIVED"),
    ("arrived", "ARRIVED"),
    ("complete", "ARRIVED"),
    ("completed", "ARRIVED"),
    ("lost", "LOST"),
    ("damaged", "DAMAGED"),
    ("undeliverable", "UNDELIVERABLE"),
    ("failed", "UNDELIVERABLE"),
    ("returned", "RETURN_TO_SENDER"),
    ("return to sender", "RETURN_TO_SENDER"),
    ("canceled", "CANCELLED"),
    ("cancelled", "CANCELLED"),
    ("in bearbeitung", ""),
    ("versendet", "SHIPPING_ON_TIME"),
    ("zugestellt", "ARRIVED"),
    ("storniert", "CANCELLED"),
    ("en cours", ""),
    ("expédiée", "SHIPPING_ON_TIME"),
    ("livrée", "ARRIVED"),
    ("annulée", "CANCELLED"),
    ("refunded", "CANCELLED"),
];

impl Sample {
    /// The sample of these rows. The widest of the first rows is the heading.
    pub fn new(rows: Vec<ByteRecord>, delimiter: Option<u8>, encoding: Option<&'static str>) -> Self {
        let filled = |row: &ByteRecord| row.iter().filter(|cell| !cell.trim_ascii().is_empty()).count();
        let widest = rows.iter().take(40).map(filled).max().unwrap_or(0);
        // A heading has a name for each column; the rows below may lack some.
        let at = rows.iter().position(|row| filled(row) * 10 >= widest * 9 && filled(row) > 0).unwrap_or(0);
        let text =
            |cell: &[u8]| String::from_utf8_lossy(cell).trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).to_owned();
        let heading: Vec<String> = rows.get(at).map(|row| row.iter().map(text).collect()).unwrap_or_default();
        let mut columns = vec![Vec::new(); heading.len()];
        for row in rows.iter().skip(at + 1) {
            for (column, cell) in row.iter().take(heading.len()).enumerate() {
                let cell = text(cell);
                if !cell.is_empty() {
                    columns[column].push(cell);
                }
            }
        }
        Self { heading, columns, delimiter, encoding }
    }

    fn find(&self, names: &[&str]) -> Option<usize> {
        let plain: Vec<String> = self.heading.iter().map(|name| letters(name)).collect();
        names.iter().find_map(|name| plain.iter().position(|known| known == name))
    }

    fn texts(&self, at: usize) -> &[String] {
        self.columns.get(at).map_or(&[], Vec::as_slice)
    }
}

/// The mapping for a file, as TOML.
pub fn propose(file: &str, sample: &Sample) -> String {
    let mut toml = format!("# Proposed for {file}. Check it with: goody import --check {file} --mapping THIS_FILE\n\n");
    let mut line = |text: String| {
        toml.push_str(&text);
        toml.push('\n');
    };
    if let Some(delimiter) = sample.delimiter.filter(|delimiter| *delimiter != b',') {
        line(format!("delimiter = {:?}", char::from(delimiter).to_string()));
    }
    if let Some(encoding) = sample.encoding {
        line(format!("encoding = {encoding:?}                # the bytes look like it"));
    }
    line("# time-zone = \"America/New_York\"        # of times without an offset; default: UTC".into());
    let times: Vec<(&str, usize)> =
        TIMES.iter().filter_map(|(status, names)| Some((*status, sample.find(names)?))).collect();
    let promise = sample.find(NAMES[2].1);
    let mut formats: Vec<&str> = Vec::new();
    let mut unknown: Vec<&str> = Vec::new();
    for at in times.iter().map(|(_, at)| *at).chain(promise) {
        let texts = sample.texts(at);
        match format_of(texts) {
            Some(format) if !format.is_empty() && !formats.contains(&format) => formats.push(format),
            Some(_) => {}
            None => unknown.extend(texts.first().map(String::as_str)),
        }
    }
    if !formats.is_empty() {
        let both = formats.iter().any(|format| format.starts_with("%m/") || format.starts_with("%d/"));
        let hint = if both { "   # is the month first, or the day (%d/%m/%Y)?" } else { "" };
        line(format!("date-formats = {formats:?}{hint}"));
    }
    for text in unknown {
        line(format!("# date-formats = [\"…\"]                 # of {text:?}, with the letters of strftime"));
    }
    if promise.is_some_and(|at| sample.texts(at).iter().any(|text| text.ends_with(" 00:00:00"))) {
        line("midnight-means-day = true              # a promise at 00:00:00 is that whole day".into());
    }
    line(
        "make-ids = true                        # ids from any text; the text is kept as reference and vendorName"
            .into(),
    );
    let value = sample.find(NAMES[4].1);
    if let Some(value) = value {
        let has_decimals = sample.texts(value).iter().any(|text| text.contains(['.', ',']));
        let (notation, meaning) =
            if has_decimals { ("major", "12.50 is 12.50") } else { ("minor", "1250 is 12.50; major: 1,250.00") };
        line(format!("money = {notation:?}                        # {meaning}"));
    }
    line("\n[columns]".into());
    for (field, names) in NAMES {
        match sample.find(names) {
            Some(at) => line(format!("{} = {:?}", key(field), sample.heading[at])),
            None if field == "orderId" => {
                line("orderId = \"…\"                          # which column has the order's number?".into())
            }
            None if field == "vendorId" => {
                line("# vendorId = \"…\"                       # which column has the vendor? Or [constants] vendorId = \"name\"".into());
            }
            None => {}
        }
    }
    let status = sample.find(&[
        "status",
        "orderstatus",
        "state",
        "deliverystatus",
        "shipmentstatus",
        "fulfillmentstatus",
        "bestellstatus",
        "état",
        "statut",
        "estado",
        "stato",
    ]);
    if times.is_empty() {
        if let Some(at) = status {
            line(format!("status = {:?}", sample.heading[at]));
        }
        line("occurredAt = \"…\"                       # which column has the time of the status?".into());
    }
    if let Some(at) = status {
        line("\n[statuses]                             # words of the file; \"\" leaves the row out".into());
        for word in words(sample.texts(at)) {
            let known = STATUS_WORDS.iter().find(|(known, _)| *known == word.to_lowercase()).map(|(_, status)| *status);
            let own = Status::parse(&word.to_uppercase()).map(Status::as_str);
            match known.or(own) {
                Some(status) => line(format!("{word:?} = {status:?}")),
                None => line(format!("{word:?} = \"\"                          # which of the nine statuses?")),
            }
        }
    }
    for (status, at) in &times {
        line(format!("\n[[events]]\nstatus = {status:?}\noccurredAt = {:?}", sample.heading[*at]));
    }
    if let (Some(at), false) = (status, times.is_empty()) {
        let cancelled: Vec<String> =
            words(sample.texts(at)).into_iter().filter(|word| word.to_lowercase().starts_with("cancel")).collect();
        let has_time = times.iter().any(|(status, _)| *status == "CANCELLED");
        if let (Some((_, first)), false, false) = (times.first(), cancelled.is_empty(), has_time) {
            line(format!(
                "\n[[events]]                             # no column says when it was cancelled\nstatus = \"CANCELLED\"\noccurredAt = {:?}\nwhen = {{ {} = {cancelled:?} }}",
                sample.heading[*first],
                key(&sample.heading[at])
            ));
        }
    }
    let mut unused = String::new();
    for name in sample.heading.iter().filter(|name| !name.is_empty()) {
        let _ = write!(unused, "{}{name}", if unused.is_empty() { "" } else { ", " });
    }
    line(format!("\n# The columns of the file: {}", unused.replace(['\n', '\r'], " ")));
    toml
}

fn key(name: &str) -> String {
    let is_bare =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if is_bare { name.to_owned() } else { format!("{name:?}") }
}

/// The different words of a column, if there are few.
fn words(texts: &[String]) -> Vec<String> {
    let mut words = BTreeMap::new();
    for text in texts {
        *words.entry(text.clone()).or_insert(0_usize) += 1;
        if words.len() > MOST_WORDS {
            return Vec::new();
        }
    }
    words.into_keys().collect()
}

/// The format of all of these times: empty for ISO 8601, which needs none.
fn format_of(texts: &[String]) -> Option<&'static str> {
    const FORMATS: [&str; 14] = [
        "",
        "%m/%d/%Y %H:%M",
        "%d/%m/%Y %H:%M",
        "%m/%d/%Y %H:%M:%S",
        "%d/%m/%Y %H:%M:%S",
        "%m/%d/%Y %I:%M:%S %p",
        "%m/%d/%Y",
        "%d/%m/%Y",
        "%m/%d/%y",
        "%d.%m.%Y %H:%M",
        "%d.%m.%Y",
        "%b-%d-%y",
        "%Y%m%d",
        "epoch",
    ];
    let texts = texts.get(..texts.len().min(200)).unwrap_or_default();
    FORMATS.into_iter().find(|format| {
        let formats: Vec<String> = if format.is_empty() { Vec::new() } else { vec![(*format).to_owned()] };
        let times = crate::files::times::TimeFormat::new(&formats, None, &BTreeMap::new(), false);
        times.is_ok_and(|times| texts.iter().all(|text| times.time(text).is_ok()))
    })
}
