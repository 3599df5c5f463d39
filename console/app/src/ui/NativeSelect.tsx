interface Props {
  label: string;
  emptyLabel: string;
  value: string;
  options: { value: string; label: string }[];
  onChange: (value: string) => void;
}

/** The browser's own select: good on phones, and it writes no style into the page. */
export function NativeSelect({ label, emptyLabel: all, value, options, onChange: change }: Props) {
  const isKnown = value === '' || options.some((option) => option.value === value);
  return (
    <select
      className="field"
      aria-label={label}
      value={value}
      onChange={(event) => change(event.target.value)}
    >
      <option value="">{all}</option>
      {!isKnown && <option value={value}>{label}: as in the address</option>}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
