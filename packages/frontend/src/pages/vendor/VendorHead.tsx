import { Link, useLocation } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { VendorReport } from '../../api/types';
import { likelihood, pluralize } from '../../format/numbers';
import { shortDay } from '../../format/times';
import { type ReportSearch, reportSearch } from '../../routes/reportSearch';
import { BackLink } from '../../ui/BackLink';
import { Button, buttonClass } from '../../ui/Button';
import { DateBar } from '../../ui/DateBar';
import { Icon } from '../../ui/Icon';
import { RiskMark } from '../../ui/RiskMark';
import { RowLink } from '../../ui/RowLink';
import type { ReportLink } from '../orders/CountLink';
import { LazyMail } from './LazyMail';
import { mailAddress } from './mail';
import { ToChase } from './ToChase';
import styles from './VendorHead.module.css';
import { verdict } from './verdict';

/** The vendor and its verdict: a block as wide as the window, with the tone of its risk. */
export function VendorHead({
  report: { vendor, report, lines },
  news,
  timeZone,
  search,
  reportLink,
}: {
  report: VendorReport;
  /** Why the verdict is not that of the day before; null if it is. */
  news: string | null;
  timeZone: string;
  search: ReportSearch;
  reportLink: ReportLink;
}) {
  const [isMailing, setMailing] = useState(false);
  const { riskLevel, riskProbability } = report;
  const { vendorId, name, supportContact } = vendor;
  const location = useLocation();
  return (
    <div className={styles.head} data-risk={riskLevel}>
      <div className={styles.top}>
        {location.state.openedFrom === undefined ? (
          <Link className={styles.quiet} to="/vendors" activeOptions={{ exact: true }} search={reportSearch}>
            <Icon name="left" />
            All vendors
          </Link>
        ) : (
          <BackLink />
        )}
        <div className={styles.days}>
          <p>{reportLink.label}</p>
          <DateBar date={report.date} isPast={reportLink.isPast} timeZone={timeZone} search={search} hasTiles />
        </div>
      </div>
      <div>
        <h1 className={styles.name}>{name}</h1>
        <p className={styles.verdict}>{verdict(report)}</p>
        {news !== null && <p>{news}</p>}
        <p className={styles.risk}>
          <RiskMark risk={riskLevel} isFull />
          {riskProbability !== null && (
            <span>
              {likelihood(riskProbability)} likely that a rate of the seven days is below {lines.atRiskBelow}&nbsp;%
            </span>
          )}
          {!vendor.isActive && <b>Takes no new orders</b>}
        </p>
        {report.updatedAt !== null && <ToChase report={report} reportLink={reportLink} />}
        <dl className={styles.facts}>
          {name !== vendorId && (
            <Fact name="Id">
              <span className={styles.id}>{vendorId}</span>
            </Fact>
          )}
          {vendor.category !== null && <Fact name="Category">{vendor.category}</Fact>}
          {supportContact !== null && (
            <Fact name="Contact">
              {mailAddress(supportContact) === null ? (
                supportContact
              ) : (
                <a href={`mailto:${supportContact}`}>{supportContact}</a>
              )}
            </Fact>
          )}
          {vendor.contractStartDate !== null && <Fact name="Contract since">{shortDay(vendor.contractStartDate)}</Fact>}
          {vendor.slaPromises !== null && (
            <Fact name="Delivery promise">
              {pluralize(vendor.slaPromises.standardDelivery, 'day')}, rush{' '}
              {pluralize(vendor.slaPromises.rushDelivery, 'day')}
            </Fact>
          )}
          {!vendor.isRegistered && <Fact name="Not registered">Known only from its orders.</Fact>}
        </dl>
      </div>
      <div className={styles.actions}>
        <RowLink className={buttonClass} to="/orders" search={{ vendorId }} from={name}>
          <Icon name="list" />
          View orders
        </RowLink>
        <Button icon="mail" onClick={() => setMailing(true)}>
          Write to the vendor
        </Button>
        {isMailing && (
          <LazyMail
            vendorId={vendorId}
            date={reportLink.isPast ? report.date : undefined}
            onClose={() => setMailing(false)}
          />
        )}
      </div>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
