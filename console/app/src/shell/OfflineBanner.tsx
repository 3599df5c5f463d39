import { WifiOff } from 'lucide-react';
import { useStore } from 'zustand';

import { onlineStore } from '../api/connectionStatus';

export function OfflineBanner() {
  const isOnline = useStore(onlineStore);
  return (
    <div role="status" aria-live="polite">
      {!isOnline && (
        <div className="offline">
          <WifiOff size={16} aria-hidden />
          The server cannot be reached. What you see may be old; it goes on by itself.
        </div>
      )}
    </div>
  );
}
