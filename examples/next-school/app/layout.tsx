// The frame of every page, with the package's styles.
import '@tenantry/react/styles.css';
import './page.css';
import type { ReactNode } from 'react';
import { Providers } from './providers';

export const metadata = { title: 'School administration' };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  );
}
