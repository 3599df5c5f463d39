import { never } from '../ui/format';

const PILLS = ['', 'guided', 'chat'] as const;
type Pill = (typeof PILLS)[number];

function labelOf(pill: Pill): string {
  switch (pill) {
    case '':
      return 'All';
    case 'guided':
      return 'Guided';
    case 'chat':
      return 'Chat';
    default:
      return never(pill);
  }
}

export function TypePills({ value, change }: { value: string; change: (value: string) => void }) {
  return (
    <div className="pills" role="group" aria-label="Kind of session">
      {PILLS.map((pill) => (
        <button key={pill} type="button" aria-pressed={value === pill} onClick={() => change(pill)}>
          {labelOf(pill)}
        </button>
      ))}
    </div>
  );
}
