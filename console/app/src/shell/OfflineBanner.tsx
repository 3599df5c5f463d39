import { WifiOff } from 'lucide-react';

import { reachable } from '../api/connectionStatus';
import { useStore } from '../ui/store';

export function OfflineBanner() {
  const isReachable = useStore(reachable);
  return (
    <div role="status" aria-live="polite">
      {!isReachable && (
        <div className="offline">
          <WifiOff size={16} aria-hidden />
          The server cannot be reached. What you see may be old; it goes on by itself.
        </div>
      )}
    </div>
  );
}
