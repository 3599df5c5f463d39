import { Compass } from 'lucide-react';
import { Link } from 'react-router';

import { EmptyState } from '../ui/EmptyState';
import { usePageTitle } from '../ui/usePageTitle';

export function NotFoundPage() {
  usePageTitle('Not found');
  return (
    <EmptyState icon={<Compass aria-hidden />} title="There is nothing here" isPage>
      It may have been deleted, or the address is wrong.{' '}
      <Link to="/history">Go to the history</Link>
    </EmptyState>
  );
}
