//! Reads the counters of past dates from the sums of months: an item or two of each vendor, many vendors in one request.

use std::collections::{BTreeMap, HashMap};

use goody_application::ports::{Result, Scope};
use goody_domain::{CounterSeries, Day, Instant, MonthSeries};

use crate::DynamoStore;
use crate::bucket_transaction::item_key;
use crate::buckets::{BucketItem, CURRENT, FLEET, Row, ScopeItem, partition};
use crate::client::Backoff;
use crate::items::{damaged, read};
use crate::reports::kept_from;

const DOING: &str = "reading the sums of months";

impl DynamoStore {
    /// The series of scopes until the end of `to`, with their revisions.
    pub(crate) async fn past_series_of(
        &self,
        scopes: &[Scope],
        from: Day,
        to: Day,
    ) -> Result<Vec<(CounterSeries, i64)>> {
        let names = scopes.iter().map(partition);
        let rows = self.current_rows_of(names.clone().filter(|name| *name != FLEET).chain([FLEET])).await?;
        let kept_from = rows.get(FLEET).and_then(|fleet| kept_from(std::slice::from_ref(fleet)));
        let of_scope = |name: &str| rows.get(name).cloned().unwrap_or_else(|| no_row(name));
        self.read_past(names.map(of_scope).collect(), kept_from, from, to).await
    }

    /// The current rows of scopes, by consistent reads.
    async fn current_rows_of(&self, scopes: impl Iterator<Item = &str>) -> Result<HashMap<String, ScopeItem>> {
        let keys = scopes.map(|scope| item_key(scope, CURRENT.to_owned())).collect();
        let rows = self.get_all(DOING, &self.tables.reports, keys).await?;
        let rows: Vec<ScopeItem> = rows.into_iter().map(read).collect::<Result<_>>()?;
        Ok(rows.into_iter().map(|row| (row.vendor_id.clone(), row)).collect())
    }

    /// The series of the scopes with these rows. The months are read after the rows: if one of them is newer than its row, both are read
    /// again, so that a series is of one moment.
    pub(crate) async fn read_past(
        &self,
        mut rows: Vec<ScopeItem>,
        kept_from: Option<Day>,
        from: Day,
        to: Day,
    ) -> Result<Vec<(CounterSeries, i64)>> {
        let from = kept_from.map_or(from, |kept| from.max(kept)).min(to);
        let mut all_series: Vec<Option<(CounterSeries, i64)>> = vec![None; rows.len()];
        let mut backoff = Backoff::default();
        loop {
            let open: Vec<usize> = (0..rows.len()).filter(|position| all_series[*position].is_none()).collect();
            let keys = open.iter().filter(|position| rows[**position].months.is_some()).flat_map(|position| {
                let scope = rows[*position].vendor_id.as_str();
                MonthSeries::months(from, to).map(move |month| item_key(scope, Row::Month(month).key()))
            });
            let mut months: BTreeMap<(String, String), BucketItem> = BTreeMap::new();
            for item in self.get_all(DOING, &self.tables.reports, keys.collect()).await? {
                let item: BucketItem = read(item)?;
                months.insert((item.vendor_id.clone(), item.date.clone()), item);
            }
            for position in open {
                let row = &rows[position];
                all_series[position] = if row.has_months() {
                    self.series_of_months(row, &months, from, to)?
                } else {
                    // A rebuild has to sum the months of an older version first.
                    Some(self.read_series(&scope_of(row)?, from, (to.plus(1), to)).await?)
                };
            }
            let is_open = |(row, series): (&ScopeItem, &Option<_>)| series.is_none().then(|| row.vendor_id.clone());
            let outdated: Vec<String> = rows.iter().zip(&all_series).filter_map(is_open).collect();
            if outdated.is_empty() {
                return Ok(all_series.into_iter().flatten().collect());
            }
            backoff.wait().await?;
            let mut newer = self.current_rows_of(outdated.iter().map(String::as_str)).await?;
            for row in &mut rows {
                if let Some(newer) = newer.remove(&row.vendor_id) {
                    *row = newer;
                }
            }
        }
    }

    /// `None` if a month is newer than the row of its scope.
    fn series_of_months(
        &self,
        row: &ScopeItem,
        months: &BTreeMap<(String, String), BucketItem>,
        from: Day,
        to: Day,
    ) -> Result<Option<(CounterSeries, i64)>> {
        let mut series = MonthSeries::new(from, to, &self.zone);
        for month in MonthSeries::months(from, to) {
            let Some(item) = months.get(&(row.vendor_id.clone(), Row::Month(month).key())) else { continue };
            if item.revision > row.revision {
                return Ok(None);
            }
            series.add(month, item.stored_days()).map_err(|error| damaged("a month", &error))?;
        }
        let expired = [row.expired_fact, row.expired_delivery].map(|micros| micros.map(Instant::from_micros));
        Ok(Some((series.finish(&row.summaries()?, expired), row.revision)))
    }
}

fn no_row(scope: &str) -> ScopeItem {
    ScopeItem { vendor_id: scope.to_owned(), ..ScopeItem::default() }
}

fn scope_of(row: &ScopeItem) -> Result<Scope> {
    if row.vendor_id == FLEET { Ok(Scope::Fleet) } else { row.vendor_id().map(Scope::Vendor) }
}
