import { type KeyboardEvent, type PointerEvent, useId, useMemo, useState } from 'react';
import type { VendorDay } from '../../api/types';
import { count, percent, rate } from '../../format/numbers';
import { dayAndMonth, day as dayInFull } from '../../format/times';
import { windowSpan } from '../../format/windows';
import type { Box } from '../../ui/chart/scale';
import { useWidth } from '../../ui/chart/useWidth';
import { formatOrNull, Value } from '../../ui/Value';
import type { ReportLink } from '../orders/CountLink';
import { type ChartGeometry, chartGeometry, dayAt } from './chartGeometry';
import { DayCount, type DayCountName } from './DayCount';
import styles from './HistoryChart.module.css';

/** The days by which a key moves the selection. */
const keySteps: Record<string, number> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageUp: -7,
  PageDown: 7,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** Reliability and orders by day. A pointer or a key selects one day, whose numbers are below the chart. */
export function HistoryChart({
  days,
  since,
  target,
  isPast,
  reportLink,
}: {
  days: VendorDay[];
  /** The line below which a vendor is at risk, in percent. */
  target: number;
  /** The day on which the open episode began. */
  since: string | null;
  isPast: boolean;
  reportLink: ReportLink;
}) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const geometry = useMemo(() => (width === 0 ? null : chartGeometry(days, width, target)), [days, width, target]);
  // The date, so that the same day stays selected when more days are shown.
  const [date, setDate] = useState<string>();
  const help = useId();

  const last = days.length - 1;
  const foundIndex = days.findIndex((day) => day.date === date);
  const index = foundIndex < 0 ? last : foundIndex;
  const selectedDay = days[index];
  const first = days[0];
  if (selectedDay === undefined || first === undefined) return null;

  function handleKeyDown(event: KeyboardEvent) {
    const step = keySteps[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    setDate(days[Math.max(0, Math.min(last, index + step))]?.date);
  }

  function handlePointer(event: PointerEvent<HTMLDivElement>) {
    if (geometry === null) return;
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    setDate(days[dayAt(geometry, x)]?.date);
  }

  const span = windowSpan(reportLink.window ?? '7d');
  const isUnfinished = (at: number) => !isPast && at === last;
  const countOf = (name: DayCountName) => <DayCount reportLink={reportLink} day={selectedDay} of={name} />;
  const name = (at: number) => (isUnfinished(at) ? 'Today' : dayAndMonth(days[at]?.date ?? ''));
  return (
    <>
      <div
        ref={ref}
        className={styles.chart}
        // With this role a screen reader passes the arrow keys to the chart while it has the focus.
        role="application"
        aria-label={`Reliability and orders, day by day, ${dayAndMonth(first.date)} to ${dayAndMonth(days[last]?.date ?? '')}`}
        aria-describedby={help}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes the focus, and keys move its selection
        tabIndex={0}
        onKeyDown={handleKeyDown}
        onPointerMove={handlePointer}
        onPointerDown={handlePointer}
      >
        {geometry !== null && (
          <ChartSvg
            geometry={geometry}
            index={index}
            target={target}
            flag={days.findIndex((day) => day.date === since)}
            isUnfinished={isUnfinished(last)}
            name={name}
          />
        )}
      </div>
      <div className={styles.readout} aria-live="polite" aria-atomic="true">
        <p className={styles.date}>
          {dayInFull(selectedDay.date)}
          {isUnfinished(index) && ', not over'}
        </p>
        <dl className={styles.numbers}>
          <div>
            <dt>Reliability, {span}</dt>
            <dd>
              <Value
                text={formatOrNull(selectedDay.reliabilityScore, percent)}
                reason="nothing completed in the days until this one"
              />
            </dd>
          </div>
          <div>
            <dt>Likely between</dt>
            <dd>
              <Value
                text={formatOrNull(
                  selectedDay.reliabilityInterval,
                  ({ lower, upper }) => `${rate(lower)} and ${rate(upper)}\u00a0%`,
                )}
                reason="nothing completed in the days until this one"
              />
            </dd>
          </div>
          <div>
            <dt>Completed, {span}</dt>
            <dd>
              {countOf('completed7d')}, {countOf('issues7d')} {selectedDay.issueCount === 1 ? 'issue' : 'issues'}
            </dd>
          </div>
          <div>
            <dt>Placed that day</dt>
            <dd>{countOf('placed')}</dd>
          </div>
          <div>
            <dt>Completed that day</dt>
            <dd>
              {countOf('completed')}, {countOf('issues')} {selectedDay.day.issueCount === 1 ? 'issue' : 'issues'}
            </dd>
          </div>
        </dl>
      </div>
      <p className={styles.help} id={help}>
        <span className={styles.byTouch}>Touch a day to read its numbers.</span>
        <span className={styles.byKey}>
          Point at a day, or focus the chart and press <kbd>←</kbd> <kbd>→</kbd> to read one day, <kbd>Page up</kbd>{' '}
          <kbd>Page down</kbd> for a week, <kbd>Home</kbd> <kbd>End</kbd> for the ends.
        </span>
      </p>
    </>
  );
}

/** Hidden from screen readers: the numbers are in the text below. */
function ChartSvg({
  geometry,
  index,
  target,
  flag,
  isUnfinished,
  name,
}: {
  geometry: ChartGeometry;
  index: number;
  target: number;
  /** The index of the day on which the open episode began; −1 if it is not shown. */
  flag: number;
  isUnfinished: boolean;
  name: (index: number) => string;
}) {
  const { width, height, rates, volume, xs, ys } = geometry;
  const last = xs.length - 1;
  const lastY = ys[last] ?? null;
  const readX = xs[index] ?? 0;
  const readY = ys[index] ?? null;
  const numbers = rates.left - 8;
  return (
    <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
      <text className={styles.caption} y="11">
        Reliability, %{geometry.floor > 0 && `; the axis starts at ${geometry.floor}`}
      </text>
      {geometry.ticks.map(({ value, y }) => (
        <g key={value}>
          <line className={styles.grid} x1={rates.left} x2={rates.right} y1={y} y2={y} />
          <text x={numbers} y={y + 4} textAnchor="end">
            {value}
          </text>
        </g>
      ))}
      {geometry.bands.map((band) => (
        <polygon key={band} className={styles.band} points={band} />
      ))}
      <line className={styles.target} x1={rates.left} x2={rates.right} y1={geometry.targetY} y2={geometry.targetY} />
      {geometry.ticks.every(({ value }) => value !== target) && (
        <text x={numbers} y={geometry.targetY + 4} textAnchor="end">
          {target}
        </text>
      )}
      {geometry.lines.map((line) => (
        <polyline key={line} className={styles.line} points={line} />
      ))}
      {geometry.isolated.map(({ x, y }) => (
        <rect key={x} className={styles.isolated} x={x - 3} y={y - 3} width="6" height="6" />
      ))}
      {geometry.lines.length + geometry.isolated.length === 0 && (
        <text className={styles.nothing} x={(rates.left + rates.right) / 2} y={(rates.top + rates.bottom) / 2}>
          Nothing completed in these days
        </text>
      )}

      <text className={styles.caption} y={volume.top - 15}>
        Orders placed that day
      </text>
      <text x={numbers} y={volume.top + 8} textAnchor="end">
        {count(geometry.maxOrders)}
      </text>
      <text x={numbers} y={volume.bottom} textAnchor="end">
        0
      </text>
      {geometry.bars.map((bar, at) => (
        <rect
          key={bar.x}
          className={styles.bar}
          data-unfinished={(isUnfinished && at === last) || undefined}
          {...bar}
        />
      ))}
      <line className={styles.base} x1={volume.left} x2={volume.right} y1={volume.bottom} y2={volume.bottom} />
      {geometry.labels.map(({ index: at, x }) => (
        <text
          key={at}
          className={at === last ? styles.last : undefined}
          x={at === last ? width : x}
          y={height - 8}
          textAnchor={at === last ? 'end' : 'middle'}
        >
          {name(at)}
        </text>
      ))}

      {flag >= 0 && <Flag x={xs[flag] ?? 0} {...rates} name={name(flag)} />}
      <g className={styles.reading}>
        <line x1={readX} x2={readX} y1={rates.top} y2={volume.bottom} />
        {readY !== null && <rect x={readX - 6} y={readY - 6} width="12" height="12" />}
      </g>
      {isUnfinished && lastY !== null && (
        <rect className={styles.unfinished} x={(xs[last] ?? 0) - 4.5} y={lastY - 4.5} width="9" height="9" />
      )}
    </svg>
  );
}

/** Where the open episode began. */
function Flag({ x, top, bottom, right, name }: { x: number; name: string } & Box) {
  const isLeft = x > right - 120;
  return (
    <g className={styles.flag}>
      <line x1={x} x2={x} y1={top} y2={bottom} />
      <text x={x + (isLeft ? -6 : 6)} y={bottom - 8} textAnchor={isLeft ? 'end' : 'start'}>
        since about {name}
      </text>
    </g>
  );
}
