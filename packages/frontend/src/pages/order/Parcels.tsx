import type { Parcel } from '../../api/types';
import { pluralize } from '../../format/numbers';
import { StatusMark } from '../../ui/StatusMark';
import { Table } from '../../ui/Table';
import { Timestamp } from '../../ui/Timestamp';
import { Value } from '../../ui/Value';
import page from './OrderPage.module.css';
import styles from './Parcels.module.css';

/** The parcels of an order; on a phone, each as a card. */
export function Parcels({ parcels }: { parcels: Parcel[] }) {
  return (
    <section className={`${page.panel} ${styles.panel}`} aria-labelledby="parcels">
      <div className={page.panelHead}>
        <h2 id="parcels">{pluralize(parcels.length, 'parcel')}</h2>
      </div>
      <Table label="Parcels, scrolls sideways" hasCards>
        <thead>
          <tr>
            <th scope="col">Parcel</th>
            <th scope="col">Status</th>
            <th scope="col">Handed over</th>
            <th scope="col">Arrived</th>
            <th scope="col">Ended</th>
          </tr>
        </thead>
        <tbody>
          {parcels.map(({ parcelId, status, handedOverAt, actualDelivery, completedAt }) => (
            <tr key={parcelId} className={styles.row}>
              <th scope="row" className={styles.id}>
                {parcelId}
              </th>
              <td>
                <StatusMark status={status} />
              </td>
              <Time label="Handed over" instant={handedOverAt} reason="no handover was reported" />
              <Time label="Arrived" instant={actualDelivery} reason="no arrival at the customer was reported" />
              <Time label="Ended" instant={completedAt} reason="the parcel is open" />
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  );
}

function Time({ label, instant, reason }: { label: string; instant: string | null; reason: string }) {
  return (
    <td data-label={label}>
      {instant === null ? <Value text={null} reason={reason} /> : <Timestamp instant={instant} />}
    </td>
  );
}
