/** Types of the API. All are generated from `openapi.json`; none is written by hand. */
import type { components, paths } from '@goody/api';

type Schemas = components['schemas'];

export type Dashboard = Schemas['DashboardView'];
export type SystemHealth = Schemas['SystemHealthView'];
export type HealthStatus = Schemas['HealthStatus'];
export type VendorList = Schemas['VendorListView'];
export type VendorRow = Schemas['VendorRowView'];
export type VendorReport = Schemas['VendorReportView'];
export type VendorHistory = Schemas['VendorHistoryView'];
export type VendorDay = Schemas['VendorDayView'];
export type Report = Schemas['ReportView'];
export type Window = Schemas['WindowView'];
export type Order = Schemas['OrderView'];
export type OrderList = Schemas['OrderListView'];
export type OrderDetail = Schemas['OrderDetailView'];
export type HistoryEntry = Schemas['HistoryEntryView'];
/** An event in the history of an order. */
export type Fact = Schemas['HistoryEventView'];
export type RecentOrders = Schemas['RecentOrdersView'];
export type RecentOrder = Schemas['RecentOrderView'];
export type VendorSignals = Schemas['VendorSignalsView'];
/** An open episode. */
export type Change = Schemas['ChangeView'];
export type Episode = Schemas['OpenEpisodeView'];
export type Explanation = Schemas['ExplanationView'];
export type GroupEffect = Schemas['GroupEffectView'];
/** What was refused, and why. */
export type Rejection = Schemas['RejectionView'];
export type Interval = Schemas['IntervalView'];
export type Risk = Schemas['RiskLevelView'];
export type RiskReason = Schemas['RiskReasonView'];
export type Parcel = Schemas['ParcelView'];
export type Money = Schemas['MoneyView'];
export type VendorSortBy = Schemas['VendorSortBy'];
/** The days of the numbers. */
export type WindowLength = Schemas['WindowParam'];
/** A vendor to call. */
export type Call = Schemas['CallView'];
/** The lines by which rates are judged. */
export type RiskLines = Schemas['RiskLinesView'];
export type Trend = Schemas['TrendView'];
export type Status = Schemas['StatusView'];
export type StatusCounts = Schemas['StatusBreakdown'];
export type Problem = Schemas['Problem'];
export type ErrorCode = Schemas['ErrorCode'];

/** The paths with a GET operation. */
export type GetPath = { [P in keyof paths]: paths[P] extends { get: object } ? P : never }[keyof paths];

type Get<P extends GetPath> = paths[P] extends { get: infer Operation } ? Operation : never;

/** The response body of a path. */
export type ResponseBody<P extends GetPath> =
  Get<P> extends { responses: { 200: { content: { 'application/json': infer Body } } } } ? Body : never;

/** The path and query parameters of a path. In a URL every value is text. */
export type Parameters<P extends GetPath> =
  Get<P> extends { parameters: { path?: infer Path; query?: infer Query } }
    ? ([Path] extends [object] ? { path: Path } : { path?: never }) & { query?: { [Name in keyof Query]?: string } }
    : never;
