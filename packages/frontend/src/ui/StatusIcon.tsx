import type { Status } from '../api/types';
import { SvgIcon } from './Icon';

/** Separate from the other icons: the first page shows no status, and must stay small. */
const paths: Record<Status, string> = {
  PLACED: 'M10 5a5 5 0 1 0 .01 0Z',
  SHIPPING_ON_TIME: 'M3 10h13M11 5l5 5-5 5',
  SHIPPING_DELAYED: 'M10 3a7 7 0 1 0 .01 0ZM10 6v4l3 2',
  ARRIVED: 'M4 10.5l4 4 8.5-9',
  LOST: 'M7 7.2a3 3 0 1 1 4.4 2.6c-1 .6-1.4 1.2-1.4 2.2M10 15.7v.1',
  DAMAGED: 'M12 2.5 7 9.5h6l-4.5 8',
  UNDELIVERABLE: 'M10 3a7 7 0 1 0 .01 0ZM5 15 15 5',
  RETURN_TO_SENDER: 'M7.5 4 4 7.5 7.5 11M4.5 7.5H12a4 4 0 0 1 0 8H8',
  CANCELLED: 'M5 5l10 10M15 5 5 15',
};

export function StatusIcon({ status }: { status: Status }) {
  return <SvgIcon path={paths[status]} />;
}
