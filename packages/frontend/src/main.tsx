import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from './api/client';
import { router } from './router';
import { applyTheme, readTheme } from './ui/theme';
import './styles/tokens.css';
import './styles/base.css';
import './styles/tones.css';

// Before the first paint, which waits for this script.
applyTheme(readTheme());

function begin() {
  const root = document.getElementById('root');
  if (root === null) throw new Error('index.html has no element #root');
  createRoot(root, {
    // A failure of the API is shown on the page, with its reference. Only faults of the page belong in the console.
    onCaughtError: (error) => {
      if (!(error instanceof ApiError)) console.error(error);
    },
  }).render(
    <StrictMode>
      <RouterProvider router={router} />
    </StrictMode>,
  );
}

// The head is painted first. Where nobody looks, nothing is painted, and nothing need be waited for.
if (document.hidden) begin();
else requestAnimationFrame(() => setTimeout(begin));
