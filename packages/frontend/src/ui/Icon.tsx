import styles from './Icon.module.css';

const paths = {
  up: 'M10 16V4M5 9l5-5 5 5',
  down: 'M10 4v12M5 11l5 5 5-5',
  same: 'M4 10h12',
  left: 'M16 10H4M9 5l-5 5 5 5',
  right: 'M4 10h12M11 5l5 5-5 5',
  sort: 'M6.5 7.5 10 4l3.5 3.5M6.5 12.5 10 16l3.5-3.5',
  ascending: 'M5 12.5l5-5 5 5',
  descending: 'M5 7.5l5 5 5-5',
  refresh: 'M16 10a6 6 0 1 1-1.8-4.2L17 8.5M17 3.5v5h-5',
  search: 'M8.5 3.5a5 5 0 1 0 .01 0ZM12.5 12.5 17 17',
  clock: 'M10 3a7 7 0 1 0 .01 0ZM10 6v4l3 2',
  download: 'M10 3v9M6 8.5l4 4 4-4M3.5 17h13',
  system: 'M3 4h14v9.5H3zM7 17h6',
  light: 'M10 6.5a3.5 3.5 0 1 0 .01 0ZM10 1.5v1.5M10 17v1.5M1.5 10H3M17 10h1.5M4 4l1 1M15 15l1 1M16 4l-1 1M5 15l-1 1',
  dark: 'M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5Z',
  check: 'M4 10.5l4 4 8.5-9',
  warning: 'M10 3l7.5 13.5h-15ZM10 8v4M10 14v.1',
  close: 'M4.5 4.5l11 11M15.5 4.5l-11 11',
  list: 'M3 5h14M3 10h14M3 15h14',
  mail: 'M2.5 4.5h15v11h-15zM3 5.5l7 5.5 7-5.5',
};

export type IconName = keyof typeof paths;

/** An icon next to a text, which is why screen readers skip it. */
export function Icon({ name }: { name: IconName }) {
  return <SvgIcon path={paths[name]} />;
}

/** An icon that the first page does not need: its path belongs to the page that shows it. */
export function SvgIcon({ path }: { path: string }) {
  return (
    <svg className={styles.icon} viewBox="0 0 20 20" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
