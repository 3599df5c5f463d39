import { IconButton } from '@radix-ui/themes';
import { Check, Copy } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

const STATUS_SHOWN_MS = 2000;

/** Copies the text. The label names what it copies. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [status, setStatus] = useState('');
  const timer = useRef<number>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setStatus('Copied');
    } catch {
      // Browsers offer the clipboard on secure pages only, and may ask for permission.
      setStatus('The browser does not allow copying here');
    }
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setStatus(''), STATUS_SHOWN_MS);
  }

  return (
    <>
      <IconButton
        type="button"
        size="1"
        variant="ghost"
        color="gray"
        aria-label={label}
        title={status || label}
        onClick={() => void copy()}
      >
        {status === 'Copied' ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
      </IconButton>
      <span role="status" className="visually-hidden">
        {status}
      </span>
    </>
  );
}
