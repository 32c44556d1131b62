import { pluralize } from '../../format/numbers';
import { BackLink } from '../../ui/BackLink';
import { PageHead } from '../../ui/PageHead';
import { Pager } from '../../ui/Pager';
import { StateBox } from '../../ui/StateBox';
import { Table } from '../../ui/Table';
import type { RejectionsData, RejectionsSearch } from './load';
import { RejectionRow } from './RejectionRow';
import styles from './RejectionsPage.module.css';

/** What was refused, with the reason, the body and another try. */
export function RejectionsPage({ data, search }: { data: RejectionsData; search: RejectionsSearch }) {
  const { rejections, nextCursor, readAt } = data;
  return (
    <>
      <title>Refused · Goody</title>
      <BackLink />
      <PageHead label="What was refused" title={headline(data, search)}>
        <p className={styles.about}>
          Kept for 30 days as it was received, so that it can be taken in again when the cause is gone. It may hold
          personal data.
        </p>
      </PageHead>
      {rejections.length === 0 ? (
        <StateBox tone="empty" label="Refused" title="Nothing here">
          <p>Every event that was received is stored, or what was refused has been taken in or forgotten.</p>
        </StateBox>
      ) : (
        <div className={styles.list} tabIndex={-1} data-top-of-list>
          <Table label="What was refused, the newest first" hasCards>
            <thead>
              <tr>
                <th scope="col">Refused</th>
                <th scope="col">Sender</th>
                <th scope="col">Reason</th>
                <th scope="col">Action</th>
              </tr>
            </thead>
            <tbody>
              {rejections.map((rejection) => (
                <RejectionRow key={`${rejection.id} ${readAt}`} rejection={rejection} />
              ))}
            </tbody>
          </Table>
        </div>
      )}
      <Pager items="rejections" nextCursor={nextCursor} cursor={search.cursor} page={search.page}>
        {pluralize(rejections.length, 'rejection')}
      </Pager>
    </>
  );
}

function headline({ rejections, nextCursor }: RejectionsData, { cursor }: RejectionsSearch): string {
  if (cursor !== undefined) return 'Earlier rejections.';
  if (rejections.length === 0) return 'Nothing was refused.';
  const number = pluralize(rejections.length, 'rejection');
  return nextCursor === null ? `${number} kept.` : `The latest ${number}.`;
}
