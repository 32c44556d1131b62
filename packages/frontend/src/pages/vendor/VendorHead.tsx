import { Link, useLocation } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { VendorReport } from '../../api/types';
import { AT_RISK_BELOW } from '../../format/labels';
import { likelihood, pluralize } from '../../format/numbers';
import { day, shortDay } from '../../format/times';
import { BackLink } from '../../ui/BackLink';
import { buttonClass } from '../../ui/Button';
import { DateBar } from '../../ui/DateBar';
import { Icon, SvgIcon } from '../../ui/Icon';
import { RiskMark } from '../../ui/RiskMark';
import { RowLink } from '../../ui/RowLink';
import type { ReportLink } from '../orders/CountLink';
import { ToChase } from './ToChase';
import styles from './VendorHead.module.css';
import { verdict } from './verdict';

/** The vendor and its verdict: a block as wide as the window, with the tone of its risk. */
export function VendorHead({
  report: { vendor, report },
  timeZone,
  mail,
  reportLink,
}: {
  report: VendorReport;
  timeZone: string;
  /** The address of a mail to the vendor, with its text; null if it has no mail address. */
  mail: string | null;
  reportLink: ReportLink;
}) {
  const { riskLevel, riskProbability } = report;
  const location = useLocation();
  return (
    <div className={styles.head} data-risk={riskLevel}>
      <div className={styles.top}>
        {location.state.openedFrom === undefined ? (
          <Link className={styles.quiet} to="/" search={location.state.listSearch ?? { date: location.search.date }}>
            <Icon name="left" />
            All vendors
          </Link>
        ) : (
          <BackLink />
        )}
        <div className={styles.days}>
          <p>Seven days to {day(report.date)}</p>
          <DateBar date={report.date} timeZone={timeZone} />
        </div>
      </div>
      <div>
        <h1 className={styles.name}>{vendor.name}</h1>
        <p className={styles.verdict}>{verdict(report)}</p>
        <p className={styles.risk}>
          <RiskMark risk={riskLevel} isFull />
          {riskProbability !== null && (
            <span>
              {likelihood(riskProbability)} likely that a rate is below {AT_RISK_BELOW}&nbsp;%
            </span>
          )}
          {!vendor.isActive && <b>Takes no new orders</b>}
        </p>
        {report.updatedAt !== null && <ToChase report={report} reportLink={reportLink} />}
        <dl className={styles.facts}>
          {vendor.name !== vendor.vendorId && (
            <Fact name="Id">
              <span className={styles.id}>{vendor.vendorId}</span>
            </Fact>
          )}
          {vendor.category !== null && <Fact name="Category">{vendor.category}</Fact>}
          {vendor.supportContact !== null && (
            <Fact name="Contact">
              {mail === null ? (
                vendor.supportContact
              ) : (
                <a href={`mailto:${vendor.supportContact}`}>{vendor.supportContact}</a>
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
        <RowLink className={buttonClass} to="/orders" search={{ vendorId: vendor.vendorId }} from={vendor.name}>
          <Icon name="list" />
          View orders
        </RowLink>
        {mail !== null && (
          <a className={buttonClass} href={mail}>
            <SvgIcon path="M2.5 4.5h15v11h-15zM3 5.5l7 5.5 7-5.5" />
            Contact vendor
          </a>
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
