//! Exports: streams of rows, as NDJSON or as CSV. A spreadsheet that opens the CSV executes no formula in it.

use axum::BoxError;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream;
use goody_application::ports::{OrderFilter, Position, StoreError};
use goody_application::read::counted_total;
use goody_contract::{EpisodeFilterQuery, EpisodeView, OrderFilterQuery, OrderView, Problem, VendorFilterQuery};
use goody_domain::{Instant, Order};
use goody_formats::lines::BOM;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::error::ApiError;
use crate::order_filter::order_filter;
use crate::params::{NoOthers, Params, Validator};
use crate::signals::EpisodeFilter;
use crate::vendors::{VendorFilter, views};

/// How many orders one read of the store returns, and how many vendors one chunk of the response has.
const PAGE_SIZE: usize = 500;

/// The file format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(as = ExportFormat, rename_all = "lowercase")]
pub enum Format {
    /// Comma-separated values (RFC 4180) with a header row.
    Csv,
    /// One JSON object on each line.
    Ndjson,
}

impl Format {
    /// Parses `csv` or `ndjson`.
    pub fn parse(word: &str) -> Result<Self, &'static str> {
        match word {
            "csv" => Ok(Self::Csv),
            "ndjson" => Ok(Self::Ndjson),
            _ => Err("must be csv or ndjson"),
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson => "application/x-ndjson",
        }
    }
}

/// Writes rows one after the other. The columns of a CSV are those of its first row: a nested object becomes columns with
/// dotted names, a list becomes JSON.
pub struct RowWriter {
    format: Format,
    /// What the file begins with, until it is written.
    start: &'static [u8],
    columns: Option<Vec<String>>,
}

impl RowWriter {
    /// A writer at the start of a file. With `bom`, a CSV begins with a byte order mark.
    pub fn new(format: Format, bom: bool) -> Self {
        let start = if bom && format == Format::Csv { BOM } else { &[] };
        Self { format, start, columns: None }
    }

    /// The bytes of these rows. The header row precedes the first row of the file.
    ///
    /// # Errors
    /// A row cannot be written as JSON or CSV.
    pub fn write<T: Serialize>(&mut self, rows: &[T]) -> Result<Vec<u8>, ExportError> {
        match self.format {
            Format::Ndjson => {
                let mut bytes = Vec::with_capacity(rows.len() * 400);
                for row in rows {
                    serde_json::to_writer(&mut bytes, row)?;
                    bytes.push(b'\n');
                }
                Ok(bytes)
            }
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(std::mem::take(&mut self.start).to_vec());
                for row in rows {
                    let row = flatten(serde_json::to_value(row)?);
                    if self.columns.is_none() {
                        let columns: Vec<String> = row.iter().map(|(name, _)| name.clone()).collect();
                        writer.write_record(&columns)?;
                        self.columns = Some(columns);
                    }
                    writer.write_record(row.iter().map(|(_, cell)| cell))?;
                }
                writer.into_inner().map_err(|error| ExportError::Csv(error.into_error().into()))
            }
        }
    }
}

/// A row cannot be written.
#[derive(Debug)]
pub enum ExportError {
    /// The JSON encoder failed.
    Json(serde_json::Error),
    /// The CSV encoder failed.
    Csv(csv::Error),
}

impl std::fmt::Display for ExportError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a row cannot be written")
    }
}

impl std::error::Error for ExportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Json(error) => Some(error),
            Self::Csv(error) => Some(error),
        }
    }
}

impl From<serde_json::Error> for ExportError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl From<csv::Error> for ExportError {
    fn from(error: csv::Error) -> Self {
        Self::Csv(error)
    }
}

/// The fields of the objects that may be null or lack a field, by the end of their names: every row has as many cells as the header.
const NESTED: [(&str, &[&str]); 2] =
    [("Interval", &["lower", "upper"]), ("destination", &["country", "region", "postalPrefix"])];

/// The cells of a row, each with its column. The fields of a nested object have dotted names.
fn flatten(row: Value) -> Vec<(String, String)> {
    fn push_cells(name: String, value: Value, cells: &mut Vec<(String, String)>) {
        let nested = NESTED.iter().find(|(end, _)| name.ends_with(end));
        if let (Some((_, fields)), Value::Object(_) | Value::Null) = (nested, &value) {
            for field in *fields {
                push_cells(format!("{name}.{field}"), value.get(field).cloned().unwrap_or_default(), cells);
            }
            return;
        }
        match value {
            Value::Object(fields) if !name.is_empty() || !fields.is_empty() => {
                for (field, value) in fields {
                    let name = if name.is_empty() { field } else { format!("{name}.{field}") };
                    push_cells(name, value, cells);
                }
            }
            Value::String(text) => cells.push((name, escape_formula(text))),
            Value::Null => cells.push((name, String::new())),
            Value::Array(_) => cells.push((name, escape_formula(value.to_string()))),
            other => cells.push((name, other.to_string())),
        }
    }
    let mut cells = Vec::new();
    push_cells(String::new(), row, &mut cells);
    cells
}

/// Inserts a `'` before each character with which a spreadsheet would start a formula, so that it shows the cell as text.
///
/// A spreadsheet may use `;`, `|` or a tab as the separator. To such a one, a cell starts after that character, so the same rule
/// applies there.
fn escape_formula(text: String) -> String {
    let starts_formula =
        |c: char| matches!(c, '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}');
    let mut escaped = String::with_capacity(text.len());
    let mut at_start = true;
    for c in text.chars() {
        if at_start && (starts_formula(c) || (escaped.is_empty() && matches!(c, '\t' | '\r'))) {
            escaped.push('\'');
        }
        // Spreadsheets ignore spaces and quotes before a formula.
        at_start = matches!(c, ';' | '|' | '\t' | '\r' | '\n') || (at_start && (c == ' ' || c == '"'));
        escaped.push(c);
    }
    escaped
}

/// `?format,bom`.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct FormatQuery {
    /// The file format. Default: `csv`.
    #[param(value_type = Option<Format>)]
    format: Option<String>,
    /// Whether a CSV begins with a byte order mark, by which Excel knows that it is UTF-8. Default: false.
    #[param(value_type = Option<bool>)]
    bom: Option<String>,
}

impl FormatQuery {
    /// A writer of this format.
    fn writer(&self, validator: &mut Validator) -> (Format, RowWriter) {
        let format = validator.parse("format", self.format.as_ref(), Format::parse).unwrap_or(Format::Csv);
        let bom = validator.flag("bom", self.bom.as_ref()).unwrap_or(false);
        (format, RowWriter::new(format, bom))
    }
}

/// The parameters of the list, without limit and cursor, and the format.
#[derive(Deserialize)]
pub(crate) struct OrderExport {
    #[serde(flatten)]
    format: FormatQuery,
    #[serde(flatten)]
    filter: OrderFilterQuery,
    #[serde(flatten)]
    _no_others: NoOthers,
}

/// The parameters of the vendor table, and the format.
#[derive(Deserialize)]
pub(crate) struct VendorExport {
    #[serde(flatten)]
    format: FormatQuery,
    #[serde(flatten)]
    filter: VendorFilterQuery,
    #[serde(flatten)]
    _no_others: NoOthers,
}

/// The parameters of the list of episodes, without limit and cursor, and the format.
#[derive(Deserialize)]
pub(crate) struct EpisodeExport {
    #[serde(flatten)]
    format: FormatQuery,
    #[serde(flatten)]
    filter: EpisodeFilterQuery,
    #[serde(flatten)]
    _no_others: NoOthers,
}

/// All orders of a filter as a stream.
#[utoipa::path(
    get, path = "/api/orders/export", operation_id = "exportOrders", tag = "orders", params(FormatQuery, OrderFilterQuery),
    responses((status = 200, content((String = "text/csv"), (OrderView = "application/x-ndjson"))), (status = 400, body = Problem))
)]
pub(crate) async fn orders(State(app): State<App>, Params(query): Params<OrderExport>) -> Result<Response, ApiError> {
    let mut validator = Validator::default();
    let (format, writer) = query.format.writer(&mut validator);
    let now = app.now();
    let filter = order_filter(&query.filter, &mut validator, app.0.reports.zone(), now);
    let filter = validator.finish(filter)?;
    let total = counted_total(app.0.orders.as_ref(), app.0.reports.as_ref(), &filter, now).await?;
    let total = total.map(|total| total.total);
    let export = OrderExportProgress { app, filter, now, total, writer, after: None };
    // The first page is read before the response begins, so that its error has a status.
    let first = export.read_page().await?;
    let pages = stream::try_unfold(Some((export, first)), |page| async move {
        let Some((mut export, orders)) = page else { return Ok::<_, BoxError>(None) };
        let bytes = export.write(&orders)?;
        let next = match export.after {
            Some(_) => {
                let orders = export.read_page().await?;
                Some((export, orders))
            }
            None => None,
        };
        Ok(Some((bytes, next)))
    });
    Ok(attachment(Body::from_stream(pages), format, "orders"))
}

/// An export of orders in progress.
struct OrderExportProgress {
    app: App,
    filter: OrderFilter,
    now: Instant,
    /// The number of orders, if the buckets have it.
    total: Option<i64>,
    writer: RowWriter,
    /// Where the next page begins, if there is one.
    after: Option<Position>,
}

impl OrderExportProgress {
    async fn read_page(&self) -> Result<Vec<Order>, StoreError> {
        let (orders, after) = (&self.app.0.orders, self.after.as_ref());
        match self.total {
            Some(total) => orders.list_of_total(&self.filter, after, PAGE_SIZE, self.now, total).await,
            None => orders.list(&self.filter, after, PAGE_SIZE, self.now).await,
        }
    }

    /// The rows of a page.
    fn write(&mut self, orders: &[Order]) -> Result<Bytes, ExportError> {
        let rows: Vec<OrderView> = orders.iter().map(|order| OrderView::new(order, self.now)).collect();
        let last = orders.last().filter(|_| orders.len() == PAGE_SIZE);
        self.after = last.map(|order| self.filter.position(order));
        Ok(self.writer.write(&rows)?.into())
    }
}

/// All vendors of a filter, with their numbers, as a stream.
#[utoipa::path(
    get, path = "/api/vendors/export", operation_id = "exportVendors", tag = "vendors", params(FormatQuery, VendorFilterQuery),
    responses((status = 200, content((String = "text/csv"), (goody_contract::VendorRowView = "application/x-ndjson"))), (status = 400, body = Problem))
)]
pub(crate) async fn vendors(State(app): State<App>, Params(query): Params<VendorExport>) -> Result<Response, ApiError> {
    let mut validator = Validator::default();
    let (format, writer) = query.format.writer(&mut validator);
    let query = query.filter;
    let as_of = validator.as_of(query.date.as_ref(), app.0.reports.as_ref(), app.now());
    let filter = VendorFilter::parse(&query, as_of.date(), &mut validator);
    let filter = validator.finish(filter)?;
    let fleet = filter.fleet(&app, as_of).await?;
    // The response is written in chunks, so that it is never in memory as a whole.
    let rows: Vec<_> = filter.rows(fleet.rows.iter().map(AsRef::as_ref)).into_iter().cloned().collect();
    let chunks: Vec<Vec<goody_application::read::FleetRow>> = rows.chunks(PAGE_SIZE).map(<[_]>::to_vec).collect();
    let pages = stream::try_unfold((writer, chunks.into_iter()), move |(mut writer, mut chunks)| {
        let app = app.clone();
        async move {
            let Some(rows) = chunks.next() else { return Ok::<_, std::io::Error>(None) };
            let rows: Vec<&_> = rows.iter().collect();
            let views = views(app.0.reports.as_ref(), &rows, as_of).await.map_err(std::io::Error::other)?;
            Ok(Some((Bytes::from(writer.write(&views).map_err(std::io::Error::other)?), (writer, chunks))))
        }
    });
    Ok(attachment(Body::from_stream(pages), format, "vendors"))
}

/// All episodes of a filter as a file.
#[utoipa::path(
    get, path = "/api/signals/episodes/export", operation_id = "exportEpisodes", tag = "vendors", params(FormatQuery, EpisodeFilterQuery),
    responses((status = 200, content((String = "text/csv"), (EpisodeView = "application/x-ndjson"))), (status = 400, body = Problem))
)]
pub(crate) async fn episodes(
    State(app): State<App>,
    Params(query): Params<EpisodeExport>,
) -> Result<Response, ApiError> {
    let mut validator = Validator::default();
    let (format, mut writer) = query.format.writer(&mut validator);
    let filter = EpisodeFilter::parse(&query.filter, &app, &mut validator);
    let rows = validator.finish(filter)?.rows(&app).await?;
    let views: Vec<EpisodeView> = rows.into_iter().map(|(_, view)| view).collect();
    let file = stream::once(async move { writer.write(&views).map(Bytes::from) });
    Ok(attachment(Body::from_stream(file), format, "episodes"))
}

/// The version of the time zone database that defines the days of an export. It is a header and not part of the file, so that
/// equal data gives equal files.
const TIME_ZONE_DATABASE: HeaderName = HeaderName::from_static("goody-time-zone-database");

fn attachment(body: Body, format: Format, name: &str) -> Response {
    let extension = match format {
        Format::Csv => "csv",
        Format::Ndjson => "ndjson",
    };
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}.{extension}\""));
    let mut response = ([(CONTENT_TYPE, HeaderValue::from_static(format.content_type()))], body).into_response();
    response.headers_mut().insert(TIME_ZONE_DATABASE, HeaderValue::from_static(goody_domain::time_zone_database()));
    if let Ok(disposition) = disposition {
        response.headers_mut().insert(CONTENT_DISPOSITION, disposition);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::escape_formula;

    #[test]
    fn no_cell_starts_a_formula_with_any_separator() {
        for (text, cell) in [
            ("x;=1+1", "x;'=1+1"),
            ("x|@sum", "x|'@sum"),
            ("x\t+1", "x\t'+1"),
            ("x\r\n-1", "x\r\n'-1"),
            ("x; \"=1", "x; \"'=1"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("\t=1", "'\t'=1"),
            ("100 % = fine; yes", "100 % = fine; yes"),
        ] {
            assert_eq!(escape_formula(text.to_owned()), cell);
        }
    }
}
