import { IconButton } from '@radix-ui/themes';
import { Check, Copy } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

const STATUS_SHOWN_MS = 2000;

/** `label` says what is copied. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [said, setSaid] = useState('');
  const timer = useRef<number>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied');
    } catch {
      // The clipboard is there for secure pages alone, and where the browser allows it.
      setSaid('The browser does not allow copying here');
    }
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setSaid(''), STATUS_SHOWN_MS);
  }

  return (
    <>
      <IconButton
        type="button"
        size="1"
        variant="ghost"
        color="gray"
        aria-label={label}
        title={said || label}
        onClick={() => void copy()}
      >
        {said === 'Copied' ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
      </IconButton>
      <span role="status" className="visually-hidden">
        {said}
      </span>
    </>
  );
}
