import type { VendorReport } from '../../api/types';
import styles from './VendorFacts.module.css';

/** What is known of the vendor besides its orders. */
export function VendorFacts({ vendor }: { vendor: VendorReport['vendor'] }) {
  const { slaPromises, supportContact, contractStartDate } = vendor;
  return (
    <>
      <ul className={styles.facts}>
        <li className={styles.id}>{vendor.vendorId}</li>
        {vendor.category !== null && <li>{vendor.category}</li>}
        {!vendor.isActive && <li>Takes no new orders</li>}
        {supportContact !== null && (
          <li>
            {supportContact.includes('@') ? <a href={`mailto:${supportContact}`}>{supportContact}</a> : supportContact}
          </li>
        )}
        {contractStartDate !== null && <li>Contract since {contractStartDate}</li>}
        {slaPromises !== null && (
          <li>
            Promises {slaPromises.standardDelivery} days, rush {slaPromises.rushDelivery}
          </li>
        )}
      </ul>
      {!vendor.isRegistered && (
        <p className={styles.unregistered}>Not registered: all that is known of this vendor is that orders name it.</p>
      )}
    </>
  );
}
