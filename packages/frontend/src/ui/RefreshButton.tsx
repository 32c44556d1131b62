import { useRouter, useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import { exact } from '../format/times';
import { Button } from './Button';
import { Hidden } from './Hidden';

/** The only thing, besides opening a page, that reads the server. */
export function RefreshButton() {
  const router = useRouter();
  const isLoading = useRouterState({ select: (state) => state.isLoading });
  const [said, setSaid] = useState('');

  async function refresh() {
    setSaid('');
    await router.invalidate();
    const failed = router.state.matches.some((match) => match.status === 'error');
    if (!failed) setSaid(`Refreshed at ${exact(new Date().toISOString())}`);
  }

  return (
    <div>
      <Button icon="refresh" isBusy={isLoading} onClick={refresh}>
        Refresh
      </Button>
      <Hidden>
        <span role="status">{said}</span>
      </Hidden>
    </div>
  );
}
