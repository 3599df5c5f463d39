/** `TICKET_NOTES` as `Ticket notes`. */
export function sentenceCase(name: string): string {
  const words = name.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const UNKNOWN = '–';

export function formatMinutes(minutes: number | null): string {
  if (minutes === null) return UNKNOWN;
  if (minutes < 1) return '< 1 min';
  if (minutes < 120) return `${Math.round(minutes)} min`;
  const hours = minutes / 60;
  return hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} days`;
}

export function formatMilliseconds(ms: number | null): string {
  return ms === null ? UNKNOWN : `${(ms / 1000).toFixed(1)} s`;
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];
const relativeTimeFormat = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

export function formatRelativeTime(date: Date, now: number): string {
  const seconds = (date.getTime() - now) / 1000;
  const unit = UNITS.find(([, length]) => Math.abs(seconds) >= length);
  return unit ? relativeTimeFormat.format(Math.round(seconds / unit[1]), unit[0]) : 'just now';
}
