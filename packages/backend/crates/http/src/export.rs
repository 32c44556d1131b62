//! Exports: streams of rows, as NDJSON or as CSV, and workbooks. A spreadsheet that opens one executes no formula in it.

mod order_row;
mod sheet;

use axum::BoxError;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use futures::stream;
use goody_application::ports::{OrderFilter, Position, StoreError};
use goody_application::read::counted_total;
use goody_contract::{
    EpisodeFilterQuery, EpisodeView, ErrorCode, OrderFilterQuery, OrderView, Problem, VendorFilterQuery,
};
use goody_domain::{Instant, Order};
use goody_formats::lines::BOM;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

pub use self::order_row::OrderRow;
use self::sheet::{MOST_ROWS, Sheet};
use crate::App;
use crate::error::ApiError;
use crate::order_filter::order_filter;
use crate::orders::vendor_names;
use crate::params::{NoOthers, Params, Validator};
use crate::signals::EpisodeFilter;
use crate::vendors::{VendorFilter, views};

/// How many orders one read of the store returns, and how many vendors one chunk of the response has.
const PAGE_SIZE: usize = 500;
const SECONDS_PER_DAY: f64 = 86_400.0;

/// The file format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(as = ExportFormat, rename_all = "lowercase")]
pub enum Format {
    /// Comma-separated values (RFC 4180) with a header row.
    Csv,
    /// One JSON object on each line.
    Ndjson,
    /// A workbook of one sheet, for Excel.
    Xlsx,
}

impl Format {
    /// Parses `csv`, `ndjson` or `xlsx`.
    pub fn parse(word: &str) -> Result<Self, &'static str> {
        match word {
            "csv" => Ok(Self::Csv),
            "ndjson" => Ok(Self::Ndjson),
            "xlsx" => Ok(Self::Xlsx),
            _ => Err("must be csv, ndjson or xlsx"),
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Xlsx => "xlsx",
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson => "application/x-ndjson",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// Writes rows one after the other. The columns of a table are those of its first row: a nested object becomes columns with
/// dotted names, a list becomes JSON.
pub struct RowWriter(Rows);

enum Rows {
    Csv {
        /// What the file begins with, until it is written.
        start: &'static [u8],
        has_header: bool,
    },
    Ndjson,
    Xlsx(Box<Sheet>),
}

impl RowWriter {
    /// A writer at the start of a file. With `bom`, a CSV begins with a byte order mark.
    pub fn new(format: Format, bom: bool) -> Self {
        Self(match format {
            Format::Csv => Rows::Csv { start: if bom { BOM } else { &[] }, has_header: false },
            Format::Ndjson => Rows::Ndjson,
            Format::Xlsx => Rows::Xlsx(Box::default()),
        })
    }

    /// The bytes of these rows. The header row precedes the first row of the file. A workbook has all its bytes at its end.
    ///
    /// # Errors
    /// A row cannot be written.
    pub fn write<T: Serialize>(&mut self, rows: &[T]) -> Result<Vec<u8>, ExportError> {
        match &mut self.0 {
            Rows::Ndjson => {
                let mut bytes = Vec::with_capacity(rows.len() * 400);
                for row in rows {
                    serde_json::to_writer(&mut bytes, row)?;
                    bytes.push(b'\n');
                }
                Ok(bytes)
            }
            Rows::Csv { start, has_header } => {
                let mut writer = csv::Writer::from_writer(std::mem::take(start).to_vec());
                for row in rows {
                    let row = cells(serde_json::to_value(row)?);
                    if !std::mem::replace(has_header, true) {
                        writer.write_record(row.iter().map(|(name, _)| name))?;
                    }
                    writer.write_record(row.into_iter().map(|(_, cell)| text(cell)))?;
                }
                writer.into_inner().map_err(|error| ExportError::Csv(error.into_error().into()))
            }
            Rows::Xlsx(sheet) => {
                for row in rows {
                    sheet.write(cells(serde_json::to_value(row)?))?;
                }
                Ok(Vec::new())
            }
        }
    }

    /// The bytes of the end of the file.
    ///
    /// # Errors
    /// The workbook cannot be written.
    pub fn finish(self) -> Result<Vec<u8>, ExportError> {
        match self.0 {
            Rows::Csv { start, .. } => Ok(start.to_vec()),
            Rows::Ndjson => Ok(Vec::new()),
            Rows::Xlsx(sheet) => Ok(sheet.finish()?),
        }
    }
}

/// An export failed.
#[derive(Debug, thiserror::Error)]
#[error("a row cannot be written")]
pub enum ExportError {
    /// The rows cannot be read.
    Store(#[from] StoreError),
    /// The JSON encoder failed.
    Json(#[from] serde_json::Error),
    /// The CSV encoder failed.
    Csv(#[from] csv::Error),
    /// The workbook cannot be written.
    Xlsx(#[from] zip::result::ZipError),
}

impl From<ExportError> for ApiError {
    fn from(error: ExportError) -> Self {
        if let ExportError::Store(error) = error {
            return error.into();
        }
        tracing::error!(error = &error as &dyn std::error::Error, "an export failed");
        Self::new(ErrorCode::Internal, "The log has the details.")
    }
}

/// The fields of the objects that may be null or lack a field, by the end of their names: every row has as many cells as the header.
const NESTED: [(&str, &[&str]); 2] =
    [("Interval", &["lower", "upper"]), ("destination", &["country", "region", "postalPrefix"])];

/// The cells of a row, each with its column. The fields of a nested object have dotted names. No cell is an object.
fn cells(row: Value) -> Vec<(String, Value)> {
    fn push_cells(name: String, value: Value, cells: &mut Vec<(String, Value)>) {
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
            value => cells.push((name, value)),
        }
    }
    let mut cells = Vec::new();
    push_cells(String::new(), row, &mut cells);
    cells
}

/// A cell of a CSV.
fn text(cell: Value) -> String {
    match cell {
        Value::String(text) => escape_formula(text),
        Value::Null => String::new(),
        Value::Array(_) => escape_formula(cell.to_string()),
        other => other.to_string(),
    }
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
    responses((status = 200, content((String = "text/csv"), (OrderView = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), (status = 400, body = Problem))
)]
pub(crate) async fn orders(State(app): State<App>, Params(query): Params<OrderExport>) -> Result<Response, ApiError> {
    let mut validator = Validator::default();
    let (format, writer) = query.format.writer(&mut validator);
    let now = app.now();
    let filter = order_filter(&query.filter, &mut validator, app.0.reports.zone(), now);
    let filter = validator.finish(filter)?;
    let total = counted_total(app.0.orders.as_ref(), app.0.reports.as_ref(), &filter, now).await?;
    let total = total.map(|total| total.total);
    let export = OrderExportProgress { app, filter, now, total, format, written: 0, after: None };
    // The first page is read before the response begins, so that its error has a status.
    let first = export.read_page().await?;
    if format == Format::Xlsx {
        return Ok(attachment(export.workbook(writer, first).await?.into(), format, "orders"));
    }
    let pages = stream::try_unfold(Some((export, writer, first)), |page| async move {
        let Some((mut export, mut writer, orders)) = page else { return Ok::<_, BoxError>(None) };
        let bytes = export.write(&mut writer, &orders).await?;
        if export.after.is_none() {
            return Ok(Some(([bytes, writer.finish()?].concat(), None)));
        }
        let orders = export.read_page().await?;
        Ok(Some((bytes, Some((export, writer, orders)))))
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
    format: Format,
    /// How many orders were written.
    written: usize,
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

    /// The rows of a page. A table has the names of the vendors, how late each order is, and values as people write them.
    async fn write(&mut self, writer: &mut RowWriter, orders: &[Order]) -> Result<Vec<u8>, ExportError> {
        let as_of = self.filter.as_of.unwrap_or(self.now);
        let last = orders.last().filter(|_| orders.len() == PAGE_SIZE);
        self.after = last.map(|order| self.filter.position(order));
        self.written += orders.len();
        Ok(if self.format == Format::Ndjson {
            writer.write(&orders.iter().map(|order| OrderView::new(order, as_of)).collect::<Vec<_>>())?
        } else {
            let vendors = vendor_names(&self.app, orders.iter()).await?;
            writer.write(&orders.iter().map(|order| OrderRow::new(order, as_of, &vendors)).collect::<Vec<_>>())?
        })
    }

    /// A workbook of all pages from `page` on.
    async fn workbook(mut self, mut writer: RowWriter, mut page: Vec<Order>) -> Result<Vec<u8>, ApiError> {
        loop {
            self.write(&mut writer, &page).await?;
            if self.after.is_none() {
                return Ok(writer.finish()?);
            }
            page = self.read_page().await?;
            if self.written + page.len() > MOST_ROWS {
                let reason = format!("xlsx is for at most {MOST_ROWS} orders: choose csv, or fewer orders");
                return Err(ApiError::parameter("format", reason));
            }
        }
    }
}

/// All vendors of a filter, with their numbers, as a stream.
#[utoipa::path(
    get, path = "/api/vendors/export", operation_id = "exportVendors", tag = "vendors", params(FormatQuery, VendorFilterQuery),
    responses((status = 200, content((String = "text/csv"), (goody_contract::VendorRowView = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), (status = 400, body = Problem))
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
    let pages = stream::try_unfold((Some(writer), chunks.into_iter()), move |(writer, mut chunks)| {
        let app = app.clone();
        async move {
            let Some(mut writer) = writer else { return Ok::<_, BoxError>(None) };
            let Some(rows) = chunks.next() else { return Ok(Some((writer.finish()?, (None, chunks)))) };
            let rows: Vec<&_> = rows.iter().collect();
            let views = views(app.0.reports.as_ref(), &rows, as_of).await?;
            Ok(Some((writer.write(&views)?, (Some(writer), chunks))))
        }
    });
    Ok(attachment(Body::from_stream(pages), format, "vendors"))
}

/// All episodes of a filter as a file.
#[utoipa::path(
    get, path = "/api/signals/episodes/export", operation_id = "exportEpisodes", tag = "vendors", params(FormatQuery, EpisodeFilterQuery),
    responses((status = 200, content((String = "text/csv"), (EpisodeView = "application/x-ndjson"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), (status = 400, body = Problem))
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
    let mut file = writer.write(&views)?;
    file.extend(writer.finish()?);
    Ok(attachment(file.into(), format, "episodes"))
}

/// The version of the time zone database that defines the days of an export. It is a header and not part of the file, so that
/// equal data gives equal files.
const TIME_ZONE_DATABASE: HeaderName = HeaderName::from_static("goody-time-zone-database");

fn attachment(body: Body, format: Format, name: &str) -> Response {
    let extension = format.extension();
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
