import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { ApiError } from '../../api/client';
import type { RecentOrder } from '../../api/types';
import { HOUR, long } from '../../format/durations';
import { count, pluralize } from '../../format/numbers';
import { Button, buttonClass } from '../../ui/Button';
import { errorMessage } from '../../ui/errorMessage';
import { Icon } from '../../ui/Icon';
import { RelativeTime } from '../../ui/RelativeTime';
import { StateBox } from '../../ui/StateBox';
import { StatusMark } from '../../ui/StatusMark';
import { Timestamp } from '../../ui/Timestamp';
import { VisuallyHidden } from '../../ui/VisuallyHidden';
import styles from './Feed.module.css';
import { appendPage, type RecentData, readFeed } from './load';
import type { RecentSearch } from './search';

/** The feed. "Load more" appends updates and does not move the shown ones. */
export function Feed({ data, search }: { data: RecentData; search: RecentSearch }) {
  const navigate = useNavigate();
  const list = useRef<HTMLOListElement>(null);
  const unmounted = useRef(new AbortController());
  const [{ orders, vendorNames, nextCursor, pages }, setShown] = useState(data);
  const [isLoading, setLoading] = useState(false);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [firstNew, setFirstNew] = useState<number | null>(null);

  useEffect(() => {
    const controller = new AbortController();
    unmounted.current = controller;
    return () => controller.abort();
  }, []);

  // Moves the focus to the first new row.
  useEffect(() => {
    if (firstNew === null) return;
    list.current?.children[firstNew]?.querySelector('a')?.focus();
  }, [firstNew]);

  async function loadMore(cursor: string) {
    const { signal } = unmounted.current;
    setLoading(true);
    setFailure(null);
    try {
      const next = await readFeed(search, cursor, signal);
      setShown({ ...data, ...appendPage({ orders, vendorNames }, next), pages: pages + 1 });
      setFirstNew(orders.length);
      // Stored in the history only, so that Back from an order shows as many pages.
      void navigate({
        to: '.',
        search: (now) => now,
        state: (state) => ({ ...state, feedPages: pages + 1 }),
        replace: true,
        resetScroll: false,
      });
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      setFailure(error);
    }
    setLoading(false);
  }

  if (orders.length === 0) return <NoUpdates search={search} />;
  return (
    <>
      <ol className={styles.feed} ref={list}>
        {orders.map((update) => (
          <Update key={update.order.orderId} update={update} vendor={vendorNames[update.order.vendorId]} />
        ))}
      </ol>
      <div className={styles.more}>
        <p role="status">
          {failure !== null
            ? ''
            : `${pluralize(orders.length, 'order')} shown${firstNew === null ? '' : `, ${count(orders.length - firstNew)} of them new`}${nextCursor === null ? '. This is the end of the feed.' : ''}`}
        </p>
        {failure !== null && (
          <p role="alert">
            Loading more failed: {errorMessage(failure)} Reference <code>{failure.correlationId}</code>
          </p>
        )}
        {nextCursor !== null && (
          <Button
            isBusy={isLoading}
            icon={failure === null ? 'down' : 'refresh'}
            onClick={() => !isLoading && void loadMore(nextCursor)}
          >
            {failure === null ? 'Load more' : 'Try again'}
          </Button>
        )}
      </div>
    </>
  );
}

function Update({
  update: { order, changed },
  vendor,
}: {
  update: RecentOrder;
  /** The name of its vendor. */
  vendor: string | undefined;
}) {
  const href = useLocation({ select: (location) => location.href });
  const openedFrom = { href, name: 'Recent' };
  const recordingDelay = Date.parse(changed.recordedAt) - Date.parse(changed.occurredAt);
  return (
    <li className={styles.update}>
      <p className={styles.when}>
        <RelativeTime instant={changed.occurredAt} />
      </p>
      <p className={styles.change}>
        {changed.from === changed.to ? (
          <>
            <StatusMark status={changed.to} />
            <span>status unchanged</span>
          </>
        ) : (
          <>
            {changed.from === null ? <span>New order</span> : <StatusMark status={changed.from} />}
            <span className={styles.arrow}>
              <Icon name="right" />
              <VisuallyHidden> became </VisuallyHidden>
            </span>
            <b>
              <StatusMark status={changed.to} />
            </b>
          </>
        )}
      </p>
      <p className={styles.order}>
        <Link to="/orders/$orderId" params={{ orderId: order.orderId }} state={{ openedFrom }}>
          {order.orderId}
        </Link>
        <Link
          className={styles.vendor}
          to="/vendors/$vendorId"
          params={{ vendorId: order.vendorId }}
          state={{ openedFrom }}
        >
          {vendor ?? order.vendorId}
        </Link>
      </p>
      <p className={styles.notes}>
        {changed.reason !== null && <span>“{changed.reason}”</span>}
        {order.isDelayed && (
          <span className={styles.late}>{order.completedAt === null ? 'Past its promise' : 'Ended late'}</span>
        )}
        {recordingDelay >= HOUR && (
          <span className={styles.recorded}>
            Received {long(recordingDelay, 1)} later, <Timestamp instant={changed.recordedAt} />
          </span>
        )}
      </p>
    </li>
  );
}

function NoUpdates({ search }: { search: RecentSearch }) {
  const isFiltered = search.status !== undefined || search.vendorId !== undefined;
  const span = search.hours === '1' ? 'the last hour' : `the last ${search.hours ?? '24'} hours`;
  return (
    <StateBox tone="empty" label="Nothing here" title={isFiltered ? 'No update matches' : 'No updates'}>
      <p>
        {isFiltered
          ? `No order that matches the filters was updated in ${span}.`
          : `No order was updated in ${span}. The feed uses the times of the events, not of their receipt.`}
      </p>
      <div className={styles.actions}>
        {isFiltered && (
          <Link className={buttonClass} to="/orders/recent" search={{ hours: search.hours }}>
            Show all updates
          </Link>
        )}
        {search.hours !== '168' && (
          <Link className={buttonClass} to="/orders/recent" search={{ ...search, hours: '168' }}>
            Look back 7 days
          </Link>
        )}
        {!isFiltered && (
          <Link className={buttonClass} to="/orders">
            See all orders
          </Link>
        )}
      </div>
    </StateBox>
  );
}
