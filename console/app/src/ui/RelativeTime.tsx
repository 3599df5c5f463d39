import { useEffect, useState } from 'react';

import { formatRelativeTime } from './format';

const REFRESH_MS = 30_000;
const exactFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

export function RelativeTime({ at }: { at: string }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  const date = new Date(at);
  return (
    <time dateTime={at} title={exactFormat.format(date)}>
      {formatRelativeTime(date, now)}
    </time>
  );
}
