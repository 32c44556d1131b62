import styles from './ColumnChoice.module.css';
import { columns } from './columns';
import type { TableView } from './tableView';

/** Which columns the table has, and how high its rows are. The name stays. */
export function ColumnChoice({ view, onChange }: { view: TableView; onChange: (view: TableView) => void }) {
  const { hidden, isDense } = view;
  const names = [...columns.map(({ label }) => label), '30 days'];
  return (
    <details className={styles.choice}>
      <summary>Columns{hidden.length > 0 && `, ${hidden.length} hidden`}</summary>
      <div>
        {names.map((name, index) =>
          index === 0 ? null : (
            <label key={name}>
              <input
                type="checkbox"
                checked={!hidden.includes(index + 1)}
                onChange={({ target }) => {
                  const others = hidden.filter((one) => one !== index + 1);
                  onChange({ ...view, hidden: target.checked ? others : [...others, index + 1].sort((a, b) => a - b) });
                }}
              />
              {name}
            </label>
          ),
        )}
        <label>
          <input
            type="checkbox"
            checked={isDense}
            onChange={({ target }) => onChange({ ...view, isDense: target.checked })}
          />
          Dense rows
        </label>
      </div>
    </details>
  );
}
