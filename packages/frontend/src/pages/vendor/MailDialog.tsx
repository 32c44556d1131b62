import { useEffect, useId, useState } from 'react';
import { ApiError, get } from '../../api/client';
import { optional } from '../../api/optional';
import { isOver } from '../../format/times';
import { Button, buttonClass } from '../../ui/Button';
import { copyString } from '../../ui/copyText';
import { Dialog } from '../../ui/Dialog';
import { errorMessage } from '../../ui/errorMessage';
import { fleetCounts, ordersBehind } from '../orders/ordersBehind';
import styles from './MailDialog.module.css';
import { type Mail, mailAddress, mailLink, writeMail } from './mail';

/** The most orders of a mail. */
const MOST_ORDERS = '50';
/** Some mail programs cut off a longer text of a link. */
const LONGEST_LINK = 1800;

interface Draft extends Mail {
  name: string;
  contact: string | null;
}

async function loadDraft(id: string, date: string | undefined, signal: AbortSignal): Promise<Draft> {
  const [{ vendor, report }, signals, { timeZone }] = await Promise.all([
    get('/vendors/{id}/report', { path: { id }, query: { date } }, signal),
    optional(get('/api/vendors/{id}/signals', { path: { id }, query: { date } }, signal)),
    get('/dashboard/summary', { query: { date } }, signal),
  ]);
  const isPast = isOver(report.date, report.asOf, timeZone);
  const search = ordersBehind({ vendorId: id, date: report.date, isPast }, fleetCounts.delayedOrders);
  const overdue = await get('/api/orders', { query: { ...search, limit: MOST_ORDERS } }, signal);
  const mail = writeMail({ vendor, overdue, signals, timeZone, asOf: report.asOf });
  return { ...mail, name: vendor.name, contact: vendor.supportContact };
}

/** A mail to a vendor that is already written. The user edits it here, and sends it with the own mail program. */
export default function MailDialog({
  vendorId,
  date,
  onClose,
}: {
  vendorId: string;
  date: string | undefined;
  onClose: () => void;
}) {
  const id = useId();
  const [draft, setDraft] = useState<Draft | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [copied, setCopied] = useState('');

  useEffect(() => {
    const controller = new AbortController();
    loadDraft(vendorId, date, controller.signal).then(setDraft, (error) => {
      if (controller.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      setFailure(error);
    });
    return () => controller.abort();
  }, [vendorId, date]);

  const address = draft === null ? null : mailAddress(draft.contact);
  return (
    <Dialog labelledBy={`${id}-title`} className={styles.dialog} onClose={onClose}>
      <h2 id={`${id}-title`}>{draft === null ? 'Mail to the vendor' : `Mail to ${draft.name}`}</h2>
      {draft === null && failure === null && <p role="status">Writing…</p>}
      {failure !== null && <p role="alert">The mail cannot be written: {errorMessage(failure)}</p>}
      {draft !== null && (
        <>
          <p>
            To <b>{draft.contact ?? 'a contact that is not registered'}</b>
          </p>
          <label htmlFor={`${id}-subject`}>Subject</label>
          <input
            id={`${id}-subject`}
            type="text"
            value={draft.subject}
            onChange={({ target }) => setDraft({ ...draft, subject: target.value })}
          />
          <label htmlFor={`${id}-text`}>Text</label>
          <textarea
            id={`${id}-text`}
            rows={14}
            value={draft.text}
            onChange={({ target }) => setDraft({ ...draft, text: target.value })}
          />
          {mailLink('', draft).length > LONGEST_LINK && address !== null && (
            <p>This text is long for a link to a mail program: if its end is missing there, copy it.</p>
          )}
          <div className={styles.actions}>
            {address !== null && (
              <a className={buttonClass} href={mailLink(address, draft)}>
                Open in the mail program
              </a>
            )}
            <Button
              onClick={async () => setCopied((await copyString(draft.text)) ? 'Copied' : 'The browser permits no copy')}
            >
              Copy the text
            </Button>
            <span role="status">{copied}</span>
          </div>
        </>
      )}
      <form method="dialog">
        <Button type="submit">Close</Button>
      </form>
    </Dialog>
  );
}
